package auth

import (
	"context"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vesper/rooms"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory is a Store in memory.
type memory struct {
	mu          sync.Mutex
	invitations map[string]Invitation // by hash
	links       map[string]StaffLink  // by hash
	tickets     map[string]bool
	tokens      map[string]ServiceToken
	signIns     map[string]StaffSession
	clients     map[string]ServiceClient
}

var _ Store = (*memory)(nil)

func newMemory() *memory {
	return &memory{
		invitations: map[string]Invitation{}, links: map[string]StaffLink{},
		tickets: map[string]bool{}, tokens: map[string]ServiceToken{},
		signIns: map[string]StaffSession{}, clients: map[string]ServiceClient{},
	}
}

func (m *memory) InvitationByHash(_ context.Context, hash string) (Invitation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return find(m.invitations, hash)
}

func find[T any](kept map[string]T, key string) (T, error) {
	v, ok := kept[key]
	if !ok {
		return v, rooms.ErrNotFound
	}
	return v, nil
}

func (m *memory) ConsumeTicket(_ context.Context, _ rooms.SessionID, jti string, _ time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	first := !m.tickets[jti]
	m.tickets[jti] = true
	return first, nil
}

func (m *memory) StaffLinkByHash(_ context.Context, hash string) (StaffLink, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return find(m.links, hash)
}

func (m *memory) ConsumeStaffLink(_ context.Context, id string, at time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for hash, link := range m.links {
		if link.ID != id {
			continue
		}
		first := link.MultiUse || link.UsedAt.IsZero()
		link.UsedAt = at
		m.links[hash] = link
		return first, nil
	}
	return false, rooms.ErrNotFound
}

func (m *memory) AddStaffLink(_ context.Context, link StaffLink) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.links[link.Hash] = link
	return nil
}

func (m *memory) AddServiceToken(_ context.Context, token ServiceToken) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tokens[token.ID] = token
	return nil
}

func (m *memory) ServiceToken(_ context.Context, clinic rooms.ClinicID, jti string) (ServiceToken, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	token, err := find(m.tokens, jti)
	if token.Clinic != clinic {
		return ServiceToken{}, rooms.ErrNotFound
	}
	return token, err
}

func (m *memory) KeepStaffSession(_ context.Context, s StaffSession) (StaffSession, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if kept, ok := m.signIns[s.ID]; ok && (!kept.EndedAt.IsZero() || kept.Seen.After(s.Seen)) {
		return kept, nil
	}
	m.signIns[s.ID] = s
	return s, nil
}

func (m *memory) EndStaffSessions(_ context.Context, clinic rooms.ClinicID, person rooms.PersonID, id string, at time.Time, why string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, s := range m.signIns {
		if s.Clinic == clinic && s.EndedAt.IsZero() && (key == id || id == "" && s.Person == person) {
			s.EndedAt, s.Why = at, why
			m.signIns[key] = s
		}
	}
	return nil
}

func (m *memory) ServiceClient(_ context.Context, id string) (ServiceClient, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return find(m.clients, id)
}

func (m *memory) ConsumeAssertion(ctx context.Context, client ServiceClient, jti string, expires time.Time) (bool, error) {
	return m.ConsumeTicket(ctx, "", client.ID+" "+jti, expires)
}

// hands is a clock that a test moves; the wall and the monotonic hand apart.
type hands struct {
	rooms.Clock
	wall time.Time
	mono time.Duration
}

func (h *hands) Now() time.Time       { return h.wall }
func (h *hands) Mono() time.Duration  { return h.mono }
func (h *hands) pass(d time.Duration) { h.wall, h.mono = h.wall.Add(d), h.mono+d }
func (h *hands) step(d time.Duration) { h.wall = h.wall.Add(d) }

var begin = time.Date(2026, 11, 23, 22, 30, 0, 0, time.UTC)

func newAuthority(t testing.TB) (*Authority, *memory, *hands) {
	t.Helper()
	keys, err := NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	store, clock := newMemory(), &hands{Clock: rooms.SystemClock, wall: begin}
	a, err := New(Options{Keys: keys, Store: store, Clock: clock, Issuer: "https://vesper.test"})
	if err != nil {
		t.Fatal(err)
	}
	return a, store, clock
}

var (
	ann   = rooms.Identity{Clinic: "c1", Session: "s1", Person: "p1", Seat: "t1", Role: rooms.Client}
	staff = Staff{Clinic: "c1", Person: "p9", Roles: []StaffRole{Clinician}}
)

// invite keeps an invitation for ann and returns its secret.
func invite(store *memory, change func(*Invitation)) Secret {
	secret, hash := NewInvitation()
	invitation := Invitation{ID: rooms.NewID(), Clinic: "c1", Series: "r1", Seat: "t1", Person: "p1", Hash: hash}
	if change != nil {
		change(&invitation)
	}
	store.mu.Lock()
	defer store.mu.Unlock()
	store.invitations[hash] = invitation
	return secret
}
