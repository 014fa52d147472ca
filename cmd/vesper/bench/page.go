package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"text/template"
)

//go:embed page.md.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page is docs/performance.md.
func (r report) page() ([]byte, error) {
	var out bytes.Buffer
	err := pageTemplate.Execute(&out, map[string]any{
		"Report": r,
		"Table":  table(r.rows()),
		"Micro":  table(r.microRows()),
		"Runs":   len(r.Runs),
		"Place":  r.Machine.String(),
		"Others": r.People - 1,
		"Slots":  audioSlots,
	})
	return out.Bytes(), err
}

// audioSlots is how many voices a client hears at once, as the server says.
const audioSlots = 8

// String is the machine in a line.
func (m machine) String() string {
	kind := ""
	if m.Virtual {
		kind = ", a virtual machine"
	}
	parts := []string{fmt.Sprintf("%s, %d cores%s", m.CPU, m.Cores, kind), m.Memory, m.Kernel, m.Go}
	if m.Commit != "" {
		parts = append(parts, "commit "+m.Commit)
	}
	parts = append(parts, m.Date)
	var said []string
	for _, part := range parts {
		if part != "" {
			said = append(said, part)
		}
	}
	return strings.Join(said, " · ")
}

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
