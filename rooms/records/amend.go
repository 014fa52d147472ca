package records

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/ledger"
)

// Errors of the review.
var (
	// ErrUnsealed: the evening is not over, or its seal is still to come.
	ErrUnsealed = errors.New("the session is not sealed yet")
	// ErrSigned: only addenda may follow.
	ErrSigned = errors.New("the session is signed")
	// ErrUnsigned: an addendum needs a signature to follow.
	ErrUnsigned = errors.New("the session is not signed yet")
	// ErrIncomplete: something of the evening is known to be missing.
	ErrIncomplete = errors.New("the session's journal is not whole")
	// ErrTampered: what is kept is not what was sealed.
	ErrTampered = errors.New("the session is not what was sealed")
)

// ReviewError says which part of an entry of the review can't be.
type ReviewError struct{ Field, Message string }

func (e *ReviewError) Error() string { return e.Field + ": " + e.Message }

// reviewNode is the node that entries of the review are written under.
const reviewNode rooms.NodeID = "review"

// reviewing is a sealed session that staff write to, within a transaction.
type reviewing struct {
	row     sessionRow
	plan    rooms.Plan
	journal []rooms.Event
	seals   []sealRow
	people  map[rooms.PersonID]bool // on its roster, or in its journal
}

func (v reviewing) signed() bool { return len(v.seals) > 1 }

// Amend writes what staff say of a sealed session behind its seal: absence,
// shared_device, correction, matched. Events have no ID and no time; notes are
// kept with them. All are written or none. ErrUnsealed, ErrSigned, or a
// *ReviewError that names what can't be.
func (r *Records) Amend(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID, events []rooms.Event, notes []Note) error {
	kept := make(map[int]string, len(notes))
	for _, note := range notes {
		kept[note.Event] = salted(clean(note.Text))
	}
	now := r.clock.Now()
	return r.review(ctx, clinic, session, "amend session", func(ctx context.Context, tx bun.Tx) error {
		v, err := reviewOf(ctx, tx, clinic, session)
		if err != nil {
			return err
		}
		if v.signed() {
			return ErrSigned
		}
		for i, event := range events {
			if err := v.check(ctx, tx, event, events[:i]); err != nil {
				return err
			}
		}
		if _, err = r.chainReview(ctx, tx, v, events, kept, now); err != nil {
			return err
		}
		return r.tell(ctx, tx, clinic, AttendanceCorrected, session)
	})
}

// review changes what is written of a sealed session, and its rows with it.
func (r *Records) review(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID, what string, apply func(context.Context, bun.Tx) error) error {
	err := r.change(ctx, clinic, what, apply)
	if err == nil {
		r.judgeAhead(ctx, clinic, session)
	}
	return err
}

// reviewOf finds a session that is sealed.
func reviewOf(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, session rooms.SessionID) (v reviewing, err error) {
	if v.row, err = one[sessionRow](ctx, db, "", "clinic = ? AND id = ?", clinic, session); err != nil {
		return v, err
	}
	if v.seals, err = many[sealRow](ctx, db, "n", "clinic = ? AND session = ?", clinic, session); err != nil {
		return v, err
	}
	if len(v.seals) == 0 {
		return v, ErrUnsealed
	}
	if v.plan, err = v.row.plan(); err != nil {
		return v, err
	}
	if v.journal, err = events(ctx, db, session); err != nil {
		return v, err
	}
	roster, err := rosterOf(ctx, db, v.row)
	v.people = map[rooms.PersonID]bool{}
	for _, seat := range roster {
		v.people[seat.Person] = true
	}
	for _, event := range v.journal {
		v.people[event.Person] = event.Person != ""
	}
	return v, err
}

