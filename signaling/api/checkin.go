package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/signaling/wire"
)

// Scale is a question of the check-in as the clinic words it.
type Scale struct {
	ID       string `json:"id,omitempty" doc:"absent for a new one"`
	Version  int    `json:"version,omitempty" readOnly:"true"`
	Question Texts  `json:"question"`
	Low      Texts  `json:"low,omitempty" doc:"what 0 means"`
	High     Texts  `json:"high,omitempty" doc:"what 10 means"`
}

// Scales are what a clinic asks, in its order.
type Scales struct {
	Scales []Scale `json:"scales" maxItems:"10"`
}

// Trends are a person's answers, by scale.
type Trends struct {
	Scales []wire.Trend `json:"scales"`
}

// StatedDoor is what somebody said at the door of a session.
type StatedDoor struct {
	Person    string        `json:"person"`
	Name      string        `json:"name" doc:"as others see it"`
	Place     string        `json:"place" enum:"home,elsewhere"`
	Address   *wire.Address `json:"address,omitempty"`
	Outside   bool          `json:"outside_state" doc:"in a state where the clinic is not licensed"`
	Phone     string        `json:"phone"`
	Emergency *wire.Contact `json:"emergency,omitempty"`
	At        time.Time     `json:"at"`
}

// StatedDoors are those of a session, the earliest first.
type StatedDoors struct {
	Doors []StatedDoor `json:"doors"`
}

// DoorRules say what the clinic asks at the door. Name, place and number are
// always needed.
type DoorRules struct {
	Address         string   `json:"address" enum:"never,elsewhere,always"`
	AddressNeeded   bool     `json:"address_needed" doc:"nobody comes in without line, town and state, where they are asked"`
	Emergency       bool     `json:"emergency" doc:"ask for an emergency contact"`
	EmergencyNeeded bool     `json:"emergency_needed"`
	ConsentNeeded   bool     `json:"consent_needed" doc:"nobody comes in without a consent that is due"`
	AcceptAgain     bool     `json:"accept_again" doc:"ask for the ground rules at every session"`
	LicensedStates  []string `json:"licensed_states" maxItems:"60" doc:"USPS codes; empty: staff are told of no state"`
}

func (h *house) checkIns(api huma.API) {
	huma.Register(api, operation("GET", "/scales", "list-scales", "The scales of the check-in", mayRead),
		func(ctx context.Context, _ *struct{}) (*body[Scales], error) {
			scales, err := h.Records.Scales(ctx, callerOf(ctx).clinic)
			return &body[Scales]{scalesOf(scales)}, h.problemOf("list scales", err)
		})
	huma.Register(api, operation("PUT", "/scales", "set-scales", "Set the scales of the check-in; those left out are asked no more", mayWrite),
		func(ctx context.Context, in *body[Scales]) (*body[Scales], error) {
			out, err := h.setScales(ctx, in.Body)
			return &body[Scales]{out}, h.problemOf("set scales", err)
		})
	huma.Register(api, operation("GET", "/persons/{id}/trend", "get-trend", "A person's answers to the check-in", mayRun),
		func(ctx context.Context, in *personPath) (*body[Trends], error) {
			out, err := h.readTrend(ctx, rooms.PersonID(in.ID))
			return &body[Trends]{out}, h.problemOf("read trend", err)
		})
}

func scalesOf(scales []records.Scale) Scales {
	out := Scales{Scales: []Scale{}}
	for _, s := range scales {
		out.Scales = append(out.Scales, Scale{ID: s.ID, Version: s.Version, Question: s.Question, Low: s.Low, High: s.High})
	}
	return out
}

func (h *house) setScales(ctx context.Context, in Scales) (Scales, error) {
	known, err := h.Records.AllScales(ctx, callerOf(ctx).clinic)
	if err != nil {
		return Scales{}, err
	}
	var found findings
	seen := map[string]bool{}
	scales := make([]records.Scale, len(in.Scales))
	for i, s := range in.Scales {
		field := fmt.Sprintf("scales[%d].", i)
		ours := slices.ContainsFunc(known, func(k records.Scale) bool { return k.ID == s.ID })
		found.check(s.ID == "" || ours && !seen[s.ID], field+"id", "Give the id of one of the clinic's scales, once, or none.")
		seen[s.ID] = true
		checkTexts(&found, field+"question", s.Question, 200)
		for name, texts := range map[string]Texts{"low": s.Low, "high": s.High} {
			if len(texts) > 0 {
				checkTexts(&found, field+name, texts, 60)
			}
		}
		scales[i] = records.Scale{ID: s.ID, Question: s.Question, Low: orEmpty(s.Low), High: orEmpty(s.High)}
	}
	if err := found.refuse("invalid", "The scales can't be taken."); err != nil {
		return Scales{}, err
	}
	set, err := h.Records.SetScales(noting(ctx, "scales.set", of("")), callerOf(ctx).clinic, scales)
	return scalesOf(set), err
}

