//go:build !linux

package floor

import "errors"

// Forget is known for Linux alone.
func Forget(string) error { return errors.ErrUnsupported }
