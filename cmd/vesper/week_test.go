package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vesper/rooms"
	"vesper/rooms/attendance/export/exporttest"
	"vesper/rooms/storetest"
)

// TestWeek is a clinic's week from Monday to the export of Friday: set up as a
// record system would, invited by mail, lived through the real rooms and their
// journal, reviewed, signed and exported in every format. All of them agree to
// the minute.
func TestWeek(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { testWeek(t, "") })
	t.Run("postgres", func(t *testing.T) { testWeek(t, storetest.Postgres(t)) })
}

var lakeside = func() *time.Location {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic(err)
	}
	return zone
}()

func testWeek(t *testing.T, postgres string) {
	p := newClinicWeek(t, time.Date(2026, 10, 2, 14, 0, 0, 0, time.UTC), postgres)
	p.setUp()
	for _, day := range []int{5, 7, 8} {
		p.evening(time.Date(2026, 10, day, 18, 0, 0, 0, lakeside))
	}
	p.clock.turn(time.Date(2026, 10, 9, 10, 0, 0, 0, lakeside))
	p.refuseUnsigned()
	p.review()
	p.agree()
	p.prove()
}

// setUp is the record system's work: program, payer, series, roster, invitations.
func (p *clinicWeek) setUp() {
	p.does("POST", "/ground-rules", map[string]any{"audience": "participant", "texts": map[string]string{"en": "What is said here stays here.", "es": "Lo que se dice aquí se queda aquí."}})
	p.does("POST", "/ground-rules", map[string]any{"audience": "collateral", "texts": map[string]string{"en": "You are a guest of the group."}})
	p.does("POST", "/consents", map[string]any{"texts": map[string]string{"en": "We meet by video."}})
	p.does("PUT", "/scales", map[string]any{"scales": []any{map[string]any{"question": map[string]string{"en": "How strong is your craving?"}}}})
	program := p.id("/programs", map[string]any{"name": "Intensive Outpatient"})
	series := p.id("/series", map[string]any{
		"program": program, "title": "Evening group", "kind": "group", "rule": "FREQ=WEEKLY;BYDAY=MO,WE,TH;COUNT=24", "start": "2026-10-05T18:00",
		"zone": "America/New_York", "template": []any{
			map[string]any{"kind": "group", "minutes": 50}, map[string]any{"kind": "break", "minutes": 10}, map[string]any{"kind": "family", "minutes": 60},
			map[string]any{"kind": "break", "minutes": 10}, map[string]any{"kind": "education", "minutes": 50},
		},
	})
	p.enrol(series, "Dana", "Dana Whitfield", "facilitator", nil)
	for _, client := range []string{"Ana", "Ben", "Cam", "Dee", "Eli", "Fay", "Gus", "Hal"} {
		p.enrol(series, client, client+" Legal", "participant", map[string]any{"prescribed_minutes": 540, "phase": "1"})
	}
	p.enrol(series, "Ivy", "Ivy Legal", "collateral", map[string]any{"client": p.person["Ana"], "segments": []string{"family"}})
	p.mails()
}

// happening is one moment of an evening, so many minutes after its planned start.
type happening struct {
	at float64
	do func()
}

