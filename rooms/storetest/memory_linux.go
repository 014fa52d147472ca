package storetest

import "syscall"

// Memory is a folder for temporary files that are kept in memory, or "" where
// there is none with room. Databases there promise what they promise on a disk
// and don't wait for one, which is most of what a test of them does.
func Memory() string {
	const folder, tmpfs, room = "/dev/shm", 0x01021994, 2 << 30
	var about syscall.Statfs_t
	if err := syscall.Statfs(folder, &about); err != nil || about.Type != tmpfs {
		return ""
	}
	if about.Bavail*uint64(about.Bsize) < room || syscall.Access(folder, 7) != nil {
		return ""
	}
	return folder
}
