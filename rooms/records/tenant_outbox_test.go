package records

import (
	"testing"
	"time"

	"vesper/auth"
)

// outboxNotFound asks for another clinic's messages, webhooks and calls.
func outboxNotFound(t *testing.T, r *Records, mine, theirs house) map[string]func() error {
	ctx, me, person := t.Context(), mine.clinic.ID, theirs.people[1].ID
	hook := must[Webhook](t)(r.CreateWebhook(ctx, Webhook{Clinic: theirs.clinic.ID, URL: "https://theirs.example.org"}))
	if err := r.Enqueue(ctx, Message{Clinic: theirs.clinic.ID, ID: "msg_theirs", Kind: WebhookMessage, Target: hook.ID}); err != nil {
		t.Fatal(err)
	}
	return map[string]func() error{
		"Enqueue":       func() error { return r.Enqueue(ctx, Message{Clinic: "unknown", Kind: MailMessage}) },
		"MessageSent":   func() error { return r.MessageSent(ctx, me, "msg_theirs") },
		"MessageFailed": func() error { return r.MessageFailed(ctx, me, "msg_theirs", 0, "x", time.Time{}) },
		"CreateWebhook": func() error { return second(r.CreateWebhook(ctx, Webhook{Clinic: "unknown"})) },
		"Webhook":       func() error { return second(r.Webhook(ctx, me, hook.ID)) },
		"Destination":   func() error { return second(r.Destination(ctx, me, hook.ID)) },
		"UpdateWebhook": func() error {
			return r.UpdateWebhook(ctx, Webhook{Clinic: me, ID: hook.ID, URL: "https://mine.example.org"})
		},
		"RotateWebhook": func() error { return second(r.RotateWebhook(ctx, me, hook.ID)) },
		"DeleteWebhook": func() error { return r.DeleteWebhook(ctx, me, hook.ID) },
		"TestWebhook":   func() error { return second(r.TestWebhook(ctx, me, hook.ID)) },
		"SendInvitation": func() error {
			return second(r.SendInvitation(ctx, auth.Invitation{Clinic: me, Seat: theirs.seats[1].ID, Hash: "z"}, "u", "o@example.org"))
		},
		"Remind":          func() error { return r.Remind(ctx, me, theirs.sessions[0], time.Hour) },
		"SetReminders":    func() error { return r.SetReminders(ctx, me, person, false) },
		"WantsReminders":  func() error { return second(r.WantsReminders(ctx, me, person)) },
		"SetMailSettings": func() error { return r.SetMailSettings(ctx, "unknown", MailSettings{}) },
		"BeginCall": func() error {
			_, _, err := r.BeginCall(ctx, Call{Clinic: "unknown", Caller: "c", Key: "k"})
			return err
		},
	}
}

// outboxEmpty asks for lists and for what changes nothing.
func outboxEmpty(t *testing.T, r *Records, mine house) map[string]func() int {
	ctx, me := t.Context(), mine.clinic.ID
	none := func(err error) int {
		if err != nil {
			t.Error(err)
			return 1
		}
		return 0
	}
	return map[string]func() int{
		"Webhooks": func() int { return len(must[[]Webhook](t)(r.Webhooks(ctx, me))) },
		"Messages": func() int { return len(must[[]Message](t)(r.Messages(ctx, me, MessageQuery{Limit: 10}))) },
		"UpcomingSessions": func() int {
			return len(must[[]Session](t)(r.UpcomingSessions(ctx, me, evening, evening.Add(time.Hour)))) - 1
		},
		"MailSettings":    func() int { return len(must[MailSettings](t)(r.MailSettings(ctx, me)).Reminders) - 1 },
		"UpdateCalendars": func() int { return none(r.UpdateCalendars(ctx, me, "o@example.org")) },
		"TellStandIns": func() int {
			return none(r.TellStandIns(ctx, me, "o@example.org", func() (string, string) { t.Error("a link"); return "", "" }))
		},
		"EndCall": func() int {
			return none(r.EndCall(ctx, Call{Clinic: me, Caller: "c", Key: "k"}, "their run", &Reply{Status: 200}))
		},
	}
}
