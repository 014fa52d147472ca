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

// NewGroundRules is what POST /ground-rules takes: one version in one language.
type NewGroundRules struct {
	Audience string `json:"audience" enum:"participant,collateral"`
	Language string `json:"language" enum:"en,es"`
	Text     string `json:"text" minLength:"1" maxLength:"10000" doc:"one rule a line"`
}

// Version is the number of a new version.
type Version struct {
	Version int `json:"version"`
}

func (h *house) people(api huma.API) {
	huma.Register(api, operation("POST", "/persons", "create-person", "Add a person to the clinic", mayWrite),
		func(ctx context.Context, in *body[NewPerson]) (*body[Created], error) {
			person, err := h.Records.CreatePerson(ctx, personOf(callerOf(ctx).clinic, in.Body))
			return &body[Created]{Created{string(person.ID)}}, h.problemOf("create person", err)
		})
	huma.Register(api, operation("POST", "/ground-rules", "set-ground-rules", "Set a new version of the ground rules", mayWrite),
		func(ctx context.Context, in *body[NewGroundRules]) (*body[Version], error) {
			rules, err := h.Records.SetGroundRules(ctx, records.GroundRules{
				Clinic: callerOf(ctx).clinic, Audience: rooms.Role(in.Body.Audience), Language: in.Body.Language, Text: in.Body.Text,
			})
			return &body[Version]{Version{rules.Version}}, h.problemOf("set ground rules", err)
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
