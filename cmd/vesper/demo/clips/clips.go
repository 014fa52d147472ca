// Package clips holds what the demo's bots show and say: VP8 in three sizes and
// Opus with the level of every frame. The files are made by make.sh and are
// not in the repository; without them everything builds, and Load says what to do.
package clips

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/pion/webrtc/v4/pkg/media/ivfreader"
	"github.com/pion/webrtc/v4/pkg/media/oggreader"
)

//go:embed all:data
var files embed.FS

// Count is how many different clips there are.
const Count = 7

// FrameTime is the length of one Opus frame.
const FrameTime = 20 * time.Millisecond

// ErrMissing says that the clips have not been made.
var ErrMissing = errors.New("the demo's clips are missing: run `make clips`")

// Rids are the layers of every clip, smallest first.
var Rids = []string{"q", "h", "f"}

// Clip is one bot's picture, which loops, and its turn of talking. It is
// shared: nobody writes into it.
type Clip struct {
	Layers map[string]Layer // by rid
	Voice  []Voice
}

// Layer is one size of the picture. Frame 0 is a key frame, and every Group-th
// after it, in all layers alike.
type Layer struct {
	Width, Height int
	Frames        []Frame
	FrameTime     time.Duration
	Group         int
}

// Frame is one VP8 frame.
type Frame struct {
	Data []byte
	Key  bool
}

// Voice is one Opus frame and how loud it is when decoded (-dBov, RFC 6464).
type Voice struct {
	Data  []byte
	Level uint8
}

// Load reads clip i; there are Count of them, after which they repeat. It
// fails with ErrMissing on a bare checkout.
func Load(i int) (Clip, error) { return load(files, "data", i) }

func load(from fs.FS, dir string, i int) (Clip, error) {
	name := path.Join(dir, "bot"+strconv.Itoa(((i%Count)+Count)%Count))
	clip := Clip{Layers: map[string]Layer{}}
	for _, rid := range Rids {
		raw, err := read(from, name+"-"+rid+".ivf")
		if err != nil {
			return Clip{}, err
		}
		if clip.Layers[rid], err = parseIVF(raw); err != nil {
			return Clip{}, fmt.Errorf("%s-%s.ivf: %w", name, rid, err)
		}
	}
	ogg, err := read(from, name+".ogg")
	if err != nil {
		return Clip{}, err
	}
	levels, err := read(from, name+".levels")
	if err != nil {
		return Clip{}, err
	}
	if clip.Voice, err = parseVoice(ogg, levels); err != nil {
		return Clip{}, fmt.Errorf("%s.ogg: %w", name, err)
	}
	return clip, nil
}

func read(from fs.FS, name string) ([]byte, error) {
	raw, err := fs.ReadFile(from, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrMissing
	}
	return raw, err
}

func parseIVF(raw []byte) (Layer, error) {
	reader, header, err := ivfreader.NewWith(bytes.NewReader(raw))
	if err != nil {
		return Layer{}, err
	}
	if header.FourCC != "VP80" || header.TimebaseDenominator == 0 {
		return Layer{}, fmt.Errorf("is %q, not VP8", header.FourCC)
	}
	layer := Layer{Width: int(header.Width), Height: int(header.Height),
		FrameTime: time.Second * time.Duration(header.TimebaseNumerator) / time.Duration(header.TimebaseDenominator)}
	for {
		data, _, err := reader.ParseNextFrame()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Layer{}, err
		}
		if len(data) == 0 {
			return Layer{}, errors.New("has an empty frame")
		}
		layer.Frames = append(layer.Frames, Frame{Data: data, Key: data[0]&1 == 0}) // RFC 6386, 9.1
	}
	return layer.group()
}

// group finds the distance of the key frames and checks that it is even.
func (l Layer) group() (Layer, error) {
	if len(l.Frames) == 0 || !l.Frames[0].Key {
		return Layer{}, errors.New("doesn't begin with a key frame")
	}
	l.Group = len(l.Frames)
	for i, f := range l.Frames[1:] {
		if f.Key {
			l.Group = i + 1
			break
		}
	}
	if len(l.Frames)%l.Group != 0 {
		return l, fmt.Errorf("has %d frames in groups of %d", len(l.Frames), l.Group)
	}
	for i, f := range l.Frames {
		if i%l.Group == 0 && !f.Key {
			return Layer{}, fmt.Errorf("frame %d should be a key frame", i)
		}
	}
	return l, nil
}

// parseVoice takes the Opus packets, one a page as make.sh writes them, and
// pairs them with their levels.
func parseVoice(ogg, levels []byte) ([]Voice, error) {
	reader, _, err := oggreader.NewWith(bytes.NewReader(ogg))
	if err != nil {
		return nil, err
	}
	lines := strings.Fields(string(levels))
	var voice []Voice
	for {
		page, _, err := reader.ParseNextPage()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if bytes.HasPrefix(page, []byte("OpusTags")) {
			continue
		}
		if len(voice) == len(lines) {
			break // the encoder's delay may make one frame more
		}
		level, err := strconv.ParseUint(lines[len(voice)], 10, 7)
		if err != nil {
			return nil, fmt.Errorf("level %d: %w", len(voice), err)
		}
		voice = append(voice, Voice{Data: page, Level: uint8(level)})
	}
	if len(voice) == 0 || len(voice) < len(lines)-1 {
		return nil, fmt.Errorf("has %d frames and %d levels", len(voice), len(lines))
	}
	return voice, nil
}
