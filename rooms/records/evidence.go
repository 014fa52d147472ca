package records

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"vesper/rooms"
)

// Entry is one event as it stands in the chain. Text is what was hashed, word
// for word; Event is Text decoded.
type Entry struct {
	N     uint64      `json:"n"`
	Event rooms.Event `json:"-"`
	Text  string      `json:"text"`
	Prev  string      `json:"prev"`
	Hash  string      `json:"hash"`
}

// Seal is a signature over a chain. Text is what was signed, word for word.
type Seal struct {
	Kind      string    `json:"kind"` // "machine"
	Text      string    `json:"text"`
	Key       string    `json:"key"` // the public key, base64
	Signature string    `json:"signature"`
	CreatedAt time.Time `json:"created_at"`
}

// Evidence is what is kept of a session, as it is kept.
type Evidence struct {
	Session Session      `json:"session"`
	Roster  rooms.Roster `json:"roster"` // with display names: leave them out of what is handed on
	Entries []Entry      `json:"entries"`
	Seals   []Seal       `json:"seals"`
}

// ErrEvidence: the journal or a seal is not what was written.
var ErrEvidence = errors.New("the evidence is not what was written")

// Evidence finds what is kept of a session of a clinic. It does not judge it:
// see Verify.
func (r *Records) Evidence(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) (Evidence, error) {
	var evidence Evidence
	var err error
	if evidence.Session, err = r.Session(ctx, clinic, session); err != nil {
		return Evidence{}, fmt.Errorf("find evidence: %w", err)
	}
	if evidence.Roster, err = r.Roster(ctx, clinic, session); err != nil {
		return Evidence{}, fmt.Errorf("find evidence: %w", err)
	}
	seals, err := many[sealRow](ctx, r.read, "n", "session = ?", session)
	if err != nil {
		return Evidence{}, fmt.Errorf("find evidence: %w", err)
	}
	entries, err := many[entryRow](ctx, r.read, "n", "session = ?", session)
	if err != nil {
		return Evidence{}, fmt.Errorf("find evidence: %w", err)
	}
	if evidence.Seals, err = convert(seals, sealRow.noun); err != nil {
		return Evidence{}, fmt.Errorf("find evidence: %w", err)
	}
	evidence.Entries, err = convert(entries, func(row entryRow) (Entry, error) {
		event, err := decode[rooms.Event](row.Event)
		return Entry{N: row.N, Event: event, Text: row.Event, Prev: row.Prev, Hash: row.Hash}, err
	})
	return evidence, err
}

func (s sealRow) noun() (Seal, error) {
	signed, err := decode[signedSeal](s.Seal)
	return Seal{Kind: s.Kind, Text: signed.Text, Key: signed.Key, Signature: signed.Signature, CreatedAt: at(s.CreatedAt)}, err
}

// Verify walks the chain and checks each seal against it, with one of the
// installation's keys. ErrEvidence, with the first place that is wrong.
func (e Evidence) Verify(keys ...ed25519.PublicKey) error {
	prev := genesis(e.Session.Plan.Session).Hash
	for i, entry := range e.Entries {
		if entry.N != uint64(i)+1 || entry.Prev != prev || entry.Hash != linkHash(prev, entry.Text) {
			return fmt.Errorf("entry %d: %w", i+1, ErrEvidence)
		}
		prev = entry.Hash
	}
	for i, seal := range e.Seals {
		said, err := decode[machineSeal](seal.Text)
		switch {
		case err != nil, said.Session != e.Session.Plan.Session, said.Count > uint64(len(e.Entries)):
			return fmt.Errorf("seal %d: %w", i+1, ErrEvidence)
		case said.Count > 0 && said.Head != e.Entries[said.Count-1].Hash, said.Count == 0 && said.Head != genesis(said.Session).Hash:
			return fmt.Errorf("seal %d: %w", i+1, ErrEvidence)
		case !seal.signedBy(keys):
			return fmt.Errorf("seal %d: not by a known key: %w", i+1, ErrEvidence)
		}
	}
	return nil
}

func (s Seal) signedBy(keys []ed25519.PublicKey) bool {
	signature, err := base64.StdEncoding.DecodeString(s.Signature)
	if err != nil {
		return false
	}
	for _, key := range keys {
		if ed25519.Verify(key, []byte(sealContext+s.Text), signature) {
			return true
		}
	}
	return false
}
