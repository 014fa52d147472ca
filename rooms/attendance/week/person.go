package week

import (
	"slices"

	"vesper/rooms"
	"vesper/rooms/attendance"
)

// person adds up one client's week. It is not shown if there is nothing: no
// session, and nothing prescribed.
func (c *computation) person(person Person) (PersonOf, bool) {
	p := PersonOf{
		Person: person.ID, LegalName: person.LegalName, DisplayName: person.DisplayName, Prescribed: person.Prescribed,
		DayMinutes: LongDayMinutes, MakeUp: []MakeUp{}, Notes: []Said{}, Rules: []Outcome{}, Days: []Day{}, Sessions: []Attend{}, Alumni: []Attend{}, Lines: []Line{},
	}
	parts := c.attend(&p)
	if len(p.Sessions)+len(p.Alumni) == 0 && person.Prescribed == nil {
		return p, false
	}
	p.Seconds = together(parts)
	p.Attended = p.Seconds / 60
	service := int64(ServiceMinutes)
	if payer := person.Payer; payer != nil {
		p.Payer, p.PayerName, p.PayerVersion = payer.Payer, payer.Name, payer.Version
		p.DayMinutes, service = payer.thresholds()
	}
	p.Days = c.days(parts, p.DayMinutes, service)
	for _, day := range p.Days {
		if shared := apart(c.on(parts, day.Date)) - day.Seconds; shared > 0 {
			p.Notes = append(p.Notes, say("week.overlap", values{"date": day.Date, "shared_minutes": (shared + 59) / 60}))
		}
	}
	c.makeUp(&p)
	if person.Payer != nil {
		c.judge(&p, *person.Payer, parts)
		c.bill(&p, *person.Payer, parts)
	}
	return p, true
}

// attend lists the person's sessions and returns what counts of them.
func (c *computation) attend(p *PersonOf) []part {
	var parts []part
	for _, o := range c.theirs[p.Person] {
		s := o.session
		if len(o.rows) == 0 && len(s.Rows) > 0 {
			continue
		}
		own := make([]part, len(o.rows))
		for i, r := range o.rows {
			own[i] = part{s, r, counts(s, r, c.in.Now)}
		}
		a := c.shown(s, own)
		if s.Kind == Alumni {
			p.Alumni = append(p.Alumni, a)
			continue
		}
		p.Provisional = p.Provisional || !s.Final || !s.Signed
		p.Sessions = append(p.Sessions, a)
		parts = append(parts, own...)
	}
	return parts
}

// shown is one person in one session. More than one row are those of a guest
// who was matched: their time together, and the better status.
func (c *computation) shown(s *Session, own []part) Attend {
	a := Attend{
		Listed: c.listed(s), End: s.Plan.End.UTC(), Kind: s.Kind, Status: StatusPlanned,
		Flags: []attendance.Flag{}, Final: s.Final, Signed: s.Signed,
	}
	if len(own) == 0 {
		return a
	}
	best := own[0].row
	for _, p := range own {
		if p.row.Seconds > best.Seconds {
			best = p.row
		}
		for _, flag := range p.row.Flags {
			if !slices.Contains(a.Flags, flag) {
				a.Flags = append(a.Flags, flag)
			}
		}
	}
	seconds := together(own)
	a.Status, a.AudioOnly, a.Location, a.Rules = best.Status, best.AudioOnlySeconds, best.Location, best.RulesVersion
	a.Seconds, a.Minutes = new(seconds), new(seconds/60)
	return a
}

// days are the dates on which something was attended.
func (c *computation) days(parts []part, long, service int64) []Day {
	days := []Day{}
	for i := range 7 {
		date := c.first.Add(i)
		of := c.on(parts, date)
		seconds := together(of)
		if seconds == 0 {
			continue
		}
		days = append(days, Day{
			Date: date, Seconds: seconds, Minutes: seconds / 60, Services: services(of, service), Long: seconds/60 >= long,
		})
	}
	return days
}

// apart are the seconds of parts one by one.
func apart(parts []part) (seconds int64) {
	for _, p := range parts {
		seconds += p.row.Seconds
	}
	return seconds
}

// on is what of parts lies on a date.
func (c *computation) on(parts []part, date Date) []part {
	var of []part
	for _, p := range parts {
		if c.dates[p.session.Plan.Session] == date && p.row.Seconds > 0 {
			of = append(of, p)
		}
	}
	return of
}

