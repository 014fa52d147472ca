package attendance

import "vesper/rooms"

// Flag is something that a reader of the row should know. Flags change no
// minute. The values are stored and never renamed.
type Flag string

const (
	Late            Flag = "late"
	LeftEarly       Flag = "left_early" // by leaving or by a lost connection, not by removal
	Reconnects      Flag = "reconnects"
	Removed         Flag = "removed"        // at some time, undone or not
	RemovalUndone   Flag = "removal_undone" // and let back
	SentBack        Flag = "sent_back"
	AudioOnly       Flag = "audio_only"
	Elsewhere       Flag = "elsewhere" // not at home
	LocationChanged Flag = "location_changed"
	SharedDevice    Flag = "shared_device"
	Corrected       Flag = "corrected" // staff corrected time or place; the machine's value stands beside it
	SteppedAway     Flag = "stepped_away"
	Aside           Flag = "aside" // with staff alone for a while; present and counted
	Unstaffed       Flag = "unstaffed"
	NeverConnected  Flag = "never_connected" // let in, but no connection came up
	Guest           Flag = "guest"           // had a seat for this evening only
	NotOnRoster     Flag = "not_on_roster"
	ServerLost      Flag = "server_lost"      // a connection ended with its server
	ClockStepped    Flag = "clock_step"       // the wall clock jumped; minutes did not
	ClockClamped    Flag = "clock_clamped"    // times of a later server were moved on, never back
	LateReplay      Flag = "late_replay"      // entries of a cut-off server were left out
	NotEnded        Flag = "not_ended"        // the journal stops without an end
	JournalConflict Flag = "journal_conflict" // one entry has two contents
)

// Flags are all flags, in the order in which a row lists them.
var Flags = []Flag{
	Late, LeftEarly, Reconnects, Removed, RemovalUndone, SentBack, AudioOnly, Elsewhere, LocationChanged,
	SharedDevice, Corrected, SteppedAway, Aside, Unstaffed, NeverConnected, Guest, NotOnRoster, ServerLost, ClockStepped, ClockClamped,
	LateReplay, NotEnded, JournalConflict,
}

// flag lists what a judged row should be read with.
func (c *computation) flag(r Record, p presence) []Flag {
	over := func(value *int64, limit int64) bool { return value != nil && *value > limit }
	was := len(p.pieces) > 0
	words := c.said[r.Person]
	flags := []Flag{}
	for _, f := range [...]struct {
		flag Flag
		on   bool
	}{ // in the order of Flags
		{Late, over(r.LateSeconds, c.rules.LateSeconds) && (c.first || r.Role != rooms.Collateral)}, // who comes for a part of the evening
		{LeftEarly, over(r.EarlySeconds, c.rules.EarlySeconds) && p.ownLeave()},
		{Reconnects, r.Reconnects > 0},
		{Removed, p.raised(Removed)},
		{RemovalUndone, p.raised(RemovalUndone)},
		{SentBack, p.raised(SentBack)},
		{AudioOnly, over(r.AudioOnlySeconds, max(c.rules.AudioOnlySeconds, 1)-1)},
		{Elsewhere, r.Location == "elsewhere"},
		{LocationChanged, p.raised(LocationChanged)},
		{SharedDevice, words != nil && words.shared},
		{Corrected, p.amended && words.corrected()},
		{SteppedAway, over(r.SteppedAwaySeconds, 0)},
		{Aside, over(r.AsideSeconds, 0)},
		{Unstaffed, over(r.UnstaffedSeconds, 0)},
		{NeverConnected, len(p.admitted) > 0 && !was && !c.running},
		{Guest, p.raised(Guest)},
		{NotOnRoster, !c.listed[r.Person]},
		{ServerLost, p.serverLost()},
		{ClockStepped, was && len(c.steps) > 0},
		{ClockClamped, was && c.timeline.clamped},
		{LateReplay, r.Person != "" && c.timeline.late[r.Person]},
		{NotEnded, r.Final && c.ended == 0},
		{JournalConflict, c.timeline.conflict},
	} {
		if f.on {
			flags = append(flags, f.flag)
		}
	}
	return flags
}

// ownLeave reports whether the last gap was the person's, not staff's, doing.
// An end that staff corrected is the person's.
func (p *presence) ownLeave() bool {
	if p.movedEnd {
		return true
	}
	if len(p.gaps) == 0 {
		return false
	}
	last := p.gaps[len(p.gaps)-1]
	return last.to == 0 && (last.reason == GapLeft || last.reason == GapLost)
}

func (p *presence) serverLost() bool {
	for _, g := range p.gaps {
		if g.reason == GapNodeLost {
			return true
		}
	}
	return false
}
