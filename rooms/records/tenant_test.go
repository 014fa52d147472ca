package records

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/attendance/week"
	"vesper/rooms/ledger"
	"vesper/rooms/schedule"
)

// noTenant are the methods that need no clinic, each for its reason.
var noTenant = []string{
	"ClaimMessage", "OutboxDepth", // the post's
	"Close", "Ready", "RefreshRows", "OldRows", "Reencrypt", "NeedsKey", "Clinics", "CreateClinic", "DueToOpen", // the installation's own
	"Open", "Append", "Beat", "Seal", "Owner", "Banned", "CheckpointDue", // the room's, by a session that a token named
	"InvitationByHash", "FeedByHash", "StaffLinkByHash", "ConsumeStaffLink", "ConsumeTicket", // by a secret
	"ServiceClient", "ConsumeAssertion", "PasskeysByCredential", // by a proof that goes with it
}

// TestOtherClinic asks with one clinic's id for everything of another's. A
// method without a row here fails the test.
func TestOtherClinic(t *testing.T) { onEach(t, testOtherClinic) }

func testOtherClinic(t *testing.T) {
	r := openAt(t, t.TempDir())
	mine, theirs := build(t, r), build(t, r)
	live(t, r, theirs)
	ctx, me := t.Context(), mine.clinic.ID
	session, seat, person := theirs.sessions[0], theirs.seats[1].ID, theirs.people[1].ID
	theirProgram := must[[]Program](t)(r.Programs(ctx, theirs.clinic.ID))[0].ID
	invitation := must[auth.Invitation](t)(r.CreateInvitation(ctx, auth.Invitation{Clinic: theirs.clinic.ID, Seat: seat, Hash: "h"}))
	if err := errors.Join(
		r.SaveDoor(ctx, Door{Clinic: theirs.clinic.ID, Session: session, Person: person}),
		r.AddStaffLink(ctx, auth.StaffLink{ID: "l", Staff: auth.Staff{Clinic: theirs.clinic.ID, Person: person}, Hash: "h"}),
		r.AddServiceToken(ctx, auth.ServiceToken{ID: "j", Clinic: theirs.clinic.ID}),
	); err != nil {
		t.Fatal(err)
	}
	scale := []Scale{{Question: map[string]string{"en": "Mood?"}}}
	myScales := must[[]Scale](t)(r.SetScales(ctx, me, scale))
	theirScales := must[[]Scale](t)(r.SetScales(ctx, theirs.clinic.ID, scale))
	for _, clinic := range []rooms.ClinicID{me, theirs.clinic.ID} {
		must[Paper](t)(r.PublishGroundRules(ctx, clinic, rooms.Client, map[string]string{"en": "Be kind."}))
		must[Paper](t)(r.PublishConsent(ctx, clinic, map[string]string{"en": "Video."}))
	}
	must[week.Payer](t)(r.SetPayer(ctx, theirs.clinic.ID, week.Payer{Payer: "p", Name: "P"}))
	if err := errors.Join(
		r.SetPersonPayer(ctx, theirs.clinic.ID, person, "p", "2026-10-05"),
		r.SetDoorRules(ctx, theirs.clinic.ID, DoorRules{LicensedStates: []string{"NY"}}),
		r.Accept(ctx, Agreement{Clinic: theirs.clinic.ID, Person: person, Audience: rooms.Client, Version: 1}),
		r.Consent(ctx, Agreement{Clinic: theirs.clinic.ID, Person: person, Version: 1}),
		r.SaveAnswers(ctx, theirs.clinic.ID, []Answer{{Clinic: theirs.clinic.ID, Session: session, Person: person, Scale: theirScales[0].ID, Moment: AtStart}}),
	); err != nil {
		t.Fatal(err)
	}
	guest, _, err := r.SeatGuest(ctx, Guest{Clinic: theirs.clinic.ID, Session: theirs.sessions[1], DisplayName: "Gil"}, "guest")
	if err != nil {
		t.Fatal(err)
	}
	occurrences, err := theirs.series.Occurrences(evening.AddDate(0, 0, -1), evening.AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	notFound := map[string]func() error{
		"SetRetention":   func() error { return r.SetRetention(ctx, "unknown", 7) },
		"UpdateClinic":   func() error { return r.UpdateClinic(ctx, Clinic{ID: "unknown"}) },
		"Clinic":         func() error { return second(r.Clinic(ctx, "unknown")) },
		"SetRules":       func() error { return second(r.SetRules(ctx, "unknown", attendance.DefaultRules())) },
		"Rules":          func() error { return second(r.Rules(ctx, "unknown")) },
		"RulesVersion":   func() error { return second(r.RulesVersion(ctx, "unknown", 1)) },
		"SessionRules":   func() error { return second(r.SessionRules(ctx, Session{Plan: rooms.Plan{Clinic: "unknown"}})) },
		"SetGroundRules": func() error { return second(r.SetGroundRules(ctx, GroundRules{Clinic: "unknown"})) },
		"GroundRules":    func() error { return second(r.GroundRules(ctx, "unknown", rooms.Client, "en")) },
		"CreatePerson":   func() error { return second(r.CreatePerson(ctx, Person{Clinic: "unknown"})) },
		"UpdatePerson":   func() error { return r.UpdatePerson(ctx, Person{Clinic: me, ID: person}) },
		"Person":         func() error { return second(r.Person(ctx, me, person)) },
		"CreateProgram":  func() error { return second(r.CreateProgram(ctx, Program{Clinic: "unknown"})) },
		"Program":        func() error { return second(r.Program(ctx, me, theirProgram)) },
		"RenameProgram":  func() error { return r.RenameProgram(ctx, me, theirProgram, "x") },
		"SkipEvening": func() error {
			return second(r.SkipEvening(ctx, me, theirs.series.ID, theirs.series.Start.LocalDate, true))
		},
		"MoveEvening": func() error {
			return second(r.MoveEvening(ctx, me, theirs.series.ID, theirs.series.Start, theirs.series.Start))
		},
		"PlanSeries":     func() error { return r.PlanSeries(ctx, me, theirs.series.ID, evening, evening.AddDate(0, 1, 0)) },
		"Substitute":     func() error { return r.Substitute(ctx, me, theirs.sessions[1], person, person) },
		"EndSubstitute":  func() error { return r.EndSubstitute(ctx, me, theirs.sessions[1], "") },
		"CreateFeed":     func() error { return r.CreateFeed(ctx, me, person, "f") },
		"RevokeFeed":     func() error { return r.RevokeFeed(ctx, me, person) },
		"RestoreSession": func() error { return r.RestoreSession(ctx, me, theirs.sessions[1]) },
		"CreateSeries":   func() error { return second(r.CreateSeries(ctx, moved(theirs.series, "", me))) },
		"UpdateSeries":   func() error { return second(r.UpdateSeries(ctx, moved(theirs.series, theirs.series.ID, me))) },
		"Series":         func() error { return second(r.Series(ctx, me, theirs.series.ID)) },
		"CreateSeat":     func() error { return second(r.CreateSeat(ctx, stranger(me, mine.series.ID, person))) },
		"CreateSeat in":  func() error { return second(r.CreateSeat(ctx, stranger(me, theirs.series.ID, mine.people[1].ID))) },
		"UpdateSeat":     func() error { s := stranger(me, theirs.series.ID, person); s.ID = seat; return r.UpdateSeat(ctx, s) },
		"Seat":           func() error { return second(r.Seat(ctx, me, seat)) },
		"Session":        func() error { return second(r.Session(ctx, me, session)) },
		"SessionForSeat": func() error { return second(r.SessionForSeat(ctx, me, seat, evening)) },
		"SessionForStandIn": func() error {
			return second(r.SessionForStandIn(ctx, me, seat, person, evening))
		},
		"CancelSession":  func() error { return r.CancelSession(ctx, me, theirs.sessions[1]) },
		"Roster":         func() error { return second(r.Roster(ctx, me, session)) },
		"ExtendRoster":   func() error { return second(r.ExtendRoster(ctx, me, session)) },
		"Identity":       func() error { return second(r.Identity(ctx, me, session, seat)) },
		"Identity with":  func() error { return second(r.Identity(ctx, me, mine.sessions[0], seat)) },
		"Journal":        func() error { return second(r.Journal(ctx, me, session)) },
		"Evidence":       func() error { return second(r.Evidence(ctx, me, session)) },
		"Amend":          func() error { return r.Amend(ctx, me, session, []rooms.Event{{Kind: rooms.EventAbsence}}, nil) },
		"KeepNote":       func() error { return second(r.KeepNote(ctx, me, session, "why")) },
		"Notes":          func() error { return second(r.Notes(ctx, me, session)) },
		"Sign":           func() error { return r.Sign(ctx, me, session, Signer{}) },
		"Addend":         func() error { return r.Addend(ctx, me, session, Signer{}, "more") },
		"MakeCheckpoint": func() error { return second(r.MakeCheckpoint(ctx, "unknown")) },
		"SaveDoor":       func() error { return r.SaveDoor(ctx, Door{Clinic: me, Session: session, Person: mine.people[1].ID}) },
		"SaveDoor of":    func() error { return r.SaveDoor(ctx, Door{Clinic: me, Session: mine.sessions[0], Person: person}) },
		"Door":           func() error { return second(r.Door(ctx, me, session, person)) },
		"SetDoorRules":   func() error { return r.SetDoorRules(ctx, "unknown", DefaultDoorRules()) },
		"PublishGroundRules": func() error {
			return second(r.PublishGroundRules(ctx, "unknown", rooms.Client, map[string]string{"en": "x"}))
		},
		"SetConsent":     func() error { return second(r.SetConsent(ctx, "unknown", "en", "x")) },
		"PublishConsent": func() error { return second(r.PublishConsent(ctx, "unknown", map[string]string{"en": "x"})) },
		"Accept": func() error {
			return r.Accept(ctx, Agreement{Clinic: me, Person: person, Audience: rooms.Client, Version: 1})
		},
		"Consent":   func() error { return r.Consent(ctx, Agreement{Clinic: me, Person: person, Version: 1}) },
		"SetScales": func() error { return second(r.SetScales(ctx, me, theirScales)) },
		"SaveAnswers": func() error {
			return r.SaveAnswers(ctx, me, []Answer{{Clinic: me, Session: session, Person: person, Scale: myScales[0].ID, Moment: AtStart}})
		},
		"SaveAnswers on": func() error {
			return r.SaveAnswers(ctx, me, []Answer{{Clinic: me, Session: mine.sessions[0], Person: mine.people[1].ID, Scale: theirScales[0].ID}})
		},
		"LastDoor": func() error { return second(r.LastDoor(ctx, me, person)) },
		"LastHome": func() error { return second(r.LastHome(ctx, me, person)) },
		"Audit":    func() error { return r.Audit(ctx, AuditEntry{Clinic: "unknown"}) },
		"AddStaffLink": func() error {
			return r.AddStaffLink(ctx, auth.StaffLink{ID: "x", Hash: "x", Staff: auth.Staff{Clinic: me, Person: person}})
		},
		"AddServiceToken": func() error { return r.AddServiceToken(ctx, auth.ServiceToken{ID: "x", Clinic: "unknown"}) },
		"ServiceToken":    func() error { return second(r.ServiceToken(ctx, me, "j")) },
		"CreateInvitation": func() error {
			return second(r.CreateInvitation(ctx, auth.Invitation{Clinic: me, Seat: seat, Hash: "i"}))
		},
		"RevokeInvitation":   func() error { return r.RevokeInvitation(ctx, me, invitation.ID) },
		"RevokeStaffLink":    func() error { return r.RevokeStaffLink(ctx, me, "l") },
		"RevokeServiceToken": func() error { return r.RevokeServiceToken(ctx, me, "j") },
		"UpsertOccurrences":  func() error { return second(r.UpsertOccurrences(ctx, me, theirs.series.ID, occurrences)) },
		"FreshInvitation": func() error {
			return second(r.FreshInvitation(ctx, auth.Invitation{Clinic: me, Seat: seat, Hash: "f"}))
		},
		"RevokeInvitations": func() error { return r.RevokeInvitations(ctx, me, seat) },
		"Discharge":         func() error { return second(r.Discharge(ctx, me, seat, evening)) },
		"Readmit":           func() error { return second(r.Readmit(ctx, me, seat)) },
		"SeatOf":            func() error { return second(r.SeatOf(ctx, me, session, person)) },
		"SeatGuest": func() error {
			_, _, err := r.SeatGuest(ctx, Guest{Clinic: me, Session: session, DisplayName: "Gil"}, "g")
			return err
		},
		"MatchGuest":    func() error { return r.MatchGuest(ctx, me, session, guest.Person, mine.people[1].ID, "x") },
		"MatchGuest by": func() error { return r.MatchGuest(ctx, me, mine.sessions[0], guest.Person, person, "x") },
		"Enrol": func() error {
			_, refused, err := r.Enrol(ctx, me, []Enrolment{{
				Person: Person{Kind: ClientPerson, LegalName: "Eve"},
				Seats:  []Seat{{Seat: rooms.Seat{Role: rooms.Client, DisplayName: "Eve"}, Series: theirs.series.ID}},
			}})
			return errors.Join(err, refused[0])
		},
		"SetPayer":       func() error { return second(r.SetPayer(ctx, "unknown", week.Payer{Payer: "p", Name: "P"})) },
		"SetPersonPayer": func() error { return r.SetPersonPayer(ctx, me, person, "", "2026-10-05") },
		"JudgeOne":       func() error { return second(r.JudgeOne(ctx, me, session)) },
	}
	maps.Copy(notFound, outboxNotFound(t, r, mine, theirs))
	maps.Copy(notFound, identityNotFound(t, r, mine, theirs))
	for name, call := range notFound {
		if err := call(); !errors.Is(err, rooms.ErrNotFound) {
			t.Errorf("%s: got %v, want ErrNotFound", name, err)
		}
	}
	empty := map[string]func() int{
		"Persons":    func() int { return len(must[[]Person](t)(r.Persons(ctx, me))) - len(mine.people) },
		"Programs":   func() int { return len(must[[]Program](t)(r.Programs(ctx, me))) - 1 },
		"ListSeries": func() int { return len(must[[]schedule.Series](t)(r.ListSeries(ctx, me))) - 1 },
		"Seats":      func() int { return len(must[[]Seat](t)(r.Seats(ctx, me, theirs.series.ID))) },
		"SeatsOf":    func() int { return len(must[[]Seat](t)(r.SeatsOf(ctx, me, person))) },
		"ListSessions": func() int {
			return len(must[[]Session](t)(r.ListSessions(ctx, me, time.Unix(0, 0), evening.AddDate(9, 0, 0)))) - 4
		},
		"DoorRules":           func() int { return len(must[DoorRules](t)(r.DoorRules(ctx, me)).LicensedStates) },
		"GroundRulesVersions": func() int { return len(must[[]Paper](t)(r.GroundRulesVersions(ctx, me, rooms.Client))) - 1 },
		"ConsentVersions":     func() int { return len(must[[]Paper](t)(r.ConsentVersions(ctx, me))) - 1 },
		"Acceptances":         func() int { return len(must[[]Agreement](t)(r.Acceptances(ctx, me, person))) },
		"Consents":            func() int { return len(must[[]Agreement](t)(r.Consents(ctx, me, person))) },
		"Scales":              func() int { return len(must[[]Scale](t)(r.Scales(ctx, me))) - 1 },
		"AllScales":           func() int { return len(must[[]Scale](t)(r.AllScales(ctx, me))) - 1 },
		"Answers":             func() int { return len(must[[]Answer](t)(r.Answers(ctx, me, person))) },
		"SessionAnswers":      func() int { return len(must[[]Answer](t)(r.SessionAnswers(ctx, me, session))) },
		"Doors":               func() int { return len(must[[]Door](t)(r.Doors(ctx, me, session))) },
		"Invitations":         func() int { return len(must[[]auth.Invitation](t)(r.Invitations(ctx, me, seat))) },
		"ServiceTokens":       func() int { return len(must[[]auth.ServiceToken](t)(r.ServiceTokens(ctx, me))) },
		"Unsigned": func() int {
			return len(must[[]Session](t)(r.Unsigned(ctx, me, time.Unix(0, 0), evening.AddDate(9, 0, 0))))
		},
		"Log":         func() int { return len(must[[]ledger.Leaf](t)(r.Log(ctx, me))) },
		"Graves":      func() int { return len(must[[]ledger.Grave](t)(r.Graves(ctx, me))) },
		"Checkpoints": func() int { return len(must[[]Checkpoint](t)(r.Checkpoints(ctx, me))) },
		"AuditLog":    func() int { return len(must[[]AuditEntry](t)(r.AuditLog(ctx, me, 0, 100))) },
		"AuditHead":   func() int { return int(must[ledger.AuditHead](t)(r.AuditHead(ctx, me)).N) },
		"AuditLines": func() (n int) {
			must[bool](t)(true, r.AuditLines(ctx, me, allOfIt, func(ledger.AuditLine) error { n++; return nil }))
			return n
		},
		"VerifyTombstones": func() int { return must[int](t)(r.VerifyTombstones(ctx, me, nil)) },
		"VerifyAudit":      func() int { return int(must[uint64](t)(r.VerifyAudit(ctx, me))) },
		"FindPersons": func() int {
			found, _, err := r.FindPersons(ctx, me, PersonQuery{Limit: 100})
			return len(must[[]Person](t)(found, err)) - len(mine.people)
		},
		"FindSessions": func() int {
			return len(must[[]Session](t)(r.FindSessions(ctx, me, SessionQuery{From: time.Unix(0, 0), To: evening.AddDate(9, 0, 0), Limit: 100}))) -
				len(must[[]Session](t)(r.ListSessions(ctx, me, time.Unix(0, 0), evening.AddDate(9, 0, 0))))
		},
		"PersonNames": func() int { return len(must[[]Person](t)(r.PersonNames(ctx, me))) - len(mine.people) },
		"StaffRoles":  func() int { return len(must[[]auth.StaffRole](t)(r.StaffRoles(ctx, me, theirs.people[0].ID))) },
		"Links": func() int {
			return len(must[map[rooms.SeatID]LinkState](t)(r.Links(ctx, me, theirs.series.ID)))
		},
		"OpenSessions": func() int {
			return len(must[[]rooms.SessionID](t)(r.OpenSessions(ctx, me, theirs.series.ID)))
		},
		"Duties":     func() int { return len(must[[]Duty](t)(r.Duties(ctx, me, person))) },
		"Prescribed": func() int { return len(must[map[rooms.PersonID]int](t)(r.Prescribed(ctx, me, evening))) },
		"Guests":     func() int { return len(must[[]Guest](t)(r.Guests(ctx, me, session))) },
		"Payers":     func() int { return len(must[[]week.Payer](t)(r.Payers(ctx, me))) },
		"PayersOn": func() int {
			return len(must[map[rooms.PersonID]*week.Payer](t)(r.PayersOn(ctx, me, "2030-01-01")))
		},
		"Judge": func() int {
			return len(must[[]Judged](t)(r.Judge(ctx, me, time.Unix(0, 0), evening.AddDate(9, 0, 0)))) - 4
		},
	}
	maps.Copy(empty, outboxEmpty(t, r, mine))
	maps.Copy(empty, identityEmpty(t, r, mine, theirs))
	for name, rest := range empty {
		if n := rest(); n != 0 {
			t.Errorf("%s: %d rows of another clinic", name, n)
		}
	}
	kind := reflect.TypeFor[*Records]()
	for i := range kind.NumMethod() {
		name := kind.Method(i).Name
		if notFound[name] == nil && empty[name] == nil && !slices.Contains(noTenant, name) {
			t.Errorf("%s has no row in this test", name)
		}
	}
	untouched(t, r, theirs, invitation.ID)
}

func second[T any](_ T, err error) error { return err }

func moved(series schedule.Series, id rooms.SeriesID, clinic rooms.ClinicID) schedule.Series {
	series.ID, series.Clinic = id, clinic
	return series
}

func stranger(clinic rooms.ClinicID, series rooms.SeriesID, person rooms.PersonID) Seat {
	return Seat{Seat: rooms.Seat{Person: person, Role: rooms.Client, DisplayName: "New N."}, Clinic: clinic, Series: series}
}

// untouched holds that the calls above changed nothing.
func untouched(t *testing.T, r *Records, h house, invitation string) {
	t.Helper()
	ctx := context.Background()
	if got := must[Person](t)(r.Person(ctx, h.clinic.ID, h.people[1].ID)); got.LegalName != h.people[1].LegalName {
		t.Errorf("person: %+v", got)
	}
	if got := must[Session](t)(r.Session(ctx, h.clinic.ID, h.sessions[1])); got.Status != Scheduled {
		t.Errorf("session: %+v", got)
	}
	if got := must[auth.Invitation](t)(r.InvitationByHash(ctx, "h")); got.ID != invitation || !got.RevokedAt.IsZero() {
		t.Errorf("invitation: %+v", got)
	}
}
