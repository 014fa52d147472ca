package records

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"
)

// sealedTable is a table with encrypted columns. The row's name in the vault is
// its key, joined by "/".
type sealedTable struct {
	name, clinic string
	key, columns []string
}

// sealedTables are all of them.
var sealedTables = []sealedTable{
	{"clinics", "id", []string{"id"}, []string{"key_check"}},
	{"persons", "clinic", []string{"id"}, []string{"phone", "email", "address", "emergency"}},
	{"doors", "clinic", []string{"session", "person"}, []string{"address", "phone", "emergency_name", "emergency_phone"}},
	{"guests", "clinic", []string{"session", "person"}, []string{"note"}},
	{"webhooks", "clinic", []string{"id"}, []string{"url", "secret", "former_secret"}},
	{"notes", "clinic", []string{"session", "hash"}, []string{"body"}},
	{"outbox", "clinic", []string{"id"}, []string{"payload"}},
	{"idempotency", "clinic", []string{"caller", "key_hash"}, []string{"answer"}},
}

// rekeyBatch is how many rows are written anew in one transaction.
const rekeyBatch = 500

// Rekeyed is what Reencrypt has done.
type Rekeyed struct {
	Rows int
	// Closed are rows with a value that none of the keys opens, by table and
	// ids. They stay as they are.
	Closed []string
}

// OldRows is how many rows hold a value under another key than the newest.
func (r *Records) OldRows(ctx context.Context) (rows int, err error) {
	err = r.view(ctx, everyClinic, "count values under older keys", func(ctx context.Context, db bun.IDB) error {
		for _, table := range sealedTables {
			var n int
			if err := db.NewRaw("SELECT count(*) FROM ? WHERE "+r.older(table), bun.Safe(table.name)).Scan(ctx, &n); err != nil {
				return err
			}
			rows += n
		}
		return nil
	})
	return rows, err
}

