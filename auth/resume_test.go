package auth

import (
	"errors"
	"strings"
	"testing"
	"time"

	"vesper/rooms"
)

// Ident keeps the tables narrow.
type Ident = rooms.Identity

func upper(s string) string { return strings.ToUpper(s) }

func TestResume(t *testing.T) {
	a, _, clock := newAuthority(t)
	token, err := a.IssueResume(ann, 4, "device-1", begin.Add(4*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // a resume token is not used up
		got, err := a.VerifyResume(token)
		if err != nil || got != (Resume{ann, 4, "device-1"}) {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	clock.pass(4*time.Hour + time.Minute)
	if _, err := a.VerifyResume(token); !errors.Is(err, ErrInvalid) {
		t.Errorf("after its end: got %v, want ErrInvalid", err)
	}
}

// A wall clock that steps logs nobody out of a running session, and lets
// nobody in for longer.
func TestResumeOutlivesClockSteps(t *testing.T) {
	for _, step := range []time.Duration{time.Hour, -time.Hour, 25 * time.Hour} {
		a, _, clock := newAuthority(t)
		token, err := a.IssueResume(ann, 1, "d", begin.Add(3*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		clock.pass(time.Hour)
		clock.step(step)
		if _, err := a.VerifyResume(token); err != nil {
			t.Errorf("after a step of %v: %v (%s)", step, err, Reason(err))
		}
		clock.pass(3 * time.Hour)
		if _, err := a.VerifyResume(token); err == nil {
			t.Errorf("a step of %v made the token last", step)
		}
	}
}

func TestResumeNeedsAll(t *testing.T) {
	a, _, _ := newAuthority(t)
	until := begin.Add(time.Hour)
	for name, issue := range map[string]func() (string, error){
		"no generation": func() (string, error) { return a.IssueResume(ann, 0, "d", until) },
		"no device":     func() (string, error) { return a.IssueResume(ann, 1, "", until) },
		"long device":   func() (string, error) { return a.IssueResume(ann, 1, strings.Repeat("d", 65), until) },
		"no identity":   func() (string, error) { return a.IssueResume(Ident{}, 1, "d", until) },
		"past":          func() (string, error) { return a.IssueResume(ann, 1, "d", begin) },
		"next year":     func() (string, error) { return a.IssueResume(ann, 1, "d", begin.AddDate(1, 0, 0)) },
	} {
		if _, err := issue(); err == nil {
			t.Errorf("%s: issued", name)
		}
	}
}
