package records

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// PersonQuery asks for a page of a clinic's people, by legal name. Limit must
// be set.
type PersonQuery struct {
	Kind  PersonKind // empty: all
	Text  string     // in a name; empty: all
	Limit int
	// After is the last person of the page before; empty: from the beginning.
	After rooms.PersonID
}

// FindPersons finds a page of people, and whether there are more. Names are
// compared in Go, because no two databases fold letters alike.
// rooms.ErrNotFound: q.After is nobody's.
func (r *Records) FindPersons(ctx context.Context, clinic rooms.ClinicID, q PersonQuery) (people []Person, more bool, err error) {
	err = r.view(ctx, clinic, "find persons", func(ctx context.Context, db bun.IDB) error {
		found, err := q.named(ctx, db, clinic)
		if more = len(found) > q.Limit; more {
			found = found[:q.Limit]
		}
		if err != nil || len(found) == 0 {
			return err
		}
		rows, err := many[personRow](ctx, db, "legal_name, id", "clinic = ? AND id IN (?)", clinic, bun.List(found))
		if err != nil {
			return err
		}
		people, err = convert(rows, r.openPerson)
		return err
	})
	return people, more, err
}

// looked is how many names are read at a time.
const looked = 1000

// named are the people of a query, one more than its limit if there are.
func (q PersonQuery) named(ctx context.Context, db bun.IDB, clinic rooms.ClinicID) (found []rooms.PersonID, err error) {
	text, atOnce := nameKey(q.Text), looked
	if text == "" {
		atOnce = q.Limit + 1
	}
	name, id := "", q.After
	if id != "" {
		last, err := one[personRow](ctx, db, "", "clinic = ? AND id = ?", clinic, id)
		if err != nil {
			return nil, err
		}
		name = last.LegalName
	}
	for {
		rows, err := personPage(ctx, db, clinic, q.Kind, atOnce, name, id)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			name, id = row.LegalName, row.ID
			if strings.Contains(nameKey(name), text) || strings.Contains(nameKey(row.DisplayName), text) {
				found = append(found, id)
			}
			if len(found) > q.Limit {
				return found, nil
			}
		}
		if len(rows) < atOnce {
			return found, nil
		}
	}
}

// personPage reads names behind one.
func personPage(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, kind PersonKind, limit int, name string, id rooms.PersonID) ([]personRow, error) {
	var rows []personRow
	query := db.NewSelect().Model(&rows).Column("id", "legal_name", "display_name").Where("clinic = ?", clinic)
	if id != "" {
		query = query.Where("(legal_name > ? OR legal_name = ? AND id > ?)", name, name, id)
	}
	if kind != "" {
		query = query.Where("kind = ?", kind)
	}
	err := query.OrderExpr("legal_name, id").Limit(int64(limit)).Scan(ctx)
	return rows, err
}
