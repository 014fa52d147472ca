package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/rooms/schedule"
)

// SkipDate names the evening that does not take place.
type SkipDate struct {
	Date string `json:"date" doc:"local date" example:"2026-11-26"`
}

// NewSubstitute says who takes whose place for one evening.
type NewSubstitute struct {
	Person   string `json:"person" maxLength:"64"`
	Replaces string `json:"replaces" maxLength:"64"`
}

type skipChange struct {
	ID   string `path:"id" maxLength:"64"`
	Body SkipDate
}

type skipPath struct {
	ID   string `path:"id" maxLength:"64"`
	Date string `path:"date" maxLength:"10"`
}

type moveChange struct {
	ID   string `path:"id" maxLength:"64"`
	Body SeriesMove
}

type movePath struct {
	ID   string `path:"id" maxLength:"64"`
	From string `path:"from" maxLength:"16"`
}

type substituteChange struct {
	ID   string `path:"id" maxLength:"64"`
	Body NewSubstitute
}

type substitutePath struct {
	ID       string `path:"id" maxLength:"64"`
	Replaces string `query:"replaces" maxLength:"64" doc:"only the substitute of this person"`
}

// evenings are the changes of single evenings.
func (h *house) evenings(api huma.API) {
	huma.Register(api, operation("POST", "/series/{id}/skip", "skip-evening", "Let the evening on a date not take place", mayWrite),
		func(ctx context.Context, in *skipChange) (*body[Series], error) {
			return h.skip(ctx, in.ID, "body.date", in.Body.Date, true)
		})
	huma.Register(api, operation("DELETE", "/series/{id}/skip/{date}", "unskip-evening", "Let a skipped evening take place after all", mayWrite),
		func(ctx context.Context, in *skipPath) (*body[Series], error) {
			return h.skip(ctx, in.ID, "path.date", in.Date, false)
		})
	huma.Register(api, operation("POST", "/series/{id}/move", "move-evening", "Let one evening begin at another time", mayWrite),
		func(ctx context.Context, in *moveChange) (*body[Series], error) {
			return h.move(ctx, in.ID, in.Body.From, in.Body.To, "body.")
		})
	huma.Register(api, operation("DELETE", "/series/{id}/moves/{from}", "unmove-evening", "Let a moved evening begin at its own time", mayWrite),
		func(ctx context.Context, in *movePath) (*body[Series], error) {
			return h.move(ctx, in.ID, in.From, in.From, "path.")
		})
	huma.Register(api, operation("PUT", "/sessions/{id}/substitute", "substitute", "Replace a facilitator for one evening", mayWrite),
		func(ctx context.Context, in *substituteChange) (*body[ListedSession], error) {
			err := h.Records.Substitute(ofSession(ctx, "evening.substitute", in.ID), callerOf(ctx).clinic, rooms.SessionID(in.ID), rooms.PersonID(in.Body.Person), rooms.PersonID(in.Body.Replaces))
			return h.changedSession(ctx, "evening.substitute", in.ID, err)
		})
	huma.Register(api, operation("DELETE", "/sessions/{id}/substitute", "end-substitute", "Let those who were replaced come after all", mayWrite),
		func(ctx context.Context, in *substitutePath) (*body[ListedSession], error) {
			err := h.Records.EndSubstitute(ofSession(ctx, "evening.substitute_end", in.ID), callerOf(ctx).clinic, rooms.SessionID(in.ID), rooms.PersonID(in.Replaces))
			return h.changedSession(ctx, "evening.substitute_end", in.ID, err)
		})
	huma.Register(api, operation("POST", "/sessions/{id}/cancel", "cancel-session", "Let a session not take place", mayWrite),
		func(ctx context.Context, in *SessionPath) (*body[ListedSession], error) {
			err := h.Records.CancelSession(ofSession(ctx, "session.cancel", in.ID), callerOf(ctx).clinic, rooms.SessionID(in.ID))
			return h.changedSession(ctx, "session.cancel", in.ID, err)
		})
	huma.Register(api, operation("POST", "/sessions/{id}/restore", "restore-session", "Let a cancelled session take place after all", mayWrite),
		func(ctx context.Context, in *SessionPath) (*body[ListedSession], error) {
			err := h.Records.RestoreSession(ofSession(ctx, "session.restore", in.ID), callerOf(ctx).clinic, rooms.SessionID(in.ID))
			return h.changedSession(ctx, "session.restore", in.ID, err)
		})
}

func (h *house) skip(ctx context.Context, id, field, day string, skip bool) (*body[Series], error) {
	date, err := schedule.ParseLocalDate(day)
	if err != nil {
		return nil, badField(field, wantsDate)
	}
	action := "evening.skip"
	if !skip {
		action = "evening.unskip"
	}
	s, err := h.Records.SkipEvening(noting(ctx, action, of(id)), callerOf(ctx).clinic, rooms.SeriesID(id), date, skip)
	return h.planned(action, s, err)
}

func (h *house) move(ctx context.Context, id, from, to, where string) (*body[Series], error) {
	first, err := schedule.ParseLocalTime(from)
	if err != nil {
		return nil, badField(where+"from", wantsStart)
	}
	second, err := schedule.ParseLocalTime(to)
	if err != nil {
		return nil, badField(where+"to", wantsStart)
	}
	action := "evening.move"
	if first == second {
		action = "evening.unmove"
	}
	s, err := h.Records.MoveEvening(noting(ctx, action, of(id)), callerOf(ctx).clinic, rooms.SeriesID(id), first, second)
	return h.planned(action, s, err)
}

// ofSession is noting, of a change of one session.
func ofSession(ctx context.Context, action, id string) context.Context {
	return noting(ctx, action, records.AuditEntry{Session: rooms.SessionID(id)})
}

// changedSession answers a change of one session.
func (h *house) changedSession(ctx context.Context, action, id string, err error) (*body[ListedSession], error) {
	if err != nil {
		return nil, h.problemOf(action, err)
	}
	h.Planned()
	session, clinic, err := h.session(ctx, id)
	return &body[ListedSession]{sessionOf(session, clinic)}, h.problemOf(action, err)
}