func orEmpty(t Texts) Texts {
	if t == nil {
		return Texts{}
	}
	return t
}

func (h *house) readTrend(ctx context.Context, person rooms.PersonID) (Trends, error) {
	out := Trends{Scales: []wire.Trend{}}
	if err := h.personOfClinic(ctx, "answers.read", person); err != nil {
		return out, err
	}
	trends, err := h.trend(ctx, callerOf(ctx).clinic, person)
	out.Scales = append(out.Scales, trends...)
	return out, err
}

func (h *house) safety(api huma.API) {
	huma.Register(api, operation("GET", "/sessions/{id}/doors", "list-doors", "Where people said they are, and whom to call: for their safety", mayRun),
		func(ctx context.Context, in *SessionPath) (*body[StatedDoors], error) {
			out, err := h.readDoors(ctx, rooms.SessionID(in.ID))
			return &body[StatedDoors]{out}, h.problemOf("read doors", err)
		})
	huma.Register(api, operation("GET", "/door-rules", "get-door-rules", "What the clinic asks at the door", mayRead),
		func(ctx context.Context, _ *struct{}) (*body[DoorRules], error) {
			rules, err := h.Records.DoorRules(ctx, callerOf(ctx).clinic)
			return &body[DoorRules]{doorRulesOf(rules)}, h.problemOf("get door rules", err)
		})
	huma.Register(api, operation("PUT", "/door-rules", "set-door-rules", "Set what the clinic asks at the door", mayWrite),
		func(ctx context.Context, in *body[DoorRules]) (*body[DoorRules], error) {
			out, err := h.setDoorRules(ctx, in.Body)
			return &body[DoorRules]{out}, h.problemOf("set door rules", err)
		})
}

func (h *house) readDoors(ctx context.Context, id rooms.SessionID) (StatedDoors, error) {
	out, clinic := StatedDoors{Doors: []StatedDoor{}}, callerOf(ctx).clinic
	session, err := h.Records.Session(ctx, clinic, id)
	if err != nil {
		return out, err
	}
	if err := h.wrote(ctx, "doors.read", records.AuditEntry{Session: id}); err != nil {
		return out, err
	}
	rules, err := h.Records.DoorRules(ctx, clinic)
	if err != nil {
		return out, err
	}
	names := map[rooms.PersonID]string{}
	seats, err := h.Records.Seats(ctx, clinic, session.Series)
	if err != nil {
		return out, err
	}
	for _, seat := range seats {
		names[seat.Person] = seat.DisplayName
	}
	doors, err := h.Records.Doors(ctx, clinic, id)
	for _, d := range doors {
		out.Doors = append(out.Doors, StatedDoor{
			Person: string(d.Person), Name: names[d.Person], Place: d.Place, Address: addressOf(d.Address),
			Outside: rules.Outside(d.Address), Phone: d.Phone, Emergency: contactOf(d), At: d.AcceptedAt,
		})
	}
	return out, err
}

func doorRulesOf(r records.DoorRules) DoorRules {
	return DoorRules{
		Address: string(r.Address), AddressNeeded: r.AddressNeeded, Emergency: r.Emergency, EmergencyNeeded: r.EmergencyNeeded,
		ConsentNeeded: r.ConsentNeeded, AcceptAgain: r.AcceptAgain, LicensedStates: r.LicensedStates,
	}
}

func (h *house) setDoorRules(ctx context.Context, in DoorRules) (DoorRules, error) {
	var found findings
	rules := records.DoorRules{
		Address: records.Ask(in.Address), AddressNeeded: in.AddressNeeded, Emergency: in.Emergency, EmergencyNeeded: in.EmergencyNeeded,
		ConsentNeeded: in.ConsentNeeded, AcceptAgain: in.AcceptAgain, LicensedStates: []string{},
	}
	found.check(!in.AddressNeeded || rules.Address != records.AskNever, "address_needed", "What is never asked can't be needed.")
	found.check(!in.EmergencyNeeded || in.Emergency, "emergency_needed", "What is never asked can't be needed.")
	for i, state := range in.LicensedStates {
		code := records.StateCode(state)
		found.check(records.KnownState(code), fmt.Sprintf("licensed_states[%d]", i), "Give a state by its code, as in NY.")
		if !slices.Contains(rules.LicensedStates, code) {
			rules.LicensedStates = append(rules.LicensedStates, code)
		}
	}
	if err := found.refuse("invalid", "The door's rules can't be taken."); err != nil {
		return DoorRules{}, err
	}
	err := h.Records.SetDoorRules(noting(ctx, "door_rules.set", of("")), callerOf(ctx).clinic, rules)
	return doorRulesOf(rules), err
}
