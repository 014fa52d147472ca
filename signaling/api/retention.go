package api

import (
	"context"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms/records"
)

// leastYears is how long sessions are kept at least by who sets it here. Less
// is between a clinic and whoever runs its server: vesper admin retain.
const leastYears = records.DefaultRetention

// Retention is how long a clinic keeps its sessions.
type Retention struct {
	Years int `json:"years" minimum:"1" maximum:"100" doc:"how many years sessions are kept at least; 6 or more can be set"`
}

// KeptFor is the retention in force.
type KeptFor struct {
	Retention
	Least  int    `json:"least" doc:"the fewest years that can be set"`
	Before string `json:"before" doc:"a purge today deletes sessions before this date" example:"2020-11-22"`
}

func (h *house) retention(api huma.API) {
	huma.Register(api, either(operation("GET", "/retention", "get-retention", "How long sessions are kept", mayAudit), maySettings),
		func(ctx context.Context, _ *struct{}) (*body[KeptFor], error) {
			out, err := h.keptFor(ctx)
			return &body[KeptFor]{out}, h.problemOf("read retention", err)
		})
	huma.Register(api, operation("PUT", "/retention", "set-retention", "Set how long sessions are kept; only a purge by the operator deletes", maySettings),
		func(ctx context.Context, in *body[Retention]) (*body[KeptFor], error) {
			out, err := h.setRetention(ctx, in.Body.Years)
			return &body[KeptFor]{out}, h.problemOf("set retention", err)
		})
}

func (h *house) keptFor(ctx context.Context) (KeptFor, error) {
	clinic, err := h.Records.Clinic(ctx, callerOf(ctx).clinic)
	if err != nil {
		return KeptFor{}, err
	}
	zone, err := time.LoadLocation(clinic.Zone)
	if err != nil {
		return KeptFor{}, err
	}
	before := h.Clock.Now().In(zone).AddDate(-clinic.RetentionYears, 0, 0)
	return KeptFor{Retention{clinic.RetentionYears}, leastYears, before.Format(time.DateOnly)}, nil
}

func (h *house) setRetention(ctx context.Context, years int) (KeptFor, error) {
	var found findings
	found.check(years >= leastYears, "years", "Sessions are kept for "+strconv.Itoa(leastYears)+" years at least.")
	if err := found.refuse("invalid", "That is too short a time."); err != nil {
		return KeptFor{}, err
	}
	ctx = noting(ctx, "clinic.retention", of(strconv.Itoa(years)))
	if err := h.Records.SetRetention(ctx, callerOf(ctx).clinic, years); err != nil {
		return KeptFor{}, err
	}
	return h.keptFor(ctx)
}
