package ledger

import (
	"strings"
	"time"

	"vesper/rooms"
)

// spelling is how the names of an event's fields stand in a text, those with a
// string with its opening quote.
type spelling struct {
	epoch, node, n, at, mono, kind                                      string
	person, actor, conn, since, segment, reason, step, until, with, ref string
	note, end, quote                                                    string
	letter                                                              int // where the name of the next field begins
}

var (
	asText   = spell(`"`)  // an event's canonical text
	asString = spell(`\"`) // the same within a JSON string
)

func spell(quote string) *spelling {
	name := func(text string) string { return strings.ReplaceAll(text, `"`, quote) }
	return &spelling{
		epoch: name(`{"epoch":`), node: name(`,"node":"`), n: name(`,"n":`), at: name(`,"at_ms":`), mono: name(`,"mono_ns":`), kind: name(`,"kind":"`),
		person: name(`,"person":"`), actor: name(`,"actor":"`), conn: name(`,"conn":`), since: name(`,"since_ms":`), segment: name(`,"segment":`),
		reason: name(`,"reason":"`), step: name(`,"step_ms":`), until: name(`,"until_ms":`), with: name(`,"with":"`), ref: name(`,"ref":`),
		note: name(`,"note":"`), end: "}", quote: quote, letter: len(",") + len(quote),
	}
}

// quickDecode reads a canonical text. What it accepts Decode accepts, with the
// same event; what it refuses is for Decode to judge.
func quickDecode(e *rooms.Event, text string) bool {
	c := &cursor{text, true}
	c.event(e, asText)
	return c.ok && c.text == ""
}

// event reads a canonical text that is spelled in one way or the other.
func (c *cursor) event(e *rooms.Event, s *spelling) {
	*e = rooms.Event{}
	c.origin(&e.ID, s)
	c.afterOrigin(e, s)
}

// origin is how an event begins, and a reference: all of its identity but the
// number.
func (c *cursor) origin(id *rooms.EventID, s *spelling) {
	c.skip(s.epoch)
	id.Epoch = c.natural()
	c.skip(s.node)
	id.Node = rooms.NodeID(c.word())
	c.skip(s.quote)
	c.skip(s.n)
}

// afterOrigin reads the rest of an event, from its number on.
func (c *cursor) afterOrigin(e *rooms.Event, s *spelling) {
	e.ID.N = c.natural()
	c.skip(s.at)
	e.At = c.time()
	c.skip(s.mono)
	e.Mono = time.Duration(c.number())
	c.skip(s.kind)
	e.Kind = rooms.EventKind(c.word())
	c.skip(s.quote)
	c.about(e, s)
	c.more(e, s)
	c.skip(s.end)
}

// about reads the fields that many events have, in their order. Each may be
// left out.
func (c *cursor) about(e *rooms.Event, s *spelling) {
	if c.next(s, 'p') {
		e.Person = rooms.PersonID(c.named(s.person, s.quote))
	}
	if c.next(s, 'a') {
		e.Actor = rooms.PersonID(c.named(s.actor, s.quote))
	}
	if c.next(s, 'c') {
		c.skip(s.conn)
		e.Conn = c.natural()
		c.ok = c.ok && e.Conn != 0
	}
	if c.next(s, 's') && c.has(s.since) {
		e.Since = c.set()
	}
	if c.next(s, 's') && c.has(s.segment) {
		e.Segment = int(c.nonzero())
	}
	if c.next(s, 'r') && !strings.HasPrefix(c.text, s.ref) {
		e.Reason = c.named(s.reason, s.quote)
	}
}

// more reads the fields behind those, which few events have.
func (c *cursor) more(e *rooms.Event, s *spelling) {
	if c.next(s, 's') {
		c.skip(s.step)
		e.StepMS = c.nonzero()
	}
	if c.next(s, 'u') {
		c.skip(s.until)
		e.Until = c.set()
	}
	if c.next(s, 'w') {
		e.With = rooms.PersonID(c.named(s.with, s.quote))
	}
	if c.next(s, 'r') {
		c.skip(s.ref)
		c.origin(&e.Ref, s)
		e.Ref.N = c.natural()
		c.skip(s.end)
		c.ok = c.ok && e.Ref != rooms.EventID{}
	}
	if c.next(s, 'n') {
		e.Note = c.named(s.note, s.quote)
	}
}

// next reports whether a field follows whose name begins with that letter.
func (c *cursor) next(s *spelling, letter byte) bool {
	return len(c.text) > s.letter && c.text[s.letter] == letter
}

// named reads a string with its name, which is left out if the string is empty.
func (c *cursor) named(name, quote string) string {
	c.skip(name)
	word := c.word()
	c.ok = c.ok && word != ""
	c.skip(quote)
	return word
}

func (c *cursor) time() time.Time { return time.UnixMilli(c.number()).UTC() }

// set is a time as omitempty leaves it.
func (c *cursor) set() time.Time {
	t := c.time()
	c.ok = c.ok && !t.IsZero()
	return t
}
