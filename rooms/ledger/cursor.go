package ledger

import "strings"

// cursor walks over a text that is expected to be written as Vesper writes it,
// to the letter. It reads the texts that archives are mostly made of without a
// general JSON decoder. Whatever is written otherwise, or rare, it says no to,
// and nothing is judged by that: the general reader is asked.
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

// word reads plain characters, up to the first that is not.
func (c *cursor) word() string {
	text := c.text
	for i := 0; i < len(text); i++ {
		if !plain[text[i]] {
			c.text = text[i:]
			return text[:i]
		}
	}
	c.ok = false // a text ends with a bracket or a quote
	return ""
}

// quoted is a word up to its closing quote, which it walks over.
func (c *cursor) quoted() string {
	word := c.word()
	c.skip(`"`)
	return word
}

// until reads up to a literal, which it walks over.
func (c *cursor) until(literal string) string {
	before, behind, found := strings.Cut(c.text, literal)
	c.text, c.ok = behind, c.ok && found
	return before
}

// number reads an integer of at most 18 digits.
func (c *cursor) number() int64 {
	negative := c.has("-")
	text, n, i := c.text, int64(0), 0
	for i < len(text) && text[i]-'0' <= 9 {
		n = n*10 + int64(text[i]-'0')
		i++
	}
	if i == 0 || i > 18 || (text[0] == '0' && (i > 1 || negative)) {
		c.ok = false
		return 0
	}
	c.text = text[i:]
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

// deepest is how far lists and objects may lie in each other; rows need less.
const deepest = 16

// value walks over a value of plain strings, whole numbers and the rest, and
// returns its text.
func (c *cursor) value() string {
	text := c.text
	c.inside(0)
	return text[:len(text)-len(c.text)]
}

func (c *cursor) inside(depth int) {
	switch {
	case depth > deepest || c.text == "":
		c.ok = false
	case c.has(`"`):
		c.quoted()
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
			c.quoted()
			c.skip(":")
		}
		c.inside(depth + 1)
	}
}
