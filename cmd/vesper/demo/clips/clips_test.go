package clips

import (
	"errors"
	"testing"
	"testing/fstest"
	"time"
)

func TestMissingSaysWhatToDo(t *testing.T) {
	if _, err := load(fstest.MapFS{}, "data", 0); !errors.Is(err, ErrMissing) {
		t.Errorf("got %v", err)
	}
}

func TestClips(t *testing.T) {
	for i := range Count {
		clip, err := Load(i)
		if errors.Is(err, ErrMissing) {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		for rid, size := range map[string][2]int{"q": {160, 90}, "h": {320, 180}, "f": {640, 360}} {
			l := clip.Layers[rid]
			if l.Width != size[0] || l.Height != size[1] || len(l.Frames)*int(l.FrameTime) != int(8*time.Second) {
				t.Errorf("clip %d %s: %dx%d, %d frames of %v", i, rid, l.Width, l.Height, len(l.Frames), l.FrameTime)
			}
			if time.Duration(l.Group)*l.FrameTime != time.Second {
				t.Errorf("clip %d %s: key frames every %d frames", i, rid, l.Group)
			}
		}
		loud := 0
		for n, v := range clip.Voice {
			if v.Level < 15 {
				t.Errorf("clip %d: frame %d is too loud: -%d dBov", i, n, v.Level)
			}
			if v.Level < 35 {
				loud++
			}
		}
		if all := time.Duration(len(clip.Voice)) * FrameTime; all < 2*time.Second || all > 6*time.Second || loud < len(clip.Voice)/3 {
			t.Errorf("clip %d: speaks for %v, %d of %d frames are voice", i, all, loud, len(clip.Voice))
		}
	}
	if _, err := Load(Count + 2); err != nil {
		t.Error(err)
	}
}

func FuzzIVF(f *testing.F) {
	f.Add([]byte("DKIF\x00\x00\x20\x00VP80\xa0\x00\x5a\x00\x14\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) { _, _ = parseIVF(raw) })
}
