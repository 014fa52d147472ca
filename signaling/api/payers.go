package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms"
	"vesper/rooms/attendance/week"
	"vesper/rooms/records"
)

// Payers are all versions of the rule sets, by key and the newest first.
type Payers struct {
	Payers []week.Payer `json:"payers"`
}

// PersonPayer says whose rules a person's weeks are held against.
type PersonPayer struct {
	Payer string `json:"payer" maxLength:"40" doc:"the key of a rule set; empty: none"`
	From  string `json:"from,omitempty" doc:"the first day of it; default the first day of this week. Weeks before keep what held then" example:"2026-10-05"`
}

type personPayer struct {
	ID   string `path:"id" maxLength:"64"`
	Body PersonPayer
}

func (h *house) payers(api huma.API) {
	huma.Register(api, operation("GET", "/payers", "list-payers", "What the payers ask for, in all versions", mayRead),
		func(ctx context.Context, _ *struct{}) (*body[Payers], error) {
			list, err := h.Records.Payers(ctx, callerOf(ctx).clinic)
			return &body[Payers]{Payers{list}}, h.problemOf("list payers", err)
		})
	huma.Register(api, operation("POST", "/payers", "set-payer", "Set a new version of what a payer asks for", maySettings),
		func(ctx context.Context, in *body[week.Payer]) (*body[week.Payer], error) {
			out, err := h.setPayer(ctx, in.Body)
			return &body[week.Payer]{out}, h.problemOf("set payer", err)
		})
	huma.Register(api, operation("PUT", "/persons/{id}/payer", "set-person-payer", "Say whose rules a person's weeks are held against, from a day on", mayWrite),
		func(ctx context.Context, in *personPayer) (*struct{}, error) {
			return nil, h.problemOf("set a person's payer", h.setPersonPayer(ctx, rooms.PersonID(in.ID), in.Body))
		})
}

func (h *house) setPayer(ctx context.Context, payer week.Payer) (week.Payer, error) {
	var found findings
	for _, wrong := range payer.Check() {
		found.check(false, wrong.Field, wrong.Message)
	}
	if err := found.refuse("invalid", "Some of the rules can't be meant."); err != nil {
		return week.Payer{}, err
	}
	return h.Records.SetPayer(noting(ctx, "payer.set", of(payer.Payer)), callerOf(ctx).clinic, payer)
}

func (h *house) setPersonPayer(ctx context.Context, person rooms.PersonID, in PersonPayer) error {
	who := callerOf(ctx)
	if _, err := h.Records.Person(ctx, who.clinic, person); err != nil {
		return err
	}
	from, err := h.firstDay(ctx, in.From)
	if err != nil {
		return err
	}
	ctx = noting(ctx, "person.payer", records.AuditEntry{Object: in.Payer, Person: person})
	return h.Records.SetPersonPayer(ctx, who.clinic, person, in.Payer, from)
}

// firstDay is the day that was given or, by default, the first of this week.
func (h *house) firstDay(ctx context.Context, given string) (week.Date, error) {
	if given != "" {
		day, err := week.ParseDate(given)
		if err != nil {
			return "", badField("body.from", wantsDate)
		}
		return day, nil
	}
	zone, err := h.zone(ctx)
	if err != nil {
		return "", err
	}
	rules, err := h.Records.Rules(ctx, callerOf(ctx).clinic)
	return week.First(week.DateOf(h.Clock.Now(), zone), rules.WeekStart), err
}
