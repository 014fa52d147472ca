package records

import (
	"context"
	"database/sql"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// engine is what the two databases do in different words. The tables, the
// queries and the promises are the same.
type engine interface {
	// open connects, brings the tables up to date and returns one connection
	// that writes and a few that read.
	open(ctx context.Context) (write, read *bun.DB, err error)
	// reading is how a transaction begins that only reads.
	reading() *sql.TxOptions
	// turn is the statement by which a writing transaction waits for its turn
	// among those of other nodes, or empty.
	turn() string
	// scope is the statement that confines what follows in a transaction to
	// one clinic, or empty.
	scope(clinic rooms.ClinicID) string
}
