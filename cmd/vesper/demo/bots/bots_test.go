package bots

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"go.uber.org/goleak"

	"vesper/cmd/vesper/demo/clips"
	"vesper/signaling/client"
	"vesper/signaling/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tape keeps what was sent; it refuses while err is set.
type tape struct {
	err   error
	audio []heard
	video map[string][]*rtp.Packet
}

type heard struct {
	packet *rtp.Packet
	level  uint8
	voice  bool
}

func (t *tape) WriteAudioLevel(p *rtp.Packet, level uint8, voice bool) error {
	if t.err == nil {
		t.audio = append(t.audio, heard{p.Clone(), level, voice})
	}
	return t.err
}

func (t *tape) WriteVideo(rid string, p *rtp.Packet) error {
	if t.err == nil {
		if t.video == nil {
			t.video = map[string][]*rtp.Packet{}
		}
		t.video[rid] = append(t.video[rid], p.Clone())
	}
	return t.err
}

// pretend is a clip without the made files: 2 s in groups of 20 frames, whose
// bytes say which frame they are.
func pretend() clips.Clip {
	l := clips.Layer{FrameTime: 50 * time.Millisecond, Group: 20}
	for i := range 40 {
		size := 700
		if i%20 == 0 {
			size = 3000
		}
		data := make([]byte, size)
		data[0], data[1] = 1, byte(i)
		if i%20 == 0 {
			data[0] = 0
		}
		l.Frames = append(l.Frames, clips.Frame{Data: data, Key: i%20 == 0})
	}
	clip := clips.Clip{Layers: map[string]clips.Layer{"q": l, "h": l, "f": l}}
	for i := range 150 {
		clip.Voice = append(clip.Voice, clips.Voice{Data: []byte{0x78, byte(i)}, Level: uint8(20 + i%5)})
	}
	return clip
}

// frames puts the packets together again and checks numbers and sizes.
func frames(t *testing.T, packets []*rtp.Packet) (shown []int, times []uint32) {
	t.Helper()
	var body []byte
	pid := -1
	for i, p := range packets {
		if i > 0 && p.SequenceNumber != packets[i-1].SequenceNumber+1 {
			t.Fatalf("sequence number %d after %d", p.SequenceNumber, packets[i-1].SequenceNumber)
		}
		if size := p.MarshalSize(); size > 1200 {
			t.Fatalf("packet of %d bytes", size)
		}
		var vp8 codecs.VP8Packet
		part, err := vp8.Unmarshal(p.Payload)
		if err != nil {
			t.Fatal(err)
		}
		if (vp8.S == 1) != (len(body) == 0) {
			t.Fatal("a frame begins inside another")
		}
		if len(body) == 0 {
			if pid >= 0 && int(vp8.PictureID) != (pid+1)&0x7fff {
				t.Fatalf("picture id %d after %d", vp8.PictureID, pid)
			}
			pid = int(vp8.PictureID)
		}
		body = append(body, part...)
		if p.Marker {
			shown, times = append(shown, int(body[1])), append(times, p.Timestamp)
			body = nil
		}
	}
	return shown, times
}

func TestPicturesGoRound(t *testing.T) {
	var out tape
	l := newLayer("q", pretend().Layers["q"], 0)
	l.pid = 0x7ff0
	now := time.Unix(1000, 0)
	for range 251 {
		l.send(&out, now)
		now = now.Add(20 * time.Millisecond)
	}
	shown, times := frames(t, out.video["q"])
	if len(shown) != 101 {
		t.Errorf("%d frames in 5 s", len(shown))
	}
	for i := range shown {
		if shown[i] != i%40 || times[i] != times[0]+uint32(i)*4500 {
			t.Fatalf("frame %d shows %d at %d", i, shown[i], times[i]-times[0])
		}
	}
}

func TestKeyframeWhenAsked(t *testing.T) {
	var out tape
	l := newLayer("q", pretend().Layers["q"], 0)
	now := time.Unix(1000, 0)
	step := func(n int) {
		for range n {
			l.send(&out, now)
			now = now.Add(50 * time.Millisecond)
		}
	}
	step(5)
	l.wanted.Store(true)
	step(25) // 20 to 39, then: a whole group has been shown in 25 frames, go on
	l.wanted.Store(true)
	step(1)
	shown, times := frames(t, out.video["q"])
	if shown[5] != 20 {
		t.Errorf("after a request frame %d was shown", shown[5])
	}
	if shown[25] != 0 {
		t.Errorf("after the group frame %d was shown", shown[25])
	}
	if shown[30]%20 != 0 {
		t.Errorf("after a second request frame %d was shown", shown[30])
	}
	for i := 1; i < len(times); i++ {
		if times[i]-times[i-1] != 4500 {
			t.Fatalf("timestamps jump by %d at frame %d", times[i]-times[i-1], i)
		}
	}
	for range 20 { // many requests don't run away with the clip
		l.wanted.Store(true)
		step(8)
	}
	if ahead := l.pos - l.next; ahead < 0 || ahead > 20 {
		t.Errorf("the layer is %d frames ahead", ahead)
	}
}

