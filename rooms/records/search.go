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
	// The last person of the page before; empty: from the beginning.
	AfterName string
	After     rooms.PersonID
}

// FindPersons finds a page of people, and whether there are more. Names are
// compared in Go, because no two databases fold letters alike.
func (r *Records) FindPersons(ctx context.Context, clinic rooms.ClinicID, q PersonQuery) (people []Person, more bool, err error) {
	text := nameKey(q.Text)
	err = r.view(ctx, clinic, "find persons", func(ctx context.Context, db bun.IDB) error {
		people, more = nil, false
		name, id := q.AfterName, q.After
		for {
			rows, err := personPage(ctx, db, clinic, q, name, id)
			if err != nil {
				return err
			}
			for _, row := range rows {
				name, id = row.LegalName, row.ID
				if !strings.Contains(nameKey(row.LegalName), text) && !strings.Contains(nameKey(row.DisplayName), text) {
					continue
				}
				if more = len(people) == q.Limit; more {
					return nil
				}
				person, err := r.openPerson(row)
				if err != nil {
					return err
				}
				people = append(people, person)
			}
			if len(rows) <= q.Limit {
				return nil
			}
		}
	})
	return people, more, err
}

// personPage reads one row more than the limit.
func personPage(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, q PersonQuery, name string, id rooms.PersonID) ([]personRow, error) {
	var rows []personRow
	query := db.NewSelect().Model(&rows).Where("clinic = ?", clinic)
	if id != "" {
		query = query.Where("(legal_name > ? OR legal_name = ? AND id > ?)", name, name, id)
	}
	if q.Kind != "" {
		query = query.Where("kind = ?", q.Kind)
	}
	err := query.OrderExpr("legal_name, id").Limit(int64(q.Limit + 1)).Scan(ctx)
	return rows, err
}