// evening is lived as planned: each moment at its own time, all through the
// door and the room that everybody uses.
func (p *clinicWeek) evening(start time.Time) {
	p.t.Helper()
	p.clock.turn(start.Add(-25 * time.Minute))
	session := p.session(start)
	room, err := p.house.hall.Open(p.t.Context(), rooms.SessionID(session))
	must(p.t, err)
	do := func(c rooms.Command) {
		p.t.Helper()
		if err := room.Do(p.t.Context(), c); err != nil {
			p.t.Fatalf("%T at %s: %v", c, p.clock.Now().In(lakeside).Format(time.TimeOnly), err)
		}
	}
	here := func(name string) { p.arrive(room, name) }
	admit := func(name string) { do(rooms.Admit{Actor: p.person["Dana"], Person: p.person[name]}) }
	lose := func(name string, conn uint64) {
		do(rooms.Lose{Person: p.person[name], Conn: conn, Since: p.clock.Now()})
	}
	var first, second uint64
	script := []happening{{-20, func() { here("Dana") }}}
	for i, name := range []string{"Ana", "Ben", "Cam", "Eli", "Gus", "Hal"} {
		script = append(script, happening{-10 + float64(i), func() { here(name) }}, happening{-3, func() { admit(name) }})
	}
	script = append(script,
		happening{15, func() { here("Dee"); admit("Dee") }}, // late
		happening{20, func() { first = p.conn; lose("Ben", p.connOf(room, "Ben")) }},
		happening{21, func() { p.connect(room, "Ben") }},                                         // bridged
		happening{30, func() { first = p.connOf(room, "Cam"); second = p.connect(room, "Cam") }}, // a second device
		happening{31, func() { do(rooms.Lose{Person: p.person["Cam"], Conn: first, Since: p.clock.Now()}) }},
		happening{40, func() { do(rooms.Aside{Actor: p.person["Dana"], Person: p.person["Hal"]}) }},
		happening{55, func() { do(rooms.EndAside{Actor: p.person["Dana"], Person: p.person["Hal"]}) }},
		happening{58, func() { here("Ivy") }},
		happening{60, func() { admit("Ivy") }}, // for the family hour alone
		happening{70, func() { lose("Ben", p.connOf(room, "Ben")) }},
		happening{75, func() { p.connect(room, "Ben") }}, // too long to be bridged
		happening{90, func() { do(rooms.Remove{Actor: p.person["Dana"], Person: p.person["Gus"]}) }},
		happening{130.5, func() {}}, // the education begins: Ivy is not invited to it
		happening{140, func() { do(rooms.Leave{Person: p.person["Eli"]}) }},
		happening{180, func() { do(rooms.End{Actor: p.person["Dana"]}) }},
	)
	for _, m := range script {
		p.clock.turn(start.Add(time.Duration(m.at * float64(time.Minute))))
		m.do()
	}
	if second == 0 {
		p.t.Fatal("there was no second device")
	}
	eventually(p.t, "the evening is sealed", func() bool {
		s, err := p.house.records.Session(p.t.Context(), p.clinic, rooms.SessionID(session))
		must(p.t, err)
		return s.Sealed
	})
}

// session finds the one that is planned for a time.
func (p *clinicWeek) session(start time.Time) string {
	p.t.Helper()
	list := p.does("GET", "/sessions?from="+start.UTC().Format(time.RFC3339)+"&to="+start.Add(time.Minute).UTC().Format(time.RFC3339), nil)["sessions"].([]any)
	if len(list) != 1 {
		p.t.Fatalf("%d sessions are planned for %s", len(list), start)
	}
	return list[0].(map[string]any)["id"].(string)
}

// arrive comes to the door with the link from the mail, then to the lobby.
func (p *clinicWeek) arrive(room *rooms.Room, name string) {
	p.t.Helper()
	secret := map[string]any{"secret": p.secret[name]}
	open := p.doesAs("", "POST", "/invitations/open", secret)
	if open["status"] != "open" {
		p.t.Fatalf("the door says %v to %s", open["status"], name)
	}
	ticket := map[string]any{
		"secret": p.secret[name], "rules": "1", "language": "en", "door": map[string]any{"name": name, "place": "home", "phone": "+1 555 0100"},
	}
	if consent, due := open["consent"].(map[string]any); due {
		ticket["consent"] = consent["version"]
	}
	if scales, ask := open["scales"].([]any); ask {
		ticket["answers"] = []any{map[string]any{"scale": scales[0].(map[string]any)["id"], "value": 4}}
	}
	p.doesAs("", "POST", "/invitations/ticket", ticket)
	must(p.t, room.Do(p.t.Context(), rooms.Arrive{Person: p.person[name], Place: "home"}))
	p.connect(room, name)
}

func (p *clinicWeek) connect(room *rooms.Room, name string) uint64 {
	p.t.Helper()
	p.conn++
	must(p.t, room.Do(p.t.Context(), rooms.Connect{Person: p.person[name], Conn: p.conn, Since: p.clock.Now()}))
	return p.conn
}

func (p *clinicWeek) connOf(room *rooms.Room, name string) uint64 {
	p.t.Helper()
	view, err := room.View(p.t.Context())
	must(p.t, err)
	who, _ := view.Person(p.person[name])
	return who.Conn
}

// refuseUnsigned: nothing final leaves the house before it is signed.
func (p *clinicWeek) refuseUnsigned() {
	p.t.Helper()
	made := p.export(map[string]any{"kind": "csv", "week": "2026-10-09"})
	if made["state"] != "refused" || len(made["unsigned"].([]any)) != 3 {
		p.t.Errorf("an export of unsigned evenings: %v", made)
	}
}

