package api

import (
	"context"
	"errors"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/signaling/wire"
)

// NewEnrolment is a person with the series that they get a seat in.
type NewEnrolment struct {
	NewPerson
	Series            []string            `json:"series,omitempty" maxItems:"20" doc:"ids of series"`
	Role              string              `json:"role,omitempty" enum:"facilitator,cofacilitator,observer,interpreter,captioner,participant,collateral" doc:"needed with series"`
	From              string              `json:"from,omitempty" maxLength:"10"`
	Until             string              `json:"until,omitempty" maxLength:"10"`
	PrescribedMinutes int                 `json:"prescribed_minutes,omitempty" minimum:"0" maximum:"10080"`
	Phase             string              `json:"phase,omitempty" maxLength:"60"`
	Client            string              `json:"client,omitempty" maxLength:"64"`
	Segments          []rooms.SegmentKind `json:"segments,omitempty" maxItems:"6"`
}

// NewEnrolments is what POST /persons/bulk takes.
type NewEnrolments struct {
	Persons []NewEnrolment `json:"persons" minItems:"1" maxItems:"200"`
}

// Enrolled is a person who was added, with the ids of their seats in the order
// of their series.
type Enrolled struct {
	ID    string   `json:"id"`
	Seats []string `json:"seats"`
}

// Enrolments is the answer to POST /persons/bulk, in the order of the request.
type Enrolments struct {
	Persons []Enrolled `json:"persons"`
}

func (h *house) enrolment(api huma.API) {
	huma.Register(api, operation("POST", "/persons/bulk", "enrol", "Add people with their seats, all or none; errors name each row", mayWrite),
		func(ctx context.Context, in *body[NewEnrolments]) (*body[Enrolments], error) {
			out, err := h.enrol(ctx, in.Body.Persons)
			return &body[Enrolments]{out}, h.problemOf("enrol", err)
		})
}

func (h *house) enrol(ctx context.Context, in []NewEnrolment) (Enrolments, error) {
	list, err := h.enrolments(ctx, in)
	if err != nil {
		return Enrolments{}, err
	}
	done, refused, err := h.Records.Enrol(enrolling(ctx, list), callerOf(ctx).clinic, list)
	if err != nil {
		return Enrolments{}, err
	}
	if len(refused) > 0 {
		return Enrolments{}, h.refusedRows(in, refused)
	}
	out := Enrolments{Persons: make([]Enrolled, len(done))}
	for i, e := range done {
		out.Persons[i] = Enrolled{ID: string(e.Person.ID), Seats: []string{}}
		for _, seat := range e.Seats {
			out.Persons[i].Seats = append(out.Persons[i].Seats, string(seat.ID))
			err = errors.Join(err, h.seatTonight(ctx, seat))
		}
	}
	return out, err
}

// enrolling gives people and seats their ids, and notes each of them.
func enrolling(ctx context.Context, list []records.Enrolment) context.Context {
	var entries []records.AuditEntry
	for i := range list {
		person := rooms.PersonID(rooms.NewID())
		list[i].Person.ID = person
		entries = append(entries, byCaller(ctx, "person.create", records.AuditEntry{Person: person}))
		for j := range list[i].Seats {
			id := rooms.NewID()
			list[i].Seats[j].ID = rooms.SeatID(id)
			entries = append(entries, byCaller(ctx, "seat.create", records.AuditEntry{Object: id, Person: person}))
		}
	}
	return records.Traced(ctx, entries...)
}

// enrolments reads the rows and names all that is wrong with each.
func (h *house) enrolments(ctx context.Context, in []NewEnrolment) ([]records.Enrolment, error) {
	zone, err := h.zone(ctx)
	if err != nil {
		return nil, err
	}
	var found findings
	list := make([]records.Enrolment, len(in))
	for i, row := range in {
		under := "persons[" + strconv.Itoa(i) + "]."
		person := personOf(callerOf(ctx).clinic, row.NewPerson)
		checkPerson(&found, under, person)
		if err := mayAdd(ctx, person.StaffRoles); err != nil {
			return nil, err
		}
		list[i].Person = person
		if len(row.Series) == 0 {
			continue
		}
		seat := newSeat(&found, under, NewSeat{
			Role: row.Role, DisplayName: row.DisplayName, From: row.From, Until: row.Until,
			PrescribedMinutes: row.PrescribedMinutes, Phase: row.Phase, Client: row.Client, Segments: row.Segments,
		}, zone)
		checkSeat(&found, under, seat, person.Kind)
		for _, series := range row.Series {
			seat.Series = rooms.SeriesID(series)
			list[i].Seats = append(list[i].Seats, seat)
		}
	}
	return list, found.refuse("invalid", "Some rows are wrong; nobody was added.")
}

// refusedRows names the rows that the records refused.
func (h *house) refusedRows(in []NewEnrolment, refused map[int]error) error {
	var found findings
	for i := range in {
		if err := refused[i]; err != nil {
			var known *problem
			if !errors.As(h.problemOf("enrol", err), &known) {
				known = notThere
			}
			field := map[string]string{"name_taken": "display_name", "full": "series", "seated": "series", "not_there": "series", "invalid": "client"}[known.Code]
			found = append(found, wire.ProblemField{Location: "body.persons[" + strconv.Itoa(i) + "]." + field, Message: known.Detail})
		}
	}
	return found.refuse("invalid", "Some rows are wrong; nobody was added.")
}
