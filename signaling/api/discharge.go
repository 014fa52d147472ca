package api

import (
	"context"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
)

// Link is a fresh personal link. The secret is shown this once.
type Link struct {
	ID  string `json:"id"`
	URL string `json:"url"`
}

// Discharge is what POST /seats/{id}/discharge takes.
type Discharge struct {
	On string `json:"on,omitempty" maxLength:"10" doc:"the last local date; empty or today: at once"`
}

type seatDischarge struct {
	ID   string `path:"id" maxLength:"64"`
	Body *Discharge
}

type seatLink struct {
	ID   string `path:"id" maxLength:"64"`
	Keep bool   `query:"keep" doc:"leave the former link valid too; for programs that set up a clinic"`
}

func (h *house) discharges(api huma.API) {
	huma.Register(api, operation("POST", "/seats/{id}/discharge", "discharge", "End a seat; its links die at once, and its holder leaves a running room", mayWrite),
		func(ctx context.Context, in *seatDischarge) (*body[Seat], error) {
			on := ""
			if in.Body != nil {
				on = in.Body.On
			}
			seat, err := h.discharge(ctx, rooms.SeatID(in.ID), on)
			return &body[Seat]{seat}, h.problemOf("discharge", err)
		})
	huma.Register(api, operation("POST", "/seats/{id}/readmit", "readmit", "Give a seat back, without a link", mayWrite),
		func(ctx context.Context, in *seatPath) (*body[Seat], error) {
			seat, err := h.readmit(ctx, rooms.SeatID(in.ID))
			return &body[Seat]{seat}, h.problemOf("readmit", err)
		})
}

// discharge ends a seat now, or plans its end for a later date.
func (h *house) discharge(ctx context.Context, id rooms.SeatID, on string) (Seat, error) {
	clinic := callerOf(ctx).clinic
	zone, err := h.zone(ctx)
	if err != nil {
		return Seat{}, err
	}
	var found findings
	end := found.midnight("on", on, zone)
	if !end.IsZero() {
		end = end.AddDate(0, 0, 1)
	}
	if err := found.refuse("invalid", "The date is wrong."); err != nil {
		return Seat{}, err
	}
	now := h.Clock.Now()
	if tomorrow := now.In(zone).AddDate(0, 0, 1).Format(time.DateOnly); !end.IsZero() && end.In(zone).Format(time.DateOnly) > tomorrow {
		return h.patchSeat(ctx, id, SeatPatch{Until: &on})
	}
	if end.IsZero() || end.After(now) {
		end = now
	}
	seat, err := h.Records.Discharge(noting(ctx, "seat.discharge", of(string(id))), clinic, id, end)
	if err != nil {
		return Seat{}, err
	}
	if err := h.leaveRooms(ctx, seat); err != nil {
		return Seat{}, err
	}
	return h.shown(ctx, seat)
}

// leaveRooms takes somebody who was discharged out of the rooms of the series.
func (h *house) leaveRooms(ctx context.Context, seat records.Seat) error {
	sessions, err := h.Records.OpenSessions(ctx, seat.Clinic, seat.Series)
	for _, session := range sessions {
		_, failed := h.inRoom(ctx, session, rooms.Discharged{Person: seat.Person})
		if !errors.Is(failed, rooms.RefusedEnded) {
			err = errors.Join(err, failed)
		}
	}
	return err
}

func (h *house) readmit(ctx context.Context, id rooms.SeatID) (Seat, error) {
	seat, err := h.Records.Readmit(noting(ctx, "seat.readmit", of(string(id))), callerOf(ctx).clinic, id)
	if err != nil {
		return Seat{}, err
	}
	if err := h.seatTonight(ctx, seat); err != nil {
		return Seat{}, err
	}
	return h.shown(ctx, seat)
}

func (h *house) links(api huma.API) {
	huma.Register(api, operation("POST", "/seats/{id}/invitations", "create-invitation", "Make a fresh personal link; the former one is withdrawn", mayWrite),
		func(ctx context.Context, in *seatLink) (*body[Link], error) {
			link, err := h.freshLink(ctx, *in)
			return &body[Link]{link}, h.problemOf("create invitation", err)
		})
	huma.Register(api, operation("DELETE", "/seats/{id}/invitations", "revoke-invitations", "Withdraw the personal link of a seat", mayWrite),
		func(ctx context.Context, in *seatPath) (*struct{}, error) {
			err := h.Records.RevokeInvitations(noting(ctx, "link.revoke", of(in.ID)), callerOf(ctx).clinic, rooms.SeatID(in.ID))
			return nil, h.problemOf("revoke invitations", err)
		})
}

func (h *house) freshLink(ctx context.Context, in seatLink) (Link, error) {
	if err := h.mayLink(ctx, rooms.SeatID(in.ID)); err != nil {
		return Link{}, err
	}
	secret, hash := auth.NewInvitation()
	make := h.Records.FreshInvitation
	if in.Keep && callerOf(ctx).kind == "service" {
		make = h.Records.CreateInvitation
	}
	link, err := make(noting(ctx, "link.create", of("")), auth.Invitation{Clinic: callerOf(ctx).clinic, Seat: rooms.SeatID(in.ID), Hash: hash})
	return Link{link.ID, h.page(secret)}, err
}