// review is Friday morning: calls, a correction with its reason, signatures.
func (p *clinicWeek) review() {
	p.t.Helper()
	dana := p.staff("Dana")
	for _, day := range []int{5, 7, 8} {
		start := time.Date(2026, 10, day, 18, 0, 0, 0, lakeside)
		at := "/sessions/" + p.session(start)
		if day == 7 {
			p.doesAs(dana, "POST", at+"/corrections", map[string]any{
				"person": p.person["Ben"], "what": "present", "from": start.Add(70 * time.Minute), "to": start.Add(75 * time.Minute),
				"reason": "He called in by phone while the router restarted.",
			})
		}
		for _, outcome := range []string{"called", "reached", "excused"} {
			p.doesAs(dana, "POST", at+"/absences/"+string(p.person["Fay"]), map[string]any{"outcome": outcome})
		}
		p.doesAs(dana, "POST", at+"/signoff", map[string]any{})
		review := p.doesAs(dana, "GET", at+"/review", nil)
		signed, _ := review["signed"].(map[string]any)
		if signed["name"] != "Dana Whitfield" || signed["credential"] != "LCSW" || signed["genuine"] != true {
			p.t.Errorf("signed: %v", review["signed"])
		}
		status, data := p.ask("POST", at+"/corrections", dana, map[string]any{"person": p.person["Ben"], "what": "home", "reason": "too late"})
		if status != 409 {
			p.t.Errorf("a correction after the signature: %d %s", status, data)
		}
		p.doesAs(dana, "POST", at+"/addenda", map[string]any{"body": "The group asked for a longer break."})
	}
}

// attended is what everybody's evening comes to, in minutes: Ben lost five of
// them, which were given back on Wednesday.
func attended() exporttest.Minutes {
	want := exporttest.Minutes{}
	for name, minutes := range map[string]int64{"Ana": 180, "Cam": 180, "Hal": 180, "Ben": 175, "Dee": 165, "Eli": 140, "Gus": 90, "Fay": 0} {
		for _, date := range []string{"2026-10-05", "2026-10-07", "2026-10-08"} {
			n := minutes
			if name == "Ben" && date == "2026-10-07" {
				n = 180
			}
			want[name+" "+date] = n
			want[name+" week"] += n
		}
	}
	return want
}

// agree holds screen, CSV, page, paper, FHIR and the session's own rows against
// what the week really was.
func (p *clinicWeek) agree() {
	p.t.Helper()
	want := attended()
	status, screen := p.ask("GET", "/week?of=2026-10-09", p.token(), nil)
	if status != 200 {
		p.t.Fatalf("week: %d %s", status, screen)
	}
	var names []exporttest.Name
	for name := range p.person {
		names = append(names, exporttest.Name{Legal: name + " Legal", Display: name})
	}
	week := func(kind string) []byte { return p.file(map[string]any{"kind": kind, "week": "2026-10-09"}) }
	for format, got := range map[string]exporttest.Minutes{
		"screen": exporttest.Screen(p.t, screen), "CSV": exporttest.CSV(p.t, week("csv")), "HTML": exporttest.HTML(p.t, week("html")),
		"PDF": exporttest.PDF(p.t, week("pdf"), "Evening group", 540, names...), "API": p.rows(),
	} {
		if !maps.Equal(got, want) {
			p.t.Errorf("%s says\n%v, want\n%v", format, got, want)
		}
	}
	came := maps.Clone(want) // FHIR has an encounter for who attended, and no totals
	maps.DeleteFunc(came, func(key string, n int64) bool { return n == 0 || strings.HasSuffix(key, " week") })
	if got := exporttest.FHIR(p.t, week("fhir"), p.names, lakeside); !maps.Equal(got, came) {
		p.t.Errorf("FHIR says\n%v, want\n%v", got, came)
	}
	own := p.file(map[string]any{"kind": "own", "person": p.person["Ana"], "from": "2026-10-05", "to": "2026-10-11", "format": "html"})
	for name := range p.person {
		if name != "Ana" && bytes.Contains(own, []byte(name+" ")) && name != "Dana" {
			p.t.Errorf("Ana's own copy names %s", name)
		}
	}
}

// rows are the sessions' own, as the API has them, with what is worth a word.
func (p *clinicWeek) rows() exporttest.Minutes {
	p.t.Helper()
	all := exporttest.Minutes{}
	for _, day := range []int{5, 7, 8} {
		start := time.Date(2026, 10, day, 18, 0, 0, 0, lakeside)
		for _, item := range p.does("GET", "/sessions/"+p.session(start)+"/attendance", nil)["records"].([]any) {
			row := item.(map[string]any)
			name, minutes := row["display_name"].(string), int64(row["minutes"].(float64))
			if row["role"] == "participant" {
				all[name+" "+start.Format(time.DateOnly)] = minutes
				all[name+" week"] += minutes
			}
			p.worthAWord(name, day, row)
		}
	}
	return all
}

