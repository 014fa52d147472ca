package hook

import (
	"errors"
	"net/netip"
	"syscall"
)

// errInside: the address is not one of the internet's own.
var errInside = errors.New("an inside address")

// inside are the addresses that are no public host, beside what netip itself
// tells: IANA's special-purpose registries, and the prefixes that carry an IPv4
// address within an IPv6 one, by which a public name could lead back inside.
var inside = prefixes(
	"0.0.0.0/8",         // this network
	"10.0.0.0/8",        // private
	"100.64.0.0/10",     // carrier-grade NAT; also metadata of some clouds
	"127.0.0.0/8",       // loopback
	"169.254.0.0/16",    // link-local; metadata of most clouds
	"172.16.0.0/12",     // private
	"192.0.0.0/24",      // protocol assignments; metadata of one cloud
	"192.0.2.0/24",      // documentation
	"192.31.196.0/24",   // AS112
	"192.52.193.0/24",   // AMT
	"192.88.99.0/24",    // 6to4 relays
	"192.168.0.0/16",    // private
	"192.175.48.0/24",   // AS112
	"198.18.0.0/15",     // benchmarks
	"198.51.100.0/24",   // documentation
	"203.0.113.0/24",    // documentation
	"224.0.0.0/4",       // multicast
	"240.0.0.0/4",       // reserved, broadcast
	"168.63.129.16/32",  // the inner service of one cloud
	"::/96",             // unspecified, loopback, IPv4-compatible
	"::ffff:0:0/96",     // IPv4-mapped
	"::ffff:0:0:0/96",   // IPv4-translated
	"64:ff9b::/96",      // NAT64
	"64:ff9b:1::/48",    // NAT64 for local use
	"100::/64",          // discard
	"100:0:0:1::/64",    // dummy
	"2001::/23",         // protocol assignments, Teredo among them
	"2001:db8::/32",     // documentation
	"2002::/16",         // 6to4
	"2620:4f:8000::/48", // AS112
	"3fff::/20",         // documentation
	"5f00::/16",         // segment routing
	"fc00::/7",          // unique local; metadata of one cloud
	"fe80::/10",         // link-local
	"fec0::/10",         // site-local
	"ff00::/8",          // multicast
)

func prefixes(list ...string) []netip.Prefix {
	parsed := make([]netip.Prefix, len(list))
	for i, p := range list {
		parsed[i] = netip.MustParsePrefix(p)
	}
	return parsed
}

// isInside reports whether nothing may be sent to an address. Only unicast
// addresses of the internet are outside; of IPv6 that is 2000::/3.
func isInside(addr netip.Addr) bool {
	if !addr.IsValid() || addr.Zone() != "" {
		return true
	}
	if addr.Is4In6() { // as the network itself would read it
		addr = addr.Unmap()
	}
	if !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return true
	}
	if addr.Is6() && addr.As16()[0]&0xe0 != 0x20 {
		return true
	}
	for _, prefix := range inside {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// refuseInside is a net.Dialer's Control: it sees the address that is really
// connected to, after every look-up, so that a name that changes its mind
// between check and use gains nothing.
func refuseInside(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || isInside(to.Addr()) {
		return errInside
	}
	return nil
}
