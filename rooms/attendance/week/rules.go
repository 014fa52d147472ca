package week

import (
	"slices"

	"vesper/rooms"
)

// thresholds are what makes a long day and a service, as the payer's first
// rule on each says.
func (p Payer) thresholds() (day, service int64) {
	day, service = LongDayMinutes, ServiceMinutes
	for _, r := range slices.Backward(p.Rules) {
		switch {
		case r.DayMinutes > 0:
			day = r.DayMinutes
		case r.Kind == MinDayMinutes:
			day = r.Value
		}
		if r.ServiceMinutes > 0 {
			service = r.ServiceMinutes
		}
	}
	return day, service
}

// facts are what a rule looks at.
type facts struct {
	*computation
	p     *PersonOf
	parts []part
}

// judge asks every rule of the payer.
func (c *computation) judge(p *PersonOf, payer Payer, parts []part) {
	f := facts{c, p, parts}
	for _, rule := range payer.Rules {
		p.Rules = append(p.Rules, f.ask(rule)...)
	}
}

// ask is how a rule comes out: one outcome if it is met, one a place where it
// is not.
func (f facts) ask(r Rule) []Outcome {
	var failed []Outcome
	out := func(key string, date Date, v values) Outcome {
		return Outcome{ID: r.ID, Kind: r.Kind, Blocks: r.Blocks, Date: date, Said: say(key, v)}
	}
	fail := func(key string, date Date, v values) {
		o := out(key, date, v)
		o.Open = f.open(r.Kind, date)
		failed = append(failed, o)
	}
	met := ""
	v := values{}
	switch r.Kind {
	case MinWeekMinutes, MaxWeekMinutes:
		met = f.weekMinutes(r, v, fail)
	case MinDayMinutes, MaxDayMinutes:
		met = f.dayMinutes(r, v, fail)
	case MinDaysWeek, MaxDaysWeek:
		met = f.daysWeek(r, v, fail)
	case MinServicesDay:
		met = f.servicesDay(r, v, fail)
	case GroupSize:
		met = f.groupSize(r, fail)
	case AllowedLocation:
		met = f.location(r, fail)
	case MaxAudioOnlyPercent:
		met = f.audioOnly(r, v, fail)
	}
	if len(failed) > 0 {
		return failed
	}
	o := out(met, "", v)
	o.OK = true
	return []Outcome{o}
}

type failing func(key string, date Date, v values)

// open reports whether a minimum can still be met: a session of that day, or
// of the week, is not over.
func (f facts) open(kind RuleKind, date Date) bool {
	if kind != MinWeekMinutes && kind != MinDayMinutes && kind != MinDaysWeek && kind != MinServicesDay {
		return false
	}
	return slices.ContainsFunc(f.p.Sessions, func(a Attend) bool { return !a.Final && (date == "" || a.Date == date) })
}

func (f facts) weekMinutes(r Rule, v values, fail failing) string {
	v["attended_minutes"] = f.p.Attended
	if r.Kind == MaxWeekMinutes {
		v["allowed_minutes"] = r.Value
		if f.p.Attended > r.Value {
			v["over_minutes"] = f.p.Attended - r.Value
			fail("rule.max_week_minutes.bad", "", v)
		}
		return "rule.max_week_minutes.ok"
	}
	v["required_minutes"] = r.Value
	if f.p.Attended < r.Value {
		v["missing_minutes"] = r.Value - f.p.Attended
		fail("rule.min_week_minutes.bad", "", v)
	}
	return "rule.min_week_minutes.ok"
}

func (f facts) dayMinutes(r Rule, v values, fail failing) string {
	kind, bound := "rule.min_day_minutes", "required_minutes"
	if r.Kind == MaxDayMinutes {
		kind, bound = "rule.max_day_minutes", "allowed_minutes"
	}
	for _, day := range f.p.Days {
		day, short := day, r.Value-day.Minutes
		said := values{"date": day.Date, "attended_minutes": day.Minutes, bound: r.Value}
		switch {
		case r.Kind == MinDayMinutes && short > 0:
			said["missing_minutes"] = short
			fail(kind+".bad", day.Date, said)
		case r.Kind == MaxDayMinutes && short < 0:
			said["over_minutes"] = -short
			fail(kind+".bad", day.Date, said)
		}
	}
	if v[bound] = r.Value; len(f.p.Days) == 0 {
		return "rule.nothing"
	}
	return kind + ".ok"
}

