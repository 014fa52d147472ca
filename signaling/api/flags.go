package api

import (
	"errors"

	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/ledger"
	"vesper/rooms/records"
)

// ReviewFlag is something to know of a row or a session. The page has its
// words under TextKey and puts Values into them.
type ReviewFlag struct {
	Person  string         `json:"person,omitempty"`
	Flag    string         `json:"flag"`
	TextKey string         `json:"text_key"`
	Values  map[string]any `json:"values" doc:"numbers, ids and times for the words"`
	Blocks  bool           `json:"blocks,omitempty" doc:"nobody can sign while this is so"`
}

// reviewFlags lists every flag of every row, in the rows' order.
func reviewFlags(rows []attendance.Record) []ReviewFlag {
	all := []ReviewFlag{}
	for _, r := range rows {
		for _, flag := range r.Flags {
			all = append(all, ReviewFlag{
				Person: string(r.Person), Flag: string(flag), TextKey: "flag." + string(flag), Values: flagValues(flag, r),
			})
		}
	}
	return all
}

// flagValues are the numbers that go with a flag. Those of the session as a
// whole, and those that say all, have none.
func flagValues(flag attendance.Flag, r attendance.Record) map[string]any {
	switch flag {
	case attendance.Late:
		return map[string]any{"minutes": minutes(r.LateSeconds), "at": r.FirstAtDoor}
	case attendance.LeftEarly:
		return map[string]any{"minutes": minutes(r.EarlySeconds), "at": r.LastLeft}
	case attendance.Reconnects:
		return map[string]any{"count": r.Reconnects}
	case attendance.Removed, attendance.SentBack:
		return gapsOf(r, map[attendance.Flag]string{attendance.Removed: attendance.GapRemoved, attendance.SentBack: attendance.GapSentBack}[flag])
	case attendance.AudioOnly:
		return map[string]any{"minutes": minutes(r.AudioOnlySeconds)}
	case attendance.SteppedAway:
		return map[string]any{"minutes": minutes(r.SteppedAwaySeconds), "seconds": r.SteppedAwaySeconds}
	case attendance.Aside:
		return map[string]any{"minutes": minutes(r.AsideSeconds), "seconds": r.AsideSeconds}
	case attendance.Unstaffed:
		return map[string]any{"minutes": minutes(r.UnstaffedSeconds), "seconds": r.UnstaffedSeconds}
	case attendance.Corrected:
		values := map[string]any{"minutes": r.Minutes, "status": r.Status, "location": r.Location}
		if r.Machine != nil {
			values["machine_minutes"], values["machine_status"], values["machine_location"] = r.Machine.Minutes, r.Machine.Status, r.Machine.Location
		}
		return values
	case attendance.SharedDevice:
		return sharedWith(r)
	case attendance.ServerLost:
		return map[string]any{"uncertainty_s": r.UncertaintySeconds}
	case attendance.Guest:
		return map[string]any{"matched": r.Matched}
	}
	return map[string]any{}
}

// minutes is rounded down; nil if it can't be known.
func minutes(seconds *int64) *int64 {
	if seconds == nil {
		return nil
	}
	return new(*seconds / 60)
}

// gapsOf counts the gaps that began for a reason, and says when the first did.
func gapsOf(r attendance.Record, reason string) map[string]any {
	values, count := map[string]any{}, 0
	for _, gap := range r.Gaps {
		if gap.Reason != reason {
			continue
		}
		if count++; count == 1 {
			values["at"] = gap.Start
		}
	}
	values["count"] = count
	return values
}

func sharedWith(r attendance.Record) map[string]any {
	values := map[string]any{}
	for _, c := range r.Corrections {
		if c.What == attendance.SaidShared && !c.Withdrawn {
			values["with"], values["from"], values["to"] = c.With, c.From, c.To
		}
	}
	return values
}

// warnings are what should be looked at before a session is signed.
func warnings(e records.Evidence, rows []attendance.Record) []ReviewFlag {
	all := []ReviewFlag{}
	warn := func(person rooms.PersonID, flag string, blocks bool, values map[string]any) {
		all = append(all, ReviewFlag{Person: string(person), Flag: flag, TextKey: "warning." + flag, Values: values, Blocks: blocks})
	}
	var broken *ledger.BrokenError
	if _, err := e.Bundle().Verify(nil); errors.As(err, &broken) && len(e.Seals) > 0 {
		warn("", "tampered", true, map[string]any{"place": broken.Place, "reason": broken.Reason})
	}
	if len(e.Seals) == 0 {
		warn("", "not_sealed", true, map[string]any{})
		return all
	}
	for _, r := range rows {
		switch {
		case r.Has(attendance.Guest) && r.Matched == "":
			warn(r.Person, "guest_unknown", false, map[string]any{"minutes": r.Minutes})
		case r.Role == rooms.Client && r.Status == attendance.Absent && r.Absence == "":
			warn(r.Person, "absence_open", false, map[string]any{})
		}
	}
	if len(rows) > 0 && rows[0].Has(attendance.NotEnded) {
		warn("", "not_ended", true, map[string]any{})
	}
	if len(rows) > 0 && rows[0].Status == attendance.NotHeld {
		warn("", "not_held", false, map[string]any{})
	}
	return all
}
