package mail

import (
	"fmt"
	netmail "net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"vesper/rooms/desk"
)

// address reads one address without a name. What holds a line break, a second
// address or a name is refused.
func address(s string) (*netmail.Address, error) {
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, "\r\n\t\x00,;<>\"") || len(s) > 254 {
		return nil, &desk.Failure{Code: "bad_address", Final: true}
	}
	parsed, err := netmail.ParseAddress(s)
	if err != nil || parsed.Name != "" || parsed.Address != s {
		return nil, &desk.Failure{Code: "bad_address", Final: true}
	}
	return parsed, nil
}

// compose makes the mail of a letter. Its Message-ID is the letter's id, so
// that a mail that is sent twice is one mail to the receiver's program.
func (m *Mailer) compose(letter desk.Letter) (*gomail.Msg, error) {
	if letter.Mail == nil {
		return nil, &desk.Failure{Code: "empty", Final: true}
	}
	content := *letter.Mail
	subject, body, known := text(letter.Topic, content)
	if !known {
		return nil, &desk.Failure{Code: "unknown_topic", Final: true}
	}
	to, err := address(content.To)
	if err != nil {
		return nil, err
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&netmail.Address{Name: m.name(content.Title), Address: m.from.Address})
	msg.ToMailAddress(to)
	if m.replyTo != nil {
		msg.ReplyToMailAddress(m.replyTo)
	}
	msg.Subject(subject)
	msg.SetDateWithValue(m.options.Clock.Now())
	msg.SetMessageIDWithValue(letter.ID + "@" + m.domain)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetBodyString(gomail.TypeTextPlain, body)
	return msg, attach(msg, content)
}

// name is what stands before the sender's address: the configured one, or the
// neutral title.
func (m *Mailer) name(title string) string {
	if m.from.Name != "" {
		return m.from.Name
	}
	return clean(title)
}

// attach adds the calendar, as a part that mail programs act on (RFC 6047) and
// as a file for those that don't, and an attached text.
func attach(msg *gomail.Msg, content desk.Mail) error {
	if content.Calendar != "" {
		if content.Method != "REQUEST" && content.Method != "CANCEL" {
			return &desk.Failure{Code: "bad_calendar", Final: true}
		}
		kind := gomail.ContentType("text/calendar; method=" + content.Method)
		msg.AddAlternativeString(kind, content.Calendar)
		err := msg.AttachReader("invite.ics", strings.NewReader(content.Calendar), gomail.WithFileContentType("text/calendar"))
		if err != nil {
			return fmt.Errorf("attach calendar: %w", err)
		}
	}
	if content.File == "" {
		return nil
	}
	if err := msg.AttachReader(fileName(content.FileName), strings.NewReader(content.File), gomail.WithFileContentType("text/plain")); err != nil {
		return fmt.Errorf("attach file: %w", err)
	}
	return nil
}

// fileName keeps of a name what is harmless in every header and folder.
func fileName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '-'
	}, s)
	return s[:min(len(s), 80)]
}
