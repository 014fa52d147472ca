package records

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// preparing is the advisory lock of a start that changes tables.
const preparing = writersTurn + 1

// unreached says in one line why there is no connection. The driver has a line
// for every way that it tried, and an encrypted one that the server doesn't
// offer is no news when the plain one was answered.
func unreached(err error) error {
	var said []string
	for line := range strings.Lines(err.Error()) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.Contains(line, "server refused TLS connection") && !slices.Contains(said, line) {
			said = append(said, line)
		}
	}
	return fmt.Errorf("reach PostgreSQL: %s", strings.Join(said, " "))
}

// prepare makes roles, tables, policies and grants what this version needs.
// Of several nodes that start at once one does it, and the others wait.
func (e *postgresEngine) prepare(ctx context.Context) (err error) {
	pool := stdlib.OpenDB(*e.config)
	pool.SetMaxOpenConns(4)
	db := bun.NewDB(pool, postgresDialect{pgdialect.New()})
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := e.check(ctx, db); err != nil {
		return err
	}
	alone, err := db.Conn(ctx)
	if err != nil {
		return unreached(err)
	}
	defer func() { err = errors.Join(err, alone.Close()) }()
	if _, err := alone.ExecContext(ctx, fmt.Sprintf("SELECT pg_advisory_lock(%d)", preparing)); err != nil {
		return fmt.Errorf("wait for another start: %w", err)
	}
	defer func() {
		_, late := alone.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf("SELECT pg_advisory_unlock(%d)", preparing))
		err = errors.Join(err, late)
	}()
	if err := e.roles(ctx, db); err != nil {
		return err
	}
	if err := e.migrate(ctx, db); err != nil {
		return e.missing(err, "GRANT CREATE, USAGE ON SCHEMA public TO ?")
	}
	if err := secure(ctx, db); err != nil {
		return e.missing(err, "ALTER TABLE … OWNER TO ?")
	}
	return nil
}

// missing turns a refusal for want of a right into the sentence that helps.
func (e *postgresEngine) missing(err error, grant string) error {
	if sqlState(err) != "42501" {
		return err
	}
	login := `"` + e.config.User + `"`
	return fmt.Errorf("the login %s lacks a right; let an administrator run: %s (%w)", login, strings.ReplaceAll(grant, "?", login), err)
}

// roles makes those that are missing, and the login a member of the two that
// the server takes.
func (e *postgresEngine) roles(ctx context.Context, db *bun.DB) error {
	for _, role := range []string{roleTenant, roleHouse, rolePurge} {
		var there, member bool
		err := db.QueryRowContext(ctx, `SELECT count(*) > 0, coalesce(bool_or(pg_has_role(current_user, oid, 'MEMBER')), false)
			FROM pg_roles WHERE rolname = ?`, role).Scan(&there, &member)
		if err != nil {
			return fmt.Errorf("look for role %s: %w", role, err)
		}
		if !there {
			_, err := db.ExecContext(ctx, "CREATE ROLE "+role+" NOLOGIN")
			if err != nil && sqlState(err) != "42710" && sqlState(err) != "23505" { // made meanwhile, for another database
				return e.missing(fmt.Errorf("make role %s: %w", role, err), "CREATE ROLE "+role+" NOLOGIN; GRANT "+role+" TO ?")
			}
		}
		if member || role == rolePurge {
			continue
		}
		if _, err := db.ExecContext(ctx, "GRANT "+role+" TO CURRENT_USER"); err != nil {
			return e.missing(fmt.Errorf("take role %s: %w", role, err), "GRANT "+role+" TO ?")
		}
	}
	return nil
}

