package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/desk"
	"vesper/rooms/desk/hook"
	"vesper/rooms/desk/mail/mailtest"
	"vesper/rooms/records"
	"vesper/rooms/schedule"
)

// postOffice is real records, with a clinic of one evening and one client.
type postOffice struct {
	clock   *pastClock
	records *records.Records
	clinic  rooms.ClinicID
	session rooms.SessionID
	seat    rooms.SeatID
	person  rooms.PersonID
}

var eveningStart = time.Date(2026, 10, 5, 22, 0, 0, 0, time.UTC) // 18:00 in New York

func newPostOffice(t *testing.T) *postOffice {
	t.Helper()
	o, ctx, dir := &postOffice{clock: &pastClock{}}, t.Context(), t.TempDir()
	o.clock.set(eveningStart.Add(-4 * time.Hour))
	keys, err := auth.OpenKeys(filepath.Join(dir, "keys"))
	must(t, err)
	o.records, err = records.Open(ctx, records.Options{Dir: dir, Clock: o.clock, Sealer: keys.Seal(), Fields: keys.Fields(), Logger: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() { _ = o.records.Close() })
	clinic, err := o.records.CreateClinic(ctx, records.Clinic{Name: "Recovery Center", Zone: "America/New_York", NeutralTitle: "Harbor"})
	must(t, err)
	o.clinic = clinic.ID
	program, err := o.records.CreateProgram(ctx, records.Program{Clinic: o.clinic, Name: "Intensive Outpatient"})
	must(t, err)
	start, err := schedule.ParseLocalTime("2026-10-05T18:00")
	must(t, err)
	series, err := o.records.CreateSeries(ctx, schedule.Series{
		Clinic: o.clinic, Program: program.ID, Title: "Relapse group", Rule: "FREQ=DAILY;COUNT=2", Start: start, Zone: "America/New_York",
		Duration: time.Hour, Template: schedule.Template{{Kind: rooms.Group, Minutes: 60}},
	})
	must(t, err)
	occurrences, err := series.Occurrences(eveningStart.Add(-time.Hour), eveningStart.Add(48*time.Hour))
	must(t, err)
	sessions, err := o.records.UpsertOccurrences(ctx, o.clinic, series.ID, occurrences)
	must(t, err)
	o.session = sessions[0]
	person, err := o.records.CreatePerson(ctx, records.Person{Clinic: o.clinic, Kind: records.ClientPerson, LegalName: "Ana Ruiz", DisplayName: "Ana R.", Email: "ana@example.com", Language: "en"})
	must(t, err)
	o.person = person.ID
	seat, err := o.records.CreateSeat(ctx, records.Seat{Clinic: o.clinic, Series: series.ID, Seat: rooms.Seat{Person: person.ID, Role: rooms.Client, DisplayName: "Ana R."}})
	must(t, err)
	o.seat = seat.ID
	return o
}

// receiver is another system. It keeps what came in, and answers as told.
type receiver struct {
	mu     sync.Mutex
	status int
	bodies []string
	heads  []http.Header
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bodies, r.heads = append(r.bodies, string(body)), append(r.heads, request.Header)
	w.WriteHeader(max(r.status, 200))
}

func (r *receiver) got() ([]string, []http.Header) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.bodies), slices.Clone(r.heads)
}

// crash loses the note of the first delivery, like a process that dies there.
type crash struct {
	outbox
	once sync.Once
}

func (c *crash) Sent(ctx context.Context, letter desk.Letter) (err error) {
	c.once.Do(func() { err = errors.New("the process died") })
	if err != nil {
		return err
	}
	return c.outbox.Sent(ctx, letter)
}

// deliver lets a post work until everything that was due has been tried once.
func (o *postOffice) deliver(t *testing.T, box desk.Outbox, couriers map[string]desk.Courier) {
	t.Helper()
	due := uint64(0)
	for _, m := range o.messages(t) {
		if m.State == records.Pending && !m.Due.After(o.clock.Now()) {
			due++
		}
	}
	p := desk.StartPost(desk.PostOptions{Outbox: box, Couriers: couriers, Clock: o.clock, Timeout: 5 * time.Second})
	defer p.Close()
	eventually(t, "all that is due is tried", func() bool {
		sent, again, dead := p.Counts()
		return sent+again+dead >= due
	})
}

func (o *postOffice) messages(t *testing.T) []records.Message {
	t.Helper()
	list, err := o.records.Messages(context.Background(), o.clinic, records.MessageQuery{Limit: 100})
	must(t, err)
	return list
}

