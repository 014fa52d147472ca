package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"text/template"
	"time"

	"vesper/cmd/vesper/bench/paper"
)

//go:embed section.md.tmpl
var sectionText string

var sectionTemplate = template.Must(template.New("section").Parse(sectionText))

var engineNames = map[string]string{"sqlite": "SQLite", "postgres": "PostgreSQL"}

// section is the part of docs/performance.md about the year.
func section(machine paper.Machine, s settings, size size, found []result) string {
	sessions := size.series * size.evenings
	var b bytes.Buffer
	err := sectionTemplate.Execute(&b, map[string]any{
		"Place": machine.String(), "Beside": s.beside, "Runs": s.runs, "Audit": thousands(size.audit),
		"Series": size.series, "Sessions": thousands(sessions), "Seats": thousands(sessions * (size.clients + 1)),
		"Entries": thousands(sessions * size.entries), "People": thousands(size.series * (thirds*size.clients + 1)),
		"Pages": paper.Table(pageRows(found)), "Whole": paper.Table(wholeRows(found)), "Over": over(found), "Limit": limit.Milliseconds(),
	})
	if err != nil {
		return err.Error() // the template is our own
	}
	return b.String()
}

// pageRows have two columns for each database.
func pageRows(found []result) [][]string {
	rows := [][]string{{"ms to the last byte"}}
	for _, engine := range found {
		rows[0] = append(rows[0], engineNames[engine.engine], "p95")
	}
	rows[0] = append(rows[0], "kB")
	for i, page := range found[0].pages {
		row := []string{page.name}
		for _, engine := range found {
			row = append(row, millis(engine.pages[i].median()), millis(engine.pages[i].p95()))
		}
		size := fmt.Sprint((page.bytes + 500) / 1000)
		if page.bytes == 0 {
			size = ""
		}
		rows = append(rows, append(row, size))
	}
	return rows
}

func wholeRows(found []result) [][]string {
	rows := [][]string{
		{"The year as a whole"}, {"filled and signed, s"}, {"records on the disk, MB"}, {"archive written, s"}, {"archive, MB"},
		{"vesper verify of it, from the disk, MB/s"}, {"reading it from the disk and SHA-256, MB/s"},
		{"vesper verify of it, from memory, s"}, {"the same, MB/s"}, {"reading and SHA-256 of it, all cores, MB/s"}, {"the same on one core, MB/s"}, {"start of a server to /readyz, ms"}, {"the same, slowest"},
	}
	for _, r := range found {
		last := timed{times: r.start}
		for i, text := range []string{
			engineNames[r.engine], fmt.Sprintf("%.0f", r.filled.Seconds()), fmt.Sprintf("%.0f", float64(r.size)/1e6),
			fmt.Sprintf("%.1f", r.proof.wrote.Seconds()), fmt.Sprintf("%.0f", float64(r.proof.bytes)/1e6),
			fmt.Sprintf("%.0f", r.proof.rate(r.proof.cold)), fmt.Sprintf("%.0f", r.proof.rate(r.proof.read)),
			fmt.Sprintf("%.1f", middle(r.proof.verify).Seconds()), fmt.Sprintf("%.0f", r.proof.rate(r.proof.verify)),
			fmt.Sprintf("%.0f", r.proof.rate(r.proof.floor)), fmt.Sprintf("%.0f", r.proof.rate(r.proof.hash)), millis(last.median()), millis(last.p95()),
		} {
			rows[i] = append(rows[i], text)
		}
	}
	return rows
}

// over names what took longer than a page may.
func over(found []result) string {
	var names []string
	for _, r := range found {
		for _, page := range r.pages {
			if page.page && page.median() > limit {
				names = append(names, fmt.Sprintf("%s on %s", page.name, engineNames[r.engine]))
			}
		}
	}
	return strings.Join(names, "; ")
}

func millis(d time.Duration) string {
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.0f", float64(d)/float64(time.Millisecond))
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}
