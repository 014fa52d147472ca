package api

import (
	"context"
	"errors"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/signaling/wire"
)

// NewPerson is what POST /persons takes.
type NewPerson struct {
	Kind        string        `json:"kind" enum:"staff,client,collateral"`
	LegalName   string        `json:"legal_name" minLength:"1" maxLength:"120"`
	DisplayName string        `json:"display_name" minLength:"1" maxLength:"60"`
	Email       string        `json:"email,omitempty" maxLength:"254"`
	Phone       string        `json:"phone,omitempty" maxLength:"40"`
	Address     *wire.Address `json:"address,omitempty"`
	Emergency   *wire.Contact `json:"emergency,omitempty"`
	Language    string        `json:"language,omitempty" enum:"en,es"`
	Credential  string        `json:"credential,omitempty" maxLength:"40"`
	StaffRoles  []string      `json:"staff_roles,omitempty" enum:"admin,clinician,billing,auditor"`
	Payer       string        `json:"payer,omitempty" maxLength:"64"`
}

// PersonPatch is what PATCH /persons/{id} takes: what is absent stays.
type PersonPatch struct {
	LegalName   *string       `json:"legal_name,omitempty" minLength:"1" maxLength:"120"`
	DisplayName *string       `json:"display_name,omitempty" minLength:"1" maxLength:"60"`
	Email       *string       `json:"email,omitempty" maxLength:"254"`
	Phone       *string       `json:"phone,omitempty" maxLength:"40"`
	Address     *wire.Address `json:"address,omitempty"`
	Emergency   *wire.Contact `json:"emergency,omitempty"`
	Language    *string       `json:"language,omitempty" enum:"en,es"`
	Credential  *string       `json:"credential,omitempty" maxLength:"40"`
	StaffRoles  *[]string     `json:"staff_roles,omitempty" enum:"admin,clinician,billing,auditor"`
	Payer       *string       `json:"payer,omitempty" maxLength:"64"`
}

// Person is a person as the clinic knows them.
type Person struct {
	ID string `json:"id"`
	NewPerson
	PrescribedMinutes int  `json:"prescribed_minutes,omitempty" doc:"a week, by the seats that hold now"`
	Guest             bool `json:"guest,omitempty" doc:"seated for one evening, not enrolled"`
}

// Persons is a page of them, by legal name.
type Persons struct {
	Persons []Person `json:"persons"`
	Next    string   `json:"next,omitempty" doc:"give it as after for the next page"`
}

type personsQuery struct {
	Page
	Kind string `query:"kind" enum:"staff,client,collateral"`
}

// PersonSearch is what POST /persons/search takes. A name goes in a body: an
// address stands in the logs of everything on the way.
type PersonSearch struct {
	Q     string `json:"q" minLength:"1" maxLength:"120" doc:"part of a name"`
	Kind  string `json:"kind,omitempty" enum:"staff,client,collateral"`
	Limit int    `json:"limit,omitempty" minimum:"1" maximum:"1000" default:"100" doc:"how many at most"`
	After string `json:"after,omitempty" maxLength:"1024" doc:"where to go on: next of the answer before"`
}

type personPatch struct {
	ID   string `path:"id" maxLength:"64"`
	Body PersonPatch
}

func (h *house) people(api huma.API) {
	huma.Register(api, operation("POST", "/persons", "create-person", "Add a person to the clinic", mayWrite),
		func(ctx context.Context, in *body[NewPerson]) (*body[Created], error) {
			person, err := h.createPerson(ctx, in.Body)
			return &body[Created]{Created{string(person.ID)}}, h.problemOf("create person", err)
		})
	list := operation("GET", "/persons", "list-persons", "The clinic's people, by legal name", mayRead)
	list.RejectUnknownQueryParameters = true // a name that somebody asks for here is refused, and not answered with everybody
	huma.Register(api, list,
		func(ctx context.Context, in *personsQuery) (*body[Persons], error) {
			out, err := h.listPersons(ctx, PersonSearch{Kind: in.Kind, Limit: in.Limit, After: in.After})
			return &body[Persons]{out}, h.problemOf("list persons", err)
		})
	huma.Register(api, reading(operation("POST", "/persons/search", "search-persons", "People with a text in a name, by legal name", mayRead)),
		func(ctx context.Context, in *body[PersonSearch]) (*body[Persons], error) {
			out, err := h.listPersons(ctx, in.Body)
			return &body[Persons]{out}, h.problemOf("search persons", err)
		})
	huma.Register(api, operation("GET", "/persons/{id}", "get-person", "One person", mayRead),
		func(ctx context.Context, in *personPath) (*body[Person], error) {
			out, err := h.readPerson(ctx, rooms.PersonID(in.ID))
			return &body[Person]{out}, h.problemOf("get person", err)
		})
	huma.Register(api, operation("PATCH", "/persons/{id}", "update-person", "Change a person; what is absent stays", mayWrite),
		func(ctx context.Context, in *personPatch) (*body[Person], error) {
			out, err := h.patchPerson(ctx, rooms.PersonID(in.ID), in.Body)
			return &body[Person]{out}, h.problemOf("update person", err)
		})
}

