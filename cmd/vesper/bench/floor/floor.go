// Package floor is what nothing that hashes a file can go below: reading it, and
// SHA-256 of its bytes. What verifies evidence is measured beside it.
package floor

import (
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
)

// piece is how much is read and hashed at a time.
const piece = 1 << 20

// Hash reads a file in pieces and hashes them, on so many cores, and returns
// how many bytes it has.
func Hash(name string, cores int) (size int64, err error) {
	file, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	var next, total atomic.Int64
	errs := make([]error, cores)
	var all sync.WaitGroup
	for i := range cores {
		all.Go(func() {
			hash, buffer := sha256.New(), make([]byte, piece)
			for errs[i] == nil {
				var n int
				n, errs[i] = file.ReadAt(buffer, piece*(next.Add(1)-1))
				hash.Write(buffer[:n])
				total.Add(int64(n))
			}
			if errors.Is(errs[i], io.EOF) {
				errs[i] = nil
			}
		})
	}
	all.Wait()
	return total.Load(), errors.Join(errs...)
}
