package api

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/signaling/wire"
)

// asked is what one person is asked at the door.
type asked struct {
	role     rooms.Role
	door     records.DoorRules
	rules    records.Paper // the present ground rules
	accepted *records.Agreement
	consent  records.Paper // if it is due; version 0 if not
	scales   []string      // that may be answered
}

// audience is whose ground rules a role accepts.
func audience(role rooms.Role) rooms.Role {
	if role == rooms.Collateral {
		return rooms.Collateral
	}
	return rooms.Client
}

// asked finds what the holder of a seat is asked. Consent, address, contact
// and scales are for clients only.
func (h *house) asked(ctx context.Context, seat records.Seat, now time.Time) (asked, error) {
	out := asked{role: seat.Role, door: records.DoorRules{Address: records.AskNever}}
	door, err := h.Records.DoorRules(ctx, seat.Clinic)
	if err != nil {
		return out, err
	}
	papers, err := h.Records.GroundRulesVersions(ctx, seat.Clinic, audience(seat.Role))
	if err != nil {
		return out, err
	}
	out.rules = papers[0]
	if !door.AcceptAgain {
		if out.accepted, err = h.accepted(ctx, seat, out.rules.Version); err != nil {
			return out, err
		}
	}
	if seat.Role != rooms.Client {
		return out, nil
	}
	out.door = door
	if papers, err = h.Records.ConsentVersions(ctx, seat.Clinic); err != nil {
		return out, err
	}
	given, err := h.Records.Consents(ctx, seat.Clinic, seat.Person)
	if err != nil {
		return out, err
	}
	if records.ConsentDue(papers[0], given, now) {
		out.consent = papers[0]
	}
	scales, err := h.Records.AllScales(ctx, seat.Clinic)
	for _, scale := range scales {
		out.scales = append(out.scales, scale.ID)
	}
	return out, err
}

func (h *house) accepted(ctx context.Context, seat records.Seat, version int) (*records.Agreement, error) {
	list, err := h.Records.Acceptances(ctx, seat.Clinic, seat.Person)
	for _, a := range list {
		if a.Audience == audience(seat.Role) && a.Version == version {
			return &a, err
		}
	}
	return nil, err
}

// show writes it into the answer for the join page.
func (a asked) show(out *wire.Invitation) {
	out.Asks = wire.Asks{
		Address: string(a.door.Address), AddressNeeded: a.door.AddressNeeded,
		Emergency: a.door.Emergency, EmergencyNeeded: a.door.EmergencyNeeded, ConsentNeeded: a.door.ConsentNeeded,
	}
	out.Rules = wire.Rules{Version: strconv.Itoa(a.rules.Version), Text: sentences(a.rules.Text)}
	if a.accepted != nil {
		out.Accepted = &wire.Accepted{Version: out.Rules.Version, At: a.accepted.At.Format(time.RFC3339)}
	}
	if a.consent.Version > 0 {
		out.Consent = &wire.Consent{Version: strconv.Itoa(a.consent.Version), Text: sentences(a.consent.Text)}
	}
}

// sentences splits texts of one sentence or paragraph a line.
func sentences(text map[string]string) map[string][]string {
	out := map[string][]string{}
	for language, body := range text {
		out[language] = strings.Split(strings.TrimSpace(body), "\n")
	}
	return out
}

// enter keeps what the person gave at the door and says who they are.
func (h *house) enter(ctx context.Context, invite auth.Invite, session rooms.SessionID, in wire.TicketRequest) (rooms.Identity, error) {
	seat, err := h.seatOf(ctx, invite)
	if err != nil {
		return rooms.Identity{}, err
	}
	asked, err := h.asked(ctx, seat, h.Clock.Now())
	if err != nil {
		return rooms.Identity{}, err
	}
	in = tidy(in)
	if err := asked.incomplete(in); err != nil {
		return rooms.Identity{}, err
	}
	if in.Door.Name != seat.DisplayName && !tonightOnly(invite, seat) {
		seat.DisplayName = in.Door.Name
		if err := h.Records.UpdateSeat(ctx, seat); err != nil {
			return rooms.Identity{}, err
		}
	}
	if err := h.keep(ctx, seat, session, asked, in); err != nil {
		return rooms.Identity{}, err
	}
	who, err := h.Records.Identity(ctx, invite.Clinic, session, seat.ID)
	if errors.Is(err, rooms.ErrNotFound) { // the seat is newer than the open session
		if _, err = h.Records.ExtendRoster(ctx, invite.Clinic, session); err == nil {
			who, err = h.Records.Identity(ctx, invite.Clinic, session, seat.ID)
		}
	}
	who.Seat = invite.Seat // what the link, and so the ticket, is bound to
	return who, err
}

