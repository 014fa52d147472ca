package api

import (
	"testing"
	"time"

	"vesper/auth"
)

// Whose data was opened by whom is told to those who may know, and only them.
func TestAuditAndRules(t *testing.T) {
	o := newOffice(t)
	o.seat("harbor", "FREQ=DAILY;COUNT=2", o.local(10*time.Minute))
	_, list := o.call("GET", "/api/v1/sessions", o.token["harbor"], nil)
	session := list["sessions"].([]any)[0].(map[string]any)["id"].(string)
	if status, got := o.call("GET", "/api/v1/sessions/"+session+"/attendance", o.token["harbor"], nil); status != 200 {
		t.Fatal(status, got)
	}
	admin, _, err := o.authority.IssueService(t.Context(), o.clinic["harbor"], "office", []auth.Scope{auth.ScopeAdmin}, time.Hour)
	o.check(err)
	status, got := o.call("GET", "/api/v1/audit", o.token["harbor"], nil)
	o.want(403, "not_allowed", status, got)
	persons, err := o.records.Persons(t.Context(), o.clinic["harbor"])
	o.check(err)
	status, got = o.call("GET", "/api/v1/audit?person="+string(persons[0].ID), admin, nil)
	o.want(200, "", status, got)
	found := false
	for _, e := range got["entries"].([]any) {
		entry, _ := e.(map[string]any)
		found = found || entry["action"] == "attendance.read" && entry["session"] == session
	}
	if !found {
		t.Errorf("who opened the attendance: %v", got)
	}

	status, got = o.call("GET", "/api/v1/rules", admin, nil)
	o.want(200, "", status, got)
	got["late_s"], got["present_percent"] = 300, 500
	delete(got, "version")
	status, bad := o.call("POST", "/api/v1/rules", admin, got)
	o.want(422, "invalid", status, bad)
	got["present_percent"] = 75
	status, set := o.call("POST", "/api/v1/rules", admin, got)
	o.want(200, "", status, set)
	if set["version"] != 2.0 || set["late_s"] != 300.0 {
		t.Errorf("the new version: %v", set)
	}
	status, got = o.call("POST", "/api/v1/rules", o.token["harbor"], got)
	o.want(403, "not_allowed", status, got)
}
