package signaling

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"vesper/rooms"
	"vesper/signaling/wire"
)

var start = time.Date(2026, 11, 23, 22, 30, 0, 0, time.UTC)

var plan = rooms.Plan{
	Clinic: "c", Session: "s", Start: start, End: start.Add(2 * time.Hour), Zone: "UTC",
	Segments: []rooms.Segment{{Kind: rooms.Group, Start: start, End: start.Add(2 * time.Hour)}},
}

var roster = rooms.Roster{
	{ID: "1", Person: "dana", Role: rooms.Facilitator, DisplayName: "Dana"},
	{ID: "2", Person: "pat", Role: rooms.Client, DisplayName: "Pat"},
	{ID: "3", Person: "quinn", Role: rooms.Client, DisplayName: "Quinn"},
}

var given = map[rooms.PersonID]Details{
	"pat": {Complete: true, Place: "home", Phone: "+1 555 0199"},
}

func identity(p rooms.PersonID) rooms.Identity {
	seat, _ := roster.Seat(p)
	return rooms.Identity{Clinic: "c", Session: "s", Person: p, Seat: seat.ID, Role: seat.Role}
}

func stateWith(t *testing.T, commands ...rooms.Command) *rooms.State {
	t.Helper()
	s := rooms.NewState(plan, roster, rooms.Limits{})
	s.Own(1, "n")
	for _, c := range commands {
		if _, err := s.Apply(rooms.Instant{At: start}, c); err != nil {
			t.Fatalf("%T: %v", c, err)
		}
	}
	return s
}

func messages(t *testing.T, before *picture, now picture) string {
	t.Helper()
	data, err := json.Marshal(changes(before, now))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestTheLobbySeesNothingOfTheRoom(t *testing.T) {
	s := stateWith(t, rooms.Arrive{Person: "dana"}, rooms.Arrive{Person: "quinn"}, rooms.Admit{Actor: "dana", Person: "quinn"}, rooms.Arrive{Person: "pat"})
	text := messages(t, nil, look(s.View(), identity("pat"), given, nil))
	for _, secret := range []string{"Dana", "Quinn", "board", "participants", "555"} {
		if strings.Contains(text, secret) {
			t.Errorf("the lobby reads %q in %s", secret, text)
		}
	}
}

func TestPeersSeeNoNumbers(t *testing.T) {
	s := stateWith(t, rooms.Arrive{Person: "dana"}, rooms.Arrive{Person: "pat", Place: "home"}, rooms.Arrive{Person: "quinn"},
		rooms.Admit{Actor: "dana", Person: "pat"}, rooms.Admit{Actor: "dana", Person: "quinn"})
	peer := messages(t, nil, look(s.View(), identity("quinn"), given, nil))
	if strings.Contains(peer, "555") || strings.Contains(peer, `"home"`) || strings.Contains(peer, `"board"`) {
		t.Errorf("a peer reads %s", peer)
	}
	staff := messages(t, nil, look(s.View(), identity("dana"), given, nil))
	if !strings.Contains(staff, "+1 555 0199") || !strings.Contains(staff, `"place":"home"`) {
		t.Errorf("staff miss the number or the place in %s", staff)
	}
}

// seen is what a client makes of the messages.
type seen struct {
	you    wire.You
	room   wire.Room
	people map[string]wire.Participant
	board  map[string]wire.BoardRow
}

func (s *seen) apply(list []any) {
	for _, m := range list {
		switch m := m.(type) {
		case wire.YouChanged:
			s.you = m.You
			if m.You.State != "admitted" {
				*s = seen{you: m.You}
			}
		case wire.State:
			s.room, s.people, s.board = m.Room, map[string]wire.Participant{}, map[string]wire.BoardRow{}
			for _, p := range m.Participants {
				s.people[p.ID] = p
			}
			for _, r := range m.Board {
				s.board[r.Participant] = r
			}
		case wire.RoomChanged:
			s.room = m.Room
		case wire.ParticipantChanged:
			s.people[m.Participant.ID] = m.Participant
		case wire.Gone:
			delete(s.people, m.Participant)
		case wire.BoardChanged:
			s.board[m.Row.Participant] = m.Row
		}
	}
}

// Whatever happens, and however many pictures a slow client skips, the changes
// lead to what a fresh connection would be told.
func TestChangesLeadToThePicture(t *testing.T) {
	people := []rooms.PersonID{"dana", "pat", "quinn"}
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 3))
		pick := func() rooms.PersonID { return people[r.IntN(len(people))] }
		s := stateWith(t)
		told := map[rooms.PersonID]*picture{}
		clients := map[rooms.PersonID]*seen{"dana": {}, "pat": {}, "quinn": {}}
		for step := range 150 {
			at := start.Add(time.Duration(step) * 7 * time.Second)
			commands := []rooms.Command{
				rooms.Arrive{Person: pick(), Place: "home"}, rooms.AdmitAll{Actor: "dana"}, rooms.SendBack{Actor: "dana", Person: pick()},
				rooms.Connect{Person: pick(), Conn: uint64(step), Since: at}, rooms.Lose{Person: pick(), Conn: uint64(step), Since: at},
				rooms.Mute{Actor: pick(), Person: pick()}, rooms.Unmute{Person: pick()}, rooms.RaiseHand{Person: pick()},
				rooms.LowerHand{Actor: "dana", Person: pick()}, rooms.Lock{}, rooms.Unlock{}, rooms.Media{Person: pick(), Reason: "camera"},
			}
			_, _ = s.Apply(rooms.Instant{At: at}, commands[r.IntN(len(commands))])
			for p, c := range clients {
				if r.IntN(3) == 0 {
					continue // slow
				}
				now := look(s.View(), identity(p), given, nil)
				c.apply(changes(told[p], now))
				told[p] = &now
				fresh := &seen{}
				fresh.apply(changes(nil, now))
				if !reflect.DeepEqual(c, fresh) {
					t.Fatalf("seed %d step %d, %s sees\n%+v\nwant\n%+v", seed, step, p, c, fresh)
				}
			}
		}
	}
}

func TestBye(t *testing.T) {
	s := stateWith(t, rooms.Arrive{Person: "dana"}, rooms.Arrive{Person: "pat"}, rooms.Remove{Actor: "dana", Person: "pat"})
	if got := look(s.View(), identity("pat"), nil, nil); got.bye != "removed" || got.inRoom {
		t.Errorf("removed: %+v", got)
	}
	if _, err := s.Apply(rooms.Instant{At: start}, rooms.End{Actor: "dana"}); err != nil {
		t.Fatal(err)
	}
	if got := look(s.View(), identity("dana"), nil, nil); got.bye != "ended" {
		t.Errorf("ended: %+v", got)
	}
	for _, code := range []string{"left", "removed", "denied", "ended", "replaced", "restart"} {
		if !slices.Contains(keys(byes), code) {
			t.Errorf("no words for %s", code)
		}
	}
}

func keys(m map[string]string) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	return list
}
