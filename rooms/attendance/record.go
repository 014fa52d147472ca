package attendance

import (
	"time"

	"vesper/rooms"
)

// Status is the judgement in one word. The values are stored and never renamed.
type Status string

const (
	Present     Status = "present"      // at least the rules' share of the held window
	Partial     Status = "partial"      // let in, but for less
	Absent      Status = "absent"       // never came to the door
	NotAdmitted Status = "not_admitted" // came to the door, was never let in
	NotHeld     Status = "not_held"     // no staff came: nobody is absent
	Excused     Status = "excused"      // did not take part, and staff have excused it
	NotYet      Status = "not_yet"      // has not come so far; only while the evening runs, when nobody is absent
)

// Record is one person's row in one session. Screens, exports and the API
// show it and add nothing to it.
//
// A value that can't be known is null (a nil pointer) or, for a time, left
// out (the zero time). It is never 0. Times are UTC.
type Record struct {
	Session     rooms.SessionID `json:"session"`
	Person      rooms.PersonID  `json:"person"`
	DisplayName string          `json:"display_name"` // empty in evidence, and for a guest
	Role        rooms.Role      `json:"role"`         // empty for somebody who is on no roster
	Status      Status          `json:"status"`

	// Minutes and Seconds are what counts, each rounded down once.
	Minutes int64 `json:"minutes"`
	Seconds int64 `json:"seconds"`
	// Segments has one element a planned segment, in the plan's order.
	Segments       []SegmentTime `json:"segments"`
	BreakSeconds   int64         `json:"break_s"`   // inside breaks, counted or not
	OverrunSeconds int64         `json:"overrun_s"` // after the planned end, counted or not
	LobbySeconds   int64         `json:"lobby_s"`   // waited at the door; never attendance
	// Reconnects is the number of gaps that were bridged.
	Reconnects int        `json:"reconnects"`
	Intervals  []Interval `json:"intervals"` // whole, not clipped to the plan
	Gaps       []Gap      `json:"gaps"`

	FirstAtDoor   time.Time `json:"first_at_door,omitzero"`
	FirstAdmitted time.Time `json:"first_admitted,omitzero"`
	// LastLeft is the end of the last interval; zero while the person is in.
	LastLeft time.Time `json:"last_left,omitzero"`
	// LateSeconds is from the planned start to the arrival at the door, 0 if
	// in time; nil for somebody who never came, or if nothing was held.
	LateSeconds *int64 `json:"late_s"`
	// EarlySeconds is from LastLeft to the end of the held window, 0 if
	// stayed; nil for somebody who was never in or is in still.
	EarlySeconds *int64 `json:"early_s"`
	// AudioOnlySeconds were connected with audio and without a camera,
	// UnstaffedSeconds without any staff in the room, SteppedAwaySeconds
	// behind the person's own button. All lie in the counted parts of the
	// evening; nil for somebody who was never in.
	AudioOnlySeconds   *int64 `json:"audio_only_s"`
	UnstaffedSeconds   *int64 `json:"unstaffed_s"`
	SteppedAwaySeconds *int64 `json:"stepped_away_s"`
	// AsideSeconds were spent with staff alone; present and counted. Left out
	// for somebody who was not taken aside.
	AsideSeconds *int64 `json:"aside_s,omitempty"`
	// Location is home or elsewhere as last stated at the door; empty if never.
	Location string `json:"location"`
	// UncertaintySeconds bounds how much later than the row says a connection
	// may have ended when a server crashed; 0 if none did, nil if the bound is
	// not known.
	UncertaintySeconds *int64 `json:"uncertainty_s"`

	// Absence is what came of calling somebody who was missing, as last
	// written: called, reached, not_reached, excused, unexcused.
	Absence string `json:"absence,omitempty"`
	// Matched is who a guest is.
	Matched rooms.PersonID `json:"matched,omitempty"`
	// Corrections are what staff wrote about the person's time, in order.
	Corrections []Correction `json:"corrections,omitempty"`
	// Machine is the row without corrections; nil if nobody's changed it.
	Machine *MachineValue `json:"machine,omitempty"`

	Flags        []Flag `json:"flags"`
	RulesVersion int    `json:"rules_version"`
	// Final is false while the evening runs: the row is what it would be if
	// it ended now.
	Final bool `json:"final"`
}

// SegmentTime is one planned segment as it was held, and a person's part in it.
type SegmentTime struct {
	Index int               `json:"index"`
	Kind  rooms.SegmentKind `json:"kind"`
	// Seconds is nil for a break: its time is in no segment's minutes but in
	// BreakSeconds.
	Seconds *int64 `json:"seconds"`
	// Start and End are actual; zero for a segment that was not held. One
	// that staff returned to reaches from its first start to its last end,
	// but only time in its own spans is in Seconds.
	Start time.Time `json:"start,omitzero"`
	End   time.Time `json:"end,omitzero"`
}

// Interval is a stretch of attendance, bridged gaps included.
type Interval struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end,omitzero"` // zero while the person is in
}

// Why a gap began.
const (
	GapLost     = "lost"      // the person's connection
	GapNodeLost = "node_lost" // the server's crash
	GapLeft     = "left"
	GapRemoved  = "removed"
	GapSentBack = "sent_back"
)

// Gap is a stretch without presence after some, as it was measured.
type Gap struct {
	Start   time.Time `json:"start"`
	End     time.Time `json:"end,omitzero"` // zero if the person did not come back
	Reason  string    `json:"reason"`
	Bridged bool      `json:"bridged"`
}

// Client reports whether the row is one of those a clinic bills for: not
// staff, crew or family, nor a guest of whom nobody has said who it is.
func (r Record) Client() bool {
	return r.Role == rooms.Client && (r.Matched != "" || !r.Has(Guest))
}

// Has reports whether the row carries a flag.
func (r Record) Has(flag Flag) bool {
	for _, f := range r.Flags {
		if f == flag {
			return true
		}
	}
	return false
}

// WithoutNames copies the records without display names, as evidence shows them.
func WithoutNames(records []Record) []Record {
	bare := make([]Record, len(records))
	for i, r := range records {
		r.DisplayName = ""
		bare[i] = r
	}
	return bare
}
