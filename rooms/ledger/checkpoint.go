package ledger

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"vesper/rooms"
)

// Checkpoint says that a clinic's log had so many leaves with this root at
// that time, and how far its audit log went. As a signed note (C2SP signed-note and tlog-checkpoint) it can
// leave the machine, and then nobody can take back what it covers.
type Checkpoint struct {
	Clinic rooms.ClinicID
	Size   int64
	Root   string // base64
	At     time.Time
	// Audit is how the clinic's audit log stood; none in older checkpoints.
	Audit AuditHead
	// Proven: signed by one of the keys that were given to OpenCheckpoint.
	Proven bool
}

const originPrefix = "vesper-log/"

// Sign is the checkpoint as a signed note.
func (c Checkpoint) Sign(key ed25519.PrivateKey) (string, error) {
	name := originPrefix + string(c.Clinic)
	verifier, err := note.NewEd25519VerifierKey(name, key.Public().(ed25519.PublicKey))
	if err != nil {
		return "", fmt.Errorf("sign checkpoint: %w", err)
	}
	hash := strings.Split(strings.TrimPrefix(verifier, name+"+"), "+")[0]
	const algorithm = 1 // Ed25519
	signer, err := note.NewSigner("PRIVATE+KEY+" + name + "+" + hash + "+" +
		base64.StdEncoding.EncodeToString(append([]byte{algorithm}, key.Seed()...)))
	if err != nil {
		return "", errors.New("sign checkpoint: the key can't sign") // the error would quote the key
	}
	text, err := note.Sign(&note.Note{Text: c.text()}, signer)
	if err != nil {
		return "", fmt.Errorf("sign checkpoint: %w", err)
	}
	return string(text), nil
}

func (c Checkpoint) text() string {
	text := fmt.Sprintf("%s%s\n%d\n%s\ntime %s\n", originPrefix, c.Clinic, c.Size, c.Root, c.At.UTC().Format(time.RFC3339))
	if c.Audit.N > 0 {
		text += fmt.Sprintf("audit %d %s\n", c.Audit.N, c.Audit.Hash)
	}
	return text
}

// OpenCheckpoint reads a signed note. With keys it must be signed by one of
// them; without any it is read, and nothing is proven. It fails with a
// *BrokenError, or plainly if it was given something else than a checkpoint.
// Empty lines that a program left behind the note are no part of it.
func OpenCheckpoint(signed string, keys []ed25519.PublicKey) (Checkpoint, error) {
	if !strings.HasPrefix(signed, originPrefix) {
		return Checkpoint{}, errors.New("the file is no checkpoint: one begins with " + originPrefix)
	}
	signed = strings.TrimRight(signed, "\n") + "\n"
	origin, _, _ := strings.Cut(signed, "\n")
	var verifiers []note.Verifier
	for _, key := range keys {
		text, err := note.NewEd25519VerifierKey(origin, key)
		if err != nil {
			continue
		}
		if verifier, err := note.NewVerifier(text); err == nil {
			verifiers = append(verifiers, verifier)
		}
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(verifiers...))
	var unverified *note.UnverifiedNoteError
	switch {
	case errors.As(err, &unverified) && len(keys) > 0:
		return Checkpoint{}, broken("checkpoint", "it is not signed by the given key")
	case errors.As(err, &unverified):
		opened = unverified.Note
	case err != nil:
		return Checkpoint{}, broken("checkpoint", "%v", err)
	}
	c, err := parseCheckpoint(opened.Text)
	c.Proven = len(keys) > 0 && err == nil
	return c, err
}

func parseCheckpoint(text string) (Checkpoint, error) {
	bad := func(what string) (Checkpoint, error) { return Checkpoint{}, broken("checkpoint", "it has no %s", what) }
	lines := strings.Split(text, "\n")
	if len(lines) < 5 {
		return bad("four lines")
	}
	clinic, ok := strings.CutPrefix(lines[0], originPrefix)
	if !ok || clinic == "" {
		return bad("clinic")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return bad("size")
	}
	if _, err := parseHash(lines[2]); err != nil {
		return bad("root")
	}
	at, err := time.Parse(time.RFC3339, strings.TrimPrefix(lines[3], "time "))
	if err != nil {
		return bad("time")
	}
	c := Checkpoint{Clinic: rooms.ClinicID(clinic), Size: size, Root: lines[2], At: at.UTC()}
	if n, hash, found := strings.Cut(strings.TrimPrefix(lines[4], "audit "), " "); found {
		if c.Audit.N, err = strconv.ParseUint(n, 10, 64); err != nil {
			return bad("audit log")
		}
		c.Audit.Hash = hash
	}
	if c.text() != text {
		return Checkpoint{}, broken("checkpoint", "it is not written as Vesper writes it")
	}
	return c, nil
}

// Holds fails with a *BrokenError unless the tree goes on from the checkpoint:
// no leaf that it covers was changed or taken away.
func (c Checkpoint) Holds(t *Tree) error {
	if c.Size > t.Size() {
		return broken("log", "it was rolled back: the checkpoint covers %d leaves, and there are %d", c.Size, t.Size())
	}
	root, err := t.Root(c.Size)
	if err != nil {
		return err
	}
	if root != c.Root {
		return broken("log", "a leaf among the first %d was changed since the checkpoint", c.Size)
	}
	return nil
}
