package rooms

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// The beat and the lease.
const (
	BeatEvery = 2 * time.Second
	leaseFor  = 10 * time.Second
)

// HallOptions are what a Hall needs. Journal, Store and Stage must be set.
type HallOptions struct {
	Node    NodeID
	URL     string // where others reach this node
	Journal Journal
	Store   Store
	// Stage makes the stage of a room.
	Stage  func(Plan) Stage
	Clock  Clock
	Logger *slog.Logger
	Limits Limits
}

// Hall holds the rooms that are open on this node. It opens them on demand,
// beats for all of them every two seconds and lets go of those that ended.
type Hall struct {
	options HallOptions
	saver   *saver
	stop    chan struct{}
	done    chan struct{}

	mu      sync.Mutex
	rooms   map[SessionID]*Room
	opening map[SessionID]chan struct{}
	closed  bool
}

// NewHall starts a hall. Close ends it.
func NewHall(o HallOptions) *Hall {
	if o.Clock == nil {
		o.Clock = SystemClock
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	h := &Hall{
		options: o, stop: make(chan struct{}), done: make(chan struct{}),
		rooms: map[SessionID]*Room{}, opening: map[SessionID]chan struct{}{},
	}
	h.saver = newSaver(o.Store, o.Logger)
	go h.beats()
	return h
}

// Room returns the room of a session that is open on this node.
func (h *Hall) Room(session SessionID) (*Room, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.rooms[session]
	return r, ok
}

// Do carries out a command in a session's room, if it is open on this node.
// The error is Room.Do's.
func (h *Hall) Do(ctx context.Context, session SessionID, command Command) (handled bool, err error) {
	r, here := h.Room(session)
	if !here {
		return false, nil
	}
	if err = r.Do(ctx, command); errors.Is(err, ErrGone) {
		return false, nil
	}
	return true, err
}

// Open returns the session's room, and opens it first if need be. Many may
// ask at once; one opens. ErrSealed: the session is over. ErrNotFound: there
// is no such session.
func (h *Hall) Open(ctx context.Context, session SessionID) (*Room, error) {
	for {
		h.mu.Lock()
		if h.closed {
			h.mu.Unlock()
			return nil, ErrGone
		}
		if r, ok := h.rooms[session]; ok {
			h.mu.Unlock()
			return r, nil
		}
		wait, busy := h.opening[session]
		if !busy {
			wait = make(chan struct{})
			h.opening[session] = wait
			h.mu.Unlock()
			return h.open(ctx, session, wait)
		}
		h.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (h *Hall) open(ctx context.Context, session SessionID, opened chan struct{}) (*Room, error) {
	var r *Room
	defer func() {
		h.mu.Lock()
		if r != nil {
			h.rooms[session] = r
		}
		delete(h.opening, session)
		h.mu.Unlock()
		close(opened)
	}()
	o := h.options
	tenure, err := o.Journal.Open(ctx, session, o.Node)
	if err != nil {
		return nil, fmt.Errorf("open room: %w", err)
	}
	r = openRoom(tenure, roomOptions{
		clock: o.Clock, journal: o.Journal, stage: o.Stage(tenure.Plan), save: h.saver.save,
		log: o.Logger, node: o.Node, limits: o.Limits,
	})
	return r, nil
}

// beats writes the beat rows and sweeps out rooms that are over.
func (h *Hall) beats() {
	defer close(h.done)
	for {
		due := make(chan struct{})
		timer := h.options.Clock.AfterFunc(BeatEvery, func() { close(due) })
		select {
		case <-due:
			h.beat()
		case <-h.stop:
			timer.Stop()
			return
		}
	}
}

func (h *Hall) beat() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*BeatEvery)
	defer cancel()
	var beats []Beat
	for _, r := range h.all() {
		b, err := r.beat(ctx)
		if errors.Is(err, ErrGone) {
			h.forget(r)
			continue
		}
		if err == nil {
			beats = append(beats, b)
		}
	}
	if len(beats) == 0 {
		return
	}
	fenced, err := h.options.Journal.Beat(ctx, beats)
	if err != nil {
		h.options.Logger.Error("beat not written", "rooms", len(beats), "error", err)
	}
	for _, session := range fenced {
		if r, ok := h.Room(session); ok {
			h.options.Logger.Warn("room taken over elsewhere", "session", session)
			h.forget(r)
		}
	}
	h.saver.announce(h.options, beats)
}

func (h *Hall) all() []*Room {
	h.mu.Lock()
	defer h.mu.Unlock()
	rooms := make([]*Room, 0, len(h.rooms))
	for _, r := range h.rooms {
		rooms = append(rooms, r)
	}
	return rooms
}

func (h *Hall) forget(r *Room) {
	h.mu.Lock()
	if h.rooms[r.session] == r {
		delete(h.rooms, r.session)
	}
	h.mu.Unlock()
	r.close()
	h.saver.drop(h.options.Node, r.session)
}

// Close closes every room on this node, without ending the sessions, and
// waits.
func (h *Hall) Close() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	close(h.stop)
	<-h.done
	h.beat() // so that the last proofs are as fresh as can be
	for _, r := range h.all() {
		h.forget(r)
	}
	h.saver.close()
}
