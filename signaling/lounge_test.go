package signaling

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"vesper/rooms"
)

// awayFront is a Front whose records can't be read for a while.
type awayFront struct {
	testFront
	away *atomic.Bool
}

func (f awayFront) Details(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) (map[rooms.PersonID]Details, error) {
	if f.away.Load() {
		return nil, errors.New("away")
	}
	return f.testFront.Details(ctx, clinic, session)
}

func TestAnEveningOutlivesItsRecords(t *testing.T) {
	h := newHouse(t)
	var away atomic.Bool
	h.server.options.Front = awayFront{away: &away}
	away.Store(true)
	l := h.dial()
	l.say(`{"type":"hello","id":1,"ticket":"` + h.ticket("dana") + `"}`)
	l.wantError("internal")
	away.Store(false)
	_, welcome := h.enter("dana") // one failure does not spoil the evening
	away.Store(true)
	l = h.dial()
	l.say(`{"type":"hello","id":1,"resume":"` + welcome["resume"].(string) + `"}`)
	if m := l.hear("welcome", "error"); m["type"] != "welcome" {
		t.Errorf("coming back while the records are away: %v", m)
	}
}
