package mail

import (
	"fmt"
	"mime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"vesper/rooms/desk"
	"vesper/rooms/desk/mail/mailtest"
)

// nasty are titles as somebody may type or paste them. The left one is what
// they are meant to do.
var nasty = map[string]string{
	"a header":                  "Harbor\r\nBcc: spy@example.com",
	"a header by a bare LF":     "Harbor\nX-Evil: 1",
	"a header by a bare CR":     "Harbor\rX-Evil: 1",
	"the end of the header":     "Harbor\r\n\r\n<html>body",
	"the end of the mail":       "Harbor\r\n.\r\nMAIL FROM:<spy@example.com>",
	"a folded line":             "Harbor\r\n Bcc: spy@example.com",
	"vertical tab, form feed":   "Harbor\v\fX-Evil: 1",
	"NUL":                       "Harbor\x00X-Evil: 1",
	"next line":                 "Harbor\u0085X-Evil: 1",
	"line separator":            "Harbor\u2028X-Evil: 1\u2029X-Evil: 2",
	"C1 controls":               "Har\u0090bor\u009b31m\u009d",
	"escape":                    "Harbor\x1b[31m",
	"letters that end in CR LF": "Harbor\u560d\u560aX-Evil: 1", // they do, if somebody cuts them to bytes
	"an encoded word":           "=?utf-8?Q?Harbor=0D=0ABcc:_spy@example.com?=",
	"a folded encoded word":     "=?utf-8?B?SGFyYm9yDQpCY2M6IHNweQ==?= =?utf-8?B?eA==?=",
	"an encoded word in pieces": "=\u200b?utf-8?Q?spy?=",
	"another way to read":       "Harbor \u202egro.elpmaxe@yps",
	"isolates":                  "\u2066Harbor\u2069\u200e\u200f",
	"invisible letters":         "H\u200ba\u200cr\u2060b\ufeffor\u00ad",
	"tags":                      "Harbor\U000e0041\U000e0042",
	"no UTF-8":                  "Har\xff\xfebor\xc0\x8a",
	"an address":                "spy@example.com <spy@example.com>",
	"quotes":                    `"Harbor" <spy@example.com>, "x`,
	"a comment":                 "Harbor (comment) ; group: a@example.com;",
	"a percent sign":            "%s%d%n %!s",
	"marks without an end":      "H" + strings.Repeat("\u0301", 400),
	"very long":                 strings.Repeat("Hafen ", 400),
	"nothing but spaces":        " \u00a0\u3000\u2003 ",
}

// headers are those that a mail of ours has, and no other.
var headers = []string{
	"Auto-Submitted", "Content-Type", "Content-Transfer-Encoding", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To", "X-Auto-Response-Suppress",
}

func TestNastyTitles(t *testing.T) {
	s := mailtest.Start(t, nil)
	m := mailer(t, Options{Address: s.Address()})
	sent := 0
	for what, title := range nasty {
		for _, topic := range []string{Invitation, Update, Cancellation, Reminder, Checkpoint} {
			for _, language := range []string{"en", "es"} {
				letter := desk.Letter{ID: fmt.Sprint("msg_", sent), Topic: topic, Mail: &desk.Mail{
					To: "ana@example.com", Language: language, Title: title, URL: "https://groups.example.org/j#c2VjcmV0",
					Start: time.Unix(0, 0), Zone: "America/New_York",
				}}
				if err := m.Deliver(t.Context(), letter); err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				sent++
				got := s.Got()
				if len(got) != sent || got[sent-1].To != "TO:<ana@example.com>" || got[sent-1].From != got[0].From {
					t.Fatalf("%s: %d mails of %d, the last is %+v", what, len(got), sent, got[len(got)-1])
				}
				plainMail(t, what, got[sent-1].Data)
			}
		}
	}
}

// plainMail holds a mail as it came in against what a mail of ours may be.
func plainMail(t *testing.T, what, data string) {
	t.Helper()
	head, _, _ := strings.Cut(data, "\r\n\r\n")
	for _, line := range strings.Split(head, "\r\n") {
		if len(line) > 998 || strings.ContainsFunc(line, func(c rune) bool { return c < ' ' && c != '\t' || c > '~' }) {
			t.Errorf("%s: the line %q", what, line)
		}
	}
	msg, leaves := read(t, data)
	for name, values := range msg.Header {
		if !slices.Contains(headers, name) || len(values) != 1 {
			t.Errorf("%s: the header %s: %q", what, name, values)
		}
	}
	from, err := msg.Header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Address != "no-reply@example.org" {
		t.Errorf("%s: from %v, %v", what, from, err)
	}
	if to, err := msg.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != "ana@example.com" {
		t.Errorf("%s: to %v, %v", what, to, err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil || !oneLine(subject) || strings.Contains(subject, "=?") || len([]rune(subject)) > maxTitle+40 {
		t.Errorf("%s: the subject %q, %v", what, subject, err)
	}
	if err == nil && len(from) == 1 && !oneLine(from[0].Name) {
		t.Errorf("%s: from the name %q", what, from[0].Name)
	}
	if len(leaves) != 1 || !utf8.ValidString(leaves[0][1]) || strings.Contains(leaves[0][1], "%!") && what != "a percent sign" {
		t.Errorf("%s: parts %q", what, leaves)
	}
	for _, line := range strings.Split(leaves[0][1], "\n") {
		if !oneLine(strings.TrimSuffix(line, "\r")) {
			t.Errorf("%s: the text has %q", what, line)
		}
	}
}

// oneLine reports whether a text is one that stays on its line and reads from
// left to right, without anything that is not seen.
func oneLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool {
		return unicode.Is(unicode.C, c) || c == '\u2028' || c == '\u2029'
	})
}