func TestNothingSentBeginsWithAKeyframe(t *testing.T) {
	out := tape{err: client.ErrNotConnected}
	l := newLayer("q", pretend().Layers["q"], 0)
	now := time.Unix(1000, 0)
	for range 7 {
		l.send(&out, now)
		now = now.Add(50 * time.Millisecond)
	}
	out.err = nil
	for range 3 {
		l.send(&out, now)
		now = now.Add(50 * time.Millisecond)
	}
	now = now.Add(time.Minute) // the machine slept
	l.send(&out, now)
	shown, _ := frames(t, out.video["q"])
	if len(shown) != 4 || shown[0]%20 != 0 || shown[1] != shown[0]+1 || shown[3]%20 != 0 {
		t.Errorf("shown: %v", shown)
	}
}

func TestTurns(t *testing.T) {
	const n = 3
	clip := pretend()
	var tapes [n]tape
	var talkers [n]*talker
	for i := range talkers {
		talkers[i] = newTalker(clip.Voice, i, n)
	}
	start := time.Unix(0, 0).Add(n * turn * 1000)
	for at := time.Duration(0); at < n*turn; at += tick {
		for i, talk := range talkers {
			talk.send(&tapes[i], start.Add(at), false)
		}
	}
	for i := range talkers {
		spoken := 0
		for k, h := range tapes[i].audio {
			if h.voice {
				if want := 20 + spoken%5; int(h.level) != want || int(h.packet.Payload[1]) != spoken {
					t.Fatalf("bot %d frame %d: level %d, want %d", i, spoken, h.level, want)
				}
				if h.packet.Marker != (spoken == 0) {
					t.Errorf("bot %d frame %d: marker %v", i, spoken, h.packet.Marker)
				}
				spoken++
			} else if h.level != 127 {
				t.Errorf("silence has level %d", h.level)
			}
			if k > 0 && h.packet.SequenceNumber != tapes[i].audio[k-1].packet.SequenceNumber+1 {
				t.Fatal("sequence numbers jump")
			}
		}
		if spoken != len(clip.Voice) {
			t.Errorf("bot %d spoke %d frames", i, spoken)
		}
		if silent := len(tapes[i].audio) - spoken; silent < 30 || silent > 50 {
			t.Errorf("bot %d sent %d packets of silence", i, silent)
		}
	}
}

func TestMutedBotsAreSilent(t *testing.T) {
	var out tape
	talk := newTalker(pretend().Voice, 0, 1)
	for at := time.Duration(0); at < turn; at += tick {
		talk.send(&out, time.Unix(0, 0).Add(at), true)
	}
	for _, h := range out.audio {
		if h.voice || h.level != 127 {
			t.Fatal("spoke while muted")
		}
	}
}

func TestAdmitOnly(t *testing.T) {
	board := []wire.BoardRow{
		{Participant: "a", Name: "Maya", State: "lobby", Connected: true},
		{Participant: "b", Name: "Ana R.", State: "lobby", Connected: true},
		{Participant: "c", Name: "Leo", State: "present", Connected: true},
		{Participant: "d", Name: "Sam", State: "lobby"},
		{Participant: "e", Name: "Ruth", State: "lobby", Connected: true},
		{Participant: "f", Name: "Ira", State: "away", SecondDevice: true},
		{Participant: "g", Name: "Ben T.", State: "away", SecondDevice: true},
	}
	wants := admitOnly([]string{"Maya", "Leo", "Sam", "Ira", "e"})
	ids := func(at time.Time) (ids []string) {
		for _, row := range wants(at, board) {
			ids = append(ids, row.Participant)
		}
		return ids
	}
	now := time.Unix(1000, 0)
	if got := ids(now); !slices.Equal(got, []string{"a", "e", "f"}) {
		t.Errorf("lets in %v", got)
	}
	if got := ids(now.Add(time.Second)); len(got) != 0 {
		t.Errorf("lets in %v again at once", got)
	}
	if got := ids(now.Add(patience)); !slices.Equal(got, []string{"a", "e", "f"}) {
		t.Errorf("later lets in %v", got)
	}
}

func TestAwayMeansAway(t *testing.T) {
	for code, want := range map[string]bool{"removed": true, "ended": true, "link_revoked": true, "restart": false, "ticket_used": false} {
		if got := away(fmt.Errorf("join: %w", &client.Error{Code: code})); got != want {
			t.Errorf("%s: %v", code, got)
		}
	}
	if away(errors.New("connection refused")) {
		t.Error("a missing server is waited for")
	}
}

func TestStartWaitsForTheServerNoLongerThanAsked(t *testing.T) {
	if _, err := clips.Load(0); errors.Is(err, clips.ErrMissing) {
		t.Skip(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	_, err := Start(ctx, []Seat{{Link: "http://127.0.0.1:1/j#nobody"}}, Options{})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
