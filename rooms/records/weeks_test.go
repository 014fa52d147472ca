package records

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/attendance/week"
)

func TestPayers(t *testing.T) { onEach(t, testPayers) }

func testPayers(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic, ann := t.Context(), h.clinic.ID, h.people[1].ID
	first := week.Payer{Payer: "north", Name: "North", Rules: []week.Rule{{ID: "w", Kind: week.MinWeekMinutes, Value: 540}}}
	for _, p := range []week.Payer{first, {Payer: "north", Name: "North", From: "2026-12-01"}, {Payer: "south", Name: "South"}} {
		must[week.Payer](t)(r.SetPayer(ctx, clinic, p))
	}
	all := must[[]week.Payer](t)(r.Payers(ctx, clinic))
	if len(all) != 3 || all[0].Version != 2 || all[1].Version != 1 || !reflect.DeepEqual(all[1].Rules, first.Rules) {
		t.Fatalf("%+v", all)
	}
	if err := r.SetPersonPayer(ctx, clinic, ann, "nobody", "2026-10-05"); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("a payer that is not there: %v", err)
	}
	check := func(day week.Date, want string) {
		t.Helper()
		got := "none"
		if p := must[map[rooms.PersonID]*week.Payer](t)(r.PayersOn(ctx, clinic, day))[ann]; p != nil {
			got = fmt.Sprintf("%s %d", p.Payer, p.Version)
		}
		if got != want {
			t.Errorf("on %s: %s, want %s", day, got, want)
		}
	}
	change := func(payer string, from week.Date) {
		t.Helper()
		if err := r.SetPersonPayer(ctx, clinic, ann, payer, from); err != nil {
			t.Fatal(err)
		}
	}
	change("north", "2026-10-05")
	check("2026-10-04", "none")
	check("2026-10-05", "north 1")
	check("2026-12-07", "north 2")
	change("south", "2026-11-02")
	check("2026-11-01", "north 1")
	check("2026-11-02", "south 1")
	check("2026-09-01", "none")
	change("", "2027-01-01")
	check("2026-12-31", "south 1")
	check("2027-01-01", "none")
	// Said again for an earlier day: what was said for later days goes.
	change("north", "2026-11-30")
	check("2026-11-29", "south 1")
	check("2026-12-01", "north 2")
	check("2027-06-01", "north 2")
}

func TestJudge(t *testing.T) { onEach(t, testJudge) }