func (o *postOffice) hook(t *testing.T) desk.Courier {
	t.Helper()
	return hook.New(hook.Options{AllowInside: true, Clock: o.clock, Endpoint: func(ctx context.Context, clinic rooms.ClinicID, id string) (hook.Endpoint, error) {
		to, err := o.records.Destination(ctx, clinic, id)
		return hook.Endpoint{URL: to.URL, Secrets: to.Secrets}, err
	}})
}

// An evening is opened, ended and sealed; the other system hears of each, once
// or twice, under one id, and learns no name.
func TestWebhooksOfAnEvening(t *testing.T) {
	o, ctx := newPostOffice(t), t.Context()
	other := &receiver{}
	server := httptest.NewServer(other)
	defer server.Close()
	webhook, err := o.records.CreateWebhook(ctx, records.Webhook{Clinic: o.clinic, URL: server.URL})
	must(t, err)
	tenure, err := o.records.Open(ctx, o.session, "node")
	must(t, err)
	end := rooms.Event{ID: rooms.EventID{Epoch: tenure.Epoch, Node: "node", N: 1}, At: o.clock.Now(), Kind: rooms.EventEnded}
	must(t, o.records.Append(ctx, o.session, tenure.Epoch, []rooms.Event{end}))
	must(t, o.records.Append(ctx, o.session, tenure.Epoch, []rooms.Event{end}))
	must(t, o.records.Seal(ctx, o.session, tenure.Epoch))
	couriers := map[string]desk.Courier{records.WebhookMessage: o.hook(t)}
	o.deliver(t, &crash{outbox: outbox{o.records}}, couriers)
	o.clock.set(o.clock.Now().Add(11 * time.Second)) // the lease is over
	o.deliver(t, outbox{o.records}, couriers)

	bodies, heads := other.got()
	ids, kinds := map[string]string{}, map[string]int{}
	for i, body := range bodies {
		verifier, err := standardwebhooks.NewWebhook(webhook.Secrets[0])
		must(t, err)
		must(t, verifier.VerifyIgnoringTimestamp([]byte(body), heads[i]))
		id := heads[i].Get("webhook-id")
		if before, again := ids[id]; again && before != body {
			t.Errorf("a repeated message changed: %s, then %s", before, body)
		}
		ids[id] = body
		for _, kind := range records.Events {
			if strings.Contains(body, `"type":"`+kind+`"`) && strings.Contains(body, string(o.session)) {
				kinds[kind]++
			}
		}
		if strings.Contains(body, "Ana") || strings.Contains(body, "Harbor") || strings.Contains(body, "Relapse") {
			t.Errorf("a name in %s", body)
		}
	}
	if len(bodies) != 4 || len(ids) != 3 || kinds[records.SessionOpened] == 0 || kinds[records.SessionEnded] == 0 || kinds[records.SessionSealed] == 0 {
		t.Errorf("%d messages with %d ids: %v", len(bodies), len(ids), kinds)
	}
}

// A receiver that fails gets the same message later; while the secret changes,
// both signatures hold.
func TestWebhookComesBackAfterAFailure(t *testing.T) {
	o, ctx := newPostOffice(t), t.Context()
	other := &receiver{status: 503}
	server := httptest.NewServer(other)
	defer server.Close()
	webhook, err := o.records.CreateWebhook(ctx, records.Webhook{Clinic: o.clinic, URL: server.URL})
	must(t, err)
	_, err = o.records.TestWebhook(ctx, o.clinic, webhook.ID)
	must(t, err)
	couriers := map[string]desk.Courier{records.WebhookMessage: o.hook(t)}
	o.deliver(t, outbox{o.records}, couriers)
	if m := o.messages(t)[0]; m.State != records.Pending || m.Fault != "http_503" || !m.Due.After(o.clock.Now().Add(59*time.Second)) {
		t.Fatalf("after a 503: %+v", m)
	}
	rotated, err := o.records.RotateWebhook(ctx, o.clinic, webhook.ID)
	must(t, err)
	other.mu.Lock()
	other.status = 200
	other.mu.Unlock()
	o.clock.set(o.clock.Now().Add(2 * time.Minute))
	o.deliver(t, outbox{o.records}, couriers)
	eventually(t, "it is sent", func() bool { return o.messages(t)[0].State == records.Sent })
	bodies, heads := other.got()
	if len(bodies) != 2 || bodies[0] != bodies[1] || heads[0].Get("webhook-id") != heads[1].Get("webhook-id") {
		t.Fatalf("got %v", bodies)
	}
	for _, secret := range rotated.Secrets {
		verifier, err := standardwebhooks.NewWebhook(secret)
		must(t, err)
		if err := verifier.VerifyIgnoringTimestamp([]byte(bodies[1]), heads[1]); err != nil {
			t.Errorf("a secret of the two: %v", err)
		}
	}
}

