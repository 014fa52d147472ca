package records

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/schedule"
)

var mailKinds = []string{MailMessage, WebhookMessage, CheckpointMessage}

func (c *testClock) pass(d time.Duration) { c.now = c.now.Add(d) }

// claimAll delivers everything that is due, as a post does.
func claimAll(t *testing.T, r *Records) (messages []Message) {
	t.Helper()
	for {
		m, err := r.ClaimMessage(t.Context(), mailKinds, nil, time.Minute)
		if errors.Is(err, rooms.ErrNotFound) {
			return messages
		}
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, m)
		if err := r.MessageSent(t.Context(), m.Clinic, m.ID); err != nil {
			t.Fatal(err)
		}
	}
}

func topics(messages []Message) (list []string) {
	for _, m := range messages {
		list = append(list, m.Topic)
	}
	return list
}

func TestOutboxLeaseAndRetry(t *testing.T) { onEach(t, testOutboxLeaseAndRetry) }

func testOutboxLeaseAndRetry(t *testing.T) {
	r := openAt(t, t.TempDir())
	h, clock, ctx := build(t, r), r.clock.(*testClock), t.Context()
	mail := Message{Clinic: h.clinic.ID, Kind: CheckpointMessage, Key: "k", Topic: CheckpointMail, Mail: Mail{To: "a@example.com", File: "secret text"}}
	for range 2 {
		if err := r.Enqueue(ctx, mail); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Enqueue(ctx, Message{Clinic: "unknown", Kind: MailMessage}); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("unknown clinic: %v", err)
	}
	first := must[Message](t)(r.ClaimMessage(ctx, mailKinds, nil, time.Minute))
	if first.Mail != mail.Mail || first.Attempts != 1 || first.Lane != "mail" {
		t.Fatalf("claimed %+v", first)
	}
	if _, err := r.ClaimMessage(ctx, mailKinds, nil, time.Minute); !errors.Is(err, rooms.ErrNotFound) {
		t.Fatalf("claimed twice, or told twice: %v", err)
	}
	clock.pass(61 * time.Second) // the node died with it
	again := must[Message](t)(r.ClaimMessage(ctx, mailKinds, nil, time.Minute))
	if again.ID != first.ID || again.Attempts != 2 {
		t.Fatalf("after a crash: %+v, want the same message again", again)
	}
	if err := r.MessageFailed(ctx, h.clinic.ID, first.ID, first.Attempts, "timeout", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got := must[[]Message](t)(r.Messages(ctx, h.clinic.ID, MessageQuery{Limit: 10})); got[0].State != Pending {
		t.Errorf("an attempt that was taken over buried the message: %+v", got[0])
	}
	if err := r.MessageFailed(ctx, h.clinic.ID, again.ID, again.Attempts, "smtp_451", clock.now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.ClaimMessage(ctx, mailKinds, nil, time.Minute); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("claimed before its time: %v", err)
	}
	clock.pass(time.Hour)
	for _, full := range [][]string{{"mail"}, {"other"}} {
		_, err := r.ClaimMessage(ctx, mailKinds, full, time.Minute)
		if want := full[0] == "mail"; errors.Is(err, rooms.ErrNotFound) != want {
			t.Errorf("with %v full: %v", full, err)
		}
	}
	depth, oldest, err := r.OutboxDepth(ctx)
	if depth != 1 || !oldest.Equal(first.Created) || err != nil {
		t.Errorf("depth %d since %s, %v", depth, oldest, err)
	}
	if err := r.MessageFailed(ctx, h.clinic.ID, again.ID, 3, "smtp_550", time.Time{}); err != nil {
		t.Fatal(err)
	}
	got := must[[]Message](t)(r.Messages(ctx, h.clinic.ID, MessageQuery{Limit: 10, State: Dead, Kind: CheckpointMessage}))
	if len(got) != 1 || got[0].Fault != "smtp_550" || got[0].Done.IsZero() {
		t.Errorf("dead: %+v", got)
	}
	if left := must[[]messageRow](t)(list[messageRow](ctx, r, h.clinic.ID, "x", "id", "payload <> ''")); len(left) != 0 {
		t.Errorf("%d messages keep their contents after the end", len(left))
	}
}

func TestOutboxIsSealed(t *testing.T) { onEach(t, testOutboxIsSealed) }

func testOutboxIsSealed(t *testing.T) {
	r := openAt(t, t.TempDir())
	h, ctx := build(t, r), t.Context()
	if err := r.Enqueue(ctx, Message{Clinic: h.clinic.ID, Kind: MailMessage, Topic: UpdateMail, Mail: Mail{To: "ana@example.com", URL: "https://x/j#s3cr3t"}}); err != nil {
		t.Fatal(err)
	}
	hook := must[Webhook](t)(r.CreateWebhook(ctx, Webhook{Clinic: h.clinic.ID, URL: "https://ehr.example.org/hook?key=s3cr3t"}))
	row := must[messageRow](t)(find[messageRow](ctx, r, h.clinic.ID, "x", "", "kind = ?", MailMessage))
	kept := must[webhookRow](t)(find[webhookRow](ctx, r, h.clinic.ID, "x", "", "id = ?", hook.ID))
	for _, column := range []string{row.Payload, kept.URL, kept.Secret} {
		if !strings.HasPrefix(column, "v1:") || strings.Contains(column, "s3cr3t") {
			t.Errorf("readable: %s", column)
		}
	}
}

// An event is in the outbox if and only if what it tells of is kept.
func TestEventsComeWithTheChange(t *testing.T) { onEach(t, testEventsComeWithTheChange) }

func testEventsComeWithTheChange(t *testing.T) {
	r := openAt(t, t.TempDir())
	h, ctx := build(t, r), t.Context()
	choosy := must[Webhook](t)(r.CreateWebhook(ctx, Webhook{Clinic: h.clinic.ID, URL: "https://a.example.org", Kinds: []string{SessionSealed}}))
	all := must[Webhook](t)(r.CreateWebhook(ctx, Webhook{Clinic: h.clinic.ID, URL: "https://b.example.org"}))
	off := must[Webhook](t)(r.CreateWebhook(ctx, Webhook{Clinic: h.clinic.ID, URL: "https://c.example.org", Disabled: true}))
	tell := func(fail error, kinds ...string) error {
		return r.change(ctx, h.clinic.ID, "test", func(ctx context.Context, tx bun.Tx) error {
			for _, kind := range kinds {
				if err := r.tell(ctx, tx, h.clinic.ID, kind, h.sessions[0]); err != nil {
					return err
				}
			}
			return fail
		})
	}
	refused := errors.New("refused")
	if err := tell(refused, SessionEnded); !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if got := claimAll(t, r); got != nil {
		t.Fatalf("told of what did not happen: %v", topics(got))
	}
	for range 2 {
		if err := tell(nil, SessionSealed, AttendanceCorrected); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string][]string{}
	for _, m := range claimAll(t, r) {
		got[m.Target] = append(got[m.Target], m.Topic)
		if m.Topic == SessionSealed && m.Event != `{"type":"session.sealed","timestamp":"2026-11-23T21:30:00Z","data":{"session":"`+string(h.sessions[0])+`"}}` {
			t.Errorf("event %s", m.Event)
		}
	}
	slices.Sort(got[all.ID])
	if want := []string{AttendanceCorrected, AttendanceCorrected, SessionSealed}; !slices.Equal(got[all.ID], want) {
		t.Errorf("all: %v, want %v", got[all.ID], want)
	}
	if !slices.Equal(got[choosy.ID], []string{SessionSealed}) || got[off.ID] != nil {
		t.Errorf("choosy: %v, off: %v", got[choosy.ID], got[off.ID])
	}
}

func TestWebhookLife(t *testing.T) { onEach(t, testWebhookLife) }

func testWebhookLife(t *testing.T) {
	r := openAt(t, t.TempDir())
	h, clock, ctx := build(t, r), r.clock.(*testClock), t.Context()
	hook := must[Webhook](t)(r.CreateWebhook(ctx, Webhook{Clinic: h.clinic.ID, URL: "https://a.example.org", Kinds: []string{SessionEnded}}))
	rotated := must[Webhook](t)(r.RotateWebhook(ctx, h.clinic.ID, hook.ID))
	if len(rotated.Secrets) != 2 || rotated.Secrets[1] != hook.Secrets[0] || rotated.Secrets[0] == hook.Secrets[0] {
		t.Fatalf("rotated %v", rotated.Secrets)
	}
	clock.pass(24 * time.Hour)
	if got := must[Webhook](t)(r.Webhook(ctx, h.clinic.ID, hook.ID)); len(got.Secrets) != 1 || got.Secrets[0] != rotated.Secrets[0] {
		t.Errorf("a day later %d secrets", len(got.Secrets))
	}
	id := must[string](t)(r.TestWebhook(ctx, h.clinic.ID, hook.ID))
	m := must[Message](t)(r.ClaimMessage(ctx, mailKinds, nil, time.Minute))
	if m.ID != id || m.Topic != WebhookTest || m.Target != hook.ID {
		t.Errorf("test message %+v", m)
	}
	if err := r.MessageFailed(ctx, h.clinic.ID, m.ID, 1, "http_410", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Destination(ctx, h.clinic.ID, hook.ID); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("a webhook that is gone is still one: %v", err)
	}
	hook.URL, hook.Kinds, hook.Disabled = "https://b.example.org", nil, false
	if err := r.UpdateWebhook(ctx, hook); err != nil {
		t.Fatal(err)
	}
	if got := must[Webhook](t)(r.Destination(ctx, h.clinic.ID, hook.ID)); got.URL != hook.URL || len(got.Kinds) != 0 || got.Secrets[0] != rotated.Secrets[0] {
		t.Errorf("updated %+v", got.Kinds)
	}
	if err := r.DeleteWebhook(ctx, h.clinic.ID, hook.ID); err != nil || len(must[[]Webhook](t)(r.Webhooks(ctx, h.clinic.ID))) != 0 {
		t.Errorf("deleted: %v", err)
	}
}

// invited gives a person of the house an address and sends the link of a seat.
func invited(t *testing.T, r *Records, h house, i int) Message {
	t.Helper()
	person := h.people[i]
	person.Email, person.Language = "ana@example.com", "es"
	if err := r.UpdatePerson(t.Context(), person); err != nil {
		t.Fatal(err)
	}
	_, hash := auth.NewInvitation()
	must[auth.Invitation](t)(r.SendInvitation(t.Context(), auth.Invitation{Clinic: h.clinic.ID, Seat: h.seats[i].ID, Hash: hash}, "https://x/j#secret", "desk@example.org"))
	got := claimAll(t, r)
	if len(got) != 1 || got[0].Topic != InvitationMail {
		t.Fatalf("sent %v", topics(got))
	}
	return got[0]
}

func TestInvitationMail(t *testing.T) { onEach(t, testInvitationMail) }

func testInvitationMail(t *testing.T) {
	r := openAt(t, t.TempDir())
	h, ctx := build(t, r), t.Context()
	seat := h.seats[1]
	link := auth.Invitation{Clinic: h.clinic.ID, Seat: seat.ID, Hash: "a"}
	if _, err := r.SendInvitation(ctx, link, "u", "o@example.org"); !errors.Is(err, ErrNoAddress) {
		t.Fatalf("without an address: %v", err)
	}
	if links := must[[]auth.Invitation](t)(r.Invitations(ctx, h.clinic.ID, seat.ID)); len(links) != 0 {
		t.Errorf("%d links though nothing was sent", len(links))
	}
	mail := invited(t, r, h, 1).Mail
	if mail.To != "ana@example.com" || mail.Language != "es" || mail.Title != "Evening" || mail.URL != "https://x/j#secret" ||
		!strings.Contains(mail.Calendar, "SEQUENCE:0\r\n") || !strings.Contains(mail.Calendar, "mailto:desk@example.org") || strings.Contains(mail.Calendar, "Monday group") {
		t.Errorf("mail %+v", mail)
	}
	// A second link before the first left: only the newest is told.
	for _, hash := range []string{"b", "c"} {
		link.Hash = hash
		must[auth.Invitation](t)(r.SendInvitation(ctx, link, "https://x/j#"+hash, "desk@example.org"))
	}
	got := claimAll(t, r)
	if len(got) != 1 || got[0].Mail.URL != "https://x/j#c" || !strings.Contains(got[0].Mail.Calendar, "SEQUENCE:2\r\n") {
		t.Errorf("sent %v", got)
	}
	links := must[[]auth.Invitation](t)(r.Invitations(ctx, h.clinic.ID, seat.ID))
	valid := 0
	for _, l := range links {
		if l.RevokedAt.IsZero() {
			valid++
		}
	}
	if valid != 1 {
		t.Errorf("%d of %d links are valid", valid, len(links))
	}
}

func TestCalendarUpdates(t *testing.T) { onEach(t, testCalendarUpdates) }

func testCalendarUpdates(t *testing.T) {
	r := openAt(t, t.TempDir())
	h, clock, ctx := build(t, r), r.clock.(*testClock), t.Context()
	invited(t, r, h, 1)
	round := func(want ...string) []Message {
		t.Helper()
		for range 2 {
			if err := r.UpdateCalendars(ctx, h.clinic.ID, "desk@example.org"); err != nil {
				t.Fatal(err)
			}
		}
		clock.pass(settle)
		got := claimAll(t, r)
		if !slices.Equal(topics(got), want) {
			t.Fatalf("told %v, want %v", topics(got), want)
		}
		return got
	}
	round()
	if err := r.CancelSession(ctx, h.clinic.ID, h.sessions[1]); err != nil {
		t.Fatal(err)
	}
	got := round(UpdateMail)[0].Mail
	if got.Method != "REQUEST" || !strings.Contains(got.Calendar, "SEQUENCE:1\r\n") || !strings.Contains(got.Calendar, "EXDATE;TZID=America/New_York:20261130T173000") {
		t.Errorf("update %s", got.Calendar)
	}
	series := must[schedule.Series](t)(r.Series(ctx, h.clinic.ID, h.series.ID))
	series.Title = "Another title that no calendar shows"
	series = must[schedule.Series](t)(r.UpdateSeries(ctx, series))
	round()
	// Two changes in a row are one mail.
	for _, day := range []string{"2026-12-07", "2026-12-14"} {
		series.Except = append(series.Except, must[schedule.LocalDate](t)(schedule.ParseLocalDate(day)))
		series = must[schedule.Series](t)(r.UpdateSeries(ctx, series))
		if err := r.UpdateCalendars(ctx, h.clinic.ID, "desk@example.org"); err != nil {
			t.Fatal(err)
		}
	}
	got = round(UpdateMail)[0].Mail
	if !strings.Contains(got.Calendar, "SEQUENCE:3\r\n") {
		t.Errorf("update %s", got.Calendar)
	}
	must[Seat](t)(r.Discharge(ctx, h.clinic.ID, h.seats[1].ID, clock.now))
	got = round(CancellationMail)[0].Mail
	if got.Method != "CANCEL" || !strings.Contains(got.Calendar, "SEQUENCE:4\r\n") || !strings.Contains(got.Calendar, "STATUS:CANCELLED") {
		t.Errorf("cancellation %s", got.Calendar)
	}
	if err := r.CancelSession(ctx, h.clinic.ID, h.sessions[0]); err != nil {
		t.Fatal(err)
	}
	round() // they are gone
}

func TestReminders(t *testing.T) { onEach(t, testReminders) }

func testReminders(t *testing.T) {
	r := openAt(t, t.TempDir())
	h, clock, ctx := build(t, r), r.clock.(*testClock), t.Context()
	invited(t, r, h, 1)
	remind := func(session rooms.SessionID) {
		t.Helper()
		if err := r.Remind(ctx, h.clinic.ID, session, 3*time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	remind(h.sessions[0])
	remind(h.sessions[0])
	got := claimAll(t, r)
	if len(got) != 1 || got[0].Topic != ReminderMail || got[0].Target != string(h.people[1].ID) || !got[0].Mail.Start.Equal(evening) || got[0].Mail.URL != "" {
		t.Fatalf("reminders %+v", got)
	}
	remind(h.sessions[0])
	if got := claimAll(t, r); got != nil {
		t.Errorf("reminded twice: %v", topics(got))
	}
	// Cancelled between the making and the sending.
	remind(h.sessions[1])
	if err := r.CancelSession(ctx, h.clinic.ID, h.sessions[1]); err != nil {
		t.Fatal(err)
	}
	if got := claimAll(t, r); got != nil {
		t.Errorf("reminded of a cancelled session: %v", topics(got))
	}
	remind(h.sessions[1])
	// The mail server was away until it had begun.
	remind(h.sessions[2])
	clock.now = evening.AddDate(0, 0, 14)
	if got := claimAll(t, r); got != nil {
		t.Errorf("reminded of a session that has begun: %v", topics(got))
	}
	faults := map[string]int{}
	for _, m := range must[[]Message](t)(r.Messages(ctx, h.clinic.ID, MessageQuery{State: Dead, Limit: 9})) {
		faults[m.Fault]++
	}
	if faults["withdrawn"] != 1 || faults["expired"] != 1 {
		t.Errorf("faults %v", faults)
	}
	if err := r.SetReminders(ctx, h.clinic.ID, h.people[1].ID, false); err != nil || must[bool](t)(r.WantsReminders(ctx, h.clinic.ID, h.people[1].ID)) {
		t.Fatal(err)
	}
	remind(h.sessions[3])
	if got := claimAll(t, r); got != nil {
		t.Errorf("reminded against their wish: %v", topics(got))
	}
	if got := must[MailSettings](t)(r.MailSettings(ctx, h.clinic.ID)); !slices.Equal(got.Reminders, []time.Duration{3 * time.Hour}) {
		t.Errorf("default %v", got)
	}
	for _, leads := range [][]time.Duration{{24 * time.Hour, 2 * time.Hour}, nil} {
		if err := r.SetMailSettings(ctx, h.clinic.ID, MailSettings{leads}); err != nil {
			t.Fatal(err)
		}
		if got := must[MailSettings](t)(r.MailSettings(ctx, h.clinic.ID)); !slices.Equal(got.Reminders, leads) {
			t.Errorf("set %v, got %v", leads, got.Reminders)
		}
	}
}

func TestCalls(t *testing.T) { onEach(t, testCalls) }

func testCalls(t *testing.T) {
	r := openAt(t, t.TempDir())
	h, clock, ctx := build(t, r), r.clock.(*testClock), t.Context()
	call := Call{Clinic: h.clinic.ID, Caller: "c", Key: "k", Route: "POST /x", Body: []byte("{}")}
	begin := func(c Call) (string, *Reply, error) { return r.BeginCall(ctx, c) }
	run, replay, err := begin(call)
	if err != nil || replay != nil {
		t.Fatal(replay, err)
	}
	if _, _, err := begin(call); !errors.Is(err, ErrRunning) {
		t.Errorf("at the same time: %v", err)
	}
	answer := &Reply{Status: 200, ContentType: "application/json", Body: []byte(`{"url":"https://x/j#s3cr3t"}`)}
	if err := r.EndCall(ctx, call, run, answer); err != nil {
		t.Fatal(err)
	}
	row := must[callRow](t)(find[callRow](ctx, r, h.clinic.ID, "x", "", "caller = 'c'"))
	if !strings.HasPrefix(row.Answer, "v1:") || row.KeyHash == "k" {
		t.Errorf("readable: %+v", row)
	}
	if _, replay, err = begin(call); err != nil || replay == nil || replay.Status != 200 || string(replay.Body) != string(answer.Body) {
		t.Errorf("again: %+v, %v", replay, err)
	}
	for name, edit := range map[string]func(*Call){
		"body": func(c *Call) { c.Body = []byte("[]") }, "route": func(c *Call) { c.Route = "POST /y" },
	} {
		other := call
		edit(&other)
		if _, _, err := begin(other); !errors.Is(err, ErrOtherCall) {
			t.Errorf("another %s: %v", name, err)
		}
	}
	for name, edit := range map[string]func(*Call){
		"caller": func(c *Call) { c.Caller = "d" }, "key": func(c *Call) { c.Key = "l" },
	} {
		other := call
		edit(&other)
		run, replay, err := begin(other)
		if err != nil || replay != nil {
			t.Errorf("another %s: %v, %v", name, replay, err)
		}
		if err := r.EndCall(ctx, other, run, nil); err != nil {
			t.Fatal(err)
		}
		if _, replay, err = begin(other); err != nil || replay != nil {
			t.Errorf("another %s, freed: %v, %v", name, replay, err)
		}
	}
	clock.pass(runAtMost)
	left := call
	left.Caller = "d" // left behind by a crash
	if _, _, err := begin(left); err != nil {
		t.Errorf("left behind: %v", err)
	}
	if err := r.EndCall(ctx, left, "older run", answer); err != nil {
		t.Fatal(err)
	}
	if _, _, err := begin(left); !errors.Is(err, ErrRunning) {
		t.Errorf("an older run ended the newer: %v", err)
	}
	clock.pass(answerMemory)
	if _, replay, err := begin(call); err != nil || replay != nil {
		t.Errorf("a day later: %v, %v", replay, err)
	}
	if _, _, err := begin(Call{Clinic: "unknown", Key: "k"}); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("unknown clinic: %v", err)
	}
}

// Two nodes on one database share the outbox: each message goes to one.
func TestTwoNodesShareTheOutbox(t *testing.T) {
	t.Run("postgres", func(t *testing.T) {
		dir := t.TempDir()
		nodes := []*Records{openAt(t, dir), must[*Records](t)(Open(t.Context(), Options{
			Postgres: databaseOf(t, dir), Sealer: testSealer, Fields: testFields, Clock: &testClock{rooms.SystemClock, evening.Add(-time.Hour)},
		}))}
		t.Cleanup(func() { _ = nodes[1].Close() })
		h, ctx := build(t, nodes[0]), t.Context()
		const many = 40
		for range many {
			if err := nodes[0].Enqueue(ctx, Message{Clinic: h.clinic.ID, Kind: MailMessage, Topic: UpdateMail}); err != nil {
				t.Fatal(err)
			}
		}
		claimed := make(chan string, 2*many)
		var wg sync.WaitGroup
		for _, node := range nodes {
			for range 3 {
				wg.Add(1)
				go func() {
					defer wg.Done()
					for range many {
						m, err := node.ClaimMessage(ctx, mailKinds, nil, time.Hour)
						if err == nil {
							claimed <- m.ID
						} else if !errors.Is(err, rooms.ErrNotFound) {
							t.Error(err)
						}
					}
				}()
			}
		}
		wg.Wait()
		close(claimed)
		seen := map[string]int{}
		for id := range claimed {
			seen[id]++
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s was claimed %d times", id, n)
			}
		}
		if len(seen) != many {
			t.Errorf("%d of %d messages were claimed", len(seen), many)
		}
	})
}
