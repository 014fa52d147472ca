package api

import (
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/ledger"
	"vesper/rooms/records"
)

// reviewed is a session of an evening that is over, with its people and a
// clinician's token.
type reviewed struct {
	*office
	session, dana, ann, eve string
	start                   time.Time
	clinician               string
}

func newReviewed(t *testing.T) *reviewed {
	t.Helper()
	v := &reviewed{office: newOffice(t)}
	o, ctx, clinic := v.office, t.Context(), v.office.clinic["harbor"]
	series, session := o.group()
	v.session = session
	staff, err := o.records.CreatePerson(ctx, records.Person{
		Clinic: clinic, Kind: records.StaffPerson, LegalName: "Dana Rivera", DisplayName: "Dana", Credential: "LCSW", StaffRoles: []auth.StaffRole{auth.Clinician},
	})
	o.check(err)
	v.dana, v.ann, v.eve = string(staff.ID), o.client("Ann Baker"), o.client("Eve Frost")
	for person, role := range map[string]rooms.Role{v.dana: rooms.Facilitator, v.ann: rooms.Client, v.eve: rooms.Client} {
		_, err := o.records.CreateSeat(ctx, records.Seat{Seat: rooms.Seat{Person: rooms.PersonID(person), Role: role, DisplayName: person}, Clinic: clinic, Series: rooms.SeriesID(series)})
		o.check(err)
	}
	v.clinician, _, err = o.authority.IssueStaff(auth.Staff{Clinic: clinic, Person: staff.ID, Roles: staff.StaffRoles})
	o.check(err)
	planned, err := o.records.Session(ctx, clinic, rooms.SessionID(session))
	o.check(err)
	v.start = planned.Start
	return v
}

// live lets the evening pass: Dana all of it, Ann for an hour, Eve not at all.
func (v *reviewed) live() {
	ctx, id := v.t.Context(), rooms.SessionID(v.session)
	tenure, err := v.records.Open(ctx, id, "node")
	v.check(err)
	var events []rooms.Event
	add := func(minute int, kind rooms.EventKind, person string) {
		e := rooms.Event{ID: rooms.EventID{Epoch: tenure.Epoch, Node: "node", N: uint64(len(events) + 1)}, Kind: kind, Person: rooms.PersonID(person)}
		e.At = v.start.Add(time.Duration(minute) * time.Minute)
		if kind == rooms.EventConnected {
			e.Conn, e.Since = 1, e.At
		}
		events = append(events, e)
	}
	add(-5, rooms.EventOpened, "")
	for i, person := range []string{v.dana, v.ann} {
		add(12*i, rooms.EventArrived, person)
		add(12*i, rooms.EventConnected, person)
		add(12*i, rooms.EventAdmitted, person)
	}
	add(60, rooms.EventLeft, v.ann)
	add(120, rooms.EventEnded, "")
	v.check(v.records.Append(ctx, id, tenure.Epoch, events))
	v.check(v.records.Seal(ctx, id, tenure.Epoch))
}

func (v *reviewed) post(what string, body any) (int, map[string]any) {
	v.t.Helper()
	return v.call("POST", "/api/v1/sessions/"+v.session+"/"+what, v.clinician, body)
}

// flags are the flags of a person in a review, with their text keys.
func flagsOf(review map[string]any, list, person string) (names []string) {
	for _, f := range review[list].([]any) {
		flag := f.(map[string]any)
		if who, _ := flag["person"].(string); who == person {
			names = append(names, flag["text_key"].(string))
		}
	}
	return names
}

// TestReviewAndSign is an evening's review from its seal to an addendum.
func TestReviewAndSign(t *testing.T) {
	v := newReviewed(t)
	status, got := v.post("signoff", map[string]any{})
	v.want(409, "not_over", status, got)
	v.live()
	status, review := v.call("GET", "/api/v1/sessions/"+v.session+"/review", v.clinician, nil)
	if status != 200 || review["final"] != true || review["signed"] != nil || review["unsigned_since"] == nil {
		t.Fatalf("review: %d %v", status, review)
	}
	if got := flagsOf(review, "flags", v.ann); !slices.Equal(got, []string{"flag.late", "flag.left_early"}) {
		t.Errorf("flags of Ann: %v", got)
	}
	if got := flagsOf(review, "warnings", v.eve); !slices.Equal(got, []string{"warning.absence_open"}) {
		t.Errorf("warnings of Eve: %v", got)
	}
	from, to := v.start.Add(time.Hour).Format(time.RFC3339), v.start.Add(2*time.Hour).Format(time.RFC3339)
	status, got = v.post("corrections", map[string]any{"person": v.ann, "what": "present", "from": from, "to": to, "reason": "Went on by telephone."})
	if status != 200 {
		t.Fatalf("correct: %d %v", status, got)
	}
	for _, r := range got["records"].([]any) {
		row := r.(map[string]any)
		if row["person"] == v.ann && (row["minutes"] != 108.0 || row["machine"].(map[string]any)["minutes"] != 48.0) {
			t.Errorf("Ann's row: %v", row)
		}
	}
	note := got["notes"].([]any)[0].(map[string]any)
	if note["body"] != "Went on by telephone." || note["author_name"] != "Dana Rivera" || note["kind"] != "correction" {
		t.Errorf("note: %v", note)
	}
	status, got = v.post("corrections", map[string]any{"person": v.ann, "what": "withdrawn", "ref": note["id"], "reason": "It was the other Ann."})
	if status != 200 || slices.Contains(flagsOf(got, "flags", v.ann), "flag.corrected") {
		t.Errorf("withdraw: %d %v", status, got)
	}
	status, got = v.post("shared-device", map[string]any{"person": v.eve, "with": v.ann, "reason": "Sat beside Ann."})
	if status != 200 || !slices.Contains(flagsOf(got, "flags", v.eve), "flag.shared_device") || len(flagsOf(got, "warnings", v.eve)) != 0 {
		t.Errorf("share: %d %v", status, got)
	}
	v.signs(t)
}

