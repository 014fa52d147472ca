package main

import (
	"fmt"

	"vesper/cmd/vesper/bench/paper"
)

// report is all that was measured.
type report struct {
	Machine paper.Machine `json:"machine"`
	People  int           `json:"people"`
	Steady  string        `json:"steady"`
	Median  run           `json:"median"`
	Runs    []run         `json:"runs"`
	Micro   []micro       `json:"go_benchmarks,omitempty"`
}

// rows are the table, heading first.
func (r report) rows() [][]string {
	m := r.Median
	rows := [][]string{
		{"Joining, ms", "p50", "p95", "max"},
		times("socket open to the first frame from everyone", m.FromSocket),
		times("the same, from the ticket's POST", m.FromTicket),
		times("the same, from admission", m.FromAdmitted),
		times("socket open to admission", m.ToAdmission),
		times("own wait: both there, to the slowest first frame", m.OwnWait),
		times("a pair: both sockets open, to the first frame", m.Pair),
		times("a pair: both admitted, to the first frame", m.PairAdmitted),
		{},
		{"In the room", "median", "least", "most"},
		{"negotiations a person", negotiations(m.Negotiations), fmt.Sprint(m.Negotiations.Min), fmt.Sprint(m.Negotiations.Max)},
		r.number("server CPU a forwarded packet, µs", "%.2f", func(r run) float64 { return r.CPUPerPacket }),
		r.number("memory a person, MB", "%.1f", func(r run) float64 { return r.MemoryPerPerson }),
		r.number("memory of the empty server, MB", "%.0f", func(r run) float64 { return r.MemoryEmpty }),
		r.number("packets forwarded a second", "%.0f", func(r run) float64 { return r.PacketsPerSecond }),
		r.number("server CPU, % of one core", "%.0f", func(r run) float64 { return r.CPUPercent }),
		r.number("CPU of all clients, % of one core", "%.0f", func(r run) float64 { return r.ClientPercent }),
		r.number("CPU of everything else, % of one core", "%.0f", func(r run) float64 { return r.OtherPercent }),
		r.number("context switches a forwarded packet", "%.2f", func(r run) float64 { return r.SwitchesPerPacket }),
		r.number("delay through the server, p50, ms", "%.2f", func(r run) float64 { return r.Delay.P50 }),
		r.number("delay through the server, p99, ms", "%.2f", func(r run) float64 { return r.Delay.P99 }),
		r.number("packets that never came, %", "%.3f", func(r run) float64 { return r.LostPercent }),
		r.number("packets that came by retransmission, %", "%.3f", func(r run) float64 { return r.RepairedPercent }),
	}
	return rows
}

func times(name string, s spread) []string {
	return []string{name, fmt.Sprintf("%.0f", s.P50), fmt.Sprintf("%.0f", s.P95), fmt.Sprintf("%.0f", s.Max)}
}

func negotiations(b bounds) string {
	if b.Min == b.Max {
		return fmt.Sprint(b.Max)
	}
	return fmt.Sprintf("%d-%d", b.Min, b.Max)
}

// number is a row of the median, the least and the most of all runs.
func (r report) number(name, format string, of func(run) float64) []string {
	least, most := of(r.Runs[0]), of(r.Runs[0])
	for _, one := range r.Runs {
		least, most = min(least, of(one)), max(most, of(one))
	}
	return []string{name, fmt.Sprintf(format, of(r.Median)), fmt.Sprintf(format, least), fmt.Sprintf(format, most)}
}
