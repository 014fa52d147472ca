package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/rooms/schedule"
)

// Created is the id of what was made.
type Created struct {
	ID string `json:"id"`
}

// Series is a recurring definition.
type Series struct {
	ID       string       `json:"id"`
	Program  string       `json:"program"`
	Title    string       `json:"title"`
	Kind     string       `json:"kind"`
	Rule     string       `json:"rule"`
	Start    string       `json:"start"`
	Zone     string       `json:"zone"`
	Template []SeriesPart `json:"template"`
	Except   []string     `json:"except"`
	Moves    []SeriesMove `json:"moves"`
	Capacity int          `json:"capacity"`
	Sequence int          `json:"sequence" doc:"rises with every change that a calendar must hear of"`
	Next     []NextDate   `json:"next" doc:"the next three evenings"`
}

// NextDate is an evening to come.
type NextDate struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// SeriesList is a clinic's series, the oldest first.
type SeriesList struct {
	Series []Series `json:"series"`
	Next   string   `json:"next,omitempty" doc:"give it as after for the next page"`
}

type seriesQuery struct {
	LongPage
	Program string `query:"program" maxLength:"64" doc:"only those of a program"`
}

type seriesChange struct {
	ID   string `path:"id" maxLength:"64"`
	Body NewSeries
}

func (h *house) series(api huma.API) {
	huma.Register(api, operation("GET", "/series", "list-series", "The clinic's series, the oldest first", mayRead),
		func(ctx context.Context, in *seriesQuery) (*body[SeriesList], error) {
			out, err := h.listSeries(ctx, *in)
			return &body[SeriesList]{out}, h.problemOf("list series", err)
		})
	huma.Register(api, operation("GET", "/series/{id}", "get-series", "One series", mayRead),
		func(ctx context.Context, in *seriesPath) (*body[Series], error) {
			s, err := h.Records.Series(ctx, callerOf(ctx).clinic, rooms.SeriesID(in.ID))
			return &body[Series]{h.seriesOf(s)}, h.problemOf("get series", err)
		})
	huma.Register(api, operation("POST", "/series", "create-series", "Add a series and plan its sessions", mayWrite),
		func(ctx context.Context, in *body[NewSeries]) (*body[Series], error) {
			s, err := h.readSeries(ctx, &in.Body)
			if err == nil {
				s, err = h.Records.CreateSeries(noting(ctx, "series.create", of("")), s)
			}
			return h.planned("series.create", s, err)
		})
	huma.Register(api, operation("PUT", "/series/{id}", "update-series",
		"Change a series; sessions that have not begun follow, and those that it no longer has are cancelled", mayWrite),
		func(ctx context.Context, in *seriesChange) (*body[Series], error) {
			s, err := h.updateSeries(ctx, rooms.SeriesID(in.ID), &in.Body)
			return h.planned("series.update", s, err)
		})
}

func (h *house) listSeries(ctx context.Context, q seriesQuery) (SeriesList, error) {
	all, err := h.Records.ListSeries(ctx, callerOf(ctx).clinic)
	if err != nil {
		return SeriesList{}, err
	}
	all = slices.DeleteFunc(all, func(s schedule.Series) bool { return q.Program != "" && string(s.Program) != q.Program })
	page, next, err := pageOf(all, q.LongPage, func(s schedule.Series) string { return string(s.ID) })
	out := SeriesList{Series: make([]Series, len(page)), Next: next}
	for i, s := range page {
		out.Series[i] = h.seriesOf(s)
	}
	return out, err
}

// planned answers a change of the schedule, and has the desk plan it.
func (h *house) planned(action string, s schedule.Series, err error) (*body[Series], error) {
	if err != nil {
		return nil, h.problemOf(action, err)
	}
	h.Planned()
	return &body[Series]{h.seriesOf(s)}, nil
}

// readSeries is the series of a body, which was found right, with its program
// in the caller's clinic.
func (h *house) readSeries(ctx context.Context, in *NewSeries) (schedule.Series, error) {
	s, wrong := in.series()
	s.Clinic = callerOf(ctx).clinic
	if _, err := h.Records.Program(ctx, s.Clinic, s.Program); errors.Is(err, rooms.ErrNotFound) {
		wrong = append(wrong, &schedule.Error{Code: "program", Field: "program", Message: "The clinic has no such program."})
	} else if err != nil {
		return s, err
	}
	if len(wrong) > 0 {
		return s, wrong
	}
	return s, nil
}

func (h *house) updateSeries(ctx context.Context, id rooms.SeriesID, in *NewSeries) (schedule.Series, error) {
	kept, err := h.Records.Series(ctx, callerOf(ctx).clinic, id)
	if err != nil {
		return kept, err
	}
	s, err := h.readSeries(ctx, in)
	if err != nil {
		return s, err
	}
	if s.ID, s.Sequence = id, kept.Sequence; in.Sequence != nil {
		s.Sequence = *in.Sequence
	}
	return h.Records.UpdateSeries(noting(ctx, "series.update", of(string(id))), s)
}

func (h *house) seriesOf(s schedule.Series) Series {
	out := Series{
		ID: string(s.ID), Program: string(s.Program), Title: s.Title, Kind: string(s.Kind), Rule: s.Rule, Start: s.Start.String(), Zone: s.Zone,
		Template: []SeriesPart{}, Except: []string{}, Moves: []SeriesMove{}, Capacity: s.Capacity, Sequence: s.Sequence, Next: []NextDate{},
	}
	for _, part := range s.Template {
		out.Template = append(out.Template, SeriesPart{string(part.Kind), part.Minutes})
	}
	for _, day := range s.Except {
		out.Except = append(out.Except, day.String())
	}
	for _, move := range s.Moves {
		out.Moves = append(out.Moves, SeriesMove{move.From.String(), move.To.String()})
	}
	for _, o := range s.Next(h.Clock.Now(), 3) {
		out.Next = append(out.Next, NextDate{o.Start, o.End})
	}
	return out
}

// scheduleProblems are the refusals of the schedule, in words.
var scheduleProblems = []struct {
	err     error
	problem *problem
}{
	{records.ErrStarted, refuse(http.StatusConflict, "started", "That evening has begun or is over, so it stays as it was planned.")},
	{records.ErrChanged, refuse(http.StatusConflict, "changed", "Somebody else changed the series meanwhile; load it again.")},
	{records.ErrNoEvening, refuse(http.StatusConflict, "no_evening", "The series has no evening then.")},
	{records.ErrNotStaff, refuse(http.StatusConflict, "not_staff", "Only staff lead an evening, and only staff are replaced.")},
}

// scheduleProblem is the problem of an error of the schedule, or nil.
func scheduleProblem(err error) error {
	for _, known := range scheduleProblems {
		if errors.Is(err, known.err) {
			return known.problem
		}
	}
	return nil
}
