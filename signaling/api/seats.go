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
)

// NewSeat is what POST /series/{id}/seats takes.
type NewSeat struct {
	Person            string              `json:"person" maxLength:"64"`
	Role              string              `json:"role" enum:"facilitator,cofacilitator,observer,interpreter,captioner,participant,collateral"`
	DisplayName       string              `json:"display_name" minLength:"1" maxLength:"60"`
	From              string              `json:"from,omitempty" maxLength:"10" doc:"first local date; empty: from the beginning"`
	Until             string              `json:"until,omitempty" maxLength:"10" doc:"last local date; empty: open"`
	PrescribedMinutes int                 `json:"prescribed_minutes,omitempty" minimum:"0" maximum:"10080" doc:"a week, of a client"`
	Phase             string              `json:"phase,omitempty" maxLength:"60" doc:"of the program, in the clinic's words"`
	Client            string              `json:"client,omitempty" maxLength:"64" doc:"whose family a collateral is"`
	Segments          []rooms.SegmentKind `json:"segments,omitempty" maxItems:"6" doc:"kinds that a collateral is invited to; empty: family"`
}

// SeatPatch is what PATCH /seats/{id} takes: what is absent stays.
type SeatPatch struct {
	Role              *string              `json:"role,omitempty" enum:"facilitator,cofacilitator,observer,interpreter,captioner,participant,collateral"`
	DisplayName       *string              `json:"display_name,omitempty" minLength:"1" maxLength:"60"`
	From              *string              `json:"from,omitempty" maxLength:"10"`
	Until             *string              `json:"until,omitempty" maxLength:"10"`
	PrescribedMinutes *int                 `json:"prescribed_minutes,omitempty" minimum:"0" maximum:"10080"`
	Phase             *string              `json:"phase,omitempty" maxLength:"60"`
	Client            *string              `json:"client,omitempty" maxLength:"64"`
	Segments          *[]rooms.SegmentKind `json:"segments,omitempty" maxItems:"6"`
}

// Seat is a place in a series with how its link stands.
type Seat struct {
	ID     string `json:"id"`
	Series string `json:"series"`
	NewSeat
	DischargedAt time.Time `json:"discharged_at,omitzero"`
	Link         SeatLink  `json:"link"`
}

// SeatLink is how the personal link of a seat stands.
type SeatLink struct {
	State  string    `json:"state" enum:"none,active,revoked"`
	SentAt time.Time `json:"sent_at,omitzero" doc:"when it was last mailed"`
}

// Seats are those of a series, whatever their dates.
type Seats struct {
	Seats []Seat `json:"seats"`
}

type seriesSeat struct {
	ID   string `path:"id" maxLength:"64"`
	Body NewSeat
}

type seriesPath struct {
	ID string `path:"id" maxLength:"64"`
}

type seatPath struct {
	ID string `path:"id" maxLength:"64"`
}

type seatPatch struct {
	ID   string `path:"id" maxLength:"64"`
	Body SeatPatch
}

func (h *house) seats(api huma.API) {
	huma.Register(api, operation("GET", "/series/{id}/seats", "list-seats", "The seats of a series", mayRead),
		func(ctx context.Context, in *seriesPath) (*body[Seats], error) {
			out, err := h.listSeats(ctx, rooms.SeriesID(in.ID))
			return &body[Seats]{out}, h.problemOf("list seats", err)
		})
	huma.Register(api, operation("POST", "/series/{id}/seats", "create-seat", "Give a person a place in a series", mayWrite),
		func(ctx context.Context, in *seriesSeat) (*body[Created], error) {
			seat, err := h.createSeat(ctx, rooms.SeriesID(in.ID), in.Body)
			return &body[Created]{Created{string(seat.ID)}}, h.problemOf("create seat", err)
		})
	huma.Register(api, operation("PATCH", "/seats/{id}", "update-seat", "Change a seat; a session that is open keeps its roster", mayWrite),
		func(ctx context.Context, in *seatPatch) (*body[Seat], error) {
			seat, err := h.patchSeat(ctx, rooms.SeatID(in.ID), in.Body)
			return &body[Seat]{seat}, h.problemOf("update seat", err)
		})
	h.discharges(api)
	h.links(api)
}

