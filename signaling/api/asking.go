package api

import (
	"cmp"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// forwardedFor is the header in which proxies say who asks, unless the
// configuration names another.
const forwardedFor = "X-Forwarded-For"

// asking is the address that a request comes from. What the proxies' header
// says counts only as far as proxies of ours wrote it.
func (h *house) asking(r *http.Request) string {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil { // no address of a network
		return r.RemoteAddr
	}
	who := from.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values(cmp.Or(h.ProxyHeader, forwardedFor)), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !h.proxy(who) {
			break
		}
		before, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		who = before.Unmap().WithZone("")
	}
	return neighbours(who)
}

// proxy reports whether an address is a proxy's in front of this server.
func (h *house) proxy(who netip.Addr) bool {
	return slices.ContainsFunc(h.Proxies, func(p netip.Prefix) bool { return p.Contains(who) })
}

// neighbours are those who share an address: of IPv6 a network of /64, since
// every house has one.
func neighbours(who netip.Addr) string {
	if !who.Is6() {
		return who.String()
	}
	network, err := who.Prefix(64)
	if err != nil {
		return who.String()
	}
	return network.String()
}
