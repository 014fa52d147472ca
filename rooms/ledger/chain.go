package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

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

// chain is what a session's entries say, and their hashes.
type chain struct {
	events []rooms.Event
	hashes []string
}

// head is the hash of the last of the first count entries. There must be so many.
func (c chain) head(session rooms.SessionID, count uint64) string {
	if count == 0 {
		return Genesis(session).Hash
	}
	return c.hashes[count-1]
}

// VerifyChain walks a session's chain from its genesis and returns the events.
// It fails with a *BrokenError at the first entry that does not fit.
func VerifyChain(session rooms.SessionID, entries []Entry) ([]rooms.Event, error) {
	found, err := verifyChain(session, entries)
	return found.events, err
}

func verifyChain(session rooms.SessionID, entries []Entry) (chain, error) {
	head := Genesis(session)
	found := chain{make([]rooms.Event, len(entries)), make([]string, len(entries))}
	var seen identities
	for i, entry := range entries {
		switch {
		case entry.N != head.N+1:
			return chain{}, broken(entryPlace(i), "has the number %d", entry.N)
		case entry.Prev != head.Hash:
			return chain{}, broken(entryPlace(i), "does not stand behind the one before it")
		case entry.Hash != linkHash(entry.Prev, entry.Text):
			return chain{}, broken(entryPlace(i), "its hash is not that of its text")
		}
		if err := decodeInto(&found.events[i], entry.Text); err != nil {
			return chain{}, broken(entryPlace(i), "%v", err)
		}
		if id := found.events[i].ID; seen.twice(found.events[:i], id) {
			return chain{}, broken(entryPlace(i), "the event %s stands there twice", id)
		}
		found.hashes[i], head = entry.Hash, entry
	}
	return found, nil
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