func (h *house) listSeats(ctx context.Context, series rooms.SeriesID) (Seats, error) {
	clinic := callerOf(ctx).clinic
	if _, err := h.Records.Series(ctx, clinic, series); err != nil {
		return Seats{}, err
	}
	list, err := h.Records.Seats(ctx, clinic, series)
	if err != nil {
		return Seats{}, err
	}
	links, err := h.Records.Links(ctx, clinic, series)
	if err != nil {
		return Seats{}, err
	}
	zone, err := h.zone(ctx)
	if err != nil {
		return Seats{}, err
	}
	out := Seats{Seats: make([]Seat, len(list))}
	for i, seat := range list {
		out.Seats[i] = shownSeat(seat, links[seat.ID], zone)
	}
	return out, h.wrote(ctx, "seats.read", records.AuditEntry{Object: string(series)})
}

func (h *house) shown(ctx context.Context, seat records.Seat) (Seat, error) {
	links, err := h.Records.Links(ctx, seat.Clinic, seat.Series)
	if err != nil {
		return Seat{}, err
	}
	zone, err := h.zone(ctx)
	return shownSeat(seat, links[seat.ID], zone), err
}

func shownSeat(s records.Seat, link records.LinkState, zone *time.Location) Seat {
	out := Seat{
		ID: string(s.ID), Series: string(s.Series), DischargedAt: s.DischargedAt,
		NewSeat: NewSeat{
			Person: string(s.Person), Role: string(s.Role), DisplayName: s.DisplayName, PrescribedMinutes: s.Prescribed,
			Phase: s.Phase, Client: string(s.Client), Segments: s.Segments,
		},
		Link: SeatLink{State: link.State, SentAt: link.SentAt},
	}
	if link.State == "" {
		out.Link.State = "none"
	}
	if !s.From.IsZero() {
		out.From = s.From.In(zone).Format(time.DateOnly)
	}
	if !s.Until.IsZero() {
		out.Until = s.Until.Add(-time.Millisecond).In(zone).Format(time.DateOnly)
	}
	return out
}

// seatDates reads the first and the last date of a seat.
func seatDates(found *findings, under, from, until string, zone *time.Location) (first, end time.Time) {
	first, end = found.midnight(under+"from", from, zone), found.midnight(under+"until", until, zone)
	if !end.IsZero() {
		end = end.AddDate(0, 0, 1)
	}
	found.check(first.IsZero() || end.IsZero() || first.Before(end), under+"until", "The seat ends before it begins.")
	return first, end
}

// rolesByKind are the seats that a kind of person may have.
var rolesByKind = map[records.PersonKind][]rooms.Role{
	records.StaffPerson:      {rooms.Facilitator, rooms.Cofacilitator, rooms.Observer, rooms.Interpreter, rooms.Captioner},
	records.ClientPerson:     {rooms.Client},
	records.CollateralPerson: {rooms.Collateral, rooms.Interpreter, rooms.Captioner},
}

// checkSeat names what does not go together in a seat.
func checkSeat(found *findings, under string, seat records.Seat, kind records.PersonKind) {
	found.check(slices.Contains(rolesByKind[kind], seat.Role), under+"role", "That role does not go with this kind of person.")
	family := seat.Role == rooms.Collateral
	found.check(family == (seat.Client != ""), under+"client", "A family member belongs to a client, and nobody else does.")
	found.check(family || len(seat.Segments) == 0, under+"segments", "Only family is invited to single parts of an evening.")
	found.check(!slices.ContainsFunc(seat.Segments, func(k rooms.SegmentKind) bool { return !k.Valid() }), under+"segments", "That is no kind of segment.")
	found.check(seat.Role == rooms.Client || seat.Prescribed == 0, under+"prescribed_minutes", "Only a client is prescribed hours.")
}

func (h *house) createSeat(ctx context.Context, series rooms.SeriesID, in NewSeat) (records.Seat, error) {
	clinic := callerOf(ctx).clinic
	person, err := h.Records.Person(ctx, clinic, rooms.PersonID(in.Person))
	if err != nil {
		return records.Seat{}, err
	}
	zone, err := h.zone(ctx)
	if err != nil {
		return records.Seat{}, err
	}
	var found findings
	seat := newSeat(&found, "", in, zone)
	seat.Clinic, seat.Series, seat.Person = clinic, series, person.ID
	checkSeat(&found, "", seat, person.Kind)
	if err := found.refuse("invalid", "Some fields of the seat are wrong."); err != nil {
		return seat, err
	}
	if seat, err = h.Records.CreateSeat(noting(ctx, "seat.create", of("")), seat); err != nil {
		return seat, err
	}
	return seat, h.seatTonight(ctx, seat)
}

func newSeat(found *findings, under string, in NewSeat, zone *time.Location) records.Seat {
	seat := records.Seat{
		Seat:   rooms.Seat{Role: rooms.Role(in.Role), DisplayName: in.DisplayName, Segments: in.Segments},
		Client: rooms.PersonID(in.Client), Prescribed: in.PrescribedMinutes, Phase: in.Phase,
	}
	seat.From, seat.Until = seatDates(found, under, in.From, in.Until, zone)
	return seat
}

