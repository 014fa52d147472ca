package attendance

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"vesper/rooms"
)

// clock reads 17:30, 17:30:05 or 17:30:05.250 of the test evening.
func clock(text string) time.Time {
	for _, layout := range []string{"15:04", "15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC).Add(t.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)))
		}
	}
	panic("no time: " + text)
}

// plan is the worked example's: group 17:30, break 18:20, education 18:30 to 20:00.
func testPlan() rooms.Plan {
	return rooms.Plan{
		Clinic: "clinic-1", Session: "session-1", Series: "series-1",
		Start: clock("17:30"), End: clock("20:00"), Zone: "America/Denver",
		Segments: []rooms.Segment{
			{Kind: rooms.Group, Start: clock("17:30"), End: clock("18:20")},
			{Kind: rooms.Break, Start: clock("18:20"), End: clock("18:30")},
			{Kind: rooms.Education, Start: clock("18:30"), End: clock("20:00")},
		},
	}
}

func testRoster() rooms.Roster {
	roster := rooms.Roster{
		{ID: "seat-fay", Person: "fay", Role: rooms.Facilitator, DisplayName: "Fay"},
		{ID: "seat-cal", Person: "cal", Role: rooms.Cofacilitator, DisplayName: "Cal"},
	}
	for _, name := range []string{"pat", "quinn", "rae", "sam", "uma", "vic"} {
		seat := rooms.Seat{ID: rooms.SeatID("seat-" + name), Person: rooms.PersonID(name), Role: rooms.Client}
		seat.DisplayName = strings.ToUpper(name[:1]) + name[1:]
		roster = append(roster, seat)
	}
	return roster
}

// script writes a journal from lines like
//
//	17:25 in pat               arrived, place home, connected, admitted, audio and camera at once
//	18:10 lost pat since=18:09:58
//	18:12 connected pat        the next connection; conn=2 says which
//	18:40 removed uma by=fay
//	18:41 segment seg=2
//	18:50 node n2              from here on the next epoch, of another node
//	21:00 review               from here on staff write, under an epoch of their own
//	21:00 correction pat by=fay reason=present since=17:30 until=17:45
//	21:01 correction pat by=fay reason=withdrawn ref=2/review/1
//
// Where a line says nothing else the fact has the time of the line.
type script struct {
	events []rooms.Event
	epoch  uint64
	node   rooms.NodeID
	n      uint64
	conns  map[rooms.PersonID]uint64
}

func journal(text string) []rooms.Event {
	s := &script{epoch: 1, node: "n1", conns: map[rooms.PersonID]uint64{}}
	s.add(rooms.Event{Kind: rooms.EventOpened, At: clock("17:00")})
	for line := range strings.Lines(text) {
		if fields := strings.Fields(line); len(fields) > 0 && !strings.HasPrefix(fields[0], "#") {
			s.line(fields)
		}
	}
	return s.events
}

func (s *script) add(e rooms.Event) {
	s.n++
	e.ID = rooms.EventID{Epoch: s.epoch, Node: s.node, N: s.n}
	e.Mono = e.At.Sub(clock("17:00"))
	s.events = append(s.events, e)
}

func (s *script) line(fields []string) {
	e := rooms.Event{At: clock(fields[0]), Kind: rooms.EventKind(fields[1])}
	for _, field := range fields[2:] {
		key, value, option := strings.Cut(field, "=")
		switch {
		case !option:
			e.Person = rooms.PersonID(field)
		case key == "since":
			e.Since = clock(value)
		case key == "conn":
			e.Conn, _ = strconv.ParseUint(value, 10, 64)
		case key == "by":
			e.Actor = rooms.PersonID(value)
		case key == "reason":
			e.Reason = value
		case key == "seg":
			e.Segment, _ = strconv.Atoi(value)
		case key == "until":
			e.Until = clock(value)
		case key == "with":
			e.With = rooms.PersonID(value)
		case key == "note":
			e.Note = value
		case key == "ref":
			e.Ref = entryID(value)
		case key == "ms":
			e.StepMS, _ = strconv.ParseInt(value, 10, 64)
		default:
			panic(fmt.Sprintf("script: %q", fields))
		}
	}
	s.write(e)
}

// entryID reads 2/review/1.
func entryID(text string) rooms.EventID {
	parts := strings.Split(text, "/")
	epoch, _ := strconv.ParseUint(parts[0], 10, 64)
	n, _ := strconv.ParseUint(parts[2], 10, 64)
	return rooms.EventID{Epoch: epoch, Node: rooms.NodeID(parts[1]), N: n}
}

func (s *script) write(e rooms.Event) {
	switch e.Kind {
	case "review":
		s.epoch, s.n, s.node = s.epoch+1, 0, "review"
		return
	case "node":
		s.epoch, s.n, s.node = s.epoch+1, 0, rooms.NodeID(e.Person)
		s.add(rooms.Event{Kind: rooms.EventOpened, At: e.At})
		return
	case "in":
		for _, step := range []rooms.Event{
			{Kind: rooms.EventPlace, Reason: "home"}, {Kind: rooms.EventArrived}, {Kind: rooms.EventConnected},
			{Kind: rooms.EventAdmitted, Actor: e.Actor}, {Kind: rooms.EventMedia, Reason: "audio"}, {Kind: rooms.EventMedia, Reason: "camera"},
		} {
			step.At, step.Person = e.At, e.Person
			s.write(step)
		}
		return
	case rooms.EventConnected:
		if e.Conn == 0 {
			e.Conn = s.conns[e.Person] + 1
		}
		s.conns[e.Person] = e.Conn
	case rooms.EventLost:
		if e.Conn == 0 {
			e.Conn = s.conns[e.Person]
		}
	}
	if e.Since.IsZero() && (e.Kind == rooms.EventConnected || e.Kind == rooms.EventLost) {
		e.Since = e.At
	}
	s.add(e)
}

// row finds a person's record.
func row(t *testing.T, records []Record, person rooms.PersonID) Record {
	t.Helper()
	for _, r := range records {
		if r.Person == person {
			return r
		}
	}
	t.Fatalf("no row for %s", person)
	return Record{}
}
