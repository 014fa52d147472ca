package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"vesper/rooms"
)

const (
	// IdleAfter is how long a sign-in lasts without anybody using it
	// (45 CFR 164.312(a)(2)(iii)).
	IdleAfter = 15 * time.Minute
	// storeSeen is how often the time of last use is written down.
	storeSeen = time.Minute
)

// StaffSession is one sign-in to the console, by the id of its token.
type StaffSession struct {
	ID       string
	Clinic   rooms.ClinicID
	Person   rooms.PersonID
	Began    time.Time
	Seen     time.Time // last use
	NotAfter time.Time
	EndedAt  time.Time // zero: not ended
	Why      string    // signed_out, idle, revoked
}

// seen is what is known of a sign-in without asking the store.
type seen struct {
	last, stored time.Time
	ended        bool
}

// Idle is after how long without use a sign-in ends.
func (a *Authority) Idle() time.Duration { return a.idle }

// Staff says who is signed in, and holds the sign-in against its end: signed
// out, taken back, or not used for too long while its person was in no running
// session. active is false for what a page asks by itself. ErrInvalid, ErrIdle.
func (a *Authority) Staff(ctx context.Context, token string, active bool) (Staff, string, error) {
	var claims staffClaims
	now := a.clock.Now()
	if err := a.verify(staffForm, token, &claims, now); err != nil {
		return Staff{}, "", err
	}
	last, err := a.lastSeen(ctx, &claims, now)
	if err != nil {
		return Staff{}, "", err
	}
	if now.Sub(last) > a.idle && !(a.present != nil && a.present(claims.Clinic, claims.Person)) {
		return Staff{}, "", errors.Join(ErrIdle, a.EndStaffSession(ctx, claims.Clinic, claims.ID, "idle"))
	}
	if active {
		err = a.touch(ctx, &claims, now)
	}
	return claims.Staff, claims.ID, err
}

// lastSeen is when a sign-in was used last. The store is asked again once a
// minute, because another node may have ended it.
func (a *Authority) lastSeen(ctx context.Context, claims *staffClaims, now time.Time) (time.Time, error) {
	a.mu.Lock()
	known, ok := a.seen[claims.ID]
	a.mu.Unlock()
	if ok && known.ended {
		return time.Time{}, staffForm.refuse("ended")
	}
	if ok && now.Sub(known.stored) < storeSeen {
		return known.last, nil
	}
	fresh := StaffSession{
		ID: claims.ID, Clinic: claims.Clinic, Person: claims.Person, Began: claims.IssuedAt.Time,
		Seen: claims.IssuedAt.Time, NotAfter: claims.ExpiresAt.Time,
	}
	if ok && known.last.After(fresh.Seen) {
		fresh.Seen = known.last
	}
	kept, err := a.store.KeepStaffSession(ctx, fresh)
	if err != nil {
		return time.Time{}, fmt.Errorf("find sign-in: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.forget(now)
	a.seen[claims.ID] = seen{last: kept.Seen, stored: now, ended: !kept.EndedAt.IsZero()}
	if !kept.EndedAt.IsZero() {
		return time.Time{}, staffForm.refuse("ended")
	}
	return kept.Seen, nil
}

// forget drops what no token can ask for any more. The caller holds mu.
func (a *Authority) forget(now time.Time) {
	for id, s := range a.seen {
		if now.Sub(s.stored) > StaffLife {
			delete(a.seen, id)
		}
	}
}

// touch notes a use; the store hears of it with the next look.
func (a *Authority) touch(_ context.Context, claims *staffClaims, now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.seen[claims.ID]
	if !ok || s.ended {
		return staffForm.refuse("ended")
	}
	s.last = now
	a.seen[claims.ID] = s
	return nil
}

// EndStaffSession ends a sign-in for good. Why is a code: signed_out, idle,
// revoked.
func (a *Authority) EndStaffSession(ctx context.Context, clinic rooms.ClinicID, id, why string) error {
	now := a.clock.Now()
	a.mu.Lock()
	a.seen[id] = seen{stored: now, ended: true}
	a.mu.Unlock()
	if err := a.store.EndStaffSessions(ctx, clinic, "", id, now, why); err != nil {
		return fmt.Errorf("end sign-in: %w", err)
	}
	return nil
}

// EndStaffOf ends every sign-in of a person, when their roles change or they
// leave the clinic.
func (a *Authority) EndStaffOf(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID) error {
	if err := a.store.EndStaffSessions(ctx, clinic, person, "", a.clock.Now(), "revoked"); err != nil {
		return fmt.Errorf("end sign-ins: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.seen) // the store knows which
	return nil
}
