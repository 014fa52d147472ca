package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"text/template"

	"vesper/cmd/vesper/bench/paper"
)

//go:embed page.md.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page is docs/performance.md.
func (r report) page() ([]byte, error) {
	var out bytes.Buffer
	err := pageTemplate.Execute(&out, map[string]any{
		"Report": r,
		"Table":  paper.Table(r.rows()),
		"Micro":  paper.Table(r.microRows()),
		"Runs":   len(r.Runs),
		"Place":  r.Machine.String(),
		"Others": r.People - 1,
		"Slots":  audioSlots,
	})
	return out.Bytes(), err
}

// audioSlots is how many voices a client hears at once, as the server says.
const audioSlots = 8

// microRows is the table of the Go benchmarks.
func (r report) microRows() [][]string {
	if len(r.Micro) == 0 {
		return nil
	}
	rows := [][]string{{"Go benchmark", "ns/op", "B/op", "allocs/op"}}
	for _, m := range r.Micro {
		rows = append(rows, []string{"`" + m.Name + "`", fmt.Sprintf("%.1f", m.Ns), fmt.Sprintf("%.0f", m.Bytes), fmt.Sprintf("%.0f", m.Allocs)})
	}
	return rows
}

// keepYear takes the section of the clinic's year over from the page as it is:
// another command measures it.
func keepYear(page []byte, kept string) []byte {
	section := paper.Section(kept, "year")
	if section == "" {
		return page
	}
	return []byte(strings.TrimRight(string(page), "\n") + "\n\n" + section + "\n")
}
