package ledger

import (
	"fmt"
	"strings"
	"time"

	"vesper/rooms"
)

// ArchiveFormat names the shape of an archive: JSON lines, first the head, then
// a bundle a line, then what was purged, then the leaves of the clinic's log.
const ArchiveFormat = "vesper-archive/1"

// ArchiveHead is the first line. It says how much follows, so that a file that
// was cut off is noticed.
type ArchiveHead struct {
	Format      string         `json:"format"`
	Clinic      rooms.ClinicID `json:"clinic"`
	From        time.Time      `json:"from"` // sessions that start in [From, To)
	To          time.Time      `json:"to"`
	GeneratedAt time.Time      `json:"generated_at"`
	Notice      string         `json:"notice,omitempty"`
	Sessions    int            `json:"sessions"`
	Leaves      int            `json:"leaves"`
}

// ArchiveLine is a line behind the bundles; one of its fields is set.
type ArchiveLine struct {
	Grave *Grave `json:"purged,omitempty"`
	Leaf  *Leaf  `json:"leaf,omitempty"`
}

// Holdings are what an archive holds, for comparing it with its log: the
// bundles themselves are verified apart. It is not safe for use by several
// goroutines.
type Holdings struct {
	Head   ArchiveHead
	order  []rooms.SessionID // of the bundles, as they were added
	seals  map[rooms.SessionID][]holding
	purged map[rooms.SessionID][]holding
	graves []Grave
	leaves []Leaf
}

// holding is a seal that is there.
type holding struct {
	hash string
	at   time.Time
}

// Holding is what an archive holds of one session, of a bundle that was
// verified. It is a copy, and keeps nothing of the bundle.
type Holding struct {
	session rooms.SessionID
	clinic  rooms.ClinicID
	seals   []holding
}

// Holding is the bundle's own.
func (b Bundle) Holding() Holding {
	plan := &b.Context.Plan
	return Holding{rooms.SessionID(strings.Clone(string(plan.Session))), rooms.ClinicID(strings.Clone(string(plan.Clinic))), holdings(b.Seals)}
}

// Add notes a bundle that was verified. A session may stand there once.
func (h *Holdings) Add(one Holding) error {
	if h.seals == nil {
		h.seals, h.purged = map[rooms.SessionID][]holding{}, map[rooms.SessionID][]holding{}
	}
	switch _, twice := h.seals[one.session]; {
	case twice:
		return broken(sessionPlace(one.session), "it stands there twice")
	case one.clinic != h.Head.Clinic:
		return broken(sessionPlace(one.session), "it is another clinic's")
	}
	h.order, h.seals[one.session] = append(h.order, one.session), one.seals
	return nil
}

// AddLine notes what stands behind the bundles.
func (h *Holdings) AddLine(line ArchiveLine) {
	if line.Leaf != nil {
		h.leaves = append(h.leaves, *line.Leaf)
	}
	if line.Grave != nil {
		if h.purged == nil {
			h.seals, h.purged = map[rooms.SessionID][]holding{}, map[rooms.SessionID][]holding{}
		}
		h.purged[line.Grave.Session] = holdings(line.Grave.Seals)
		h.graves = append(h.graves, *line.Grave)
	}
}

// Purged is how many sessions were purged.
func (h *Holdings) Purged() int { return len(h.purged) }

// Leaves is the length of the log.
func (h *Holdings) Leaves() int { return len(h.leaves) }

func holdings(seals []Seal) []holding {
	list := make([]holding, len(seals))
	for i, seal := range seals {
		list[i].hash = seal.Hash()
		if statement, err := seal.statement(); err == nil { // its signature was checked with the bundle
			list[i].at = statement.Time()
		}
	}
	return list
}

func sessionPlace(id rooms.SessionID) string { return "session " + string(id) }

// Verify compares what is there with the log, and the log with a checkpoint, if
// one is given. It fails with a *BrokenError.
func (h *Holdings) Verify(checkpoint *Checkpoint) error {
	if len(h.leaves) != h.Head.Leaves {
		return broken("archive", "it holds %d of %d leaves of the log", len(h.leaves), h.Head.Leaves)
	}
	tree, err := NewTree(h.leaves)
	if err != nil {
		return err
	}
	if err := h.compare(); err != nil {
		return err
	}
	if len(h.seals) != h.Head.Sessions {
		return broken("archive", "it holds %d of %d sessions", len(h.seals), h.Head.Sessions)
	}
	if checkpoint == nil {
		return nil
	}
	if checkpoint.Clinic != h.Head.Clinic {
		return broken("checkpoint", "it is another clinic's")
	}
	return checkpoint.Holds(tree)
}

// compare holds every leaf against its seal, and every seal against its leaf.
func (h *Holdings) compare() error {
	logged := map[rooms.SessionID]int{}
	for i, leaf := range h.leaves {
		logged[leaf.Session]++
		if leaf.Seal != logged[leaf.Session] {
			return broken(fmt.Sprintf("leaf %d", i), "it is that of seal %d of its session, after %d", leaf.Seal, logged[leaf.Session]-1)
		}
		if err := h.find(leaf); err != nil {
			return err
		}
	}
	for _, id := range h.order {
		for i, seal := range h.seals[id] {
			if i >= logged[id] && seal.at.Add(unlogged).Before(h.Head.GeneratedAt) {
				return broken(sessionPlace(id)+", "+sealPlace(i), "the log does not have it")
			}
		}
	}
	return nil
}

// find looks for a leaf's seal. Sessions outside the archive's days are not
// there.
func (h *Holdings) find(leaf Leaf) error {
	seals, there := h.seals[leaf.Session]
	if gone, purged := h.purged[leaf.Session]; purged {
		if there {
			return broken(sessionPlace(leaf.Session), "it was purged, and stands there")
		}
		seals, there = gone, true
	}
	if !there {
		if start := leaf.Starts(); start.Before(h.Head.From) || !start.Before(h.Head.To) {
			return nil
		}
		return broken(sessionPlace(leaf.Session), "the log has it, and it is missing here")
	}
	switch {
	case leaf.Seal > len(seals):
		return broken(sessionSeal(leaf), "the log has it, and it is missing here")
	case seals[leaf.Seal-1].hash != leaf.Hash:
		return broken(sessionSeal(leaf), "it is not the one in the log")
	}
	return nil
}

func sessionSeal(l Leaf) string { return sessionPlace(l.Session) + ", " + sealPlace(l.Seal-1) }
