package ledger

import (
	"time"

	"vesper/rooms"
)

// quick reads the texts that a journal is mostly made of without a general
// JSON decoder. Whatever is not exactly as Canonical writes it, or rare, it
// leaves to Decode: it says no, and nothing is judged by that.

// cursor walks over a text.
type cursor struct {
	text string
	ok   bool
}

// skip walks over a literal, or says no.
func (c *cursor) skip(literal string) {
	if len(c.text) < len(literal) || c.text[:len(literal)] != literal {
		c.ok = false
		return
	}
	c.text = c.text[len(literal):]
}

// has walks over a literal if it stands there.
func (c *cursor) has(literal string) bool {
	if !c.ok || len(c.text) < len(literal) || c.text[:len(literal)] != literal {
		return false
	}
	c.text = c.text[len(literal):]
	return true
}

// plain are the characters that JSON writes as they are.
var plain = func() (plain [256]bool) {
	for b := 0x20; b < 0x7f; b++ {
		plain[b] = b != '"' && b != '\\' && b != '<' && b != '>' && b != '&'
	}
	return plain
}()

// word reads up to the closing quote, which it walks over. Only plain
// characters.
func (c *cursor) word() string {
	text := c.text
	for i := 0; i < len(text); i++ {
		if plain[text[i]] {
			continue
		}
		if text[i] == '"' {
			c.text = text[i+1:]
			return text[:i]
		}
		break
	}
	c.ok = false
	return ""
}

// some is a word that is not empty, as omitempty leaves it.
func (c *cursor) some() string {
	word := c.word()
	c.ok = c.ok && word != ""
	return word
}

// number reads an integer of at most 18 digits.
func (c *cursor) number() int64 {
	negative := c.has("-")
	var n int64
	i := 0
	for i < len(c.text) && c.text[i] >= '0' && c.text[i] <= '9' {
		n = n*10 + int64(c.text[i]-'0')
		if i++; i > 18 {
			c.ok = false
			return 0
		}
	}
	if i == 0 || (c.text[0] == '0' && (i > 1 || negative)) {
		c.ok = false
		return 0
	}
	c.text = c.text[i:]
	if negative {
		return -n
	}
	return n
}

// natural is a number that is not negative.
func (c *cursor) natural() uint64 {
	n := c.number()
	c.ok = c.ok && n >= 0
	return uint64(max(n, 0))
}

// nonzero is a number as omitempty leaves it.
func (c *cursor) nonzero() int64 {
	n := c.number()
	c.ok = c.ok && n != 0
	return n
}

func (c *cursor) time() time.Time { return time.UnixMilli(c.number()).UTC() }

// set is a time as omitempty leaves it.
func (c *cursor) set() time.Time {
	t := c.time()
	c.ok = c.ok && !t.IsZero()
	return t
}

// quickDecode reads a canonical text. What it accepts Decode accepts, with the
// same event; what it refuses is for Decode to judge.
func quickDecode(e *rooms.Event, text string) bool {
	*e = rooms.Event{}
	c := &cursor{text, true}
	c.skip(`{"epoch":`)
	e.ID.Epoch = c.natural()
	c.skip(`,"node":"`)
	e.ID.Node = rooms.NodeID(c.word())
	c.skip(`,"n":`)
	e.ID.N = c.natural()
	c.skip(`,"at_ms":`)
	e.At = c.time()
	c.skip(`,"mono_ns":`)
	e.Mono = time.Duration(c.number())
	c.skip(`,"kind":"`)
	e.Kind = rooms.EventKind(c.word())
	c.rest(e)
	c.skip("}")
	return c.ok && c.text == ""
}

// rest reads the fields that may be left out, in their order.
func (c *cursor) rest(e *rooms.Event) {
	if c.has(`,"person":"`) {
		e.Person = rooms.PersonID(c.some())
	}
	if c.has(`,"actor":"`) {
		e.Actor = rooms.PersonID(c.some())
	}
	if c.has(`,"conn":`) {
		e.Conn = c.natural()
		c.ok = c.ok && e.Conn != 0
	}
	if c.has(`,"since_ms":`) {
		e.Since = c.set()
	}
	if c.has(`,"segment":`) {
		e.Segment = int(c.nonzero())
	}
	if c.has(`,"reason":"`) {
		e.Reason = c.some()
	}
	if c.has(`,"step_ms":`) {
		e.StepMS = c.nonzero()
	}
	if c.has(`,"until_ms":`) {
		e.Until = c.set()
	}
	if c.has(`,"with":"`) {
		e.With = rooms.PersonID(c.some())
	}
	if c.has(`,"ref":{"epoch":`) {
		e.Ref.Epoch = c.natural()
		c.skip(`,"node":"`)
		e.Ref.Node = rooms.NodeID(c.word())
		c.skip(`,"n":`)
		e.Ref.N = c.natural()
		c.skip("}")
		c.ok = c.ok && e.Ref != rooms.EventID{}
	}
	if c.has(`,"note":"`) {
		e.Note = c.some()
	}
}
