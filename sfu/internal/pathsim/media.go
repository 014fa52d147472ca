package pathsim

import (
	"time"

	"github.com/pion/interceptor/pkg/twcc"
)

// Controller is the congestion controller of a media flow.
type Controller interface {
	Sent(seq uint16, size int, now time.Duration)
	Feedback(now time.Duration, report []byte) error
	Tick(now time.Duration)
	Padding(now time.Duration) int // bytes that a probe wants sent now
	Rate() float64                 // bit/s
}

// Kind of a media packet.
type Kind uint8

// The kinds.
const (
	Audio Kind = iota
	Video
	Padding
	kinds
)

const (
	overhead   = 28 + 12 + 16 // IP, UDP, RTP, authentication tag
	maxPayload = 1100
	tick       = 5 * time.Millisecond
)

// Media is a flow of RTP packets with transport-wide feedback, and what became of them.
type Media struct {
	Controller Controller
	Interval   time.Duration // of feedback; 100 ms if 0
	Tick       time.Duration // of the controller; 5 ms if 0
	Stats      Stats

	sim       *Sim
	out, back *Path
	seq       uint32
	recorder  *twcc.Recorder
	waiting   bool
	stopped   bool
	offset    time.Duration // the receiver's clock, which also runs a little fast
}

// NewMedia makes a flow that is controlled from its first packet on.
func NewMedia(s *Sim, c Controller, out, back *Path) *Media {
	return &Media{Controller: c, sim: s, out: out, back: back, recorder: twcc.NewRecorder(1),
		seq: uint32(s.Rand.IntN(1 << 16)), offset: time.Duration(s.Rand.IntN(1e12))}
}

// Start begins feedback, ticks and probes at a time. What is sent is the affair of a source.
// Padding is sent with headers of its own, as RTX packets.
func (m *Media) Start(from time.Duration) {
	interval := m.Interval
	if interval == 0 {
		interval = 100 * time.Millisecond
	}
	m.sim.Every(from, interval, func() bool { m.report(); return !m.stopped })
	m.sim.Every(from, max(tick, m.Tick), func() bool {
		m.Controller.Tick(m.sim.now)
		return !m.stopped
	})
	m.sim.Every(from, tick, func() bool {
		for due := m.Controller.Padding(m.sim.now); due > 0 && !m.stopped; due -= maxPayload + overhead {
			m.Send(Padding, max(0, min(due-overhead, maxPayload)))
		}
		return !m.stopped
	})
	m.sim.Every(from, 100*time.Millisecond, func() bool {
		if !m.stopped {
			m.Stats.target(m.sim.now, m.Controller.Rate())
		}
		return !m.stopped
	})
}

// Stop ends the flow for good.
func (m *Media) Stop() { m.stopped = true }

// Stopped says whether it has ended.
func (m *Media) Stopped() bool { return m.stopped }

// Send sends one packet.
func (m *Media) Send(kind Kind, payload int) {
	if m.stopped {
		return
	}
	m.seq++
	size := payload + overhead
	m.Controller.Sent(uint16(m.seq), size, m.sim.now)
	m.Stats.sent(kind, size)
	m.out.Send(Packet{Seq: m.seq, Kind: kind, Size: size}, m.arrive)
}

func (m *Media) arrive(p Packet) {
	m.Stats.arrived(m.sim.now, p)
	at := m.offset + m.sim.now + m.sim.now/20_000
	m.recorder.Record(1, uint16(p.Seq), at.Microseconds())
	m.waiting = true
}

func (m *Media) report() {
	if !m.waiting {
		return
	}
	m.waiting = false
	for _, packet := range m.recorder.BuildFeedbackPacket() {
		raw, err := packet.Marshal()
		if err != nil {
			panic(err) // of the recorder's own making
		}
		m.back.Send(Packet{Size: len(raw) + overhead, Ack: raw}, func(p Packet) {
			if err := m.Controller.Feedback(m.sim.now, p.Ack); err != nil {
				m.Stats.Malformed++
			}
		})
	}
}

// Saturate sends audio and, at every tick, as much video and padding as the target allows. paused may be
// nil.
func (m *Media) Saturate(from time.Duration, paused func(time.Duration) bool) {
	off := func() bool { return paused != nil && paused(m.sim.now) }
	budget := 0.0
	m.sim.Every(from, 20*time.Millisecond, func() bool {
		if !off() {
			m.Send(Audio, 80)
			budget -= 80 + overhead
		}
		return !m.stopped
	})
	m.sim.Every(from, tick, func() bool {
		if off() {
			budget = 0
			return !m.stopped
		}
		for budget += m.Controller.Rate() / 8 * tick.Seconds(); budget >= maxPayload+overhead; budget -= maxPayload + overhead {
			m.Send(Video, maxPayload)
		}
		return !m.stopped
	})
}
