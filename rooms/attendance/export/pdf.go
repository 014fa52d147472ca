package export

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

//go:embed fonts/DejaVuSansCondensed.ttf.gz
var fontRegular []byte

//go:embed fonts/DejaVuSansCondensed-Bold.ttf.gz
var fontBold []byte

// fonts are unpacked once. Their licence is in fonts/LICENSE.
var fonts = sync.OnceValue(func() [2][]byte { return [2][]byte{unpack(fontRegular), unpack(fontBold)} })

func unpack(packed []byte) []byte {
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic("export: an embedded font can't be read: " + err.Error())
	}
	font, err := io.ReadAll(reader)
	if err != nil {
		panic("export: an embedded font can't be read: " + err.Error())
	}
	return font
}

// PDF writes a session's sign-in sheet. It is not a tagged PDF, which no
// library of Go makes: HTML is the same for a screen reader.
func PDF(w io.Writer, in Input) error { return in.sheet().pdf(w, in.At) }

// WeekPDF writes a week's sheet.
func WeekPDF(w io.Writer, in WeekInput) error { return in.sheet().pdf(w, in.At) }

// OwnPDF writes a client's own copy.
func OwnPDF(w io.Writer, in Own) error { return in.sheet().pdf(w, in.At) }

// Millimetres of a landscape letter page.
const (
	margin  = 12.0
	leading = 4.2
	usable  = 279.4 - 2*margin
	bottom  = 215.9 - 20
)

// paper draws a document. It breaks pages itself, so that a table's head
// stands on each.
type paper struct {
	*fpdf.Fpdf
	doc document
}

func (d document) pdf(w io.Writer, made time.Time) error {
	p := paper{fpdf.New("L", "mm", "Letter", ""), d}
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(false, 0)
	p.SetCatalogSort(true)
	p.SetCreationDate(made.UTC())
	p.SetModificationDate(made.UTC())
	p.SetTitle(d.Title, true)
	p.SetProducer("Vesper", true)
	p.SetLang("en")
	p.AddUTF8FontFromBytes("sheet", "", fonts()[0])
	p.AddUTF8FontFromBytes("sheet", "B", fonts()[1])
	p.AliasNbPages("{pages}")
	p.SetHeaderFunc(p.header)
	p.SetFooterFunc(p.footer)
	p.AddPage()
	p.facts()
	for _, t := range d.Tables {
		p.table(t)
	}
	p.sign()
	if err := p.Output(w); err != nil {
		return fmt.Errorf("write PDF: %w", err)
	}
	return nil
}

func (p paper) font(style string, points float64) { p.SetFont("sheet", style, points) }

// write puts one line of text at the current place.
func (p paper) write(width float64, text, align string) {
	p.CellFormat(width, leading, text, "", 0, align, false, 0, "")
}

func (p paper) header() {
	p.SetXY(margin, margin)
	p.font("B", 13)
	p.CellFormat(usable-50, 7, drawn(p.doc.Title), "", 0, "L", false, 0, "")
	if p.doc.Draft {
		p.CellFormat(50, 7, "DRAFT", "1", 0, "C", false, 0, "")
	}
	p.SetXY(margin, margin+10)
}

func (p paper) footer() {
	p.font("", 7)
	p.SetXY(margin, bottom+4)
	for i, text := range p.SplitText(drawn(p.doc.Foot), usable-34) {
		if i == 3 {
			break // the whole of it stands on the first page
		}
		p.SetX(margin)
		p.CellFormat(usable-34, 3.2, text, "", 2, "L", false, 0, "")
	}
	p.SetXY(margin+usable-34, bottom+4)
	p.CellFormat(34, 3.2, fmt.Sprintf("Page %d of {pages}", p.PageNo()), "", 0, "R", false, 0, "")
}

func (p paper) facts() {
	for _, f := range append(p.doc.Facts, fact{"Notice", p.doc.Notice}) {
		p.font("", 9)
		lines := p.SplitText(drawn(f.Value), usable-40)
		p.room(float64(max(len(lines), 1)) * leading)
		p.font("B", 9)
		p.write(40, drawn(f.Name), "L")
		p.font("", 9)
		for _, text := range lines {
			p.SetX(margin + 40)
			p.write(usable-40, text, "L")
			p.SetY(p.GetY() + leading)
		}
	}
}

// room begins a new page if so much does not fit on this one.
func (p paper) room(height float64) bool {
	if p.GetY()+height <= bottom {
		return false
	}
	p.AddPage()
	return true
}

func (p paper) table(t table) {
	widths := t.columns()
	p.SetY(p.GetY() + 4)
	p.room(5 * leading)
	p.font("B", 10)
	p.write(usable, drawn(t.Caption), "L")
	p.SetXY(margin, p.GetY()+leading+1)
	p.row(t, t.Head, widths, "B")
	rows := t.Rows
	if len(rows) == 0 {
		p.font("", 8)
		p.write(usable, "Nothing.", "L")
		p.SetXY(margin, p.GetY()+leading)
	}
	for _, row := range rows {
		p.row(t, row, widths, "")
	}
}

// columns are the widths in millimetres.
func (t table) columns() []float64 {
	sum := 0.0
	for _, share := range t.Widths {
		sum += share
	}
	widths := make([]float64, len(t.Widths))
	for i, share := range t.Widths {
		widths[i] = usable * share / sum
	}
	return widths
}

// row draws one row of a table, on a new page under its head if need be.
func (p paper) row(t table, cells []string, widths []float64, style string) {
	p.font(style, 8)
	wrapped := make([][]string, len(cells))
	height := 1
	for i, cell := range cells {
		wrapped[i] = p.SplitText(drawn(cell), widths[i])
		height = max(height, len(wrapped[i]))
	}
	if p.room(float64(height)*leading+1) && style == "" {
		p.row(t, t.Head, widths, "B")
		p.font(style, 8)
	}
	x, y := margin, p.GetY()
	for i := range cells {
		align := "L"
		if t.Numbers[i] {
			align = "R"
		}
		for n, text := range wrapped[i] {
			p.SetXY(x, y+float64(n)*leading)
			p.write(widths[i], text, align)
		}
		x += widths[i]
	}
	y += float64(height)*leading + 0.5
	p.SetLineWidth(0.1)
	p.Line(margin, y, margin+usable, y)
	p.SetXY(margin, y+0.5)
}

func (p paper) sign() {
	if len(p.doc.Sign) == 0 {
		return
	}
	p.SetXY(margin, p.GetY()+4)
	p.room(4 * leading)
	p.font("B", 10)
	p.write(usable, "Signature", "L")
	p.SetXY(margin, p.GetY()+leading+2)
	p.font("", 9)
	for _, text := range p.doc.Sign {
		for _, part := range p.SplitText(drawn(text), usable) {
			p.room(leading)
			p.font("", 9)
			p.write(usable, part, "L")
			p.SetXY(margin, p.GetY()+leading)
		}
		p.SetY(p.GetY() + 2)
	}
}

// drawn leaves out what the font's table can't hold, and what would move the
// pen.
func drawn(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r > 0xffff:
			return '\ufffd'
		case r < ' ':
			return ' '
		}
		return r
	}, text)
}
