package records

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

func TestGroundRulesVersions(t *testing.T) { onEach(t, testGroundRulesVersions) }

func testGroundRulesVersions(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic := t.Context(), h.clinic.ID
	set := func(language, text string) int {
		return must[GroundRules](t)(r.SetGroundRules(ctx, GroundRules{Clinic: clinic, Audience: rooms.Client, Language: language, Text: text})).Version
	}
	present := func() Paper {
		return must[[]Paper](t)(r.GroundRulesVersions(ctx, clinic, rooms.Client))[0]
	}
	if got := present(); got.Version != 0 {
		t.Errorf("without any: version %d, want 0", got.Version)
	}
	for i, step := range []struct {
		language string
		want     int
	}{{"en", 1}, {"es", 1}, {"en", 2}, {"en", 3}, {"es", 3}} {
		if got := set(step.language, step.language); got != step.want {
			t.Errorf("step %d: %s is version %d, want %d", i, step.language, got, step.want)
		}
	}
	if _, err := r.PublishGroundRules(ctx, clinic, rooms.Client, map[string]string{"en": "four", "es": "cuatro"}); err != nil {
		t.Fatal(err)
	}
	if got := present(); got.Version != 4 || got.Text["en"] != "four" || got.Text["es"] != "cuatro" {
		t.Errorf("present: %+v", got)
	}
	if other := must[[]Paper](t)(r.GroundRulesVersions(ctx, clinic, rooms.Collateral)); other[0].Version != 0 {
		t.Errorf("another audience has version %d", other[0].Version)
	}
}

func TestAccept(t *testing.T) { onEach(t, testAccept) }

func testAccept(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic, person, clock := t.Context(), h.clinic.ID, h.people[1].ID, r.clock.(*testClock)
	must[Paper](t)(r.PublishGroundRules(ctx, clinic, rooms.Client, map[string]string{"en": "Be kind."}))
	a := Agreement{Clinic: clinic, Person: person, Audience: rooms.Client, Version: 1, Language: "es"}
	first := clock.now
	for range 2 {
		if err := r.Accept(ctx, a); err != nil {
			t.Fatal(err)
		}
		clock.now = clock.now.Add(time.Hour)
	}
	got := must[[]Agreement](t)(r.Acceptances(ctx, clinic, person))
	if len(got) != 1 || !got[0].At.Equal(first) || got[0].Language != "en" || got[0].TextHash != TextHash("Be kind.") {
		t.Errorf("accepted twice, shown in English: %+v", got)
	}
	a.Version = 2
	if err := r.Accept(ctx, a); err == nil {
		t.Error("a version that is not there was accepted")
	}
}

func TestConsentIsDueEveryYear(t *testing.T) { onEach(t, testConsentIsDueEveryYear) }

func testConsentIsDueEveryYear(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic, person, clock := t.Context(), h.clinic.ID, h.people[1].ID, r.clock.(*testClock)
	due := func() bool {
		papers := must[[]Paper](t)(r.ConsentVersions(ctx, clinic))
		return ConsentDue(papers[0], must[[]Agreement](t)(r.Consents(ctx, clinic, person)), clock.now)
	}
	give := func(version int) {
		t.Helper()
		if err := r.Consent(ctx, Agreement{Clinic: clinic, Person: person, Version: version, Language: "en"}); err != nil {
			t.Fatal(err)
		}
	}
	if due() {
		t.Error("due without a text")
	}
	must[Paper](t)(r.PublishConsent(ctx, clinic, map[string]string{"en": "Video has risks.", "es": "El video tiene riesgos."}))
	if !due() {
		t.Error("not due before any was given")
	}
	give(1)
	clock.now = clock.now.Add(ConsentLasts - time.Second)
	give(1)
	if due() {
		t.Error("due within the year")
	}
	clock.now = clock.now.Add(time.Second)
	if !due() {
		t.Error("not due after a year")
	}
	give(1)
	if got := must[[]Agreement](t)(r.Consents(ctx, clinic, person)); due() || len(got) != 2 {
		t.Errorf("given again: %+v", got)
	}
	if got := must[int](t)(r.SetConsent(ctx, clinic, "en", "Video has other risks.")); got != 2 {
		t.Errorf("a new text is version %d, want 2", got)
	}
	if got := must[int](t)(r.SetConsent(ctx, clinic, "es", "Otros riesgos.")); got != 2 {
		t.Errorf("its translation is version %d, want 2", got)
	}
	if !due() {
		t.Error("a new version is not due")
	}
}

func TestScales(t *testing.T) { onEach(t, testScales) }

