package vp8

import (
	"bytes"
	"errors"
	"testing"
)

func TestParse(t *testing.T) {
	tests := []struct {
		name    string
		payload []byte
		want    Descriptor
		err     error
	}{
		{name: "empty", err: ErrShort},
		{name: "only the first octet", payload: []byte{0x10}, err: ErrShort},
		{name: "no extension, keyframe", payload: []byte{0x10, 0x50, 0x9d}, want: Descriptor{Length: 1, Start: true, Keyframe: true}},
		{name: "no extension, delta", payload: []byte{0x10, 0x51}, want: Descriptor{Length: 1, Start: true}},
		{name: "second partition is no keyframe", payload: []byte{0x11, 0x50}, want: Descriptor{Length: 1, Start: true, Partition: 1}},
		{name: "continuation is no keyframe", payload: []byte{0x00, 0x50}, want: Descriptor{Length: 1}},
		{name: "narrow picture id", payload: []byte{0x90, 0x80, 0x2a, 0x50}, want: Descriptor{Length: 3, Start: true, Keyframe: true, PictureID: 0x2a, pictureAt: 2}},
		{name: "wide picture id", payload: []byte{0x90, 0x80, 0x92, 0x34, 0x51}, want: Descriptor{Length: 4, Start: true, PictureID: 0x1234, Wide: true, pictureAt: 2}},
		{name: "all of it as Chromium sends it", payload: []byte{0x90, 0xe0, 0x92, 0x34, 0x07, 0x60, 0x51},
			want: Descriptor{Length: 6, Start: true, PictureID: 0x1234, Wide: true, TL0: 7, Temporal: 1, pictureAt: 2, tl0At: 4}},
		{name: "key index only", payload: []byte{0x80, 0x10, 0x1f, 0x01}, want: Descriptor{Length: 3}},
		{name: "cut in the picture id", payload: []byte{0x90, 0x80, 0x92}, err: ErrShort},
		{name: "cut before TL0PICIDX", payload: []byte{0x90, 0xc0, 0x12}, err: ErrShort},
		{name: "nothing behind the descriptor", payload: []byte{0x90, 0x80, 0x12}, err: ErrShort},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse(test.payload)
			if !errors.Is(err, test.err) {
				t.Fatalf("error: got %v, want %v", err, test.err)
			}
			if err == nil && got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestRewriteGolden(t *testing.T) {
	tests := []struct {
		name     string
		in, want []byte
		picture  uint16
		tl0      uint8
	}{
		{"wide", []byte{0x90, 0xe0, 0x92, 0x34, 0x07, 0x60, 0x51}, []byte{0x90, 0xe0, 0xff, 0xff, 0xff, 0x60, 0x51}, 0x7fff, 0xff},
		{"wide wraps to zero", []byte{0x90, 0xe0, 0x92, 0x34, 0x07, 0x60, 0x51}, []byte{0x90, 0xe0, 0x80, 0x00, 0x00, 0x60, 0x51}, 0x8000, 0},
		{"narrow keeps seven bits", []byte{0x90, 0xc0, 0x12, 0x07, 0x51}, []byte{0x90, 0xc0, 0x7f, 0x08, 0x51}, 0x01ff, 8},
		{"nothing to rewrite", []byte{0x10, 0x51}, []byte{0x10, 0x51}, 99, 99},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d, err := Parse(test.in)
			if err != nil {
				t.Fatal(err)
			}
			d.Rewrite(test.in, test.picture, test.tl0)
			if !bytes.Equal(test.in, test.want) {
				t.Errorf("got %x, want %x", test.in, test.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte{0x90, 0xe0, 0x92, 0x34, 0x07, 0x60, 0x51})
	f.Add([]byte{0x90, 0x80, 0x12})
	f.Add([]byte{0x10})
	f.Fuzz(func(t *testing.T, payload []byte) {
		d, err := Parse(payload)
		if err != nil {
			return
		}
		if d.Length < 1 || d.Length >= len(payload) {
			t.Fatalf("descriptor of %d octets in a payload of %d", d.Length, len(payload))
		}
		d.Rewrite(payload, 0x1234, 0x56)
		again, err := Parse(payload)
		if err != nil {
			t.Fatalf("rewritten payload does not parse: %v", err)
		}
		if d.HasTL0() && again.TL0 != 0x56 {
			t.Fatalf("tl0: got %x", again.TL0)
		}
		if d.HasPictureID() && d.Wide && again.PictureID != 0x1234 {
			t.Fatalf("picture id: got %x", again.PictureID)
		}
		if again.Keyframe != d.Keyframe || again.Length != d.Length {
			t.Fatalf("rewriting changed the descriptor: %+v, was %+v", again, d)
		}
	})
}
