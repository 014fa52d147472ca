package records

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
)

func newAuthority(t *testing.T, r *Records) *auth.Authority {
	t.Helper()
	keys := must[*auth.Keys](t)(auth.NewKeys())
	return must[*auth.Authority](t)(auth.New(auth.Options{Keys: keys, Store: r, Clock: r.clock}))
}

// From a link to an identity and back out again, over the real store.
func TestAuthOverRecords(t *testing.T) { onEach(t, testAuthOverRecords) }

func testAuthOverRecords(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, a := t.Context(), newAuthority(t, r)
	secret, hash := auth.NewInvitation()
	invitation := must[auth.Invitation](t)(r.CreateInvitation(ctx, auth.Invitation{Clinic: h.clinic.ID, Seat: h.seats[1].ID, Hash: hash}))
	invite := must[auth.Invite](t)(a.Open(ctx, secret))
	session := must[Session](t)(r.SessionForSeat(ctx, invite.Clinic, invite.Seat, evening))
	who := must[rooms.Identity](t)(r.Identity(ctx, invite.Clinic, session.Plan.Session, invite.Seat))
	token, _, err := a.Ticket(ctx, secret, who)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var redeemed atomic.Int32
	for range 20 {
		all.Go(func() {
			got, err := a.RedeemTicket(ctx, token)
			if err == nil && got == who {
				redeemed.Add(1)
			} else if !errors.Is(err, auth.ErrTicketUsed) {
				t.Errorf("got %v, want ErrTicketUsed", err)
			}
		})
	}
	all.Wait()
	if redeemed.Load() != 1 {
		t.Errorf("redeemed %d times, want 1", redeemed.Load())
	}
	if err := r.RevokeInvitation(ctx, h.clinic.ID, invitation.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Open(ctx, secret); !errors.Is(err, auth.ErrLinkRevoked) {
		t.Errorf("revoked: got %v", err)
	}
	if got := must[[]auth.Invitation](t)(r.Invitations(ctx, h.clinic.ID, h.seats[1].ID)); len(got) != 1 || got[0].RevokedAt.IsZero() {
		t.Errorf("listed: %+v", got)
	}
}

func TestStaffLinkOverRecords(t *testing.T) { onEach(t, testStaffLinkOverRecords) }

func testStaffLinkOverRecords(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, a := t.Context(), newAuthority(t, r)
	staff := auth.Staff{Clinic: h.clinic.ID, Person: h.people[0].ID, Roles: []auth.StaffRole{auth.Admin, auth.Clinician}}
	for _, multiUse := range []bool{false, true} {
		secret, link, err := a.NewStaffLink(ctx, staff, 0, multiUse)
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		var signedIn atomic.Int32
		for range 10 {
			all.Go(func() {
				if _, got, _, err := a.SignIn(ctx, secret); err == nil && got.Has(auth.Admin) {
					signedIn.Add(1)
				}
			})
		}
		all.Wait()
		if want := map[bool]int32{false: 1, true: 10}[multiUse]; signedIn.Load() != want {
			t.Errorf("multi-use %v: signed in %d times, want %d", multiUse, signedIn.Load(), want)
		}
		if err := r.RevokeStaffLink(ctx, h.clinic.ID, link.ID); err != nil {
			t.Error(err)
		}
		if _, _, _, err := a.SignIn(ctx, secret); !errors.Is(err, auth.ErrLinkRevoked) {
			t.Errorf("revoked: got %v", err)
		}
	}
}

func TestServiceTokenOverRecords(t *testing.T) { onEach(t, testServiceTokenOverRecords) }

func testServiceTokenOverRecords(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, a := t.Context(), newAuthority(t, r)
	token, record, err := a.IssueService(ctx, h.clinic.ID, "EHR", []auth.Scope{auth.ScopeSessionsRead, auth.ScopeLoadtest}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if got := must[auth.Service](t)(a.VerifyService(ctx, token)); !got.Allows(auth.ScopeLoadtest) {
		t.Errorf("got %+v", got)
	}
	if got := must[[]auth.ServiceToken](t)(r.ServiceTokens(ctx, h.clinic.ID)); len(got) != 1 || got[0].Name != "EHR" || len(got[0].Scopes) != 2 {
		t.Errorf("listed: %+v", got)
	}
	if err := r.RevokeServiceToken(ctx, h.clinic.ID, record.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := a.VerifyService(ctx, token); !errors.Is(err, auth.ErrInvalid) {
		t.Errorf("revoked: got %v, want ErrInvalid", err)
	}
}

// Tickets are forgotten long after they expired, and not before.
func TestUsedTicketsAreForgotten(t *testing.T) { onEach(t, testUsedTicketsAreForgotten) }

func testUsedTicketsAreForgotten(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	clock := r.clock.(*testClock)
	for i, jti := range []string{"a", "a", "b"} {
		first := must[bool](t)(r.ConsumeTicket(t.Context(), h.sessions[0], jti, clock.now.Add(time.Minute)))
		if first != (i != 1) {
			t.Errorf("ticket %d: first is %v", i, first)
		}
	}
	clock.now = clock.now.Add(ticketMemory + 2*time.Minute)
	must[bool](t)(r.ConsumeTicket(t.Context(), h.sessions[0], "c", clock.now))
	if n := must[int64](t)(countAll(t, r, "used_tickets")); n != 1 {
		t.Errorf("%d tickets remembered, want 1", n)
	}
}