func testScales(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic, person := t.Context(), h.clinic.ID, h.people[1].ID
	words := func(en string) map[string]string { return map[string]string{"en": en} }
	mood, sleep := Scale{Question: words("Mood?"), Low: words("low"), High: words("high")}, Scale{Question: words("Sleep?")}
	set := must[[]Scale](t)(r.SetScales(ctx, clinic, []Scale{mood, sleep}))
	answer := func(value int, skipped bool) error {
		return r.SaveAnswers(ctx, clinic, []Answer{{
			Clinic: clinic, Session: h.sessions[0], Person: person, Scale: set[0].ID, Moment: AtStart, Value: value, Skipped: skipped,
		}})
	}
	for _, err := range []error{answer(0, true), answer(7, false), answer(3, false)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := answer(11, false); !errors.Is(err, ErrValue) {
		t.Errorf("11: got %v, want ErrValue", err)
	}
	list := must[[]Answer](t)(r.Answers(ctx, clinic, person))
	if len(list) != 2 || !list[0].Skipped || list[1].Value != 7 || list[1].Version != 1 {
		t.Errorf("skipped, then 7, then 3: %+v", list)
	}
	set[0].Question = words("How is your mood?")
	again := must[[]Scale](t)(r.SetScales(ctx, clinic, []Scale{set[1], set[0]}))
	if again[1].Version != 2 || again[1].ID != set[0].ID || again[0].ID != set[1].ID {
		t.Errorf("reworded and moved: %+v", again)
	}
	must[[]Scale](t)(r.SetScales(ctx, clinic, again[:1]))
	asked, all := must[[]Scale](t)(r.Scales(ctx, clinic)), must[[]Scale](t)(r.AllScales(ctx, clinic))
	if len(asked) != 1 || len(all) != 2 {
		t.Errorf("%d asked of %d, want 1 of 2", len(asked), len(all))
	}
	if _, err := r.SetScales(ctx, clinic, []Scale{{ID: "none"}}); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("an unknown scale: got %v, want ErrNotFound", err)
	}
}

func TestOutside(t *testing.T) {
	rules := DoorRules{LicensedStates: []string{"NY", "DC"}}
	for state, want := range map[string]bool{
		"NY": false, "new  york": false, "N.Y.": false, "Washington, D.C.": false, "dc": false,
		"": false, "NJ": true, "New Jersey": true, "Ontario": true,
	} {
		if got := rules.Outside(Address{State: state}); got != want {
			t.Errorf("%q outside: %v, want %v", state, got, want)
		}
	}
	if (DoorRules{}).Outside(Address{State: "NJ"}) {
		t.Error("a clinic without licensed states has an outside")
	}
}

// What was agreed and answered is evidence: the database itself refuses to
// change it. And a door's row tells nobody where somebody lives.
func TestPaperworkIsKept(t *testing.T) { onEach(t, testPaperworkIsKept) }

func testPaperworkIsKept(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic, person := t.Context(), h.clinic.ID, h.people[1].ID
	must[Paper](t)(r.PublishGroundRules(ctx, clinic, rooms.Client, map[string]string{"en": "Be kind."}))
	must[Paper](t)(r.PublishConsent(ctx, clinic, map[string]string{"en": "Video."}))
	scales := must[[]Scale](t)(r.SetScales(ctx, clinic, []Scale{{Question: map[string]string{"en": "Mood?"}}}))
	agreed := Agreement{Clinic: clinic, Person: person, Audience: rooms.Client, Version: 1}
	door := Door{
		Clinic: clinic, Session: h.sessions[0], Person: person, Place: "elsewhere", Phone: "Zanthoxylum",
		Address: Address{Line: "Zanthoxylum", State: "NY"}, EmergencyName: "Zanthoxylum", EmergencyPhone: "Zanthoxylum",
	}
	if err := errors.Join(r.Accept(ctx, agreed), r.Consent(ctx, agreed), r.SaveDoor(ctx, door), r.SaveAnswers(ctx, clinic, []Answer{{
		Clinic: clinic, Session: h.sessions[0], Person: person, Scale: scales[0].ID, Moment: AtStart, Value: 5,
	}})); err != nil {
		t.Fatal(err)
	}
	err := r.view(ctx, clinic, "look", func(ctx context.Context, db bun.IDB) error {
		row, err := one[doorRow](ctx, db, "", "clinic = ? AND person = ?", clinic, person)
		if strings.Contains(fmt.Sprintf("%+v", row), "Zanthoxylum") {
			t.Errorf("readable: %+v", row)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := must[Door](t)(r.Door(ctx, clinic, door.Session, person)); got.Address != door.Address || got.EmergencyPhone != "Zanthoxylum" {
		t.Errorf("door: %+v", got)
	}
	for _, statement := range []string{
		"UPDATE acceptances SET version = 2", "DELETE FROM acceptances", "UPDATE consents SET given_at = 1", "DELETE FROM consents",
		"UPDATE scale_answers SET score = 1", "DELETE FROM scale_answers", "UPDATE scales SET active = false", "UPDATE consent_texts SET body = 'x'",
	} {
		err := r.change(ctx, clinic, "tamper", func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.ExecContext(ctx, statement)
			return err
		})
		if err == nil {
			t.Errorf("%s was done", statement)
		}
	}
}
