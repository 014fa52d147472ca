package records

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"vesper/auth"
	"vesper/rooms"
)

func capacity(t *testing.T, r *Records, h house, places int) {
	t.Helper()
	err := r.change(t.Context(), h.clinic.ID, "set capacity", func(ctx context.Context, tx bun.Tx) error {
		return changed(tx.NewUpdate().Table("series").Set("capacity = ?", places).
			Where("clinic = ? AND id = ?", h.clinic.ID, h.series.ID).Exec(ctx))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDischargeKillsTheLinkAndKeepsThePast(t *testing.T) {
	onEach(t, testDischargeKillsTheLinkAndKeepsThePast)
}

func testDischargeKillsTheLinkAndKeepsThePast(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic, authority := t.Context(), h.clinic.ID, newAuthority(t, r)
	seat := h.seats[1]
	secret, hash := auth.NewInvitation()
	must[auth.Invitation](t)(r.CreateInvitation(ctx, auth.Invitation{Clinic: clinic, Seat: seat.ID, Hash: hash}))
	frozen := must[rooms.Tenure](t)(r.Open(ctx, h.sessions[0], "n")).Roster
	gone := must[Seat](t)(r.Discharge(ctx, clinic, seat.ID, evening))
	if gone.DischargedAt.IsZero() || !gone.Until.Equal(evening) {
		t.Fatalf("discharged: %+v", gone)
	}
	if _, err := authority.Open(ctx, secret); !errors.Is(err, auth.ErrLinkRevoked) {
		t.Errorf("the link after a discharge: %v, want revoked", err)
	}
	if got := must[rooms.Roster](t)(r.Roster(ctx, clinic, h.sessions[0])); !reflect.DeepEqual(got, frozen) {
		t.Errorf("a roster of the past changed: %+v", got)
	}
	if got := must[rooms.Roster](t)(r.Roster(ctx, clinic, h.sessions[1])); len(got) != 2 {
		t.Errorf("next week's roster has %d seats, want 2", len(got))
	}
	if _, err := r.CreateInvitation(ctx, auth.Invitation{Clinic: clinic, Seat: seat.ID, Hash: "again"}); !errors.Is(err, ErrDischarged) {
		t.Errorf("a link for a discharged seat: %v", err)
	}
	if again := must[Seat](t)(r.Discharge(ctx, clinic, seat.ID, evening.Add(time.Hour))); !again.Until.Equal(evening) {
		t.Errorf("a second discharge moved the first: %v", again.Until)
	}
	// The display name is free for somebody else, and then it is theirs.
	other := must[Person](t)(r.CreatePerson(ctx, Person{Clinic: clinic, Kind: ClientPerson, LegalName: "Ann Baker"}))
	namesake := must[Seat](t)(r.CreateSeat(ctx, Seat{
		Seat: rooms.Seat{Person: other.ID, Role: rooms.Client, DisplayName: seat.DisplayName}, Clinic: clinic, Series: h.series.ID,
	}))
	if _, err := r.Readmit(ctx, clinic, seat.ID); !errors.Is(err, ErrNameTaken) {
		t.Errorf("readmitting beside a namesake: %v", err)
	}
	must[Seat](t)(r.Discharge(ctx, clinic, namesake.ID, evening))
	back := must[Seat](t)(r.Readmit(ctx, clinic, seat.ID))
	if !back.DischargedAt.IsZero() || !back.Until.IsZero() {
		t.Fatalf("readmitted: %+v", back)
	}
	if state := must[map[rooms.SeatID]LinkState](t)(r.Links(ctx, clinic, h.series.ID)); state[seat.ID].State != "revoked" {
		t.Errorf("the old link is %q after readmission", state[seat.ID].State)
	}
	if got := must[rooms.Roster](t)(r.Roster(ctx, clinic, h.sessions[1])); len(got) != 3 {
		t.Errorf("next week's roster has %d seats after readmission, want 3", len(got))
	}
}

func TestOnePersonalLinkASeat(t *testing.T) { onEach(t, testOnePersonalLinkASeat) }

func testOnePersonalLinkASeat(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic, authority := t.Context(), h.clinic.ID, newAuthority(t, r)
	state := func() LinkState {
		return must[map[rooms.SeatID]LinkState](t)(r.Links(ctx, clinic, h.series.ID))[h.seats[1].ID]
	}
	if got := state().State; got != "" {
		t.Errorf("without a link: %q", got)
	}
	var secrets []auth.Secret
	for range 3 {
		secret, hash := auth.NewInvitation()
		secrets = append(secrets, secret)
		must[auth.Invitation](t)(r.FreshInvitation(ctx, auth.Invitation{Clinic: clinic, Seat: h.seats[1].ID, Hash: hash}))
	}
	for i, secret := range secrets {
		_, err := authority.Open(ctx, secret)
		if last := i == 2; last != (err == nil) {
			t.Errorf("link %d: %v", i, err)
		}
	}
	if got := state(); got.State != "active" || !got.SentAt.IsZero() {
		t.Errorf("with a link: %+v", got)
	}
	if err := r.RevokeInvitations(ctx, clinic, h.seats[1].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := authority.Open(ctx, secrets[2]); !errors.Is(err, auth.ErrLinkRevoked) {
		t.Errorf("withdrawn: %v", err)
	}
	if got := state().State; got != "revoked" {
		t.Errorf("withdrawn: %q", got)
	}
}

func TestCapacityIsKept(t *testing.T) { onEach(t, testCapacityIsKept) }

func testCapacityIsKept(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r) // two clients
	ctx, clinic := t.Context(), h.clinic.ID
	capacity(t, r, h, 3)
	seat := func(name string, role rooms.Role) (Seat, error) {
		person := must[Person](t)(r.CreatePerson(ctx, Person{Clinic: clinic, Kind: ClientPerson, LegalName: name}))
		return r.CreateSeat(ctx, Seat{Seat: rooms.Seat{Person: person.ID, Role: role, DisplayName: name}, Clinic: clinic, Series: h.series.ID})
	}
	if _, _, err := r.SeatGuest(ctx, Guest{Clinic: clinic, Session: h.sessions[0], DisplayName: "Gil"}, "g"); err != nil {
		t.Fatal(err) // guests of one evening take no place
	}
	must[Seat](t)(seat("Eve", rooms.Client))
	if _, err := seat("Fay", rooms.Client); !errors.Is(err, ErrFull) {
		t.Errorf("a fourth client: %v, want ErrFull", err)
	}
	observer := must[Seat](t)(seat("Otis", rooms.Observer))
	observer.Role = rooms.Client
	if err := r.UpdateSeat(ctx, observer); !errors.Is(err, ErrFull) {
		t.Errorf("an observer made a client: %v, want ErrFull", err)
	}
	must[Seat](t)(r.Discharge(ctx, clinic, h.seats[1].ID, evening))
	must[Seat](t)(seat("Gus", rooms.Client))
	if _, err := r.Readmit(ctx, clinic, h.seats[1].ID); !errors.Is(err, ErrFull) {
		t.Errorf("readmitting into a full series: %v, want ErrFull", err)
	}
}

func TestGuestsOfOneEvening(t *testing.T) { onEach(t, testGuestsOfOneEvening) }

func testGuestsOfOneEvening(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic, authority := t.Context(), h.clinic.ID, newAuthority(t, r)
	tonight := h.sessions[0]
	must[rooms.Tenure](t)(r.Open(ctx, tonight, "n"))
	secret, hash := auth.NewInvitation()
	guest, seat, err := r.SeatGuest(ctx, Guest{
		Clinic: clinic, Session: tonight, DisplayName: "Gil", Note: "says he is Carl", SeatedBy: h.people[0].ID,
	}, hash)
	if err != nil {
		t.Fatal(err)
	}
	invite := must[auth.Invite](t)(authority.Open(ctx, secret))
	who := must[rooms.Identity](t)(r.Identity(ctx, clinic, tonight, invite.Seat))
	if who.Person != guest.Person || who.Role != rooms.Client || seat.Person != guest.Person {
		t.Fatalf("the guest is %+v", who)
	}
	if got := must[Session](t)(r.SessionForSeat(ctx, clinic, invite.Seat, evening)); got.Plan.Session != tonight {
		t.Errorf("the link leads to %s", got.Plan.Session)
	}
	if _, err := r.SessionForSeat(ctx, clinic, invite.Seat, evening.AddDate(0, 0, 1)); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("the link leads somewhere next week: %v", err)
	}
	if person := must[Person](t)(r.Person(ctx, clinic, guest.Person)); !person.Guest {
		t.Error("the guest's person is not marked")
	}
	for _, name := range []string{"gil", "Ann B."} {
		if _, _, err := r.SeatGuest(ctx, Guest{Clinic: clinic, Session: tonight, DisplayName: name}, name); !errors.Is(err, ErrNameTaken) {
			t.Errorf("a guest named %s: %v, want ErrNameTaken", name, err)
		}
	}
	if _, _, err := r.SeatGuest(ctx, Guest{Clinic: clinic, Session: h.sessions[1], DisplayName: "Gil"}, "next week"); err != nil {
		t.Errorf("the same name next week: %v", err)
	}
	for with, want := range map[rooms.PersonID]error{
		h.people[0].ID: ErrClient, guest.Person: ErrClient, "nobody": rooms.ErrNotFound, h.people[2].ID: nil,
	} {
		if err := r.MatchGuest(ctx, clinic, tonight, guest.Person, with, h.people[0].ID); !errors.Is(err, want) {
			t.Errorf("matched with %s: %v, want %v", with, err, want)
		}
	}
	if err := r.MatchGuest(ctx, clinic, tonight, h.people[1].ID, h.people[2].ID, h.people[0].ID); !errors.Is(err, ErrNotGuest) {
		t.Errorf("matching somebody who is no guest: %v", err)
	}
	list := must[[]Guest](t)(r.Guests(ctx, clinic, tonight))
	if len(list) != 1 || list[0].Note != "says he is Carl" || list[0].Matched != h.people[2].ID || list[0].DisplayName != "Gil" {
		t.Errorf("guests: %+v", list)
	}
	live(t, r, h)
	if _, _, err := r.SeatGuest(ctx, Guest{Clinic: clinic, Session: tonight, DisplayName: "Hal"}, "late"); !errors.Is(err, ErrOver) {
		t.Errorf("a guest after the end: %v, want ErrOver", err)
	}
}

func TestSubstituteStandsInForOneEvening(t *testing.T) {
	onEach(t, testSubstituteStandsInForOneEvening)
}

func testSubstituteStandsInForOneEvening(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic := t.Context(), h.clinic.ID
	cory := must[Person](t)(r.CreatePerson(ctx, Person{Clinic: clinic, Kind: StaffPerson, LegalName: "Cory"}))
	row := sessionSeatRow{
		ID: "sub", Clinic: clinic, Session: h.sessions[1], Person: cory.ID, Role: rooms.Facilitator, DisplayName: "Cory",
		Origin: "substitute", Replaces: h.people[0].ID,
	}
	err := r.change(ctx, clinic, "substitute", func(ctx context.Context, tx bun.Tx) error { return insert(ctx, tx, &row) })
	if err != nil {
		t.Fatal(err)
	}
	roster := must[rooms.Roster](t)(r.Roster(ctx, clinic, h.sessions[1]))
	if _, here := roster.Seat(h.people[0].ID); here {
		t.Error("who is replaced is still on the roster")
	}
	if seat, here := roster.Seat(cory.ID); !here || seat.ID != "sub" || seat.Role != rooms.Facilitator {
		t.Errorf("the substitute's seat: %+v", seat)
	}
	if other := must[rooms.Roster](t)(r.Roster(ctx, clinic, h.sessions[0])); len(other) != 3 {
		t.Errorf("another evening has %d seats, want 3", len(other))
	}
	if _, err := r.SeatOf(ctx, clinic, h.sessions[0], cory.ID); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("the substitute on another evening: %v", err)
	}
}

func TestCollateralSeat(t *testing.T) { onEach(t, testCollateralSeat) }

func testCollateralSeat(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic := t.Context(), h.clinic.ID
	father := must[Person](t)(r.CreatePerson(ctx, Person{Clinic: clinic, Kind: CollateralPerson, LegalName: "Finn"}))
	seat := Seat{
		Seat:   rooms.Seat{Person: father.ID, Role: rooms.Collateral, DisplayName: "Finn", Segments: []rooms.SegmentKind{rooms.Family, rooms.Break}},
		Clinic: clinic, Series: h.series.ID, Client: h.people[0].ID, Phase: "2", Prescribed: 0,
	}
	if _, err := r.CreateSeat(ctx, seat); !errors.Is(err, ErrClient) {
		t.Errorf("family of staff: %v, want ErrClient", err)
	}
	seat.Client = h.people[1].ID
	kept := must[Seat](t)(r.CreateSeat(ctx, seat))
	got := must[rooms.Seat](t)(r.SeatOf(ctx, clinic, h.sessions[0], father.ID))
	if !reflect.DeepEqual(got, kept.Seat) || !got.Invited(rooms.Break) || got.Invited(rooms.Group) {
		t.Errorf("the seat in the session: %+v, want %+v", got, kept.Seat)
	}
	tenure := must[rooms.Tenure](t)(r.Open(ctx, h.sessions[0], "n"))
	if live, _ := tenure.Roster.Seat(father.ID); !reflect.DeepEqual(live, kept.Seat) {
		t.Errorf("the seat in the room: %+v", live)
	}
}

func TestEnrolIsAllOrNothing(t *testing.T) { onEach(t, testEnrolIsAllOrNothing) }

func testEnrolIsAllOrNothing(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic := t.Context(), h.clinic.ID
	enrolment := func(name string, series rooms.SeriesID) Enrolment {
		return Enrolment{
			Person: Person{Kind: ClientPerson, LegalName: name, Email: name + "@example.org"},
			Seats:  []Seat{{Seat: rooms.Seat{Role: rooms.Client, DisplayName: name}, Series: series, Prescribed: 540}},
		}
	}
	done, refused, err := r.Enrol(ctx, clinic, []Enrolment{
		enrolment("Eve", h.series.ID), enrolment("ann b.", h.series.ID), enrolment("Eve", h.series.ID), enrolment("Gus", "unknown"),
	})
	if err != nil || done != nil || len(refused) != 3 {
		t.Fatalf("%v, %v, %v; want three refused", done, refused, err)
	}
	for row, want := range map[int]error{1: ErrNameTaken, 2: ErrNameTaken, 3: rooms.ErrNotFound} {
		if !errors.Is(refused[row], want) {
			t.Errorf("row %d: %v, want %v", row, refused[row], want)
		}
	}
	if people := must[[]Person](t)(r.Persons(ctx, clinic)); len(people) != 3 {
		t.Fatalf("%d people after a refusal, want 3", len(people))
	}
	var ten []Enrolment
	for i := range 10 {
		ten = append(ten, enrolment(fmt.Sprintf("Person %d", i), h.series.ID))
	}
	done, refused, err = r.Enrol(ctx, clinic, ten)
	if err != nil || len(refused) != 0 || len(done) != 10 {
		t.Fatalf("%d done, %v, %v", len(done), refused, err)
	}
	minutes := must[map[rooms.PersonID]int](t)(r.Prescribed(ctx, clinic, evening))
	if len(minutes) != 10 || minutes[done[3].Person.ID] != 540 {
		t.Errorf("prescribed: %v", minutes)
	}
}

func TestFindPersons(t *testing.T) { onEach(t, testFindPersons) }

func testFindPersons(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic := t.Context(), h.clinic.ID
	for i := range 25 {
		name := fmt.Sprintf("Ñandú %02d", i)
		must[Person](t)(r.CreatePerson(ctx, Person{Clinic: clinic, Kind: ClientPerson, LegalName: name, DisplayName: "N."}))
	}
	must[Person](t)(r.CreatePerson(ctx, Person{
		Clinic: clinic, Kind: ClientPerson, LegalName: "Zoe", Email: "z@example.org", Phone: "1", Payer: "p",
		Address: Address{City: "Utica"}, EmergencyName: "Max", EmergencyPhone: "2",
	}))
	var names []string
	q := PersonQuery{Kind: ClientPerson, Text: " ñANDú ", Limit: 10}
	for pages := 1; ; pages++ {
		page, more, err := r.FindPersons(ctx, clinic, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page {
			names = append(names, p.LegalName)
		}
		if !more {
			if pages != 3 {
				t.Errorf("%d pages, want 3", pages)
			}
			break
		}
		q.After = page[len(page)-1].ID
	}
	if len(names) != 25 || names[0] != "Ñandú 00" || names[24] != "Ñandú 24" {
		t.Errorf("found %d: %s", len(names), strings.Join(names, ", "))
	}
	page, _, err := r.FindPersons(ctx, clinic, PersonQuery{Text: "zoe", Limit: 5})
	if err != nil || len(page) != 1 || page[0].Email != "z@example.org" || page[0].Address.City != "Utica" || page[0].EmergencyPhone != "2" {
		t.Fatalf("found %+v, %v", page, err)
	}
	page[0].Email = "zoe@example.org"
	if err := r.UpdatePerson(ctx, page[0]); err != nil {
		t.Fatal(err)
	}
	if got := must[Person](t)(r.Person(ctx, clinic, page[0].ID)); got.Email != "zoe@example.org" || got.UpdatedAt.IsZero() {
		t.Errorf("updated: %+v", got)
	}
	var stored string
	err = r.view(ctx, clinic, "read a column", func(ctx context.Context, db bun.IDB) error {
		return db.NewSelect().Table("persons").Column("email").Where("clinic = ? AND id = ?", clinic, page[0].ID).Scan(ctx, &stored)
	})
	if err != nil || !strings.HasPrefix(stored, "v1:") {
		t.Errorf("the column holds %q, %v", stored, err)
	}
}
