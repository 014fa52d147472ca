package main

import (
	"errors"
	"time"
)

// run is what one run measured. Times are in milliseconds.
type run struct {
	FromSocket   spread `json:"from_socket_ms"`    // each person: WebSocket opened -> the last first picture
	FromTicket   spread `json:"from_ticket_ms"`    // the same from the ticket's POST
	FromAdmitted spread `json:"from_admission_ms"` // the same from the person's admission
	OwnWait      spread `json:"own_wait_ms"`       // each person: the longest of their pairs
	Pair         spread `json:"pair_ms"`           // each pair: the later socket of the two -> the first picture
	PairAdmitted spread `json:"pair_admitted_ms"`  // each pair: the later admission of the two -> the first picture
	ToAdmission  spread `json:"to_admission_ms"`   // each person: WebSocket opened -> admitted
	Negotiations bounds `json:"negotiations"`

	PacketsPerSecond  float64 `json:"forwarded_per_second"`
	CPUPerPacket      float64 `json:"cpu_us_per_packet"`
	CPUPercent        float64 `json:"server_cpu_percent"` // of one core
	ClientPercent     float64 `json:"clients_cpu_percent"`
	OtherPercent      float64 `json:"others_cpu_percent"` // of everything else on the machine
	SwitchesPerPacket float64 `json:"switches_per_packet"`
	LostPercent       float64 `json:"lost_percent"` // never came
	RepairedPercent   float64 `json:"repaired_percent"`
	Delay             spread  `json:"delay_ms"`
	MemoryEmpty       float64 `json:"memory_empty_mb"`
	MemoryFull        float64 `json:"memory_full_mb"`
	MemoryPerPerson   float64 `json:"memory_per_person_mb"`
}

// arrival is one person's way in, and when they first saw each other person.
type arrival struct {
	ticket, socket, admitted time.Time
	pictures                 map[string]time.Time
}

// joined sums up how everybody came in.
func (r *room) joined() (run, error) {
	people := map[string]arrival{}
	for _, p := range r.people {
		a := arrival{ticket: p.watch.ticket, socket: p.watch.socket, admitted: p.admittedAt(), pictures: p.pictures()}
		if a.admitted.IsZero() {
			return run{}, errors.New("somebody has pictures without having been admitted")
		}
		people[p.client.ID()] = a
	}
	return arrivals(people), nil
}

// arrivals computes every time from one set of facts.
func arrivals(people map[string]arrival) run {
	var socket, ticket, admitted, own, pairs, pairsAdmitted, toAdmission []float64
	for _, viewer := range people {
		var last time.Time
		longest := 0.0
		for id, seen := range viewer.pictures {
			shown, ok := people[id]
			if !ok {
				continue
			}
			last = latest(last, seen)
			wait := ms(seen.Sub(latest(viewer.socket, shown.socket)))
			pairs = append(pairs, wait)
			pairsAdmitted = append(pairsAdmitted, ms(seen.Sub(latest(viewer.admitted, shown.admitted))))
			longest = max(longest, wait)
		}
		socket = append(socket, ms(last.Sub(viewer.socket)))
		ticket = append(ticket, ms(last.Sub(viewer.ticket)))
		admitted = append(admitted, ms(last.Sub(viewer.admitted)))
		toAdmission = append(toAdmission, ms(viewer.admitted.Sub(viewer.socket)))
		own = append(own, longest)
	}
	return run{
		FromSocket: spreadOf(socket), FromTicket: spreadOf(ticket), FromAdmitted: spreadOf(admitted), OwnWait: spreadOf(own),
		Pair: spreadOf(pairs), PairAdmitted: spreadOf(pairsAdmitted), ToAdmission: spreadOf(toAdmission),
	}
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// window is what the steady phase showed.
type window struct {
	before, after, empty       usage
	own                        time.Duration // CPU of the people
	packets, missing, repaired uint64
	delays                     []float64
	people                     int
}

// into adds the steady phase to a run.
func (w window) into(r *run) error {
	if w.packets == 0 {
		return errors.New("nothing was forwarded")
	}
	const mega = 1e6
	seconds := w.after.at.Sub(w.before.at).Seconds()
	cpu := w.after.cpu - w.before.cpu
	packets := float64(w.packets)
	r.PacketsPerSecond = packets / seconds
	r.CPUPerPacket = float64(cpu.Microseconds()) / packets
	r.CPUPercent = 100 * cpu.Seconds() / seconds
	r.ClientPercent = 100 * w.own.Seconds() / seconds
	others := w.after.machine - w.before.machine - cpu - w.own
	r.OtherPercent = max(0, 100*others.Seconds()/seconds)
	r.SwitchesPerPacket = float64(w.after.switches-w.before.switches) / packets
	r.LostPercent = 100 * float64(w.missing) / (packets + float64(w.missing))
	r.RepairedPercent = 100 * float64(w.repaired) / packets
	r.Delay = spreadOf(w.delays)
	r.MemoryEmpty, r.MemoryFull = float64(w.empty.resident)/mega, float64(w.after.resident)/mega
	r.MemoryPerPerson = (r.MemoryFull - r.MemoryEmpty) / float64(w.people)
	return nil
}

// medians takes the median of every number over the runs.
func medians(runs []run) run {
	number := func(of func(run) float64) float64 {
		var values []float64
		for _, r := range runs {
			values = append(values, of(r))
		}
		return median(values)
	}
	whole := func(of func(run) spread) spread {
		return spread{
			P50: number(func(r run) float64 { return of(r).P50 }), P95: number(func(r run) float64 { return of(r).P95 }),
			P99: number(func(r run) float64 { return of(r).P99 }), Max: number(func(r run) float64 { return of(r).Max }),
		}
	}
	m := run{
		FromSocket:   whole(func(r run) spread { return r.FromSocket }),
		FromTicket:   whole(func(r run) spread { return r.FromTicket }),
		FromAdmitted: whole(func(r run) spread { return r.FromAdmitted }),
		OwnWait:      whole(func(r run) spread { return r.OwnWait }),
		Pair:         whole(func(r run) spread { return r.Pair }),
		PairAdmitted: whole(func(r run) spread { return r.PairAdmitted }),
		ToAdmission:  whole(func(r run) spread { return r.ToAdmission }),
		Delay:        whole(func(r run) spread { return r.Delay }),

		PacketsPerSecond:  number(func(r run) float64 { return r.PacketsPerSecond }),
		CPUPerPacket:      number(func(r run) float64 { return r.CPUPerPacket }),
		CPUPercent:        number(func(r run) float64 { return r.CPUPercent }),
		ClientPercent:     number(func(r run) float64 { return r.ClientPercent }),
		OtherPercent:      number(func(r run) float64 { return r.OtherPercent }),
		SwitchesPerPacket: number(func(r run) float64 { return r.SwitchesPerPacket }),
		LostPercent:       number(func(r run) float64 { return r.LostPercent }),
		RepairedPercent:   number(func(r run) float64 { return r.RepairedPercent }),
		MemoryEmpty:       number(func(r run) float64 { return r.MemoryEmpty }),
		MemoryFull:        number(func(r run) float64 { return r.MemoryFull }),
		MemoryPerPerson:   number(func(r run) float64 { return r.MemoryPerPerson }),
	}
	var counts []int
	for _, r := range runs {
		counts = append(counts, r.Negotiations.Min, r.Negotiations.Max)
	}
	m.Negotiations = boundsOf(counts)
	return m
}
