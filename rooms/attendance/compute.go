package attendance

import (
	"slices"
	"time"

	"vesper/rooms"
)

// Compute judges a session that is over: one Record for everybody on the
// roster, in its order, then one for every other person in the journal, by id.
// The order and repetition of the journal's events do not matter; they are
// told apart by their ID, which every one must have. A journal that stops
// without an end is taken to end with its last entry, and the rows say so.
func Compute(plan rooms.Plan, roster rooms.Roster, journal []rooms.Event, rules Rules) []Record {
	return begin(plan, roster, journal, rules).final()
}

// final are the records of a session that is over.
func (c *computation) final() []Record {
	end := c.ended
	if end == 0 {
		end = min(c.timeline.last, millis(c.plan.Closes()))
	}
	return c.records(end)
}

// ComputeAt judges a session as if it ended now, with Final false, or like
// Compute if it has ended. People who are in have no LastLeft and an open last
// interval; an absence of a moment that may still be bridged is not counted yet.
func ComputeAt(plan rooms.Plan, roster rooms.Roster, journal []rooms.Event, rules Rules, now time.Time) []Record {
	c := begin(plan, roster, journal, rules)
	if c.ended != 0 {
		return c.records(c.ended)
	}
	c.running = true
	return c.records(max(c.timeline.last, min(millis(now), millis(plan.Closes()))))
}

// computation is one run of Compute.
type computation struct {
	plan     rooms.Plan
	rules    Rules
	seats    []rooms.Seat // one a person: the roster, then guests
	listed   map[rooms.PersonID]bool
	timeline timeline
	gathered
	said    map[rooms.PersonID]*said
	running bool
	first   bool // as the first release flagged: family too is late
	evening evening
	// counting is what the rules count of the evening.
	counting []span
}

func begin(plan rooms.Plan, roster rooms.Roster, journal []rooms.Event, rules Rules) *computation {
	c := &computation{plan: plan, rules: rules, listed: map[rooms.PersonID]bool{}, timeline: order(journal)}
	c.gathered = gather(c.timeline, len(plan.Segments))
	c.said = review(c.timeline.review)
	for _, seat := range roster {
		if !c.listed[seat.Person] {
			c.listed[seat.Person] = true
			c.seats = append(c.seats, seat)
		}
	}
	var guests []rooms.PersonID
	for person := range c.said {
		c.of(person) // a row for everybody of whom anything is said
	}
	for person := range c.people {
		if !c.listed[person] {
			guests = append(guests, person)
		}
	}
	slices.Sort(guests)
	for _, person := range guests {
		c.seats = append(c.seats, rooms.Seat{Person: person, Role: c.people[person].role})
	}
	return c
}

// records joins everybody's presence up to end and judges it; once more with
// what staff wrote, if that says anything of time or place.
func (c *computation) records(end int64) []Record {
	everybody := make([]presence, len(c.seats))
	amended := false
	for i, seat := range c.seats {
		everybody[i] = attend(c.of(seat.Person), end, !c.running, c.rules.GraceSeconds*1000)
		amended = amended || c.said[seat.Person].effective()
	}
	records := c.judgeAll(everybody, end)
	if amended {
		machine := records
		records = c.judgeAll(c.amend(everybody, end), end)
		for i := range records {
			c.compare(&records[i], machine[i])
		}
	}
	return records
}

// judgeAll lays the evening by the presence of the staff and judges each.
func (c *computation) judgeAll(everybody []presence, end int64) []Record {
	var staffed []span
	for i, seat := range c.seats {
		if seat.Role.Staff() {
			staffed = append(staffed, everybody[i].intervals...)
		}
	}
	c.evening = lay(c.plan, union(staffed...), c.moves, end)
	c.counting = c.evening.counting(c.rules)
	records := make([]Record, len(c.seats))
	for i, seat := range c.seats {
		records[i] = c.judge(seat, everybody[i])
	}
	return records
}

