package signaling

import (
	"slices"
	"time"

	"vesper/rooms"
	"vesper/signaling/wire"
)

// Details are what a person gave at the door. All but the name is shown to
// staff only.
type Details struct {
	Name     string // as others see it, if they changed it for tonight
	Complete bool   // rules accepted, place and number given
	Place    string
	Phone    string
	Guest    bool   // seated for this evening only
	Notice   string // for staff before admission: outside_state, or none
}

// name is what others see.
func (d Details) name(p rooms.Person) string {
	if d.Name != "" {
		return d.Name
	}
	return p.Seat.DisplayName
}

// picture is all that one person may see of a room at one version.
type picture struct {
	version      uint64
	you          wire.You
	inRoom       bool
	room         wire.Room
	participants []wire.Participant
	board        []wire.BoardRow // staff only
	bye          string          // why there is nothing more to see
}

// look draws the picture for one person. It is pure: details and second come
// from the lounge.
func look(v *rooms.View, who rooms.Identity, details map[rooms.PersonID]Details, second map[rooms.PersonID]bool) picture {
	id := func(p rooms.PersonID) string { return string(rooms.Participant(who.Session, p)) }
	me, _ := v.Person(who.Person)
	pic := picture{version: v.Version, you: youOf(v, me, details[me.ID].name(me), id), bye: byeOf(v, me)}
	pic.inRoom = me.Stand == rooms.Admitted && pic.bye == ""
	if !pic.inRoom {
		return pic
	}
	pic.room = wire.Room{Locked: v.Locked, Held: v.Held, Segment: v.Segment, Until: stamp(v.Until), Hands: []string{}}
	for _, p := range v.Hands {
		pic.room.Hands = append(pic.room.Hands, id(p))
	}
	for _, p := range v.People {
		if p.Stand == rooms.Admitted {
			pic.participants = append(pic.participants, participantOf(p, details[p.ID].name(p), id))
		}
		if me.Role.Staff() {
			pic.board = append(pic.board, rowOf(p, details[p.ID], second[p.ID], id))
		}
	}
	return pic
}

func byeOf(v *rooms.View, me rooms.Person) string {
	switch {
	case me.Stand == rooms.Removed:
		return "removed"
	case me.Stand == rooms.Denied && me.Discharged:
		return "discharged"
	case me.Stand == rooms.Denied:
		return "denied"
	case me.Stand == rooms.Left:
		return "left"
	case v.Ended:
		return "ended"
	}
	return ""
}

func youOf(v *rooms.View, me rooms.Person, name string, id func(rooms.PersonID) string) wire.You {
	you := wire.You{
		Participant: id(me.ID), Name: name, Role: string(me.Role), State: "lobby",
		Muted: me.Muted, CameraOff: me.CameraStopped, Hand: slices.Contains(v.Hands, me.ID),
	}
	if me.Stand == rooms.Admitted {
		you.State = "admitted"
	}
	you.MutedBy = by(me.Muted, me.MutedBy == me.ID)
	you.CameraOffBy = by(me.CameraStopped, me.CameraBy == me.ID)
	return you
}

func by(closed, self bool) string {
	switch {
	case !closed:
		return ""
	case self:
		return "you"
	}
	return "staff"
}

func participantOf(p rooms.Person, name string, id func(rooms.PersonID) string) wire.Participant {
	state := "present"
	if p.Away() {
		state = "away"
	}
	return wire.Participant{
		ID: id(p.ID), Name: name, Role: string(p.Role), State: state,
		Muted: p.Muted, Camera: p.Camera && !p.CameraStopped,
	}
}

func rowOf(p rooms.Person, d Details, second bool, id func(rooms.PersonID) string) wire.BoardRow {
	row := wire.BoardRow{
		Participant: id(p.ID), Name: d.name(p), Role: string(p.Role), State: string(p.Stand), Since: stamp(p.Since),
		Connected: p.Connected, Complete: d.Complete, Place: p.Place, Phone: d.Phone, Notice: d.Notice,
		Muted: p.Muted, Camera: p.Camera && !p.CameraStopped, SecondDevice: second,
		Guest: d.Guest, Absence: p.Absence,
	}
	if p.Stand == rooms.Admitted {
		row.State = "present"
		if p.Away() {
			row.State, row.Since = "away", stamp(p.LostAt)
		}
	}
	return row
}

// stamp is a time on the wire; zero is absent.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

// changes are the messages that lead from one picture to the next. before is
// nil at the start of a connection.
func changes(before *picture, now picture) []any {
	var out []any
	if before == nil || before.you != now.you || before.inRoom != now.inRoom {
		out = append(out, wire.YouChanged{Envelope: typed(wire.TypeYou), Version: now.version, You: now.you})
	}
	if !now.inRoom {
		return out
	}
	if before == nil || !before.inRoom {
		return append(out, wire.State{
			Envelope: typed(wire.TypeState), Version: now.version,
			Room: now.room, Participants: now.participants, Board: now.board,
		})
	}
	if !sameRoom(before.room, now.room) {
		out = append(out, wire.RoomChanged{Envelope: typed(wire.TypeRoom), Version: now.version, Room: now.room})
	}
	for _, p := range now.participants {
		if !slices.Contains(before.participants, p) {
			out = append(out, wire.ParticipantChanged{Envelope: typed(wire.TypeParticipant), Version: now.version, Participant: p})
		}
	}
	for _, p := range before.participants {
		if !slices.ContainsFunc(now.participants, func(q wire.Participant) bool { return q.ID == p.ID }) {
			out = append(out, wire.Gone{Envelope: typed(wire.TypeGone), Version: now.version, Participant: p.ID})
		}
	}
	for _, row := range now.board {
		if !slices.Contains(before.board, row) {
			out = append(out, wire.BoardChanged{Envelope: typed(wire.TypeBoard), Version: now.version, Row: row})
		}
	}
	return out
}

func sameRoom(a, b wire.Room) bool {
	return a.Locked == b.Locked && a.Held == b.Held && a.Segment == b.Segment && a.Until == b.Until && slices.Equal(a.Hands, b.Hands)
}

func typed(t string) wire.Envelope { return wire.Envelope{Type: t} }
