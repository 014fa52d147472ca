package main

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"vesper/rooms"
	"vesper/signaling/client"
)

// Metrics are read after an evening of people whose names are known: not one
// of them, of their ids, of the sessions' or the clinic's is in a metric.
func TestMetricsNameNobody(t *testing.T) {
	d := &demoCommand{Listen: "127.0.0.1:0", Data: t.TempDir(), Log: "warn"}
	config, _, err := d.config()
	must(t, err)
	config.Metrics = "127.0.0.1:0"
	h, err := openHouse(t.Context(), config, logger("warn", testLog{t}), nil)
	must(t, err)
	t.Cleanup(h.Close)
	s := &showing{house: h, log: h.log}
	links, err := s.prepare(t.Context())
	must(t, err)
	leader := join(t, client.Options{Link: links.Facilitator, Publish: client.Publish{Audio: true}})
	ana := join(t, client.Options{Link: links.Participants[0], Publish: client.Publish{Audio: true}})
	must(t, leader.Admit(within(t, 10*time.Second), ana.ID()))
	talk(t, leader)
	eventually(t, "the client hears the facilitator", func() bool { return hears(ana, leader.ID()) })
	ana.Drop()

	answer, err := http.Get("http://" + h.metricsAt + "/metrics")
	must(t, err)
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	must(t, err)
	text := string(data)
	for _, name := range []string{"vesper_peers", "vesper_rtp_forwarded_total", "vesper_outbox_messages"} {
		if !strings.Contains(text, name) {
			t.Errorf("there is no %s", name)
		}
	}
	people, err := h.records.Persons(t.Context(), rooms.ClinicID(s.clinic.ID))
	must(t, err)
	marks := []string{s.clinic.ID, links.Session, s.clinic.Series, "Harbor", leader.ID(), ana.ID()}
	for _, p := range people {
		marks = append(marks, string(p.ID), p.LegalName, p.DisplayName)
	}
	if len(people) < 2 {
		t.Fatalf("%d people", len(people))
	}
	unseen(t, "the metrics", []string{text}, marks)
	// Nothing that looks like an id, whosever it may be.
	for _, id := range regexp.MustCompile(`\b[a-z2-7]{26}\b`).FindAllString(text, -1) {
		t.Errorf("an id in the metrics: %s", id)
	}
	// And no page has them: the pages' listener knows no such route.
	page, err := http.Get(links.URL + "/metrics")
	must(t, err)
	defer page.Body.Close()
	if data, _ := io.ReadAll(page.Body); strings.Contains(string(data), "vesper_") {
		t.Error("the pages tell the metrics")
	}
}

// Metrics leave this machine only where the configuration says so in as many
// words.
func TestMetricsStayHere(t *testing.T) {
	for address, ok := range map[string]bool{
		"": true, "127.0.0.1:9090": true, "[::1]:9090": true, "localhost:9090": true,
		":9090": false, "0.0.0.0:9090": false, "[::]:9090": false, "192.0.2.7:9090": false, "metrics.example.org:9090": false, "9090": false,
	} {
		c := defaultConfig()
		c.Metrics = address
		if err := c.check(); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
		c.MetricsOutside = true
		if err := c.check(); err != nil && address != "9090" {
			t.Errorf("%q, asked for: %v", address, err)
		}
	}
}
