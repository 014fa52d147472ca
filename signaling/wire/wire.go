// Package wire holds the messages of the signaling protocol, one struct each,
// and the shapes of the HTTP interface that a participant needs. Structs only:
// it imports nothing and knows no behaviour. docs/protocol.md is the contract;
// its examples are decoded by the tests of this package and of the page.
//
// A message is one JSON object with a "type". A request may carry an "id" (a
// positive integer); it is answered by ok or error with the same id, an offer
// by answer. Unknown fields are ignored, unknown types answered by error.
package wire

// Protocol is the WebSocket sub-protocol; Path is where it is spoken.
const (
	Protocol = "vesper.v1"
	Path     = "/api/v1/signal"

	MaxMessage = 64 << 10  // bytes of a message
	MaxOffer   = 256 << 10 // bytes of an offer
	MaxLines   = 64        // m-lines of an offer
	MaxTracks  = 4         // published tracks a person
)

// Envelope is what every message has.
type Envelope struct {
	Type string `json:"type"`
	ID   uint64 `json:"id,omitempty"`
}

// Request types, client to server.
const (
	TypeHello        = "hello"
	TypeOffer        = "offer"
	TypeView         = "view"
	TypeMicrophone   = "microphone"
	TypeCamera       = "camera"
	TypeHand         = "hand"
	TypeLeave        = "leave"
	TypePing         = "ping"
	TypeDeviceAnswer = "device_answer"

	TypeAdmit       = "admit"
	TypeAdmitAll    = "admit_all"
	TypeDeny        = "deny"
	TypeBackToLobby = "back_to_lobby"
	TypeMute        = "mute"
	TypeStopCamera  = "stop_camera"
	TypeLowerHand   = "lower_hand"
	TypeLock        = "lock"
	TypeUnlock      = "unlock"
	TypeRemove      = "remove"
	TypeUndoRemove  = "undo_remove"
	TypeMoveDevice  = "move_device"
	TypeSegment     = "segment"
	TypeEnd         = "end"
	TypeLink        = "link"
	TypeSendLink    = "send_link"
	TypeGuest       = "guest"
	TypeAbsence     = "absence"
)

// Message types, server to client.
const (
	TypeWelcome        = "welcome"
	TypeAnswer         = "answer"
	TypeOK             = "ok"
	TypeError          = "error"
	TypeYou            = "you"
	TypeState          = "state"
	TypeParticipant    = "participant"
	TypeGone           = "gone"
	TypeRoom           = "room"
	TypeBoard          = "board"
	TypeSlots          = "slots"
	TypeSpeakers       = "speakers"
	TypeDeviceQuestion = "device_question"
	TypeBye            = "bye"
)

// Hello is the first message. Exactly one of Ticket and Resume opens the
// conversation; Resume may go with Ticket to show that it is the same device.
type Hello struct {
	Envelope
	Ticket string `json:"ticket,omitempty"`
	Resume string `json:"resume,omitempty"`
}

// Offer carries the client's SDP; the client always offers.
type Offer struct {
	Envelope
	SDP string `json:"sdp"`
}

// View says what the client shows and how large, most important first.
type View struct {
	Envelope
	Tiles []Tile `json:"tiles"`
}

// Tile is one picture on the screen; Width and Height are device pixels, 0 is
// not shown.
type Tile struct {
	Participant string `json:"participant"`
	Kind        string `json:"kind"` // video, screen
	Width       int    `json:"width"`
	Height      int    `json:"height"`
}

// Switch is microphone, camera: the person's own. On true opens a gate that
// staff had closed too.
type Switch struct {
	Envelope
	On bool `json:"on"`
}

// Hand raises or lowers the person's own hand.
type Hand struct {
	Envelope
	Up bool `json:"up"`
}

// DeviceAnswer answers device_question: may the session move to the other device?
type DeviceAnswer struct {
	Envelope
	Move bool `json:"move"`
}

// About is a staff request about one participant: admit, deny, back_to_lobby,
// mute, stop_camera, lower_hand, remove, undo_remove, move_device, link. A link
// is a fresh personal link; ok carries it, and the former one is withdrawn.
type About struct {
	Envelope
	Participant string `json:"participant"`
}

// Segment moves the evening to the planned segment with that index.
type Segment struct {
	Envelope
	Index int `json:"index"`
}

// Guest seats somebody who is not on the roster, for this evening. ok carries
// their participant and their personal link.
type Guest struct {
	Envelope
	Name string `json:"name"`
}

// Absence says what came of calling somebody who is missing.
type Absence struct {
	Envelope
	Participant string `json:"participant"`
	Outcome     string `json:"outcome"` // called, reached, not_reached, excused, unexcused
}

// Plain is a request without fields: leave, ping, admit_all, lock, unlock, end.
type Plain struct{ Envelope }

// Welcome answers hello.
type Welcome struct {
	Envelope
	Now     string    `json:"now"` // server time, RFC 3339 with milliseconds
	You     You       `json:"you"`
	Session Session   `json:"session"`
	Resume  string    `json:"resume"` // keep in sessionStorage; opens the next connection
	Version uint64    `json:"version"`
	Slots   SlotCount `json:"slots"`
	// Kept says that the server still holds the media connection of the
	// resume token: offer on the old PeerConnection. Otherwise make a new one.
	Kept bool `json:"kept,omitempty"`
}

// SlotCount is how many receive-only m-lines of each kind the client should offer.
type SlotCount struct {
	Audio int `json:"audio"`
	Video int `json:"video"`
}

