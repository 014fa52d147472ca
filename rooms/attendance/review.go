package attendance

import (
	"slices"
	"time"

	"vesper/rooms"
)

// What staff may write about a person's time. The values stand in the journal
// as the reason of an EventCorrection and are never renamed.
const (
	SaidPresent    = "present"       // from Since to Until
	SaidNotPresent = "not_present"   // from Since to Until
	SaidHome       = "home"          // where the person was
	SaidElsewhere  = "elsewhere"     //
	SaidWithdrawn  = "withdrawn"     // takes back the entry Ref
	SaidShared     = "shared_device" // of an EventSharedDevice: in as long as With was
)

// ofReview reports whether an entry is what staff write about an evening, during
// it or after it: a fact beside the machine's, which belongs to no server's life.
func ofReview(kind rooms.EventKind) bool {
	switch kind {
	case rooms.EventAbsence, rooms.EventSharedDevice, rooms.EventCorrection, rooms.EventMatched, rooms.EventSigned, rooms.EventAddendum:
		return true
	}
	return false
}

// Correction is what staff wrote about a person's time, as a row shows it.
type Correction struct {
	ID   string    `json:"id"`   // of the journal entry: epoch/node/n
	What string    `json:"what"` // present, not_present, home, elsewhere, withdrawn, shared_device
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	// With is whose device was shared.
	With rooms.PersonID `json:"with,omitempty"`
	// Ref is the entry that a withdrawal takes back.
	Ref   string         `json:"ref,omitempty"`
	Actor rooms.PersonID `json:"actor"`
	At    time.Time      `json:"at"`
	// Note is the hash of the reason, which the records keep apart.
	Note string `json:"note,omitempty"`
	// Withdrawn: a later entry took it back, and it changes nothing.
	Withdrawn bool `json:"withdrawn,omitempty"`
}

// MachineValue is what the journal gives without what staff wrote afterwards.
type MachineValue struct {
	Status   Status   `json:"status"`
	Minutes  int64    `json:"minutes"`
	Seconds  int64    `json:"seconds"`
	Segments []*int64 `json:"segments"` // seconds a planned segment, null for a break
	Location string   `json:"location"`
}

// said is what staff wrote about one person, in order.
type said struct {
	spans    []statement
	location string
	absence  string
	matched  rooms.PersonID
	shared   bool // somebody's device, with or without a time
	shown    []Correction
}

// statement says of a stretch of time that the person was there or was not.
type statement struct {
	span
	present bool
	with    rooms.PersonID // not empty: as long as that person was
}

// effective reports whether it says anything of time or place.
func (s *said) effective() bool { return s != nil && (len(s.spans) > 0 || s.location != "") }

// corrected reports whether it changes what the machine measured of the person alone.
func (s *said) corrected() bool {
	return s.effective() && (s.location != "" || slices.ContainsFunc(s.spans, func(st statement) bool { return st.with == "" }))
}

// review reads what staff wrote. Entries are in the order of their identities.
func review(entries []rooms.Event) map[rooms.PersonID]*said {
	about := map[rooms.PersonID]*said{}
	withdrawn := withdrawals(entries)
	for _, e := range entries {
		if e.Person == "" || e.Kind == rooms.EventSigned || e.Kind == rooms.EventAddendum {
			continue
		}
		s := about[e.Person]
		if s == nil {
			s = &said{}
			about[e.Person] = s
		}
		s.read(e, withdrawn[e.ID])
	}
	return about
}

// withdrawals are the entries about time and place that a later one about the
// same person takes back.
func withdrawals(entries []rooms.Event) map[rooms.EventID]bool {
	about := make(map[rooms.EventID]rooms.PersonID, len(entries))
	taken := map[rooms.EventID]bool{}
	for _, e := range entries {
		switch {
		case e.Kind == rooms.EventCorrection && e.Reason == SaidWithdrawn:
			if person, known := about[e.Ref]; known && person == e.Person {
				taken[e.Ref] = true
			}
		case e.Kind == rooms.EventCorrection, e.Kind == rooms.EventSharedDevice:
			about[e.ID] = e.Person
		}
	}
	return taken
}

func (s *said) read(e rooms.Event, withdrawn bool) {
	switch e.Kind {
	case rooms.EventAbsence:
		s.absence = e.Reason
	case rooms.EventMatched:
		s.matched = e.With
	case rooms.EventSharedDevice:
		s.show(e, SaidShared, withdrawn)
		if !withdrawn {
			s.shared = true
			s.state(e, true, e.With)
		}
	case rooms.EventCorrection:
		s.show(e, e.Reason, withdrawn)
		if !withdrawn {
			s.correct(e)
		}
	}
}

func (s *said) correct(e rooms.Event) {
	switch e.Reason {
	case SaidHome, SaidElsewhere:
		s.location = e.Reason
	case SaidPresent, SaidNotPresent:
		s.state(e, e.Reason == SaidPresent, "")
	}
}

// state adds a stretch of time, if the entry has one.
func (s *said) state(e rooms.Event, present bool, with rooms.PersonID) {
	if e.Since.IsZero() || e.Until.IsZero() || (e.Kind == rooms.EventSharedDevice && (with == "" || with == e.Person)) {
		return
	}
	if at := (span{millis(e.Since), millis(e.Until)}); at.length() > 0 {
		s.spans = append(s.spans, statement{at, present, with})
	}
}

func (s *said) show(e rooms.Event, what string, withdrawn bool) {
	c := Correction{
		ID: e.ID.String(), What: what, From: e.Since, To: e.Until, With: e.With, Actor: e.Actor, At: e.At, Note: e.Note,
		Withdrawn: withdrawn,
	}
	if e.Ref != (rooms.EventID{}) {
		c.Ref = e.Ref.String()
	}
	s.shown = append(s.shown, c)
}
