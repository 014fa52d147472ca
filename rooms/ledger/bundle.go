package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"vesper/rooms"
)

// Format names the bundle's shape; another one is refused.
const Format = "vesper-evidence/1"

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
	return digest("vesper context\x00" + string(data)), nil
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
}

// Parse reads a bundle. It must be written as Vesper writes it, white space
// apart: a field that is unknown, stands there twice or is spelled otherwise is
// refused, because nobody should read into a bundle what verifying does not
// look at.
func Parse(r io.Reader) (Bundle, error) {
	var b Bundle
	data, err := io.ReadAll(io.LimitReader(r, MaxBundle+1))
	if err != nil {
		return b, fmt.Errorf("read bundle: %w", err)
	}
	if len(data) > MaxBundle {
		return b, fmt.Errorf("read bundle: it has more than %d bytes", MaxBundle)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&b); err != nil {
		return b, fmt.Errorf("read bundle: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return b, fmt.Errorf("read bundle: something stands behind it")
	}
	if b.Format != Format {
		return b, fmt.Errorf("read bundle: its format is %q, want %q", b.Format, Format)
	}
	return b, asWritten(data, b)
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

// Report is what was found of a whole bundle.
type Report struct {
	Events  []rooms.Event
	Entries int
	Seals   []SealReport
}

// Sealed reports whether the machine sealed the session.
func (r Report) Sealed() bool { return len(r.Seals) > 0 }

// SealReport is one seal that fits the chain.
type SealReport struct {
	Kind        string
	At          time.Time
	Fingerprint string
	// Proven: the key is one of the clinic's. Without it the seal only shows
	// that nothing was changed since somebody set it.
	Proven bool
}

// Verify checks the chain and every seal on it. keys are the clinic's public
// keys; without any nothing is proven, but what is broken is found. A seal by
// a key that is not among given keys is a *BrokenError, as is every other
// thing that does not fit, and a session that has ended without a seal.
func (b Bundle) Verify(keys []ed25519.PublicKey) (Report, error) {
	events, err := VerifyChain(b.Context.Plan.Session, b.Entries)
	if err != nil {
		return Report{}, err
	}
	report := Report{Events: events, Entries: len(events)}
	context, err := b.Context.Hash()
	if err != nil {
		return report, broken("context", "%v", err)
	}
	for i, seal := range b.Seals {
		place := fmt.Sprintf("seal %d", i+1)
		found, err := b.verifySeal(seal, context, keys)
		if err != nil {
			return report, broken(place, "%s", err.(*BrokenError).Reason)
		}
		report.Seals = append(report.Seals, found)
	}
	if !report.Sealed() && slices.ContainsFunc(events, func(e rooms.Event) bool { return e.Kind == rooms.EventEnded }) {
		return report, broken("seals", "the session has ended, and its seal is missing")
	}
	return report, nil
}

func (b Bundle) verifySeal(seal Seal, context string, keys []ed25519.PublicKey) (SealReport, error) {
	statement, key, err := seal.Open()
	if err != nil {
		return SealReport{}, err
	}
	report := SealReport{Kind: statement.Kind, At: statement.Time(), Fingerprint: Fingerprint(key)}
	for _, known := range keys {
		report.Proven = report.Proven || known.Equal(key)
	}
	head := Genesis(b.Context.Plan.Session).Hash
	if statement.Count > 0 && statement.Count <= uint64(len(b.Entries)) {
		head = b.Entries[statement.Count-1].Hash
	}
	switch {
	case statement.Session != b.Context.Plan.Session:
		return report, broken("seal", "it is another session's")
	case statement.Kind != Machine:
		return report, broken("seal", "its kind %q is not known", statement.Kind)
	case statement.Count != uint64(len(b.Entries)):
		return report, broken("seal", "it was set on %d entries, and there are %d", statement.Count, len(b.Entries))
	case statement.Head != head:
		return report, broken("seal", "it was set on another chain")
	case statement.Context != context:
		return report, broken("seal", "plan, roster or rules are not those it was set on")
	case len(keys) > 0 && !report.Proven:
		return report, broken("seal", "it was not set by the given key, but by %s", report.Fingerprint)
	}
	return report, nil
}