// services are the kinds of segments with at least so many minutes.
func services(parts []part, least int64) []rooms.SegmentKind {
	kinds := []rooms.SegmentKind{}
	for _, kind := range rooms.SegmentKinds {
		if kind != rooms.Break && kindSeconds(parts, kind) >= max(least*60, 1) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

func kindSeconds(parts []part, kinds ...rooms.SegmentKind) (seconds int64) {
	for _, p := range parts {
		for _, segment := range p.row.Segments {
			if segment.Seconds != nil && slices.Contains(kinds, segment.Kind) {
				seconds += *segment.Seconds
			}
		}
	}
	return seconds
}

// makeUp compares attended with prescribed, and lists where what is missing
// can still be made up: in the person's own sessions to come, and then in the
// groups of the same programs in which they have no seat.
func (c *computation) makeUp(p *PersonOf) {
	v := values{"attended_minutes": p.Attended}
	if p.Prescribed == nil {
		p.Stands = say("week.prescribed.unknown", v)
		return
	}
	missing := max(*p.Prescribed-p.Attended, 0)
	p.Missing = &missing
	v["prescribed_minutes"], v["missing_minutes"] = *p.Prescribed, missing
	if missing == 0 {
		p.Stands = say("week.prescribed.met", v)
		return
	}
	other := c.offers(p)
	left := p.Left + other
	if len(p.MakeUp) > 0 {
		p.By = p.MakeUp[len(p.MakeUp)-1].Date
		for _, m := range p.MakeUp {
			p.By = max(p.By, m.Date)
		}
	}
	switch {
	case left == 0:
		p.Stands = say("week.prescribed.short", v)
	case left < missing:
		v["left_minutes"] = left
		p.Stands = say("week.prescribed.too_late", v)
	default:
		v["by_date"] = p.By
		p.Stands = say("week.prescribed.open", v)
	}
}

// offers lists the sessions to come and returns the minutes of those without
// a seat.
func (c *computation) offers(p *PersonOf) (other int64) {
	programs := map[rooms.ProgramID]bool{}
	for _, o := range c.theirs[p.Person] {
		if o.session.Kind != Alumni {
			programs[o.session.Program] = true
		}
	}
	for _, seated := range []bool{true, false} {
		for _, s := range c.sessions {
			if !c.toCome(s) || s.Kind == Alumni || c.of(p.Person, s).expected != seated || (!seated && !open(s, programs)) {
				continue
			}
			minutes := planned(s)
			p.MakeUp = append(p.MakeUp, MakeUp{Listed: c.listed(s), Minutes: minutes, Seated: seated})
			if seated {
				p.Left += minutes
			} else {
				other += minutes
			}
		}
	}
	return other
}

// open reports whether somebody of the programs could join without a seat:
// individual and family hours are somebody else's.
func open(s *Session, programs map[rooms.ProgramID]bool) bool {
	return programs[s.Program] && s.Kind != string(rooms.Individual) && s.Kind != string(rooms.Family)
}

// planned is what a whole session would count.
func planned(s *Session) int64 {
	length := s.Plan.End.Sub(s.Plan.Start)
	if !s.Rules.CountBreaks {
		for _, segment := range s.Plan.Segments {
			if segment.Kind == rooms.Break {
				length -= segment.End.Sub(segment.Start)
			}
		}
	}
	return int64(length.Minutes())
}

// problems are what somebody should know of a person's week.
func (p PersonOf) problems() []Problem {
	var all []Problem
	add := func(date Date, session rooms.SessionID, said Said) {
		all = append(all, Problem{Person: p.Person, Session: session, Date: date, Code: said.Key, Said: said})
	}
	if p.Stands.Key != "week.prescribed.met" {
		add("", "", p.Stands)
	}
	if p.Payer == "" {
		add("", "", say("week.payer.none", nil))
	}
	if p.Payer != "" && p.Seconds > 0 && len(p.Lines) == 0 {
		add("", "", say("week.payer.no_codes", nil))
	}
	for _, r := range p.Rules {
		if !r.OK && !r.Open {
			add(r.Date, "", r.Said)
		}
	}
	for _, line := range p.Lines {
		for _, reason := range line.Reasons {
			if reason.Key != "line.rule" && reason.Key != "line.unsigned" && reason.Key != "line.running" { // these stand there already
				add(line.Date, line.Session, reason)
			}
		}
	}
	return all
}
