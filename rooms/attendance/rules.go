package attendance

import (
	"fmt"
	"strings"
	"time"
)

// Rules are a clinic's thresholds. A clinic that changes one stores a new
// Version; every record names the version that judged it. All durations are
// whole seconds.
type Rules struct {
	Version int `json:"version"`

	// GraceSeconds is the longest loss of connection that does not interrupt
	// attendance, inclusive.
	GraceSeconds int64 `json:"grace_s"`
	// LateSeconds: an arrival at the door more than this after the planned start is late.
	LateSeconds int64 `json:"late_s"`
	// EarlySeconds: a leave more than this before the end of the held window is early.
	EarlySeconds int64 `json:"early_s"`
	// PresentPercent of the held window, without breaks that are not counted,
	// makes a person present rather than partial.
	PresentPercent int64 `json:"present_percent"`
	// AudioOnlySeconds is the least audio-only time that raises the flag, so
	// that a camera that starts a moment after the microphone raises none.
	AudioOnlySeconds int64 `json:"audio_only_s"`

	CountBreaks    bool `json:"count_breaks"`    // breaks are part of the total
	CountOverrun   bool `json:"count_overrun"`   // time after the planned end is part of the total
	CountUnstaffed bool `json:"count_unstaffed"` // time without staff in the room counts

	// WeekStart is the first day of the clinic's week.
	WeekStart Day `json:"week_start"`
}

// DefaultRules are those of a clinic that has set none: version 1.
func DefaultRules() Rules {
	return Rules{
		Version:          1,
		GraceSeconds:     120,
		LateSeconds:      600,
		EarlySeconds:     600,
		PresentPercent:   80,
		AudioOnlySeconds: 60,
		CountBreaks:      true,
		CountUnstaffed:   true,
		WeekStart:        Day(time.Monday),
	}
}

// How the room measures; not a clinic's choice.
const (
	// proofMS is how old the last authenticated packet of a living connection may be.
	proofMS = 6000
	// beatMS is how often the times of last proof are written down. After a
	// crash an interval's true end lies at most proofMS+beatMS behind the row's.
	beatMS = 2000
	// skewMS is how far the clocks of two nodes may disagree. An older life
	// that goes on for longer beside a newer one is a late replay.
	skewMS = 10_000
)

// Validate names the first value that no clinic can mean.
func (r Rules) Validate() error {
	for _, v := range []struct {
		name     string
		value    int64
		min, max int64
	}{
		{"version", int64(r.Version), 1, 1 << 31},
		{"grace_s", r.GraceSeconds, 0, 3600},
		{"late_s", r.LateSeconds, 0, 86400},
		{"early_s", r.EarlySeconds, 0, 86400},
		{"present_percent", r.PresentPercent, 1, 100},
		{"audio_only_s", r.AudioOnlySeconds, 0, 86400},
		{"week_start", int64(r.WeekStart), 0, 6},
	} {
		if v.value < v.min || v.value > v.max {
			return fmt.Errorf("rules: %s is %d, want %d to %d", v.name, v.value, v.min, v.max)
		}
	}
	return nil
}

// Day is a day of the week, in JSON its English name in lower case.
type Day time.Weekday

func (d Day) String() string { return strings.ToLower(time.Weekday(d).String()) }

// MarshalText writes the name.
func (d Day) MarshalText() ([]byte, error) {
	if d < 0 || d > 6 {
		return nil, fmt.Errorf("day %d: want 0 to 6", int(d))
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads a name as MarshalText writes it.
func (d *Day) UnmarshalText(text []byte) error {
	for day := range Day(7) {
		if day.String() == string(text) {
			*d = day
			return nil
		}
	}
	return fmt.Errorf("day %q: want monday to sunday", text)
}
