package records

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// Feed is the secret address under which a member of staff reads a calendar.
type Feed struct {
	Clinic rooms.ClinicID
	Person rooms.PersonID
}

type feedRow struct {
	bun.BaseModel `bun:"table:calendar_feeds"`
	ID            string         `bun:"id,pk"`
	Clinic        rooms.ClinicID `bun:"clinic"`
	Person        rooms.PersonID `bun:"person"`
	Hash          string         `bun:"hash"`
	CreatedAt     int64          `bun:"created_at"`
	RevokedAt     int64          `bun:"revoked_at"`
}

// CreateFeed keeps the hash of a feed's secret, and revokes the person's
// former one. ErrNotStaff.
func (r *Records) CreateFeed(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID, hash string) error {
	now := ms(r.clock.Now())
	row := feedRow{ID: rooms.NewID(), Clinic: clinic, Person: person, Hash: hash, CreatedAt: now}
	return r.change(ctx, clinic, "create feed", func(ctx context.Context, tx bun.Tx) error {
		who, err := one[personRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, person)
		if err != nil {
			return err
		}
		if who.Kind != StaffPerson {
			return ErrNotStaff
		}
		if err := revokeFeeds(ctx, tx, clinic, person, now); err != nil && !errors.Is(err, rooms.ErrNotFound) {
			return err
		}
		return insert(ctx, tx, &row)
	})
}

// RevokeFeed ends a person's feed. rooms.ErrNotFound: there is none.
func (r *Records) RevokeFeed(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID) error {
	return r.change(ctx, clinic, "revoke feed", func(ctx context.Context, tx bun.Tx) error {
		return revokeFeeds(ctx, tx, clinic, person, ms(r.clock.Now()))
	})
}

func revokeFeeds(ctx context.Context, tx bun.Tx, clinic rooms.ClinicID, person rooms.PersonID, now int64) error {
	return changed(tx.NewUpdate().Table("calendar_feeds").Set("revoked_at = ?", now).
		Where("clinic = ? AND person = ? AND revoked_at = 0", clinic, person).Exec(ctx))
}

// FeedByHash finds a feed that is not revoked. It asks for no clinic: the
// secret itself is the proof, and the answer says whose it is.
func (r *Records) FeedByHash(ctx context.Context, hash string) (Feed, error) {
	row, err := find[feedRow](ctx, r, everyClinic, "find feed", "", "hash = ? AND revoked_at = 0", hash)
	return Feed{row.Clinic, row.Person}, err
}
