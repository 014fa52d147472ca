package sfu

import (
	"errors"
	"fmt"
	"strings"

	"vesper/sfu/internal/offer"
)

// OfferError refuses an offer before anything was changed, except bad_sdp, which may also come from the
// full parser. Code is stable: "too_many_tracks" (more than 4 published), "too_many_lines" (more than 64
// m-lines), "offer_too_large" (more than 256 KiB), "bad_sdp".
type OfferError struct {
	Code    string
	Message string
}

func (e *OfferError) Error() string { return "sfu: " + e.Code + ": " + e.Message }

// readOffer holds an offer against the limits before Pion sees it.
func readOffer(text string) (*offer.Offer, error) {
	o, err := offer.Parse(text)
	if err == nil {
		return o, nil
	}
	code := "bad_sdp"
	switch {
	case errors.Is(err, offer.ErrTooLarge):
		code = "offer_too_large"
	case errors.Is(err, offer.ErrLines):
		code = "too_many_lines"
	case errors.Is(err, offer.ErrPublished):
		code = "too_many_tracks"
	}
	return nil, &OfferError{Code: code, Message: err.Error()}
}

// layout is what was negotiated, as the packet path needs it. It is immutable.
type layout struct {
	mid, rid, repairedRid, transportCC, audioLevel uint8 // ids of header extensions, 0 is none

	codecs   [128]codec         // by payload type
	tracks   map[string]*source // by mid
	declared map[uint32]declared
}

type codec uint8

const (
	codecNone codec = iota
	codecOpus
	codecVP8
	codecRTX
)

// declared is an SSRC that the offer named (RFC 5576), for clients that send no mid.
type declared struct {
	source *source
	repair bool
}

// newLayout reads the offer for what is published and the answer for what was agreed.
func newLayout(o, answer *offer.Offer, sources []*source) *layout {
	l := &layout{tracks: make(map[string]*source), declared: make(map[uint32]declared)}
	for i := range answer.Media {
		m := &answer.Media[i]
		if m.Rejected {
			continue
		}
		for pt, name := range m.Codecs {
			switch name {
			case "opus":
				l.codecs[pt] = codecOpus
			case "vp8":
				l.codecs[pt] = codecVP8
			case "rtx":
				l.codecs[pt] = codecRTX
			}
		}
		for uri, id := range m.Extension {
			switch uri {
			case uriMid:
				l.mid = id
			case uriRid:
				l.rid = id
			case uriRepairedRid:
				l.repairedRid = id
			case uriTransportCC:
				l.transportCC = id
			case uriAudioLevel:
				l.audioLevel = id
			}
		}
	}
	for _, s := range sources {
		l.tracks[s.mid] = s
	}
	for i := range o.Media {
		s := l.tracks[o.Media[i].Mid]
		if s == nil {
			continue
		}
		for _, ssrc := range o.Media[i].SSRCs {
			_, repair := o.Media[i].Repair[ssrc]
			l.declared[ssrc] = declared{source: s, repair: repair}
		}
	}
	return l
}

// finishAnswer replaces the candidates by ours, complete (no trickle), and asks for the Opus we want:
// Pion echoes the offer's parameters, and a sender takes the answer's (RFC 7587, 6.1).
func (e *Engine) finishAnswer(text string) string {
	var b strings.Builder
	placed, wanted := false, false
	opus := ""
	flush := func() {
		if wanted && !placed {
			placed, wanted = true, false
			for i, host := range e.hosts {
				// RFC 8445, 5.1.2.1: type preference 126, local preference falling, component 1
				priority := 126<<24 | (65535-i)<<8 | 255
				fmt.Fprintf(&b, "a=candidate:%d 1 udp %d %s %d typ host\r\n", i+1, priority, host.Unmap(), e.addr.Port())
			}
			b.WriteString("a=end-of-candidates\r\n")
		}
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "m="):
			flush()
			opus = ""
			fields := strings.Fields(line)
			wanted = len(fields) > 1 && fields[1] != "0"
		case strings.HasPrefix(line, "a=candidate:"), line == "a=end-of-candidates", line == "a=ice-options:trickle":
			continue
		case strings.HasPrefix(line, "a=rtpmap:") && strings.Contains(line, " opus/"):
			opus, _, _ = strings.Cut(line[len("a=rtpmap:"):], " ")
		case opus != "" && strings.HasPrefix(line, "a=fmtp:"+opus+" "):
			line = "a=fmtp:" + opus + " " + opusFormat
		}
		b.WriteString(line)
		b.WriteString("\r\n")
	}
	flush()
	return b.String()
}
