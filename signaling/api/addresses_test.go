package api

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"vesper/rooms"
)

// inAddresses are the parameters that addresses of the interface may have: ids,
// times, codes and numbers, never a text that somebody types.
var inAddresses = []string{
	"after", "checkpoint", "from", "keep", "kind", "limit", "of", "person", "program", "replaces", "state", "to", "token", "unsigned",
	"id", "date", // of paths
}

// An address stands in the logs of everything on the way: no route takes a
// name or another text in it.
func TestAddressesTakeNoNames(t *testing.T) {
	o := newOffice(t)
	var document struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, In string }
		}
	}
	_, data := o.send("GET", "/api/openapi.json", "", nil)
	o.check(json.Unmarshal(data, &document))
	if len(document.Paths) < 50 {
		t.Fatalf("%d paths", len(document.Paths))
	}
	for path, methods := range document.Paths {
		for method, operation := range methods {
			for _, p := range operation.Parameters {
				if p.In != "header" && !slices.Contains(inAddresses, p.Name) {
					t.Errorf("%s %s takes %q in its address: is it a text?", method, path, p.Name)
				}
			}
		}
	}
	status, got := o.call("GET", "/api/v1/persons?q=ana", o.token["harbor"], nil)
	o.want(422, "invalid", status, got)
}

// A cursor is part of an address, and holds no name either.
func TestCursorsHoldNoNames(t *testing.T) {
	o := newOffice(t)
	for _, name := range []string{"Marker Ana", "Marker Ben", "Marker Cleo"} {
		person := o.client(name)
		program := o.made("/programs", NewProgram{Name: name})
		series := o.made("/series", map[string]any{
			"program": program, "title": name, "rule": "FREQ=DAILY;COUNT=2", "start": o.local(time.Hour), "zone": "America/New_York",
			"template": []map[string]any{{"kind": "group", "minutes": 60}},
		})
		o.made("/series/"+series+"/seats", map[string]any{"person": person, "role": "participant", "display_name": name})
	}
	o.expand()
	admin := o.admin()
	for _, path := range []string{"/persons", "/programs", "/series", "/sessions", "/audit"} {
		status, got := o.call("GET", "/api/v1"+path+"?limit=1", admin, nil)
		o.want(200, "", status, got)
		next, _ := got["next"].(string)
		text, err := base64.RawURLEncoding.DecodeString(next)
		if err != nil || next == "" || strings.Contains(string(text), "Marker") {
			t.Errorf("%s: next is %q (%s), %v", path, next, text, err)
		}
	}
	status, got := o.call("GET", "/api/v1/persons?after="+url.QueryEscape(cursorTo(rooms.NewID())), admin, nil)
	o.want(422, "invalid", status, got)
	theirs, err := o.records.Persons(t.Context(), o.clinic["harbor"])
	o.check(err)
	status, got = o.call("GET", "/api/v1/persons?after="+cursorTo(string(theirs[0].ID)), o.token["mesa"], nil)
	o.want(422, "invalid", status, got) // like one that is nobody's
}
