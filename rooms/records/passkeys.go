package records

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"vesper/auth"
	"vesper/rooms"
)

type passkeyRow struct {
	bun.BaseModel `bun:"table:passkeys"`
	Clinic        rooms.ClinicID `bun:"clinic,pk"`
	Credential    string         `bun:"credential,pk"`
	Person        rooms.PersonID `bun:"person"`
	Handle        string         `bun:"handle"`
	Label         string         `bun:"label"`
	Public        string         `bun:"public"`
	CreatedAt     int64          `bun:"created_at"`
	UsedAt        int64          `bun:"used_at"`
}

func (p passkeyRow) noun() (auth.Passkey, error) {
	return auth.Passkey{
		Clinic: p.Clinic, Person: p.Person, Credential: p.Credential, Handle: p.Handle, Label: p.Label,
		Public: []byte(p.Public), CreatedAt: at(p.CreatedAt), UsedAt: at(p.UsedAt),
	}, nil
}

// AddPasskey keeps a passkey of a staff member. ErrExists: the clinic has it
// already.
func (r *Records) AddPasskey(ctx context.Context, key auth.Passkey) error {
	row := passkeyRow{
		Clinic: key.Clinic, Credential: key.Credential, Person: key.Person, Handle: key.Handle, Label: key.Label,
		Public: string(key.Public), CreatedAt: ms(r.clock.Now()),
	}
	return r.change(ctx, key.Clinic, "add passkey", func(ctx context.Context, tx bun.Tx) error { return insert(ctx, tx, &row) })
}

// PasskeysByCredential finds a credential in every clinic that has it. The
// proof that goes with it says whose they are.
func (r *Records) PasskeysByCredential(ctx context.Context, credential string) (keys []auth.Passkey, err error) {
	err = r.view(ctx, everyClinic, "find passkey", func(ctx context.Context, db bun.IDB) error {
		rows, err := many[passkeyRow](ctx, db, "clinic", "credential = ?", credential)
		if err == nil {
			keys, err = convert(rows, passkeyRow.noun)
		}
		return err
	})
	return keys, err
}

// Passkeys lists those of a staff member.
func (r *Records) Passkeys(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID) (keys []auth.Passkey, err error) {
	err = r.view(ctx, clinic, "list passkeys", func(ctx context.Context, db bun.IDB) error {
		rows, err := many[passkeyRow](ctx, db, "created_at, credential", "clinic = ? AND person = ?", clinic, person)
		if err == nil {
			keys, err = convert(rows, passkeyRow.noun)
		}
		return err
	})
	return keys, err
}

// UsePasskey keeps what a sign-in changed of a credential, its counter above all.
func (r *Records) UsePasskey(ctx context.Context, clinic rooms.ClinicID, credential string, public []byte, now time.Time) error {
	return r.change(ctx, clinic, "use passkey", func(ctx context.Context, tx bun.Tx) error {
		return changed(tx.NewUpdate().Table("passkeys").Set("public = ?, used_at = ?", string(public), ms(now)).
			Where("clinic = ? AND credential = ?", clinic, credential).Exec(ctx))
	})
}

// DropPasskey forgets a passkey of a staff member.
func (r *Records) DropPasskey(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID, credential string) error {
	return r.change(ctx, clinic, "drop passkey", func(ctx context.Context, tx bun.Tx) error {
		return changed(tx.NewDelete().Table("passkeys").
			Where("clinic = ? AND person = ? AND credential = ?", clinic, person, credential).Exec(ctx))
	})
}
