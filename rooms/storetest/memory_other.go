//go:build unix && !linux

package storetest

// Memory is a folder for temporary files that are kept in memory, or "".
func Memory() string { return "" }
