// Package offer reads just enough of an SDP offer to decide whether it may be given to the full parser,
// and what the client publishes. It is a line reader, not a validator of RFC 8866.
package offer

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Limits of an offer.
const (
	MaxSize      = 256 << 10
	MaxLines     = 64
	MaxPublished = 4
	maxLayers    = 8
)

// What can be wrong with an offer.
var (
	ErrTooLarge  = errors.New("offer too large")
	ErrLines     = errors.New("too many m-lines")
	ErrPublished = errors.New("too many published tracks")
	ErrSyntax    = errors.New("not an offer")
)

// Offer is what an offer says about media.
type Offer struct {
	Media []Media
}

// Media is one m-line.
type Media struct {
	Mid       string
	Kind      string // audio, video, application, …
	Direction string // of the client: sendonly, recvonly, sendrecv, inactive
	Rejected  bool   // port 0 without bundle-only
	Rids      []string
	SSRCs     []uint32
	Repair    map[uint32]uint32 // RTX SSRC -> media SSRC (RFC 5576, 4.2; RFC 4588)
	Codecs    map[uint8]string  // payload type -> encoding name in lower case (RFC 8866, 6.6)
	Extension map[string]uint8  // URI -> id (RFC 8285, 5)
}

// Publishes reports whether the client may send on this m-line.
func (m *Media) Publishes() bool {
	return !m.Rejected && (m.Kind == "audio" || m.Kind == "video") && (m.Direction == "sendonly" || m.Direction == "sendrecv")
}

// Receives reports whether this m-line is a slot.
func (m *Media) Receives() bool {
	return !m.Rejected && (m.Kind == "audio" || m.Kind == "video") && m.Direction == "recvonly"
}

// Parse reads an offer and holds it against the limits.
func Parse(text string) (*Offer, error) {
	o, err := Read(text)
	if err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	return o, nil
}

// Read reads any description; the number of published tracks is not looked at.
func Read(text string) (*Offer, error) {
	if len(text) > MaxSize {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, len(text), MaxSize)
	}
	if !strings.HasPrefix(text, "v=0") {
		return nil, fmt.Errorf("%w: it does not begin with v=0", ErrSyntax)
	}
	if bareReturn(text) { // the full parser would begin a new line there
		return nil, fmt.Errorf("%w: a carriage return within a line", ErrSyntax)
	}
	o, media := &Offer{}, (*Media)(nil)
	session := "sendrecv" // RFC 8866, 6.7
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "m="):
			if len(o.Media) == MaxLines {
				return nil, fmt.Errorf("%w: at most %d", ErrLines, MaxLines)
			}
			m, err := mediaLine(line[2:], session)
			if err != nil {
				return nil, err
			}
			o.Media = append(o.Media, m)
			media = &o.Media[len(o.Media)-1]
		case !strings.HasPrefix(line, "a="):
		case media != nil:
			if err := media.attribute(line[2:]); err != nil {
				return nil, err
			}
		case isDirection(line[2:]):
			session = line[2:]
		}
	}
	return o, nil
}

func bareReturn(text string) bool {
	for i := strings.IndexByte(text, '\r'); i >= 0; {
		if i+1 < len(text) && text[i+1] != '\n' {
			return true
		}
		next := strings.IndexByte(text[i+1:], '\r')
		if next < 0 {
			return false
		}
		i += 1 + next
	}
	return false
}

func (o *Offer) check() error {
	if len(o.Media) == 0 {
		return fmt.Errorf("%w: it has no m-line", ErrSyntax)
	}
	published, mids := 0, make(map[string]bool)
	for i := range o.Media {
		m := &o.Media[i]
		if m.Mid == "" || mids[m.Mid] {
			return fmt.Errorf("%w: m-line %d has no mid of its own", ErrSyntax, i)
		}
		mids[m.Mid] = true
		if m.Publishes() {
			published++
		}
	}
	if published > MaxPublished {
		return fmt.Errorf("%w: %d, at most %d", ErrPublished, published, MaxPublished)
	}
	return nil
}

