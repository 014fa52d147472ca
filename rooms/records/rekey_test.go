package records

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"vesper/auth"
)

// sealedEverywhere puts a value into every table that has encrypted columns.
func sealedEverywhere(t *testing.T, r *Records, h house) {
	t.Helper()
	ctx, clinic := t.Context(), h.clinic.ID
	person := h.people[1]
	person.Phone, person.Email, person.Address, person.EmergencyName = "555-0100", "ana@example.org", Address{Line: "Elm 1"}, "Mo"
	guest, _, err := r.SeatGuest(ctx, Guest{Clinic: clinic, Session: h.sessions[1], DisplayName: "Somebody", Note: "a cousin"}, "x")
	if err != nil || guest.Person == "" {
		t.Fatal(err)
	}
	call := Call{Clinic: clinic, Caller: "c", Key: "k", Route: "POST /x"}
	run, _, err := r.BeginCall(ctx, call)
	for _, err := range []error{
		err, r.UpdatePerson(ctx, person), r.EndCall(ctx, call, run, &Reply{Status: 200, Body: []byte("answer")}),
		r.SaveDoor(ctx, Door{Clinic: clinic, Session: h.sessions[0], Person: person.ID, Place: "home", Phone: "555-0101", EmergencyName: "Mo"}),
		r.Enqueue(ctx, Message{Clinic: clinic, Kind: MailMessage, Topic: ReminderMail, Key: "m", Mail: Mail{To: "a@example.org"}}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	must[Webhook](t)(r.CreateWebhook(ctx, Webhook{Clinic: clinic, URL: "https://ehr.example.org"}))
	for i := range rekeyBatch + 1 {
		must[string](t)(r.KeepNote(ctx, clinic, h.sessions[0], fmt.Sprint("note ", i)))
	}
}

// Every value is written anew under the newest key, also if that is broken off
// and begun again; then the older key is not needed.
func TestReencrypt(t *testing.T) { onEach(t, testReencrypt) }

func testReencrypt(t *testing.T) {
	dir := t.TempDir()
	fresh := must[*auth.Keys](t)(auth.NewKeys()).Fields()
	with := func(keys []auth.FieldKey) (*Records, error) {
		options := Options{Dir: dir, Sealer: testSealer, Fields: keys}
		if onPostgres(t) {
			options.Postgres = databaseOf(t, dir)
		}
		return Open(t.Context(), options)
	}
	r := must[*Records](t)(with(testFields))
	h := build(t, r)
	sealedEverywhere(t, r, h)
	for _, table := range sealedTables {
		if n := must[int64](t)(countAll(t, r, table.name)); n == 0 {
			t.Fatalf("nothing in %s", table.name)
		}
	}
	if where := must[[]string](t)(r.NeedsKey(t.Context(), testFields[0].ID)); len(where) < 12 {
		t.Fatalf("under the older key: %v", where)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}

	r = must[*Records](t)(with(append(append([]auth.FieldKey{}, testFields...), fresh...)))
	tamper(t, r, "UPDATE doors SET phone = 'v1:00000000:x' WHERE phone <> ''")
	all := must[int](t)(r.OldRows(t.Context()))
	stopped, stop := context.WithCancel(t.Context())
	_, err := r.Reencrypt(stopped, func(rows int) {
		if rows >= rekeyBatch {
			stop() // in the middle of the notes
		}
	})
	if left := must[int](t)(r.OldRows(t.Context())); !errors.Is(err, context.Canceled) || left == 0 || left >= all {
		t.Fatalf("broken off: %d of %d are left, %v", left, all, err)
	}
	last := 0
	done := must[Rekeyed](t)(r.Reencrypt(t.Context(), func(rows int) { last = rows }))
	if len(done.Closed) != 1 || !strings.HasPrefix(done.Closed[0], "doors "+string(h.sessions[0])+"/") || last != done.Rows {
		t.Errorf("done: %+v, told of %d", done, last)
	}
	if where := must[[]string](t)(r.NeedsKey(t.Context(), testFields[0].ID)); len(where) != 1 || where[0] != "doors.emergency_name" {
		t.Errorf("the row that does not open alone needs the older key: %v", where)
	}
	tamper(t, r, "UPDATE doors SET phone = '' WHERE phone <> ''")
	must[Rekeyed](t)(r.Reencrypt(t.Context(), func(int) {}))
	if where := must[[]string](t)(r.NeedsKey(t.Context(), testFields[0].ID)); len(where) != 0 {
		t.Errorf("the older key is needed for %v", where)
	}
	for _, statement := range []string{"UPDATE notes SET body = ''", "DELETE FROM notes"} {
		if _, err := r.write.db.ExecContext(t.Context(), statement); err == nil {
			t.Errorf("the notes have lost their lock: %s", statement)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}

	r = must[*Records](t)(with(fresh)) // the older key is gone
	defer r.Close()
	notes := must[map[string]string](t)(r.Notes(t.Context(), h.clinic.ID, h.sessions[0]))
	person := must[Person](t)(r.Person(t.Context(), h.clinic.ID, h.people[1].ID))
	if len(notes) != rekeyBatch+1 || person.Phone != "555-0100" || person.Address.Line != "Elm 1" {
		t.Errorf("%d notes, %s", len(notes), person.Phone)
	}
	if hooks := must[[]Webhook](t)(r.Webhooks(t.Context(), h.clinic.ID)); len(hooks) != 1 || hooks[0].URL != "https://ehr.example.org" {
		t.Errorf("%d webhooks", len(hooks))
	}
}
