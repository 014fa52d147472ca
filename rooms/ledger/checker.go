package ledger

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"vesper/rooms"
)

// Checker reads and verifies the bundles of an archive in one pass each, and
// keeps its buffers from one to the next. It is not safe for use by several
// goroutines.
type Checker struct {
	keys   []ed25519.PublicKey
	events []rooms.Event
	hashes []string
	origin origin
	link   []byte // what an entry's hash is of
	rows   []byte
}

// origin is how an entry's text begins, up to the event's number: mostly as
// that of the entry before.
type origin struct {
	text  string // as it stands within a JSON string
	plain []byte
	id    rooms.EventID
}

// NewChecker is a checker with the clinic's public keys, as for Verify.
func NewChecker(keys []ed25519.PublicKey) *Checker { return &Checker{keys: keys} }

// Pass reports whether ParseText reads a bundle in the text and Verify finds it
// whole, but for the rows of a sealed session: they are the text that stands
// there, for attendance.Recompute to judge. If that finds them right the text
// is a bundle that verifies. If ok is false, or they are not right, nothing is
// judged by that: the text may be written otherwise than Vesper writes it, be
// rare, or be broken, and ParseText and Verify say what there is.
//
// The bundle goes without its entries. It shares the text, and with the
// report's events it lasts until the next call.
func (k *Checker) Pass(text string) (b Bundle, report Report, ok bool) {
	c := &cursor{text, len(text) <= MaxBundle}
	context := c.frame(&b)
	chain := k.chain(c, b.Context.Plan.Session)
	c.skip(`],"rows":`)
	rows, seals := c.until(`,"seals":[`), c.seals()
	if len(seals) == 0 { // nobody will look at the rows
		unread := &cursor{rows, c.ok}
		unread.value()
		c.ok = c.ok && unread.ok && unread.text == ""
	}
	k.rows = append(k.rows[:0], rows...)
	b.Rows, b.Seals = k.rows, seals
	if c.has(`,"texts":[`) {
		b.Texts = c.words()
	}
	c.skip("}")
	if !c.ok || c.text != "" {
		return b, report, false
	}
	report, err := b.verify(chain, digest(contextPrefix+context), k.keys)
	return b, report, err == nil
}

// chain walks the entries up to the closing bracket of their list.
func (k *Checker) chain(c *cursor, session rooms.SessionID) chain {
	k.events, k.hashes, k.origin.text = k.events[:0], k.hashes[:0], ""
	head := Genesis(session).Hash
	var seen identities
	for n := 0; c.ok && !strings.HasPrefix(c.text, "]"); n++ {
		if n > 0 {
			c.skip(",")
		}
		k.events = slices.Grow(k.events, 1)[:n+1]
		head = k.entry(c, n, head)
		k.hashes = append(k.hashes, head)
		c.ok = c.ok && !seen.twice(k.events[:n], k.events[n].ID)
	}
	return chain{k.events, k.hashes}
}

// entry reads entry n, from 0, behind the one whose hash is head, and returns
// its own, which it has checked.
func (k *Checker) entry(c *cursor, n int, head string) string {
	c.skip(`{"n":`)
	c.ok = c.ok && c.natural() == uint64(n+1)
	c.skip(`,"text":"`)
	k.begin(c)
	k.events[n] = rooms.Event{ID: k.origin.id}
	start := c.text
	c.afterOrigin(&k.events[n], asString)
	text := start[:len(start)-len(c.text)]
	c.skip(`","prev":"`)
	c.skip(head)
	c.skip(`","hash":"`)
	var digits [2 * sha256.Size]byte
	if !c.ok || len(c.text) < len(digits) {
		c.ok = false
		return ""
	}
	k.link = append(append(append(append(k.link[:0], entryPrefix...), head...), 0), k.origin.plain...)
	k.link = withoutBackslashes(k.link, text)
	sum := sha256.Sum256(k.link)
	hex.Encode(digits[:], sum[:])
	hash := c.text[:len(digits)]
	c.ok = hash == string(digits[:])
	c.text = c.text[len(digits):]
	c.skip(`"}`)
	return hash
}

// begin reads an entry's origin.
func (k *Checker) begin(c *cursor) {
	if k.origin.text != "" && c.has(k.origin.text) {
		return
	}
	start := c.text
	c.origin(&k.origin.id, asString)
	k.origin.text = start[:len(start)-len(c.text)]
	k.origin.plain = withoutBackslashes(k.origin.plain[:0], k.origin.text)
}

// withoutBackslashes puts a text behind others. It is that of a string in JSON
// in which only quotes have a backslash. There is no branch for those: they come
// too irregularly to be foreseen.
func withoutBackslashes(others []byte, text string) []byte {
	n := len(others)
	all := slices.Grow(others, len(text))[:n+len(text)]
	for i := range len(text) {
		b := text[i]
		all[n] = b
		n += int(uint(b^'\\')+0xff) >> 8 // one, unless it is a backslash
	}
	return all[:n]
}
