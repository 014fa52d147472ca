package rooms

import "time"

// Refusal is a command that the room does not carry out: the person's turn.
// Code is stable and listed in docs/protocol.md; Message is one plain sentence.
type Refusal struct {
	Code    string
	Message string
}

func (r *Refusal) Error() string { return r.Code + ": " + r.Message }

// The refusals of a room.
var (
	RefusedRemoved  = &Refusal{"removed", "Staff removed this person from the session."}
	RefusedEnded    = &Refusal{"room_ended", "The session has ended."}
	RefusedNotThere = &Refusal{"not_there", "There is nobody of that id here."}
	RefusedNotNow   = &Refusal{"not_now", "That has no effect at the moment."}
	RefusedLocked   = &Refusal{"locked", "The room is locked; unlock it to let people in."}
	RefusedLobby    = &Refusal{"not_admitted", "That is possible once you are in the room."}

	RefusedNotInvited = &Refusal{"not_invited_now", "This person is not invited to this part of the evening."}
	RefusedDischarged = &Refusal{"discharged", "This place in the group has ended; please call the clinic."}
)

// Command is something that somebody, or the machine, wants of a room. Who
// may give which is decided before, by signaling's authorize table; a State
// refuses what makes no sense.
type Command interface{ command() }

// The commands. Actor is who gives it; Person is whom it is about.
type (
	// Takeover is the first command of an epoch: it closes what an owner
	// that died left open, at the last beat.
	Takeover struct{ Beat map[PersonID]time.Time }
	// Arrive is a person at the door, on a new connection. Device says that
	// it is the device that was in the room before.
	Arrive struct {
		Person PersonID
		Seat   Seat   // used for a person whom the roster does not know
		Place  string // home, elsewhere, or empty
		Device bool
	}
	// Connect and Lose are the engine's facts about connection Conn.
	Connect struct {
		Person PersonID
		Conn   uint64
		Since  time.Time
	}
	Lose struct {
		Person PersonID
		Conn   uint64
		Since  time.Time // of the last authenticated packet
	}
	// Media says that the first packet of a kind (audio, camera, screen) came.
	Media struct {
		Person PersonID
		Reason string
	}
	CameraCeased struct{ Person PersonID }

	Admit      struct{ Actor, Person PersonID }
	AdmitAll   struct{ Actor PersonID }
	Deny       struct{ Actor, Person PersonID }
	SendBack   struct{ Actor, Person PersonID }
	Remove     struct{ Actor, Person PersonID }
	UndoRemove struct{ Actor, Person PersonID }
	Leave      struct{ Person PersonID }

	Mute        struct{ Actor, Person PersonID }
	Unmute      struct{ Person PersonID }
	StopCamera  struct{ Actor, Person PersonID }
	StartCamera struct{ Person PersonID }
	RaiseHand   struct{ Person PersonID }
	LowerHand   struct{ Actor, Person PersonID }

	Lock        struct{ Actor PersonID }
	Unlock      struct{ Actor PersonID }
	MoveSegment struct {
		Actor PersonID
		Index int
	}
	End struct{ Actor PersonID }

	// SeatTonight gives a seat for this evening to somebody who has none, or
	// gives back the seat of somebody who was discharged.
	SeatTonight struct {
		Actor PersonID
		Seat  Seat
	}
	// Discharged is the machine's: the person's seat in the series has ended.
	Discharged struct{ Person PersonID }
	// Absence is what came of calling somebody who is not here. Note is the
	// hash of a text that the records keep.
	Absence struct {
		Actor, Person PersonID
		Outcome, Note string
	}
	// Match says who a guest is.
	Match struct{ Actor, Person, With PersonID }

	// Aside takes a person aside. There is no gate for it yet: others would
	// still hear them. So nobody is offered it.
	Aside    struct{ Actor, Person PersonID }
	EndAside struct{ Actor, Person PersonID }
	StepAway struct{ Person PersonID }
	StepBack struct{ Person PersonID }

	// ClockStep reports a jump of the wall clock.
	ClockStep struct{ By time.Duration }
	// Tick lets the room do what has become due; see State.Next.
	Tick struct{}
)

func (Takeover) command()     {}
func (Arrive) command()       {}
func (Connect) command()      {}
func (Lose) command()         {}
func (Media) command()        {}
func (CameraCeased) command() {}
func (Admit) command()        {}
func (AdmitAll) command()     {}
func (Deny) command()         {}
func (SendBack) command()     {}
func (Remove) command()       {}
func (UndoRemove) command()   {}
func (Leave) command()        {}
func (Mute) command()         {}
func (Unmute) command()       {}
func (StopCamera) command()   {}
func (StartCamera) command()  {}
func (RaiseHand) command()    {}
func (LowerHand) command()    {}
func (Lock) command()         {}
func (Unlock) command()       {}
func (MoveSegment) command()  {}
func (End) command()          {}
func (SeatTonight) command()  {}
func (Discharged) command()   {}
func (Absence) command()      {}
func (Match) command()        {}
func (Aside) command()        {}
func (EndAside) command()     {}
func (StepAway) command()     {}
func (StepBack) command()     {}
func (ClockStep) command()    {}
func (Tick) command()         {}