// keep writes down the door, the acceptance, the consent and the answers. Each
// may be repeated.
func (h *house) keep(ctx context.Context, seat records.Seat, session rooms.SessionID, asked asked, in wire.TicketRequest) error {
	door := records.Door{
		Clinic: seat.Clinic, Session: session, Person: seat.Person, Place: in.Door.Place, Phone: in.Door.Phone,
		GroundRulesVersion: asked.rules.Version, Language: in.Language,
	}
	if in.Door.Address != nil && asked.door.Address.Of(in.Door.Place) {
		door.Address = records.Address(*in.Door.Address)
	}
	if in.Door.Emergency != nil && asked.door.Emergency {
		door.EmergencyName, door.EmergencyPhone = in.Door.Emergency.Name, in.Door.Emergency.Phone
	}
	if err := h.Records.SaveDoor(ctx, door); err != nil {
		return err
	}
	agreed := records.Agreement{
		Clinic: seat.Clinic, Person: seat.Person, Audience: audience(seat.Role), Version: asked.rules.Version, Language: in.Language,
	}
	if agreed.Version > 0 {
		if err := h.Records.Accept(ctx, agreed); err != nil {
			return err
		}
	}
	if agreed.Version = asked.consent.Version; agreed.Version > 0 && in.Consent == strconv.Itoa(agreed.Version) {
		if err := h.Records.Consent(ctx, agreed); err != nil {
			return err
		}
	}
	if seat.Role != rooms.Client {
		return nil
	}
	return h.Records.SaveAnswers(ctx, seat.Clinic, answersOf(seat, session, records.AtStart, in.Answers))
}

// tidy takes the spaces away that people leave around what they type.
func tidy(in wire.TicketRequest) wire.TicketRequest {
	one := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	in.Door.Name, in.Door.Phone = one(in.Door.Name), strings.TrimSpace(in.Door.Phone)
	if a := in.Door.Address; a != nil {
		in.Door.Address = &wire.Address{Line: one(a.Line), City: one(a.City), State: one(a.State), Zip: one(a.Zip)}
	}
	if c := in.Door.Emergency; c != nil {
		in.Door.Emergency = &wire.Contact{Name: one(c.Name), Phone: strings.TrimSpace(c.Phone)}
	}
	if in.Language == "" {
		in.Language = records.Languages[0]
	}
	return in
}

// incomplete names every detail that is missing or too long.
func (a asked) incomplete(in wire.TicketRequest) error {
	var found findings
	length := utf8.RuneCountInString
	door := in.Door
	found.check(door.Name != "" && length(door.Name) <= 60, "door.name", "Give a name of up to 60 characters.")
	found.check(door.Place == "home" || door.Place == "elsewhere", "door.place", "Say whether you are at home or somewhere else.")
	found.check(door.Phone != "" && length(door.Phone) <= 40, "door.phone", "Give a number to call you back on.")
	found.check(in.Rules == strconv.Itoa(a.rules.Version), "rules", "Accept the ground rules in their present version.")
	found.check(slices.Contains(records.Languages, in.Language), "language", "Say in which language the page was read: en or es.")
	a.checkAddress(&found, door)
	a.checkContact(&found, door)
	due := a.consent.Version > 0 && a.door.ConsentNeeded
	found.check(!due || in.Consent == strconv.Itoa(a.consent.Version), "consent", "Give your consent to meeting by video, in its present version.")
	if a.role == rooms.Client {
		checkAnswers(&found, a.scales, in.Answers)
	}
	return found.refuse("incomplete", "Some details for tonight are missing.")
}

// zipCode is a ZIP code of the United States, with or without the four digits
// behind it.
var zipCode = regexp.MustCompile(`^[0-9]{5}(-[0-9]{4})?$`)

func (a asked) checkAddress(found *findings, door wire.Door) {
	address := wire.Address{}
	if door.Address != nil {
		address = *door.Address
	}
	needed := a.door.AddressNeeded && a.door.Address.Of(door.Place)
	for _, part := range []struct {
		field, value string
		limit        int
		needed       bool
	}{
		{"line", address.Line, 120, needed}, {"city", address.City, 80, needed}, {"state", address.State, 40, needed}, {"zip", address.Zip, 12, false},
	} {
		ok := utf8.RuneCountInString(part.value) <= part.limit && (part.value != "" || !part.needed)
		found.check(ok, "door.address."+part.field, fmt.Sprintf("Give this part of the address, in up to %d characters.", part.limit))
	}
	found.check(address.Zip == "" || zipCode.MatchString(address.Zip), "door.address.zip", "Give a ZIP code of five digits, or of five and four.")
}

func (a asked) checkContact(found *findings, door wire.Door) {
	contact := wire.Contact{}
	if door.Emergency != nil {
		contact = *door.Emergency
	}
	needed := a.door.Emergency && a.door.EmergencyNeeded
	found.check(utf8.RuneCountInString(contact.Name) <= 120 && (contact.Name != "" || !needed),
		"door.emergency.name", "Say whom to call in an emergency, in up to 120 characters.")
	found.check(utf8.RuneCountInString(contact.Phone) <= 40 && (contact.Phone != "" || !needed),
		"door.emergency.phone", "Give a number to call them on.")
}

func addressOf(a records.Address) *wire.Address {
	if a == (records.Address{}) {
		return nil
	}
	out := wire.Address(a)
	return &out
}

func contactOf(d records.Door) *wire.Contact {
	if d.EmergencyName == "" && d.EmergencyPhone == "" {
		return nil
	}
	return &wire.Contact{Name: d.EmergencyName, Phone: d.EmergencyPhone}
}
