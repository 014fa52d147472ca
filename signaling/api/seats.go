package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
)

// NewSeat is what POST /series/{id}/seats takes.
type NewSeat struct {
	Person      string `json:"person" maxLength:"64"`
	Role        string `json:"role" enum:"facilitator,cofacilitator,observer,interpreter,captioner,participant,collateral"`
	DisplayName string `json:"display_name" minLength:"1" maxLength:"60"`
	Client      string `json:"client,omitempty" maxLength:"64" doc:"whose family a collateral is"`
}

// Link is a fresh personal link. The secret is shown this once.
type Link struct {
	ID  string `json:"id"`
	URL string `json:"url"`
}

type seriesSeat struct {
	ID   string `path:"id" maxLength:"64"`
	Body NewSeat
}

type seatLink struct {
	ID   string `path:"id" maxLength:"64"`
	Host string `header:"Host"`
}

func (h *house) seats(api huma.API) {
	huma.Register(api, operation("POST", "/series/{id}/seats", "create-seat", "Give a person a place in a series", mayWrite),
		func(ctx context.Context, in *seriesSeat) (*body[Created], error) {
			seat, err := h.Records.CreateSeat(ctx, records.Seat{
				Clinic: callerOf(ctx).clinic, Series: rooms.SeriesID(in.ID), Client: rooms.PersonID(in.Body.Client),
				Seat: rooms.Seat{Person: rooms.PersonID(in.Body.Person), Role: rooms.Role(in.Body.Role), DisplayName: in.Body.DisplayName},
			})
			return &body[Created]{Created{string(seat.ID)}}, h.problemOf("create seat", err)
		})
	huma.Register(api, operation("POST", "/seats/{id}/invitations", "create-invitation", "Make a personal link for a seat", mayWrite),
		func(ctx context.Context, in *seatLink) (*body[Link], error) {
			secret, hash := auth.NewInvitation()
			invitation, err := h.Records.CreateInvitation(ctx, auth.Invitation{Clinic: callerOf(ctx).clinic, Seat: rooms.SeatID(in.ID), Hash: hash})
			url := h.URL
			if url == "" {
				url = "http://" + in.Host
			}
			return &body[Link]{Link{invitation.ID, url + "/j#" + secret.Reveal()}}, h.problemOf("create invitation", err)
		})
}
