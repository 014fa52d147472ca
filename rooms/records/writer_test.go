package records

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// One caller's refusal takes nothing away from those in the same commit.
func TestRefusalsDoNotSpread(t *testing.T) { onEach(t, testRefusalsDoNotSpread) }

func testRefusalsDoNotSpread(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	for _, session := range h.sessions {
		must[rooms.Tenure](t)(r.Open(t.Context(), session, "node-a"))
	}
	var all sync.WaitGroup
	for i, session := range h.sessions {
		for n := range uint64(50) {
			all.Go(func() {
				epoch := 1 + (n+uint64(i))%2 // every other one is fenced
				err := r.Append(t.Context(), session, epoch, []rooms.Event{happened(1, n+1, rooms.EventHandRaised, "p")})
				if (epoch == 1) != (err == nil) || err != nil && !errors.Is(err, rooms.ErrFenced) {
					t.Errorf("epoch %d: %v", epoch, err)
				}
			})
		}
	}
	all.Wait()
	for _, session := range h.sessions {
		if n := len(must[[]rooms.Event](t)(r.Journal(t.Context(), h.clinic.ID, session))); n != 25 {
			t.Errorf("%d entries, want 25", n)
		}
		verifyChain(t, r, h.clinic.ID, session)
	}
}

// A change that fails half way leaves nothing.
func TestChangeIsWhole(t *testing.T) { onEach(t, testChangeIsWhole) }

func testChangeIsWhole(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	failed := errors.New("half way")
	err := r.change(t.Context(), h.clinic.ID, "test", func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewUpdate().Table("clinics").Set("name = 'x'").Where("id = ?", h.clinic.ID).Exec(ctx); err != nil {
			return err
		}
		return failed
	})
	if !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	if got := must[Clinic](t)(r.Clinic(t.Context(), h.clinic.ID)); got.Name != h.clinic.Name {
		t.Errorf("kept half a change: %q", got.Name)
	}
}

// A caller who leaves before its turn has written nothing, and one who leaves
// later is told what became of it.
func TestLeavingCallers(t *testing.T) { onEach(t, testLeavingCallers) }

func testLeavingCallers(t *testing.T) {
	r := openAt(t, t.TempDir())
	clinic := build(t, r).clinic.ID
	busy, free := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	ctx, leave := context.WithCancel(t.Context())
	all.Go(func() { // holds the writer, and leaves while it does
		err := r.change(ctx, clinic, "hold", func(ctx context.Context, tx bun.Tx) error {
			close(busy)
			<-free
			_, err := tx.NewUpdate().Table("clinics").Set("name = 'held'").Where("id = ?", clinic).Exec(ctx)
			return err
		})
		if err != nil {
			t.Errorf("under way: %v", err)
		}
	})
	<-busy
	left := make(chan error, 1)
	all.Go(func() {
		left <- r.change(ctx, clinic, "wait", func(context.Context, bun.Tx) error {
			t.Error("applied after its caller had left")
			return nil
		})
	})
	for len(r.write.queue) == 0 { // until it waits
		runtime.Gosched()
	}
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("waiting: %v", err)
	}
	close(free)
	all.Wait()
	if got := must[Clinic](t)(r.Clinic(t.Context(), clinic)); got.Name != "held" {
		t.Errorf("the change under way was lost: %q", got.Name)
	}
}

// Text is text, whatever stands in it; what no database keeps is replaced.
func TestOddText(t *testing.T) { onEach(t, testOddText) }

func testOddText(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	for _, text := range []string{"O'Brien", `\'; DROP TABLE clinics; --`, "a\x00b", "?", "$1 :a @b", "\"", "日本 🦊", "%s", "\xff\xfe", "line\nline"} {
		person, err := r.CreatePerson(t.Context(), Person{Clinic: h.clinic.ID, Kind: ClientPerson, LegalName: text})
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := must[Person](t)(r.Person(t.Context(), h.clinic.ID, person.ID)); got.LegalName != clean(text) {
			t.Errorf("got %q, want %q", got.LegalName, clean(text))
		}
		if _, err := r.Person(t.Context(), rooms.ClinicID(text), rooms.PersonID(fmt.Sprint(text, "' OR '1'='1"))); !errors.Is(err, rooms.ErrNotFound) {
			t.Errorf("find %q: got %v", text, err)
		}
	}
}
