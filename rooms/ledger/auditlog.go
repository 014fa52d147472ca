package ledger

import (
	"encoding/json"
	"fmt"
	"time"

	"vesper/rooms"
)

// AuditFormat names the shape of an exported audit log: JSON lines, first the
// head, then an entry a line, from the first to the last.
const AuditFormat = "vesper-audit/1"

// AuditHead is the end of a clinic's audit log: its number of entries, and the
// hash of the last. The zero value is an empty log.
type AuditHead struct {
	N    uint64 `json:"entries"`
	Hash string `json:"hash,omitempty"`
}

// AuditFile is the first line of an exported audit log.
type AuditFile struct {
	Format      string         `json:"format"`
	Clinic      rooms.ClinicID `json:"clinic"`
	GeneratedAt time.Time      `json:"generated_at"`
	Notice      string         `json:"notice,omitempty"`
	AuditHead                  // how much follows
}

// AuditLine is one entry of an audit log, word for word, with its hash.
type AuditLine struct {
	N     uint64          `json:"n"`
	Entry json.RawMessage `json:"entry"`
	Hash  string          `json:"hash"`
}

// AuditHash chains an entry to the one before it, whose hash is prev.
func AuditHash(prev, entry string) string {
	return digest("vesper audit\x00" + prev + "\x00" + entry)
}

// AuditChain walks an audit log from its first entry on, and holds it against
// checkpoints. It keeps nothing of what it has read.
type AuditChain struct {
	head   AuditHead
	covers []Checkpoint
}

// NewAuditChain begins a walk. Checkpoints that say nothing of the audit log
// are passed by.
func NewAuditChain(checkpoints ...Checkpoint) *AuditChain { return &AuditChain{covers: checkpoints} }

// Head is how far the walk has come.
func (c *AuditChain) Head() AuditHead { return c.head }

// Place is what the next entry is called.
func (c *AuditChain) Place() string { return fmt.Sprintf("audit entry %d", c.head.N+1) }

// Add takes the next entry. It fails with a *BrokenError.
func (c *AuditChain) Add(line AuditLine) error {
	switch want := c.head.N + 1; {
	case line.N > want:
		return broken(c.Place(), "it is missing, %d follows", line.N)
	case line.N < want:
		return broken(c.Place(), "%d stands in its place", line.N)
	case line.Hash != AuditHash(c.head.Hash, string(line.Entry)):
		return broken(c.Place(), "it is not what was written")
	}
	c.head = AuditHead{line.N, line.Hash}
	for _, covered := range c.covers {
		if covered.Audit.N == c.head.N && covered.Audit.Hash != c.head.Hash {
			return broken("audit log", "an entry among the first %d was changed since the checkpoint of %s", c.head.N, covered.At.Format(time.RFC3339))
		}
	}
	return nil
}

// End fails with a *BrokenError if a checkpoint covers more than there is.
func (c *AuditChain) End() error {
	for _, covered := range c.covers {
		if covered.Audit.N > c.head.N {
			return broken("audit log", "it was cut: the checkpoint of %s covers %d entries, and there are %d",
				covered.At.Format(time.RFC3339), covered.Audit.N, c.head.N)
		}
	}
	return nil
}
