package week

import (
	"slices"
	"strings"

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
			own[i] = part{s, c.dates[s.Plan.Session], r, counts(s, r, c.in.Now)}
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
	for _, date := range c.week {
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
		if p.date == date && p.row.Seconds > 0 {
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
	left, offered := p.Left+other, p.MakeUp
	p.By = lastOf(offered)
	key := "week.prescribed.open"
	switch {
	case left == 0:
		p.Stands = say("week.prescribed.short", v)
		return
	case left < missing:
		key, v["left_minutes"] = "week.prescribed.too_late", left
	case p.Left >= missing:
		key = "week.prescribed.on_track"
		offered = slices.DeleteFunc(slices.Clone(offered), func(m MakeUp) bool { return !m.Seated })
	}
	v["by_date"], v["where"] = lastOf(offered), titles(offered)
	p.Stands = say(key, v)
}

func lastOf(offered []MakeUp) (last Date) {
	for _, m := range offered {
		last = max(last, m.Date)
	}
	return last
}

// titles names each group once, those with a seat first.
func titles(offered []MakeUp) string {
	var list []string
	for _, m := range offered {
		if !slices.Contains(list, m.Title) {
			list = append(list, m.Title)
		}
	}
	return strings.Join(list, ", ")
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
			minutes := c.rest(s)
			if minutes == 0 {
				continue
			}
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

// rest is what a session would still count from now, or from its beginning.
func (c *computation) rest(s *Session) int64 {
	from, to := s.Plan.Start, s.Plan.End
	if from.Before(c.in.Now) {
		from = c.in.Now
	}
	length := to.Sub(from)
	if !s.Rules.CountBreaks {
		for _, segment := range s.Plan.Segments {
			begin := segment.Start
			if begin.Before(from) {
				begin = from
			}
			if segment.Kind == rooms.Break && begin.Before(segment.End) {
				length -= segment.End.Sub(begin)
			}
		}
	}
	return int64(length.Minutes())
}

// problems are what somebody should know of a person's week, each once: what
// one sentence says is not said again with the same numbers by another.
func (p PersonOf) problems() []Problem {
	var all []Problem
	add := func(date Date, session rooms.SessionID, said Said) {
		again := func(o Problem) bool {
			return o.Sentence == said.Sentence || said.asks() != nil && said.asks() == o.asks()
		}
		if !slices.ContainsFunc(all, again) {
			all = append(all, Problem{Person: p.Person, Session: session, Date: date, Code: said.Key, Said: said})
		}
	}
	if p.Stands.Key != "week.prescribed.met" && p.Stands.Key != "week.prescribed.on_track" {
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
		running := slices.ContainsFunc(line.Reasons, func(r Said) bool { return r.Key == "line.running" })
		for _, reason := range line.Reasons {
			switch reason.Key {
			case "line.rule", "line.unsigned", "line.running": // these stand there already
			case "line.below_unit":
				if !running { // it still grows
					add(line.Date, line.Session, reason)
				}
			case "line.place_unknown":
				all = slices.DeleteFunc(all, func(o Problem) bool { return o.Code == "rule.location.unknown" && o.Date == line.Date })
				add(line.Date, line.Session, reason)
			default:
				add(line.Date, line.Session, reason)
			}
		}
	}
	return all
}

// asks is so much attended of so much asked for; nil for other sentences.
func (s Said) asks() any {
	attended, asked := s.Values["attended_minutes"], s.Values["required_minutes"]
	if asked == nil {
		asked = s.Values["prescribed_minutes"]
	}
	if attended == nil || asked == nil {
		return nil
	}
	return [3]any{attended, asked, s.Values["date"]}
}
