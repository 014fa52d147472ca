package records

import (
	"strings"

	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
)

// dialect is bun's for SQLite, for text from strangers: bun writes values into
// the statement, which a NUL would cut off.
type dialect struct{ *sqlitedialect.Dialect }

// AppendString quotes a text. It is the one way by which text comes into a
// statement.
func (d dialect) AppendString(b []byte, s string) []byte {
	return d.Dialect.AppendString(b, clean(s))
}

// postgresDialect is the same for PostgreSQL, which refuses a NUL.
type postgresDialect struct{ *pgdialect.Dialect }

// AppendString quotes a text, as above.
func (d postgresDialect) AppendString(b []byte, s string) []byte {
	return d.Dialect.AppendString(b, clean(s))
}

// clean replaces what no database keeps as text.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
}
