package records

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"

	"vesper/rooms"
)

// What row-level security holds against somebody who speaks SQL, and where it
// ends: the clinic of a transaction is the server's word. Whoever may run
// statements of their own choice as the tenant role can say another word; so
// values are written into statements by one function, and the login is the
// server's alone.

// handcrafted is a connection of a login that has the tenant role and nothing
// else, in one clinic.
func handcrafted(t *testing.T, r *Records, clinic rooms.ClinicID) *sql.Conn {
	t.Helper()
	boss := superuser(t, r)
	name := "stranger_" + strings.ToLower(rooms.NewID()[:8])
	for _, statement := range []string{"CREATE ROLE " + name + " LOGIN NOINHERIT", "GRANT " + roleTenant + " TO " + name} {
		if _, err := boss.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _, _ = boss.ExecContext(context.Background(), "DROP ROLE "+name) })
	config := r.engine.(*postgresEngine).config.Copy()
	config.User = name
	pool := stdlib.OpenDB(*config)
	t.Cleanup(func() { _ = pool.Close() })
	conn := must[*sql.Conn](t)(pool.Conn(t.Context()))
	t.Cleanup(func() { _ = conn.Close() })
	for _, statement := range []string{"SET ROLE " + roleTenant, "SET vesper.clinic = " + quote(string(clinic))} {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return conn
}

func TestRowSecurityIsAttacked(t *testing.T) { postgresOnly(t, testRowSecurityIsAttacked) }

func testRowSecurityIsAttacked(t *testing.T, r *Records) {
	mine, theirs := build(t, r), build(t, r)
	live(t, r, mine)
	live(t, r, theirs)
	other, person := quote(string(theirs.clinic.ID)), quote(string(theirs.people[1].ID))
	before := marks(t, r, theirs.clinic.ID)
	for name, attack := range map[string][]string{
		"another role":            {"SET ROLE " + roleHouse},
		"another role, local":     {"BEGIN", "SET LOCAL ROLE " + roleHouse},
		"the purge":               {"SET ROLE " + rolePurge},
		"the owner":               {"SET ROLE vesper"},
		"the superuser":           {"SET SESSION AUTHORIZATION postgres"},
		"no role":                 {"RESET ROLE"},
		"no role at all":          {"RESET SESSION AUTHORIZATION", "RESET ROLE"},
		"all settings":            {"RESET ALL"},
		"no row security":         {"SET row_security = off"},
		"without triggers":        {"SET session_replication_role = replica"},
		"off for the table":       {"ALTER TABLE persons DISABLE ROW LEVEL SECURITY"},
		"not forced":              {"ALTER TABLE persons NO FORCE ROW LEVEL SECURITY"},
		"a policy of one's own":   {"CREATE POLICY mine ON persons USING (true)"},
		"no policy":               {"DROP POLICY " + roleTenant + " ON persons"},
		"a grant":                 {"GRANT " + roleHouse + " TO " + roleTenant},
		"a role that may":         {"CREATE ROLE boss SUPERUSER"},
		"a function of the owner": {"CREATE FUNCTION public.spy() RETURNS SETOF persons LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM persons'"},
		"a view":                  {"CREATE VIEW public.spy AS SELECT * FROM persons"},
		"a trigger":               {"CREATE TRIGGER spy AFTER INSERT ON persons EXECUTE FUNCTION pg_temp.spy()"},
		"another function of the policy": {
			"CREATE SCHEMA spy", "CREATE FUNCTION spy.current_setting(text, boolean) RETURNS text LANGUAGE sql AS $$SELECT " + other + "$$", "SET search_path = spy, public",
		},
		"the same in a temporary schema": {
			"CREATE FUNCTION pg_temp.current_setting(text, boolean) RETURNS text LANGUAGE sql AS $$SELECT " + other + "$$", "SET search_path = pg_temp, public, pg_catalog",
		},
		"another equals": {
			"CREATE FUNCTION pg_temp.yes(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
			"CREATE OPERATOR pg_temp.= (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_temp.yes)", "SET search_path = pg_temp, public, pg_catalog",
		},
		"a file":    {"COPY persons TO '/tmp/spy'"},
		"a program": {"COPY persons TO PROGRAM 'cat'"},
		"the disk":  {"SELECT pg_read_file('PG_VERSION')"},
	} {
		conn := handcrafted(t, r, mine.clinic.ID)
		var own int
		if err := conn.QueryRowContext(t.Context(), "SELECT count(*) FROM persons").Scan(&own); err != nil || own != len(mine.people) {
			t.Fatalf("it sees %d rows of its own, %v", own, err)
		}
		for _, statement := range attack {
			_, _ = conn.ExecContext(t.Context(), statement) // refused or not: what counts is what is seen and changed then
		}
		for _, query := range []string{"SELECT count(*) FROM public.persons WHERE id = " + person, "SELECT count(*) FROM public.journal WHERE clinic = " + other} {
			var n int
			if err := conn.QueryRowContext(t.Context(), query).Scan(&n); err == nil && n != 0 {
				t.Errorf("%s: sees %d rows of another clinic", name, n)
			}
		}
		for _, statement := range []string{
			"UPDATE public.persons SET legal_name = 'spy' WHERE id = " + person, "DELETE FROM public.persons WHERE id = " + person, "DELETE FROM public.journal WHERE clinic = " + other,
			"UPDATE public.persons SET clinic = " + other, "INSERT INTO public.programs (id, clinic, name, created_at) VALUES ('spy', " + other + ", 'spy', 0)", "TRUNCATE public.persons CASCADE",
		} {
			if result, err := conn.ExecContext(t.Context(), statement); err == nil {
				if n, _ := result.RowsAffected(); n != 0 {
					t.Errorf("%s: %s changes %d rows", name, statement, n)
				}
			}
		}
		_ = conn.Close()
	}
	if after := marks(t, r, theirs.clinic.ID); after != before {
		t.Errorf("the other clinic has changed: %s, then %s", before, after)
	}
}