// Rows that are kept are those of the journal, and an entry that is added
// makes them anew.
func testJudge(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	live(t, r, h)
	ctx, clinic, session := t.Context(), h.clinic.ID, h.sessions[0]
	kept := func() (rows []keptRow) {
		t.Helper()
		return must[[]keptRow](t)(list[keptRow](ctx, r, clinic, "kept rows", "session", "clinic = ?", clinic))
	}
	if len(kept()) != 1 {
		t.Error("nothing was computed when the session was sealed")
	}
	first := must[[]Judged](t)(r.Judge(ctx, clinic, evening.AddDate(0, 0, -1), evening.AddDate(0, 0, 8)))
	if len(first) != 2 || len(first[0].Rows) != 3 || first[1].Rows != nil || len(first[1].Roster) != 3 || len(kept()) != 1 {
		t.Fatalf("%+v, kept %d", first, len(kept()))
	}
	again := must[Judged](t)(r.JudgeOne(ctx, clinic, session))
	if !reflect.DeepEqual(again, first[0]) {
		t.Errorf("from what was kept\n%+v, want\n%+v", again, first[0])
	}
	// Something wrong that was kept is shown until the chain grows, and never more.
	spoil := func(column string, value string) {
		t.Helper()
		err := r.change(ctx, clinic, "spoil", func(ctx context.Context, tx bun.Tx) error {
			return changed(tx.NewUpdate().Table("session_rows").Set(column+" = ?", value).Where("clinic = ?", clinic).Exec(ctx))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	spoil("judged", must[string](t)(pack([]attendance.Record{})))
	if got := must[Judged](t)(r.JudgeOne(ctx, clinic, session)); len(got.Rows) != 0 {
		t.Error("what was kept is not used")
	}
	err := r.Amend(ctx, clinic, session, []rooms.Event{{At: evening.Add(4 * time.Hour), Kind: rooms.EventAbsence, Person: h.people[2].ID, Actor: h.people[0].ID, Reason: "called"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	amended := must[Judged](t)(r.JudgeOne(ctx, clinic, session))
	carl := slices.IndexFunc(amended.Rows, func(row attendance.Record) bool { return row.Person == h.people[2].ID })
	if len(amended.Rows) != 3 || amended.Rows[carl].Absence != "called" || amended.Rows[carl].DisplayName != "Carl D." {
		t.Errorf("after an entry: %+v", amended.Rows)
	}
	spoil("judged", "[]")
	spoil("build", "another")
	if got := must[Judged](t)(r.JudgeOne(ctx, clinic, session)); len(got.Rows) != 3 {
		t.Error("rows of another build are used")
	}
	spoil("judged", "[]")
	spoil("build", "another")
	if err := r.RefreshRows(ctx); err != nil {
		t.Fatal(err)
	}
	if rows := kept(); len(rows) != 1 || rows[0].Build != buildID() || rows[0].Judged == "[]" {
		t.Errorf("not computed again for this build: %+v", rows)
	}
	if amended.Signed != nil {
		t.Error("nobody has signed")
	}
	if err := r.Sign(ctx, clinic, session, Signer{Person: h.people[0].ID, Name: "Dana R.", Credential: "LCSW"}); err != nil {
		t.Fatal(err)
	}
	if got := must[Judged](t)(r.JudgeOne(ctx, clinic, session)); got.Signed == nil || got.Signed.Credential != "LCSW" || len(got.Rows) != 3 {
		t.Errorf("signed: %+v", got.Signed)
	}
}

// What is computed now is not kept while the evening runs.
func TestJudgeWhileItRuns(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	tenure := must[rooms.Tenure](t)(r.Open(t.Context(), h.sessions[0], "n"))
	err := r.Append(t.Context(), h.sessions[0], tenure.Epoch, []rooms.Event{happened(tenure.Epoch, 1, rooms.EventOpened, "")})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got := must[Judged](t)(r.JudgeOne(t.Context(), h.clinic.ID, h.sessions[0]))
		if len(got.Rows) != 3 || got.Rows[0].Final {
			t.Errorf("%+v", got.Rows)
		}
	}
	if rows := must[[]keptRow](t)(list[keptRow](t.Context(), r, h.clinic.ID, "kept rows", "session", "true")); len(rows) != 0 {
		t.Error("rows of a running session are kept")
	}
}

// BenchmarkJudge reads a week of 25 sessions of 14 people and 330 entries.
func BenchmarkJudge(b *testing.B) {
	r := openAt(b, b.TempDir())
	h := fullWeek(b, r)
	read := func() {
		all := must[[]Judged](b)(r.Judge(b.Context(), h.clinic.ID, evening.AddDate(0, 0, -1), evening.AddDate(1, 0, 0)))
		all = slices.DeleteFunc(all, func(j Judged) bool { return j.Session.Status == Cancelled })
		if len(all) != 25 || len(all[0].Rows) != 14 || all[0].Rows[1].Status != attendance.Present {
			b.Fatalf("%d sessions", len(all))
		}
	}
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			err := r.change(b.Context(), h.clinic.ID, "forget", func(ctx context.Context, tx bun.Tx) error {
				_, err := tx.NewDelete().Table("session_rows").Where("clinic = ?", h.clinic.ID).Exec(ctx)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			read()
		}
	})
	b.Run("kept", func(b *testing.B) {
		for b.Loop() {
			read()
		}
	})
}
