//go:build unix

package records

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// folderLock is the exclusive hold of one process on a data folder. It ends
// with the process, however that ends.
type folderLock struct{ file *os.File }

// lockFolder takes the folder, or fails with ErrInUse.
func lockFolder(dir string) (*folderLock, error) {
	file, err := os.OpenFile(filepath.Join(dir, "vesper.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		defer file.Close()
		holder := make([]byte, 20)
		n, _ := file.ReadAt(holder, 0)
		return nil, fmt.Errorf("%w: another Vesper (process %s) is running on %s; stop it first or choose another folder",
			ErrInUse, holder[:n], dir)
	}
	if err == nil {
		err = file.Truncate(0)
	}
	if err == nil {
		_, err = file.WriteAt(fmt.Appendf(nil, "%d", os.Getpid()), 0)
	}
	if err != nil {
		return nil, fmt.Errorf("lock data folder: %w", errors.Join(err, file.Close()))
	}
	return &folderLock{file}, nil
}

func (l *folderLock) release() error {
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("unlock data folder: %w", err)
	}
	return nil
}