// older is the condition for a row with a value under another key.
func (r *Records) older(t sealedTable) string {
	parts := make([]string, len(t.columns))
	for i, column := range t.columns {
		parts[i] = fmt.Sprintf("(%[1]s <> '' AND %[1]s NOT LIKE '%[2]s:%[3]s:%%')", column, fieldFormat, r.vault.newest)
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// Reencrypt writes all encrypted columns anew under the newest key, a batch in
// a transaction, and says after each how many rows are done. One that was broken
// off is simply begun again. No server may run meanwhile: it would not know the
// newest key. On PostgreSQL the login has to own the tables, as a server's does.
func (r *Records) Reencrypt(ctx context.Context, progress func(rows int)) (done Rekeyed, err error) {
	if _, sqlite := r.engine.(*sqliteEngine); sqlite {
		// What stood under the older key is overwritten in the file.
		if _, err := r.write.db.ExecContext(ctx, "PRAGMA secure_delete = ON"); err != nil {
			return done, fmt.Errorf("re-encrypt: %w", err)
		}
	}
	for _, table := range sealedTables {
		var after []string
		for {
			batch, closed := [][]string(nil), []string(nil)
			err := r.change(ctx, everyClinic, "re-encrypt "+table.name, func(ctx context.Context, tx bun.Tx) (err error) {
				batch, closed, err = r.rekey(ctx, tx, table, after)
				return err
			})
			if err != nil {
				return done, err
			}
			done.Rows, done.Closed = done.Rows+len(batch)-len(closed), append(done.Closed, closed...)
			progress(done.Rows)
			if len(batch) < rekeyBatch {
				break
			}
			after = batch[len(batch)-1][:1+len(table.key)]
			if err := ctx.Err(); err != nil {
				return done, err
			}
		}
	}
	if _, sqlite := r.engine.(*sqliteEngine); sqlite {
		_, err = r.write.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	return done, err
}

// rekey writes the next rows of a table, with its locks off for the rest of the
// transaction.
func (r *Records) rekey(ctx context.Context, tx bun.Tx, t sealedTable, after []string) (batch [][]string, closed []string, err error) {
	if err := r.unlock(ctx, tx, t.name); err != nil {
		return nil, nil, err
	}
	order := append([]string{t.clinic}, t.key...)
	where := r.older(t)
	if len(after) > 0 {
		quoted := make([]string, len(after))
		for i, value := range after {
			quoted[i] = quote(value)
		}
		where += fmt.Sprintf(" AND (%s) > (%s)", strings.Join(order, ", "), strings.Join(quoted, ", "))
	}
	all := append(slices.Clone(order), t.columns...)
	batch, err = readAll(ctx, tx.Tx, fmt.Sprintf("SELECT %s FROM %s WHERE %s ORDER BY %s LIMIT %d",
		strings.Join(all, ", "), t.name, where, strings.Join(order, ", "), rekeyBatch), len(all))
	if err != nil {
		return nil, nil, err
	}
	for _, row := range batch {
		if opened, err := r.rekeyRow(ctx, tx, t, row); err != nil {
			return nil, nil, err
		} else if !opened {
			closed = append(closed, t.name+" "+strings.Join(row[1:1+len(t.key)], "/"))
		}
	}
	return batch, closed, r.lockAgain(ctx, tx, t.name)
}

// rekeyRow writes one row. It says whether all of it opened.
func (r *Records) rekeyRow(ctx context.Context, tx bun.Tx, t sealedTable, row []string) (opened bool, err error) {
	clinic, key, values := row[0], row[1:1+len(t.key)], row[1+len(t.key):]
	name := strings.Join(key, "/")
	update := tx.NewUpdate().Table(t.name).Where("? = ?", bun.Ident(t.clinic), clinic)
	for i, column := range t.key {
		update = update.Where("? = ?", bun.Ident(column), key[i])
	}
	for i, column := range t.columns {
		plain, err := r.vault.Open(clinic, t.name, column, name, values[i])
		if err != nil {
			return false, nil
		}
		sealed, err := r.vault.Seal(clinic, t.name, column, name, plain)
		if err != nil {
			return false, err
		}
		update = update.Set("? = ?", bun.Ident(column), sealed)
	}
	return true, changed(update.Exec(ctx))
}

// unlock lets the rest of a transaction change every row of a table.
func (r *Records) unlock(ctx context.Context, tx bun.Tx, table string) error {
	if _, sqlite := r.engine.(*sqliteEngine); sqlite {
		return unguard(ctx, tx.Tx)
	}
	_, err := tx.ExecContext(ctx, "SET LOCAL ROLE NONE; ALTER TABLE ?0 NO FORCE ROW LEVEL SECURITY; ALTER TABLE ?0 DISABLE TRIGGER USER", bun.Ident(table))
	return err
}

func (r *Records) lockAgain(ctx context.Context, tx bun.Tx, table string) error {
	if _, sqlite := r.engine.(*sqliteEngine); sqlite {
		return guard(ctx, tx.Tx)
	}
	_, err := tx.ExecContext(ctx, "ALTER TABLE ?0 ENABLE TRIGGER USER; ALTER TABLE ?0 FORCE ROW LEVEL SECURITY; "+r.engine.scope(everyClinic), bun.Ident(table))
	return err
}

// NeedsKey says where a value under a key still stands, as table.column. It
// looks at every text of every table, so that nothing is forgotten; empty: the
// key may go.
func (r *Records) NeedsKey(ctx context.Context, id string) (where []string, err error) {
	query := "SELECT m.name AS \"table\", c.name AS \"column\" FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.type = 'TEXT' WHERE m.type = 'table' ORDER BY 1, 2"
	if _, sqlite := r.engine.(*sqliteEngine); !sqlite {
		query = `SELECT c.relname AS "table", a.attname AS "column" FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace AND c.relname NOT LIKE 'goose%' AND a.atttypid = 'text'::regtype ORDER BY 1, 2`
	}
	err = r.view(ctx, everyClinic, "look for a key", func(ctx context.Context, db bun.IDB) error {
		var columns []struct{ Table, Column string }
		if err := db.NewRaw(query).Scan(ctx, &columns); err != nil {
			return err
		}
		for _, c := range columns {
			var n int
			err := db.NewRaw("SELECT count(*) FROM ? WHERE ? LIKE ?", bun.Ident(c.Table), bun.Ident(c.Column), fieldFormat+":"+id+":%").Scan(ctx, &n)
			if err != nil {
				return err
			}
			if n > 0 {
				where = append(where, c.Table+"."+c.Column)
			}
		}
		return nil
	})
	return where, err
}
