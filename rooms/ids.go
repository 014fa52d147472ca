package rooms

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// Ids are random (at least 122 bit) and opaque. They may stand in logs, names may not.
type (
	ClinicID  string
	PersonID  string // a durable identity, staff or client
	ProgramID string
	SeriesID  string // a recurring definition
	SessionID string // one dated occurrence
	SeatID    string // a person's place on a roster
	NodeID    string // one running server
)

// ParticipantID names a person to the other people of one session. It is
// derived from the session and the person, so that it survives a restart and
// says nothing about who the person is in another session.
type ParticipantID string

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// NewID returns 130 random bits as 26 lower-case letters and digits.
func NewID() string {
	return strings.ToLower(rand.Text())
}

// Participant returns the id by which the others of a session know a person.
func Participant(session SessionID, person PersonID) ParticipantID {
	sum := sha256.Sum256([]byte("participant\x00" + string(session) + "\x00" + string(person)))
	return ParticipantID(base32Lower.EncodeToString(sum[:])[:26])
}
