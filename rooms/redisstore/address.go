package redisstore

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Errors of Open.
var (
	// ErrURL: the URL can't be used. It is not repeated, for it may hold a password.
	ErrURL = errors.New("the URL is not of the form redis://, rediss:// or unix://")
	// ErrOpen: everybody who reaches the machine reaches its Redis.
	ErrOpen = errors.New("this Redis is open to its network: give it a password, TLS or a unix socket, or let it listen on 127.0.0.1 only")
)

// address is the part of the URL that is used.
type address struct {
	network, addr  string
	user, password string
	db             int
	tls            *tls.Config
}

func parseURL(text string) (address, error) {
	parsed, err := redis.ParseURL(text)
	if err != nil {
		return address{}, ErrURL
	}
	if parsed.TLSConfig != nil && parsed.TLSConfig.InsecureSkipVerify {
		return address{}, errors.New("the URL asks for TLS that trusts any server (skip_verify)")
	}
	return address{
		network: parsed.Network, addr: parsed.Addr, user: parsed.Username, password: parsed.Password,
		db: parsed.DB, tls: parsed.TLSConfig,
	}, nil
}

// local reports whether only this machine can be meant, or TLS guards the way.
func (a address) local() bool {
	if a.network == "unix" || a.tls != nil {
		return true
	}
	host, _, err := net.SplitHostPort(a.addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// guarded refuses what the URL alone shows to be open.
func (a address) guarded() error {
	if !a.local() && a.password == "" {
		return ErrOpen
	}
	return nil
}

// asksPassword refuses a distant server that also serves those who give no
// password. What it answers can't be checked further, so any answer but a
// refusal counts as open.
func (a address) asksPassword(ctx context.Context, timeout time.Duration) error {
	if a.local() {
		return nil
	}
	return refusesStrangers(ctx, a.network, a.addr, timeout)
}

func refusesStrangers(ctx context.Context, network, addr string, timeout time.Duration) error {
	conn, err := (&net.Dialer{Timeout: timeout}).DialContext(ctx, network, addr)
	if err != nil {
		return fmt.Errorf("try without password: %w", err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(timeout)); err != nil {
		return fmt.Errorf("try without password: %w", err)
	}
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return fmt.Errorf("try without password: %w", err)
	}
	line, err := bufio.NewReaderSize(conn, 512).ReadSlice('\n')
	if err != nil {
		return fmt.Errorf("try without password: %w", err)
	}
	if !strings.HasPrefix(string(line), "-NOAUTH") {
		return ErrOpen
	}
	return nil
}
