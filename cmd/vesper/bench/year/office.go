package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"vesper/auth"
	"vesper/signaling/api"
)

// office is the HTTP interface over a filled year, and a member of staff who
// asks it.
type office struct {
	*year
	authority *auth.Authority
	server    *httptest.Server
	closers   []func()
	token     string
}

func openOffice(p place, y *year) (*office, error) {
	o := &office{year: y}
	var err error
	if o.authority, err = auth.New(auth.Options{Keys: p.keys, Store: y.r, Clock: p.clock}); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	o.server = httptest.NewServer(mux)
	api.Mount(mux, api.Options{
		Records: y.r, Authority: o.authority, Keys: p.keys, Clock: p.clock, URL: o.server.URL,
		OnClose: func(end func()) { o.closers = append(o.closers, end) },
	})
	return o, o.later(0)
}

func (o *office) close() {
	o.server.Close()
	for _, end := range o.closers {
		end()
	}
}

// later lets time pass and signs in again: exports that are kept run out.
func (o *office) later(d time.Duration) (err error) {
	o.clock.set(o.clock.Now().Add(d))
	o.token, _, err = o.authority.IssueStaff(auth.Staff{Clinic: o.clinic, Person: o.staff[0], Roles: everyRole})
	return err
}

// ask does a request and reads the whole answer.
func (o *office) ask(ctx context.Context, method, path string, in any) ([]byte, error) {
	answer, err := o.begin(ctx, method, path, in)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(answer.Body)
}

func (o *office) begin(ctx context.Context, method, path string, in any) (*http.Response, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, o.server.URL+"/api/v1"+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+o.token)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err == nil && answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 1000))
		answer.Body.Close()
		err = fmt.Errorf("%s %s: %s %s", method, path, answer.Status, text)
	}
	return answer, err
}

// export makes a file and fetches it.
func (o *office) export(ctx context.Context, in map[string]any) ([]byte, error) {
	in["purpose"], in["recipient"] = "Payment", "Example payer"
	text, err := o.ask(ctx, "POST", "/exports", in)
	if err != nil {
		return nil, err
	}
	var job api.Export
	if err := json.Unmarshal(text, &job); err != nil {
		return nil, err
	}
	for path := "/exports/" + job.ID; job.State != "done"; {
		select {
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if text, err = o.ask(ctx, "GET", path, nil); err == nil {
			err = json.Unmarshal(text, &job)
		}
		if err == nil && job.State != "running" && job.State != "done" {
			err = fmt.Errorf("the export is %s: %s", job.State, job.Detail)
		}
		if err != nil {
			return nil, err
		}
	}
	return o.ask(ctx, "GET", "/exports/"+job.ID+"/file", nil)
}
