package export

import (
	"fmt"
	"strings"

	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/attendance/week"
)

// roles, statuses, places and kinds in words.
var (
	roles = map[rooms.Role]string{
		rooms.Facilitator: "Facilitator", rooms.Cofacilitator: "Cofacilitator", rooms.Observer: "Observer", rooms.Interpreter: "Interpreter",
		rooms.Captioner: "Captioner", rooms.Client: "Participant", rooms.Collateral: "Family", "": "Not on the roster",
	}
	statuses = map[attendance.Status]string{
		attendance.Present: "Present", attendance.Partial: "Partly present", attendance.Absent: "Absent", attendance.NotAdmitted: "Came, was not let in",
		attendance.NotHeld: "Not held", attendance.Excused: "Excused", attendance.NotYet: "Not here yet", week.StatusPlanned: "Planned",
	}
	places = map[string]string{"home": "At home", "elsewhere": "Somewhere else", "": notKnown}
	kinds  = map[rooms.SegmentKind]string{
		rooms.Group: "Group", rooms.Education: "Education", rooms.RelapsePrevention: "Relapse prevention", rooms.Individual: "Individual",
		rooms.Family: "Family", rooms.Break: "Break",
	}
	absences = map[string]string{
		"called": "called", "reached": "called and reached", "not_reached": "called, not reached", "excused": "excused", "unexcused": "not excused",
	}
)

// flagWords are flags for people. {n} is the row's own number.
var flagWords = map[attendance.Flag]func(attendance.Record) string{
	attendance.Late:            func(r attendance.Record) string { return counted("came {n} late", r.LateSeconds) },
	attendance.LeftEarly:       func(r attendance.Record) string { return counted("left {n} early", r.EarlySeconds) },
	attendance.Reconnects:      func(r attendance.Record) string { return fmt.Sprintf("connection lost and back: %d", r.Reconnects) },
	attendance.AudioOnly:       func(r attendance.Record) string { return counted("{n} without a camera", r.AudioOnlySeconds) },
	attendance.SteppedAway:     func(r attendance.Record) string { return counted("stepped away for {n}", r.SteppedAwaySeconds) },
	attendance.Aside:           func(r attendance.Record) string { return counted("{n} with staff alone", r.AsideSeconds) },
	attendance.Unstaffed:       func(r attendance.Record) string { return counted("{n} without staff in the room", r.UnstaffedSeconds) },
	attendance.Removed:         plain("removed by staff"),
	attendance.RemovalUndone:   plain("let back in"),
	attendance.SentBack:        plain("sent back to the lobby"),
	attendance.Elsewhere:       plain("not at home"),
	attendance.LocationChanged: plain("changed place"),
	attendance.SharedDevice:    plain("on a shared device"),
	attendance.Corrected:       plain("corrected by staff"),
	attendance.NeverConnected:  plain("let in, no connection came up"),
	attendance.Guest:           plain("guest for this evening"),
	attendance.NotOnRoster:     plain("not on the roster"),
	attendance.ServerLost:      plain("connection ended with the server"),
	attendance.ClockStepped:    plain("the server's clock jumped; minutes did not"),
	attendance.ClockClamped:    plain("times of a later server were moved on"),
	attendance.LateReplay:      plain("some entries came late and were left out"),
	attendance.NotEnded:        plain("the record stops without an end"),
	attendance.JournalConflict: plain("the record contradicts itself"),
}

func plain(words string) func(attendance.Record) string {
	return func(attendance.Record) string { return words }
}

// counted puts a number of seconds into words, as minutes and seconds.
func counted(words string, seconds *int64) string {
	if seconds == nil {
		return strings.ReplaceAll(words, "{n}", "for a time")
	}
	n := week.Minutes(*seconds / 60)
	if *seconds < 60 {
		n = fmt.Sprintf("%d s", *seconds)
	}
	return strings.ReplaceAll(words, "{n}", n)
}

// remarks are a row's flags in words, what came of a call, and how well a
// crash lets its end be known.
func remarks(r attendance.Record) string {
	var said []string
	for _, flag := range r.Flags {
		if words := flagWords[flag]; words != nil {
			said = append(said, words(r))
		} else {
			said = append(said, strings.ReplaceAll(string(flag), "_", " "))
		}
	}
	if r.Absence != "" {
		said = append(said, absences[r.Absence])
	}
	if r.UncertaintySeconds != nil && *r.UncertaintySeconds > 0 {
		said = append(said, fmt.Sprintf("uncertain by %d s", *r.UncertaintySeconds))
	}
	return strings.Join(said, "; ")
}

// minutes are a row's, and beside them what the machine measured if staff
// corrected it.
func minutes(r attendance.Record) string {
	if r.Machine == nil || (r.Machine.Minutes == r.Minutes && r.Machine.Status == r.Status) {
		return number(r.Minutes)
	}
	return fmt.Sprintf("%d (machine: %d)", r.Minutes, r.Machine.Minutes)
}

func status(r attendance.Record) string {
	if r.Machine == nil || r.Machine.Status == r.Status {
		return statuses[r.Status]
	}
	return fmt.Sprintf("%s (machine: %s)", statuses[r.Status], statuses[r.Machine.Status])
}

// parts are a row's minutes by segment, each rounded down.
func parts(r attendance.Record) string {
	var said []string
	for _, s := range r.Segments {
		if s.Seconds != nil {
			said = append(said, fmt.Sprintf("%s %d", kinds[s.Kind], *s.Seconds/60))
		}
	}
	return strings.Join(said, ", ")
}

func services(list []rooms.SegmentKind) string {
	said := make([]string, len(list))
	for i, kind := range list {
		said[i] = kinds[kind]
	}
	return strings.Join(said, ", ")
}
