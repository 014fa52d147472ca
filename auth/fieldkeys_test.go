package auth

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFieldKeysAreKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	keys, err := OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	first := keys.Fields()
	id, err := keys.RotateFields(time.Now().Add(-time.Hour)) // a clock that went back
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := again.Fields()
	if !slices.Equal(got, keys.Fields()) || len(got) != 2 || got[0] != first[0] || got[1].ID != id {
		t.Errorf("after a start: %v, want %v", got, keys.Fields())
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.key"))
	for _, file := range files {
		if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o, want 600", file, info.Mode().Perm())
		}
	}
	if err := os.Chmod(files[0], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeys(dir); err == nil || !strings.Contains(err.Error(), "may be read by others") {
		t.Errorf("open to others: got %v", err)
	}
	_ = os.Chmod(files[0], 0o600)
	if err := os.WriteFile(files[0], []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeys(dir); err == nil {
		t.Error("a broken key file is not noticed")
	}
}

func TestFieldKeysPrintAsTheirId(t *testing.T) {
	keys, err := NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	key := keys.Fields()[0]
	data, err := json.Marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(key), fmt.Sprintf("%x %+v %#v", key, key, key), string(data), key.LogValue().String()} {
		if !strings.Contains(text, key.ID) || strings.Contains(text, fmt.Sprintf("%x", key.Bytes[:])) || len(text) > 40 {
			t.Errorf("printed %q", text)
		}
	}
}