// worthAWord checks what a row says beside its minutes.
func (p *clinicWeek) worthAWord(name string, day int, row map[string]any) {
	p.t.Helper()
	want := map[string][]string{
		"Dee": {`"late_s":900`, `"late"`}, "Eli": {`"early_s":2400`, `"left_early"`}, "Gus": {`"removed"`}, "Fay": {`"status":"excused"`},
		"Hal": {`"aside_s":900`, `"aside"`}, "Ivy": {`"minutes":70`, `"flags":[]`}, "Cam": {`"reconnects":0`}, "Ben": {`"reconnects":1`},
	}[name]
	if machine, _ := row["machine"].(map[string]any); name == "Ben" && day == 7 && machine["minutes"] != 175.0 {
		p.t.Errorf("the machine's value of a corrected row is %v", row["machine"])
	}
	text, err := json.Marshal(row)
	must(p.t, err)
	for _, piece := range want {
		if !strings.Contains(string(text), piece) {
			p.t.Errorf("%s on the %dth: %s, want %s", name, day, text, piece)
		}
	}
}

// checkpoint is the one that has come by mail and covers every seal.
func (p *clinicWeek) checkpoint() string {
	p.t.Helper()
	leaves, err := p.house.records.Log(p.t.Context(), p.clinic)
	must(p.t, err)
	p.clock.turn(p.clock.Now().Add(25 * time.Hour)) // a day later at the latest
	var note string
	eventually(p.t, "the checkpoint comes by mail", func() bool {
		p.clock.turn(p.clock.Now().Add(time.Minute))
		for _, got := range p.post.Got() {
			if strings.Contains(got.To, "compliance@") {
				note = attachment(p.t, got.Data)
			}
		}
		return strings.Contains(note, fmt.Sprintf("\n%d\n", len(leaves)))
	})
	return note
}

// prove verifies the whole week offline, against the checkpoint from the mail.
func (p *clinicWeek) prove() {
	p.t.Helper()
	checkpoint := p.checkpoint()
	dir := p.t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		must(p.t, os.WriteFile(path, data, 0o600))
		return path
	}
	pem, err := p.house.keys.SealPEM()
	must(p.t, err)
	key, mark := write("key.pem", pem), write("checkpoint", []byte(checkpoint))
	status, archive := p.ask("GET", "/evidence?from=2026-10-01T00:00:00Z", p.token(), nil)
	if status != 200 {
		p.t.Fatalf("archive: %d %s", status, archive)
	}
	out, err := os.Create(filepath.Join(dir, "report"))
	must(p.t, err)
	defer out.Close()
	v := verifyCommand{Bundle: write("week.jsonl", archive), Key: key, Checkpoint: mark}
	if err := v.Run(p.t.Context(), &streams{out: out, err: out}); err != nil {
		said, _ := os.ReadFile(out.Name())
		p.t.Errorf("verify: %v\n%s", err, said)
	}
	for name := range p.person {
		if bytes.Contains(archive, []byte(name+" Legal")) || bytes.Contains(archive, []byte(`"`+name+`"`)) {
			p.t.Errorf("the evidence names %s", name)
		}
	}
}

// export begins one and waits until it is done.
func (p *clinicWeek) export(what map[string]any) map[string]any {
	p.t.Helper()
	what["purpose"], what["recipient"] = "Payment", "Example payer"
	token := p.staff("Dana")
	id := p.doesAs(token, "POST", "/exports", what)["id"].(string)
	var state map[string]any
	eventually(p.t, "the export is done", func() bool {
		state = p.doesAs(token, "GET", "/exports/"+id, nil)
		return state["state"] != "running"
	})
	state["token"] = token
	return state
}

func (p *clinicWeek) file(what map[string]any) []byte {
	p.t.Helper()
	made := p.export(what)
	if made["state"] != "done" {
		p.t.Fatalf("export %v: %v", what, made)
	}
	status, data := p.ask("GET", "/exports/"+made["id"].(string)+"/file", made["token"].(string), nil)
	if status != 200 {
		p.t.Fatalf("export %v: %d %s", what, status, data)
	}
	return data
}