func mediaLine(value, direction string) (Media, error) {
	fields := strings.Fields(value)
	if len(fields) < 4 {
		return Media{}, fmt.Errorf("%w: bad m-line", ErrSyntax)
	}
	return Media{Kind: fields[0], Direction: direction, Rejected: fields[1] == "0"}, nil
}

func isDirection(s string) bool {
	return s == "sendrecv" || s == "sendonly" || s == "recvonly" || s == "inactive"
}

func (m *Media) attribute(a string) error {
	key, value, _ := strings.Cut(a, ":")
	switch key {
	case "sendrecv", "sendonly", "recvonly", "inactive":
		m.Direction = key
	case "bundle-only": // RFC 9143, 6: port 0 is not a rejection then
		m.Rejected = false
	case "mid":
		if len(value) > 16 {
			return fmt.Errorf("%w: mid too long", ErrSyntax)
		}
		m.Mid = value
	case "rid": // RFC 8851
		id, rest, _ := strings.Cut(value, " ")
		if strings.HasPrefix(rest, "send") {
			if len(m.Rids) == maxLayers {
				return fmt.Errorf("%w: too many rids", ErrSyntax)
			}
			m.Rids = append(m.Rids, id)
		}
	case "rtpmap":
		m.rtpmap(value)
	case "extmap":
		m.extmap(value)
	case "ssrc":
		m.ssrc(value)
	case "ssrc-group":
		fields := strings.Fields(value)
		if len(fields) == 3 && fields[0] == "FID" {
			primary, err1 := strconv.ParseUint(fields[1], 10, 32)
			repair, err2 := strconv.ParseUint(fields[2], 10, 32)
			if err1 == nil && err2 == nil && len(m.Repair) < maxLayers {
				if m.Repair == nil {
					m.Repair = make(map[uint32]uint32)
				}
				m.Repair[uint32(repair)] = uint32(primary)
			}
		}
	}
	return nil
}

func (m *Media) rtpmap(value string) {
	number, rest, _ := strings.Cut(value, " ")
	name, _, _ := strings.Cut(rest, "/")
	if n, err := strconv.ParseUint(number, 10, 7); err == nil {
		if m.Codecs == nil {
			m.Codecs = make(map[uint8]string)
		}
		m.Codecs[uint8(n)] = strings.ToLower(name)
	}
}

func (m *Media) extmap(value string) {
	number, rest, _ := strings.Cut(value, " ")
	number, _, _ = strings.Cut(number, "/")
	uri, _, _ := strings.Cut(rest, " ")
	if n, err := strconv.ParseUint(number, 10, 8); err == nil && n > 0 && len(m.Extension) < 32 {
		if m.Extension == nil {
			m.Extension = make(map[string]uint8)
		}
		m.Extension[uri] = uint8(n)
	}
}

func (m *Media) ssrc(value string) {
	id, _, _ := strings.Cut(value, " ")
	n, err := strconv.ParseUint(id, 10, 32)
	if err != nil || len(m.SSRCs) == 2*maxLayers {
		return
	}
	for _, known := range m.SSRCs {
		if known == uint32(n) {
			return
		}
	}
	m.SSRCs = append(m.SSRCs, uint32(n))
}

// WithoutCandidates removes every candidate and the hints about them: addresses are only learned from
// authenticated checks. An offer of one m-line without a declared SSRC gets a placeholder, because the
// full parser would otherwise take every unknown SSRC for a new track of that line.
func WithoutCandidates(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	lines, ssrc := 0, false
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "a=candidate:"), strings.HasPrefix(line, "a=end-of-candidates"), strings.HasPrefix(line, "a=remote-candidates"):
			continue
		case strings.HasPrefix(line, "m="):
			lines++
		case strings.HasPrefix(line, "a=ssrc:"):
			ssrc = true
		}
		b.WriteString(strings.TrimRight(line, "\r\n"))
		b.WriteString("\r\n")
	}
	if lines == 1 && !ssrc {
		b.WriteString("a=ssrc:1 cname:none\r\n")
	}
	return b.String()
}
