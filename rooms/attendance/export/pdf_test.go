package export

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
)

var (
	streams = regexp.MustCompile(`(?s)stream\n(.*?)\nendstream`)
	shown   = regexp.MustCompile(`(?s)BT [0-9.\- ]+ Td \((.*?)\) ?Tj ET`)
)

// pdfPages reads what is written on each page of a PDF of ours, piece by piece.
func pdfPages(t *testing.T, pdf []byte) [][]string {
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