func (h *house) createPerson(ctx context.Context, in NewPerson) (records.Person, error) {
	person := personOf(callerOf(ctx).clinic, in)
	var found findings
	checkPerson(&found, "", person)
	if err := errors.Join(found.refuse("invalid", "Some fields of the person are wrong."), mayAdd(ctx, person.StaffRoles)); err != nil {
		return person, err
	}
	return h.Records.CreatePerson(noting(ctx, "person.create", of("")), person)
}

func personOf(clinic rooms.ClinicID, in NewPerson) records.Person {
	person := records.Person{
		Clinic: clinic, Kind: records.PersonKind(in.Kind), LegalName: in.LegalName, DisplayName: in.DisplayName,
		Phone: strings.TrimSpace(in.Phone), Email: strings.TrimSpace(in.Email), Language: in.Language, Credential: in.Credential,
		StaffRoles: rolesOf(in.StaffRoles), Payer: in.Payer,
	}
	if in.Address != nil {
		person.Address = records.Address(*in.Address)
	}
	if in.Emergency != nil {
		person.EmergencyName, person.EmergencyPhone = in.Emergency.Name, in.Emergency.Phone
	}
	return person
}

func rolesOf(names []string) []auth.StaffRole {
	var roles []auth.StaffRole
	for _, name := range names {
		roles = append(roles, auth.StaffRole(name))
	}
	return roles
}

// checkPerson names what is wrong with a person beyond the lengths of texts.
func checkPerson(found *findings, under string, p records.Person) {
	found.check(strings.TrimSpace(p.LegalName) != "", under+"legal_name", "Give a name.")
	found.check(strings.TrimSpace(p.DisplayName) != "", under+"display_name", "Give a name that others may see.")
	if p.Email != "" {
		address, err := mail.ParseAddress(p.Email)
		found.check(err == nil && address.Address == p.Email, under+"email", "Give a mail address like name@example.org.")
	}
	staff := p.Kind == records.StaffPerson
	found.check(staff || len(p.StaffRoles) == 0, under+"staff_roles", "Only staff have roles in the clinic.")
	found.check(staff || p.Credential == "", under+"credential", "Only staff have a credential.")
	found.check(p.Kind == records.ClientPerson || p.Payer == "", under+"payer", "Only clients have a payer.")
}

// mayAdd refuses to add those who set up or audit the clinic, unless the caller
// may change its settings. Other staff may be added by who enrols people: to
// sign in they need a link, which is a matter of the settings.
func mayAdd(ctx context.Context, roles []auth.StaffRole) error {
	if slices.Contains(roles, auth.Admin) || slices.Contains(roles, auth.Auditor) {
		return mayGrant(ctx, nil, roles)
	}
	return nil
}

// mayGrant refuses to change what somebody may do in the clinic, who may be
// signed in already, unless the caller may change its settings.
func mayGrant(ctx context.Context, before, after []auth.StaffRole) error {
	same := len(before) == len(after) && !slices.ContainsFunc(after, func(r auth.StaffRole) bool { return !slices.Contains(before, r) })
	if !same && !callerOf(ctx).may[maySettings] {
		return notAllowed
	}
	return nil
}

