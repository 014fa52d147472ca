package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
)

// NewPerson is what POST /persons takes.
type NewPerson struct {
	Kind        string   `json:"kind" enum:"staff,client,collateral"`
	LegalName   string   `json:"legal_name" minLength:"1" maxLength:"120"`
	DisplayName string   `json:"display_name" minLength:"1" maxLength:"60"`
	Phone       string   `json:"phone,omitempty" maxLength:"40"`
	Language    string   `json:"language,omitempty" enum:"en,es"`
	Credential  string   `json:"credential,omitempty" maxLength:"40"`
	StaffRoles  []string `json:"staff_roles,omitempty" enum:"admin,clinician,billing,auditor"`
}

func (h *house) people(api huma.API) {
	huma.Register(api, operation("POST", "/persons", "create-person", "Add a person to the clinic", mayWrite),
		func(ctx context.Context, in *body[NewPerson]) (*body[Created], error) {
			person, err := h.Records.CreatePerson(ctx, personOf(callerOf(ctx).clinic, in.Body))
			return &body[Created]{Created{string(person.ID)}}, h.problemOf("create person", err)
		})
}

func personOf(clinic rooms.ClinicID, in NewPerson) records.Person {
	person := records.Person{
		Clinic: clinic, Kind: records.PersonKind(in.Kind), LegalName: in.LegalName, DisplayName: in.DisplayName,
		Phone: in.Phone, Language: in.Language, Credential: in.Credential,
	}
	for _, role := range in.StaffRoles {
		person.StaffRoles = append(person.StaffRoles, auth.StaffRole(role))
	}
	return person
}
