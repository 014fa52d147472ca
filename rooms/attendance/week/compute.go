package week

import (
	"slices"
	"strings"

	"vesper/rooms"
	"vesper/rooms/attendance"
)

// Defaults where no payer says otherwise.
const (
	LongDayMinutes = 180
	ServiceMinutes = 15
)

// Whose is the person for whom a row counts: of a guest who was matched, the
// one they turned out to be.
func Whose(r attendance.Record) rooms.PersonID {
	if r.Matched != "" {
		return r.Matched
	}
	return r.Person
}

// Counts reports whether a row is a client's: not that of staff, crew or
// family, nor of a guest whom nobody has matched.
func Counts(r attendance.Record) bool {
	return r.Client() || r.Role == "" && r.Matched != ""
}

// Compute adds the week up.
func Compute(in Input) View {
	c := &computation{in: in, first: First(in.Of, in.WeekStart)}
	c.gather()
	v := View{
		Start: c.first, End: c.first.Add(6), Zone: in.Zone.String(), Over: true,
		People: []PersonOf{}, Problems: []Problem{}, Unsigned: []Listed{},
	}
	c.look(&v)
	for _, person := range in.People {
		if p, shown := c.person(person); shown {
			v.People = append(v.People, p)
			v.Problems = append(v.Problems, p.problems()...)
			v.Totals.add(p)
		}
	}
	v.Problems = ranked(v.Problems)
	v.Totals.People, v.Totals.Unsigned = len(v.People), len(v.Unsigned)
	v.Final = v.Over && len(v.Unsigned) == 0
	return v
}

type computation struct {
	in       Input
	first    Date
	week     [7]Date
	sessions []*Session // of the week, without cancelled ones
	dates    map[rooms.SessionID]Date
	theirs   map[rooms.PersonID][]own // by person, in the sessions' order
	sizes    map[*Session][2]int64    // clients and facilitators who came
	known    map[rooms.PersonID]bool  // the clients
}

// own is what a person has to do with one session.
type own struct {
	session  *Session
	expected bool // on the roster as a client
	rows     []*attendance.Record
}

// gather keeps the week's sessions in their order.
func (c *computation) gather() {
	c.dates = map[rooms.SessionID]Date{}
	for i := range c.week {
		c.week[i] = c.first.Add(i)
	}
	for i := range c.in.Sessions {
		s := &c.in.Sessions[i]
		date := DateOf(s.Plan.Start, c.in.Zone)
		if s.State == Cancelled || date < c.first || date > c.week[6] {
			continue
		}
		c.dates[s.Plan.Session] = date
		c.sessions = append(c.sessions, s)
	}
	slices.SortFunc(c.sessions, func(a, b *Session) int {
		if d := a.Plan.Start.Compare(b.Plan.Start); d != 0 {
			return d
		}
		return strings.Compare(string(a.Plan.Session), string(b.Plan.Session))
	})
	c.theirs, c.sizes = map[rooms.PersonID][]own{}, map[*Session][2]int64{}
	for _, s := range c.sessions {
		c.gatherOwn(s)
	}
	c.known = make(map[rooms.PersonID]bool, len(c.in.People))
	for _, p := range c.in.People {
		c.known[p.ID] = true
	}
}

// gatherOwn puts a session under everybody who is expected or came.
func (c *computation) gatherOwn(s *Session) {
	of := func(person rooms.PersonID) *own {
		list := c.theirs[person]
		if n := len(list); n == 0 || list[n-1].session != s {
			c.theirs[person] = append(list, own{session: s})
		}
		return &c.theirs[person][len(c.theirs[person])-1]
	}
	for _, seat := range s.Roster {
		if seat.Role == rooms.Client {
			of(seat.Person).expected = true
		}
	}
	for i := range s.Rows {
		if Counts(s.Rows[i]) {
			o := of(Whose(s.Rows[i]))
			o.rows = append(o.rows, &s.Rows[i])
		}
	}
}

// of finds what a person has to do with a session.
func (c *computation) of(person rooms.PersonID, s *Session) own {
	for _, o := range c.theirs[person] {
		if o.session == s {
			return o
		}
	}
	return own{session: s}
}

func (c *computation) listed(s *Session) Listed {
	return Listed{Session: s.Plan.Session, Start: s.Plan.Start.UTC(), Date: c.dates[s.Plan.Session], Title: s.Title}
}

// toCome reports whether a session, or the rest of it, can still be attended.
func (c *computation) toCome(s *Session) bool {
	return (s.State == Planned || s.State == Running) && s.Plan.End.After(c.in.Now)
}

// look finds what is wrong with sessions rather than with people.
func (c *computation) look(v *View) {
	for _, s := range c.sessions {
		if c.in.Program != "" && s.Program != c.in.Program {
			continue
		}
		v.Totals.Sessions++
		date := c.dates[s.Plan.Session]
		problem := func(key string, more values) {
			more["date"] = date
			v.Problems = append(v.Problems, Problem{Session: s.Plan.Session, Date: date, Code: key, Said: say(key, more)})
		}
		optional := s.Kind == Alumni
		switch {
		case s.State == Planned && !c.in.Now.Before(s.Plan.End):
			problem("week.session.not_opened", values{})
		case s.State == Planned:
			v.Over = v.Over && optional
		case !s.Final:
			v.Over = v.Over && optional
			problem("week.session.running", values{})
		case !s.Signed && !optional:
			v.Unsigned = append(v.Unsigned, c.listed(s))
			problem("week.session.unsigned", values{})
		}
		if s.Final && len(s.Rows) > 0 && s.Rows[0].Status == attendance.NotHeld {
			problem("week.session.not_held", values{})
		}
		for _, r := range s.Rows {
			if c.stranger(s, r) {
				problem("week.guest.unmatched", values{"attended_minutes": r.Minutes})
			}
		}
	}
}

// stranger reports whether a row is a guest's whom nobody has matched.
func (c *computation) stranger(s *Session, r attendance.Record) bool {
	if r.Seconds == 0 || s.Kind == Alumni || (r.Role != "" && r.Role != rooms.Client) {
		return false
	}
	return !Counts(r) || r.Matched == "" && !c.known[r.Person]
}

// ranks is the order of problems: first what holds the week up, then hours
// while they can be made up, then what is short, then what is only unknown.
var ranks = []string{"week.session.not_opened", "week.session.unsigned", "week.guest", "week.prescribed.open", "week.prescribed.too_late", "week.prescribed.short",
	"line", "rule", "week.session", "week.prescribed", "week"}

// ranked sorts problems by rank, those of one rank as they come.
func ranked(problems []Problem) []Problem {
	sorted := make([]Problem, 0, len(problems))
	of := make([]int, len(problems))
	for i, p := range problems {
		of[i] = slices.IndexFunc(ranks, func(prefix string) bool { return strings.HasPrefix(p.Code, prefix) })
	}
	for rank := -1; rank < len(ranks); rank++ {
		for i, p := range problems {
			if of[i] == rank {
				sorted = append(sorted, p)
			}
		}
	}
	return sorted
}

func (t *Totals) add(p PersonOf) {
	t.AttendedMinutes += p.Attended
	switch {
	case p.Missing == nil:
		t.Unknown++
	case *p.Missing > 0:
		t.Short++
	}
	t.Lines += len(p.Lines)
	for _, line := range p.Lines {
		if line.Blocked {
			t.Blocked++
		}
	}
}
