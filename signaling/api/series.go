package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/rooms/schedule"
)

// NewProgram and NewSeries are what POST takes.
type NewProgram struct {
	Name string `json:"name" minLength:"1" maxLength:"120"`
}

type NewSeries struct {
	Program  string          `json:"program" maxLength:"64"`
	Title    string          `json:"title" minLength:"1" maxLength:"120"`
	Rule     string          `json:"rule" maxLength:"512" doc:"RFC 5545 recurrence rule, without DTSTART" example:"FREQ=WEEKLY;BYDAY=MO,WE,TH"`
	Start    string          `json:"start" doc:"local date and time of the first evening" example:"2026-11-23T17:30"`
	Zone     string          `json:"zone" doc:"IANA zone" example:"America/New_York"`
	Template []schedule.Part `json:"template" minItems:"1" maxItems:"24"`
	Except   []string        `json:"except,omitempty" maxItems:"1000" doc:"local dates without a session"`
}

// Created is the id of what was made.
type Created struct {
	ID string `json:"id"`
}

func (h *house) series(api huma.API) {
	huma.Register(api, operation("POST", "/programs", "create-program", "Add a program", mayWrite),
		func(ctx context.Context, in *body[NewProgram]) (*body[Created], error) {
			p, err := h.Records.CreateProgram(ctx, records.Program{Clinic: callerOf(ctx).clinic, Name: in.Body.Name})
			return &body[Created]{Created{string(p.ID)}}, h.problemOf("create program", err)
		})
	huma.Register(api, operation("POST", "/series", "create-series", "Add a series and plan its sessions", mayWrite),
		func(ctx context.Context, in *body[NewSeries]) (*body[Created], error) {
			id, err := h.createSeries(ctx, in.Body)
			return &body[Created]{Created{string(id)}}, h.problemOf("create series", err)
		})
}

func (h *house) createSeries(ctx context.Context, in NewSeries) (rooms.SeriesID, error) {
	start, err := schedule.ParseLocalTime(in.Start)
	if err != nil {
		return "", &schedule.Error{Code: schedule.CodeStart, Field: "start", Message: "The start is a local date and time, like 2026-11-23T17:30."}
	}
	series := schedule.Series{
		Clinic: callerOf(ctx).clinic, Program: rooms.ProgramID(in.Program), Title: in.Title,
		Rule: in.Rule, Start: start, Zone: in.Zone, Template: in.Template,
	}
	for _, part := range in.Template {
		series.Duration += time.Duration(part.Minutes) * time.Minute
	}
	for _, day := range in.Except {
		date, err := schedule.ParseLocalDate(day)
		if err != nil {
			return "", &schedule.Error{Code: schedule.CodeExcept, Field: "except", Message: "A skipped date is a date, like 2026-11-26."}
		}
		series.Except = append(series.Except, date)
	}
	if err := series.Validate(); err != nil {
		return "", err
	}
	series, err = h.Records.CreateSeries(ctx, series)
	if err == nil {
		h.Planned()
	}
	return series.ID, err
}
