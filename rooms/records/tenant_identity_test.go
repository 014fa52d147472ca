package records

import (
	"testing"

	"vesper/auth"
	"vesper/rooms"
)

// identityNotFound asks for another clinic's ways to prove who one is.
func identityNotFound(t *testing.T, r *Records, mine, theirs house) map[string]func() error {
	ctx, me, them, person := t.Context(), mine.clinic.ID, theirs.clinic.ID, theirs.people[0].ID
	if err := r.AddPasskey(ctx, auth.Passkey{Clinic: them, Person: person, Credential: "c"}); err != nil {
		t.Fatal(err)
	}
	if err := r.SetIdentifier(ctx, them, "ehr", "1", "session", string(theirs.sessions[0])); err != nil {
		t.Fatal(err)
	}
	program := must[auth.ServiceClient](t)(r.AddServiceClient(ctx, auth.ServiceClient{Clinic: them, Name: "EHR"}))
	return map[string]func() error{
		"LendInvitation": func() error {
			return second(r.LendInvitation(ctx, me, theirs.sessions[1], theirs.people[1].ID, "lent"))
		},
		"AddPasskey": func() error {
			return r.AddPasskey(ctx, auth.Passkey{Clinic: me, Person: person, Credential: "d"})
		},
		"UsePasskey":  func() error { return r.UsePasskey(ctx, me, "c", nil, evening) },
		"DropPasskey": func() error { return r.DropPasskey(ctx, me, person, "c") },
		"BindSubject": func() error { return r.BindSubject(ctx, me, "https://idp.example", "s", person) },
		"StaffBySubject": func() error {
			return second(r.StaffBySubject(ctx, Vouched{Clinic: "unknown", Issuer: "https://idp.example", Subject: "s", Name: "N", Roles: []auth.StaffRole{auth.Admin}}))
		},
		"ByIdentifier":  func() error { return second(r.ByIdentifier(ctx, me, "ehr", "1", "session")) },
		"SetIdentifier": func() error { return r.SetIdentifier(ctx, "unknown", "ehr", "1", "session", "x") },
		"KeepStaffSession": func() error {
			return second(r.KeepStaffSession(ctx, auth.StaffSession{ID: "x", Clinic: me, Person: person}))
		},
		"AddServiceClient": func() error {
			return second(r.AddServiceClient(ctx, auth.ServiceClient{Clinic: "unknown", Name: "EHR"}))
		},
		"RevokeServiceClient": func() error { return r.RevokeServiceClient(ctx, me, program.ID) },
	}
}

// identityEmpty asks for lists, and ends what is not there to end.
func identityEmpty(t *testing.T, r *Records, mine, theirs house) map[string]func() int {
	ctx, me, person := t.Context(), mine.clinic.ID, theirs.people[0].ID
	return map[string]func() int{
		"Passkeys":       func() int { return len(must[[]auth.Passkey](t)(r.Passkeys(ctx, me, person))) },
		"ServiceClients": func() int { return len(must[[]auth.ServiceClient](t)(r.ServiceClients(ctx, me))) },
		"SearchAudit": func() int {
			return len(must[[]AuditEntry](t)(r.SearchAudit(ctx, me, AuditQuery{Person: person, Limit: 10})))
		},
		"EndStaffSessions": func() int {
			session := auth.StaffSession{ID: rooms.NewID(), Clinic: theirs.clinic.ID, Person: person, Began: evening, Seen: evening}
			must[auth.StaffSession](t)(r.KeepStaffSession(ctx, session))
			must[bool](t)(true, r.EndStaffSessions(ctx, me, person, session.ID, evening, "revoked"))
			if must[auth.StaffSession](t)(r.KeepStaffSession(ctx, session)).EndedAt.IsZero() {
				return 0
			}
			return 1
		},
	}
}
