package records

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// Scale is a question of the check-in, answered from 0 to 10.
type Scale struct {
	ID        string // given by the records if empty
	Version   int
	Question  map[string]string // by language
	Low, High map[string]string // what 0 and 10 mean
}

type scaleRow struct {
	bun.BaseModel `bun:"table:scales"`
	Clinic        rooms.ClinicID `bun:"clinic,pk"`
	ID            string         `bun:"id,pk"`
	Version       int            `bun:"version,pk"`
	Question      string         `bun:"question"`
	Low           string         `bun:"low"`
	High          string         `bun:"high"`
	Place         int            `bun:"place_n"`
	Active        bool           `bun:"active"`
	CreatedAt     int64          `bun:"created_at"`
}

func (s scaleRow) noun() (scale Scale, err error) {
	scale = Scale{ID: s.ID, Version: s.Version}
	if scale.Question, err = decode[map[string]string](s.Question); err != nil {
		return scale, err
	}
	if scale.Low, err = decode[map[string]string](s.Low); err != nil {
		return scale, err
	}
	scale.High, err = decode[map[string]string](s.High)
	return scale, err
}

func scaleOf(clinic rooms.ClinicID, s Scale, place int, now time.Time) (row scaleRow, err error) {
	row = scaleRow{Clinic: clinic, ID: s.ID, Version: 1, Place: place, Active: true, CreatedAt: ms(now)}
	if row.Question, err = encode(s.Question); err != nil {
		return row, err
	}
	if row.Low, err = encode(s.Low); err != nil {
		return row, err
	}
	row.High, err = encode(s.High)
	return row, err
}

// follow is the row as the next version of the one that is kept, and whether
// there is anything new in it.
func (s scaleRow) follow(kept scaleRow) (scaleRow, bool) {
	s.Version, s.CreatedAt = kept.Version, kept.CreatedAt
	if s == kept {
		return kept, false
	}
	s.Version++
	return s, true
}

// SetScales replaces the scales that a clinic asks, in their order. A scale
// that changed is a new version of it; one that is left out is asked no more,
// and its answers stay. rooms.ErrNotFound: an id that is none of the clinic's.
func (r *Records) SetScales(ctx context.Context, clinic rooms.ClinicID, scales []Scale) ([]Scale, error) {
	set := slices.Clone(scales)
	err := r.change(ctx, clinic, "set scales", func(ctx context.Context, tx bun.Tx) error {
		kept, err := newestScales(ctx, tx, clinic)
		if err != nil {
			return err
		}
		for i, scale := range scales {
			row, err := scaleOf(clinic, scale, i, r.clock.Now())
			if err != nil {
				return err
			}
			if row, err = putScale(ctx, tx, row, kept, ms(r.clock.Now())); err != nil {
				return err
			}
			set[i].ID, set[i].Version = row.ID, row.Version
			delete(kept, row.ID)
		}
		for _, row := range kept {
			row.Active = false
			if _, err := putScale(ctx, tx, row, map[string]scaleRow{row.ID: kept[row.ID]}, ms(r.clock.Now())); err != nil {
				return err
			}
		}
		return nil
	})
	return set, err
}

func putScale(ctx context.Context, tx bun.Tx, row scaleRow, kept map[string]scaleRow, now int64) (scaleRow, error) {
	if row.ID == "" {
		row.ID = rooms.NewID()
	} else {
		before, known := kept[row.ID]
		if !known {
			return row, rooms.ErrNotFound
		}
		var changed bool
		if row, changed = row.follow(before); !changed {
			return row, nil
		}
	}
	row.CreatedAt = now
	return row, insert(ctx, tx, &row)
}

// newestScales are the newest versions of all scales that a clinic ever had.
func newestScales(ctx context.Context, db bun.IDB, clinic rooms.ClinicID) (map[string]scaleRow, error) {
	rows, err := many[scaleRow](ctx, db, "version", "clinic = ?", clinic)
	newest := map[string]scaleRow{}
	for _, row := range rows {
		newest[row.ID] = row
	}
	return newest, err
}

// Scales lists what a clinic asks, in its order.
func (r *Records) Scales(ctx context.Context, clinic rooms.ClinicID) ([]Scale, error) {
	return r.scales(ctx, clinic, func(row scaleRow) bool { return row.Active })
}

// AllScales lists also what a clinic asks no more, for the answers to it.
func (r *Records) AllScales(ctx context.Context, clinic rooms.ClinicID) ([]Scale, error) {
	return r.scales(ctx, clinic, func(scaleRow) bool { return true })
}

func (r *Records) scales(ctx context.Context, clinic rooms.ClinicID, wanted func(scaleRow) bool) (scales []Scale, err error) {
	err = r.view(ctx, clinic, "list scales", func(ctx context.Context, db bun.IDB) error {
		newest, err := newestScales(ctx, db, clinic)
		if err != nil {
			return err
		}
		rows := slices.SortedFunc(maps.Values(newest), func(a, b scaleRow) int {
			return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.ID, b.ID))
		})
		rows = slices.DeleteFunc(rows, func(row scaleRow) bool { return !wanted(row) })
		scales, err = convert(rows, scaleRow.noun)
		return err
	})
	return scales, err
}
