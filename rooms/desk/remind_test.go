package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"vesper/rooms"
)

// diary is a small honest Reminders in memory.
type diary struct {
	plans    []ReminderPlan
	sessions map[rooms.SessionID]time.Time
	sent     []string
}

func (d *diary) ReminderPlans(context.Context) ([]ReminderPlan, error) { return d.plans, nil }

func (d *diary) Upcoming(_ context.Context, clinic rooms.ClinicID, from, to time.Time) ([]Upcoming, error) {
	if clinic == "broken" {
		return nil, errors.New("away")
	}
	var found []Upcoming
	for id, start := range d.sessions {
		if !start.Before(from) && start.Before(to) {
			found = append(found, Upcoming{id, start})
		}
	}
	return found, nil
}

func (d *diary) Remind(_ context.Context, _ rooms.ClinicID, session rooms.SessionID, lead time.Duration) error {
	if key := fmt.Sprint(session, " ", lead); !slices.Contains(d.sent, key) {
		d.sent = append(d.sent, key)
	}
	return nil
}

func TestRemind(t *testing.T) {
	start := time.Date(2026, 10, 5, 22, 0, 0, 0, time.UTC)
	d := &diary{
		plans:    []ReminderPlan{{"broken", []time.Duration{time.Hour}}, {"harbor", []time.Duration{24 * time.Hour, 2 * time.Hour}}, {"mesa", nil}},
		sessions: map[rooms.SessionID]time.Time{"s": start},
	}
	errand := Remind(d)
	for _, step := range []struct {
		before time.Duration
		want   []string
	}{
		{25 * time.Hour, nil},
		{24 * time.Hour, []string{"s 24h0m0s"}},
		{3 * time.Hour, []string{"s 24h0m0s"}},
		{2 * time.Hour, []string{"s 24h0m0s", "s 2h0m0s"}},
		{time.Hour, []string{"s 24h0m0s", "s 2h0m0s"}},
		{-time.Hour, []string{"s 24h0m0s", "s 2h0m0s"}},
	} {
		if err := errand(t.Context(), start.Add(-step.before)); err == nil {
			t.Error("a clinic that could not be read is not told")
		}
		if !slices.Equal(d.sent, step.want) {
			t.Errorf("%s before: %v, want %v", step.before, d.sent, step.want)
		}
	}
	d.sent = nil
	_ = errand(t.Context(), start.Add(-time.Hour))
	if want := []string{"s 2h0m0s"}; !slices.Equal(d.sent, want) {
		t.Errorf("after a pause: %v, want only %v", d.sent, want)
	}
	d.sent = nil
	_ = errand(t.Context(), start.Add(-5*time.Minute))
	if d.sent != nil {
		t.Errorf("5 min before the start: %v, want none", d.sent)
	}
}
