package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"vesper/auth"
	"vesper/rooms"
	"vesper/signaling/client"
	"vesper/signaling/wire"
)

// Thirty people of a clinic share one address. All come in within a second,
// through the door and up to the room's first word. Whoever floods from there afterwards is told to wait, and
// those who are in stay in.
func TestThirtyBehindOneAddress(t *testing.T) {
	s, links := startLimited(t)
	everybody := []string{links.Facilitator}
	for i := range 29 {
		everybody = append(everybody, s.guest(t, links, fmt.Sprint("Guest ", i)))
	}
	began := time.Now()
	people := make([]*client.Client, len(everybody))
	errs := make([]error, len(everybody))
	var wg sync.WaitGroup
	for i, link := range everybody {
		wg.Go(func() { // all at the same moment, which is within a second
			people[i], errs[i] = client.Join(within(t, 30*time.Second), client.Options{Link: link})
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			t.Fatalf("person %d of 30: %v", i, err)
		}
		t.Cleanup(people[i].Drop)
	}
	t.Logf("30 people were in after %v", time.Since(began))
	ids := make([]string, len(people))
	for i, p := range people {
		ids[i] = p.ID()
	}

	address, _, _ := strings.Cut(links.Facilitator, "/j#")
	refused := 0
	for i := range 300 {
		ws, answer, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(address, "http")+wire.Path, nil)
		if err == nil {
			_ = ws.WriteJSON(map[string]string{"type": "hello", "ticket": fmt.Sprint("guess", i)})
			_ = ws.Close()
			continue
		}
		if answer == nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		var problem wire.Problem
		must(t, json.Unmarshal(body, &problem))
		if answer.StatusCode != http.StatusTooManyRequests || answer.Header.Get("Retry-After") == "" || problem.Code != "slow_down" {
			t.Fatalf("refused with %d %v %s", answer.StatusCode, answer.Header, body)
		}
		refused++
	}
	if refused < 100 {
		t.Errorf("%d of 300 upgrades were refused", refused)
	}
	for i, p := range people {
		select {
		case <-p.Done():
			t.Errorf("person %d was thrown out: %v", i, p.Err())
		default:
		}
		if p.ID() != ids[i] {
			t.Errorf("person %d came back as another", i)
		}
	}
}

// startLimited is startDemo with the limits of a server.
func startLimited(t *testing.T) (*showing, demoLinks) {
	t.Helper()
	d := &demoCommand{Listen: "127.0.0.1:0", Data: t.TempDir(), Log: "warn"}
	config, _, err := d.config()
	must(t, err)
	config.Limits = LimitsConfig{}
	h, err := openHouse(t.Context(), config, logger("warn", testLog{t}), nil)
	must(t, err)
	t.Cleanup(h.Close)
	s := &showing{house: h, log: h.log}
	links, err := s.prepare(t.Context())
	must(t, err)
	return s, links
}

// guest seats somebody for the evening and returns their link.
func (s *showing) guest(t *testing.T, links demoLinks, name string) string {
	t.Helper()
	token, _, err := s.house.authority.IssueService(t.Context(), rooms.ClinicID(s.clinic.ID), "desk", []auth.Scope{auth.ScopeAdmin}, time.Hour)
	must(t, err)
	body, err := json.Marshal(map[string]string{"display_name": name})
	must(t, err)
	request, err := http.NewRequestWithContext(t.Context(), "POST", links.URL+"/api/v1/sessions/"+links.Session+"/guests", bytes.NewReader(body))
	must(t, err)
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	must(t, err)
	defer answer.Body.Close()
	var guest struct{ URL string }
	must(t, json.NewDecoder(answer.Body).Decode(&guest))
	if answer.StatusCode != http.StatusOK || guest.URL == "" {
		t.Fatalf("seat a guest: %s", answer.Status)
	}
	return guest.URL
}
