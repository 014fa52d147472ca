package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms"
	"vesper/rooms/records"
)

func (h *house) personSeats(api huma.API) {
	huma.Register(api, operation("GET", "/persons/{id}/seats", "list-person-seats", "Where a person has a seat, or had one", mayRead),
		func(ctx context.Context, in *seatPath) (*body[Seats], error) {
			out, err := h.listPersonSeats(ctx, rooms.PersonID(in.ID))
			return &body[Seats]{out}, h.problemOf("list seats", err)
		})
}

func (h *house) listPersonSeats(ctx context.Context, person rooms.PersonID) (Seats, error) {
	clinic := callerOf(ctx).clinic
	if _, err := h.Records.Person(ctx, clinic, person); err != nil {
		return Seats{}, err
	}
	list, err := h.Records.SeatsOf(ctx, clinic, person)
	if err != nil {
		return Seats{}, err
	}
	out := Seats{Seats: make([]Seat, len(list))}
	for i, seat := range list {
		if out.Seats[i], err = h.shown(ctx, seat); err != nil {
			return Seats{}, err
		}
	}
	return out, h.wrote(ctx, "seats.read", records.AuditEntry{Person: person})
}
