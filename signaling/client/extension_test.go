package client

import (
	"bytes"
	"testing"

	"github.com/pion/rtp"
)

func TestExtension(t *testing.T) {
	for name, profile := range map[string]uint16{"one byte": 0xBEDE, "two bytes": 0x1000} {
		p := rtp.Packet{Header: rtp.Header{Version: 2, CSRC: []uint32{1, 2}}, Payload: []byte{9}}
		p.Extension, p.ExtensionProfile = true, profile
		must(t, p.SetExtension(3, []byte("mid")))
		must(t, p.SetExtension(5, []byte{0x12, 0x34}))
		raw, err := p.Marshal()
		must(t, err)
		if got := extension(raw, 5); !bytes.Equal(got, []byte{0x12, 0x34}) {
			t.Errorf("%s: got %v", name, got)
		}
		if got := extension(raw, 6); got != nil {
			t.Errorf("%s: got %v for an absent one", name, got)
		}
	}
}

func FuzzExtension(f *testing.F) {
	f.Add([]byte{0x90, 0x60, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xbe, 0xde, 0, 1, 0x51, 1, 2, 0}, uint8(5))
	f.Fuzz(func(t *testing.T, packet []byte, id uint8) { extension(packet, id) })
}
