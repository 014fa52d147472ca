package paper

import (
	"strings"
	"unicode/utf8"
)

// Table is Markdown that can be read as it is. An empty row begins the next
// table, whose heading follows.
func Table(rows [][]string) string {
	widths := []int{}
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	heading := true
	for _, row := range rows {
		if len(row) == 0 {
			b.WriteString("\n")
			heading = true
			continue
		}
		line(&b, row, widths)
		if heading {
			b.WriteString("|" + strings.Repeat("-", widths[0]+2))
			for i := range row[1:] {
				b.WriteString("|" + strings.Repeat("-", widths[i+1]+1) + ":")
			}
			b.WriteString("|\n")
			heading = false
		}
	}
	return b.String()
}

func line(b *strings.Builder, row []string, widths []int) {
	for i, cell := range row {
		space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
		if i == 0 {
			b.WriteString("| " + cell + space + " ")
		} else {
			b.WriteString("| " + space + cell + " ")
		}
	}
	b.WriteString("|\n")
}
