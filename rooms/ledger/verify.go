package ledger

import (
	"crypto/ed25519"
	"fmt"
	"slices"
	"time"

	"vesper/rooms"
)

// Report is what was found of a whole bundle.
type Report struct {
	Events  []rooms.Event
	Entries int
	Seals   []SealReport
	// Unsealed is how many entries stand behind the last seal: written by
	// staff, and not signed yet.
	Unsealed int
}

// Sealed reports whether the machine sealed the session.
func (r Report) Sealed() bool { return len(r.Seals) > 0 }

// Signed reports whether staff signed the session.
func (r Report) Signed() bool { return len(r.Seals) > 1 }

// SealReport is one seal that fits the chain.
type SealReport struct {
	Kind        string
	At          time.Time
	Count       uint64         // how many entries it covers
	Signer      rooms.PersonID // empty for the machine
	Fingerprint string
	// Proven: the key is one of the clinic's. Without it the seal only shows
	// that nothing was changed since somebody set it.
	Proven bool
	attest string
}

// behind says which kinds of entries may stand behind which seal, until the
// next one.
var behind = map[string][]rooms.EventKind{
	Machine: {
		rooms.EventAbsence, rooms.EventSharedDevice, rooms.EventCorrection, rooms.EventMatched, rooms.EventSigned,
	},
	SignOff:  {rooms.EventAddendum},
	Addendum: {rooms.EventAddendum},
}

// Behind reports whether an entry of that kind may stand behind a seal of that
// kind.
func Behind(seal string, kind rooms.EventKind) bool { return slices.Contains(behind[seal], kind) }

// Verify checks the chain, every seal on it, and that the texts are kept that
// it names. keys are the clinic's public keys; without any nothing is proven,
// but what is broken is found. A seal by a key that is not among given keys is
// a *BrokenError, as is every other thing that does not fit, and a session
// that has ended without a seal.
func (b Bundle) Verify(keys []ed25519.PublicKey) (Report, error) {
	found, err := verifyChain(b.Context.Plan.Session, b.Entries)
	if err != nil {
		return Report{}, err
	}
	context, err := b.Context.Hash()
	if err != nil {
		return Report{Events: found.events, Entries: len(found.events)}, broken("context", "%v", err)
	}
	return b.verify(found, context, keys)
}

// verify is Verify from the seals on: behind the chain that was found, over a
// context of that hash.
func (b Bundle) verify(found chain, context string, keys []ed25519.PublicKey) (Report, error) {
	report := Report{Events: found.events, Entries: len(found.events)}
	for i, seal := range b.Seals {
		one, err := b.verifySeal(seal, found, context, keys)
		if err == nil {
			err = follows(report.Seals, one, found.events)
		}
		if err != nil {
			return report, broken(sealPlace(i), "%s", err.(*BrokenError).Reason)
		}
		report.Seals = append(report.Seals, one)
	}
	if err := b.complete(&report); err != nil {
		return report, err
	}
	if b.Log == nil {
		return report, nil
	}
	return report, b.verifyLog(report.Seals, keys)
}

func sealPlace(i int) string { return fmt.Sprintf("seal %d", i+1) }

func (b Bundle) verifySeal(seal Seal, found chain, context string, keys []ed25519.PublicKey) (SealReport, error) {
	statement, key, err := seal.Open()
	if err != nil {
		return SealReport{}, err
	}
	report := SealReport{
		Kind: statement.Kind, At: statement.Time(), Count: statement.Count, Signer: statement.Signer,
		Fingerprint: Fingerprint(key), attest: statement.Attest,
	}
	for _, known := range keys {
		report.Proven = report.Proven || known.Equal(key)
	}
	entries := uint64(len(found.events))
	switch {
	case statement.Session != b.Context.Plan.Session:
		return report, broken("seal", "it is another session's")
	case behind[statement.Kind] == nil || b.Format == format1 && statement.Kind != Machine:
		return report, broken("seal", "its kind %q is not known", statement.Kind)
	case statement.Count > entries || b.Format == format1 && statement.Count != entries:
		return report, broken("seal", "it was set on %d entries, and there are %d", statement.Count, entries)
	case statement.Head != found.head(b.Context.Plan.Session, statement.Count):
		return report, broken("seal", "it was set on another chain")
	case statement.Context != context:
		return report, broken("seal", "plan, roster or rules are not those it was set on")
	case len(keys) > 0 && !report.Proven:
		return report, broken("seal", "it was not set by the given key, but by %s", report.Fingerprint)
	}
	return report, nil
}

