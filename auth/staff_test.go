package auth

import (
	"errors"
	"testing"
	"time"
)

func TestStaffLinkSignsInOnce(t *testing.T) {
	a, _, clock := newAuthority(t)
	secret, link, err := a.NewStaffLink(t.Context(), staff, 0, false)
	if err != nil || !link.NotAfter.Equal(begin.Add(StaffLinkLife)) {
		t.Fatalf("link until %v: %v", link.NotAfter, err)
	}
	if _, err := a.OpenStaffLink(t.Context(), secret); err != nil { // no effect
		t.Fatal(err)
	}
	token, who, expires, err := a.SignIn(t.Context(), secret)
	if err != nil || who.Person != staff.Person || expires.Sub(begin) != StaffLife {
		t.Fatalf("sign in as %+v until %v: %v", who, expires, err)
	}
	if got, _, err := a.Staff(t.Context(), token, true); err != nil || !got.Has(Admin, Clinician) || got.Has(Admin) {
		t.Errorf("verify: %+v, %v", got, err)
	}
	if _, _, _, err := a.SignIn(t.Context(), secret); !errors.Is(err, ErrLinkUsed) {
		t.Errorf("second use: got %v, want ErrLinkUsed", err)
	}
	clock.pass(StaffLife + time.Minute)
	if _, _, err := a.Staff(t.Context(), token, true); !errors.Is(err, ErrInvalid) {
		t.Errorf("the next morning: got %v, want ErrInvalid", err)
	}
}

func TestStaffLinkExpires(t *testing.T) {
	a, _, clock := newAuthority(t)
	secret, _, err := a.NewStaffLink(t.Context(), staff, 0, false)
	if err != nil {
		t.Fatal(err)
	}
	clock.pass(StaffLinkLife)
	if _, _, _, err := a.SignIn(t.Context(), secret); !errors.Is(err, ErrLinkExpired) {
		t.Errorf("got %v, want ErrLinkExpired", err)
	}
}

func TestMultiUseStaffLink(t *testing.T) {
	a, _, clock := newAuthority(t)
	secret, _, err := a.NewStaffLink(t.Context(), staff, 0, true)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		clock.pass(time.Hour)
		if _, _, _, err := a.SignIn(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
	}
}

// The secret of one kind of link is nothing as the other.
func TestLinksDoNotInterchange(t *testing.T) {
	a, store, _ := newAuthority(t)
	console, _, err := a.NewStaffLink(t.Context(), staff, 0, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Open(t.Context(), console); !errors.Is(err, ErrLinkUnknown) {
		t.Errorf("a staff link as an invitation: got %v", err)
	}
	if _, _, _, err := a.SignIn(t.Context(), invite(store, nil)); !errors.Is(err, ErrLinkUnknown) {
		t.Errorf("an invitation as a staff link: got %v", err)
	}
}

func TestService(t *testing.T) {
	a, store, _ := newAuthority(t)
	token, record, err := a.IssueService(t.Context(), "c1", "EHR", []Scope{ScopeSessionsRead}, 365*24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.VerifyService(t.Context(), token)
	if err != nil || got.Clinic != "c1" || got.ID != record.ID {
		t.Fatalf("got %+v, %v", got, err)
	}
	if !got.Allows(ScopeSessionsRead) || got.Allows(ScopeSessionsWrite) {
		t.Error("scopes do not hold")
	}
	if all := (Service{Scopes: []Scope{ScopeAdmin}}); !all.Allows(ScopeSessionsWrite) || all.Allows(ScopeLoadtest) {
		t.Error("admin is all of the clinic, and no load test")
	}
	record.RevokedAt = begin
	store.tokens[record.ID] = record
	if _, err := a.VerifyService(t.Context(), token); !errors.Is(err, ErrInvalid) {
		t.Errorf("revoked: got %v, want ErrInvalid", err)
	}
	delete(store.tokens, record.ID)
	if _, err := a.VerifyService(t.Context(), token); !errors.Is(err, ErrInvalid) {
		t.Errorf("no record: got %v, want ErrInvalid", err)
	}
}
