package records

import (
	"errors"
	"sync"
	"testing"

	"vesper/rooms"
)

// Two nodes on one database write one chain, and own a room one at a time.
func TestTwoNodes(t *testing.T) { t.Run("postgres", testTwoNodes) }

func testTwoNodes(t *testing.T) {
	dir := t.TempDir()
	a := openAt(t, dir)
	b, err := Open(t.Context(), Options{Postgres: databaseOf(t, dir), Sealer: testSealer, Fields: testFields, Clock: a.clock})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	h := build(t, a)
	ctx, session := t.Context(), h.sessions[0]
	var all sync.WaitGroup
	var mu sync.Mutex
	epochs := map[uint64]rooms.NodeID{}
	for _, node := range []struct {
		id rooms.NodeID
		r  *Records
	}{{"node-a", a}, {"node-b", b}} {
		for range 10 {
			all.Go(func() {
				tenure, err := node.r.Open(ctx, session, node.id)
				mu.Lock()
				defer mu.Unlock()
				if err != nil || epochs[tenure.Epoch] != "" {
					t.Errorf("epoch %d: %v", tenure.Epoch, err)
				}
				epochs[tenure.Epoch] = node.id
			})
			all.Go(func() {
				if err := node.r.Audit(ctx, AuditEntry{Clinic: h.clinic.ID, Actor: string(node.id), Action: "door.read"}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if n := must[uint64](t)(b.VerifyAudit(ctx, h.clinic.ID)); n != 20 || len(epochs) != 20 {
		t.Errorf("%d audit entries and %d epochs, want 20 each", n, len(epochs))
	}
	event := []rooms.Event{happened(20, 1, rooms.EventHandRaised, "p")}
	if err := a.Append(ctx, session, 19, event); !errors.Is(err, rooms.ErrFenced) {
		t.Errorf("append by the former owner: %v", err)
	}
	if err := b.Append(ctx, session, 20, event); err != nil {
		t.Errorf("append by the owner: %v", err)
	}
	verifyChain(t, a, h.clinic.ID, session)
}

// A connection that is cut is said as a disk that fails is, loses nothing that
// was kept, and is over by itself.
func TestConnectionsAreCut(t *testing.T) { t.Run("postgres", testConnectionsAreCut) }

func testConnectionsAreCut(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, session := t.Context(), h.sessions[0]
	must[rooms.Tenure](t)(r.Open(ctx, session, "node-a"))
	admin := superuser(t, r)
	for n := uint64(1); n <= 5; n++ {
		event := []rooms.Event{happened(1, n, rooms.EventHandRaised, "p")}
		_, err := admin.ExecContext(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'vesper'")
		if err != nil {
			t.Fatal(err)
		}
		for again := 0; ; again++ {
			err := r.Append(ctx, session, 1, event)
			if err == nil {
				break
			}
			if !errors.Is(err, ErrDisk) || again > 3 {
				t.Fatalf("with its connection cut, time %d: %v", again, err)
			}
		}
	}
	if n := len(must[[]rooms.Event](t)(r.Journal(ctx, h.clinic.ID, session))); n != 5 {
		t.Errorf("%d entries, want 5", n)
	}
	verifyChain(t, r, h.clinic.ID, session)
}
