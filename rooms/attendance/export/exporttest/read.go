// Package exporttest reads the exports of a week again, each in its own
// format, so that tests can hold them against each other.
package exporttest

import (
	"bytes"
	"compress/zlib"
	"encoding/csv"
	"encoding/json"
	"html"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// Minutes is what one format says: by "NAME DATE" for a session, and by
// "NAME week" for the week. The name is the display name.
type Minutes map[string]int64

// Name is how a person is called in the exports.
type Name struct{ Legal, Display string }

// Screen reads the week's view, as the API gives it.
func Screen(t testing.TB, text []byte) Minutes {
	t.Helper()
	var v struct {
		People []struct {
			Display  string `json:"display_name"`
			Attended int64  `json:"attended_minutes"`
			Sessions []struct {
				Date    string
				Minutes int64
			}
		}
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	all := Minutes{}
	for _, p := range v.People {
		all[p.Display+" week"] = p.Attended
		for _, s := range p.Sessions {
			all[p.Display+" "+s.Date] = s.Minutes
		}
	}
	return all
}

// CSV reads the week's table.
func CSV(t testing.TB, data []byte) Minutes {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	cell := func(row []string, column string) string { return row[slices.Index(rows[0], column)] }
	all := Minutes{}
	for _, row := range rows[1:] {
		all[cell(row, "display_name")+" week"] = whole(t, cell(row, "week_minutes"))
		all[cell(row, "display_name")+" "+cell(row, "date")] = whole(t, cell(row, "minutes"))
	}
	return all
}

// whole reads the number that a cell begins with.
func whole(t testing.TB, text string) int64 {
	t.Helper()
	text, _, _ = strings.Cut(text, " ")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Errorf("%q is no number", text)
	}
	return n
}

// long is a date as sheets have it.
const long = "Mon, Jan 2, 2006"

var (
	htmlTable = regexp.MustCompile(`(?s)<tbody>(.*?)</tbody>`)
	htmlRow   = regexp.MustCompile(`(?s)<tr>(.*?)</tr>`)
	htmlCell  = regexp.MustCompile(`(?s)<t[dh][^>]*>(.*?)</t[dh]>`)
)

// HTML reads the first two tables of the week's sheet.
func HTML(t testing.TB, data []byte) Minutes {
	t.Helper()
	var tables [][][]string
	for _, body := range htmlTable.FindAllSubmatch(data, -1) {
		var rows [][]string
		for _, row := range htmlRow.FindAllSubmatch(body[1], -1) {
			var cells []string
			for _, cell := range htmlCell.FindAllSubmatch(row[1], -1) {
				cells = append(cells, html.UnescapeString(string(cell[1])))
			}
			rows = append(rows, cells)
		}
		tables = append(tables, rows)
	}
	if len(tables) < 2 {
		t.Fatal("the sheet has no two tables")
	}
	all := Minutes{}
	for _, row := range tables[0] {
		name, _, _ := strings.Cut(row[0], " (")
		all[name+" week"] = whole(t, row[3])
	}
	for _, row := range tables[1] {
		date, err := time.Parse(long, row[1])
		if err != nil {
			t.Fatal(err)
		}
		all[row[0]+" "+date.Format(time.DateOnly)] = whole(t, row[4])
	}
	return all
}

var (
	streams = regexp.MustCompile(`(?s)stream\n(.*?)\nendstream`)
	shown   = regexp.MustCompile(`(?s)BT [0-9.\- ]+ Td \((.*?)\) ?Tj ET`)
)

// Pages reads what is written on each page of a PDF of ours, piece by piece.
func Pages(t testing.TB, pdf []byte) [][]string {
	t.Helper()
	var pages [][]string
	for _, found := range streams.FindAllSubmatch(pdf, -1) {
		unpacked, err := zlib.NewReader(bytes.NewReader(found[1]))
		if err != nil {
			continue // not a page
		}
		text, err := io.ReadAll(unpacked)
		if err != nil || !bytes.Contains(text, []byte(" Tf ET")) {
			continue
		}
		var page []string
		for _, piece := range shown.FindAllSubmatch(text, -1) {
			page = append(page, utf16Text(piece[1]))
		}
		pages = append(pages, page)
	}
	if len(pages) == 0 {
		t.Fatal("the PDF has no page that can be read")
	}
	return pages
}

// utf16Text undoes the escapes of a PDF string and reads it as UTF-16.
func utf16Text(escaped []byte) string {
	raw := strings.NewReplacer(`\\`, `\`, `\(`, `(`, `\)`, `)`, `\r`, "\r").Replace(string(escaped))
	units := make([]uint16, 0, len(raw)/2)
	for i := 0; i+1 < len(raw); i += 2 {
		units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
	}
	return string(utf16.Decode(units))
}

// PDF finds the numbers behind the names on paper: text is in the order in
// which the cells were drawn. title is that of every session, prescribed the
// minutes of everybody.
func PDF(t testing.TB, data []byte, title string, prescribed int, names ...Name) Minutes {
	t.Helper()
	text := " " + strings.Join(slices.Concat(Pages(t, data)...), " ") + " "
	all := Minutes{}
	for _, who := range names {
		hours := regexp.MustCompile(regexp.QuoteMeta(who.Legal) + `\) .*? ` + strconv.Itoa(prescribed) + ` (\d+) `)
		if found := hours.FindStringSubmatch(text); found != nil {
			all[who.Display+" week"] = whole(t, found[1])
		}
		sessions := regexp.MustCompile(regexp.QuoteMeta(who.Display) + ` ([A-Z][a-z]+, [A-Z][a-z]+ \d+, \d{4}) ` + regexp.QuoteMeta(title) + ` [A-Z][a-z ]+? (\d+)`)
		for _, found := range sessions.FindAllStringSubmatch(text, -1) {
			date, err := time.Parse(long, found[1])
			if err != nil {
				t.Fatal(err)
			}
			all[who.Display+" "+date.Format(time.DateOnly)] = whole(t, found[2])
		}
	}
	return all
}

// FHIR reads the encounters, each by its patient. names are display names by
// the ids of persons.
func FHIR(t testing.TB, data []byte, names map[string]string, zone *time.Location) Minutes {
	t.Helper()
	var b struct {
		Entry []struct {
			FullURL  string `json:"fullUrl"`
			Resource struct {
				ResourceType string
				Identifier   []struct{ Value string }
				Subject      struct{ Reference string }
				Length       struct{ Value int64 }
				Period       struct{ Start time.Time }
			}
		}
	}
	if err := json.Unmarshal(data, &b); err != nil {
		t.Fatal(err)
	}
	called := map[string]string{}
	for _, e := range b.Entry {
		if e.Resource.ResourceType == "Patient" {
			called[e.FullURL] = names[e.Resource.Identifier[0].Value]
		}
	}
	all := Minutes{}
	for _, e := range b.Entry {
		if e.Resource.ResourceType == "Encounter" {
			all[called[e.Resource.Subject.Reference]+" "+e.Resource.Period.Start.In(zone).Format(time.DateOnly)] = e.Resource.Length.Value
		}
	}
	return all
}
