package main

import (
	"context"
	"errors"
	"time"

	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/rooms/schedule"
	"vesper/signaling"
	"vesper/signaling/api"
	"vesper/signaling/wire"
)

// front is the records as the conversation wants them.
type front struct{ records *records.Records }

var _ signaling.Front = front{}

func (f front) Session(ctx context.Context, plan rooms.Plan) (wire.Session, error) {
	clinic, err := f.records.Clinic(ctx, plan.Clinic)
	return api.SessionOf(plan, clinic.Name), err
}

func (f front) Details(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) (map[rooms.PersonID]signaling.Details, error) {
	s, err := f.records.Session(ctx, clinic, session)
	if err != nil {
		return nil, err
	}
	seats, err := f.records.Seats(ctx, clinic, s.Series)
	if err != nil {
		return nil, err
	}
	doors, err := f.records.Doors(ctx, clinic, session)
	if err != nil {
		return nil, err
	}
	people, err := f.records.Persons(ctx, clinic)
	if err != nil {
		return nil, err
	}
	rules, err := f.records.DoorRules(ctx, clinic)
	if err != nil {
		return nil, err
	}
	details := map[rooms.PersonID]signaling.Details{}
	for _, seat := range seats {
		details[seat.Person] = signaling.Details{Name: seat.DisplayName}
	}
	roster, err := f.records.Roster(ctx, clinic, session)
	if err != nil {
		return nil, err
	}
	for _, seat := range roster { // substitutes have a seat for tonight alone
		details[seat.Person] = signaling.Details{Name: seat.DisplayName}
	}
	for _, p := range people { // to be called when they don't come
		if d, seated := details[p.ID]; seated {
			d.Phone, d.Guest = p.Phone, p.Guest
			details[p.ID] = d
		}
	}
	for _, door := range doors {
		d := details[door.Person]
		d.Place, d.Phone = door.Place, door.Phone
		d.Complete = door.Place != "" && door.Phone != ""
		if rules.Outside(door.Address) {
			d.Notice = "outside_state"
		}
		details[door.Person] = d
	}
	return details, nil
}

// calendar is the records as the desk wants them.
type calendar struct{ records *records.Records }

func (c calendar) Series(ctx context.Context) ([]schedule.Series, error) {
	clinics, err := c.records.Clinics(ctx)
	var all []schedule.Series
	for _, clinic := range clinics {
		series, failed := c.records.ListSeries(ctx, clinic.ID)
		all, err = append(all, series...), errors.Join(err, failed)
	}
	return all, err
}

func (c calendar) Plan(ctx context.Context, series schedule.Series, from, to time.Time) error {
	return c.records.PlanSeries(ctx, series.Clinic, series.ID, from, to)
}

func (c calendar) Due(ctx context.Context, t time.Time) ([]rooms.SessionID, error) {
	sessions, err := c.records.DueToOpen(ctx, t)
	ids := make([]rooms.SessionID, len(sessions))
	for i, s := range sessions {
		ids[i] = s.Session
	}
	return ids, err
}
