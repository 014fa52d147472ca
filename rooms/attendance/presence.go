package attendance

import (
	"slices"

	"vesper/rooms"
)

// presence is one person in one session: when they were admitted and
// connected, joined over the gaps that the rules forgive.
type presence struct {
	*facts
	linked    []span // connected, admitted or not
	pieces    []span // admitted and connected, as measured
	intervals []span // the same with bridged gaps, in order, not overlapping
	gaps      []gap
	bridged   int
	lobbyMS   int64
	here      bool // in at the time of the record; only while the room runs

	amended  bool // staff said something of the time; intervals are as they said
	movedEnd bool // and so the last one ends elsewhere
}

type gap struct {
	span   // to is 0 if the person did not come back
	reason string
	joined bool
}

// piece is a stretch of presence and the admission it lies in.
type piece struct {
	span
	stay int
}

var gapReasons = map[rooms.EventKind]string{
	rooms.EventLeft: GapLeft, rooms.EventRemoved: GapRemoved, rooms.EventSentBack: GapSentBack,
	rooms.EventDenied: GapSentBack,
}

// attend joins a person's facts up to end, the end of the room or now.
func attend(f *facts, end int64, ended bool, grace int64) presence {
	f.finish(end, ended)
	connected := f.connected()
	pieces := make([]piece, 0, len(f.admitted)+len(connected))
	for i, s := range f.admitted {
		for _, shared := range intersect(union(s.span), connected) {
			pieces = append(pieces, piece{shared, i})
		}
	}
	p := presence{
		facts: f, linked: connected,
		pieces: make([]span, 0, len(pieces)), intervals: make([]span, 0, len(pieces)), gaps: make([]gap, 0, len(pieces)),
	}
	for i, now := range pieces {
		p.pieces = append(p.pieces, now.span)
		if i == 0 || !p.bridge(pieces[i-1], now, grace) {
			p.intervals = append(p.intervals, now.span)
		}
	}
	p.finishGap(pieces, end)
	p.lobbyMS = lobbyTime(f.lobby, connected, grace)
	return p
}

// bridge notes the gap between two pieces and joins the later to the running
// interval if the gap is forgiven: it began by loss of connection, the person
// stayed admitted, and was back within grace (inclusive).
func (p *presence) bridge(last, now piece, grace int64) bool {
	g := gap{span: span{last.to, now.from}, reason: p.reason(last)}
	g.joined = last.stay == now.stay && g.length() <= grace
	p.gaps = append(p.gaps, g)
	if g.joined {
		p.intervals[len(p.intervals)-1].to = now.to
		p.bridged++
	}
	return g.joined
}

// reason is why presence ended with a piece: what ended the admission, if the
// person did not come back within it, else the connection.
func (p *presence) reason(last piece) string {
	if reason := gapReasons[p.admitted[last.stay].end]; reason != "" && !p.returned(last) {
		return reason
	}
	if p.crashedAt(last.to) {
		return GapNodeLost
	}
	return GapLost
}

// returned reports whether there is a later connection inside the same admission.
func (p *presence) returned(last piece) bool {
	for _, l := range p.links {
		if l.from >= last.to && l.from < p.admitted[last.stay].to && l.length() > 0 {
			return true
		}
	}
	return false
}

// finishGap notes the gap that nobody came back from. It is not counted. Those
// who were in to the end have none.
func (p *presence) finishGap(pieces []piece, end int64) {
	if len(pieces) == 0 {
		return
	}
	last := pieces[len(pieces)-1]
	if last.to >= end {
		p.here = p.admitted[last.stay].open() && p.alive()
		return
	}
	p.gaps = append(p.gaps, gap{span: span{from: last.to}, reason: p.reason(last)})
}

func (p *presence) alive() bool {
	return slices.ContainsFunc(p.links, func(l link) bool { return l.open })
}

// lobbyTime is the time of waiting, in milliseconds. A wait begins at the door
// whether or not a connection follows; one whose connection is lost for longer
// than grace pauses until it is back.
func lobbyTime(lobby []stay, connected []span, grace int64) int64 {
	var sum int64
	for _, s := range lobby {
		sum += s.length()
		seen := int64(0) // end of the last connection within the stay
		for _, c := range append(intersect(union(s.span), connected), span{s.to, s.to}) {
			if away := c.from - seen; seen != 0 && away > grace {
				sum -= away
			}
			seen = c.to
		}
	}
	return sum
}
