package api

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every code that a caller may get is one that the protocol's page lists.
func TestCodesAreListed(t *testing.T) {
	page, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "## Codes")
	want := []string{
		notThere.Code, noToken.Code, signedOut.Code, noPasskeys.Code, passkeyRefused.Code, "not_staff", notAllowed.Code, newProblem(500, "").(*problem).Code,
		slowDown(0).Code, "incomplete", "no_session", "too_early", "name_taken", "seated", // where they are made
		"restart",
		"not_over", "signed", "not_signed", "incomplete_record", "tampered",
	}
	for _, code := range codes {
		want = append(want, code)
	}
	for _, known := range []map[string]*problem{linkProblems, doorProblems} {
		for _, p := range known {
			want = append(want, p.Code)
		}
	}
	for _, known := range scheduleProblems {
		want = append(want, known.problem.Code)
	}
	for _, code := range want {
		if !strings.Contains(table, "`"+code+"`") {
			t.Errorf("%s is not listed in docs/protocol.md", code)
		}
	}
}

// The framework fills no field of an embedded struct whose name is not
// exported: a path's id would be empty, and everything "not there".
func TestParametersAreFilled(t *testing.T) {
	embedded := regexp.MustCompile(`(?m)^type \w+ struct \{\n(?:[^}]*\n)?\t([a-z]\w*)\n[^}]*\}`)
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range embedded.FindAllStringSubmatch(string(text), -1) {
			if found[1] != "below" { // an http.ResponseWriter's
				t.Errorf("%s embeds %s; give it an exported name", file, found[1])
			}
		}
	}
}
