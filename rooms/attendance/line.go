package attendance

import "vesper/rooms"

// link is one connection, from its first authenticated packet to its last.
type link struct {
	span
	conn  uint64
	epoch uint64
	open  bool
	crash bool // ended with its server
	// floor is the time of the last door entry that found it alive.
	floor int64
	// orphan is when its server was last heard of, 0 while that lives.
	orphan int64
}

// connect begins a connection. A newer one takes the place of an older one,
// which lasts until then unless a later entry says how long it did.
func (f *facts) connect(e entry) {
	f.buryOrphans()
	for i := range f.links {
		l := &f.links[i]
		if !l.open {
			continue
		}
		if l.conn == e.Conn {
			l.from = min(l.from, e.fact)
			return
		}
		l.open, l.to = false, max(l.from, e.fact)
	}
	f.links = append(f.links, link{span: span{from: e.fact}, conn: e.Conn, epoch: e.ID.Epoch, open: true})
}

// lose ends the newest connection of that number at its last proof.
func (f *facts) lose(e entry) {
	for i := len(f.links) - 1; i >= 0; i-- {
		if l := &f.links[i]; l.conn == e.Conn {
			if !l.crash {
				l.end(e.fact)
			}
			return
		}
	}
}

// end closes the link. Connected means a packet within the last proofMS, so a
// door entry no more than that behind the last packet found it connected.
func (l *link) end(at int64) {
	if at < l.floor && at >= l.floor-proofMS {
		at = l.floor
	}
	l.open, l.to = false, max(l.from, at)
}

// crash ends what a dead server had left open at the time of the last beat.
// On the server's own word it ends whatever is open.
func (f *facts) crash(e entry) {
	orphans := f.anyOrphan()
	for i := range f.links {
		l := &f.links[i]
		if !l.open || (orphans && l.orphan == 0) {
			continue
		}
		if f.inside() {
			f.doubt += min(proofMS+beatMS, max(e.at-e.fact, 0))
		}
		l.end(e.fact)
		l.crash = true
	}
}

func (f *facts) anyOrphan() bool {
	for _, l := range f.links {
		if l.open && l.orphan != 0 {
			return true
		}
	}
	return false
}

// buryOrphans ends what a dead server had left open and no beat spoke of.
func (f *facts) buryOrphans() {
	for i := range f.links {
		l := &f.links[i]
		if !l.open || l.orphan == 0 {
			continue
		}
		f.doubtUnknown = f.doubtUnknown || f.inside()
		l.end(l.orphan)
		l.crash = true
	}
}

// finish closes what is open when the records are written. A connection that
// is alive lasts until then.
func (f *facts) finish(end int64, ended bool) {
	f.buryOrphans()
	for i := range f.links {
		if l := &f.links[i]; l.open {
			l.to = max(l.from, end)
		}
	}
	for _, stays := range [][]stay{f.admitted, f.lobby} {
		if n := len(stays); n > 0 && stays[n-1].open() {
			stays[n-1].to = max(stays[n-1].from, end)
			if ended {
				stays[n-1].end = rooms.EventEnded
			}
		}
	}
}

func (f *facts) media(e entry) {
	switch e.Reason {
	case "audio":
		f.audio = append(f.audio, e.at)
	case "camera":
		f.camera = append(f.camera, mark{e.at, true})
	}
}

func (f *facts) cameraOff(e entry) { f.camera = append(f.camera, mark{e.at, false}) }

// connected is the union of all connections.
func (f *facts) connected() []span {
	spans := make([]span, 0, len(f.links))
	for _, l := range f.links {
		spans = append(spans, l.span)
	}
	return unite(spans)
}

// crashedAt reports whether the connection that ended then ended with its server.
func (f *facts) crashedAt(at int64) bool {
	for _, l := range f.links {
		if l.crash && l.to == at {
			return true
		}
	}
	return false
}

// switched is when marks are on, each time at most until the connection that
// it began in ends.
func switched(marks []mark, connected []span) []span {
	var on []span
	for i, m := range marks {
		if !m.on {
			continue
		}
		for _, c := range connected {
			if m.at < c.from || m.at >= c.to {
				continue
			}
			to := c.to
			if i+1 < len(marks) {
				to = min(to, max(marks[i+1].at, m.at))
			}
			on = append(on, span{m.at, to})
		}
	}
	return unite(on)
}
