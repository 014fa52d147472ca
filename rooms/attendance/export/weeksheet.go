package export

import (
	"fmt"
	"strings"

	"vesper/rooms"
	"vesper/rooms/attendance/week"
)

// sheet is the week's.
func (in WeekInput) sheet() document {
	v := in.View
	d := in.document("Attendance of the week")
	d.Facts = append([]fact{
		{"Week", v.Start.Words() + " to " + v.End.Words()},
		{"People", number(int64(v.Totals.People))},
		{"Minutes, all people", number(v.Totals.AttendedMinutes)},
		{"Sessions not signed", number(int64(v.Totals.Unsigned))},
	}, d.Facts...)
	d.Tables = []table{in.hours(), in.sessions(), in.rules(), in.lines(), in.problems()}
	for _, s := range in.Sessions {
		title := in.date(s.Plan.Start) + ", " + s.Title + ": "
		d.Sign = append(d.Sign, title+in.signed(s)[0])
	}
	return d
}

func (in WeekInput) hours() table {
	t := table{
		Caption: "Attended against prescribed",
		Head:    []string{"Name", "Payer", "Prescribed, min", "Attended, min", "Missing, min", "Long days", "In words"},
		Numbers: map[int]bool{2: true, 3: true, 4: true, 5: true}, Widths: []float64{20, 16, 9, 9, 9, 8, 34},
	}
	for _, p := range in.View.People {
		long := 0
		for _, day := range p.Days {
			if day.Long {
				long++
			}
		}
		words := p.Stands.Sentence
		for _, note := range p.Notes {
			words += " " + note.Sentence
		}
		t.Rows = append(t.Rows, []string{
			called(p), payerOf(p), orUnknown(p.Prescribed), number(p.Attended), orUnknown(p.Missing),
			fmt.Sprintf("%d (of %s)", long, week.Minutes(p.DayMinutes)), words,
		})
	}
	return t
}

func called(p week.PersonOf) string {
	if p.LegalName == "" || p.LegalName == p.DisplayName {
		return p.DisplayName
	}
	return p.DisplayName + " (" + p.LegalName + ")"
}

func payerOf(p week.PersonOf) string {
	if p.Payer == "" {
		return notKnown
	}
	return fmt.Sprintf("%s, version %d", p.PayerName, p.PayerVersion)
}

func orUnknown(n *int64) string {
	if n == nil {
		return notKnown
	}
	return number(*n)
}

func (in WeekInput) sessions() table {
	t := table{
		Caption: "Sessions",
		Head:    []string{"Name", "Date", "Session", "Status", "Minutes", "Day, min", "Services that day", "Remarks", "Signed"},
		Numbers: map[int]bool{4: true, 5: true}, Widths: []float64{16, 18, 13, 10, 8, 8, 16, 22, 7},
	}
	for _, p := range in.View.People {
		for _, a := range p.Sessions {
			t.Rows = append(t.Rows, in.attend(p, a))
		}
		for _, a := range p.Alumni {
			row := in.attend(p, a)
			row[2] += " (alumni, in no total)"
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

func (in WeekInput) attend(p week.PersonOf, a week.Attend) []string {
	var remark []string
	machine := ""
	for _, s := range in.Sessions {
		if s.Plan.Session != a.Session {
			continue
		}
		for _, r := range s.Rows {
			if week.Whose(r) == p.Person && week.Counts(r) {
				if said := remarks(r); said != "" {
					remark = append(remark, said)
				}
				if r.Machine != nil && r.Machine.Minutes != r.Minutes {
					machine = fmt.Sprintf(" (machine: %d)", r.Machine.Minutes)
				}
			}
		}
	}
	day, kinds := "", []rooms.SegmentKind(nil)
	for _, d := range p.Days {
		if d.Date == a.Date {
			day, kinds = number(d.Minutes), d.Services
		}
	}
	return []string{
		p.DisplayName, a.Date.Words(), a.Title, statuses[a.Status], orUnknown(a.Minutes) + machine, day, services(kinds),
		strings.Join(remark, "; "), yes(a.Signed),
	}
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

func (in WeekInput) rules() table {
	t := table{Caption: "Rules of the payers", Head: []string{"Name", "Rule", "Met", "In words"}, Widths: []float64{20, 18, 12, 60}}
	for _, p := range in.View.People {
		for _, r := range p.Rules {
			met := yes(r.OK)
			if r.Open {
				met = "not yet"
			}
			t.Rows = append(t.Rows, []string{p.DisplayName, r.ID, met, r.Sentence})
		}
	}
	return t
}

func (in WeekInput) lines() table {
	t := table{
		Caption: "Proposed for billing, for a person to check",
		Head:    []string{"Name", "Date", "Code", "Modifier", "Place of service", "Units", "Minutes", "Blocked", "Why, and notes"},
		Numbers: map[int]bool{5: true, 6: true}, Widths: []float64{16, 20, 8, 8, 8, 6, 8, 8, 40},
	}
	for _, p := range in.View.People {
		for _, l := range p.Lines {
			var why []string
			for _, said := range append(append([]week.Said(nil), l.Reasons...), l.Notes...) {
				why = append(why, said.Sentence)
			}
			t.Rows = append(t.Rows, []string{
				p.DisplayName, l.Date.Words(), l.Code, l.Modifier, l.Place, number(l.Units), number(l.Minutes), yes(l.Blocked), strings.Join(why, " "),
			})
		}
	}
	return t
}

func (in WeekInput) problems() table {
	t := table{Caption: "To look at", Head: []string{"Name", "In words"}, Widths: []float64{20, 80}}
	names := map[rooms.PersonID]string{}
	for _, p := range in.View.People {
		names[p.Person] = p.DisplayName
	}
	for _, p := range in.View.Problems {
		t.Rows = append(t.Rows, []string{names[p.Person], p.Sentence})
	}
	return t
}
