package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"vesper/rooms"
)

// Entry is one event as it stands in a session's chain. Text is canonical and
// is what was hashed; hashes are SHA-256 in hexadecimal.
type Entry struct {
	N    uint64 `json:"n"` // place in the chain, from 1
	Text string `json:"text"`
	Prev string `json:"prev"`
	Hash string `json:"hash"`
}

// Genesis is what the first entry of a session stands behind, so that no
// session's chain can stand for another's.
func Genesis(session rooms.SessionID) Entry {
	return Entry{Hash: digest("vesper journal\x00" + string(session))}
}

// Next is the entry of an event behind head.
func Next(head Entry, e rooms.Event) Entry {
	text := Canonical(e)
	return Entry{N: head.N + 1, Text: text, Prev: head.Hash, Hash: linkHash(head.Hash, text)}
}

const entryPrefix = "vesper entry\x00"

func linkHash(prev, text string) string { return digest(entryPrefix + prev + "\x00" + text) }

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// BrokenError names the first place that is not what was written.
type BrokenError struct {
	Place  string // "entry 7", "seal 1", "rows", …
	Reason string
}

func (e *BrokenError) Error() string { return e.Place + ": " + e.Reason }

func broken(place, format string, args ...any) error {
	return &BrokenError{Place: place, Reason: fmt.Sprintf(format, args...)}
}

// VerifyChain walks a session's chain from its genesis and returns the events.
// It fails with a *BrokenError at the first entry that does not fit.
func VerifyChain(session rooms.SessionID, entries []Entry) ([]rooms.Event, error) {
	return verifyChain(session, entries, nil)
}

// verifyChain puts the events where there is room for them, if there is enough.
func verifyChain(session rooms.SessionID, entries []Entry, room []rooms.Event) ([]rooms.Event, error) {
	head := Genesis(session)
	events := slices.Grow(room[:0], len(entries))[:len(entries)]
	var seen identities
	var h linker
	for i, entry := range entries {
		switch {
		case entry.N != head.N+1:
			return nil, broken(entryPlace(i), "has the number %d", entry.N)
		case entry.Prev != head.Hash:
			return nil, broken(entryPlace(i), "does not stand behind the one before it")
		case !h.fits(entry):
			return nil, broken(entryPlace(i), "its hash is not that of its text")
		}
		if err := decodeInto(&events[i], entry.Text); err != nil {
			return nil, broken(entryPlace(i), "%v", err)
		}
		if id := events[i].ID; seen.twice(events[:i], id) {
			return nil, broken(entryPlace(i), "the event %s stands there twice", id)
		}
		head = entry
	}
	return events, nil
}

// identities are those that a chain has held so far. While they rise, as they
// mostly do, none can be one of before, and there is no need to look.
type identities struct{ all map[rooms.EventID]bool }

// twice adds the identity of the event behind events, and reports whether one
// of them has it.
func (s *identities) twice(events []rooms.Event, id rooms.EventID) bool {
	if s.all == nil {
		if n := len(events); n == 0 || events[n-1].ID.Less(id) {
			return false
		}
		s.all = make(map[rooms.EventID]bool, 2*len(events))
		for i := range events {
			s.all[events[i].ID] = true
		}
	}
	there := s.all[id]
	s.all[id] = true
	return there
}

// linker computes hashes of entries without a new buffer for each.
type linker struct{ text, hash []byte }

func (l *linker) fits(e Entry) bool {
	l.text = append(l.text[:0], entryPrefix...)
	l.text = append(l.text, e.Prev...)
	l.text = append(l.text, 0)
	l.text = append(l.text, e.Text...)
	sum := sha256.Sum256(l.text)
	l.hash = hex.AppendEncode(l.hash[:0], sum[:])
	return e.Hash == string(l.hash)
}
