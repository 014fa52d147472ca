package ledger

import (
	"bytes"
	"encoding/json"
	"strings"
)

// scan reads a bundle's long lists, entries and rows, straight from its text,
// and leaves what is around them to the general reader. It accepts only what
// is written as Vesper writes it, without white space; whatever else it sees it
// says no to, and the general reader judges the whole bundle, and says what is
// wrong with it.

const (
	entriesName = `,"entries":[`
	rowsName    = `],"rows":`
	sealsName   = `,"seals":`
)

// scan is parse of a bundle that is written as ever. The bundle's entries share
// the text.
func scan(text string) (b Bundle, ok bool) {
	start := strings.Index(text, entriesName)
	if start < 0 || depth(text[:start]) != 1 {
		return b, false
	}
	start += len(entriesName)
	c := &cursor{text[start:], true}
	entries := c.entries()
	end := len(text) - len(c.text)
	c.skip(rowsName)
	rows := c.text
	c.value(0)
	rows = rows[:len(rows)-len(c.text)]
	if !c.ok || !strings.HasPrefix(c.text, sealsName) {
		return b, false
	}
	frame := make([]byte, 0, start+len(rowsName)+len("[]")+len(c.text))
	frame = append(append(append(append(frame, text[:start]...), text[end:end+len(rowsName)]...), "[]"...), c.text...)
	if b, ok = parseFrame(frame); ok {
		b.Entries, b.Rows = entries, json.RawMessage(rows)
	}
	return b, ok
}

// parseFrame reads a bundle whose two lists were taken out. It must be, to the
// letter, what the bundle encodes to, with the lists where they were.
func parseFrame(frame []byte) (b Bundle, ok bool) {
	if json.Unmarshal(frame, &b) != nil || b.check() != nil {
		return b, false
	}
	again, err := json.Marshal(b)
	return b, err == nil && bytes.Equal(frame, again)
}

// depth is how many objects and lists are open at the end of a text.
func depth(text string) (open int) {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case quoted && b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '{' || b == '[':
			open++
		case b == '}' || b == ']':
			open--
		}
	}
	return open
}

// entries reads a list of entries up to its closing bracket.
func (c *cursor) entries() []Entry {
	entries := make([]Entry, 0, len(c.text)/400+1)
	var texts strings.Builder // one for all texts: they share it
	texts.Grow(len(c.text) / 2)
	var said [longest]byte
	for c.ok && !strings.HasPrefix(c.text, "]") {
		if len(entries) > 0 {
			c.skip(",")
		}
		var e Entry
		c.skip(`{"n":`)
		e.N = c.natural()
		c.skip(`,"text":"`)
		e.Text = c.quoted(&texts, &said)
		c.skip(`,"prev":"`)
		e.Prev = c.word()
		c.skip(`,"hash":"`)
		e.Hash = c.word()
		c.skip("}")
		entries = append(entries, e)
	}
	return entries
}

// longest is the most that a text of an entry holds; those of Vesper hold less.
const longest = 4096

// quoted reads a JSON string in which only quotes and backslashes are escaped,
// and puts what it says behind the texts before it, by way of said.
func (c *cursor) quoted(into *strings.Builder, said *[longest]byte) string {
	text, n := c.text, 0
	for i := 0; i < len(text) && n < len(said); i++ {
		b := text[i]
		if !plain[b] {
			if b == '"' {
				c.text = text[i+1:]
				start := into.Len()
				into.Write(said[:n])
				return into.String()[start:]
			}
			if i++; b != '\\' || i == len(text) || (text[i] != '"' && text[i] != '\\') {
				break
			}
			b = text[i]
		}
		said[n] = b
		n++
	}
	c.ok = false
	return ""
}

// deepest is how far lists and objects may lie in each other; rows need less.
const deepest = 16

// value walks over a value of plain strings, whole numbers and the rest.
func (c *cursor) value(depth int) {
	switch {
	case depth > deepest:
		c.ok = false
	case c.has(`"`):
		c.word()
	case c.has("{"):
		c.list("}", true, depth)
	case c.has("["):
		c.list("]", false, depth)
	case c.has("null"), c.has("true"), c.has("false"):
	default:
		c.number()
	}
}

// list walks over the rest of a list, or of an object: values with names.
func (c *cursor) list(end string, named bool, depth int) {
	for first := true; c.ok; first = false {
		if c.has(end) {
			return
		}
		if !first {
			c.skip(",")
		}
		if named {
			c.skip(`"`)
			c.word()
			c.skip(":")
		}
		c.value(depth + 1)
	}
}
