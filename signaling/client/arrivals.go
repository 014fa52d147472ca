package client

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
	"github.com/pion/sdp/v3"
)

// arrivals notes when each packet came, repair streams and their padding too,
// for the server's bandwidth estimate (transport-wide feedback). It is an
// interceptor because Pion shows padding to nobody else.
type arrivals struct {
	interceptor.NoOp
	ssrc  uint32 // ours, in RTCP
	start time.Time

	mu       sync.Mutex
	recorder *twcc.Recorder
}

func newArrivals() *arrivals {
	ssrc := rand.Uint32()
	return &arrivals{ssrc: ssrc, start: time.Now(), recorder: twcc.NewRecorder(ssrc)}
}

// NewInterceptor makes it its own factory: one PeerConnection, one interceptor.
func (a *arrivals) NewInterceptor(string) (interceptor.Interceptor, error) { return a, nil }

func (a *arrivals) BindRemoteStream(info *interceptor.StreamInfo, reader interceptor.RTPReader) interceptor.RTPReader {
	var id uint8
	for _, extension := range info.RTPHeaderExtensions {
		if extension.URI == sdp.TransportCCURI {
			id = uint8(extension.ID)
		}
	}
	if id == 0 {
		return reader
	}
	ssrc := info.SSRC
	return interceptor.RTPReaderFunc(func(b []byte, attributes interceptor.Attributes) (int, interceptor.Attributes, error) {
		n, attributes, err := reader.Read(b, attributes)
		if err != nil {
			return n, attributes, err
		}
		if value := extension(b[:n], id); len(value) == 2 {
			a.mu.Lock()
			a.recorder.Record(ssrc, binary.BigEndian.Uint16(value), time.Since(a.start).Microseconds())
			a.mu.Unlock()
		}
		return n, attributes, nil
	})
}

func (a *arrivals) feedback() []rtcp.Packet {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.recorder.PacketsHeld() == 0 {
		return nil
	}
	return a.recorder.BuildFeedbackPacket()
}

// extension finds one header extension in a raw packet (RFC 8285), without
// making anything; nil if it isn't there.
func extension(packet []byte, id uint8) []byte {
	if len(packet) < 12 || packet[0]&0x10 == 0 {
		return nil
	}
	at := 12 + 4*int(packet[0]&0x0f)
	if len(packet) < at+4 {
		return nil
	}
	profile := binary.BigEndian.Uint16(packet[at:])
	end := at + 4 + 4*int(binary.BigEndian.Uint16(packet[at+2:]))
	if len(packet) < end {
		return nil
	}
	short := profile == 0xBEDE
	if !short && profile&0xfff0 != 0x1000 {
		return nil
	}
	rest := packet[at+4 : end]
	for len(rest) > 0 {
		if rest[0] == 0 { // padding
			rest = rest[1:]
			continue
		}
		var found uint8
		var size, head int
		if short {
			found, size, head = rest[0]>>4, int(rest[0]&0x0f)+1, 1
			if found == 15 {
				return nil
			}
		} else {
			if len(rest) < 2 {
				return nil
			}
			found, size, head = rest[0], int(rest[1]), 2
		}
		if len(rest) < head+size {
			return nil
		}
		if found == id {
			return rest[head : head+size]
		}
		rest = rest[head+size:]
	}
	return nil
}
