package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pion/webrtc/v4"

	"vesper/signaling/wire"
)

// renewal is what the media loop has to do.
type renewal int

const (
	renewNothing renewal = iota
	renewPeer            // a new PeerConnection
	renewICE             // restart ICE on the present one
)

const negotiateFor = 20 * time.Second

// wakeMedia lets the media loop look again.
func (c *Client) wakeMedia() {
	select {
	case c.kick <- struct{}{}:
	default:
	}
}

// negotiateLoop owns the PeerConnection: it makes one once the server allows
// media (in the lobby or admitted), and again after a loss.
func (c *Client) negotiateLoop() {
	defer c.loops.Done()
	defer func() {
		if p := c.media.Load(); p != nil {
			p.close()
		}
	}()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-c.kick:
		}
		what := c.due()
		if what == renewNothing {
			continue
		}
		err := c.negotiate(what)
		if err == nil || c.ctx.Err() != nil {
			continue
		}
		c.log.Debug("media", "error", err)
		if Code(err) != "" {
			c.room.mediaState(false, err) // refused: the next connection tries again
			continue
		}
		c.schedule(renewPeer)
	}
}

// due takes what is to be done, if it can be done now.
func (c *Client) due() renewal {
	state := c.You().State
	if state != "lobby" && state != "admitted" {
		return renewNothing
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		return renewNothing
	}
	what := c.renew
	c.renew = renewNothing
	return what
}

// schedule asks for another negotiation in half a second.
func (c *Client) schedule(what renewal) {
	c.mu.Lock()
	if c.renew == renewNothing {
		c.renew = what
	}
	c.mu.Unlock()
	time.AfterFunc(500*time.Millisecond, c.wakeMedia)
}

// RestartICE offers again on the present PeerConnection, as after a change of
// the network.
func (c *Client) RestartICE(ctx context.Context) error {
	p := c.media.Load()
	if p == nil {
		return ErrNotConnected
	}
	return c.offer(ctx, p, true)
}

func (c *Client) negotiate(what renewal) error {
	ctx, cancel := context.WithTimeout(c.ctx, negotiateFor)
	defer cancel()
	old := c.media.Load()
	if what == renewICE && old != nil {
		if err := c.offer(ctx, old, true); err == nil {
			return nil
		}
		// A server that has started anew does not know this connection.
	}
	audioSlots, videoSlots := c.slotsToOffer()
	publish := c.options.Publish
	if audioSlots+videoSlots == 0 && !publish.Audio && !publish.Video {
		return nil // signaling only
	}
	p, err := c.newPeer(audioSlots, videoSlots)
	if err != nil {
		return err
	}
	c.media.Store(p)
	if old != nil {
		old.close()
	}
	return c.offer(ctx, p, false)
}

func (c *Client) slotsToOffer() (audio, video int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	wanted := func(asked, offered int) int {
		if asked != 0 {
			return max(asked, 0)
		}
		return offered
	}
	return wanted(c.options.AudioSlots, c.slotCount.Audio), wanted(c.options.VideoSlots, c.slotCount.Video)
}

// offer is one negotiation. Candidates are not waited for: the server learns
// the client's addresses from its checks.
func (c *Client) offer(ctx context.Context, p *peer, restart bool) error {
	c.meter.negotiated()
	offer, err := p.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: restart})
	if err != nil {
		return fmt.Errorf("make an offer: %w", err)
	}
	if err := p.pc.SetLocalDescription(offer); err != nil {
		return fmt.Errorf("make an offer: %w", err)
	}
	r, err := c.request(ctx, &wire.Offer{Envelope: wire.Envelope{Type: wire.TypeOffer}, SDP: asBrowsersDo(offer.SDP)})
	if err != nil {
		return fmt.Errorf("offer: %w", err)
	}
	var answer wire.Answer
	if err := json.Unmarshal(r.raw, &answer); err != nil || answer.SDP == "" {
		return fmt.Errorf("offer: answered by %s", r.kind)
	}
	if before := p.pc.CurrentRemoteDescription(); before != nil && fingerprint(before.SDP) != fingerprint(answer.SDP) {
		return errOtherPeer
	}
	description := webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.SDP}
	if err := p.pc.SetRemoteDescription(description); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}

// errOtherPeer: the server answered a restart with a new connection of its own,
// for which the present DTLS association is worth nothing.
var errOtherPeer = errors.New("client: the server's certificate has changed")

func fingerprint(sdp string) string {
	_, rest, _ := strings.Cut(sdp, "a=fingerprint:")
	line, _, _ := strings.Cut(rest, "\r\n")
	return line
}

// asBrowsersDo takes the SSRCs out of a simulcast section, where Pion writes
// them and browsers don't: its encodings are known by mid and rid alone.
func asBrowsersDo(offer string) string {
	sections := strings.SplitAfter(offer, "\r\nm=")
	for i, section := range sections {
		if !strings.Contains(section, "\r\na=simulcast:") {
			continue
		}
		var kept []string
		for _, line := range strings.SplitAfter(section, "\r\n") {
			if !strings.HasPrefix(line, "a=ssrc") {
				kept = append(kept, line)
			}
		}
		sections[i] = strings.Join(kept, "")
	}
	return strings.Join(sections, "")
}

// peerChanged follows the connection's state; a failed one is made anew.
func (c *Client) peerChanged(p *peer, state webrtc.PeerConnectionState) {
	if c.media.Load() != p {
		return
	}
	switch state {
	case webrtc.PeerConnectionStateConnected:
		for _, encoding := range p.outbounds() {
			encoding.ready.Store(true)
		}
		c.meter.connected()
		c.room.mediaState(true, nil)
	case webrtc.PeerConnectionStateDisconnected, webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
		for _, encoding := range p.outbounds() {
			encoding.ready.Store(false)
		}
		c.room.mediaState(false, nil)
		if state != webrtc.PeerConnectionStateDisconnected && c.options.Reconnect != Never && c.ctx.Err() == nil {
			c.schedule(renewPeer)
		}
	}
}
