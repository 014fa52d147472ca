package rooms

import (
	"slices"
	"time"
)

// SegmentKind is what a part of an evening is for.
type SegmentKind string

const (
	Group             SegmentKind = "group"
	Education         SegmentKind = "education"
	RelapsePrevention SegmentKind = "relapse_prevention"
	Individual        SegmentKind = "individual"
	Family            SegmentKind = "family"
	Break             SegmentKind = "break"
)

// SegmentKinds are all kinds that a template may use.
var SegmentKinds = []SegmentKind{Group, Education, RelapsePrevention, Individual, Family, Break}

// Valid reports whether k is one of SegmentKinds.
func (k SegmentKind) Valid() bool {
	for _, known := range SegmentKinds {
		if k == known {
			return true
		}
	}
	return false
}

// Segment is a part of an evening with its planned times.
type Segment struct {
	Kind  SegmentKind `json:"kind"`
	Start time.Time   `json:"start"`
	End   time.Time   `json:"end"`
}

// Plan is one dated occurrence as the schedule has it. Times are UTC; Zone is
// the IANA zone in which the clinic reads them. Segments lie inside
// [Start, End], in order, without gaps.
type Plan struct {
	Clinic   ClinicID  `json:"clinic"`
	Session  SessionID `json:"session"`
	Series   SeriesID  `json:"series"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Zone     string    `json:"zone"`
	Segments []Segment `json:"segments"`
}

// The door and the end of a room, measured from its plan.
const (
	DoorOpensBefore = 30 * time.Minute // the lobby opens
	ClosesAfter     = 30 * time.Minute // a room that nobody ends closes
)

// DoorOpens is when the lobby opens.
func (p Plan) DoorOpens() time.Time { return p.Start.Add(-DoorOpensBefore) }

// Closes is when a room that nobody ended closes itself.
func (p Plan) Closes() time.Time { return p.End.Add(ClosesAfter) }

// Seat is a person's place on a roster. The display name is the only name
// that others in the room see.
type Seat struct {
	ID          SeatID   `json:"id"`
	Person      PersonID `json:"person"`
	Role        Role     `json:"role"`
	DisplayName string   `json:"display_name"`
	// Segments are the kinds that a collateral is invited to; see Invited.
	Segments []SegmentKind `json:"segments,omitempty"`
}

// Invited reports whether the seat's holder may be in a segment of that kind:
// a collateral only where the clinic invited them, family time if it said
// nothing; everybody else always.
func (s Seat) Invited(kind SegmentKind) bool {
	switch {
	case s.Role != Collateral:
		return true
	case len(s.Segments) == 0:
		return kind == Family
	}
	return slices.Contains(s.Segments, kind)
}

// Roster is who is expected in a session.
type Roster []Seat

// Seat finds a person's seat.
func (r Roster) Seat(person PersonID) (Seat, bool) {
	for _, seat := range r {
		if seat.Person == person {
			return seat, true
		}
	}
	return Seat{}, false
}

// Identity is who a connection stands for: proven by a token, never by a
// name, an address or a device.
type Identity struct {
	Clinic  ClinicID  `json:"clinic"`
	Session SessionID `json:"session"`
	Person  PersonID  `json:"person"`
	Seat    SeatID    `json:"seat"`
	Role    Role      `json:"role"`
}
