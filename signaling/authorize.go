package signaling

import (
	"vesper/rooms"
	"vesper/signaling/wire"
)

// place is where a conversation may stand.
type place uint8

const (
	atDoor   place = 1 << iota // nothing said yet
	waiting                    // a second device, not let in
	inLobby                    //
	inRoom                     //
	anywhere = waiting | inLobby | inRoom
)

// who may ask.
type audience uint8

const (
	everybody audience = iota
	staff
)

// rule is one row: from where, and by whom, a request may come.
type rule struct {
	from place
	by   audience
}

// table has one row for every request type; a test holds it to that.
var table = map[string]rule{
	wire.TypeHello:        {atDoor, everybody},
	wire.TypePing:         {anywhere, everybody},
	wire.TypeLeave:        {anywhere, everybody},
	wire.TypeOffer:        {inLobby | inRoom, everybody},
	wire.TypeDeviceAnswer: {inLobby | inRoom, everybody},
	wire.TypeView:         {inRoom, everybody},
	wire.TypeMicrophone:   {inRoom, everybody},
	wire.TypeCamera:       {inRoom, everybody},
	wire.TypeHand:         {inRoom, everybody},

	wire.TypeAdmit:       {inRoom, staff},
	wire.TypeAdmitAll:    {inRoom, staff},
	wire.TypeDeny:        {inRoom, staff},
	wire.TypeBackToLobby: {inRoom, staff},
	wire.TypeMute:        {inRoom, staff},
	wire.TypeStopCamera:  {inRoom, staff},
	wire.TypeLowerHand:   {inRoom, staff},
	wire.TypeLock:        {inRoom, staff},
	wire.TypeUnlock:      {inRoom, staff},
	wire.TypeRemove:      {inRoom, staff},
	wire.TypeUndoRemove:  {inRoom, staff},
	wire.TypeMoveDevice:  {inRoom, staff},
	wire.TypeSegment:     {inRoom, staff},
	wire.TypeEnd:         {inRoom, staff},
	wire.TypeLink:        {inRoom, staff},
	wire.TypeSendLink:    {inRoom, staff},
	wire.TypeGuest:       {inRoom, staff},
	wire.TypeAbsence:     {inRoom, staff},
}

// authorize is asked before every request. It answers nil or the refusal.
func authorize(role rooms.Role, at place, request string) error {
	row, known := table[request]
	switch {
	case !known:
		return refuse("unknown_type", "There is no such request.")
	case row.from&at == 0 && at == atDoor:
		return refuse("hello_first", "Say hello first.")
	case row.from&at == 0 && at == inRoom:
		return refuse("malformed", "Hello was said already.")
	case row.from&at == 0:
		return rooms.RefusedLobby
	case row.by == staff && !role.Staff():
		return refuse("not_allowed", "Only staff can do that.")
	}
	return nil
}

func refuse(code, message string) error { return &rooms.Refusal{Code: code, Message: message} }
