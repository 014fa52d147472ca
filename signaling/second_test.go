package signaling

import "testing"

// personOf is who a line's welcome says it is.
func personOf(welcome map[string]any) string {
	return welcome["you"].(map[string]any)["participant"].(string)
}

func TestADeviceThatWaitsIsToldOfTheEnd(t *testing.T) {
	h := newHouse(t)
	dana, _ := h.enter("dana")
	_, welcome := h.enter("pat")
	pat, _ := h.enter("pat")
	h.enter("quinn")
	quinn, _ := h.enter("quinn")
	dana.say(`{"type":"remove","id":2,"participant":"` + personOf(welcome) + `"}`)
	if m := pat.hear("bye"); m["code"] != "removed" {
		t.Errorf("a removed person's second device: %v", m)
	}
	dana.say(`{"type":"end","id":3}`)
	if m := quinn.hear("bye"); m["code"] != "ended" {
		t.Errorf("a second device after the end: %v", m)
	}
}

// The first device has left: whoever is moved to the seat comes to the door.
func TestADeviceThatWaitedArrives(t *testing.T) {
	h := newHouse(t)
	dana, _ := h.enter("dana")
	first, welcome := h.enter("pat")
	id := personOf(welcome)
	dana.say(`{"type":"admit","id":2,"participant":"` + id + `"}`)
	first.hear("state")
	second, _ := h.enter("pat")
	first.say(`{"type":"leave","id":2}`)
	first.hear("bye")
	dana.say(`{"type":"move_device","id":3,"participant":"` + id + `"}`)
	m := second.hear("welcome", "bye")
	if you, _ := m["you"].(map[string]any); you == nil || you["state"] != "lobby" {
		t.Fatalf("the moved device got %v, want a place in the lobby", m)
	}
	dana.say(`{"type":"admit","id":4,"participant":"` + id + `"}`)
	second.hear("state")
}

// The seat may become free while the hello of the device that waits is still
// being answered.
func TestASeatedDeviceHasBeenAnsweredBefore(t *testing.T) {
	h := newHouse(t)
	s, first := h.seated("pat")
	second := newConversation(h.server, first.ws) // without goroutines of its own
	second.turn <- struct{}{}                     // its hello
	got, err := s.take(claim{conv: second, ticket: true})
	if err != nil || !got.waits {
		t.Fatalf("take: %+v, %v", got, err)
	}
	moved := make(chan bool)
	go func() { moved <- s.move(nil) }()
	<-first.done // the mover has taken the seat
	second.waiting.Store(got.waits)
	second.seat.Store(s)
	<-second.turn
	if !<-moved || second.waiting.Load() {
		t.Error("the device that was moved to the seat still waits")
	}
}

func TestTheBoardShowsWhoWaitsNow(t *testing.T) {
	h := newHouse(t)
	s, _ := h.seated("pat")
	busy := make(chan struct{})
	s.box.put(func() { <-busy })
	_, err := s.take(claim{conv: newConversation(h.server, nil), ticket: true})
	check(t, err)
	s.sendAway("denied")
	close(busy)
	ran := make(chan struct{})
	s.box.put(func() { close(ran) })
	<-ran
	s.lounge.mu.Lock()
	defer s.lounge.mu.Unlock()
	if s.lounge.second[s.who.Person] {
		t.Error("a device that was sent away is still shown")
	}
}
