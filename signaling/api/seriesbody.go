package api

import (
	"errors"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms"
	"vesper/rooms/schedule"
)

// SeriesPart is a stretch of every evening of a series.
type SeriesPart struct {
	Kind    string `json:"kind" enum:"group,education,relapse_prevention,individual,family,break"`
	Minutes int    `json:"minutes" minimum:"1" maximum:"720"`
}

// SeriesMove is an evening that takes place at another time.
type SeriesMove struct {
	From string `json:"from" doc:"local start by the rule" example:"2026-11-25T17:30"`
	To   string `json:"to" doc:"local start instead" example:"2026-11-27T17:30"`
}

// NewSeries is what POST and PUT /series take.
type NewSeries struct {
	Program  string       `json:"program" maxLength:"64"`
	Title    string       `json:"title" minLength:"1" maxLength:"120"`
	Kind     string       `json:"kind,omitempty" enum:"group,education,relapse_prevention,individual,family,alumni" doc:"default group; alumni: nobody has to come, and nothing is billed"`
	Rule     string       `json:"rule" doc:"RFC 5545 recurrence rule, without DTSTART" example:"FREQ=WEEKLY;BYDAY=MO,WE,TH"`
	Start    string       `json:"start" doc:"local date and time of the first evening" example:"2026-11-23T17:30"`
	Zone     string       `json:"zone" doc:"IANA zone" example:"America/New_York"`
	Template []SeriesPart `json:"template" minItems:"1" maxItems:"24"`
	Except   []string     `json:"except,omitempty" doc:"local dates without a session"`
	Moves    []SeriesMove `json:"moves,omitempty" doc:"evenings at another time than the rule gives"`
	Capacity int          `json:"capacity,omitempty" doc:"how many clients have a place; 0: any number"`
	// Sequence, of a PUT, is that of the series as it was read.
	Sequence *int `json:"sequence,omitempty" doc:"of a PUT: as it was read, so that nobody's change is lost"`
}

// Resolve names everything that is wrong with the series, beside what the
// schema finds.
func (n *NewSeries) Resolve(huma.Context) []error {
	if n.Rule == "" && n.Start == "" && n.Zone == "" && n.Title == "" {
		return nil // there was no body to speak of
	}
	_, wrong := n.series()
	list := make([]error, len(wrong))
	for i, one := range wrong {
		list[i] = &huma.ErrorDetail{Location: "body." + fieldOf(one), Message: one.Message}
	}
	return list
}

var _ huma.Resolver = (*NewSeries)(nil)

// fieldOf is the field of the request that an error is about.
func fieldOf(e *schedule.Error) string {
	if e.Field == "duration_ns" {
		return "template" // which says how long an evening is
	}
	return e.Field
}

// series reads the body, with everything that is wrong with it. A move is of
// the evening on its date: the time of day by the rule is that of the start.
func (n *NewSeries) series() (schedule.Series, schedule.Errors) {
	s := schedule.Series{
		Program: rooms.ProgramID(n.Program), Title: n.Title, Kind: schedule.Kind(n.Kind).OrGroup(), Rule: n.Rule, Zone: n.Zone, Capacity: n.Capacity,
	}
	var wrong schedule.Errors
	bad := func(code, field, message string) {
		wrong = append(wrong, &schedule.Error{Code: code, Field: field, Message: message})
	}
	start, err := schedule.ParseLocalTime(n.Start)
	if err != nil {
		bad(schedule.CodeStart, "start", "The start is a local date and time, like 2026-11-23T17:30.")
		start, _ = schedule.ParseLocalTime("2026-01-01T00:00") // so that the other fields are looked at too
	}
	s.Start = start
	for _, part := range n.Template {
		s.Template = append(s.Template, schedule.Part{Kind: rooms.SegmentKind(part.Kind), Minutes: part.Minutes})
		s.Duration += time.Duration(part.Minutes) * time.Minute
	}
	for i, day := range n.Except {
		date, err := schedule.ParseLocalDate(day)
		if err != nil {
			bad(schedule.CodeExcept, fmt.Sprintf("except[%d]", i), "A skipped date is a date, like 2026-11-26.")
			continue
		}
		s.Except = append(s.Except, date)
	}
	for i, move := range n.Moves {
		from, err := schedule.ParseLocalTime(move.From)
		to, failed := schedule.ParseLocalTime(move.To)
		if errors.Join(err, failed) != nil {
			bad(schedule.CodeMove, fmt.Sprintf("moves[%d]", i), "An evening is moved from and to a local date and time, like 2026-11-25T17:30.")
			continue
		}
		from.Hour, from.Minute = start.Hour, start.Minute
		s.Moves = append(s.Moves, schedule.Move{From: from, To: to})
	}
	unread := len(wrong) > 0
	var more schedule.Errors
	if errors.As(s.Validate(), &more) {
		for _, e := range more {
			if !unread || e.Code != schedule.CodeMove && e.Code != schedule.CodeNoDate {
				wrong = append(wrong, e)
			}
		}
	}
	return s, wrong
}
