//go:build unix

package storetest

import (
	"fmt"
	"os/user"
	"strconv"
)

// postgresUser is whom a server runs as that root starts.
func postgresUser() (uid, gid uint32, err error) {
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		u, errU := strconv.ParseUint(found.Uid, 10, 32)
		g, errG := strconv.ParseUint(found.Gid, 10, 32)
		if errU == nil && errG == nil {
			return uint32(u), uint32(g), nil
		}
	}
	return 0, 0, fmt.Errorf("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")
}