func (h *house) patchSeat(ctx context.Context, id rooms.SeatID, in SeatPatch) (Seat, error) {
	clinic := callerOf(ctx).clinic
	seat, err := h.Records.Seat(ctx, clinic, id)
	if err != nil {
		return Seat{}, err
	}
	person, err := h.Records.Person(ctx, clinic, seat.Person)
	if err != nil {
		return Seat{}, err
	}
	zone, err := h.zone(ctx)
	if err != nil {
		return Seat{}, err
	}
	var found findings
	before := seat
	patched(&found, &seat, in, zone)
	checkSeat(&found, "", seat, person.Kind)
	if err := errors.Join(found.refuse("invalid", "Some fields of the seat are wrong."), h.mayReseat(ctx, before, seat)); err != nil {
		return Seat{}, err
	}
	ctx = noting(ctx, "seat.update", records.AuditEntry{Object: string(id), Person: seat.Person})
	if err := h.Records.UpdateSeat(ctx, seat); err != nil {
		return Seat{}, err
	}
	return h.shown(ctx, seat)
}

func patched(found *findings, seat *records.Seat, in SeatPatch, zone *time.Location) {
	if in.Role != nil {
		seat.Role = rooms.Role(*in.Role)
	}
	if in.DisplayName != nil {
		seat.DisplayName = *in.DisplayName
	}
	if in.PrescribedMinutes != nil {
		seat.Prescribed = *in.PrescribedMinutes
	}
	if in.Phase != nil {
		seat.Phase = *in.Phase
	}
	if in.Client != nil {
		seat.Client = rooms.PersonID(*in.Client)
	}
	if in.Segments != nil {
		seat.Segments = *in.Segments
	}
	from, until := "", ""
	if in.From != nil {
		from, seat.From = *in.From, time.Time{}
	}
	if in.Until != nil {
		until, seat.Until = *in.Until, time.Time{}
	}
	first, end := seatDates(found, "", from, until, zone)
	if !first.IsZero() {
		seat.From = first
	}
	if !end.IsZero() {
		seat.Until = end
	}
	found.check(seat.From.IsZero() || seat.Until.IsZero() || seat.From.Before(seat.Until), "until", "The seat ends before it begins.")
}

// seatTonight brings a new seat into the sessions of its series that are open.
func (h *house) seatTonight(ctx context.Context, seat records.Seat) error {
	sessions, err := h.Records.OpenSessions(ctx, seat.Clinic, seat.Series)
	for _, session := range sessions {
		roster, failed := h.Records.ExtendRoster(ctx, seat.Clinic, session)
		if err = errors.Join(err, failed); failed != nil {
			continue
		}
		if taken, seated := roster.Seat(seat.Person); seated && taken.ID == seat.ID {
			_, failed = h.inRoom(ctx, session, rooms.SeatTonight{Actor: rooms.PersonID(callerOf(ctx).id), Seat: taken})
			if !errors.Is(failed, rooms.RefusedNotNow) { // who is there already
				err = errors.Join(err, failed)
			}
		}
	}
	return err
}

// inRoom gives a command to a session's room, if it is open here.
func (h *house) inRoom(ctx context.Context, session rooms.SessionID, command rooms.Command) (handled bool, err error) {
	if h.Live == nil {
		return false, nil
	}
	return h.Live.Do(ctx, session, command)
}

// rosterProblems are the refusals of the roster, in words.
var rosterProblems = []struct {
	err     error
	problem *problem
}{
	{records.ErrFull, refuse(http.StatusConflict, "full", "The series has as many participants as it has places.")},
	{records.ErrDischarged, refuse(http.StatusConflict, "discharged", "That seat has ended; readmit the person first.")},
	{records.ErrClient, refuse(http.StatusUnprocessableEntity, "invalid", "That has to be a client of the clinic.")},
	{records.ErrNotGuest, refuse(http.StatusNotFound, "not_there", "That person is no guest of the session.")},
	{records.ErrOver, refuse(http.StatusConflict, "room_ended", "The session has ended.")},
}

// rosterProblem is the problem of an error of the roster, or nil.
func rosterProblem(err error) error {
	for _, known := range rosterProblems {
		if errors.Is(err, known.err) {
			return known.problem
		}
	}
	var refusal *rooms.Refusal
	if errors.As(err, &refusal) {
		return refuse(http.StatusConflict, refusal.Code, refusal.Message)
	}
	return nil
}
