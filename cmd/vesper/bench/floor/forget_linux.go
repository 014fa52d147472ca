package floor

import (
	"os"

	"golang.org/x/sys/unix"
)

// Forget has the system drop what it keeps of a file in memory, so that the next
// reader waits for the disk, as one does who was sent the file yesterday.
func Forget(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := file.Sync(); err != nil {
		return err
	}
	return unix.Fadvise(int(file.Fd()), 0, 0, unix.FADV_DONTNEED)
}
