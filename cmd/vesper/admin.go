package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/signaling/api"
)

// adminCommand are the errands of whoever runs the machine. They work on the
// records themselves: those in the data folder need the server to be stopped.
type adminCommand struct {
	Config string        `help:"Configuration file." type:"existingfile" placeholder:"vesper.yaml"`
	Clinic clinicAdd     `cmd:"" help:"Add a clinic and print its id."`
	Invite staffInvite   `cmd:"" help:"Print a one-time link with which a staff member signs in (15 min)."`
	Token  tokenIssue    `cmd:"" help:"Print a service token for the API."`
	Key    sealKey       `cmd:"" help:"Print the public key of this installation's seals, for 'vesper verify --key'."`
	Keys   keysCommand   `cmd:"" help:"Rotate the keys of encrypted columns."`
	Audit  auditCommand  `cmd:"" help:"Check or print the audit log."`
	Retain retainFor     `cmd:"" help:"Say for how many years a clinic keeps its sessions."`
	Purge  purgeSessions `cmd:"" help:"Delete sessions that are past their time and leave tombstones. Counts only, unless --yes."`
}

type clinicAdd struct {
	Name string `arg:"" help:"As participants read it."`
	Zone string `required:"" help:"IANA zone, for example America/New_York."`
}

type staffInvite struct {
	Clinic string   `required:"" help:"Id of the clinic."`
	Name   string   `arg:"" help:"Of the staff member."`
	Roles  []string `name:"role" default:"admin" enum:"admin,clinician,billing,auditor" help:"What they may do."`
}

type tokenIssue struct {
	Clinic string        `required:"" help:"Id of the clinic."`
	Name   string        `arg:"" help:"Of the program that will use it."`
	Scopes []string      `name:"scope" default:"sessions:read" enum:"sessions:read,sessions:write,links:staff,admin" help:"What it may do."`
	Life   time.Duration `default:"8760h" help:"How long it is valid."`
}

type sealKey struct{}

// office is the data folder and the records without the server.
type office struct {
	config    Config
	keys      *auth.Keys
	records   *records.Records
	authority *auth.Authority
}

func (a *adminCommand) open(ctx context.Context) (*office, func(), error) {
	config, err := readConfig(a.Config, environ())
	if err != nil {
		return nil, nil, err
	}
	h := &house{config: config, log: logger("error", discard{}), clock: rooms.SystemClock, errand: true}
	if err := h.openRecords(ctx); err != nil {
		h.Close()
		return nil, nil, err
	}
	return &office{config, h.keys, h.records, h.authority}, h.Close, nil
}

// knows says if there is no such clinic.
func (o *office) knows(ctx context.Context, clinic rooms.ClinicID) error {
	return knownClinic(ctx, o.records, clinic)
}

func knownClinic(ctx context.Context, r *records.Records, clinic rooms.ClinicID) error {
	_, err := r.Clinic(ctx, clinic)
	if errors.Is(err, rooms.ErrNotFound) {
		return fmt.Errorf("there is no clinic %q here: give the id that 'vesper admin clinic' printed", clinic)
	}
	return err
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// Run adds the clinic.
func (c *clinicAdd) Run(ctx context.Context, all *commands, io *streams) error {
	o, done, err := all.Admin.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	if _, err := time.LoadLocation(c.Zone); err != nil || c.Zone == "" || c.Zone == "Local" {
		return fmt.Errorf("%q is no IANA time zone: give one like America/New_York", c.Zone)
	}
	clinic, err := o.records.CreateClinic(ctx, records.Clinic{Name: c.Name, Zone: c.Zone, NeutralTitle: "Appointment"})
	if err == nil {
		fmt.Fprintln(io.out, clinic.ID)
	}
	return err
}

// Run makes the staff member and the link.
func (s *staffInvite) Run(ctx context.Context, all *commands, io *streams) error {
	o, done, err := all.Admin.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	clinic := rooms.ClinicID(s.Clinic)
	if err := o.knows(ctx, clinic); err != nil {
		return err
	}
	var roles []auth.StaffRole
	for _, role := range s.Roles {
		roles = append(roles, auth.StaffRole(role))
	}
	person, err := o.records.CreatePerson(ctx, records.Person{
		Clinic: clinic, Kind: records.StaffPerson, LegalName: s.Name, DisplayName: s.Name, StaffRoles: roles,
	})
	if err != nil {
		return err
	}
	secret, _, err := o.authority.NewStaffLink(ctx, auth.Staff{Clinic: clinic, Person: person.ID, Roles: roles}, 0, false)
	if err == nil {
		fmt.Fprintln(io.out, base(o.config)+api.ConsolePath(secret))
	}
	return err
}

// base is the pages' address as the configuration has it.
func base(c Config) string {
	switch {
	case c.URL != "":
		return c.URL
	case c.TLS.Cert != "":
		return "https://" + c.Listen
	}
	return "http://" + c.Listen
}

// Run issues the token.
func (t *tokenIssue) Run(ctx context.Context, all *commands, io *streams) error {
	o, done, err := all.Admin.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	if err := o.knows(ctx, rooms.ClinicID(t.Clinic)); err != nil {
		return err
	}
	var scopes []auth.Scope
	for _, scope := range t.Scopes {
		scopes = append(scopes, auth.Scope(scope))
	}
	token, _, err := o.authority.IssueService(ctx, rooms.ClinicID(t.Clinic), t.Name, scopes, t.Life)
	if err == nil {
		fmt.Fprintln(io.out, token)
	}
	return err
}

// Run prints the key.
func (sealKey) Run(ctx context.Context, all *commands, io *streams) error {
	o, done, err := all.Admin.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	pem, err := o.keys.SealPEM()
	if err == nil {
		_, err = io.out.Write(pem)
	}
	return err
}
