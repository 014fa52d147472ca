package ledger

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"vesper/rooms"
)

// Leaf is one seal's line in a clinic's log, which only grows. It holds no
// more of the session than its id and planned start.
type Leaf struct {
	N       int64           `json:"n"` // place in the log, from 0
	Session rooms.SessionID `json:"session"`
	Start   int64           `json:"start_ms"`
	Seal    int             `json:"seal"` // number of the seal in its session, from 1
	Hash    string          `json:"hash"` // Seal.Hash
}

// ReadLeaf reads a line of an archive with a leaf, if it is written as Vesper
// writes it. What it refuses may be read by encoding/json as an ArchiveLine.
func ReadLeaf(line string) (l Leaf, ok bool) {
	c := &cursor{line, true}
	c.skip(`{"leaf":{"n":`)
	l.N = c.number()
	c.skip(`,"session":"`)
	l.Session = rooms.SessionID(c.quoted())
	c.skip(`,"start_ms":`)
	l.Start = c.number()
	c.skip(`,"seal":`)
	l.Seal = int(c.number())
	c.skip(`,"hash":"`)
	l.Hash = c.quoted()
	c.skip("}}")
	return l, c.ok && c.text == ""
}

// Starts is the planned start of the leaf's session.
func (l Leaf) Starts() time.Time { return time.UnixMilli(l.Start).UTC() }

// recordHash is the leaf in the Merkle tree (RFC 6962, 2.1). Its place is not
// part of it: the tree holds that.
func (l Leaf) recordHash() tlog.Hash {
	l.N = 0
	data, err := json.Marshal(l)
	if err != nil {
		panic("ledger: a struct of strings and numbers does not encode: " + err.Error())
	}
	return tlog.RecordHash(append([]byte("vesper leaf\x00"), data...))
}

// Tree is the Merkle tree over a clinic's leaves.
type Tree struct {
	leaves []Leaf
	hashes []tlog.Hash
}

// NewTree builds the tree over all leaves of a log, in order. It fails with a
// *BrokenError at the first that is not in its place.
func NewTree(leaves []Leaf) (*Tree, error) {
	t := &Tree{leaves: leaves, hashes: make([]tlog.Hash, 0, 2*len(leaves))}
	for i, leaf := range leaves {
		if leaf.N != int64(i) {
			return nil, broken(fmt.Sprintf("leaf %d", i), "it has the number %d", leaf.N)
		}
		stored, err := tlog.StoredHashesForRecordHash(leaf.N, leaf.recordHash(), tlog.HashReaderFunc(t.read))
		if err != nil {
			return nil, fmt.Errorf("build log: %w", err)
		}
		t.hashes = append(t.hashes, stored...)
	}
	return t, nil
}

func (t *Tree) read(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(t.hashes)) {
			return nil, fmt.Errorf("log: there is no hash %d", index)
		}
		found[i] = t.hashes[index]
	}
	return found, nil
}

// Size is the number of leaves.
func (t *Tree) Size() int64 { return int64(len(t.leaves)) }

// Root is the root of the first size leaves, base64.
func (t *Tree) Root(size int64) (string, error) {
	if size < 0 || size > t.Size() {
		return "", broken("log", "it has %d leaves, and not %d", t.Size(), size)
	}
	root, err := tlog.TreeHash(size, tlog.HashReaderFunc(t.read))
	if err != nil {
		return "", fmt.Errorf("hash log: %w", err)
	}
	return root.String(), nil
}

// Prove shows that leaf n is among the first size leaves.
func (t *Tree) Prove(size, n int64) (ProvenLeaf, error) {
	if n < 0 || n >= size || size > t.Size() {
		return ProvenLeaf{}, fmt.Errorf("prove leaf: %d is not among %d", n, size)
	}
	path, err := tlog.ProveRecord(size, n, tlog.HashReaderFunc(t.read))
	if err != nil {
		return ProvenLeaf{}, fmt.Errorf("prove leaf: %w", err)
	}
	proven := ProvenLeaf{Leaf: t.leaves[n], Path: make([]string, len(path))}
	for i, hash := range path {
		proven.Path[i] = hash.String()
	}
	return proven, nil
}

// ProvenLeaf is a leaf with the hashes that lead from it to the root.
type ProvenLeaf struct {
	Leaf Leaf     `json:"leaf"`
	Path []string `json:"path"`
}

// in fails unless the leaf is in the tree of a checkpoint.
func (p ProvenLeaf) in(c Checkpoint) error {
	root, err := parseHash(c.Root)
	if err != nil {
		return err
	}
	path := make(tlog.RecordProof, len(p.Path))
	for i, text := range p.Path {
		if path[i], err = parseHash(text); err != nil {
			return err
		}
	}
	return tlog.CheckRecord(path, c.Size, root, p.Leaf.N, p.Leaf.recordHash())
}

func parseHash(text string) (hash tlog.Hash, err error) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(data) != tlog.HashSize {
		return hash, fmt.Errorf("%.50q is no hash", text)
	}
	return tlog.Hash(data), nil
}
