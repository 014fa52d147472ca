package main

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"vesper/cmd/vesper/demo"
	"vesper/rooms"
	"vesper/rooms/attendance/week"
)

// On whatever day the demo starts, the week of the last evening and the one
// before it look like a clinic's: most people have their hours, and there are
// one or two things to look at.
func TestDemoWeek(t *testing.T) {
	zone, err := time.LoadLocation(demoZone)
	must(t, err)
	for day := range 7 {
		now := time.Date(2026, 10, 19+day, 18, 10, 0, 0, zone)
		t.Run(now.Format("Monday"), func(t *testing.T) {
			s := demoAt(t, now)
			this, before := s.week(t, now), s.week(t, now.AddDate(0, 0, -7))
			for _, v := range []week.View{this, before} {
				for _, p := range v.Problems {
					t.Logf("%s: %s %s", v.Start, s.nameOf(p.Person), p.Sentence)
				}
			}
			if n := about(this); n > 3 {
				t.Errorf("this week: %d things to look at", n)
			}
			if n := about(before); n < 1 || n > 3 {
				t.Errorf("the week before: %d things to look at", n)
			}
			if len(before.People) != 8 || before.Totals.Sessions != 3 || before.Totals.Short > 1 {
				t.Errorf("the week before: %+v", before.Totals)
			}
			if ready := before.Totals.Lines - before.Totals.Blocked; before.Final && ready < 20 {
				t.Errorf("%d of %d lines could go out", ready, before.Totals.Lines)
			}
		})
	}
}

// demoAt is the demo with everybody of the cast, started at a time.
func demoAt(t *testing.T, now time.Time) *showing {
	t.Helper()
	d := &demoCommand{Listen: "127.0.0.1:0", Bots: 6, Data: t.TempDir(), Log: "warn"}
	config, _, err := d.config()
	must(t, err)
	h, err := openHouseAt(t.Context(), config, logger("warn", testLog{t}), nil, &turned{now: now, begin: now})
	must(t, err)
	t.Cleanup(h.Close)
	s := &showing{house: h, log: h.log, bots: 6, client: trusting(nil)}
	_, err = s.prepare(t.Context())
	must(t, err)
	return s
}

func (s *showing) week(t *testing.T, of time.Time) (v week.View) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.house.url+"/api/v1/week?of="+of.Format(time.DateOnly), nil)
	must(t, err)
	request.Header.Set("Authorization", "Bearer "+s.api.Token)
	response, err := s.client.Do(request)
	must(t, err)
	defer response.Body.Close()
	must(t, json.NewDecoder(response.Body).Decode(&v))
	return v
}

func (s *showing) nameOf(person rooms.PersonID) string {
	for _, m := range s.clinic.Members {
		if m.Person == string(person) {
			return m.Name
		}
	}
	return "the evening"
}

// about counts the people and evenings of which a week has something to say;
// an evening that is on is none.
func about(v week.View) int {
	of := map[string]bool{}
	for _, p := range v.Problems {
		if p.Code != "week.session.running" {
			of[string(p.Person)+string(p.Session)] = true
		}
	}
	return len(of)
}

// Who was in the evenings has accepted the ground rules of the door.
func TestDemoPaperwork(t *testing.T) {
	s, _ := startDemo(t, t.TempDir(), 1, "")
	for _, m := range s.clinic.Members {
		list, err := s.house.records.Acceptances(t.Context(), rooms.ClinicID(s.clinic.ID), rooms.PersonID(m.Person))
		must(t, err)
		if m.Part == demo.Participant && (len(list) != 1 || list[0].Version != 1 || list[0].TextHash == "") {
			t.Errorf("%s: %+v", m.Name, list)
		}
	}
	now := s.house.clock.Now()
	sessions, err := s.house.records.Unsigned(t.Context(), rooms.ClinicID(s.clinic.ID), now.AddDate(0, 0, -30), now)
	must(t, err)
	if len(sessions) != 1 {
		t.Errorf("%d sessions wait for a signature, want the last", len(sessions))
	}
}
