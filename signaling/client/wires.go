package client

import (
	"fmt"
	"net"
	"sync/atomic"

	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/stdnet"
)

// wires are the network of one peer. Cut, they take what is sent and send
// nothing, so that closing a peer says no goodbye (DTLS close_notify).
type wires struct {
	*stdnet.Net
	cut *atomic.Bool
}

func newWires() (*wires, error) {
	network, err := stdnet.NewNet()
	if err != nil {
		return nil, fmt.Errorf("read the network's interfaces: %w", err)
	}
	return &wires{network, new(atomic.Bool)}, nil
}

// ListenUDP is the one way in which ICE opens its sockets.
func (w *wires) ListenUDP(network string, address *net.UDPAddr) (transport.UDPConn, error) {
	conn, err := w.Net.ListenUDP(network, address)
	if err != nil {
		return nil, err
	}
	return &socket{conn, w.cut}, nil
}

// socket is one that may be cut.
type socket struct {
	transport.UDPConn
	cut *atomic.Bool
}

func (w *socket) WriteTo(b []byte, address net.Addr) (int, error) {
	if w.cut.Load() {
		return len(b), nil
	}
	return w.UDPConn.WriteTo(b, address)
}

func (w *socket) WriteToUDP(b []byte, address *net.UDPAddr) (int, error) {
	if w.cut.Load() {
		return len(b), nil
	}
	return w.UDPConn.WriteToUDP(b, address)
}