// You is the person's own seat and state.
type You struct {
	Participant string `json:"participant"`
	Name        string `json:"name"`
	Role        string `json:"role"`
	State       string `json:"state"` // lobby, admitted, second_device
	Muted       bool   `json:"muted"`
	MutedBy     string `json:"muted_by,omitempty"` // you, staff
	CameraOff   bool   `json:"camera_off"`
	CameraOffBy string `json:"camera_off_by,omitempty"` // you, staff
	Hand        bool   `json:"hand"`
}

// YouChanged tells a person of a change of their own state.
type YouChanged struct {
	Envelope
	Version uint64 `json:"version"`
	You     You    `json:"you"`
}

// Session is what may be known before admission: the clinic's words and the
// planned time.
type Session struct {
	ID        string           `json:"id"`
	Clinic    string           `json:"clinic"`
	Start     string           `json:"start"` // RFC 3339, UTC
	End       string           `json:"end"`
	DoorOpens string           `json:"door_opens"`
	Zone      string           `json:"zone"` // IANA
	Segments  []PlannedSegment `json:"segments"`
}

// PlannedSegment is a part of the evening as planned.
type PlannedSegment struct {
	Kind  string `json:"kind"`
	Start string `json:"start"`
	End   string `json:"end"`
}

// State is everything the receiver may see, sent on admission and after a gap.
type State struct {
	Envelope
	Version      uint64        `json:"version"`
	Room         Room          `json:"room"`
	Participants []Participant `json:"participants"`    // admitted people, the receiver among them
	Board        []BoardRow    `json:"board,omitempty"` // staff only
}

// Room is the state of the room itself.
type Room struct {
	Locked  bool     `json:"locked"`
	Held    bool     `json:"held"`
	Segment int      `json:"segment"`         // index of the running segment, -1 before the start
	Until   string   `json:"until,omitempty"` // when the running segment ends by plan or by hand
	Hands   []string `json:"hands"`           // participants, first raised first
}

// RoomChanged replaces the room's state.
type RoomChanged struct {
	Envelope
	Version uint64 `json:"version"`
	Room    Room   `json:"room"`
}

// Participant is a person in the room as peers see them.
type Participant struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Role   string `json:"role"`
	State  string `json:"state"` // present, away
	Muted  bool   `json:"muted"`
	Camera bool   `json:"camera"` // false: no picture to expect
}

// ParticipantChanged adds or replaces one participant.
type ParticipantChanged struct {
	Envelope
	Version     uint64      `json:"version"`
	Participant Participant `json:"participant"`
}

// Gone says that a participant is no longer in the room.
type Gone struct {
	Envelope
	Version     uint64 `json:"version"`
	Participant string `json:"participant"`
}

// BoardRow is a seat as staff see it.
type BoardRow struct {
	Participant  string `json:"participant"`
	Name         string `json:"name"`
	Role         string `json:"role"`
	State        string `json:"state"`           // expected, lobby, present, away, left, denied, removed
	Since        string `json:"since,omitempty"` // when that state began
	Connected    bool   `json:"connected"`
	Complete     bool   `json:"complete"`        // rules accepted, place and number given
	Place        string `json:"place,omitempty"` // home, elsewhere
	Phone        string `json:"phone,omitempty"`
	Notice       string `json:"notice,omitempty"` // outside_state: not where the clinic is licensed
	Muted        bool   `json:"muted"`
	Camera       bool   `json:"camera"`
	SecondDevice bool   `json:"second_device"`     // the same link waits on another device
	Guest        bool   `json:"guest,omitempty"`   // seated for this evening only
	Absence      string `json:"absence,omitempty"` // what came of calling
}

// BoardChanged adds or replaces one row; staff only.
type BoardChanged struct {
	Envelope
	Version uint64   `json:"version"`
	Row     BoardRow `json:"row"`
}

// Slots is the whole mapping of the client's receive m-lines.
type Slots struct {
	Envelope
	Slots []Slot `json:"slots"`
}

// Slot says who is heard or seen on an m-line; an empty Participant is nobody.
type Slot struct {
	Mid         string `json:"mid"`
	Kind        string `json:"kind"` // audio, video, screen
	Participant string `json:"participant"`
	Generation  uint32 `json:"generation"`
}

// Speakers are those who speak now, loudest first. It has no version.
type Speakers struct {
	Envelope
	Speakers []Speaker `json:"speakers"`
}

// Speaker has a level as in RFC 6464: 0 is loudest, 127 silence (-dBov).
type Speaker struct {
	Participant string `json:"participant"`
	Level       uint8  `json:"level"`
}

// Answer answers an offer.
type Answer struct {
	Envelope
	SDP string `json:"sdp"`
}

// OK answers a request that was done. The answer to link and guest carries a
// personal link; nobody else is told of it.
type OK struct {
	Envelope
	Participant string `json:"participant,omitempty"` // guest: whom it made
	URL         string `json:"url,omitempty"`
}

// Error answers a request that was refused, or, without id, a message that
// could not be read. Message is one plain English sentence; Code is stable.
type Error struct {
	Envelope
	Code    string `json:"code"`
	Message string `json:"message"`
	Opens   string `json:"opens,omitempty"` // too_early: when the door opens
}

// DeviceQuestion asks the connected device whether the session may move to
// another one that was opened with the same link.
type DeviceQuestion struct{ Envelope }

// Bye is the last message before the server closes.
type Bye struct {
	Envelope
	Code    string `json:"code"` // left, removed, denied, ended, replaced, slow, restart, malformed, internal
	Message string `json:"message"`
}
