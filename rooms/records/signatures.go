package records

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/ledger"
)

// Signer is who signs, as it is printed.
type Signer struct {
	Person           rooms.PersonID
	Name, Credential string
}

// LogValue keeps the name out of logs.
func (s Signer) LogValue() slog.Value { return slog.StringValue(string(s.Person)) }

// Signature is the line under a sign-off or an addendum.
type Signature struct {
	Signer
	Seal int    // number of the seal in its session
	Kind string // ledger.SignOff, ledger.Addendum
	At   time.Time
	// Genuine: the line is the one that was signed. Only false for one that
	// was tampered with.
	Genuine bool
	// Salt goes into the line's hash; see ledger.Line.
	Salt string
}

// line is the signature as its seal binds it.
func (s Signature) line() ledger.Line {
	return ledger.Line{Name: s.Name, Credential: s.Credential, At: ms(s.At), Salt: s.Salt}
}

type signatureRow struct {
	bun.BaseModel `bun:"table:signatures"`
	Clinic        rooms.ClinicID  `bun:"clinic,pk"`
	Session       rooms.SessionID `bun:"session,pk"`
	N             int             `bun:"n,pk"`
	Name          string          `bun:"name"`
	Credential    string          `bun:"credential"`
	Salt          string          `bun:"salt"`
	At            int64           `bun:"at"`
}

func (s signatureRow) line() ledger.Line {
	return ledger.Line{Name: s.Name, Credential: s.Credential, At: s.At, Salt: s.Salt}
}

// Sign signs a sealed session as it stands. From then on only addenda follow.
// ErrUnsealed, ErrSigned, ErrIncomplete, ErrTampered.
func (r *Records) Sign(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID, signer Signer) error {
	now, salt := r.clock.Now(), rand.Text()
	return r.review(ctx, clinic, session, "sign session", func(ctx context.Context, tx bun.Tx) error {
		v, err := reviewOf(ctx, tx, clinic, session)
		if err != nil {
			return err
		}
		if v.signed() {
			return ErrSigned
		}
		if !slices.ContainsFunc(v.journal, func(e rooms.Event) bool { return e.Kind == rooms.EventEnded }) {
			return ErrIncomplete
		}
		return r.attest(ctx, tx, v, ledger.SignOff, signer, salt, "", now)
	})
}

// Addend adds a text behind a signature, under a seal of its own.
// ErrUnsigned, ErrTampered.
func (r *Records) Addend(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID, signer Signer, text string) error {
	now, salt, kept := r.clock.Now(), rand.Text(), salted(clean(text))
	return r.review(ctx, clinic, session, "add to signed session", func(ctx context.Context, tx bun.Tx) error {
		v, err := reviewOf(ctx, tx, clinic, session)
		if err != nil {
			return err
		}
		if !v.signed() {
			return ErrUnsigned
		}
		return r.attest(ctx, tx, v, ledger.Addendum, signer, salt, kept, now)
	})
}

// attest writes the entry, its seal and the printed line. What stands so far
// must be whole: nobody signs what was tampered with.
func (r *Records) attest(ctx context.Context, tx bun.Tx, v reviewing, kind string, signer Signer, salt, kept string, now time.Time) error {
	e, err := r.evidence(ctx, tx, v.row.Clinic, v.row.ID)
	if err != nil {
		return err
	}
	if _, err := e.Bundle().Verify(nil); err != nil {
		return fmt.Errorf("%w: %w", ErrTampered, err)
	}
	row := signatureRow{
		Clinic: v.row.Clinic, Session: v.row.ID, N: len(v.seals) + 1,
		Name: clean(signer.Name), Credential: clean(signer.Credential), Salt: salt, At: ms(now),
	}
	event, texts := rooms.Event{Kind: rooms.EventSigned, Actor: signer.Person, Note: row.line().Hash()}, map[int]string{}
	if kind == ledger.Addendum {
		event.Kind, texts[0] = rooms.EventAddendum, kept
	}
	head, err := r.chainReview(ctx, tx, v, []rooms.Event{event}, texts, now)
	if err != nil {
		return err
	}
	err = r.seal(ctx, tx, v.row, row.N, ledger.Statement{
		Kind: kind, Session: v.row.ID, Count: head.N, Head: head.Hash, At: ms(now), Signer: signer.Person, Attest: row.line().Hash(),
	})
	if err != nil {
		return err
	}
	return insert(ctx, tx, &row)
}

// signatures are the lines of a session, with the statements that they stand
// under.
func signatures(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, session rooms.SessionID, seals []ledger.Seal) ([]Signature, error) {
	rows, err := many[signatureRow](ctx, db, "n", "clinic = ? AND session = ?", clinic, session)
	return under(rows, seals), err
}

// under are lines with the statements that they stand under.
func under(rows []signatureRow, seals []ledger.Seal) (all []Signature) {
	for _, row := range rows {
		s := Signature{Signer: Signer{Name: row.Name, Credential: row.Credential}, Seal: row.N, At: at(row.At), Salt: row.Salt}
		if row.N >= 1 && row.N <= len(seals) {
			if statement, _, err := seals[row.N-1].Open(); err == nil {
				s.Kind, s.Person = statement.Kind, statement.Signer
				s.Genuine = statement.Attest == row.line().Hash() && statement.At == row.At
			}
		}
		all = append(all, s)
	}
	return all
}

// Unsigned lists the sessions of a clinic that start in [from, to), are sealed,
// and that nobody has signed.
func (r *Records) Unsigned(ctx context.Context, clinic rooms.ClinicID, from, to time.Time) ([]Session, error) {
	rows, err := r.sessions(ctx, clinic, "list unsigned sessions", 0, "start_ms, id",
		"clinic = ? AND start_ms >= ? AND start_ms < ?"+unsigned,
		clinic, from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return nil, err
	}
	return convert(rows, sessionRow.noun)
}