// judge measures one presence against the evening.
func (c *computation) judge(seat rooms.Seat, p presence) Record {
	in := union(p.intervals...)
	counted := intersect(in, c.counting)
	sum := total(counted)
	r := Record{
		Session: c.plan.Session, Person: seat.Person, DisplayName: seat.DisplayName, Role: seat.Role,
		Minutes: sum / 60000, Seconds: seconds(sum),
		Segments:       c.evening.segmentTimes(c.plan, counted),
		BreakSeconds:   seconds(overlap(in, c.evening.breaks)),
		OverrunSeconds: seconds(overlap(in, []span{{c.evening.plan.to, max(c.evening.plan.to, c.evening.end)}})),
		LobbySeconds:   seconds(p.lobbyMS),
		Reconnects:     p.bridged,
		Intervals:      p.shownIntervals(), Gaps: p.shownGaps(),
		FirstAtDoor: moment(p.door), FirstAdmitted: moment(p.letIn),
		Location:     p.location,
		RulesVersion: c.rules.Version, Final: !c.running,
	}
	if words := c.said[seat.Person]; words != nil {
		r.Absence, r.Matched, r.Corrections = words.absence, words.matched, words.shown
	}
	c.measure(&r, p, in, counted)
	r.Status = c.status(p, sum, r.Absence == "excused")
	r.Flags = c.flag(r, p)
	return r
}

// measure fills the values that may be unknown.
func (c *computation) measure(r *Record, p presence, in, counted []span) {
	if came := p.came(); came != 0 && c.evening.wasHeld() {
		r.LateSeconds = new(seconds(max(came-c.evening.plan.from, 0)))
	}
	if !p.doubtUnknown {
		r.UncertaintySeconds = new((p.doubt + 999) / 1000)
	}
	if len(p.pieces) > 0 {
		silent := subtract(intersect(union(p.pieces...), counted), switched(p.camera, p.linked))
		r.AudioOnlySeconds = new(seconds(overlap(silent, switched(p.voice(), p.linked))))
	}
	if len(in) == 0 {
		return
	}
	planned := intersect(in, []span{c.evening.plan})
	r.UnstaffedSeconds = new(seconds(total(planned) - overlap(planned, c.evening.staffed)))
	r.SteppedAwaySeconds = new(seconds(overlap(counted, switched(p.away, in))))
	if aside := switched(p.aside, in); len(aside) > 0 {
		r.AsideSeconds = new(seconds(overlap(counted, aside)))
	}
	if p.here {
		return
	}
	left := p.intervals[len(p.intervals)-1].to
	r.LastLeft = moment(left)
	if c.evening.wasHeld() {
		r.EarlySeconds = new(seconds(max(c.evening.held.to-left, 0)))
	}
}

func (p *presence) voice() []mark {
	marks := make([]mark, len(p.audio))
	for i, at := range p.audio {
		marks[i] = mark{at, true}
	}
	return marks
}

// status is the judgement in one word. sum is the counted time.
func (c *computation) status(p presence, sum int64, excused bool) Status {
	switch due := c.evening.due(c.rules); {
	case c.running && !excused && p.door == 0 && !p.wasIn():
		return NotYet
	case !c.evening.wasHeld():
		return NotHeld
	case !p.wasIn() && excused:
		return Excused
	case !p.wasIn() && (p.door == 0 || p.amended && len(p.pieces) > 0):
		return Absent
	case !p.wasIn():
		return NotAdmitted
	case due > 0 && sum*100 >= due*c.rules.PresentPercent:
		return Present
	default:
		return Partial
	}
}

func (p *presence) shownIntervals() []Interval {
	shown := make([]Interval, len(p.intervals))
	for i, s := range p.intervals {
		shown[i] = Interval{Start: moment(s.from), End: moment(s.to)}
	}
	if p.here {
		shown[len(shown)-1].End = time.Time{}
	}
	return shown
}

func (p *presence) shownGaps() []Gap {
	shown := make([]Gap, len(p.gaps))
	for i, g := range p.gaps {
		shown[i] = Gap{Start: moment(g.from), End: moment(g.to), Reason: g.reason, Bridged: g.joined}
	}
	return shown
}