func (f facts) daysWeek(r Rule, v values, fail failing) string {
	long := r.DayMinutes
	if long == 0 {
		long = f.p.DayMinutes
	}
	days := int64(0)
	for _, day := range f.p.Days {
		if day.Minutes >= long {
			days++
		}
	}
	v["days"], v["day_minutes"] = days, long
	if r.Kind == MaxDaysWeek {
		if v["allowed_days"] = r.Value; days > r.Value {
			fail("rule.max_days_week.bad", "", v)
		}
		return "rule.max_days_week.ok"
	}
	if v["required_days"] = r.Value; days < r.Value {
		v["missing_days"] = r.Value - days
		fail("rule.min_days_week.bad", "", v)
	}
	return "rule.min_days_week.ok"
}

func (f facts) servicesDay(r Rule, v values, fail failing) string {
	least := r.ServiceMinutes
	if least == 0 {
		least = ServiceMinutes
	}
	for _, day := range f.p.Days {
		if n := int64(len(services(f.on(f.parts, day.Date), least))); n < r.Value {
			fail("rule.min_services_day.bad", day.Date, values{
				"date": day.Date, "services": n, "required_services": r.Value, "service_minutes": least,
			})
		}
	}
	if v["required_services"] = r.Value; len(f.p.Days) == 0 {
		return "rule.nothing"
	}
	return "rule.min_services_day.ok"
}

// groupSize counts who was in the room at some time, in the sessions that the
// person attended and that have a segment for a group.
func (f facts) groupSize(r Rule, fail failing) string {
	for _, p := range f.parts {
		if p.row.Seconds == 0 || !forGroup(p.session) {
			continue
		}
		clients, staff := f.present(p.session)
		date := p.date
		v := values{"date": date, "clients": clients, "facilitators": staff}
		switch {
		case clients < r.Min:
			v["required_clients"] = r.Min
			fail("rule.group_size.few", date, v)
		case r.Max > 0 && clients > r.Max:
			v["allowed_clients"] = r.Max
			fail("rule.group_size.many", date, v)
		case r.PerFacilitator > 0 && clients > staff*r.PerFacilitator:
			v["allowed_clients"] = r.PerFacilitator
			fail("rule.group_size.staff", date, v)
		}
	}
	return "rule.group_size.ok"
}

func forGroup(s *Session) bool {
	return slices.ContainsFunc(s.Plan.Segments, func(segment rooms.Segment) bool {
		return segment.Kind == rooms.Group || segment.Kind == rooms.Education || segment.Kind == rooms.RelapsePrevention
	})
}

// present counts the clients, guests among them, and the facilitators who had
// counted time.
func (c *computation) present(s *Session) (clients, staff int64) {
	if size, known := c.sizes[s]; known {
		return size[0], size[1]
	}
	seen := map[rooms.PersonID]bool{}
	for _, r := range s.Rows {
		if r.Seconds == 0 || seen[Whose(r)] {
			continue
		}
		seen[Whose(r)] = true
		switch {
		case r.Role.Staff():
			staff++
		case r.Role == rooms.Client || r.Role == "":
			clients++
		}
	}
	c.sizes[s] = [2]int64{clients, staff}
	return clients, staff
}

func (f facts) location(r Rule, fail failing) string {
	for _, p := range f.parts {
		if p.row.Seconds == 0 || slices.Contains(r.Locations, p.row.Location) {
			continue
		}
		date := p.date
		if p.row.Location == "" {
			fail("rule.location.unknown", date, values{"date": date})
			continue
		}
		fail("rule.location.bad", date, values{"date": date, "place": p.row.Location})
	}
	return "rule.location.ok"
}

// places in words; a value is the place as the record has it.
var places = map[string]string{"home": "at home", "elsewhere": "somewhere else"}

func (f facts) audioOnly(r Rule, v values, fail failing) string {
	silent := int64(0)
	for _, p := range f.parts {
		if p.row.AudioOnlySeconds != nil {
			silent += *p.row.AudioOnlySeconds
		}
	}
	v["allowed_percent"] = r.Value
	if f.p.Seconds == 0 {
		return "rule.nothing"
	}
	if percent := (silent*100 + f.p.Seconds - 1) / f.p.Seconds; silent*100 > r.Value*f.p.Seconds { // rounded up, so that it shows
		v["percent"], v["audio_only_minutes"], v["attended_minutes"] = percent, silent/60, f.p.Attended
		fail("rule.audio_only.bad", "", v)
	}
	return "rule.audio_only.ok"
}
