// Package sfu forwards media between the people of a room: a selective forwarding unit (RFC 7667, 3.7).
//
// It knows peers, sources and slots. It does not know who the people are, what the room is for, or how
// offers and answers travel. One [Engine] holds the one media port and the certificate; a [Router] is the
// border that no packet crosses; a [Peer] is one peer connection in at most one router.
//
// Goroutines: the engine owns the socket, a peer owns its control loop and what Pion starts for it, a
// router owns its speaker loop. Each Close waits for its own. Callbacks of a peer run one at a time on a
// goroutine of that peer; Engine.Close waits for it, Peer.Close does not, so a callback may wait for
// somebody who closes the peer.
//
// The packet path is: Pion decrypts, [Peer] parses once, the layer's cache takes one copy, every slot of
// the source rewrites and sends. It allocates nothing, logs nothing and takes no lock shared by rooms.
package sfu

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"
)

// Errors of the package that callers test for.
var (
	ErrClosed    = errors.New("sfu: closed")
	ErrInRouter  = errors.New("sfu: peer is already in a router")
	ErrDuplicate = errors.New("sfu: a peer with this id is already in the router")
)

// Clock tells the time of proofs. The real clock is used for everything that only waits.
type Clock interface{ Now() time.Time }

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

// Options configure an Engine. The zero value listens on a free port of all addresses.
type Options struct {
	Listen    string                              // UDP address of the media port; "127.0.0.1:0" picks a free port
	Advertise []netip.Addr                        // addresses put into candidates; empty: the addresses of Listen
	Logger    *slog.Logger                        // nil: no log. Ids only, never an address or a line of SDP
	Clock     Clock                               // nil: the real clock. Used for proof times
	OnPanic   func(peer PeerID, value any)        // a recovered panic of one peer's goroutine; the peer fails. May be nil
	Filter    func(net.PacketConn) net.PacketConn // wraps the media socket, for tests and loss simulation. May be nil
}

// Engine owns the media port, the certificate and everything made from it. All methods may be called
// from any goroutine.
type Engine struct {
	// set at creation
	options  Options
	log      *slog.Logger
	clock    Clock
	epoch    time.Time // Clock's time at the start of this life: proof times are offsets from it
	began    time.Time // the real time at that moment
	conn     net.PacketConn
	mux      *ice.UDPMuxDefault
	addr     netip.AddrPort
	hosts    []netip.Addr // what the candidates of an answer say
	cert     webrtc.Certificate
	silence  time.Duration // see the constant; shorter in tests
	loopback bool

	notifiers sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	peers   map[*Peer]struct{}
	routers map[*Router]struct{}
	past    Stats // of closed peers
	panics  uint64
}

// NewEngine opens the media port. The caller closes the engine.
func NewEngine(options Options) (*Engine, error) {
	e := &Engine{
		options: options, log: options.Logger, clock: options.Clock, silence: silence,
		peers: make(map[*Peer]struct{}), routers: make(map[*Router]struct{}),
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.clock == nil {
		e.clock = realClock{}
	}
	e.epoch, e.began = e.clock.Now(), time.Now()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	cert, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	e.cert = *cert

	listen := options.Listen
	if listen == "" {
		listen = ":0"
	}
	udpAddr, err := net.ResolveUDPAddr("udp", listen)
	if err != nil {
		return nil, fmt.Errorf("media port: %w", err)
	}
	udp, err := net.ListenUDP("udp", udpAddr)
	if err != nil {
		return nil, fmt.Errorf("media port: %w", err)
	}
	_ = udp.SetReadBuffer(4 << 20) // as much of it as the kernel allows
	_ = udp.SetWriteBuffer(4 << 20)
	local := udp.LocalAddr().(*net.UDPAddr).AddrPort()
	e.addr = netip.AddrPortFrom(local.Addr().Unmap(), local.Port())
	e.conn = udp
	if options.Filter != nil {
		e.conn = options.Filter(udp)
	}
	if e.hosts, err = hosts(options.Advertise, e.addr.Addr()); err != nil {
		_ = udp.Close()
		return nil, err
	}
	e.loopback = e.addr.Addr().IsLoopback() || e.addr.Addr().IsUnspecified()
	e.mux = ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: e.conn, Logger: quiet{}})
	return e, nil
}

// hosts gives the addresses that candidates name.
func hosts(advertise []netip.Addr, listen netip.Addr) ([]netip.Addr, error) {
	if len(advertise) > 0 {
		return advertise, nil
	}
	if !listen.IsUnspecified() {
		return []netip.Addr{listen}, nil
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("interface addresses: %w", err)
	}
	var found, loopback []netip.Addr
	for _, a := range addrs {
		prefix, err := netip.ParsePrefix(a.String())
		if err != nil || prefix.Addr().IsLinkLocalUnicast() || listen.Is4() && !prefix.Addr().Is4() {
			continue
		}
		if prefix.Addr().IsLoopback() {
			loopback = append(loopback, prefix.Addr())
		} else {
			found = append(found, prefix.Addr())
		}
	}
	return append(found, loopback...), nil
}

// Addr is the address of the media port.
func (e *Engine) Addr() netip.AddrPort { return e.addr }

// NewRouter makes an empty room. The caller closes it.
func (e *Engine) NewRouter() *Router {
	r := newRouter(e)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		go r.Close()
		return r
	}
	e.routers[r] = struct{}{}
	return r
}

// NewPeer makes a peer that is in no router and not connected. It fails with ErrClosed.
func (e *Engine) NewPeer(options PeerOptions) (*Peer, error) {
	p, err := newPeer(e, options)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	closed := e.closed
	if !closed {
		e.peers[p] = struct{}{}
	}
	e.mu.Unlock()
	if closed {
		_ = p.Close()
		return nil, ErrClosed
	}
	return p, nil
}

// forget is called once by each peer that has closed.
func (e *Engine) forget(p *Peer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ok := e.peers[p]; ok {
		delete(e.peers, p)
		e.past.add(p.Stats())
	}
}

func (e *Engine) forgetRouter(r *Router) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.routers, r)
}

// panicked counts a recovered panic and tells the caller.
func (e *Engine) panicked(id PeerID, value any) {
	e.mu.Lock()
	e.panics++
	e.mu.Unlock()
	if e.options.OnPanic != nil {
		e.options.OnPanic(id, value)
	}
}

// Close closes every peer and router, then the port, and waits for all goroutines. It must not be called
// from a callback.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	peers := make([]*Peer, 0, len(e.peers))
	for p := range e.peers {
		peers = append(peers, p)
	}
	routers := make([]*Router, 0, len(e.routers))
	for r := range e.routers {
		routers = append(routers, r)
	}
	e.mu.Unlock()

	var group sync.WaitGroup
	for _, p := range peers {
		group.Go(func() { _ = p.Close() })
	}
	group.Wait()
	for _, r := range routers {
		r.Close()
	}
	e.notifiers.Wait()
	err := e.mux.Close()
	_ = e.conn.Close()
	return err
}