// follows fails unless a seal may stand behind those before it: the machine's
// first, one sign-off, then addenda, each over more entries than the last, and
// over an entry that says the same.
func follows(before []SealReport, seal SealReport, events []rooms.Event) error {
	order := "the machine's seal is the first"
	switch {
	case len(before) == 0:
		if seal.Kind != Machine {
			return broken("seal", "%s", order)
		}
		return nil
	case seal.Kind == Machine:
		return broken("seal", "%s", order)
	case (seal.Kind == SignOff) != (len(before) == 1):
		return broken("seal", "the second seal is the sign-off, and there is one only")
	case seal.Count <= before[len(before)-1].Count:
		return broken("seal", "it covers no more entries than the one before it")
	case seal.Kind == Addendum && seal.Count != before[len(before)-1].Count+1:
		return broken("seal", "it covers more than one addendum; a seal between is missing")
	}
	last, kind := &events[seal.Count-1], rooms.EventAddendum
	if seal.Kind == SignOff {
		kind = rooms.EventSigned
	}
	if last.Kind != kind || last.Actor != seal.Signer || kind == rooms.EventSigned && last.Note != seal.attest {
		return broken("seal", "the entry that it closes does not say the same")
	}
	return nil
}

// complete looks for what is missing: seals that the chain speaks of, texts
// that it names, entries that nobody may write behind a seal.
func (b Bundle) complete(report *Report) error {
	kept := make(map[string]bool, len(b.Texts))
	for _, hash := range b.Texts {
		kept[hash] = true
	}
	for i, seal := range report.Seals {
		if seal.attest != "" && !kept[seal.attest] {
			return broken(fmt.Sprintf("signature under seal %d", i+1), "name, credential or time are not those that were signed")
		}
	}
	seals := report.Seals
	running := "" // kind of the last seal before the entry
	for i := range report.Events {
		event := &report.Events[i]
		for len(seals) > 0 && seals[0].Count <= uint64(i) {
			running, seals = seals[0].Kind, seals[1:]
		}
		switch {
		case running != "" && !Behind(running, event.Kind):
			return broken(entryPlace(i), "it stands behind the seal of kind %s, where there may be no %s", running, event.Kind)
		case event.Note != "" && event.Kind != rooms.EventSigned && !kept[event.Note]:
			return broken("text of "+entryPlace(i), "the text that is kept is not the one that was written")
		case (event.Kind == rooms.EventSigned || event.Kind == rooms.EventAddendum) && len(seals) == 0:
			return broken("seals", "%s is %s, and its seal is missing", entryPlace(i), event.Kind)
		}
	}
	if n := len(report.Seals); n > 0 {
		report.Unsealed = len(report.Events) - int(report.Seals[n-1].Count)
		return nil
	}
	if slices.ContainsFunc(report.Events, func(e rooms.Event) bool { return e.Kind == rooms.EventEnded }) {
		return broken("seals", "the session has ended, and its seal is missing")
	}
	return nil
}

func entryPlace(i int) string { return fmt.Sprintf("entry %d", i+1) }

// verifyLog checks that the seals are where the bundle's own log says.
func (b Bundle) verifyLog(seals []SealReport, keys []ed25519.PublicKey) error {
	checkpoint, err := OpenCheckpoint(b.Log.Checkpoint, keys)
	if err != nil {
		return err
	}
	if checkpoint.Clinic != b.Context.Plan.Clinic {
		return broken("checkpoint", "it is another clinic's")
	}
	for i, proven := range b.Log.Leaves {
		place := fmt.Sprintf("log, seal %d", i+1)
		if err := b.match(proven.Leaf, i); err != nil {
			return broken(place, "%s", err.(*BrokenError).Reason)
		}
		if err := proven.in(checkpoint); err != nil {
			return broken(place, "the checkpoint does not hold it")
		}
	}
	for i := len(b.Log.Leaves); i < len(seals); i++ {
		if seals[i].At.Add(unlogged).Before(checkpoint.At) {
			return broken(fmt.Sprintf("log, seal %d", i+1), "it is older than the checkpoint, which does not hold it")
		}
	}
	return nil
}

// unlogged is how much older than what covers the log a seal may be and not be
// in it: both are dated before they wait for the disk.
const unlogged = time.Minute

// match fails unless a leaf is that of the bundle's seal i, from 0.
func (b Bundle) match(leaf Leaf, i int) error {
	switch {
	case leaf.Session != b.Context.Plan.Session || leaf.Start != b.Context.Plan.Start.UnixMilli():
		return broken("log", "the leaf is another session's")
	case leaf.Seal != i+1:
		return broken("log", "the leaf is that of seal %d", leaf.Seal)
	case i >= len(b.Seals):
		return broken("log", "the log has a seal that is not here")
	case leaf.Hash != b.Seals[i].Hash():
		return broken("log", "the seal is not the one in the log")
	}
	return nil
}
