package records

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

const (
	// answerMemory is how long an answer is kept for a repeated call.
	answerMemory = 24 * time.Hour
	// runAtMost is how long a call may take; the key of one that takes longer
	// was left behind by a crash and is free.
	runAtMost = 2 * time.Minute
)

var (
	// ErrOtherCall: the key stands for another call.
	ErrOtherCall = errors.New("the key was used for another call")
	// ErrRunning: the first call of the key has no answer yet.
	ErrRunning = errors.New("the first call of this key still runs")
)

// Call is one call that its caller may repeat.
type Call struct {
	Clinic rooms.ClinicID
	Caller string
	Key    string // as the caller made it
	Route  string
	Body   []byte
}

// Reply is what a call was answered.
type Reply struct {
	Status      int    `json:"status"`
	ContentType string `json:"content_type"`
	Body        []byte `json:"body"`
}

type callRow struct {
	bun.BaseModel `bun:"table:idempotency"`
	Clinic        rooms.ClinicID `bun:"clinic,pk"`
	Caller        string         `bun:"caller,pk"`
	KeyHash       string         `bun:"key_hash,pk"`
	CallHash      string         `bun:"call_hash"`
	Run           string         `bun:"run"`
	Status        int            `bun:"status_code"`
	Answer        string         `bun:"answer"`
	CreatedAt     int64          `bun:"created_at"`
}

// row is a call as its columns keep it: a key may hold anything, so only its
// hash is kept.
func (c Call) row() callRow {
	key := sha256.Sum256([]byte(c.Key))
	call := sha256.Sum256(append([]byte(c.Route+"\x00"), c.Body...))
	return callRow{Clinic: c.Clinic, Caller: c.Caller, KeyHash: hex.EncodeToString(key[:]), CallHash: hex.EncodeToString(call[:])}
}

func (c callRow) vaultRow() string { return c.Caller + "/" + c.KeyHash }

// BeginCall begins a call, and returns a token for EndCall. A call that was
// answered is not begun again: replay is its answer. ErrOtherCall, ErrRunning.
func (r *Records) BeginCall(ctx context.Context, call Call) (run string, replay *Reply, err error) {
	row, now := call.row(), r.clock.Now()
	row.Run, row.CreatedAt = rooms.NewID(), ms(now)
	err = r.change(ctx, call.Clinic, "begin call", func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewDelete().Table("idempotency").Where("clinic = ? AND created_at < ?", call.Clinic, ms(now.Add(-answerMemory))).Exec(ctx)
		if err != nil {
			return err
		}
		kept, err := one[callRow](ctx, tx, "", "clinic = ? AND caller = ? AND key_hash = ?", row.Clinic, row.Caller, row.KeyHash)
		switch {
		case errors.Is(err, rooms.ErrNotFound):
			return insert(ctx, tx, &row)
		case err != nil:
			return err
		case kept.CallHash != row.CallHash:
			return ErrOtherCall
		case kept.Status != 0:
			replay, err = r.openAnswer(kept)
			return err
		case kept.CreatedAt > ms(now.Add(-runAtMost)):
			return ErrRunning
		}
		return changed(tx.NewUpdate().Model(&row).WherePK().Exec(ctx))
	})
	if errors.Is(err, ErrExists) { // two at once, on two nodes
		err = ErrRunning
	}
	return row.Run, replay, err
}

func (r *Records) openAnswer(row callRow) (*Reply, error) {
	text, err := r.vault.Open(string(row.Clinic), "idempotency", "answer", row.vaultRow(), row.Answer)
	if err != nil {
		return nil, err
	}
	answer, err := decode[Reply](text)
	return &answer, err
}

// EndCall keeps the answer of a call that BeginCall began; nil frees its key.
func (r *Records) EndCall(ctx context.Context, call Call, run string, answer *Reply) error {
	row := call.row()
	where := []any{row.Clinic, row.Caller, row.KeyHash, run}
	if answer != nil {
		text, err := encode(answer)
		if err != nil {
			return err
		}
		row.Status = answer.Status
		if row.Answer, err = r.vault.Seal(string(row.Clinic), "idempotency", "answer", row.vaultRow(), text); err != nil {
			return err
		}
	}
	return r.change(ctx, call.Clinic, "end call", func(ctx context.Context, tx bun.Tx) error {
		if answer == nil {
			_, err := tx.NewDelete().Table("idempotency").Where("clinic = ? AND caller = ? AND key_hash = ? AND run = ?", where...).Exec(ctx)
			return err
		}
		_, err := tx.NewUpdate().Table("idempotency").Set("status_code = ?", row.Status).Set("answer = ?", row.Answer).
			Where("clinic = ? AND caller = ? AND key_hash = ? AND run = ?", where...).Exec(ctx)
		return err
	})
}
