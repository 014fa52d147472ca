package auth

import (
	"cmp"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A key file is PKCS #8 in PEM and is called kind-createdms-id.pem, where id is the
// beginning of the key's id.

func (k key) file() string {
	return fmt.Sprintf("%s-%d-%s.pem", k.kind, k.created.UnixMilli(), strings.ToLower(fmt.Sprintf("%x", k.public()[:4])))
}

// load reads the folder, which it creates if need be.
func (k *Keys) load() error {
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return fmt.Errorf("key folder: %w", err)
	}
	if err := private(k.dir); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(k.dir, "*.pem"))
	if err != nil {
		return fmt.Errorf("key folder: %w", err)
	}
	for _, file := range files {
		loaded, err := readKey(file)
		if err != nil {
			return err
		}
		k.rings[loaded.kind] = append(k.rings[loaded.kind], loaded)
	}
	for _, ring := range k.rings {
		slices.SortFunc(ring, func(a, b key) int {
			return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.id, b.id))
		})
	}
	return k.loadFields()
}

// private refuses what others than the owner may read.
func private(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s may be read by others: chmod go= %s", path, path)
	}
	return nil
}

func readKey(file string) (key, error) {
	kind, rest, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".pem"), "-")
	ms, _, _ := strings.Cut(rest, "-")
	created, err := strconv.ParseInt(ms, 10, 64)
	if err != nil || !slices.Contains(kinds, Kind(kind)) {
		return key{}, fmt.Errorf("%s is not called as a key file is", file)
	}
	if err := private(file); err != nil {
		return key{}, err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return key{}, fmt.Errorf("read key: %w", err)
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return key{}, fmt.Errorf("read key: %s is not PEM", file)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return key{}, fmt.Errorf("read key %s: %w", file, err)
	}
	secret, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return key{}, fmt.Errorf("read key: %s is not an Ed25519 key", file)
	}
	loaded := key{kind: Kind(kind), created: time.UnixMilli(created).UTC(), private: secret}
	loaded.id = thumbprint(loaded.public())
	return loaded, nil
}

func writeKey(dir string, k key) error {
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return fmt.Errorf("encode key: %w", err)
	}
	return writePEM(dir, k.file(), &pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// writePEM leaves either the whole file, on the disk, or none.
func writePEM(dir, name string, block *pem.Block) error {
	temporary, err := os.CreateTemp(dir, ".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	err = pem.Encode(temporary, block)
	err = errors.Join(err, temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		return fmt.Errorf("write key: %w", errors.Join(err, os.Remove(temporary.Name())))
	}
	return syncFolder(dir)
}

func removeKey(dir string, k key) error {
	if err := os.Remove(filepath.Join(dir, k.file())); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove key: %w", err)
	}
	return syncFolder(dir)
}

func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync key folder: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("sync key folder: %w", err)
	}
	return nil
}
