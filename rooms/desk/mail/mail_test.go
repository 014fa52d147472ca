package mail

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vesper/rooms/desk"
	"vesper/rooms/desk/mail/mailtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"

func mailer(t *testing.T, o Options) *Mailer {
	t.Helper()
	if o.From == "" {
		o.From = "no-reply@example.org"
	}
	if o.Security == "" {
		o.Security = None
	}
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func invitation() desk.Letter {
	return desk.Letter{ID: "msg_7", Kind: "mail", Topic: Invitation, Mail: &desk.Mail{
		To: "ana@example.com", Language: "en", Title: "Harbor", URL: "https://groups.example.org/j#c2VjcmV0",
		Method: "REQUEST", Calendar: calendar,
	}}
}

func code(err error) string {
	var failure *desk.Failure
	if errors.As(err, &failure) {
		return failure.Code
	}
	return fmt.Sprint(err)
}

func final(err error) bool {
	var failure *desk.Failure
	return errors.As(err, &failure) && failure.Final
}

// parts are the leaves of a mail: content type and text.
func parts(t *testing.T, header map[string][]string, body io.Reader) (leaves [][2]string) {
	t.Helper()
	field := func(name string) string {
		if len(header[name]) == 0 {
			return ""
		}
		return header[name][0]
	}
	kind, params, err := mime.ParseMediaType(field("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		switch field("Content-Transfer-Encoding") {
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		return [][2]string{{field("Content-Type"), string(text)}}
	}
	reader := multipart.NewReader(body, params["boundary"])
	for {
		part, err := reader.NextRawPart()
		if err == io.EOF {
			return leaves
		}
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, parts(t, part.Header, part)...)
	}
}

func read(t *testing.T, data string) (*netmail.Message, [][2]string) {
	t.Helper()
	msg, err := netmail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return msg, parts(t, msg.Header, msg.Body)
}

func TestInvitationArrives(t *testing.T) {
	server, client := mailtest.Certificate(t)
	for name, set := range map[string]func(*mailtest.Server, *Options){
		"in the clear on loopback": func(*mailtest.Server, *Options) {},
		"STARTTLS and sign-in": func(s *mailtest.Server, o *Options) {
			s.TLS, s.StartTLS, s.User, s.Password = server, true, "vesper", "very secret"
			o.Security, o.User, o.Password, o.TLS = StartTLS, "vesper", "very secret", client
		},
		"TLS and sign-in": func(s *mailtest.Server, o *Options) {
			s.TLS, s.Implicit, s.User, s.Password = server, true, "vesper", "very secret"
			o.Security, o.User, o.Password, o.TLS = TLS, "vesper", "very secret", client
		},
	} {
		t.Run(name, func(t *testing.T) {
			var o Options
			s := mailtest.Start(t, func(s *mailtest.Server) { set(s, &o) })
			o.Address = s.Address()
			if err := mailer(t, o).Deliver(t.Context(), invitation()); err != nil {
				t.Fatal(err)
			}
			got := s.Got()
			if len(got) != 1 || got[0].Secure != (o.Security != "" && o.Security != None) || got[0].Signed != (o.User != "") {
				t.Fatalf("got %+v", got)
			}
			msg, leaves := read(t, got[0].Data)
			if msg.Header.Get("Subject") != "Harbor: your personal link" || msg.Header.Get("Message-ID") != "<msg_7@example.org>" ||
				msg.Header.Get("From") != `"Harbor" <no-reply@example.org>` || msg.Header.Get("To") != "<ana@example.com>" {
				t.Errorf("header %v", msg.Header)
			}
			if len(leaves) != 3 || !strings.Contains(leaves[0][1], "https://groups.example.org/j#c2VjcmV0") {
				t.Fatalf("parts %q", leaves)
			}
			kind, params, _ := mime.ParseMediaType(leaves[1][0])
			if kind != "text/calendar" || params["method"] != "REQUEST" || leaves[1][1] != calendar || leaves[2][1] != calendar {
				t.Errorf("calendar %q", leaves[1:])
			}
		})
	}
}

// The words of every topic in both languages say nothing of what the clinic is.
func TestWordsAreNeutral(t *testing.T) {
	start := time.Date(2026, 10, 5, 22, 0, 0, 0, time.UTC)
	for _, language := range []string{"en", "es", "", "xx"} {
		for _, topic := range []string{Invitation, Update, Cancellation, Reminder, StandIn, Checkpoint} {
			subject, body, ok := text(topic, desk.Mail{Language: language, Title: "Harbor", URL: "https://x/j#s", Start: start, Zone: "America/New_York"})
			if !ok || !strings.Contains(subject, "Harbor") || strings.Contains(subject+body, "%!") {
				t.Errorf("%s %s: %q %q", language, topic, subject, body)
			}
			for _, word := range []string{"clinic", "clínic", "therap", "terap", "treat", "trata", "group", "grupo", "patient", "pacient", "recover", "recuper", "health", "salud", "session", "sesi"} {
				if strings.Contains(strings.ToLower(subject+body), word) {
					t.Errorf("%s %s says %q: %s", language, topic, word, body)
				}
			}
		}
	}
	for _, topic := range []string{Invitation, Update, Cancellation, Reminder, StandIn} {
		for language := range languages { // a title of any words is in no sentence
			if _, body, _ := text(topic, desk.Mail{Language: language, Title: "Come as you are!"}); strings.Contains(body, "Come") {
				t.Errorf("%s %s builds a sentence on the title: %s", language, topic, body)
			}
		}
	}
	_, en, _ := text(Reminder, desk.Mail{Language: "en", Start: start, Zone: "America/New_York"})
	_, es, _ := text(Reminder, desk.Mail{Language: "es", Start: start, Zone: "America/New_York"})
	if !strings.Contains(en, "Monday, October 5, at 6:00 PM (EDT)") || !strings.Contains(es, "lunes 5 de octubre a las 18:00 (EDT)") {
		t.Errorf("times: %s%s", en, es)
	}
}

func TestHeaderInjection(t *testing.T) {
	s := mailtest.Start(t, func(*mailtest.Server) {})
	m := mailer(t, Options{Address: s.Address()})
	for _, to := range []string{
		"a@example.com\r\nBcc: b@example.com", "a@example.com\nX: y", "a@example.com, b@example.com", "a@example.com;b@example.com",
		"Name <a@example.com>", "<a@example.com>", "a@example.com\x00", "", "nobody", "a@example.com>\r\nRCPT TO:<b@example.com", strings.Repeat("a", 250) + "@example.com",
	} {
		l := invitation()
		l.Mail.To = to
		if err := m.Deliver(t.Context(), l); code(err) != "bad_address" || !final(err) {
			t.Errorf("to %q: %v", to, err)
		}
	}
	l := invitation()
	l.Mail.Title = "Harbor\r\nBcc: spy@example.com\r\n\r\nbody\u2028x\x00" + strings.Repeat("é", 100)
	l.Mail.File, l.Mail.FileName = "text", "a\"\r\nX-Evil: 1/../b.txt"
	if err := m.Deliver(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	got := s.Got()
	if len(got) != 1 || got[0].To != "TO:<ana@example.com>" {
		t.Fatalf("got %+v", got)
	}
	msg, _ := read(t, got[0].Data)
	for name := range msg.Header {
		if slices.Contains([]string{"Bcc", "X-Evil"}, name) {
			t.Errorf("a header came in: %s", name)
		}
	}
	if strings.Contains(got[0].Data, "\r\nX-Evil") {
		t.Error("a header came into a part")
	}
	l = invitation()
	l.Mail.Method = "REQUEST\r\nX-Evil: 1"
	if err := m.Deliver(t.Context(), l); code(err) != "bad_calendar" {
		t.Errorf("method: %v", err)
	}
}

func TestServerFails(t *testing.T) {
	server, _ := mailtest.Certificate(t)
	for _, c := range []struct {
		name  string
		set   func(*mailtest.Server)
		want  string
		final bool
		o     Options
	}{
		{"busy greeting", func(s *mailtest.Server) { s.Answers["greeting"] = "421 later" }, "smtp_421", false, Options{}},
		{"sender refused", func(s *mailtest.Server) { s.Answers["MAIL"] = "550 5.7.1 not you" }, "smtp_550", false, Options{}},
		{"mailbox full", func(s *mailtest.Server) { s.Answers["RCPT"] = "452 4.2.2 full" }, "smtp_452", false, Options{}},
		{"no such mailbox", func(s *mailtest.Server) { s.Answers["RCPT"] = "550 5.1.1 who" }, "smtp_550", true, Options{}},
		{"data refused for now", func(s *mailtest.Server) { s.Answers["END"] = "451 4.3.0 later" }, "smtp_451", false, Options{}},
		{"data refused for good", func(s *mailtest.Server) { s.Answers["END"] = "554 5.6.0 no" }, "smtp_554", true, Options{}},
		{"hangs at the greeting", func(s *mailtest.Server) { s.Answers["greeting"] = "hang" }, "timeout", false, Options{Timeout: 60 * time.Millisecond}},
		{"hangs at the end", func(s *mailtest.Server) { s.Answers["END"] = "hang" }, "timeout", false, Options{Timeout: 60 * time.Millisecond}},
		{"breaks off", func(s *mailtest.Server) { s.Answers["RCPT"] = "drop" }, "unreachable", false, Options{}},
		{"no STARTTLS", func(*mailtest.Server) {}, "tls", false, Options{Security: StartTLS}},
		{"unknown mailtest.Certificate", func(s *mailtest.Server) { s.StartTLS, s.TLS = true, server }, "tls", false, Options{Security: StartTLS}},
		{"wrong password", func(s *mailtest.Server) { s.User, s.Password = "vesper", "right" }, "smtp_535", false, Options{User: "vesper", Password: "wrong"}},
		{"no sign-in there", func(*mailtest.Server) {}, "sign_in", false, Options{User: "vesper", Password: "wrong"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := mailtest.Start(t, c.set)
			c.o.Address = s.Address()
			err := mailer(t, c.o).Deliver(t.Context(), invitation())
			if code(err) != c.want || final(err) != c.final {
				t.Errorf("got %v (final %v), want %s (final %v)", err, final(err), c.want, c.final)
			}
			if len(s.Got()) != 0 {
				t.Error("a mail came in")
			}
		})
	}
}

// A closing house does not wait for a server that hangs.
func TestContextEndsTheConversation(t *testing.T) {
	s := mailtest.Start(t, func(s *mailtest.Server) { s.Answers["RCPT"] = "hang" })
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Millisecond)
	defer cancel()
	began := time.Now()
	err := mailer(t, Options{Address: s.Address(), Timeout: time.Minute}).Deliver(ctx, invitation())
	if code(err) != "timeout" || time.Since(began) > 10*time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
}

// The line breaks after the server took the mail: it is sent again, as the
// same mail.
func TestSentTwiceIsOneMail(t *testing.T) {
	s := mailtest.Start(t, func(s *mailtest.Server) { s.Answers["END"] = "drop" })
	m := mailer(t, Options{Address: s.Address()})
	for range 2 {
		if err := m.Deliver(t.Context(), invitation()); code(err) != "unreachable" {
			t.Fatal(err)
		}
	}
	var ids []string
	for _, got := range s.Got() {
		msg, _ := read(t, got.Data)
		ids = append(ids, msg.Header.Get("Message-ID"))
	}
	if len(ids) != 2 || ids[0] != ids[1] {
		t.Errorf("ids %v", ids)
	}
}

func TestOptions(t *testing.T) {
	good := Options{Address: "smtp.example.org:587", From: "Front desk <no-reply@example.org>", TLS: &tls.Config{}}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for name, break_ := range map[string]func(*Options){
		"no port":                  func(o *Options) { o.Address = "smtp.example.org" },
		"port":                     func(o *Options) { o.Address = "smtp.example.org:0" },
		"from":                     func(o *Options) { o.From = "nobody" },
		"reply to":                 func(o *Options) { o.ReplyTo = "nobody" },
		"security":                 func(o *Options) { o.Security = "ssl" },
		"in the clear, over a net": func(o *Options) { o.Security = None },
		"a name like loopback":     func(o *Options) { o.Security, o.Address = None, "127.0.0.1.example.org:25" },
	} {
		o := good
		break_(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
