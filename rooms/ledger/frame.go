package ledger

import (
	"strings"
	"time"

	"vesper/rooms"
)

// What stands around a bundle's entries and rows, read as Vesper writes it.

// frame reads a bundle up to its entries, and returns the text of its context.
func (c *cursor) frame(b *Bundle) (context string) {
	b.Format = Format
	c.skip(`{"format":"` + Format + `","generated_at":"`)
	b.GeneratedAt = c.date()
	if c.has(`,"notice":"`) {
		b.Notice = c.quoted()
		c.ok = c.ok && b.Notice != ""
	}
	c.skip(`,"context":`)
	start := c.text
	c.plan(&b.Context.Plan)
	b.Context.Roster = c.roster()
	c.skip(`,"rules":`)
	b.Context.Rules = []byte(c.value())
	c.skip("}")
	context = start[:len(start)-len(c.text)]
	c.skip(`,"entries":[`)
	return context
}

func (c *cursor) plan(p *rooms.Plan) {
	c.skip(`{"plan":{"clinic":"`)
	p.Clinic = rooms.ClinicID(c.quoted())
	c.skip(`,"session":"`)
	p.Session = rooms.SessionID(c.quoted())
	c.skip(`,"series":"`)
	p.Series = rooms.SeriesID(c.quoted())
	c.skip(`,"start":"`)
	p.Start = c.date()
	c.skip(`,"end":"`)
	p.End = c.date()
	c.skip(`,"zone":"`)
	p.Zone = c.quoted()
	c.skip(`,"segments":[`)
	p.Segments = []rooms.Segment{}
	for c.goesOn(len(p.Segments)) {
		var s rooms.Segment
		c.skip(`{"kind":"`)
		s.Kind = rooms.SegmentKind(c.quoted())
		c.skip(`,"start":"`)
		s.Start = c.date()
		c.skip(`,"end":"`)
		s.End = c.date()
		c.skip("}")
		p.Segments = append(p.Segments, s)
	}
	c.skip("}")
}

func (c *cursor) roster() []Member {
	c.skip(`,"roster":[`)
	members := make([]Member, 0, 16)
	for c.goesOn(len(members)) {
		var m Member
		c.skip(`{"person":"`)
		m.Person = rooms.PersonID(c.quoted())
		c.skip(`,"role":"`)
		m.Role = rooms.Role(c.quoted())
		c.skip("}")
		members = append(members, m)
	}
	return members
}

func (c *cursor) seals() []Seal {
	seals := make([]Seal, 0, 2)
	for c.goesOn(len(seals)) {
		var s Seal
		c.skip(`{"text":"`)
		s.Text = c.escaped()
		c.skip(`,"key":"`)
		s.Key = c.quoted()
		c.skip(`,"signature":"`)
		s.Signature = c.quoted()
		c.skip("}")
		seals = append(seals, s)
	}
	return seals
}

// words reads a list of strings. One without any is left out where it stands.
func (c *cursor) words() (words []string) {
	for c.goesOn(len(words)) {
		c.skip(`"`)
		words = append(words, c.quoted())
	}
	c.ok = c.ok && len(words) > 0
	return words
}

// goesOn reports whether a list of which n elements were read goes on, and walks
// over what stands before the next one, or over the list's end.
func (c *cursor) goesOn(n int) bool {
	if c.has("]") {
		return false
	}
	if n > 0 {
		c.skip(",")
	}
	return c.ok
}

// escaped reads a string in which only quotes have a backslash, up to its
// closing quote, which it walks over.
func (c *cursor) escaped() string {
	start := c.text
	for c.ok && !strings.HasPrefix(c.text, `"`) {
		c.ok = c.word() != "" || c.has(`\"`)
	}
	said := strings.ReplaceAll(start[:len(start)-len(c.text)], `\`, "")
	c.skip(`"`)
	return said
}

// date reads a time in UTC as time.Time writes it, up to its closing quote,
// which it walks over.
func (c *cursor) date() time.Time {
	text := c.quoted()
	t, err := time.Parse(time.RFC3339, text)
	var again [len(time.RFC3339Nano)]byte
	c.ok = c.ok && err == nil && strings.HasSuffix(text, "Z") && string(t.AppendFormat(again[:0], time.RFC3339Nano)) == text
	return t
}
