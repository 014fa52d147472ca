package records

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"vesper/auth"
	"vesper/rooms"
)

type staffLinkRow struct {
	bun.BaseModel `bun:"table:staff_links"`
	ID            string         `bun:"id,pk"`
	Clinic        rooms.ClinicID `bun:"clinic"`
	Person        rooms.PersonID `bun:"person"`
	Roles         string         `bun:"roles"`
	Hash          string         `bun:"hash"`
	NotAfter      int64          `bun:"not_after"`
	MultiUse      bool           `bun:"multi_use"`
	UsedAt        int64          `bun:"used_at"`
	RevokedAt     int64          `bun:"revoked_at"`
}

// AddStaffLink serves auth.Store.
func (r *Records) AddStaffLink(ctx context.Context, link auth.StaffLink) error {
	roles, err := encode(link.Roles)
	if err != nil {
		return fmt.Errorf("add staff link: %w", err)
	}
	row := staffLinkRow{
		ID: link.ID, Clinic: link.Clinic, Person: link.Person, Roles: roles, Hash: link.Hash,
		NotAfter: ms(link.NotAfter), MultiUse: link.MultiUse,
	}
	return r.change(ctx, row.Clinic, "add staff link", func(ctx context.Context, tx bun.Tx) error { return insert(ctx, tx, &row) })
}

// StaffLinkByHash serves auth.Store. It asks for no clinic: the secret itself
// is the proof, and the answer says whose it is.
func (r *Records) StaffLinkByHash(ctx context.Context, hash string) (auth.StaffLink, error) {
	row, err := find[staffLinkRow](ctx, r, everyClinic, "find staff link", "", "hash = ?", hash)
	if err != nil {
		return auth.StaffLink{}, err
	}
	roles, err := decode[[]auth.StaffRole](row.Roles)
	return auth.StaffLink{
		ID: row.ID, Staff: auth.Staff{Clinic: row.Clinic, Person: row.Person, Roles: roles}, Hash: row.Hash,
		NotAfter: at(row.NotAfter), MultiUse: row.MultiUse, UsedAt: at(row.UsedAt), RevokedAt: at(row.RevokedAt),
	}, err
}

// ConsumeStaffLink serves auth.Store.
func (r *Records) ConsumeStaffLink(ctx context.Context, id string, now time.Time) (first bool, err error) {
	err = r.change(ctx, everyClinic, "consume staff link", func(ctx context.Context, tx bun.Tx) error {
		row, err := one[staffLinkRow](ctx, tx, "", "id = ? AND revoked_at = 0", id)
		if err != nil {
			return err
		}
		first = row.MultiUse || row.UsedAt == 0
		if row.UsedAt != 0 {
			return nil
		}
		return changed(tx.NewUpdate().Table("staff_links").Set("used_at = ?", ms(now)).Where("id = ?", id).Exec(ctx))
	})
	return first && err == nil, err
}

type serviceTokenRow struct {
	bun.BaseModel `bun:"table:service_tokens"`
	JTI           string         `bun:"jti,pk"`
	Clinic        rooms.ClinicID `bun:"clinic"`
	Name          string         `bun:"name"`
	Scopes        string         `bun:"scopes"`
	IssuedAt      int64          `bun:"issued_at"`
	NotAfter      int64          `bun:"not_after"`
	RevokedAt     int64          `bun:"revoked_at"`
}

func (t serviceTokenRow) noun() (auth.ServiceToken, error) {
	scopes, err := decode[[]auth.Scope](t.Scopes)
	return auth.ServiceToken{
		ID: t.JTI, Clinic: t.Clinic, Name: t.Name, Scopes: scopes,
		IssuedAt: at(t.IssuedAt), NotAfter: at(t.NotAfter), RevokedAt: at(t.RevokedAt),
	}, err
}

// AddServiceToken serves auth.Store.
func (r *Records) AddServiceToken(ctx context.Context, token auth.ServiceToken) error {
	scopes, err := encode(token.Scopes)
	if err != nil {
		return fmt.Errorf("add service token: %w", err)
	}
	row := serviceTokenRow{
		JTI: token.ID, Clinic: token.Clinic, Name: token.Name, Scopes: scopes,
		IssuedAt: ms(token.IssuedAt), NotAfter: ms(token.NotAfter),
	}
	return r.change(ctx, row.Clinic, "add service token", func(ctx context.Context, tx bun.Tx) error { return insert(ctx, tx, &row) })
}

// ServiceToken serves auth.Store.
func (r *Records) ServiceToken(ctx context.Context, clinic rooms.ClinicID, jti string) (auth.ServiceToken, error) {
	row, err := find[serviceTokenRow](ctx, r, clinic, "find service token", "", "clinic = ? AND jti = ?", clinic, jti)
	if err != nil {
		return auth.ServiceToken{}, err
	}
	return row.noun()
}

// ServiceTokens lists the service tokens of a clinic, the newest first.
func (r *Records) ServiceTokens(ctx context.Context, clinic rooms.ClinicID) ([]auth.ServiceToken, error) {
	rows, err := list[serviceTokenRow](ctx, r, clinic, "list service tokens", "issued_at DESC, jti", "clinic = ?", clinic)
	if err != nil {
		return nil, err
	}
	return convert(rows, serviceTokenRow.noun)
}
