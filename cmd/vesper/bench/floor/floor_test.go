package floor

import (
	"os"
	"path/filepath"
	"testing"
)

// Every byte is read once, on any number of cores.
func TestHash(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	for _, size := range []int64{0, 1, piece - 1, piece, piece + 1, 5*piece + 7} {
		if err := os.WriteFile(name, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, cores := range []int{1, 2, 9} {
			if got, err := Hash(name, cores); err != nil || got != size {
				t.Errorf("%d bytes on %d cores: %d, %v", size, cores, got, err)
			}
		}
	}
	if _, err := Hash(name+"x", 1); err == nil {
		t.Error("a file that is not there was read")
	}
}
