package sfu

import (
	"fmt"
	"testing"
	"time"
)

// Four people: each receives the three others, sound and picture, in slots that say whose they are.
func TestEveryoneReceivesEveryone(t *testing.T) {
	e := newTestEngine(t)
	r := e.NewRouter()
	var people []*client
	for i := range 4 {
		s := setup{audioSlots: 3, videoSlots: 3}
		if i%2 == 0 {
			s.rids = []string{"q", "h", "f"}
		}
		c := newClient(t, e, PeerID(fmt.Sprint("p", i)), s).join()
		people = append(people, c)
		audio, video := c.feeds(byte(10 * (i + 1)))
		audio.mark += 5
		c.run(audio, video)
	}
	for _, c := range people {
		if err := r.Add(c.peer); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range people {
		for j := range people {
			if i == j {
				continue
			}
			eventually(t, fmt.Sprintf("%d hears %d", i, j), func() bool { return c.heard(byte(10*(j+1)+5)) > 20 })
			eventually(t, fmt.Sprintf("%d sees %d", i, j), func() bool { return c.heard(byte(10*(j+1))) > 20 })
		}
		if n := c.heard(byte(10*(i+1))) + c.heard(byte(10*(i+1)+5)); n != 0 {
			t.Errorf("%d received %d packets of itself", i, n)
		}
		for j := range people {
			if i == j {
				continue
			}
			for _, kind := range []Kind{Audio, Video} {
				mid := c.slotOf(PeerID(fmt.Sprint("p", j)), kind)
				if mid == "" {
					t.Fatalf("%d: no %v slot for %d", i, kind, j)
				}
				c.continuous(mid)
			}
		}
	}
	if s := e.Stats(); s.Forwarded == 0 || s.Peers != 4 || s.Connected != 4 {
		t.Errorf("stats: %+v", s)
	}
}

// Who is in no router receives nothing and is received by nobody, and is proven alive all the same.
func TestOutsideIsOutside(t *testing.T) {
	e := newTestEngine(t)
	r := e.NewRouter()
	in1 := newClient(t, e, "in1", setup{audioSlots: 2, videoSlots: 2}).join()
	in2 := newClient(t, e, "in2", setup{audioSlots: 2, videoSlots: 2}).join()
	out := newClient(t, e, "out", setup{audioSlots: 2, videoSlots: 2}).join()
	for i, c := range []*client{in1, in2, out} {
		audio, video := c.feeds(byte(10 * (i + 1)))
		c.run(audio, video)
	}
	for _, c := range []*client{in1, in2} {
		if err := r.Add(c.peer); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "in1 and in2 exchange media", func() bool { return in1.heard(20) > 50 && in2.heard(10) > 50 })
	eventually(t, "media of the outsider arrives", func() bool { return out.peer.Stats().Received > 100 && out.publishing[Video].Load() })
	if n := out.peer.Stats().Forwarded(); n != 0 || out.total() != 0 {
		t.Errorf("the outsider was sent %d packets and received %d", n, out.total())
	}
	if n := in1.heard(30) + in2.heard(30); n != 0 {
		t.Errorf("%d packets of the outsider crossed", n)
	}
	if age := time.Since(out.peer.LastProof()); age > time.Second {
		t.Errorf("last proof of the outsider is %v old", age)
	}
	// admission: the first forwarded packet comes now
	if err := r.Add(out.peer); err != nil {
		t.Fatal(err)
	}
	if err := r.Add(out.peer); err != ErrInRouter {
		t.Errorf("second Add: got %v, want ErrInRouter", err)
	}
	eventually(t, "admitted", func() bool { return out.heard(10) > 10 && out.heard(20) > 10 && in1.heard(30) > 10 })
}

// When Remove has returned, nothing crosses in either direction.
func TestRemoveIsImmediate(t *testing.T) {
	e := newTestEngine(t)
	r := e.NewRouter()
	a := newClient(t, e, "a", setup{audioSlots: 1, videoSlots: 1}).join()
	b := newClient(t, e, "b", setup{audioSlots: 1, videoSlots: 1}).join()
	for i, c := range []*client{a, b} {
		audio, video := c.feeds(byte(10 * (i + 1)))
		c.run(audio, video)
		if err := r.Add(c.peer); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		eventually(t, "media flows", func() bool { return a.heard(20) > 20 && b.heard(10) > 20 })
		r.Remove(b.peer)
		out, in := b.peer.Stats().Forwarded(), a.peer.Stats().Forwarded()
		received := b.peer.Stats().Received
		eventually(t, "b goes on sending", func() bool { return b.peer.Stats().Received > received+30 })
		if got := b.peer.Stats().Forwarded(); got != out {
			t.Fatalf("%d packets to b after its removal", got-out)
		}
		if got := a.peer.Stats().Forwarded(); got != in {
			t.Fatalf("%d packets to a after the removal of b", got-in)
		}
		eventually(t, "a is told", func() bool { return a.slotOf("b", Audio) == "" })
		if err := r.Add(b.peer); err != nil {
			t.Fatal(err)
		}
		a.mu.Lock()
		clear(a.got)
		a.mu.Unlock()
		b.mu.Lock()
		clear(b.got)
		b.mu.Unlock()
	}
}

// Rooms are borders also for those who move between them without a new negotiation.
func TestMoveBetweenRouters(t *testing.T) {
	e := newTestEngine(t)
	one, two := e.NewRouter(), e.NewRouter()
	var people []*client
	for i := range 3 {
		c := newClient(t, e, PeerID(fmt.Sprint("p", i)), setup{audioSlots: 2, videoSlots: 2}).join()
		audio, video := c.feeds(byte(10 * (i + 1)))
		c.run(audio, video)
		people = append(people, c)
	}
	_, _, _ = one.Add(people[0].peer), two.Add(people[1].peer), one.Add(people[2].peer)
	eventually(t, "p0 sees p2", func() bool { return people[0].heard(30) > 20 })
	if n := people[1].total(); n != 0 {
		t.Errorf("p1 is alone and received %d packets", n)
	}
	one.Remove(people[2].peer)
	if err := two.Add(people[2].peer); err != nil {
		t.Fatal(err)
	}
	eventually(t, "p1 sees p2", func() bool { return people[1].heard(30) > 20 && people[2].heard(20) > 20 })
	if n := people[1].heard(10) + people[0].heard(20); n != 0 {
		t.Errorf("%d packets crossed the border", n)
	}
}
