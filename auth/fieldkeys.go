package auth

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FieldKey is an AES-256 key for single columns of the records. It is never in
// the database. It prints and logs as its id.
type FieldKey struct {
	ID      string
	Bytes   [32]byte
	created time.Time
}

// String is the id.
func (k FieldKey) String() string { return k.ID }

// LogValue is the id.
func (k FieldKey) LogValue() slog.Value { return slog.StringValue(k.ID) }

// Format keeps every verb of fmt from showing the key.
func (k FieldKey) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(k.ID)) }

// MarshalJSON is the id.
func (k FieldKey) MarshalJSON() ([]byte, error) { return []byte(strconv.Quote(k.ID)), nil }

func newFieldKey(now time.Time) FieldKey {
	k := FieldKey{created: now.UTC().Truncate(time.Millisecond)}
	_, _ = rand.Read(k.Bytes[:]) // never fails: it ends the program instead
	k.ID = fieldKeyID(k.Bytes)
	return k
}

// fieldKeyID tells keys apart and says nothing of them.
func fieldKeyID(secret [32]byte) string {
	sum := sha256.Sum256(append([]byte("vesper field key\x00"), secret[:]...))
	return hex.EncodeToString(sum[:4])
}

// Fields are the keys of encrypted columns, oldest first. The newest encrypts,
// all decrypt: a key that is gone takes what it encrypted along.
func (k *Keys) Fields() []FieldKey {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return slices.Clone(k.fields)
}

// RotateFields adds a key that encrypts from the next start on, and returns
// its id.
func (k *Keys) RotateFields(now time.Time) (id string, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	fresh := newFieldKey(now)
	if n := len(k.fields); n > 0 && !fresh.created.After(k.fields[n-1].created) {
		fresh.created = k.fields[n-1].created.Add(time.Millisecond) // a clock that went back
	}
	if k.dir != "" {
		block := &pem.Block{Type: fieldBlock, Bytes: fresh.Bytes[:]}
		if err := writePEM(k.dir, fresh.file(), block); err != nil {
			return "", fmt.Errorf("rotate field key: %w", err)
		}
	}
	k.fields = append(k.fields, fresh)
	return fresh.ID, nil
}

// File is what the key's file in the folder of keys is called.
func (k FieldKey) File() string { return k.file() }

// A field key's file is called fields-createdms-id.key.

const fieldBlock = "AES-256 KEY"

func (k FieldKey) file() string {
	return fmt.Sprintf("fields-%d-%s.key", k.created.UnixMilli(), k.ID)
}

func (k *Keys) loadFields() error {
	files, err := filepath.Glob(filepath.Join(k.dir, "fields-*.key"))
	if err != nil {
		return fmt.Errorf("key folder: %w", err)
	}
	for _, file := range files {
		loaded, err := readFieldKey(file)
		if err != nil {
			return err
		}
		k.fields = append(k.fields, loaded)
	}
	slices.SortFunc(k.fields, func(a, b FieldKey) int {
		return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.ID, b.ID))
	})
	return nil
}

func readFieldKey(file string) (FieldKey, error) {
	rest := strings.TrimPrefix(strings.TrimSuffix(filepath.Base(file), ".key"), "fields-")
	ms, id, _ := strings.Cut(rest, "-")
	created, err := strconv.ParseInt(ms, 10, 64)
	if err != nil {
		return FieldKey{}, fmt.Errorf("%s is not called as a key file is", file)
	}
	if err := private(file); err != nil {
		return FieldKey{}, err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return FieldKey{}, fmt.Errorf("read key: %w", err)
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != fieldBlock || len(block.Bytes) != 32 {
		return FieldKey{}, fmt.Errorf("read key: %s holds no AES-256 key", file)
	}
	k := FieldKey{created: time.UnixMilli(created).UTC(), Bytes: [32]byte(block.Bytes)}
	if k.ID = fieldKeyID(k.Bytes); k.ID != id {
		return FieldKey{}, errors.New("read key: " + file + " holds another key than its name says")
	}
	return k, nil
}
