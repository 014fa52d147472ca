package api

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// refusals are where the source refuses with a code.
var refusals = regexp.MustCompile(`refuse\((?:http\.Status(\w+)|(\d+)), "(\w+)"`)

// Every code that a caller may get is one that the protocol's page lists, with
// its status.
func TestCodesAreListed(t *testing.T) {
	page, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "## Codes")
	listed := func(code string, status int) {
		for row := range strings.Lines(table) {
			if strings.Contains(row, "`"+code+"`") && strings.Contains(row, strconv.Itoa(status)) {
				return
			}
		}
		t.Errorf("%s with %d is not listed in docs/protocol.md", code, status)
	}
	for status, code := range codes {
		listed(code, status)
	}
	statuses := map[string]int{}
	for status := 400; status < 600; status++ {
		statuses[strings.NewReplacer(" ", "", "-", "").Replace(http.StatusText(status))] = status
	}
	found := 0
	for _, text := range sources(t) {
		for _, match := range refusals.FindAllStringSubmatch(text, -1) {
			status, err := strconv.Atoi(match[2])
			if err != nil {
				status = statuses[match[1]]
			}
			listed(match[3], status)
			found++
		}
	}
	if found < 40 {
		t.Errorf("only %d refusals in the source", found)
	}
}

// sources are the package's files by name.
func sources(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	all := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[file] = string(text)
	}
	return all
}

// The framework fills no field of an embedded struct whose name is not
// exported: a path's id would be empty, and everything "not there".
func TestParametersAreFilled(t *testing.T) {
	embedded := regexp.MustCompile(`(?m)^type \w+ struct \{\n(?:[^}]*\n)?\t([a-z]\w*)\n[^}]*\}`)
	for file, text := range sources(t) {
		for _, found := range embedded.FindAllStringSubmatch(text, -1) {
			if found[1] != "below" { // an http.ResponseWriter's
				t.Errorf("%s embeds %s; give it an exported name", file, found[1])
			}
		}
	}
}
