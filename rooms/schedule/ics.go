package schedule

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"vesper/rooms"
)

// Method says what a calendar is to do (RFC 5546).
type Method string

const (
	Request Method = "REQUEST" // a new invitation, or a changed one: all of it again
	Cancel  Method = "CANCEL"  // the whole, or the evenings in Only, do not take place
	Publish Method = "PUBLISH" // a feed
)

// ErrNothing: none of the series' evenings lie within the invitation.
var ErrNothing = errors.New("there is no evening to invite to")

// Invite is what one calendar is told of one series. The title of the series
// is never in it.
type Invite struct {
	UID string // see UID
	// Sequence must rise with every change: the series' own, and what the
	// caller adds for the seat's.
	Sequence int
	Stamp    time.Time // when this was made
	Series   Series
	// From and Until bound it to a seat's dates: evenings that start in
	// [From, Until). Zero is open.
	From, Until time.Time
	// Without are evenings, by recurrence id, that are not this person's.
	Without []LocalTime
	// Only, of a CANCEL, are the evenings that are called off, by recurrence
	// id. Empty: all.
	Only []LocalTime
	// The texts must be neutral: calendars are seen by others. An empty
	// Summary is "Appointment".
	Summary, Description string
	URL                  string
	// Mail addresses. A REQUEST and a CANCEL need both.
	Organizer, Attendee string
}

// LogValue keeps addresses and texts out of logs.
func (i Invite) LogValue() slog.Value { return slog.StringValue(i.UID) }

// UID names one person's invitation to a series for good, whatever becomes of
// it. Of may be a seat, or a person of the staff.
func UID[T ~string](series rooms.SeriesID, of T) string {
	return fmt.Sprintf("%s.%s@vesper", series, string(of))
}

// zoneSpan is what the zones of a calendar must cover.
type zoneSpan struct {
	zone         *time.Location
	since, until time.Time
}

// openSpan is how far a zone without yearly rules is written out for an
// invitation without end.
const openSpan = 20

// ICS is an iCalendar object (RFC 5545) of invitations, with the time zones
// that they speak of. It fails with Errors for a series that can't be used, and
// with ErrNothing where a REQUEST or a CANCEL would be empty; a feed leaves such
// a series out.
func ICS(method Method, invites ...Invite) ([]byte, error) {
	spans := make(map[string]zoneSpan)
	var events icsWriter
	for _, invite := range invites {
		l, err := invite.lay()
		if errors.Is(err, ErrNothing) && method == Publish {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("write calendar: %w", err)
		}
		span, known := spans[invite.Series.Zone]
		if !known {
			span = zoneSpan{l.zone, l.since, l.until}
		}
		if l.since.Before(span.since) {
			span.since = l.since
		}
		span.until = later(span.until, l.until)
		spans[invite.Series.Zone] = span
		invite.write(&events, method, l)
	}
	var w icsWriter
	w.line("BEGIN", "VCALENDAR")
	w.line("VERSION", "2.0")
	w.line("PRODID", "-//Vesper//Vesper//EN")
	w.line("CALSCALE", "GREGORIAN")
	w.line("METHOD", string(method))
	for _, name := range slices.Sorted(maps.Keys(spans)) {
		span := spans[name]
		w.writeZone(span.zone, span.since, span.until)
	}
	w.Write(events.Bytes())
	w.line("END", "VCALENDAR")
	return w.Bytes(), nil
}

// write writes the VEVENTs of an invitation.
func (i Invite) write(w *icsWriter, method Method, l layout) {
	if method == Cancel && len(i.Only) > 0 {
		for _, d := range l.dates {
			if slices.Contains(i.Only, d.wall) {
				i.event(w, method, l, d.local, func() { w.local("RECURRENCE-ID", l, d.wall) })
			}
		}
		return
	}
	if l.single {
		i.event(w, method, l, l.dates[0].local, nil)
		return
	}
	i.event(w, method, l, l.dates[0].wall, func() {
		w.line("RRULE", l.rule)
		for _, d := range l.dates {
			if !d.theirs {
				w.local("EXDATE", l, d.wall)
			}
		}
	})
	if method == Cancel {
		return
	}
	for _, d := range l.dates {
		if d.theirs && d.moved {
			i.event(w, method, l, d.local, func() { w.local("RECURRENCE-ID", l, d.wall) })
		}
	}
}

// event writes one VEVENT; more writes what tells it from the others.
func (i Invite) event(w *icsWriter, method Method, l layout, start LocalTime, more func()) {
	w.line("BEGIN", "VEVENT")
	w.line("UID", escapeText(i.UID))
	w.line("DTSTAMP", i.Stamp.UTC().Format(icsUTC))
	w.line("SEQUENCE", fmt.Sprint(i.Sequence))
	w.local("DTSTART", l, start)
	w.line("DURATION", icsDuration(i.Series.Duration))
	if more != nil {
		more()
	}
	summary := i.Summary
	if summary == "" {
		summary = "Appointment"
	}
	w.text("SUMMARY", summary)
	w.text("DESCRIPTION", i.Description)
	if i.URL != "" {
		w.line("URL", i.URL)
	}
	if i.Organizer != "" {
		w.line("ORGANIZER", mailto(i.Organizer))
	}
	if i.Attendee != "" {
		role := "REQ-PARTICIPANT"
		if i.Series.Kind.Optional() {
			role = "OPT-PARTICIPANT"
		}
		w.line("ATTENDEE;CUTYPE=INDIVIDUAL;ROLE="+role+";PARTSTAT=NEEDS-ACTION;RSVP=FALSE", mailto(i.Attendee))
	}
	status := "CONFIRMED"
	if method == Cancel {
		status = "CANCELLED"
	}
	w.line("STATUS", status)
	w.line("CLASS", "PRIVATE")
	w.line("TRANSP", "OPAQUE")
	w.line("END", "VEVENT")
}

// local writes a wall clock with its zone.
func (w *icsWriter) local(name string, l layout, at LocalTime) {
	w.line(name+";TZID="+l.zone.String(), at.asUTC().Format(icsLocal))
}

// icsDuration is exact time, so that a change of the clocks makes an evening
// no shorter (RFC 5545, 3.3.6).
func icsDuration(d time.Duration) string {
	text := "PT"
	if h := int(d / time.Hour); h > 0 {
		text += fmt.Sprintf("%dH", h)
	}
	if m := int(d % time.Hour / time.Minute); m > 0 {
		text += fmt.Sprintf("%dM", m)
	}
	return text
}
