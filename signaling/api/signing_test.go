package api

import (
	"sync"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
)

// colleague is a staff member of the clinic without a seat in the evening.
func (v *reviewed) colleague(name string, roles ...auth.StaffRole) (records.Person, string) {
	v.t.Helper()
	person, err := v.records.CreatePerson(v.t.Context(), records.Person{
		Clinic: v.clinic["harbor"], Kind: records.StaffPerson, LegalName: name, DisplayName: name, StaffRoles: roles,
	})
	v.check(err)
	return person, v.signIn(person)()
}

// Who led an evening signs it with their own name, or an administrator does.
func TestWhoSigns(t *testing.T) {
	v := newReviewed(t)
	v.live()
	at := "/api/v1/sessions/" + v.session
	_, other := v.colleague("Sam Ortiz", auth.Clinician)
	_, billing := v.colleague("Bo", auth.Billing, auth.Auditor)
	admin, chief := v.colleague("Kim Lee", auth.Admin)
	for token, who := range map[string]string{other: "a clinician who was not there", billing: "billing", v.admin(): "a program"} {
		if status, got := v.call("POST", at+"/signoff", token, map[string]any{}); status != 403 || got["code"] != "not_allowed" {
			t.Errorf("%s signs: %d %v", who, status, got)
		}
	}
	for field, body := range map[string]map[string]any{
		"body.name":       {"name": "Sam Ortiz"},
		"body.credential": {"credential": "MD"},
	} {
		status, got := v.post("signoff", body)
		v.want(422, "invalid", status, got)
		if names := named(got); len(names) != 1 || names[0] != field {
			t.Errorf("%v: named %v", body, names)
		}
	}
	for _, about := range []time.Duration{-time.Minute, 3 * time.Hour} { // an evening is corrected within its plan
		status, got := v.post("corrections", map[string]any{
			"person": v.ann, "what": "present", "from": v.start.Add(about), "to": v.start.Add(about + 30*time.Minute), "reason": "because",
		})
		v.want(422, "invalid", status, got)
	}
	for what, body := range map[string]map[string]any{
		"corrections": {"person": v.ann, "what": "home", "reason": "because"}, "addenda": {"body": "Something."}, "shared-device": {"person": v.ann, "with": v.eve, "reason": "because"},
	} {
		status, got := v.call("POST", at+"/"+what, billing, body)
		v.want(403, "not_allowed", status, got)
	}
	status, got := v.call("POST", at+"/signoff", chief, map[string]any{"credential": "LCSW"}) // none on record
	signed, _ := got["signed"].(map[string]any)
	if status != 200 || signed["person"] != string(admin.ID) || signed["name"] != "Kim Lee" || signed["credential"] != "LCSW" {
		t.Fatalf("an administrator signs: %d %v", status, got)
	}
	// An addendum is a supervisor's matter too, under their own name.
	status, got = v.call("POST", at+"/addenda", other, map[string]any{"body": "I have spoken with her."})
	v.want(200, "", status, got)
	status, got = v.call("POST", at+"/addenda", billing, map[string]any{"body": "Paid."})
	v.want(403, "not_allowed", status, got)
}

// Twenty signatures at once are one.
func TestOneSignature(t *testing.T) {
	v := newReviewed(t)
	v.live()
	var all sync.WaitGroup
	statuses := make([]int, 20)
	for i := range statuses {
		all.Go(func() { statuses[i], _ = v.post("signoff", map[string]any{}) })
	}
	all.Wait()
	done := 0
	for _, status := range statuses {
		if status == 200 {
			done++
		} else if status != 409 {
			t.Errorf("the second signature: %d", status)
		}
	}
	e, err := v.records.Evidence(t.Context(), v.clinic["harbor"], rooms.SessionID(v.session))
	v.check(err)
	if done != 1 || len(e.Signatures) != 1 || len(e.Seals) != 2 {
		t.Errorf("%d signatures, %d lines, %d seals", done, len(e.Signatures), len(e.Seals))
	}
	if _, err := e.Bundle().Verify(nil); err != nil {
		t.Error(err)
	}
}
