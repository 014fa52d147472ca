package records

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vesper/rooms"
	"vesper/rooms/schedule"
)

// happened is entry n of an epoch of node-a.
func happened(epoch, n uint64, kind rooms.EventKind, person rooms.PersonID) rooms.Event {
	return rooms.Event{
		ID: rooms.EventID{Epoch: epoch, Node: "node-a", N: n}, Kind: kind, Person: person,
		At: evening.Add(time.Duration(n) * time.Second), Mono: time.Duration(n) * time.Second,
	}
}

// live opens the first session, lets an evening pass in it, ends and seals it,
// and leaves a line in the audit log.
func live(t testing.TB, r *Records, h house) {
	t.Helper()
	ctx := t.Context()
	tenure := must[rooms.Tenure](t)(r.Open(ctx, h.sessions[0], "node-a"))
	err := r.Append(ctx, h.sessions[0], tenure.Epoch, []rooms.Event{
		happened(tenure.Epoch, 1, rooms.EventOpened, ""),
		happened(tenure.Epoch, 2, rooms.EventArrived, h.people[1].ID),
		happened(tenure.Epoch, 3, rooms.EventAdmitted, h.people[1].ID),
		happened(tenure.Epoch, 4, rooms.EventEnded, ""),
	})
	if err == nil {
		err = r.Seal(ctx, h.sessions[0], tenure.Epoch)
	}
	if err == nil {
		err = r.Audit(ctx, AuditEntry{Clinic: h.clinic.ID, Actor: string(h.people[0].ID), ActorKind: "staff", Action: "door.read"})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestEpochFencing(t *testing.T) { onEach(t, testEpochFencing) }

func testEpochFencing(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, session := t.Context(), h.sessions[0]
	first := must[rooms.Tenure](t)(r.Open(ctx, session, "node-a"))
	second := must[rooms.Tenure](t)(r.Open(ctx, session, "node-b"))
	if second.Epoch <= first.Epoch {
		t.Fatalf("epoch %d after %d", second.Epoch, first.Epoch)
	}
	late := []rooms.Event{happened(first.Epoch, 1, rooms.EventLocked, "")}
	for _, epoch := range []uint64{first.Epoch, second.Epoch + 1, 0} {
		if err := r.Append(ctx, session, epoch, late); !errors.Is(err, rooms.ErrFenced) {
			t.Errorf("append under epoch %d: got %v, want ErrFenced", epoch, err)
		}
		if err := r.Seal(ctx, session, epoch); !errors.Is(err, rooms.ErrFenced) {
			t.Errorf("seal under epoch %d: got %v, want ErrFenced", epoch, err)
		}
	}
	other := must[rooms.Tenure](t)(r.Open(ctx, h.sessions[1], "node-a"))
	fenced, err := r.Beat(ctx, []rooms.Beat{
		{Session: session, Epoch: first.Epoch, At: evening, Proof: map[rooms.PersonID]time.Time{"a": evening}},
		{Session: h.sessions[1], Epoch: other.Epoch, At: evening, Proof: map[rooms.PersonID]time.Time{"b": evening}},
		{Session: "unknown", Epoch: 1, At: evening},
	})
	if err != nil || len(fenced) != 2 || fenced[0] != session {
		t.Errorf("beat: fenced %v, %v", fenced, err)
	}
	if beat := must[rooms.Tenure](t)(r.Open(ctx, session, "node-c")).Beat; len(beat) != 0 {
		t.Errorf("a fenced beat was kept: %v", beat)
	}
	if beat := must[rooms.Tenure](t)(r.Open(ctx, h.sessions[1], "node-c")).Beat; !beat["b"].Equal(evening) {
		t.Errorf("beat: got %v", beat)
	}
	if node, epoch, err := r.Owner(ctx, session); node != "node-c" || epoch != 3 || err != nil {
		t.Errorf("owner: %s %d %v", node, epoch, err)
	}
}

// Of many nodes that open a room at once each gets an epoch of its own, and
// one is the newest.
func TestOpenIsExclusive(t *testing.T) { onEach(t, testOpenIsExclusive) }

func testOpenIsExclusive(t *testing.T) {
	r := openAt(t, t.TempDir())
	session := build(t, r).sessions[0]
	var all sync.WaitGroup
	var mu sync.Mutex
	seen := map[uint64]bool{}
	for i := range 100 {
		all.Go(func() {
			tenure, err := r.Open(t.Context(), session, rooms.NodeID(fmt.Sprint("n", i)))
			mu.Lock()
			defer mu.Unlock()
			if err != nil || seen[tenure.Epoch] {
				t.Errorf("epoch %d: %v", tenure.Epoch, err)
			}
			seen[tenure.Epoch] = true
		})
	}
	all.Wait()
	if len(seen) != 100 || !seen[100] {
		t.Errorf("%d epochs", len(seen))
	}
}

func TestLifeOfASession(t *testing.T) { onEach(t, testLifeOfASession) }

func testLifeOfASession(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, session := t.Context(), h.sessions[0]
	live(t, r, h)
	got := must[Session](t)(r.Session(ctx, h.clinic.ID, session))
	if got.Status != Ended || !got.Sealed || !got.Frozen || got.RulesVersion != 1 || got.EndedAt.IsZero() || got.Title != h.series.Title {
		t.Errorf("session: %+v", got)
	}
	if _, err := r.Open(ctx, session, "node-b"); !errors.Is(err, rooms.ErrSealed) {
		t.Errorf("open: got %v, want ErrSealed", err)
	}
	if err := r.Append(ctx, session, 1, []rooms.Event{happened(1, 9, rooms.EventLeft, "x")}); !errors.Is(err, rooms.ErrSealed) {
		t.Errorf("append: got %v, want ErrSealed", err)
	}
	if err := r.Append(ctx, session, 1, []rooms.Event{happened(1, 2, rooms.EventArrived, h.people[1].ID)}); err != nil {
		t.Errorf("a repetition after the seal: %v", err)
	}
	if err := r.Seal(ctx, session, 1); err != nil {
		t.Errorf("second seal: %v", err)
	}
	verifyChain(t, r, h.clinic.ID, session)
	if _, err := r.Open(ctx, "unknown", "node-a"); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("open: got %v, want ErrNotFound", err)
	}
}

func TestBanFollowsTheJournal(t *testing.T) { onEach(t, testBanFollowsTheJournal) }

func testBanFollowsTheJournal(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, session, person := t.Context(), h.sessions[0], h.people[1].ID
	must[rooms.Tenure](t)(r.Open(ctx, session, "node-a"))
	for n, kind := range []rooms.EventKind{rooms.EventRemoved, rooms.EventRemovalUndone, rooms.EventRemoved, rooms.EventRemoved} {
		if err := r.Append(ctx, session, 1, []rooms.Event{happened(1, uint64(n+1), kind, person)}); err != nil {
			t.Fatal(err)
		}
		if banned := must[bool](t)(r.Banned(ctx, session, person)); banned != (kind == rooms.EventRemoved) {
			t.Errorf("after %s: banned %v", kind, banned)
		}
	}
	if banned := must[bool](t)(r.Banned(ctx, h.sessions[1], person)); banned {
		t.Error("a ban reaches into the next session")
	}
}

// However often and in whatever pieces events are appended again, the chain is
// that of appending each once.
func TestAppendRepeats(t *testing.T) { onEach(t, testAppendRepeats) }

func testAppendRepeats(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	rapid.Check(t, func(rt *rapid.T) {
		count := rapid.IntRange(1, 12).Draw(rt, "count")
		session := freshSession(t, r, h)
		other := freshSession(t, r, h)
		var events []rooms.Event
		for n := 1; n <= count; n++ {
			events = append(events, happened(1, uint64(n), rooms.EventHandRaised, "p"))
		}
		if err := r.Append(t.Context(), other, 1, events); err != nil {
			rt.Fatal(err)
		}
		for done := 0; done < count; {
			from := rapid.IntRange(0, done).Draw(rt, "from")
			to := rapid.IntRange(from+1, count).Draw(rt, "to")
			piece := append([]rooms.Event{}, events[from:to]...)
			if rapid.Bool().Draw(rt, "twice in one") {
				piece = append(piece, events[from:to]...)
			}
			if err := r.Append(t.Context(), session, 1, piece); err != nil {
				rt.Fatal(err)
			}
			done = max(done, to)
		}
		if got, want := chainOf(t, r, session), chainOf(t, r, other); got != want {
			rt.Fatalf("got %s, want %s", got, want)
		}
	})
}

// freshSession opens a session that nobody used yet.
func freshSession(t testing.TB, r *Records, h house) rooms.SessionID {
	t.Helper()
	series := h.series
	series.ID = ""
	series = must[schedule.Series](t)(r.CreateSeries(t.Context(), series))
	occurrences, err := series.Occurrences(evening.AddDate(0, 0, -1), evening.AddDate(0, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	ids := must[[]rooms.SessionID](t)(r.UpsertOccurrences(t.Context(), h.clinic.ID, series.ID, occurrences))
	must[rooms.Tenure](t)(r.Open(t.Context(), ids[0], "node-a"))
	return ids[0]
}

// chainOf is the order of a session's entries.
func chainOf(t testing.TB, r *Records, session rooms.SessionID) string {
	t.Helper()
	rows := must[[]entryRow](t)(many[entryRow](t.Context(), r.read, "n", "session = ?", session))
	text := ""
	for _, row := range rows {
		text += fmt.Sprintf("%d:%s ", row.N, row.Event)
	}
	return text
}

func TestOpenOfOddSessions(t *testing.T) { onEach(t, testOpenOfOddSessions) }

func testOpenOfOddSessions(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx := t.Context()
	if err := r.CancelSession(ctx, h.clinic.ID, h.sessions[1]); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Open(ctx, h.sessions[1], "node-a"); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("a cancelled session: got %v, want ErrNotFound", err)
	}
	// One that ended before its owner could seal it is opened once more for that.
	must[rooms.Tenure](t)(r.Open(ctx, h.sessions[0], "node-a"))
	if err := r.Append(ctx, h.sessions[0], 1, []rooms.Event{happened(1, 1, rooms.EventEnded, "")}); err != nil {
		t.Fatal(err)
	}
	tenure := must[rooms.Tenure](t)(r.Open(ctx, h.sessions[0], "node-a"))
	if got := must[Session](t)(r.Session(ctx, h.clinic.ID, h.sessions[0])); got.Status != Ended || len(tenure.Journal) != 1 {
		t.Errorf("reopened: %+v", got)
	}
	if err := r.Seal(ctx, h.sessions[0], tenure.Epoch); err != nil {
		t.Error(err)
	}
	if err := r.Append(ctx, "unknown", 1, []rooms.Event{happened(1, 1, rooms.EventEnded, "")}); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("append to an unknown session: got %v", err)
	}
}