// A function in a condition is asked about one's own rows alone: what it is
// given never holds another clinic's.
func TestFunctionsSeeOwnRowsAlone(t *testing.T) {
	postgresOnly(t, func(t *testing.T, r *Records) {
		mine, theirs := build(t, r), build(t, r)
		conn := handcrafted(t, r, mine.clinic.ID)
		for _, statement := range []string{
			"CREATE TEMP TABLE seen (clinic text)",
			"CREATE FUNCTION pg_temp.look(c text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN INSERT INTO pg_temp.seen VALUES (c); RETURN true; END$$",
			"SELECT count(*) FROM persons WHERE pg_temp.look(clinic)",
		} {
			if _, err := conn.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		var own, others int
		err := conn.QueryRowContext(t.Context(), "SELECT count(*) FILTER (WHERE clinic = $1), count(*) FILTER (WHERE clinic <> $1) FROM pg_temp.seen", string(mine.clinic.ID)).Scan(&own, &others)
		if err != nil || own == 0 || others != 0 {
			t.Errorf("it saw %d rows of its own and %d others (of %s), %v", own, others, theirs.clinic.ID, err)
		}
	})
}

// What one request leaves on a connection, the next one is not held to: not
// its role, its clinic, its path, its prepared statements or its temporary
// tables.
func TestNothingIsLeftOnAConnection(t *testing.T) {
	postgresOnly(t, func(t *testing.T, r *Records) {
		mine, theirs := build(t, r), build(t, r)
		ctx := t.Context()
		r.read.SetMaxOpenConns(1)
		leave := func(name, statement string) {
			err := r.view(ctx, theirs.clinic.ID, "leave", func(ctx context.Context, db bun.IDB) error {
				_, err := db.ExecContext(ctx, statement)
				return err
			})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			people, err := r.Persons(ctx, mine.clinic.ID)
			if err != nil || len(people) != len(mine.people) {
				t.Fatalf("after %s: %d people, want %d, %v", name, len(people), len(mine.people), err)
			}
			for _, p := range people {
				if p.Clinic != mine.clinic.ID {
					t.Errorf("after %s: %s of another clinic", name, p.ID)
				}
			}
			var others int // what was prepared under the other clinic, in this one
			err = r.view(ctx, mine.clinic.ID, "look", func(ctx context.Context, db bun.IDB) error {
				if name != "a prepared statement" {
					return nil
				}
				return db.QueryRowContext(ctx, "EXECUTE spy").Scan(&others)
			})
			if err != nil || others != 0 {
				t.Errorf("after %s: %d rows of another clinic, %v", name, others, err)
			}
		}
		leave("a clinic", "SET vesper.clinic = "+quote(string(theirs.clinic.ID)))
		leave("a role", "SET ROLE "+roleHouse)
		leave("a prepared statement", fmt.Sprintf("PREPARE spy AS SELECT count(*) FROM persons WHERE clinic = %s", quote(string(theirs.clinic.ID))))
		leave("a path", "SET search_path = nowhere")

		err := r.change(ctx, theirs.clinic.ID, "leave a table", func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.ExecContext(ctx, "CREATE TEMP TABLE programs (id text, clinic text, name text, created_at bigint)")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		count := len(must[[]Program](t)(r.Programs(ctx, mine.clinic.ID)))
		must[Program](t)(r.CreateProgram(ctx, Program{Clinic: mine.clinic.ID, Name: "Real"}))
		if got := len(must[[]Program](t)(r.Programs(ctx, mine.clinic.ID))); got != count+1 {
			t.Errorf("a program went into what another request left: %d, want %d", got, count+1)
		}
	})
}

// The id of a clinic stays a value, whatever is in it.
func TestClinicStaysAValue(t *testing.T) {
	postgresOnly(t, func(t *testing.T, r *Records) {
		h := build(t, r)
		for _, id := range []string{
			"x'; SET LOCAL vesper.clinic = '" + string(h.clinic.ID), "x' OR '1' = '1", `x\'; RESET ROLE; --`, "x'; SET LOCAL ROLE " + roleHouse + "; --",
			"$$x$$", "x\x00'; RESET ROLE; --", "", "%", string(h.clinic.ID) + " ",
		} {
			if people, err := r.Persons(t.Context(), rooms.ClinicID(id)); len(people) != 0 {
				t.Errorf("%q: %d people, %v", id, len(people), err)
			}
		}
	})
}

// marks tell whether anything of a clinic has changed.
func marks(t *testing.T, r *Records, clinic rooms.ClinicID) (text string) {
	t.Helper()
	err := r.view(t.Context(), clinic, "mark", func(ctx context.Context, db bun.IDB) error {
		for _, table := range []string{"persons", "journal", "programs", "seats"} {
			var mark string
			if err := db.QueryRowContext(ctx, fmt.Sprintf("SELECT count(*) || ' ' || coalesce(md5(string_agg(x::text, ',' ORDER BY x::text)), '') FROM %s x", table)).Scan(&mark); err != nil {
				return err
			}
			text += table + " " + mark + "; "
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}
