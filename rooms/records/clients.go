package records

import (
	"context"
	"encoding/json"
	"time"

	"github.com/uptrace/bun"

	"vesper/auth"
	"vesper/rooms"
)

type serviceClientRow struct {
	bun.BaseModel `bun:"table:service_clients"`
	ID            string         `bun:"id,pk"`
	Clinic        rooms.ClinicID `bun:"clinic"`
	Name          string         `bun:"name"`
	Scopes        string         `bun:"scopes"`
	Public        string         `bun:"public"`
	CreatedAt     int64          `bun:"created_at"`
	RevokedAt     int64          `bun:"revoked_at"`
}

func (c serviceClientRow) noun() (auth.ServiceClient, error) {
	scopes, err := decode[[]auth.Scope](c.Scopes)
	return auth.ServiceClient{
		ID: c.ID, Clinic: c.Clinic, Name: c.Name, Scopes: scopes, Keys: json.RawMessage(c.Public),
		CreatedAt: at(c.CreatedAt), RevokedAt: at(c.RevokedAt),
	}, err
}

// AddServiceClient registers a program of a clinic. An empty ID is given one.
func (r *Records) AddServiceClient(ctx context.Context, client auth.ServiceClient) (auth.ServiceClient, error) {
	if client.ID == "" {
		client.ID = rooms.NewID()
	}
	made(ctx, client.ID, "")
	scopes, err := encode(client.Scopes)
	if err != nil {
		return client, err
	}
	client.CreatedAt = at(ms(r.clock.Now()))
	row := serviceClientRow{
		ID: client.ID, Clinic: client.Clinic, Name: client.Name, Scopes: scopes, Public: string(client.Keys), CreatedAt: ms(client.CreatedAt),
	}
	return client, r.change(ctx, client.Clinic, "register program", func(ctx context.Context, tx bun.Tx) error { return insert(ctx, tx, &row) })
}

// ServiceClient serves auth.Store. It asks for no clinic: the program's key is
// the proof, and the answer says whose it is.
func (r *Records) ServiceClient(ctx context.Context, id string) (client auth.ServiceClient, err error) {
	err = r.view(ctx, everyClinic, "find program", func(ctx context.Context, db bun.IDB) error {
		row, err := one[serviceClientRow](ctx, db, "", "id = ?", id)
		if err == nil {
			client, err = row.noun()
		}
		return err
	})
	return client, err
}

// ServiceClients lists the programs of a clinic, the newest first.
func (r *Records) ServiceClients(ctx context.Context, clinic rooms.ClinicID) (clients []auth.ServiceClient, err error) {
	err = r.view(ctx, clinic, "list programs", func(ctx context.Context, db bun.IDB) error {
		rows, err := many[serviceClientRow](ctx, db, "created_at DESC, id", "clinic = ?", clinic)
		if err == nil {
			clients, err = convert(rows, serviceClientRow.noun)
		}
		return err
	})
	return clients, err
}

// RevokeServiceClient takes a program's registration back. Tokens that it
// holds run out within minutes.
func (r *Records) RevokeServiceClient(ctx context.Context, clinic rooms.ClinicID, id string) error {
	return r.revoke(ctx, "service_clients", "id", clinic, id)
}

type assertionRow struct {
	bun.BaseModel `bun:"table:used_assertions"`
	Client        string         `bun:"client,pk"`
	JTI           string         `bun:"jti,pk"`
	Clinic        rooms.ClinicID `bun:"clinic"`
	Expires       int64          `bun:"expires"`
}

// ConsumeAssertion serves auth.Store.
func (r *Records) ConsumeAssertion(ctx context.Context, client auth.ServiceClient, jti string, expires time.Time) (first bool, err error) {
	row := assertionRow{Client: client.ID, JTI: jti, Clinic: client.Clinic, Expires: ms(expires)}
	old := ms(r.clock.Now().Add(-ticketMemory))
	err = r.change(ctx, client.Clinic, "consume assertion", func(ctx context.Context, tx bun.Tx) error {
		result, err := tx.NewInsert().Model(&row).On("CONFLICT (client, jti) DO NOTHING").Exec(ctx)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return err
		}
		first = n == 1
		_, err = tx.NewDelete().Table("used_assertions").Where("clinic = ? AND expires < ?", client.Clinic, old).Exec(ctx)
		return err
	})
	return first && err == nil, err
}
