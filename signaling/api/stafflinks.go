package api

import (
	"context"

	"vesper/rooms"
	"vesper/rooms/records"
)

// Who holds a link of a facilitator's seat leads the evening. A program that
// enrols clients can't come by one: not by asking, not by mail to an address
// that it set, and not by turning a seat whose link it has into such a seat.

// ofStaff reports whether a seat is for those who work for the clinic.
func ofStaff(role rooms.Role) bool { return role.Staff() || role.Crew() }

// mayLink refuses the link of a seat of staff to a program without the scope.
func (h *house) mayLink(ctx context.Context, id rooms.SeatID) error {
	who := callerOf(ctx)
	if who.may[mayStaff] {
		return nil
	}
	seat, err := h.Records.Seat(ctx, who.clinic, id)
	if err == nil && ofStaff(seat.Role) {
		err = notAllowed
	}
	return err
}

// mayReseat refuses to make a seat of staff of one that has a link.
func (h *house) mayReseat(ctx context.Context, before, after records.Seat) error {
	if callerOf(ctx).may[mayStaff] || ofStaff(before.Role) || !ofStaff(after.Role) {
		return nil
	}
	links, err := h.Records.Links(ctx, before.Clinic, before.Series)
	if err == nil && links[before.ID].State == "active" {
		err = notAllowed
	}
	return err
}

// mayMove refuses to change where the links of staff are mailed to.
func mayMove(ctx context.Context, before, after records.Person) error {
	if before.Kind == records.StaffPerson && before.Email != after.Email && !callerOf(ctx).may[mayStaff] {
		return notAllowed
	}
	return nil
}
