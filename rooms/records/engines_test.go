package records

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"

	"vesper/rooms/storetest"
)

// onEach runs a test on SQLite and on a real PostgreSQL: openAt opens the one
// that the name of the running test tells.
func onEach(t *testing.T, test func(*testing.T)) {
	t.Run("sqlite", test)
	t.Run("postgres", test)
}

// onPostgres says on which of the two a test runs.
func onPostgres(t testing.TB) bool { return strings.Contains(t.Name(), "/postgres") }

// databases are the PostgreSQL databases of the running tests by data folder,
// so that a folder that is opened again has the same records.
var databases sync.Map

// databaseOf is the database that belongs to a data folder, with its tables.
func databaseOf(t testing.TB, dir string) string {
	t.Helper()
	if url, ok := databases.Load(dir); ok {
		return url.(string)
	}
	url := storetest.Postgres(t, func(url string) error {
		r, err := Open(t.Context(), Options{Postgres: url, Sealer: testSealer, Fields: testFields})
		if err != nil {
			return err
		}
		return r.Close()
	})
	databases.Store(dir, url)
	t.Cleanup(func() { databases.Delete(dir) })
	return url
}

// tables is the file of SQLite with all its tables and nothing in them. Making
// them for every test would take longer than most tests.
var tables = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "vesper-tables-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	r, err := Open(context.Background(), Options{Dir: dir, Sealer: testSealer, Fields: testFields})
	if err != nil {
		return nil, err
	}
	if err := r.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, "vesper.db"))
})

// putTables puts them into a folder that is empty. One that is not there is
// left to Open.
func putTables(t testing.TB, dir string) {
	t.Helper()
	if there, err := os.ReadDir(dir); err != nil || len(there) > 0 {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, "vesper.db"), must[[]byte](t)(tables()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// superuser is a connection to the database of r past row-level security.
func superuser(t testing.TB, r *Records) *sql.DB {
	t.Helper()
	config := r.engine.(*postgresEngine).config.Copy()
	config.User = "postgres"
	pool := stdlib.OpenDB(*config)
	t.Cleanup(func() { _ = pool.Close() })
	return pool
}

// tamper changes what is kept as somebody does who holds the database and goes
// past its triggers.
func tamper(t testing.TB, r *Records, statements ...string) {
	t.Helper()
	var tx *sql.Tx
	if onPostgres(t) {
		tx = must[*sql.Tx](t)(superuser(t, r).BeginTx(t.Context(), nil))
		statements = append([]string{"SET LOCAL session_replication_role = replica"}, statements...)
	} else {
		begun := must[bun.Tx](t)(r.write.db.BeginTx(t.Context(), nil))
		tx = begun.Tx
		if err := unguard(t.Context(), tx); err != nil {
			t.Fatal(err)
		}
	}
	for _, statement := range statements {
		if _, err := tx.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if !onPostgres(t) {
		if err := guard(t.Context(), tx); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// countAll counts the rows of a table over all clinics.
func countAll(t testing.TB, r *Records, table string) (n int64, err error) {
	t.Helper()
	err = r.view(t.Context(), everyClinic, "count", func(ctx context.Context, db bun.IDB) error {
		return db.NewSelect().Table(table).ColumnExpr("count(*)").Scan(ctx, &n)
	})
	return n, err
}