func (v *reviewed) signs(t *testing.T) {
	t.Helper()
	status, got := v.post("addenda", map[string]any{"body": "Too early."})
	v.want(409, "not_signed", status, got)
	status, got = v.call("GET", "/api/v1/sessions?unsigned=true", v.clinician, nil)
	if status != 200 || len(got["sessions"].([]any)) != 1 {
		t.Errorf("unsigned: %d %v", status, got)
	}
	status, got = v.post("signoff", map[string]any{})
	signed, _ := got["signed"].(map[string]any)
	if status != 200 || signed["name"] != "Dana Rivera" || signed["credential"] != "LCSW" || signed["genuine"] != true {
		t.Fatalf("sign: %d %v", status, got)
	}
	status, got = v.post("signoff", map[string]any{})
	v.want(409, "signed", status, got)
	status, got = v.post("corrections", map[string]any{"person": v.ann, "what": "elsewhere", "reason": "Too late."})
	v.want(409, "signed", status, got)
	status, got = v.post("addenda", map[string]any{"body": "The payer asked."})
	notes, _ := got["notes"].([]any)
	if status != 200 || len(notes) != 4 || notes[3].(map[string]any)["signed"].(map[string]any)["name"] != "Dana Rivera" {
		t.Errorf("addendum: %d %v", status, notes)
	}
	if status, got = v.call("GET", "/api/v1/sessions?unsigned=true", v.clinician, nil); status != 200 || len(got["sessions"].([]any)) != 0 {
		t.Errorf("unsigned: %d %v", status, got)
	}
}

// What was sealed and does not read any more is told everywhere in the same
// words.
func TestTamperedIsTold(t *testing.T) {
	v := newReviewed(t)
	v.live()
	at := "/api/v1/sessions/" + v.session
	paths := []string{at + "/review", at + "/attendance", at + "/attendance.csv"}
	for _, path := range paths {
		if status, answer := v.raw("GET", path, v.clinician, nil); status != 200 {
			t.Fatalf("%s: %d %s", path, status, answer)
		}
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(v.dir, "vesper.db"))
	v.check(err)
	defer db.Close()
	for table, change := range map[string]string{
		"journal":  `DROP TRIGGER journal_no_UPDATE; UPDATE journal SET event = 'x' || event WHERE n = 3`,
		"sessions": `UPDATE sessions SET roster = 'x' || roster`,
	} {
		_, err := db.Exec(change)
		v.check(err)
		for _, path := range paths {
			status, got := v.call("GET", path, v.clinician, nil)
			if v.want(409, "tampered", status, got); got["detail"] == "" {
				t.Errorf("%s changed, %s: %v", table, path, got)
			}
		}
	}
}

// The review tells how the caller would sign, and lists what is signed.
func TestHowOneSigns(t *testing.T) {
	v := newReviewed(t)
	_, other := v.colleague("Sam Ortiz", auth.Clinician)
	_, billing := v.colleague("Bo Roth", auth.Billing)
	at := "/api/v1/sessions/" + v.session
	line := func(token string) string {
		_, got := v.call("GET", at+"/review", token, nil)
		signer, told := got["signer"].(map[string]any)
		if !told {
			return ""
		}
		return fmt.Sprint(signer["name"], ", ", signer["credential"])
	}
	if got := line(v.clinician); got != "" {
		t.Errorf("before the end: %q", got)
	}
	v.live()
	if got := line(v.clinician); got != "Dana Rivera, LCSW" {
		t.Errorf("who led signs as %q", got)
	}
	for who, token := range map[string]string{"a clinician who was not there": other, "billing": billing, "a program": v.admin()} {
		if got := line(token); got != "" {
			t.Errorf("%s signs as %q", who, got)
		}
	}
	status, got := v.post("signoff", map[string]any{"name": "Dana"}) // as others see her
	if v.want(422, "invalid", status, got); !slices.Contains(named(got), "body.name") {
		t.Errorf("named %v", named(got))
	}
	for _, signed := range []bool{false, true} {
		if _, got := v.call("GET", at, v.clinician, nil); got["signed"] != signed {
			t.Errorf("signed: %v, want %v", got["signed"], signed)
		}
		v.post("signoff", map[string]any{})
	}
	if got := line(v.clinician); got != "" {
		t.Errorf("after the signature: %q", got)
	}
}

