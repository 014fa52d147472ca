package main

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"

	"vesper/cmd/vesper/demo/clips"
	"vesper/signaling/client"
)

const (
	maxPayload = 1140 // of VP8 in a packet, so that the whole stays under 1,200
	stampSize  = 8
	turn       = 4 * time.Second        // of talking, one person after the other
	behind     = 500 * time.Millisecond // later than this a clip goes on from now
	voiceUnder = 60                     // -dBov: louder is said to be voice
)

// quiet is a microphone in a silent room, without DTX: a packet every 20 ms.
var quiet = append([]byte{0xf8}, make([]byte, 19)...)

// player is one person's microphone and camera. Every packet ends with the time
// it was sent, which nobody decodes and the ears of the others read.
type player struct {
	client *client.Client
	epoch  time.Time
	clip   clips.Clip
	index  int // whose turn among
	of     int // so many

	audio     rtp.Packet
	audioBase uint32
	spoken    int64 // packets of audio, counted from start
	layers    []*layer
	body      []byte
}

// layer is one encoding of the camera.
type layer struct {
	rid    string
	clip   clips.Layer
	packet rtp.Packet
	base   uint32
	next   int64 // the frame's time, counted from start
	pos    int   // the frame of the clip, which loops
	pid    uint16
	wanted atomic.Bool // a key frame was asked for
}

func newPlayer(c *client.Client, epoch time.Time, clip clips.Clip, index, of int) *player {
	p := &player{client: c, epoch: epoch, clip: clip, index: index, of: of, audioBase: rand.Uint32()}
	p.audio.Header = rtp.Header{Version: 2, SequenceNumber: uint16(rand.Uint32())}
	for _, rid := range clips.Rids {
		l := &layer{rid: rid, clip: clip.Layers[rid], base: rand.Uint32(), pid: uint16(rand.Uint32()) & 0x7fff}
		l.packet.Header = rtp.Header{Version: 2, SequenceNumber: uint16(rand.Uint32())}
		p.layers = append(p.layers, l)
	}
	c.OnKeyframeRequest(func(rid string) {
		for _, l := range p.layers {
			if l.rid == rid {
				l.wanted.Store(true)
			}
		}
	})
	return p
}

// play sends in real time until ctx ends. Before admission nothing is sent.
func (p *player) play(ctx context.Context) {
	ticker := time.NewTicker(clips.FrameTime)
	defer ticker.Stop()
	var start time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			if p.client.You().State != "admitted" {
				continue
			}
			if start.IsZero() {
				start = now
			}
			p.talk(now.Sub(start))
			for _, l := range p.layers {
				p.show(l, now.Sub(start))
			}
		}
	}
}

// talk sends the audio that is due.
func (p *player) talk(since time.Duration) {
	due := int64(since / clips.FrameTime)
	if due-p.spoken > int64(behind/clips.FrameTime) {
		p.spoken = due
	}
	for ; p.spoken <= due; p.spoken++ {
		payload, level := quiet, uint8(127)
		if p.myTurn(time.Now()) {
			voice := p.clip.Voice[int(p.spoken)%len(p.clip.Voice)]
			payload, level = voice.Data, voice.Level
		}
		p.audio.Timestamp = p.audioBase + uint32(p.spoken)*960
		p.audio.Payload = p.stamped(append(p.body[:0], payload...))
		if unsent(p.client.WriteAudioLevel(&p.audio, level, level < voiceUnder)) {
			return
		}
		p.audio.SequenceNumber++
	}
}

func (p *player) myTurn(now time.Time) bool {
	return int(now.Sub(p.epoch)/turn)%p.of == p.index
}

// show sends the frames of a layer that are due. Like an encoder it begins with
// a key frame and makes the next frame one when it is asked to.
func (p *player) show(l *layer, since time.Duration) {
	due := int64(since / l.clip.FrameTime)
	if due-l.next > int64(behind/l.clip.FrameTime) {
		l.next = due
		l.wanted.Store(true)
	}
	for ; l.next <= due; l.next++ {
		if l.wanted.Swap(false) {
			l.pos = (l.pos + l.clip.Group - 1) / l.clip.Group * l.clip.Group
		}
		if !p.frame(l, l.clip.Frames[l.pos%len(l.clip.Frames)]) {
			l.wanted.Store(true)
			return
		}
		l.pos++
	}
}

// frame packetises one VP8 frame (RFC 7741, 4.2) with a picture id of 15 bits,
// in packets of about equal size. It reports whether it was sent.
func (p *player) frame(l *layer, f clips.Frame) bool {
	l.packet.Timestamp = l.base + uint32(l.next*int64(l.clip.FrameTime)*90/int64(time.Millisecond))
	count := (len(f.Data) + maxPayload - 1) / maxPayload
	size := (len(f.Data) + count - 1) / count
	for from := 0; from < len(f.Data); from += size {
		to := min(from+size, len(f.Data))
		start := byte(0)
		if from == 0 {
			start = 0x10
		}
		p.body = append(p.body[:0], 0x80|start, 0x80, 0x80|byte(l.pid>>8), byte(l.pid))
		l.packet.Payload = p.stamped(append(p.body, f.Data[from:to]...))
		l.packet.Marker = to == len(f.Data)
		if unsent(p.client.WriteVideo(l.rid, &l.packet)) {
			return false
		}
		l.packet.SequenceNumber++
	}
	l.pid = (l.pid + 1) & 0x7fff
	return true
}

// stamped appends the time since the epoch.
func (p *player) stamped(body []byte) []byte {
	p.body = binary.BigEndian.AppendUint64(body, uint64(time.Since(p.epoch)))
	return p.body
}

// unsent says whether a write got no further than the client.
func unsent(err error) bool {
	return errors.Is(err, client.ErrNotAdmitted) || errors.Is(err, client.ErrNotConnected)
}
