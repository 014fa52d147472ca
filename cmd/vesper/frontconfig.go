package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"vesper/signaling/api"
)

// LimitsConfig bounds what one address may ask at the door and to sign in: so
// many at once, then so many a second. Zero: the default.
type LimitsConfig struct {
	Burst     int     `koanf:"burst"`
	PerSecond float64 `koanf:"per_second"`
}

func (c Config) checkFront() error {
	if _, err := c.proxies(); err != nil {
		return err
	}
	if err := c.checkMetrics(); err != nil {
		return err
	}
	if l := c.Limits; l.Burst < 0 || l.PerSecond < 0 || (l.Burst == 0) != (l.PerSecond == 0) {
		return errors.New("limits needs both burst and per_second, above 0")
	}
	if name := c.ProxyHeader; name != "" && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return fmt.Errorf("proxy_header: %q is no name of a header", name)
	}
	if c.ProxyHeader != "" && len(c.TrustedProxies) == 0 {
		return errors.New("proxy_header: without trusted_proxies nobody's is read")
	}
	return nil
}

// checkMetrics keeps them on this machine: nobody proves there who they are.
func (c Config) checkMetrics() error {
	if c.Metrics == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(c.Metrics)
	if err != nil {
		return fmt.Errorf("metrics: %q is no host:port", c.Metrics)
	}
	address, err := netip.ParseAddr(host)
	if c.MetricsOutside || host == "localhost" || err == nil && address.Unmap().IsLoopback() {
		return nil
	}
	return errors.New("metrics: others reach that address, and the metrics ask nobody who they are: use a loopback address, or say metrics_outside: true behind a firewall")
}

// proxies are those in front of the server, each an address or a network.
func (c Config) proxies() (list []netip.Prefix, err error) {
	for _, text := range c.TrustedProxies {
		var network netip.Prefix
		if strings.Contains(text, "/") {
			network, err = netip.ParsePrefix(text)
		} else {
			var one netip.Addr
			one, err = netip.ParseAddr(text)
			network = netip.PrefixFrom(one, one.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("trusted_proxies: %q is no address and no network", text)
		}
		if network.Bits() == 0 {
			return nil, errors.New("trusted_proxies: that is everybody; name the proxies")
		}
		list = append(list, network.Masked())
	}
	return list, nil
}

func (l LimitsConfig) limits() api.Limits {
	rate := api.Rate{Burst: l.Burst, PerSecond: l.PerSecond}
	return api.Limits{Address: rate, Connect: rate}
}
