package main

import (
	"strings"
	"testing"
	"time"

	"vesper/cmd/vesper/bench/paper"
)

func TestArrivals(t *testing.T) {
	at := func(ms int) time.Time { return time.Unix(1000, 0).Add(time.Duration(ms) * time.Millisecond) }
	r := arrivals(map[string]arrival{
		"a": {ticket: at(0), socket: at(10), admitted: at(20), pictures: map[string]time.Time{"b": at(600), "facilitator": at(9000)}},
		"b": {ticket: at(495), socket: at(500), admitted: at(530), pictures: map[string]time.Time{"a": at(580)}},
	})
	for _, test := range []struct {
		name     string
		got      spread
		p50, max float64
	}{
		{"from socket", r.FromSocket, 80, 590},
		{"from ticket", r.FromTicket, 85, 600},
		{"from admission", r.FromAdmitted, 50, 580},
		{"own wait", r.OwnWait, 80, 100},
		{"pair", r.Pair, 80, 100},
		{"pair, admitted", r.PairAdmitted, 50, 70},
		{"to admission", r.ToAdmission, 10, 30},
	} {
		if test.got.P50 != test.p50 || test.got.Max != test.max {
			t.Errorf("%s: got %+v, want p50 %v and max %v", test.name, test.got, test.p50, test.max)
		}
	}
}

func TestWindow(t *testing.T) {
	begin := time.Unix(1000, 0)
	w := window{
		empty:  usage{resident: 40e6},
		before: usage{at: begin, cpu: time.Second, switches: 100, machine: time.Minute},
		after:  usage{at: begin.Add(10 * time.Second), cpu: 2 * time.Second, switches: 50_100, resident: 66e6, machine: time.Minute + 6*time.Second},
		own:    3 * time.Second, packets: 100_000, missing: 100, repaired: 50, people: 13, delays: []float64{1, 2, 3},
	}
	var r run
	if err := w.into(&r); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name      string
		got, want float64
	}{
		{"µs a packet", r.CPUPerPacket, 10}, {"packets a second", r.PacketsPerSecond, 10_000}, {"CPU", r.CPUPercent, 10},
		{"clients", r.ClientPercent, 30}, {"others", r.OtherPercent, 20}, {"switches", r.SwitchesPerPacket, 0.5}, {"memory", r.MemoryPerPerson, 2},
		{"repaired", r.RepairedPercent, 0.05}, {"lost", r.LostPercent, 100 * 100 / 100_100.0}, {"delay", r.Delay.P50, 2},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, test.got, test.want)
		}
	}
	if (window{}).into(&r) == nil {
		t.Error("a room without a packet was measured")
	}
}

func TestNegotiationsMustBeOne(t *testing.T) {
	one, two := run{Negotiations: bounds{1, 1}}, run{Negotiations: bounds{1, 2}}
	if err := (report{Runs: []run{one, one}}).check(); err != nil {
		t.Error(err)
	}
	if err := (report{Runs: []run{one, two}}).check(); err == nil {
		t.Error("two negotiations are not reported")
	}
	if got := medians([]run{one, two}).Negotiations; got != (bounds{1, 2}) {
		t.Errorf("the median hides a second negotiation: %v", got)
	}
}

func TestTable(t *testing.T) {
	got := paper.Table([][]string{{"a", "µs"}, {"long", "1.5"}, {}, {"b", "n"}, {"x", "2"}})
	want := "| a    |  µs |\n|------|----:|\n| long | 1.5 |\n\n| b    |   n |\n|------|----:|\n| x    |   2 |\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestPage(t *testing.T) {
	r := report{People: 12, Steady: "10s", Runs: []run{{Negotiations: bounds{1, 1}}}, Machine: paper.Machine{CPU: "Some CPU", Cores: 2, Go: "go1.26", Date: "2026-11-22"}}
	r.Median = medians(r.Runs)
	page, err := r.page()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Some CPU, 2 cores · go1.26 · 2026-11-22", "| negotiations a person ", "11 × 12 pairs"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(string(page), "Parts of the forwarding path") {
		t.Error("a section of nothing")
	}
}

func TestParseBenchmarks(t *testing.T) {
	const out = "goos: linux\npkg: vesper/sfu/internal/rewrite\nBenchmarkNext-2   \t 5000\t  12.50 ns/op\t 0 B/op\t 0 allocs/op\nPASS\npkg: vesper/sfu\nBenchmarkForward/10 \t 100\t 900 ns/op\t 3.0 MB/s\t 16 B/op\t 1 allocs/op\n"
	got := parseBenchmarks(out)
	want := []micro{{"sfu/internal/rewrite Next", 12.5, 0, 0}, {"sfu Forward/10", 900, 16, 1}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestFlags(t *testing.T) {
	if s, err := parse(nil); err != nil || s.runs != 5 || s.people != 12 || s.steady != 10*time.Second {
		t.Errorf("got %+v, %v", s, err)
	}
	for _, bad := range [][]string{{"-runs", "0"}, {"-people", "1"}, {"-people", "13"}, {"-steady", "0s"}, {"more"}} {
		if _, err := parse(bad); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
}
