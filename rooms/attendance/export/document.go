package export

import (
	"fmt"

	"vesper/rooms/attendance/week"
)

// document is what a sheet says, before it is paper or a page: both are made
// from it and can't differ.
type document struct {
	Title  string
	Draft  bool
	Facts  []fact
	Tables []table
	// Sign are the lines under the tables: who signed, or where to.
	Sign   []string
	Notice string
	Foot   string // on every page
}

type fact struct{ Name, Value string }

// table is one with a caption. Numbers marks the columns that are numbers;
// Widths are shares of the width of the paper.
type table struct {
	Caption string
	Head    []string
	Rows    [][]string
	Numbers map[int]bool
	Widths  []float64
}

// Number reports whether a column holds numbers.
func (t table) Number(column int) bool { return t.Numbers[column] }

func (c Cover) document(title string) document {
	d := document{
		Title: title, Draft: c.Draft, Notice: Notice,
		Facts: []fact{
			{"Clinic", c.Clinic}, {"Purpose", c.Purpose}, {"Recipient", c.Recipient}, {"Made", c.moment(c.At)},
			{"Times", "in " + c.Zone.String()},
		},
		Foot: fmt.Sprintf("%s Purpose: %s. Recipient: %s.", Notice, c.Purpose, c.Recipient),
	}
	if c.Draft {
		d.Facts = append([]fact{{"State", "DRAFT: not everything in it is signed, and it may change."}}, d.Facts...)
	}
	return d
}

// sheet is a session's sign-in sheet.
func (in Input) sheet() document {
	d := in.document("Attendance")
	s := in.Session
	d.Facts = append([]fact{
		{"Session", s.Title},
		{"Date", in.date(s.Plan.Start)},
		{"Planned", in.clock(s.Plan.Start) + " to " + in.clock(s.Plan.End)},
	}, d.Facts...)
	t := table{
		Caption: "Who was there, from when to when",
		Head:    []string{"Name", "Role", "Status", "Minutes", "Parts, minutes", "At the door", "Let in", "Left", "Place", "Remarks"},
		Numbers: map[int]bool{3: true}, Widths: []float64{18, 10, 10, 9, 14, 8, 8, 8, 9, 20},
	}
	for _, r := range s.Rows {
		name := in.People.name(r)
		if legal := in.People[week.Whose(r)].Legal; legal != "" && legal != name {
			name += " (" + legal + ")"
		}
		t.Rows = append(t.Rows, []string{
			name, roles[r.Role], status(r), minutes(r), parts(r), in.clock(r.FirstAtDoor), in.clock(r.FirstAdmitted), in.clock(r.LastLeft),
			places[r.Location], remarks(r),
		})
	}
	d.Tables = []table{t}
	if !s.Final {
		d.Facts = append(d.Facts, fact{"Still running", "The minutes are what they would be if it ended now."})
	}
	if version := rulesVersion(s); version > 0 {
		d.Facts = append(d.Facts, fact{"Judged by", fmt.Sprintf("the clinic's rules, version %d", version)})
	}
	d.Sign = in.signed(s)
	return d
}

func rulesVersion(s Session) int {
	if len(s.Rows) == 0 {
		return 0
	}
	return s.Rows[0].RulesVersion
}

// signed is the line of the signature, or an empty one.
func (c Cover) signed(s Session) []string {
	if s.Signature == nil {
		return []string{"Not signed.", "Name and credential: ______________________________   Date and time: ____________________"}
	}
	who := s.Signature.Name
	if s.Signature.Credential != "" {
		who += ", " + s.Signature.Credential
	}
	return []string{fmt.Sprintf("Signed by %s on %s.", who, c.moment(s.Signature.At))}
}

// sheet is a client's own copy.
func (o Own) sheet() document {
	d := o.document("Your attendance")
	total := int64(0)
	t := table{
		Caption: "Your sessions",
		Head:    []string{"Date", "Session", "Status", "Minutes", "Parts, minutes", "At the door", "Left", "Remarks", "Signed"},
		Numbers: map[int]bool{3: true}, Widths: []float64{18, 14, 10, 9, 14, 8, 8, 20, 14},
	}
	for _, s := range o.sessions {
		for _, r := range s.Rows {
			signature := "no"
			if s.Signature != nil {
				signature = o.moment(s.Signature.At)
			}
			t.Rows = append(t.Rows, []string{
				o.date(s.Plan.Start), s.Title, status(r), minutes(r), parts(r), o.clock(r.FirstAtDoor), o.clock(r.LastLeft), remarks(r), signature,
			})
			total += r.Minutes
		}
	}
	d.Facts = append([]fact{
		{"Name", o.person.Legal}, {"From", o.from.Words()}, {"To", o.to.Words()}, {"Minutes, all sessions", number(total)},
	}, d.Facts...)
	d.Tables = []table{t}
	return d
}