// The invitation and the reminder come in at a real SMTP server and say nothing
// of what the clinic is.
func TestMailOfAnEvening(t *testing.T) {
	o, ctx := newPostOffice(t), t.Context()
	smtp := mailtest.Start(t, nil)
	h := &house{records: o.records, clock: o.clock, log: slog.New(slog.DiscardHandler), config: Config{
		SMTP: SMTPConfig{Address: smtp.Address(), Security: "none"}, Mail: MailConfig{From: "no-reply@example.org"},
	}}
	must(t, h.openPost(ctx))
	defer h.Close()
	_, hash := auth.NewInvitation()
	_, err := o.records.SendInvitation(ctx, auth.Invitation{Clinic: o.clinic, Seat: o.seat, Hash: hash}, "https://groups.example.org/j#planted", h.config.organizer())
	must(t, err)
	arrived := func(n int) mailtest.Received {
		t.Helper()
		eventually(t, "a mail comes in", func() bool { h.post.Wake(); return len(smtp.Got()) >= n })
		return smtp.Got()[n-1]
	}
	round := func() {
		t.Helper()
		for _, errand := range h.mailErrands() {
			must(t, errand(ctx, o.clock.Now()))
		}
	}
	mails := []mailtest.Received{arrived(1)}
	round()
	o.clock.set(eveningStart.Add(-3 * time.Hour))
	round()
	round()
	mails = append(mails, arrived(2))
	must(t, o.records.CancelSession(ctx, o.clinic, o.session))
	round()
	o.clock.set(o.clock.Now().Add(2 * time.Minute))
	mails = append(mails, arrived(3))
	round()
	for i, want := range []string{"Subject: Harbor: your personal link", "Subject: Harbor: reminder", "Subject: Harbor: changed dates"} {
		if !strings.Contains(mails[i].Data, want) || mails[i].To != "TO:<ana@example.com>" {
			t.Errorf("mail %d is not %q: %s", i, want, mails[i].Data)
		}
		for _, word := range []string{"Recovery", "Relapse", "Outpatient", "Ana R"} {
			if strings.Contains(mails[i].Data, word) {
				t.Errorf("mail %d says %q", i, word)
			}
		}
	}
	if !strings.Contains(mails[0].Data, "planted") || !strings.Contains(mails[2].Data, "text/calendar; method=3DREQUEST") && !strings.Contains(mails[2].Data, "method=REQUEST") {
		t.Errorf("mails %v", mails)
	}
	if len(smtp.Got()) != 3 {
		t.Errorf("%d mails", len(smtp.Got()))
	}
}

