package records

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// Note is a free text that goes with an event. The journal holds its hash, the
// records keep it encrypted.
type Note struct {
	Event int // index among the events that it is handed over with
	Text  string
}

// String keeps the text out of logs.
func (Note) String() string { return "note" }

type noteRow struct {
	bun.BaseModel `bun:"table:notes"`
	Clinic        rooms.ClinicID  `bun:"clinic,pk"`
	Session       rooms.SessionID `bun:"session,pk"`
	Hash          string          `bun:"hash,pk"`
	Body          string          `bun:"body"`
	KeptAt        int64           `bun:"kept_at"`
}

// salted is what is kept of a text, and hashed: a line of salt goes before it,
// so that nobody finds a short text by trying.
func salted(text string) string { return rand.Text() + "\n" + text }

func textHash(kept string) string {
	sum := sha256.Sum256([]byte("vesper note\x00" + kept))
	return hex.EncodeToString(sum[:])
}

// KeepNote keeps a text for an event that a room will write, and returns the
// hash for Event.Note. A text that no event names is not shown.
func (r *Records) KeepNote(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID, text string) (hash string, err error) {
	kept := salted(clean(text))
	now := ms(r.clock.Now())
	return textHash(kept), r.change(ctx, clinic, "keep note", func(ctx context.Context, tx bun.Tx) error {
		return r.keepNote(ctx, tx, noteRow{Clinic: clinic, Session: session, KeptAt: now}, kept)
	})
}

func (r *Records) keepNote(ctx context.Context, tx bun.Tx, row noteRow, kept string) (err error) {
	row.Hash = textHash(kept)
	if row.Body, err = r.vault.Seal(string(row.Clinic), "notes", "body", row.key(), kept); err != nil {
		return err
	}
	return insert(ctx, tx, &row)
}

// key is the row's name in the vault.
func (n noteRow) key() string { return string(n.Session) + "/" + n.Hash }

// Notes are the texts of a session by their hashes. One that does not open, or
// is not the text of its hash, is left out: it was tampered with.
func (r *Records) Notes(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) (map[string]string, error) {
	var texts map[string]string
	err := r.view(ctx, clinic, "read notes", func(ctx context.Context, db bun.IDB) (err error) {
		if _, err = one[sessionRow](ctx, db, "", "clinic = ? AND id = ?", clinic, session); err == nil {
			texts, err = r.notes(ctx, db, clinic, session)
		}
		return err
	})
	return texts, err
}

func (r *Records) notes(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, session rooms.SessionID) (map[string]string, error) {
	rows, err := many[noteRow](ctx, db, "hash", "clinic = ? AND session = ?", clinic, session)
	if err != nil {
		return nil, err
	}
	texts := make(map[string]string, len(rows))
	for _, row := range rows {
		kept, err := r.vault.Open(string(clinic), "notes", "body", row.key(), row.Body)
		if err != nil || textHash(kept) != row.Hash {
			r.logger.Warn("a note is not what was written", "session", session, "hash", row.Hash)
			continue
		}
		_, texts[row.Hash], _ = strings.Cut(kept, "\n")
	}
	return texts, nil
}
