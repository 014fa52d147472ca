package auth

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestLinkIsExchangedAsOftenAsNeeded(t *testing.T) {
	a, store, clock := newAuthority(t)
	secret := invite(store, nil)
	for range 3 {
		if invite, err := a.Open(t.Context(), secret); err != nil || invite.Person != ann.Person || invite.Series != "r1" {
			t.Fatalf("open: %+v, %v", invite, err)
		}
		token, expires, err := a.Ticket(t.Context(), secret, ann)
		if err != nil || expires.Sub(clock.Now()) > TicketLife {
			t.Fatalf("ticket until %v: %v", expires, err)
		}
		who, err := a.RedeemTicket(t.Context(), token)
		if err != nil || who != ann {
			t.Fatalf("redeem: %+v, %v", who, err)
		}
		if _, err := a.RedeemTicket(t.Context(), token); !errors.Is(err, ErrTicketUsed) || Code(err) != "ticket_used" {
			t.Errorf("second use: got %v, want ErrTicketUsed", err)
		}
	}
}

func TestTicketIsRedeemedByOne(t *testing.T) {
	a, store, _ := newAuthority(t)
	token, _, err := a.Ticket(t.Context(), invite(store, nil), ann)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var redeemed atomic.Int32
	for range 50 {
		all.Go(func() {
			if _, err := a.RedeemTicket(t.Context(), token); err == nil {
				redeemed.Add(1)
			}
		})
	}
	all.Wait()
	if redeemed.Load() != 1 {
		t.Errorf("redeemed %d times, want 1", redeemed.Load())
	}
}

func TestTicketLivesAMinute(t *testing.T) {
	a, store, clock := newAuthority(t)
	token, expires, err := a.Ticket(t.Context(), invite(store, nil), ann)
	if err != nil {
		t.Fatal(err)
	}
	clock.pass(expires.Sub(clock.Now()))
	if _, err := a.RedeemTicket(t.Context(), token); !errors.Is(err, ErrTicketInvalid) {
		t.Errorf("at its end: got %v, want ErrTicketInvalid", err)
	}
}

func TestLinkRefusals(t *testing.T) {
	a, store, clock := newAuthority(t)
	now := clock.Now()
	for _, test := range []struct {
		name   string
		secret Secret
		want   *Error
	}{
		{"unknown", NewSecret(), ErrLinkUnknown},
		{"empty", "", ErrLinkUnknown},
		{"absurd", Secret(make([]byte, 1<<20)), ErrLinkUnknown},
		{"revoked", invite(store, func(i *Invitation) { i.RevokedAt = now.Add(-time.Hour) }), ErrLinkRevoked},
		{"revoked and expired", invite(store, func(i *Invitation) { i.RevokedAt, i.NotAfter = now, now }), ErrLinkRevoked},
		{"early", invite(store, func(i *Invitation) { i.NotBefore = now.Add(time.Second) }), ErrLinkEarly},
		{"expired", invite(store, func(i *Invitation) { i.NotAfter = now }), ErrLinkExpired},
	} {
		if _, err := a.Open(t.Context(), test.secret); !errors.Is(err, test.want) {
			t.Errorf("%s: open: got %v, want %v", test.name, err, test.want)
		}
		if _, _, err := a.Ticket(t.Context(), test.secret, ann); !errors.Is(err, test.want) {
			t.Errorf("%s: ticket: got %v, want %v", test.name, err, test.want)
		}
	}
}

// A link is bound to its seat, whatever the caller resolved.
func TestLinkIsBoundToItsSeat(t *testing.T) {
	a, store, _ := newAuthority(t)
	secret := invite(store, nil)
	for name, change := range map[string]func(*Ident){
		"clinic": func(i *Ident) { i.Clinic = "c2" }, "seat": func(i *Ident) { i.Seat = "t2" },
		"person": func(i *Ident) { i.Person = "p2" },
	} {
		who := ann
		change(&who)
		if _, _, err := a.Ticket(t.Context(), secret, who); !errors.Is(err, ErrLinkUnknown) {
			t.Errorf("another %s: got %v, want ErrLinkUnknown", name, err)
		}
	}
	half := ann
	half.Role = "owner"
	if _, _, err := a.Ticket(t.Context(), secret, half); err == nil {
		t.Error("a ticket for an unknown role")
	}
}

func TestLinkIgnoresCase(t *testing.T) {
	a, store, _ := newAuthority(t)
	secret := invite(store, nil)
	shouted := Secret([]byte(" " + upper(secret.Reveal()) + " "))
	if _, err := a.Open(t.Context(), shouted); err != nil {
		t.Errorf("in capitals: %v", err)
	}
}