func (h *house) listPersons(ctx context.Context, q PersonSearch) (Persons, error) {
	find := records.PersonQuery{Kind: records.PersonKind(q.Kind), Text: q.Q, Limit: q.Limit}
	place, err := Page{After: q.After}.place(1)
	if err != nil {
		return Persons{}, err
	}
	if place != nil { // an id, because a cursor stands in addresses
		find.After = rooms.PersonID(place[0])
	}
	clinic := callerOf(ctx).clinic
	people, more, err := h.Records.FindPersons(ctx, clinic, find)
	if errors.Is(err, rooms.ErrNotFound) {
		return Persons{}, badCursor
	}
	if err != nil {
		return Persons{}, err
	}
	minutes, err := h.Records.Prescribed(ctx, clinic, h.Clock.Now())
	if err != nil {
		return Persons{}, err
	}
	out := Persons{Persons: make([]Person, len(people))}
	for i, p := range people {
		out.Persons[i] = shownPerson(p, minutes[p.ID])
	}
	if more {
		out.Next = cursorTo(string(people[len(people)-1].ID))
	}
	return out, h.wrote(ctx, "persons.read", records.AuditEntry{Object: strconv.Itoa(len(people))})
}

func (h *house) readPerson(ctx context.Context, id rooms.PersonID) (Person, error) {
	clinic := callerOf(ctx).clinic
	person, err := h.Records.Person(ctx, clinic, id)
	if err != nil {
		return Person{}, err
	}
	minutes, err := h.Records.Prescribed(ctx, clinic, h.Clock.Now())
	if err != nil {
		return Person{}, err
	}
	return shownPerson(person, minutes[id]), h.wrote(ctx, "person.read", records.AuditEntry{Person: id})
}

func shownPerson(p records.Person, minutes int) Person {
	out := Person{ID: string(p.ID), PrescribedMinutes: minutes, Guest: p.Guest, NewPerson: NewPerson{
		Kind: string(p.Kind), LegalName: p.LegalName, DisplayName: p.DisplayName, Email: p.Email, Phone: p.Phone,
		Language: p.Language, Credential: p.Credential, Payer: p.Payer,
	}}
	for _, role := range p.StaffRoles {
		out.StaffRoles = append(out.StaffRoles, string(role))
	}
	out.Address = addressOf(p.Address)
	if p.EmergencyName != "" || p.EmergencyPhone != "" {
		out.Emergency = &wire.Contact{Name: p.EmergencyName, Phone: p.EmergencyPhone}
	}
	return out
}

func (h *house) patchPerson(ctx context.Context, id rooms.PersonID, in PersonPatch) (Person, error) {
	person, err := h.Records.Person(ctx, callerOf(ctx).clinic, id)
	if err != nil {
		return Person{}, err
	}
	before := person
	set := func(field *string, to *string) {
		if to != nil {
			*field = strings.TrimSpace(*to)
		}
	}
	set(&person.LegalName, in.LegalName)
	set(&person.DisplayName, in.DisplayName)
	set(&person.Email, in.Email)
	set(&person.Phone, in.Phone)
	set(&person.Language, in.Language)
	set(&person.Credential, in.Credential)
	set(&person.Payer, in.Payer)
	if in.Address != nil {
		person.Address = records.Address(*in.Address)
	}
	if in.Emergency != nil {
		person.EmergencyName, person.EmergencyPhone = in.Emergency.Name, in.Emergency.Phone
	}
	if in.StaffRoles != nil {
		person.StaffRoles = rolesOf(*in.StaffRoles)
	}
	var found findings
	checkPerson(&found, "", person)
	if err := errors.Join(found.refuse("invalid", "Some fields of the person are wrong."), mayGrant(ctx, before.StaffRoles, person.StaffRoles), mayMove(ctx, before, person)); err != nil {
		return Person{}, err
	}
	if err := h.Records.UpdatePerson(noting(ctx, "person.update", records.AuditEntry{Person: id}), person); err != nil {
		return Person{}, err
	}
	minutes, err := h.Records.Prescribed(ctx, person.Clinic, h.Clock.Now())
	return shownPerson(person, minutes[id]), err
}

// zone is the clinic's, by which its dates are read.
func (h *house) zone(ctx context.Context) (*time.Location, error) {
	clinic, err := h.Records.Clinic(ctx, callerOf(ctx).clinic)
	if err != nil {
		return nil, err
	}
	return time.LoadLocation(clinic.Zone)
}
