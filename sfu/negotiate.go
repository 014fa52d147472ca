package sfu

import (
	"context"
	"fmt"
	"slices"

	"github.com/pion/webrtc/v4"

	"vesper/sfu/internal/offer"
)

// Answer takes an offer of the client and returns the answer, with all candidates. It is called for the
// first and for every later offer: an ICE restart, more slots, a shared screen. What the client sends on
// (sendonly or sendrecv) is published: the first audio line as Audio, the first video line as Video, the
// second as Screen, others are ignored. Each recvonly line is a slot for as long as it stays recvonly.
// Slots keep their source across offers.
//
// Errors: *OfferError for a refused offer, ErrClosed, or the context's. After another error than a
// refusal the peer should be closed. Offers of one peer are taken one at a time.
func (p *Peer) Answer(ctx context.Context, text string) (answer string, err error) {
	p.negotiation.Lock()
	defer p.negotiation.Unlock()
	if p.failing() {
		return "", ErrClosed
	}
	o, err := readOffer(text)
	if err != nil {
		return "", err
	}
	defer func() {
		if value := recover(); value != nil { // the parsers below are not ours
			p.panicked(value)
			answer, err = "", &OfferError{Code: "bad_sdp", Message: "not understood"}
		}
	}()
	description := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer.WithoutCandidates(text)}
	if err := p.pc.SetRemoteDescription(description); err != nil {
		return "", &OfferError{Code: "bad_sdp", Message: err.Error()}
	}
	slots, err := p.attachSlots(o)
	if err != nil {
		return "", err
	}
	local, err := p.pc.CreateAnswer(nil)
	if err != nil {
		return "", &OfferError{Code: "bad_sdp", Message: err.Error()}
	}
	gathered := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(local); err != nil {
		return "", &OfferError{Code: "bad_sdp", Message: err.Error()}
	}
	select {
	case <-gathered:
	case <-ctx.Done():
		return "", ctx.Err()
	case <-p.stop:
		return "", ErrClosed
	}
	answer = p.engine.finishAnswer(p.pc.LocalDescription().SDP)
	agreed, err := offer.Read(answer)
	if err != nil {
		return "", fmt.Errorf("own answer: %w", err)
	}
	p.adopt(o, agreed, slots)
	return answer, nil
}

// attachSlots gives every recvonly line a sender of its own, by mid. Pion has made the transceivers.
func (p *Peer) attachSlots(o *offer.Offer) ([]*slot, error) {
	byMid := make(map[string]*slot)
	for _, s := range *p.slots.Load() {
		byMid[s.mid] = s
	}
	transceivers := make(map[string]*webrtc.RTPTransceiver)
	for _, t := range p.pc.GetTransceivers() {
		transceivers[t.Mid()] = t
	}
	var slots []*slot
	for i := range o.Media {
		m := &o.Media[i]
		t := transceivers[m.Mid]
		if !m.Receives() || t == nil {
			continue
		}
		s := byMid[m.Mid]
		if s == nil {
			if t.Sender() != nil { // was a slot before, then not, now again: the sender is still there
				if old, ok := t.Sender().Track().(*slot); ok {
					slots = append(slots, old)
				}
				continue
			}
			s = newSlot(p, m.Mid, m.Kind == "audio")
			sender, err := p.web.NewRTPSender(s, p.pc.SCTP().Transport())
			if err != nil {
				return nil, fmt.Errorf("slot: %w", err)
			}
			if err := t.SetSender(sender, s); err != nil {
				return nil, fmt.Errorf("slot: %w", err)
			}
		}
		slots = append(slots, s)
	}
	return slots, nil
}

// adopt makes what was negotiated the peer's layout, sources and slots.
func (p *Peer) adopt(o, agreed *offer.Offer, slots []*slot) {
	accepted := make(map[string]bool)
	for i := range agreed.Media {
		accepted[agreed.Media[i].Mid] = !agreed.Media[i].Rejected
	}
	slots = slices.DeleteFunc(slots, func(s *slot) bool { return !accepted[s.mid] })

	old := *p.sources.Load()
	var sources []*source
	var counts [Kinds]int
	for i := range o.Media {
		m := &o.Media[i]
		kind := Audio
		if m.Kind == "video" {
			kind = Video
			if counts[Video] > 0 || cameraElsewhere(old, m.Mid) {
				kind = Screen
			}
		}
		if !m.Publishes() || !accepted[m.Mid] {
			continue
		}
		if i := slices.IndexFunc(old, func(s *source) bool { return s.mid == m.Mid }); i >= 0 {
			sources = append(sources, old[i])
			counts[old[i].kind]++
			continue
		}
		if counts[kind] > 0 {
			continue
		}
		counts[kind]++
		sources = append(sources, newSource(p, m.Mid, kind, m.Rids))
	}

	before := *p.slots.Load()
	p.layout.Store(newLayout(o, agreed, sources))
	for _, s := range slots {
		s.negotiated(p.layout.Load())
	}
	p.sources.Store(&sources)
	p.slots.Store(&slots)
	for _, s := range old {
		if !slices.Contains(sources, s) {
			s.drop()
		}
	}
	for _, s := range before {
		if !slices.Contains(slots, s) {
			s.clear()
		}
	}
	for _, s := range sources {
		s.setGate(!p.gates[s.kind].Load()) // it may have changed while the source was being made
	}
	if r := p.router.Load(); r != nil {
		r.refreshAll()
	}
	p.events.slotsChanged()
}

// cameraElsewhere says whether another line than mid is known as the camera: a new video line is a
// screen then, wherever it stands.
func cameraElsewhere(old []*source, mid string) bool {
	return slices.ContainsFunc(old, func(s *source) bool { return s.kind == Video && s.mid != mid })
}

// echo answers the network check of somebody who waits: messages of at most 1200 bytes on a data channel
// labelled "echo" come back. Other channels are closed.
func (p *Peer) echo(channel *webrtc.DataChannel) {
	defer p.guard()
	if channel.Label() != "echo" {
		_ = channel.Close()
		return
	}
	channel.OnMessage(func(message webrtc.DataChannelMessage) {
		defer p.guard()
		if len(message.Data) > 1200 || channel.BufferedAmount() > 64<<10 {
			return
		}
		if message.IsString {
			_ = channel.SendText(string(message.Data))
		} else {
			_ = channel.Send(message.Data)
		}
	})
}
