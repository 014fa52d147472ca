package schedule

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

const (
	icsLocal = "20060102T150405"
	icsUTC   = "20060102T150405Z"
)

// icsWriter writes content lines (RFC 5545, 3.1).
type icsWriter struct{ bytes.Buffer }

// line writes a line and folds it at 75 octets, never inside a letter. What
// can't stand in a line is left out.
func (w *icsWriter) line(name, value string) {
	const width = 75
	text := name + ":" + strings.Map(printable, value)
	room := width
	for len(text) > room {
		cut := room
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		w.WriteString(text[:cut])
		w.WriteString("\r\n ")
		text, room = text[cut:], width-1
	}
	w.WriteString(text)
	w.WriteString("\r\n")
}

// text writes a line of free text, and none for an empty one.
func (w *icsWriter) text(name, value string) {
	if value != "" {
		w.line(name, escapeText(value))
	}
}

// printable drops control characters, and what is no letter at all.
func printable(r rune) rune {
	if r < ' ' && r != '\t' || r == 0x7f || r == utf8.RuneError {
		return -1
	}
	return r
}

var textEscapes = strings.NewReplacer("\\", "\\\\", ";", "\\;", ",", "\\,", "\r\n", "\\n", "\n", "\\n", "\r", "\\n")

// escapeText is a TEXT value (RFC 5545, 3.3.11).
func escapeText(s string) string { return textEscapes.Replace(s) }

// mailto is a CAL-ADDRESS. Spaces and the marks that end a value have no place
// in an address.
func mailto(address string) string {
	return "mailto:" + strings.Map(func(r rune) rune {
		if r <= ' ' || strings.ContainsRune("\"<>,;\\", r) {
			return -1
		}
		return r
	}, address)
}
