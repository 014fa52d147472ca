package api

import (
	"testing"
	"time"

	"vesper/auth"
)

// A program's token is listed without itself, and is good until it is revoked.
func TestServiceTokenIsRevoked(t *testing.T) {
	o := newOffice(t)
	admin, own, err := o.authority.IssueService(t.Context(), o.clinic["harbor"], "office", []auth.Scope{auth.ScopeAdmin}, time.Hour)
	o.check(err)
	token, record, err := o.authority.IssueService(t.Context(), o.clinic["harbor"], "lost laptop", []auth.Scope{auth.ScopeSessionsRead}, time.Hour)
	o.check(err)
	o.as(token, "GET", "/sessions", nil)
	o.as(admin, "DELETE", "/service-tokens/"+record.ID, nil)
	status, got := o.call("GET", "/api/v1/sessions", token, nil)
	o.want(401, "token_invalid", status, got)
	revoked := map[any]any{}
	for _, listed := range o.as(admin, "GET", "/service-tokens", nil)["tokens"].([]any) {
		one, _ := listed.(map[string]any)
		revoked[one["id"]] = one["revoked"]
	}
	if revoked[record.ID] != true || revoked[own.ID] != false {
		t.Errorf("listed: %v", revoked)
	}
}