// Who takes a colleague's place for an evening gets a link and a date, then
// what changes; the colleague's calendar loses that evening, and has it back.
func TestMailOfAStandIn(t *testing.T) {
	o, ctx := newPostOffice(t), t.Context()
	smtp := mailtest.Start(t, nil)
	h := &house{records: o.records, clock: o.clock, log: slog.New(slog.DiscardHandler), url: "https://groups.example.org", config: Config{
		SMTP: SMTPConfig{Address: smtp.Address(), Security: "none"}, Mail: MailConfig{From: "no-reply@example.org"},
	}}
	must(t, h.openPost(ctx))
	defer h.Close()
	client, err := o.records.Seat(ctx, o.clinic, o.seat)
	must(t, err)
	staff := func(name, address string) rooms.PersonID {
		p, err := o.records.CreatePerson(ctx, records.Person{
			Clinic: o.clinic, Kind: records.StaffPerson, LegalName: name + " Whitfield", DisplayName: name, Email: address, Language: "en",
		})
		must(t, err)
		return p.ID
	}
	dana, sam, kim, lou := staff("Dana", "dana@example.com"), staff("Sam", "sam@example.com"), staff("Kim", "kim@example.com"), staff("Lou", "")
	seat, err := o.records.CreateSeat(ctx, records.Seat{Clinic: o.clinic, Series: client.Series, Seat: rooms.Seat{Person: dana, Role: rooms.Facilitator, DisplayName: "Dana"}})
	must(t, err)
	_, hash := auth.NewInvitation()
	_, err = o.records.SendInvitation(ctx, auth.Invitation{Clinic: o.clinic, Seat: seat.ID, Hash: hash}, "https://groups.example.org/j#own", h.config.organizer())
	must(t, err)

	read := 0
	// mails are those that come after a round, by receiver, with soft line breaks undone.
	mails := func(to ...string) map[string]string {
		t.Helper()
		for range 2 {
			for _, errand := range h.mailErrands() {
				must(t, errand(ctx, o.clock.Now()))
			}
		}
		o.clock.set(o.clock.Now().Add(2 * time.Minute)) // changes settle
		eventually(t, "the mails come in", func() bool { h.post.Wake(); return len(smtp.Got()) >= read+len(to) })
		got := map[string]string{}
		for _, m := range smtp.Got()[read:] {
			text := strings.NewReplacer("=\r\n", "", "=3D", "=", "\r\n ", "").Replace(m.Data)
			for _, word := range []string{"Recovery", "Relapse", "Outpatient", "Dana", "Whitfield"} {
				if strings.Contains(text, word) {
					t.Errorf("a mail says %q", word)
				}
			}
			got[strings.TrimSuffix(strings.TrimPrefix(m.To, "TO:<"), "@example.com>")] = text
		}
		read += len(to)
		if len(smtp.Got()) != read || len(got) != len(to) {
			t.Fatalf("%d mails, %d wanted: %v", len(smtp.Got()), read, got)
		}
		for _, who := range to {
			if got[who] == "" {
				t.Fatalf("none to %s: %v", who, got)
			}
		}
		return got
	}
	holds := func(mail string, words ...string) {
		t.Helper()
		for _, word := range words {
			if !strings.Contains(mail, word) {
				t.Errorf("no %q in %s", word, mail)
			}
		}
	}
	mails("dana")
	must(t, o.records.Substitute(ctx, o.clinic, o.session, sam, dana))
	got := mails("sam", "dana")
	holds(got["sam"], "Subject: Harbor: one evening", "https://groups.example.org/j#", "Monday, October 5, at 6:00 PM (EDT)",
		"METHOD:REQUEST", "SEQUENCE:0", "DTSTART;TZID=America/New_York:20261005T180000", "SUMMARY:Harbor", "ATTENDEE")
	holds(got["dana"], "Subject: Harbor: dates cancelled", "METHOD:CANCEL", "RECURRENCE-ID;TZID=America/New_York:20261005T180000", "STATUS:CANCELLED")
	if strings.Contains(got["dana"], "RRULE:FREQ=DAILY") {
		t.Errorf("more than one evening is cancelled: %s", got["dana"])
	}
	mails()

	must(t, o.records.Substitute(ctx, o.clinic, o.session, kim, dana)) // and not Sam
	got = mails("kim", "sam")
	holds(got["kim"], "Subject: Harbor: one evening", "METHOD:REQUEST")
	holds(got["sam"], "Subject: Harbor: dates cancelled", "METHOD:CANCEL", "SEQUENCE:1")

	_, err = o.records.MoveEvening(ctx, o.clinic, client.Series, local(t, "2026-10-05T18:00"), local(t, "2026-10-05T19:00"))
	must(t, err)
	got = mails("kim", "dana")
	holds(got["kim"], "Subject: Harbor: changed dates", "METHOD:REQUEST", "SEQUENCE:1", "DTSTART;TZID=America/New_York:20261005T190000")

	must(t, o.records.EndSubstitute(ctx, o.clinic, o.session, dana))
	got = mails("kim", "dana")
	holds(got["kim"], "METHOD:CANCEL", "SEQUENCE:2")
	holds(got["dana"], "Subject: Harbor: changed dates", "METHOD:REQUEST", "RRULE:FREQ=DAILY")

	must(t, o.records.Substitute(ctx, o.clinic, o.session, lou, dana)) // has no address
	holds(mails("dana")["dana"], "METHOD:CANCEL")
	links, err := o.records.Invitations(ctx, o.clinic, seat.ID)
	must(t, err)
	for _, link := range links {
		if (link.Person == sam || link.Person == kim) && link.RevokedAt.IsZero() {
			t.Error("a link outlives the place that it was lent for")
		}
	}
}

func local(t *testing.T, text string) schedule.LocalTime {
	t.Helper()
	at, err := schedule.ParseLocalTime(text)
	must(t, err)
	return at
}
