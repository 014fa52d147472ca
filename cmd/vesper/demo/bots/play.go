package bots

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"

	"vesper/cmd/vesper/demo/clips"
	"vesper/signaling/client"
)

const (
	tick       = clips.FrameTime
	turn       = 6 * time.Second        // everybody speaks for a part of this
	comfort    = 400 * time.Millisecond // between packets of silence, as Opus DTX does (RFC 7587, 3.1.3)
	maxPayload = 1150                   // of VP8 in a packet, so that the whole stays under 1,200
	voiceUnder = 60                     // -dBov: louder is said to be voice
	behind     = 500 * time.Millisecond // later than this the clip goes on from now
)

// silence is 20 ms of nothing in Opus.
var silence = []byte{0xf8, 0xff, 0xfe}

// play sends the clip in real time: one ticker for audio and all layers.
func (b *bot) play(ctx context.Context, c *client.Client) {
	talk := newTalker(b.clip.Voice, b.index, b.of)
	var layers []*layer
	if !b.seat.AudioOnly {
		for i, rid := range clips.Rids {
			layers = append(layers, newLayer(rid, b.clip.Layers[rid], time.Duration(i)*5*time.Millisecond))
		}
	}
	c.OnKeyframeRequest(func(rid string) {
		for _, l := range layers {
			if l.rid == rid {
				l.wanted.Store(true)
			}
		}
	})
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			you := c.You()
			if you.State != "admitted" {
				continue
			}
			talk.send(c, now, you.Muted)
			if you.CameraOff {
				continue
			}
			for _, l := range layers {
				l.send(c, now)
			}
		}
	}
}

// outlet is what a clip is written into: *client.Client.
type outlet interface {
	WriteAudioLevel(p *rtp.Packet, level uint8, voice bool) error
	WriteVideo(rid string, p *rtp.Packet) error
}

// sending says whether a write got as far as the network.
func sending(err error) bool {
	return !errors.Is(err, client.ErrNotAdmitted) && !errors.Is(err, client.ErrNotConnected)
}

// talker is a bot's microphone. Turns go by the clock on the wall, so that the
// bots needn't talk to each other to know whose it is.
type talker struct {
	voice  []clips.Voice
	index  int64
	of     int64
	packet rtp.Packet
	base   uint32 // timestamp at start
	start  time.Time
	next   int64 // frame to send, counted from start
	quiet  int64 // frame of the last silence
	spoke  bool
}

func newTalker(voice []clips.Voice, index, of int) *talker {
	return &talker{voice: voice, index: int64(index), of: int64(max(of, 1)), base: rand.Uint32(),
		packet: rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: uint16(rand.Uint32())}}}
}

// frameAt is the frame of the voice that belongs to a moment; -1 is silence.
func (t *talker) frameAt(now time.Time) int {
	since := now.UnixNano()
	if since/int64(turn)%t.of != t.index {
		return -1
	}
	frame := int(since % int64(turn) / int64(tick))
	if frame >= len(t.voice) {
		return -1
	}
	return frame
}

func (t *talker) send(c outlet, now time.Time, muted bool) {
	if t.start.IsZero() {
		t.start = now
	}
	due := int64(now.Sub(t.start) / tick)
	if due-t.next > int64(behind/tick) {
		t.next = due
	}
	for ; t.next <= due; t.next++ {
		at := t.start.Add(time.Duration(t.next) * tick)
		frame := -1
		if !muted {
			frame = t.frameAt(at)
		}
		t.one(c, frame)
	}
}

func (t *talker) one(c outlet, frame int) {
	payload, level := silence, uint8(127)
	if frame >= 0 {
		payload, level = t.voice[frame].Data, t.voice[frame].Level
	} else {
		if !t.spoke && t.next != 0 && t.next-t.quiet < int64(comfort/tick) {
			return
		}
		t.quiet = t.next
	}
	t.packet.Marker = frame >= 0 && !t.spoke // RFC 3551, 4.1: a talk spurt begins
	t.packet.Timestamp = t.base + uint32(t.next)*960
	t.packet.Payload = payload
	if sending(c.WriteAudioLevel(&t.packet, level, level < voiceUnder)) {
		t.packet.SequenceNumber++
		t.spoke = frame >= 0
	}
}

// layer is one encoding of a bot's camera.
type layer struct {
	rid    string
	clip   clips.Layer
	shift  time.Duration // so that the layers don't send in one burst
	wanted atomic.Bool   // a key frame was asked for

	packet rtp.Packet
	body   []byte
	base   uint32
	start  time.Time
	next   int64  // the frame's time, counted from start
	pos    int64  // the frame of the clip, which loops
	pid    uint16 // picture id, 15 bits
	fresh  bool   // nothing has been sent on this transport: begin with a key frame
	jumped time.Time
}

const jumpAgain = 300 * time.Millisecond

func newLayer(rid string, clip clips.Layer, shift time.Duration) *layer {
	return &layer{rid: rid, clip: clip, shift: shift, base: rand.Uint32(), pid: uint16(rand.Uint32()) & 0x7fff, fresh: true,
		packet: rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: uint16(rand.Uint32())}}}
}

// send sends what is due: usually one frame or none.
func (l *layer) send(c outlet, now time.Time) {
	if l.start.IsZero() {
		l.start = now.Add(l.shift)
	}
	due := int64(now.Sub(l.start) / l.clip.FrameTime)
	if due-l.next > int64(behind/l.clip.FrameTime) {
		l.next, l.fresh = due, true
	}
	for ; l.next <= due; l.next++ {
		l.choose(now)
		if !l.frame(c, l.clip.Frames[int(l.pos)%len(l.clip.Frames)]) {
			l.fresh = true
			l.next = due + 1
			return
		}
		l.pos++
	}
}

// choose moves to the next key frame when one is wanted, which puts this layer
// ahead of the others; once that is a whole group, a group is shown again.
func (l *layer) choose(now time.Time) {
	group := int64(l.clip.Group)
	if l.fresh {
		l.pos = l.next - l.next%group
		l.fresh = false
	}
	atKey := l.pos%group == 0
	if l.wanted.Load() && (atKey || now.Sub(l.jumped) >= jumpAgain) {
		l.wanted.Store(false)
		l.jumped = now
		l.pos = (l.pos + group - 1) / group * group
		atKey = true
	}
	if atKey && l.pos-l.next >= group {
		l.pos -= group
	}
}

// frame packetises one VP8 frame (RFC 7741, 4.2) with a picture id of 15 bits,
// in packets of about equal size. It reports whether it was sent.
func (l *layer) frame(c outlet, f clips.Frame) bool {
	l.packet.Timestamp = l.base + uint32(l.next*int64(l.clip.FrameTime)*90/int64(time.Millisecond))
	count := (len(f.Data) + maxPayload - 1) / maxPayload
	size := (len(f.Data) + count - 1) / count
	for from := 0; from < len(f.Data); from += size {
		to := min(from+size, len(f.Data))
		start := byte(0)
		if from == 0 {
			start = 0x10
		}
		l.body = append(l.body[:0], 0x80|start, 0x80, 0x80|byte(l.pid>>8), byte(l.pid))
		l.body = append(l.body, f.Data[from:to]...)
		l.packet.Payload = l.body
		l.packet.Marker = to == len(f.Data)
		if !sending(c.WriteVideo(l.rid, &l.packet)) {
			return false
		}
		l.packet.SequenceNumber++
	}
	l.pid = (l.pid + 1) & 0x7fff
	return true
}
