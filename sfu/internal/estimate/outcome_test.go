package estimate

import (
	"fmt"
	"strings"
	"time"

	"vesper/sfu/internal/pathsim"
)

// phase is a span in which the capacity is the same.
type phase struct {
	from, to time.Duration
	capacity float64
}

// outcome is a line of the table.
type outcome struct {
	convergence time.Duration // until 85 % of the capacity, worst of the phases; never if that was not reached
	after       float64       // estimate 3 s into a phase and later, mean of the worst phase, of the capacity
	utilisation float64       // what arrived, of the capacity, over all phases
	p50, p95    time.Duration // delay in the queue, of every packet
	loss, audio float64       // share lost of all packets, of audio
	fairness    float64       // Jain's index over the second half of the worst phase
	media       float64       // of the poorest flow there, of a fair share
	tcp         float64       // of a fair share; 0: there was none
}

const never = time.Duration(-1)

const row = "| %-40s | %s |"

func header() string {
	return fmt.Sprintf(row, "worst of the runs", "85 % after | estimate | used | queue p50 / p95 | lost all / audio | Jain | poorest | TCP") +
		"\n|---" + strings.Repeat("|---", 8) + "|"
}

func (o outcome) String() string {
	converged, estimate, tcp := "-", "-", "-"
	switch {
	case o.tcp > 0:
		tcp = fmt.Sprintf("%.2f", o.tcp)
	case o.convergence == never:
		converged = "never"
	default:
		converged = fmt.Sprintf("%.1f s", o.convergence.Seconds())
	}
	if o.tcp == 0 {
		estimate = fmt.Sprintf("%.0f %%", 100*o.after)
	}
	return fmt.Sprintf("%s | %s | %.0f %% | %d / %d ms | %.2f / %.2f %% | %.2f | %.2f | %s", converged, estimate, 100*o.utilisation,
		o.p50/ms, o.p95/ms, 100*o.loss, 100*o.audio, o.fairness, o.media, tcp)
}

// worst takes of each figure the worst of several runs.
func worst(all []outcome) outcome {
	w := all[0]
	for _, o := range all[1:] {
		if w.convergence != never && (o.convergence == never || o.convergence > w.convergence) {
			w.convergence = o.convergence
		}
		w.after, w.utilisation = min(w.after, o.after), min(w.utilisation, o.utilisation)
		w.p50, w.p95 = max(w.p50, o.p50), max(w.p95, o.p95)
		w.loss, w.audio = max(w.loss, o.loss), max(w.audio, o.audio)
		w.fairness, w.media, w.tcp = min(w.fairness, o.fairness), min(w.media, o.media), min(w.tcp, o.tcp)
	}
	return w
}

// measure looks at one flow, or at several together, in the phases.
func measure(phases []phase, flows ...*pathsim.Media) outcome {
	o := outcome{after: 1, fairness: 1, media: 1}
	var got, could float64
	for _, p := range phases {
		span := (p.to - p.from).Seconds()
		if reached := reaches(flows, p); reached == never || o.convergence == never {
			o.convergence = never
		} else {
			o.convergence = max(o.convergence, reached)
		}
		o.after = min(o.after, target(flows, p.from+3*second, p.to)/p.capacity)
		could += p.capacity * span
		var each []float64
		for _, f := range flows {
			got += f.Stats.Throughput(p.from, p.to) * span
			if late := f.Stats.Throughput(p.from+(p.to-p.from)/2, p.to); late > 0 {
				each = append(each, late)
			}
		}
		o.fairness = min(o.fairness, pathsim.Jain(each...))
		for _, rate := range each {
			o.media = min(o.media, rate/(p.capacity/float64(len(each))))
		}
	}
	o.utilisation = got / could
	o.packets(flows)
	return o
}

// packets looks at what became of all packets of the flows.
func (o *outcome) packets(flows []*pathsim.Media) {
	var waits []time.Duration
	var sent, arrived, voice, heard int
	for _, f := range flows {
		waits = append(waits, f.Stats.Waits...)
		voice, heard = voice+f.Stats.Sent[pathsim.Audio], heard+f.Stats.Arrived[pathsim.Audio]
		for k := range f.Stats.Sent {
			sent, arrived = sent+f.Stats.Sent[k], arrived+f.Stats.Arrived[k]
		}
	}
	o.p50, o.p95 = pathsim.Percentile(waits, 0.5), pathsim.Percentile(waits, 0.95)
	o.loss = 1 - float64(arrived)/float64(max(sent, 1))
	o.audio = 1 - float64(heard)/float64(max(voice, 1))
}

// reaches is how long into a phase the flows' estimates together were 85 % of the capacity.
func reaches(flows []*pathsim.Media, p phase) time.Duration {
	for at := p.from; at < p.to; at += 100 * ms {
		if target(flows, at, at+100*ms) >= 0.85*p.capacity {
			return at - p.from
		}
	}
	return never
}

func target(flows []*pathsim.Media, from, to time.Duration) (sum float64) {
	for _, f := range flows {
		sum += f.Stats.Target(from, to)
	}
	return sum
}

// phases are the spans between the steps of a link.
func phases(capacity []pathsim.Step, end time.Duration) (all []phase) {
	for i, step := range capacity {
		to := end
		if i+1 < len(capacity) {
			to = capacity[i+1].At
		}
		all = append(all, phase{step.At, to, step.Rate})
	}
	return all
}
