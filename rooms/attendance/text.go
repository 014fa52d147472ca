package attendance

import (
	"encoding/json"
	"strconv"
	"time"
)

// rowsText appends the JSON of rows, as encoding/json writes it, without a look
// at their types: those who verify a year write every row again. ok is false
// if that is left to encoding/json.
func rowsText(text []byte, rows []Record) (_ []byte, ok bool) {
	w := &rowWriter{text, true}
	list(w, rows, (*rowWriter).row)
	return w.text, w.ok
}

// rowWriter writes JSON behind a text.
type rowWriter struct {
	text []byte
	ok   bool
}

// list writes a list, each element by one call.
func list[E any](w *rowWriter, all []E, one func(*rowWriter, *E)) {
	if all == nil {
		w.raw("null")
		return
	}
	w.raw("[")
	for i := range all {
		if i > 0 {
			w.raw(",")
		}
		one(w, &all[i])
	}
	w.raw("]")
}

// row writes the fields of a Record, in their order.
func (w *rowWriter) row(r *Record) {
	w.string(`{"session":`, string(r.Session))
	w.string(`,"person":`, string(r.Person))
	w.string(`,"display_name":`, r.DisplayName)
	w.string(`,"role":`, string(r.Role))
	w.string(`,"status":`, string(r.Status))
	w.number(`,"minutes":`, r.Minutes)
	w.number(`,"seconds":`, r.Seconds)
	w.raw(`,"segments":`)
	list(w, r.Segments, (*rowWriter).segment)
	w.number(`,"break_s":`, r.BreakSeconds)
	w.number(`,"overrun_s":`, r.OverrunSeconds)
	w.number(`,"lobby_s":`, r.LobbySeconds)
	w.number(`,"reconnects":`, int64(r.Reconnects))
	w.raw(`,"intervals":`)
	list(w, r.Intervals, (*rowWriter).interval)
	w.raw(`,"gaps":`)
	list(w, r.Gaps, (*rowWriter).gap)
	w.set(`,"first_at_door":`, r.FirstAtDoor)
	w.set(`,"first_admitted":`, r.FirstAdmitted)
	w.set(`,"last_left":`, r.LastLeft)
	w.known(`,"late_s":`, r.LateSeconds)
	w.known(`,"early_s":`, r.EarlySeconds)
	w.known(`,"audio_only_s":`, r.AudioOnlySeconds)
	w.known(`,"unstaffed_s":`, r.UnstaffedSeconds)
	w.known(`,"stepped_away_s":`, r.SteppedAwaySeconds)
	if r.AsideSeconds != nil {
		w.known(`,"aside_s":`, r.AsideSeconds)
	}
	w.string(`,"location":`, r.Location)
	w.known(`,"uncertainty_s":`, r.UncertaintySeconds)
	w.review(r)
	w.raw(`,"flags":`)
	list(w, r.Flags, func(w *rowWriter, f *Flag) { w.string("", string(*f)) })
	w.number(`,"rules_version":`, int64(r.RulesVersion))
	w.bool(`,"final":`, r.Final)
	w.raw("}")
}

// review writes what few rows have.
func (w *rowWriter) review(r *Record) {
	if r.Absence != "" {
		w.string(`,"absence":`, r.Absence)
	}
	if r.Matched != "" {
		w.string(`,"matched":`, string(r.Matched))
	}
	if len(r.Corrections) > 0 {
		w.other(`,"corrections":`, r.Corrections)
	}
	if r.Machine != nil {
		w.other(`,"machine":`, r.Machine)
	}
}

func (w *rowWriter) segment(s *SegmentTime) {
	w.number(`{"index":`, int64(s.Index))
	w.string(`,"kind":`, string(s.Kind))
	w.known(`,"seconds":`, s.Seconds)
	w.set(`,"start":`, s.Start)
	w.set(`,"end":`, s.End)
	w.raw("}")
}

func (w *rowWriter) interval(i *Interval) {
	w.time(`{"start":`, i.Start)
	w.set(`,"end":`, i.End)
	w.raw("}")
}

func (w *rowWriter) gap(g *Gap) {
	w.time(`{"start":`, g.Start)
	w.set(`,"end":`, g.End)
	w.string(`,"reason":`, g.Reason)
	w.bool(`,"bridged":`, g.Bridged)
	w.raw("}")
}

func (w *rowWriter) raw(text string) { w.text = append(w.text, text...) }

func (w *rowWriter) number(name string, n int64) {
	w.text = strconv.AppendInt(append(w.text, name...), n, 10)
}

// known writes a number, or null for one that is not known.
func (w *rowWriter) known(name string, n *int64) {
	if n == nil {
		w.raw(name)
		w.raw("null")
		return
	}
	w.number(name, *n)
}

func (w *rowWriter) bool(name string, b bool) {
	w.text = strconv.AppendBool(append(w.text, name...), b)
}

// set writes a time, if there is one.
func (w *rowWriter) set(name string, t time.Time) {
	if !t.IsZero() {
		w.time(name, t)
	}
}

// time writes a time of four digits of the year; JSON has no others.
func (w *rowWriter) time(name string, t time.Time) {
	w.text = append(append(w.text, name...), '"')
	start := len(w.text)
	w.text = append(t.AppendFormat(w.text, time.RFC3339Nano), '"')
	w.ok = w.ok && t.Location() == time.UTC && w.text[start] != '-' && w.text[start+4] == '-'
}

func (w *rowWriter) string(name, s string) {
	for i := range len(s) {
		if b := s[i]; b < 0x20 || b >= 0x7f || b == '"' || b == '\\' || b == '<' || b == '>' || b == '&' {
			w.other(name, s)
			return
		}
	}
	w.text = append(append(append(append(w.text, name...), '"'), s...), '"')
}

// other writes any value, as encoding/json does.
func (w *rowWriter) other(name string, value any) {
	text, err := json.Marshal(value)
	w.text = append(append(w.text, name...), text...)
	w.ok = w.ok && err == nil
}
