package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"vesper/rooms"
)

// ReminderPlan is how long before its sessions a clinic reminds its people.
type ReminderPlan struct {
	Clinic rooms.ClinicID
	Leads  []time.Duration
}

// Upcoming is a session that is scheduled.
type Upcoming struct {
	Session rooms.SessionID
	Start   time.Time
}

// Reminders is what the desk needs of the records to remind.
type Reminders interface {
	// ReminderPlans are the clinics that remind.
	ReminderPlans(ctx context.Context) ([]ReminderPlan, error)
	// Upcoming are a clinic's sessions, scheduled and not cancelled, that start
	// in [from, to).
	Upcoming(ctx context.Context, clinic rooms.ClinicID, from, to time.Time) ([]Upcoming, error)
	// Remind puts one reminder into the outbox for everybody on the session's
	// roster who wants it. Repeating it changes nothing.
	Remind(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID, lead time.Duration) error
}

// tooLate is how short before the start a reminder is of no use.
const tooLate = 10 * time.Minute

// Remind is an errand: it reminds of every session whose time for it has come.
func Remind(r Reminders) Errand {
	return func(ctx context.Context, now time.Time) error {
		plans, err := r.ReminderPlans(ctx)
		if err != nil {
			return err
		}
		var failed []error
		for _, plan := range plans {
			failed = append(failed, remind(ctx, r, plan, now))
		}
		return errors.Join(failed...)
	}
}

func remind(ctx context.Context, r Reminders, plan ReminderPlan, now time.Time) error {
	if len(plan.Leads) == 0 {
		return nil
	}
	sessions, err := r.Upcoming(ctx, plan.Clinic, now.Add(tooLate), now.Add(slices.Max(plan.Leads)+time.Millisecond))
	if err != nil {
		return err
	}
	var failed []error
	for _, s := range sessions {
		if lead, due := leadOf(s.Start.Sub(now), plan.Leads); due {
			failed = append(failed, r.Remind(ctx, plan.Clinic, s.Session, lead))
		}
	}
	return errors.Join(failed...)
}

// leadOf is which of the leads it is time for so long before the start: the
// shortest that has been reached, so that a late enrolment gets one reminder
// and not all of them at once.
func leadOf(before time.Duration, leads []time.Duration) (lead time.Duration, due bool) {
	for _, l := range leads {
		if before <= l && (!due || l < lead) {
			lead, due = l, true
		}
	}
	return lead, due
}