// chainReview chains events under an epoch of their own, and returns the head.
func (r *Records) chainReview(ctx context.Context, tx bun.Tx, v reviewing, events []rooms.Event, kept map[int]string, now time.Time) (ledger.Entry, error) {
	head, err := journalHead(ctx, tx, v.row.ID)
	if err != nil {
		return head, err
	}
	epoch, err := nextEpoch(ctx, tx, v.row, reviewNode, ms(now))
	if err != nil {
		return head, err
	}
	for i, event := range events {
		event.ID = rooms.EventID{Epoch: epoch, Node: reviewNode, N: uint64(i + 1)}
		event.At, event.Mono = at(ms(now)), 0
		if text, noted := kept[i]; noted {
			event.Note = textHash(text)
			if err := r.keepNote(ctx, tx, noteRow{Clinic: v.row.Clinic, Session: v.row.ID, KeptAt: ms(now)}, text); err != nil {
				return head, err
			}
		}
		entry, row := chained(head, v.row.Clinic, v.row.ID, event)
		if err := insert(ctx, tx, &row); err != nil {
			return head, err
		}
		head = entry
	}
	return head, nil
}

// check refuses an entry of the review that can't be. before are those that
// are written with it.
func (v reviewing) check(ctx context.Context, db bun.IDB, e rooms.Event, before []rooms.Event) error {
	if !v.people[e.Person] {
		return &ReviewError{"person", "Nobody of that id was expected or there."}
	}
	switch e.Kind {
	case rooms.EventAbsence:
		if !slices.Contains(rooms.AbsenceOutcomes, e.Reason) {
			return &ReviewError{"outcome", "That is no outcome of an absence."}
		}
	case rooms.EventMatched:
		return v.checkMatch(ctx, db, e)
	case rooms.EventSharedDevice:
		if !v.people[e.With] || e.With == e.Person {
			return &ReviewError{"with", "Name somebody else who was there."}
		}
		return v.checkSpan(e)
	case rooms.EventCorrection:
		return v.checkCorrection(e, before)
	default:
		return &ReviewError{"kind", "That can't be written after the end."}
	}
	return nil
}

func (v reviewing) checkMatch(ctx context.Context, db bun.IDB, e rooms.Event) error {
	_, err := one[personRow](ctx, db, "", "clinic = ? AND id = ?", v.row.Clinic, e.With)
	if errors.Is(err, rooms.ErrNotFound) || e.With == e.Person {
		return &ReviewError{"person", "There is nobody else of that id."}
	}
	return err
}

func (v reviewing) checkSpan(e rooms.Event) error {
	switch {
	case e.Since.IsZero() || e.Since.Before(v.plan.Start) || !e.Since.Before(v.plan.End):
		return &ReviewError{"from", "It must be a time within the planned evening."}
	case e.Until.IsZero() || e.Until.After(v.plan.End):
		return &ReviewError{"to", "It must be a time within the planned evening."}
	case !e.Since.Before(e.Until):
		return &ReviewError{"to", "It must be later than the beginning."}
	}
	return nil
}

func (v reviewing) checkCorrection(e rooms.Event, before []rooms.Event) error {
	switch e.Reason {
	case attendance.SaidPresent, attendance.SaidNotPresent:
		return v.checkSpan(e)
	case attendance.SaidHome, attendance.SaidElsewhere:
		return nil
	case attendance.SaidWithdrawn:
		return v.checkWithdrawal(e, before)
	}
	return &ReviewError{"what", "That is no correction."}
}

// checkWithdrawal wants a correction of the same person that still holds.
func (v reviewing) checkWithdrawal(e rooms.Event, before []rooms.Event) error {
	found := false
	for _, earlier := range slices.Concat(v.journal, before) {
		switch {
		case earlier.Kind == rooms.EventCorrection && earlier.Reason == attendance.SaidWithdrawn:
			if earlier.Ref == e.Ref {
				return &ReviewError{"ref", "That was withdrawn already."}
			}
		case earlier.Kind == rooms.EventCorrection, earlier.Kind == rooms.EventSharedDevice:
			found = found || earlier.ID == e.Ref && earlier.Person == e.Person
		}
	}
	if !found {
		return &ReviewError{"ref", "There is no correction of that id for this person."}
	}
	return nil
}
