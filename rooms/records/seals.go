package records

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

type sealRow struct {
	bun.BaseModel `bun:"table:seals"`
	Session       rooms.SessionID `bun:"session,pk"`
	N             int             `bun:"n,pk"`
	Kind          string          `bun:"kind"`
	Seal          string          `bun:"seal"`
	CreatedAt     int64           `bun:"created_at"`
}

// machineSeal is what the machine's seal says of a chain.
type machineSeal struct {
	Session rooms.SessionID `json:"session"`
	Count   uint64          `json:"count"`
	Head    string          `json:"head"`
	At      int64           `json:"at_ms"`
}

// signedSeal is the seal as it is kept: the text that was signed, word for word.
type signedSeal struct {
	Text      string `json:"text"`
	Key       string `json:"key"` // the public key, base64
	Signature string `json:"signature"`
}

// sealContext keeps a seal's signature from standing under anything else.
const sealContext = "vesper machine seal\x00"

// unsealed refuses a session that is sealed.
func unsealed(ctx context.Context, db bun.IDB, session rooms.SessionID) error {
	_, err := one[sealRow](ctx, db, "", "session = ?", session)
	if errors.Is(err, rooms.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = rooms.ErrSealed
	}
	return err
}

// Seal serves rooms.Journal.
func (r *Records) Seal(ctx context.Context, session rooms.SessionID, epoch uint64) error {
	now := ms(r.clock.Now())
	return r.write.do(ctx, "seal session", func(ctx context.Context, tx bun.Tx) error {
		if err := owned(ctx, tx, session, epoch); err != nil {
			return err
		}
		err := unsealed(ctx, tx, session)
		if errors.Is(err, rooms.ErrSealed) {
			return nil
		}
		if err != nil {
			return err
		}
		head, err := journalHead(ctx, tx, session)
		if err != nil {
			return err
		}
		seal, err := r.sign(machineSeal{Session: session, Count: head.N, Head: head.Hash, At: now})
		if err != nil {
			return err
		}
		return insert(ctx, tx, &sealRow{Session: session, N: 1, Kind: "machine", Seal: seal, CreatedAt: now})
	})
}

func (r *Records) sign(seal machineSeal) (string, error) {
	text, err := encode(seal)
	if err != nil {
		return "", err
	}
	public := r.sealer.Public().(ed25519.PublicKey)
	return encode(signedSeal{
		Text: text, Key: base64.StdEncoding.EncodeToString(public),
		Signature: base64.StdEncoding.EncodeToString(ed25519.Sign(r.sealer, []byte(sealContext+text))),
	})
}
