package records

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"vesper/rooms/storetest"
)

// postgresOnly opens the records on PostgreSQL.
func postgresOnly(t *testing.T, test func(*testing.T, *Records)) {
	t.Run("postgres", func(t *testing.T) { test(t, openAt(t, t.TempDir())) })
}

// Every table there is: a clinic on each row, row-level security that holds
// even the owner, and no way to change evidence.
func TestEveryTableIsSecured(t *testing.T) { postgresOnly(t, testEveryTableIsSecured) }

func testEveryTableIsSecured(t *testing.T, r *Records) {
	tables := must[[]postgresTable](t)(postgresTables(t.Context(), r.read))
	if len(tables) < 20 {
		t.Fatalf("%d tables", len(tables))
	}
	for _, table := range tables {
		if !table.Secured || !table.Clinic && table.Name != "clinics" {
			t.Errorf("%s: %+v", table.Name, table)
		}
		evidence := slices.Contains(evidenceTables, table.Name)
		for _, role := range []string{roleTenant, roleHouse} {
			for _, verb := range []string{"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"} {
				want := verb != "TRUNCATE" && (!evidence || verb == "SELECT" || verb == "INSERT")
				if may := may(t, r, role, table.Name, verb); may != want {
					t.Errorf("%s may %s %s: %v, want %v", role, verb, table.Name, may, want)
				}
			}
		}
		for _, verb := range []string{"UPDATE", "TRUNCATE"} {
			if may(t, r, rolePurge, table.Name, verb) {
				t.Errorf("a purge may %s %s", verb, table.Name)
			}
		}
		if slices.Contains(keptTables, table.Name) && may(t, r, rolePurge, table.Name, "DELETE") {
			t.Errorf("a purge may DELETE %s", table.Name)
		}
	}
	for _, name := range evidenceTables {
		if !slices.ContainsFunc(tables, func(table postgresTable) bool { return table.Name == name }) {
			t.Errorf("there is no table %s", name)
		}
	}
	if may := must[bool](t)(scan[bool](t, r.read, "SELECT pg_has_role(current_user, '"+rolePurge+"', 'MEMBER')")); may {
		t.Error("the server's login may purge")
	}
}

func scan[T any](t testing.TB, db bun.IDB, query string) (v T, err error) {
	return v, db.QueryRowContext(t.Context(), query).Scan(&v)
}

func may(t testing.TB, r *Records, role, table, verb string) bool {
	t.Helper()
	return must[bool](t)(scan[bool](t, r.read, fmt.Sprintf("SELECT has_table_privilege('%s', '%s', '%s')", role, table, verb)))
}

// A query that forgets the clinic sees one clinic, and writes to none else.
func TestForgetfulQuery(t *testing.T) { postgresOnly(t, testForgetfulQuery) }

func testForgetfulQuery(t *testing.T, r *Records) {
	mine, theirs := build(t, r), build(t, r)
	live(t, r, mine)
	live(t, r, theirs)
	ctx, counted := t.Context(), 0
	for _, table := range must[[]postgresTable](t)(postgresTables(ctx, r.read)) {
		column := map[bool]string{true: "id", false: "clinic"}[table.Name == "clinics"]
		count := func(clinic, where string) (n int) {
			scope := r.engine.scope(mine.clinic.ID)
			if clinic == "" {
				scope = r.engine.scope(everyClinic)
			}
			err := r.read.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
				if _, err := tx.ExecContext(ctx, scope); err != nil {
					return err
				}
				return tx.QueryRowContext(ctx, fmt.Sprintf("SELECT count(*) FROM %q %s", table.Name, where)).Scan(&n)
			})
			if err != nil {
				t.Fatalf("%s: %v", table.Name, err)
			}
			return n
		}
		other := fmt.Sprintf("WHERE %s <> '%s'", column, mine.clinic.ID)
		if n := count("mine", other); n != 0 {
			t.Errorf("%s: %d rows of another clinic", table.Name, n)
		}
		if count("mine", "") > 0 && count("", other) > 0 {
			counted++
		}
	}
	if counted < 10 {
		t.Errorf("only %d tables had rows of both clinics", counted)
	}
	err := r.change(ctx, mine.clinic.ID, "forget", func(ctx context.Context, tx bun.Tx) error {
		result, err := tx.ExecContext(ctx, "UPDATE persons SET legal_name = 'x' WHERE clinic = ?", theirs.clinic.ID)
		if err != nil {
			return err
		}
		if n, _ := result.RowsAffected(); n != 0 {
			t.Errorf("%d rows of another clinic were changed", n)
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO programs (id, clinic, name, created_at) VALUES ('x', ?, 'x', 0)", theirs.clinic.ID)
		return err
	})
	if sqlState(err) != "42501" {
		t.Errorf("insert into another clinic: %v, want a refusal", err)
	}
	unscoped := must[int](t)(scan[int](t, r.read, "SELECT count(*) FROM persons"))
	if unscoped != 0 {
		t.Errorf("without a clinic %d rows are seen", unscoped)
	}
}

