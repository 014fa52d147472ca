package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"vesper/signaling/api"
)

// openapiCommand prints the description of the HTTP interface, as a server
// publishes it at /api/openapi.json. `make generate` makes the page's types of it.
type openapiCommand struct{}

// Run prints the document, indented.
func (openapiCommand) Run(io *streams) error {
	mux := http.NewServeMux()
	api.Mount(mux, api.Options{URL: "https://localhost"}) // nothing is asked but the description
	request, err := http.NewRequest(http.MethodGet, "/api/openapi.json", nil)
	if err != nil {
		return err
	}
	page := &page{header: http.Header{}, status: http.StatusOK}
	mux.ServeHTTP(page, request)
	if page.status != http.StatusOK {
		return fmt.Errorf("describe the interface: status %d", page.status)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, page.body.Bytes(), "", " "); err != nil {
		return fmt.Errorf("describe the interface: %w", err)
	}
	_, err = fmt.Fprintln(io.out, indented.String())
	return err
}

// page keeps an answer that nobody asked for over the network.
type page struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (p *page) Header() http.Header         { return p.header }
func (p *page) Write(b []byte) (int, error) { return p.body.Write(b) }
func (p *page) WriteHeader(status int)      { p.status = status }
