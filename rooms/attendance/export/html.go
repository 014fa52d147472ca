package export

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"sync"
)

//go:embed sheet.html
var sheetHTML string

//go:embed sheet.css
var sheetCSS string

// Policy is the content security policy under which the pages are whole: they
// hold no script, load nothing, and have the one style sheet of this hash.
func Policy() string {
	sum := sha256.Sum256([]byte(sheetCSS))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

var sheetPage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("sheet").Parse(sheetHTML))
})

// HTML writes a session's sign-in sheet as a page that a screen reader reads
// well and a browser prints.
func HTML(w io.Writer, in Input) error { return in.sheet().html(w) }

// WeekHTML writes a week's sheet.
func WeekHTML(w io.Writer, in WeekInput) error { return in.sheet().html(w) }

// OwnHTML writes a client's own copy.
func OwnHTML(w io.Writer, in Own) error { return in.sheet().html(w) }

func (d document) html(w io.Writer) error {
	err := sheetPage().Execute(w, struct {
		document
		Policy string
		Style  template.HTML
	}{d, Policy(), template.HTML("<style>" + sheetCSS + "</style>")}) //nolint:gosec // a file of ours
	if err != nil {
		return fmt.Errorf("write HTML: %w", err)
	}
	return nil
}
