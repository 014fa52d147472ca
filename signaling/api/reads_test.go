package api

import (
	"database/sql"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"vesper/rooms/records"
)

// reads has a row for every route that is read: the entry that it leaves in
// the audit log, or that it holds nothing of anybody.
var reads = map[string]string{
	"/audit": "audit.read", "/audit/log": "audit.export", "/evidence": "archive.export", "/exports/{id}/file": "export.file", "/persons": "persons.read", "/persons/search": "persons.read",
	"/persons/{id}": "person.read", "/persons/{id}/paperwork": "paperwork.read", "/persons/{id}/seats": "seats.read",
	"/persons/{id}/trend": "answers.read", "/series/{id}/seats": "seats.read", "/sessions/{id}/attendance": "attendance.read",
	"/sessions/{id}/attendance.csv": "attendance.export", "/sessions/{id}/doors": "doors.read", "/sessions/{id}/evidence": "evidence.export",
	"/sessions/{id}/guests": "guests.read", "/sessions/{id}/review": "review.read", "/week": "week.read",
	"/mail": "mail.read", "/persons/{id}/reminders": "reminders.read",

	"/checkpoints": nobodys, "/consents": nobodys, "/door-rules": nobodys, "/ground-rules": nobodys, "/keys": nobodys, "/payers": nobodys, "/retention": nobodys,
	"/programs": nobodys, "/rules": nobodys, "/scales": nobodys, "/series": nobodys, "/series/{id}": nobodys, "/service-clients": nobodys, "/service-tokens": nobodys,
	"/sessions": nobodys, "/sessions/{id}": nobodys, "/settings/mail": nobodys, "/webhooks": nobodys, "/webhooks/{id}/deliveries": nobodys,
	"/staff/me": nobodys, "/staff/passkeys": nobodys, "/staff/ways": nobodys, "/calendar.ics": nobodys,
	"/exports": nobodys, "/exports/{id}": nobodys, // how far they are
}

const nobodys = "-"

// TestReadsLeaveAnEntry calls every route that is read and looks at the audit
// log; then again with a log that can't be written, when nothing is told.
func TestReadsLeaveAnEntry(t *testing.T) {
	o := newOffice(t)
	mesa := o.furnish("mesa")
	admin := mesa.signIn()
	o.exportDone(mesa.ids["export"], admin)
	table := routes(t, o.url, mesa.ids)
	entries := func() []records.AuditEntry {
		list, err := o.records.SearchAudit(t.Context(), mesa.clinic, records.AuditQuery{Limit: 1000})
		o.check(err)
		return list
	}
	for _, r := range table {
		path := strings.TrimPrefix(r.path, "/api/v1")
		if r.method != "GET" && path != "/persons/search" {
			continue
		}
		want, listed := reads[path]
		if !listed {
			t.Errorf("%s: the table does not say which entry it leaves", path)
			continue
		}
		before := len(entries())
		status, answer := o.raw(r.method, r.fill(mesa.ids), admin, r.body)
		if path != "/calendar.ics" && status != 200 {
			t.Errorf("%s: %d %.200s", path, status, answer)
		}
		after := entries()
		switch {
		case want == nobodys && len(after) != before:
			t.Errorf("%s leaves %s, the table says none", path, after[0].Action)
		case want == nobodys:
			for _, mark := range []string{mesa.ids["person"], "Marker mesa", "Ana"} {
				if path != "/staff/me" && strings.Contains(answer, mark) {
					t.Errorf("%s tells of somebody without an entry: %.300s", path, answer)
				}
			}
		case len(after) != before+1 || after[0].Action != want || after[0].Actor == "" || after[0].ActorKind != "staff":
			t.Errorf("%s: %d entries more, the last is %+v, want %s", path, len(after)-before, after[0], want)
		}
	}
	o.blockAudit()
	for _, r := range table {
		path := strings.TrimPrefix(r.path, "/api/v1")
		if r.method != "GET" && path != "/persons/search" || reads[path] == nobodys {
			continue
		}
		status, answer := o.raw(r.method, r.fill(mesa.ids), admin, r.body)
		if status != 500 || !strings.Contains(answer, `"internal"`) || len(answer) > 300 {
			t.Errorf("%s without a log: %d %.300s", path, status, answer)
		}
	}
}

// exportDone waits for an export.
func (o *office) exportDone(id, token string) {
	o.t.Helper()
	for {
		_, answer := o.raw("GET", "/api/v1/exports/"+id, token, nil)
		var job Export
		o.check(json.Unmarshal([]byte(answer), &job))
		if job.State == "done" {
			return
		}
		if job.State != "running" {
			o.t.Fatalf("the export is %s", answer)
		}
	}
}

// blockAudit makes the database refuse every further entry, until it is told
// to go on.
func (o *office) blockAudit() (goOn func()) {
	o.t.Helper()
	run := func(statement string) {
		db, err := sql.Open("sqlite", "file:"+filepath.Join(o.dir, "vesper.db"))
		o.check(err)
		defer db.Close()
		_, err = db.Exec(statement)
		o.check(err)
	}
	run(`CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'the log is full'); END`)
	return func() { run("DROP TRIGGER full") }
}
