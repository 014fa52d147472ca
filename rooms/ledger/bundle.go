package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"vesper/rooms"
)

// Formats of a bundle; another one is refused. The first had the machine's
// seal only, and neither texts nor a place in the log.
const (
	Format  = "vesper-evidence/2"
	format1 = "vesper-evidence/1"
)

// MaxBundle is the largest bundle that is read, in bytes.
const MaxBundle = 64 << 20

// Member is a seat without its name.
type Member struct {
	Person rooms.PersonID `json:"person"`
	Role   rooms.Role     `json:"role"`
}

// Context is what a journal is judged by. The seal covers it.
type Context struct {
	Plan   rooms.Plan      `json:"plan"`
	Roster []Member        `json:"roster"`
	Rules  json.RawMessage `json:"rules"`
}

// Members are a roster's seats without their names.
func Members(roster rooms.Roster) []Member {
	members := make([]Member, len(roster))
	for i, seat := range roster {
		members[i] = Member{seat.Person, seat.Role}
	}
	return members
}

// Seats are the members as a roster without names, for recomputing.
func (c Context) Seats() rooms.Roster {
	roster := make(rooms.Roster, len(c.Roster))
	for i, m := range c.Roster {
		roster[i] = rooms.Seat{Person: m.Person, Role: m.Role}
	}
	return roster
}

const contextPrefix = "vesper context\x00"

// Hash is the context's hash, for a Statement.
func (c Context) Hash() (string, error) {
	var rules bytes.Buffer
	if err := json.Compact(&rules, c.Rules); err != nil {
		return "", fmt.Errorf("encode rules: %w", err)
	}
	c.Rules = rules.Bytes()
	data, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("encode context: %w", err)
	}
	return digest(contextPrefix + string(data)), nil
}

// Bundle is everything that is needed to recompute a session's attendance and
// to see that nothing was changed. It holds ids, never names.
type Bundle struct {
	Format      string          `json:"format"`
	GeneratedAt time.Time       `json:"generated_at"`
	Notice      string          `json:"notice,omitempty"`
	Context     Context         `json:"context"`
	Entries     []Entry         `json:"entries"`
	Rows        json.RawMessage `json:"rows"` // as computed when the bundle was made
	Seals       []Seal          `json:"seals"`
	// Texts are the hashes of what the records hold apart when the bundle is
	// made: free texts that entries name, and the lines under signatures.
	Texts []string `json:"texts,omitempty"`
	// Log shows that the seals are in the clinic's log.
	Log *LogProof `json:"log,omitempty"`
}

// LogProof leads from a session's seals to a checkpoint. Seals that were set
// after the checkpoint have no leaf in it.
type LogProof struct {
	Checkpoint string       `json:"checkpoint"` // the signed note
	Leaves     []ProvenLeaf `json:"leaves"`
}

// Parse reads a bundle. It must be written as Vesper writes it, white space
// apart: a field that is unknown, stands there twice or is spelled otherwise is
// refused, because nobody should read into a bundle what verifying does not
// look at.
func Parse(r io.Reader) (Bundle, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBundle+1))
	if err != nil {
		return Bundle{}, fmt.Errorf("read bundle: %w", err)
	}
	return ParseText(string(data))
}

// ParseText is Parse of what was read already.
func ParseText(text string) (b Bundle, err error) {
	if len(text) > MaxBundle {
		return b, fmt.Errorf("read bundle: it has more than %d bytes", MaxBundle)
	}
	data := []byte(text)
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&b); err != nil {
		return b, fmt.Errorf("read bundle: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return b, fmt.Errorf("read bundle: something stands behind it")
	}
	if err := b.check(); err != nil {
		return b, err
	}
	return b, asWritten(data, b)
}

// check fails for a format that is not known, and for fields that it has not.
func (b Bundle) check() error {
	if b.Format != Format && b.Format != format1 {
		return fmt.Errorf("read bundle: its format is %q, want %q", b.Format, Format)
	}
	if b.Format == format1 && (b.Texts != nil || b.Log != nil) {
		return fmt.Errorf("read bundle: a bundle of %s has neither texts nor log", format1)
	}
	return nil
}

// asWritten fails unless the bundle encodes to the text that it was read from.
func asWritten(data json.RawMessage, b Bundle) error {
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("read bundle: %w", err)
	}
	if again, err := json.Marshal(b); err != nil || !bytes.Equal(text, again) {
		return fmt.Errorf("read bundle: a field stands there twice, or is not written as Vesper writes it")
	}
	return nil
}
