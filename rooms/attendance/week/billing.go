package week

import (
	"slices"
	"strings"

	"vesper/rooms/attendance"
)

// bill proposes the lines of a week. Whatever stands against one is said in
// it; a day or a session with attended time never goes without its line.
func (c *computation) bill(p *PersonOf, payer Payer, parts []part) {
	for _, b := range payer.Billing {
		for _, day := range p.Days {
			of := c.on(parts, day.Date)
			if b.Unit == PerDay {
				c.propose(p, b, day.Date, of, nil)
				continue
			}
			var earlier []part
			for _, one := range bySession(of) {
				c.propose(p, b, day.Date, one, earlier)
				earlier = append(earlier, one...)
			}
		}
	}
	for _, day := range p.Days {
		billed := func(l Line) bool { return l.Date == day.Date }
		if len(payer.Billing) > 0 && !slices.ContainsFunc(p.Lines, billed) {
			line := Line{Date: day.Date, Unit: PerDay, Minutes: day.Minutes, Reasons: []Said{}, Notes: []Said{}}
			line.block("line.no_code", values{"date": day.Date, "attended_minutes": day.Minutes})
			line.Blocked = true
			p.Lines = append(p.Lines, line)
		}
	}
	slices.SortStableFunc(p.Lines, func(a, b Line) int { return strings.Compare(string(a.Date), string(b.Date)) })
}

// bySession groups parts of one session, in their order.
func bySession(parts []part) [][]part {
	var groups [][]part
	for _, p := range parts {
		last := len(groups) - 1
		if last >= 0 && groups[last][0].session == p.session {
			groups[last] = append(groups[last], p)
			continue
		}
		groups = append(groups, []part{p})
	}
	return groups
}

// propose adds one line. Time that is in earlier sessions of the day is left
// to their lines.
func (c *computation) propose(p *PersonOf, b Billing, date Date, of, earlier []part) {
	seconds := together(of)
	shared := seconds + together(earlier) - together(append(slices.Clone(earlier), of...))
	if len(b.Kinds) > 0 {
		seconds = kindSeconds(of, b.Kinds...)
		if seconds == 0 {
			return // the code is not for what was attended
		}
	}
	seconds = max(seconds-shared, 0)
	line := Line{Date: date, Unit: b.Unit, Code: b.Code, Minutes: seconds / 60, Reasons: []Said{}, Notes: []Said{}}
	if b.Unit != PerDay {
		line.Session = of[0].session.Plan.Session
	}
	if shared > 0 {
		line.note("line.shared", values{"shared_minutes": (shared + 59) / 60})
	}
	c.blockRecords(&line, of)
	line.modify(b, of)
	line.place(b, of)
	line.count(b)
	for _, rule := range p.Rules {
		if rule.Blocks && !rule.OK && (rule.Date == "" || rule.Date == date) {
			line.block("line.rule", values{"rule": rule.ID, "because": rule.Sentence})
		}
	}
	line.Blocked = len(line.Reasons) > 0
	p.Lines = append(p.Lines, line)
}

func (l *Line) block(key string, v values) {
	said := say(key, v)
	if !slices.ContainsFunc(l.Reasons, func(r Said) bool { return r.Sentence == said.Sentence }) {
		l.Reasons = append(l.Reasons, said)
	}
}

func (l *Line) note(key string, v values) { l.Notes = append(l.Notes, say(key, v)) }

// doubtful are the flags of a record that somebody must look at first.
var doubtful = []attendance.Flag{attendance.LateReplay, attendance.NotEnded, attendance.JournalConflict}

// blockRecords holds a line back until its sessions are signed and sound.
func (c *computation) blockRecords(l *Line, of []part) {
	for _, p := range of {
		v := values{"date": p.date}
		switch {
		case !p.session.Final:
			l.block("line.running", v)
		case !p.session.Signed:
			l.block("line.unsigned", v)
		}
		for _, flag := range doubtful {
			if p.row.Has(flag) {
				l.block("line.record", values{"date": v["date"], "flag": string(flag)})
			}
		}
	}
}

// modify chooses the modifier by the share of time without a camera.
func (l *Line) modify(b Billing, of []part) {
	var silent, all int64
	for _, p := range of {
		all += p.row.Seconds
		if p.row.AudioOnlySeconds != nil {
			silent += *p.row.AudioOnlySeconds
		}
	}
	l.AudioOnly = new(silent / 60)
	share := b.AudioOnlyPercent
	if share == 0 {
		share = 50
	}
	l.Modifier = b.Modifiers.AudioVideo
	if silent > 0 && silent*100 >= share*all {
		l.Modifier = b.Modifiers.AudioOnly
		l.note("line.audio_only", values{"audio_only_minutes": silent / 60, "attended_minutes": all / 60})
	}
}

// place chooses the place of service by where most of the time was.
func (l *Line) place(b Billing, of []part) {
	spent := map[string]int64{}
	for _, p := range of {
		spent[p.row.Location] += p.row.Seconds
	}
	most := ""
	for _, where := range []string{"home", "elsewhere"} {
		if spent[where] > spent[most] || (most == "" && spent[where] > 0) {
			most = where
		}
	}
	if len(spent) > 1 && most != "" {
		l.note("line.place_mixed", nil)
	}
	switch most {
	case "home":
		l.Place = b.PlaceOfService.Home
	case "elsewhere":
		l.Place = b.PlaceOfService.Elsewhere
	default:
		l.block("line.place_unknown", values{"date": l.Date})
		return
	}
	if l.Place == "" {
		l.block("line.place_code", values{"date": l.Date, "place": most})
	}
}

// count turns minutes into units.
func (l *Line) count(b Billing) {
	least := b.MinMinutesPerUnit
	if b.Unit != Quarter {
		l.Units = 1
		if l.Minutes < least {
			l.Units = 0
			l.block("line.below_unit", values{"date": l.Date, "attended_minutes": l.Minutes, "required_minutes": least})
		}
		return
	}
	if least == 0 {
		least = 15
	}
	rest := l.Minutes % 15
	if l.Units = l.Minutes / 15; rest >= least {
		l.Units, rest = l.Units+1, 0
	}
	switch {
	case l.Units == 0:
		l.block("line.below_unit", values{"date": l.Date, "attended_minutes": l.Minutes, "required_minutes": least})
	case rest > 0:
		l.note("line.remainder", values{"rest_minutes": rest})
	}
}
