package client

import (
	"errors"

	"vesper/signaling/wire"
)

// Error is a refusal of the server, by HTTP or on the connection. Code is one
// of docs/protocol.md and stable; Message is for people.
type Error struct {
	Code    string
	Message string
	Status  int    // of HTTP; 0 on the connection
	Opens   string // too_early: when the door opens
	Fields  []wire.ProblemField
}

func (e *Error) Error() string { return "client: refused: " + e.Code + ": " + e.Message }

// Code is the code of a refusal anywhere in err, or "".
func Code(err error) string {
	var refusal *Error
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return ""
}

// final says whether a refusal can't be helped by coming again.
func final(err error) bool {
	var refused *Error
	if errors.As(err, &refused) && (refused.Status == 429 || refused.Status >= 500) {
		return false
	}
	switch Code(err) {
	case "", "slow", "restart", "internal", "too_many_messages", "hello_first":
		return false
	}
	return true
}