// migrate lets the owner see the rows while the tables change.
func (e *postgresEngine) migrate(ctx context.Context, db *bun.DB) error {
	m := &migrator{db: db, dialect: goose.DialectPostgres, vault: e.vault, sealer: e.sealer}
	provider, err := m.provider()
	if err != nil {
		return err
	}
	pending, err := provider.HasPending(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if !pending {
		return nil
	}
	tables, err := postgresTables(ctx, db)
	if err != nil {
		return err
	}
	for _, table := range tables {
		_, err := db.ExecContext(ctx, "ALTER TABLE ?0 NO FORCE ROW LEVEL SECURITY; DROP TRIGGER IF EXISTS append_only ON ?0; COMMENT ON TABLE ?0 IS NULL",
			bun.Ident(table.Name))
		if err != nil {
			return fmt.Errorf("open %s: %w", table.Name, err)
		}
	}
	_, err = m.up(ctx)
	return err
}

// postgresTable is a table as the catalog has it.
type postgresTable struct {
	Name    string `bun:"name"`
	Clinic  bool   `bun:"clinic"`  // it has the column
	Secured bool   `bun:"secured"` // row-level security holds even its owner
	Mark    string `bun:"mark"`    // which rules it was given
}

func postgresTables(ctx context.Context, db bun.IDB) ([]postgresTable, error) {
	var tables []postgresTable
	err := db.NewRaw(`SELECT c.relname AS name, coalesce(obj_description(c.oid, 'pg_class'), '') AS mark,
		c.relrowsecurity AND c.relforcerowsecurity AS secured,
		EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'clinic' AND NOT a.attisdropped) AS clinic
		FROM pg_class c
		WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace AND c.relname NOT LIKE 'goose%'
		ORDER BY c.relname`).Scan(ctx, &tables)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	return tables, nil
}

// secure gives every table its policies, grants and triggers, where it does
// not have them yet. A table without a clinic is an error, not a hole.
func secure(ctx context.Context, db *bun.DB) error {
	tables, err := postgresTables(ctx, db)
	if err != nil {
		return err
	}
	todo := ""
	for _, table := range tables {
		statements, err := rulesFor(table)
		if err != nil {
			return err
		}
		sum := sha256.Sum256([]byte(appendOnlyFunction + statements))
		mark := "vesper " + hex.EncodeToString(sum[:8])
		if !table.Secured || table.Mark != mark {
			todo += statements + fmt.Sprintf("COMMENT ON TABLE %q IS '%s';\n", table.Name, mark)
		}
	}
	if todo == "" {
		return nil
	}
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, appendOnlyFunction+todo); err != nil {
			return fmt.Errorf("secure tables: %w", err)
		}
		return nil
	})
}

// appendOnlyFunction is the second lock of the evidence: it holds even for the
// owner of the tables. Only a purge may take whole sessions out, and nothing
// of what is kept for good.
const appendOnlyFunction = `CREATE OR REPLACE FUNCTION vesper_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' AND TG_ARGV[0] = 'purged' AND current_user = '` + rolePurge + `' THEN
		RETURN NULL;
	END IF;
	RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
GRANT USAGE ON SCHEMA public TO ` + roleTenant + `, ` + roleHouse + `, ` + rolePurge + `;
`

// rulesFor are the statements for one table.
func rulesFor(table postgresTable) (string, error) {
	clinic := "clinic"
	if table.Name == "clinics" {
		clinic = "id"
	} else if !table.Clinic {
		return "", fmt.Errorf("table %s has no clinic", table.Name)
	}
	verbs, purge, kept := "SELECT, INSERT, UPDATE, DELETE", "SELECT, DELETE", "purged"
	evidence := slices.Contains(evidenceTables, table.Name)
	if evidence {
		verbs = "SELECT, INSERT"
	}
	if slices.Contains(keptTables, table.Name) {
		purge, kept = "SELECT", "kept"
	}
	if table.Name == "tombstones" || table.Name == "audit" {
		purge = "SELECT, INSERT"
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+";\n", args...) }
	name := `"` + table.Name + `"`
	line("ALTER TABLE %s ENABLE ROW LEVEL SECURITY", name)
	line("ALTER TABLE %s FORCE ROW LEVEL SECURITY", name)
	mine := fmt.Sprintf("%[1]s = current_setting('vesper.clinic', true) AND %[1]s <> ''", clinic)
	all := func(role string) string { return "current_user = '" + role + "'" } // not for a login that inherits the role
	for _, policy := range [][2]string{{roleTenant, mine}, {roleHouse, all(roleHouse)}, {rolePurge, all(rolePurge)}} {
		line("DROP POLICY IF EXISTS %s ON %s", policy[0], name)
		line("CREATE POLICY %[1]s ON %[2]s TO %[1]s USING (%[3]s) WITH CHECK (%[3]s)", policy[0], name, policy[1])
	}
	line("REVOKE ALL ON %s FROM PUBLIC, %s, %s, %s", name, roleTenant, roleHouse, rolePurge)
	line("GRANT %s ON %s TO %s, %s", verbs, name, roleTenant, roleHouse)
	line("GRANT %s ON %s TO %s", purge, name, rolePurge)
	if evidence {
		line("DROP TRIGGER IF EXISTS append_only ON %s", name)
		line("CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION vesper_append_only('%s')", name, kept)
	}
	return b.String(), nil
}