// Every bad field is named, and only staff who may sign do.
func TestReviewIsRefused(t *testing.T) {
	v := newReviewed(t)
	v.live()
	inside := v.start.Add(time.Hour).Format(time.RFC3339)
	for _, c := range []struct {
		what, field string
		body        map[string]any
	}{
		{"corrections", "body.reason", map[string]any{"person": v.ann, "what": "home", "reason": "ab"}},
		{"corrections", "body.reason", map[string]any{"person": v.ann, "what": "home", "reason": "      "}},
		{"corrections", "body.reason", map[string]any{"person": v.ann, "what": "home", "reason": strings.Repeat("x", 1001)}},
		{"corrections", "body.what", map[string]any{"person": v.ann, "what": "rich", "reason": "because"}},
		{"corrections", "body.person", map[string]any{"person": "nobody", "what": "home", "reason": "because"}},
		{"corrections", "body.from", map[string]any{"person": v.ann, "what": "present", "to": inside, "reason": "because"}},
		{"corrections", "body.to", map[string]any{"person": v.ann, "what": "present", "from": inside, "reason": "because"}},
		{"corrections", "body.ref", map[string]any{"person": v.ann, "what": "withdrawn", "ref": "1/node/2", "reason": "because"}},
		{"shared-device", "body.with", map[string]any{"person": v.ann, "with": v.ann, "reason": "because"}},
		{"addenda", "body.body", map[string]any{"body": "  "}},
	} {
		status, got := v.post(c.what, c.body)
		if v.want(422, "invalid", status, got); !slices.Contains(named(got), c.field) {
			t.Errorf("%s %v: named %v, want %s", c.what, c.body, named(got), c.field)
		}
		if said := fmt.Sprint(got["errors"]); strings.Contains(said, ">=") || strings.Contains(said, "<=") {
			t.Errorf("%s %v: people read %s", c.what, c.body, said)
		}
	}
	for _, token := range []string{v.token["harbor"], v.token["mesa"]} {
		status, got := v.call("POST", "/api/v1/sessions/"+v.session+"/signoff", token, map[string]any{})
		v.want(403, "not_allowed", status, got)
	}
	status, got := v.call("GET", "/api/v1/sessions/"+v.session+"/review", v.token["mesa"], nil)
	v.want(404, "not_there", status, got)
}

// The bundle leads to the checkpoint that was asked for.
func TestEvidenceLeadsToACheckpoint(t *testing.T) {
	v := newReviewed(t)
	v.live()
	status, first := v.call("POST", "/api/v1/checkpoints", v.admin(), nil)
	if status != 200 || first["size"] != 1.0 {
		t.Fatalf("checkpoint: %d %v", status, first)
	}
	v.post("signoff", map[string]any{})
	v.call("POST", "/api/v1/checkpoints", v.admin(), nil)
	_, list := v.call("GET", "/api/v1/checkpoints", v.clinician, nil)
	_, keys := v.call("GET", "/api/v1/keys", v.clinician, nil)
	if len(list["checkpoints"].([]any)) != 2 || !strings.Contains(keys["pem"].(string), "PUBLIC KEY") || len(keys["keys"].([]any)) != 1 {
		t.Errorf("checkpoints %v, keys %v", list, keys)
	}
	for path, want := range map[string]int{"": 2, "?checkpoint=1": 1} {
		bundle, err := ledger.Parse(v.fetch("/sessions/" + v.session + "/evidence" + path))
		v.check(err)
		if report, err := bundle.Verify(nil); err != nil || len(report.Seals) != 2 || bundle.Log == nil || len(bundle.Log.Leaves) != want {
			t.Errorf("%q: %+v, %v", path, bundle.Log, err)
		}
	}
	status, got := v.call("GET", "/api/v1/sessions/"+v.session+"/evidence?checkpoint=7", v.clinician, nil)
	v.want(404, "not_there", status, got)
}

func (v *reviewed) fetch(path string) io.Reader {
	v.t.Helper()
	request, err := http.NewRequestWithContext(v.t.Context(), "GET", v.url+"/api/v1"+path, nil)
	v.check(err)
	request.Header.Set("Authorization", "Bearer "+v.clinician)
	response, err := http.DefaultClient.Do(request)
	v.check(err)
	v.t.Cleanup(func() { _ = response.Body.Close() })
	return response.Body
}

// Every flag and warning has a key that the page about attendance lists, so
// that somebody has thought of words for it.
func TestEveryFlagHasWords(t *testing.T) {
	page, err := os.ReadFile("../../docs/attendance.md")
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, flag := range attendance.Flags {
		keys = append(keys, string(flag))
	}
	keys = append(keys, "tampered", "not_sealed", "guest_unknown", "absence_open", "not_ended", "not_held")
	for _, key := range keys {
		if !strings.Contains(string(page), "`"+key+"`") {
			t.Errorf("%s is not in docs/attendance.md", key)
		}
	}
}
