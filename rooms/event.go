package rooms

import (
	"fmt"
	"time"
)

// EventKind is what happened. The values are stored in the journal and are
// never renamed.
type EventKind string

const (
	// The room.
	EventOpened      EventKind = "opened"         // a node began (or took over) the room; the first entry of an epoch
	EventLocked      EventKind = "locked"         // new admissions are refused
	EventUnlocked    EventKind = "unlocked"       //
	EventHeld        EventKind = "held"           // no staff: microphones and cameras are gated
	EventReleased    EventKind = "released"       // staff are back
	EventSegment     EventKind = "segment"        // staff moved the evening to Segment by hand
	EventEnded       EventKind = "ended"          // Reason: staff, held, planned
	EventClockStep   EventKind = "clock_step"     // the wall clock jumped by StepMS; minutes are not changed
	EventClosedCrash EventKind = "closed_by_beat" // after a crash: Person's connection ended at Since, the last beat

	// The door. Person is whose presence it is about.
	EventArrived       EventKind = "arrived"        // at the door, in the lobby
	EventPlace         EventKind = "place"          // Reason: home, elsewhere
	EventAdmitted      EventKind = "admitted"       // Actor let Person in; no Actor: by role
	EventDenied        EventKind = "denied"         //
	EventSentBack      EventKind = "sent_back"      // back to the lobby
	EventRemoved       EventKind = "removed"        // a ban that holds for the session
	EventRemovalUndone EventKind = "removal_undone" //
	EventLeft          EventKind = "left"           // the person's own Leave, from the room or the lobby

	// The connection: three facts that are never merged.
	EventConnected EventKind = "connected"  // authenticated packets from Since on, on connection Conn
	EventLost      EventKind = "lost"       // connection Conn proved itself last at Since
	EventMedia     EventKind = "media"      // first media packet; Reason: audio, camera, screen
	EventCameraOff EventKind = "camera_off" // camera packets ceased

	// Gates and hands.
	EventMuted         EventKind = "muted"          // Actor is the person or staff
	EventUnmuted       EventKind = "unmuted"        // only ever by the person
	EventCameraStopped EventKind = "camera_stopped" //
	EventCameraStarted EventKind = "camera_started" //
	EventHandRaised    EventKind = "hand_raised"    //
	EventHandLowered   EventKind = "hand_lowered"   //

	// Beside the group. In an aside a person is with staff alone: present and
	// counted, annotated. Stepped away is the person's own button.
	EventAsideBegan  EventKind = "aside_began"  // Actor took Person aside
	EventAsideEnded  EventKind = "aside_ended"  //
	EventSteppedAway EventKind = "stepped_away" //
	EventSteppedBack EventKind = "stepped_back" //

	// The roster of the evening.
	EventSeated  EventKind = "seated"  // Actor gave Person a seat for tonight; Reason is the role
	EventMatched EventKind = "matched" // the guest Person is With

	// The review. These may also follow the machine's seal; see docs/attendance.md.
	EventAbsence      EventKind = "absence"       // Reason: called, reached, not_reached, excused, unexcused
	EventSharedDevice EventKind = "shared_device" // Person took part on the device of With, from Since to Until
	EventCorrection   EventKind = "correction"    // Reason: present, not_present (from Since to Until), home, elsewhere, withdrawn (Ref)
	EventSigned       EventKind = "signed"        // Actor signed what stands before; Note is the hash of name and credential
	EventAddendum     EventKind = "addendum"      // a note added after the signature
)

// EventID identifies an entry wherever it stands in the chain: the epoch and
// node that wrote it and its number there, from 1.
type EventID struct {
	Epoch uint64 `json:"epoch"`
	Node  NodeID `json:"node"`
	N     uint64 `json:"n"`
}

func (id EventID) String() string { return fmt.Sprintf("%d/%s/%d", id.Epoch, id.Node, id.N) }

// Less orders entries: by epoch, then number. (Two nodes never share an epoch.)
func (id EventID) Less(other EventID) bool {
	if id.Epoch != other.Epoch {
		return id.Epoch < other.Epoch
	}
	if id.N != other.N {
		return id.N < other.N
	}
	return id.Node < other.Node
}

// Event is one entry of a session's journal. It holds ids and codes, never
// names. Times are UTC with a resolution of one millisecond.
type Event struct {
	ID EventID `json:"id"`
	// At is the anchor of the node's life plus Mono: when the room learned of it.
	At time.Time `json:"at"`
	// Mono is the time since the anchor, by the monotonic clock.
	Mono time.Duration `json:"mono_ns"`
	Kind EventKind     `json:"kind"`
	// Person is the presence it is about; empty for the room's own events.
	Person PersonID `json:"person,omitempty"`
	// Actor did it; empty is the machine itself.
	Actor PersonID `json:"actor,omitempty"`
	// Conn numbers a person's connections within the session: it rises, with
	// holes (docs/adr/0003-connection-numbers.md).
	Conn uint64 `json:"conn,omitempty"`
	// Since is the time that a connected, lost or closed_by_beat fact speaks
	// of, where it is not At. Zero elsewhere.
	Since time.Time `json:"since,omitzero"`
	// Segment is the index into the plan's segments, for EventSegment.
	Segment int    `json:"segment,omitempty"`
	Reason  string `json:"reason,omitempty"`
	StepMS  int64  `json:"step_ms,omitempty"`
	// Until ends the span that Since begins, for what staff write about one.
	Until time.Time `json:"until,omitzero"`
	// With is a second person: whose device was shared, who a guest is.
	With PersonID `json:"with,omitempty"`
	// Ref names an earlier entry that this one speaks of.
	Ref EventID `json:"ref,omitzero"`
	// Note is the SHA-256, in hex, of a text that the records keep apart.
	Note string `json:"note,omitempty"`
}

// Fact is the time from which the event is true.
func (e Event) Fact() time.Time {
	if e.Since.IsZero() {
		return e.At
	}
	return e.Since
}
