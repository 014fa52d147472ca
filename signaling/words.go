package signaling

import (
	"errors"

	"vesper/auth"
	"vesper/rooms"
	"vesper/sfu"
	"vesper/signaling/wire"
)

// byes are the last words, by code.
var byes = map[string]string{
	"left":              "You have left the session.",
	"removed":           "Staff removed you from this session.",
	"denied":            "You were not let in.",
	"discharged":        "Your place in this group has ended; please call the clinic.",
	"ended":             "The session has ended.",
	"replaced":          "You went on with this session on another device or page.",
	"slow":              "Your connection was too slow to follow; please connect again.",
	"restart":           "The server is restarting; please connect again.",
	"malformed":         "That is not a message of this protocol.",
	"too_large":         "That message is too large.",
	"too_many_messages": "Too many messages in a short time.",
	"internal":          "Something went wrong on the server; please connect again.",
}

func bye(code string) wire.Bye {
	return wire.Bye{Envelope: typed(wire.TypeBye), Code: code, Message: byes[code]}
}

// byeFor is the last word for somebody whom the room does not take.
func byeFor(err error) wire.Bye {
	switch {
	case errors.Is(err, rooms.RefusedRemoved):
		return bye("removed")
	case errors.Is(err, rooms.RefusedDischarged):
		return bye("discharged")
	case errors.Is(err, rooms.RefusedEnded):
		return bye("ended")
	case errors.Is(err, rooms.ErrGone):
		return bye("restart")
	}
	return bye("internal")
}

// authWords are the sentences for refusals of auth, which has none of its own.
var authWords = map[string]string{
	"ticket_invalid": "This ticket is not valid; open the link again.",
	"ticket_used":    "This ticket was used already; open the link again.",
}

// errorOf maps an error to its message: refused (say why), malformed, or ours
// (say little).
func errorOf(id uint64, err error) wire.Error {
	e := wire.Error{Envelope: wire.Envelope{Type: wire.TypeError, ID: id}}
	var refusal *rooms.Refusal
	var offer *sfu.OfferError
	switch {
	case errors.As(err, &refusal):
		e.Code, e.Message = refusal.Code, refusal.Message
	case errors.As(err, &offer):
		e.Code, e.Message = offer.Code, offer.Message
	case errors.Is(err, rooms.ErrGone):
		e.Code, e.Message = "restart", byes["restart"]
	case authWords[auth.Code(err)] != "":
		e.Code, e.Message = auth.Code(err), authWords[auth.Code(err)]
	default:
		e.Code, e.Message = "internal", byes["internal"]
	}
	return e
}

// panicked counts and logs a panic of one person's goroutine, without what it
// was about.
func (s *Server) panicked(who rooms.Identity, value any) {
	s.panics.Add(1)
	s.log.Error("panic in one person's goroutine; the person is dropped", "session", who.Session, "person", who.Person, "panic", value, "stack", stack())
}