// UPDATE and DELETE on evidence fail by privilege, and for the owner of the
// tables by the trigger.
func TestEvidenceHasTwoLocks(t *testing.T) { postgresOnly(t, testEvidenceHasTwoLocks) }

func testEvidenceHasTwoLocks(t *testing.T, r *Records) {
	h := build(t, r)
	live(t, r, h)
	for _, table := range evidenceTables {
		for _, statement := range []string{"UPDATE %q SET clinic = clinic", "DELETE FROM %q", "TRUNCATE %q CASCADE"} {
			statement = fmt.Sprintf(statement, table)
			err := r.change(t.Context(), h.clinic.ID, "change evidence", func(ctx context.Context, tx bun.Tx) error {
				_, err := tx.ExecContext(ctx, statement)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "permission denied") {
				t.Errorf("%s by the program: %v, want a refusal by privilege", statement, err)
			}
			if _, err := r.write.db.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "is append-only") {
				t.Errorf("%s by the owner: %v, want a refusal by the trigger", statement, err)
			}
		}
	}
	verifyChain(t, r, h.clinic.ID, h.sessions[0])
}

// A table that somebody adds without a clinic keeps the server from starting.
func TestTableWithoutClinic(t *testing.T) {
	t.Run("postgres", func(t *testing.T) {
		dir := t.TempDir()
		r := openAt(t, dir)
		if _, err := r.write.db.ExecContext(t.Context(), "CREATE TABLE stray (id TEXT)"); err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), Options{Postgres: databaseOf(t, dir), Sealer: testSealer, Fields: testFields})
		if err == nil || !strings.Contains(err.Error(), "table stray has no clinic") {
			t.Errorf("got %v", err)
		}
	})
}

// What a start lacks is said in one sentence, without the password.
func TestPostgresRefusals(t *testing.T) {
	url := storetest.Postgres(t)
	if r, err := Open(t.Context(), Options{Postgres: url, Sealer: testSealer, Fields: testFields}); err != nil || r.Close() != nil {
		t.Fatal(err) // the roles are there from now on
	}
	admin := storetest.PostgresAdmin(t, url)
	boss, err := newPostgres(admin, nil)
	if err != nil {
		t.Fatal(err)
	}
	db := boss.pool(boss.config, 1)
	defer db.Close()
	poor := "poor" + strings.ToLower(t.Name())
	for _, statement := range []string{"CREATE ROLE " + poor + " LOGIN", "REVOKE CREATE ON SCHEMA public FROM PUBLIC"} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	defer func() { _, _ = db.ExecContext(context.Background(), "DROP OWNED BY "+poor+"; DROP ROLE "+poor) }()
	for name, test := range map[string]struct{ url, want string }{
		"no address":     {"postgres://a:secret@%zz", "want postgres://login@host/database"},
		"nobody there":   {"postgres://vesper:secret@127.0.0.1:1/x", "reach PostgreSQL"},
		"no database":    {strings.Replace(url, "/test", "/none", 1), "does not exist"},
		"no right to be": {strings.Replace(url, "vesper@", poor+"@", 1), "GRANT vesper_"},
	} {
		_, err := Open(t.Context(), Options{Postgres: test.url, Sealer: testSealer, Fields: testFields})
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want a word of %q", name, err, test.want)
		}
	}
	if _, err := db.ExecContext(t.Context(), "GRANT vesper_tenant, vesper_house TO "+poor); err != nil {
		t.Fatal(err)
	}
	empty := storetest.Postgres(t)
	_, err = Open(t.Context(), Options{Postgres: strings.Replace(empty, "vesper@", poor+"@", 1), Sealer: testSealer, Fields: testFields})
	if err == nil || !strings.Contains(err.Error(), "GRANT CREATE, USAGE ON SCHEMA public TO") {
		t.Errorf("no right to make tables: %v", err)
	}
}
