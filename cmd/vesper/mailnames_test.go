package main

import (
	"encoding/base64"
	"io"
	"log/slog"
	"mime/quotedprintable"
	"regexp"
	"strings"
	"testing"

	"vesper/auth"
	"vesper/rooms/desk/mail/mailtest"
	"vesper/rooms/records"
)

// decoded is a mail as it came in, with every part of it as its reader has it.
func decoded(data string) string {
	quoted, _ := io.ReadAll(quotedprintable.NewReader(strings.NewReader(data)))
	text := data + "\n" + string(quoted)
	for _, block := range regexp.MustCompile(`(?m)(?:^[A-Za-z0-9+/=]{20,}\r?$\n?)+`).FindAllString(data, -1) {
		if plain, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\r", "", "\n", "").Replace(block)); err == nil {
			text += "\n" + string(plain)
		}
	}
	return strings.NewReplacer("\r\n ", "", "\n ", "").Replace(text) // lines of calendars are folded
}

// Whatever the clinic, its group and its people are called: no mail has any of
// it, in no part, and a neutral title with line breaks makes no line of its own.
func TestMailsTellNoNames(t *testing.T) {
	for _, title := range []string{"Harbor", "Harbor\r\nBcc: spy@example.com", "Harbor\r\nATTENDEE:mailto:spy@example.com", "=?utf-8?Q?Harbor?=", "\u202eHarbor\u2028BEGIN:VALARM"} {
		o, ctx := newPostOffice(t), t.Context()
		clinic, err := o.records.Clinic(ctx, o.clinic)
		must(t, err)
		clinic.NeutralTitle, clinic.Name = title, "Markclinic Detox\r\nX-Evil: 1"
		must(t, o.records.UpdateClinic(ctx, clinic))
		person, err := o.records.Person(ctx, o.clinic, o.person)
		must(t, err)
		person.LegalName, person.DisplayName = "Markname\r\nBcc: spy@example.com", "Markshown\u202e"
		must(t, o.records.UpdatePerson(ctx, person))
		smtp := mailtest.Start(t, nil)
		h := &house{records: o.records, clock: o.clock, log: slog.New(slog.DiscardHandler), config: Config{
			SMTP: SMTPConfig{Address: smtp.Address(), Security: "none"}, Mail: MailConfig{From: "no-reply@example.org"},
		}}
		must(t, h.openPost(ctx))
		_, hash := auth.NewInvitation()
		_, err = o.records.SendInvitation(ctx, auth.Invitation{Clinic: o.clinic, Seat: o.seat, Hash: hash}, "https://groups.example.org/j#planted", h.config.organizer())
		must(t, err)
		must(t, o.records.CancelSession(ctx, o.clinic, o.session))
		for _, errand := range h.mailErrands() {
			must(t, errand(ctx, o.clock.Now()))
		}
		eventually(t, "the invitation comes in", func() bool { h.post.Wake(); return len(smtp.Got()) >= 1 })
		h.Close()
		for _, mail := range smtp.Got() {
			text := decoded(mail.Data)
			unseen(t, "a mail", []string{text}, []string{"Markclinic", "Detox", "Markname", "Markshown", "Relapse", "Ana R", "X-Evil"})
			for _, line := range []string{"Bcc", "ATTENDEE:mailto:spy", "BEGIN:VALARM"} {
				if regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(line)).MatchString(text) {
					t.Errorf("the title %q makes a line %s", title, line)
				}
			}
			if mail.To != "TO:<ana@example.com>" || !strings.Contains(text, "VCALENDAR") {
				t.Errorf("to %s: %.300s", mail.To, text)
			}
		}
		for _, message := range o.messages(t) { // what is kept of it says nothing either
			if message.Mail != (records.Mail{}) {
				t.Errorf("a list of mails tells their contents: %v", message.ID)
			}
		}
	}
}
