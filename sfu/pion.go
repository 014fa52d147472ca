package sfu

import (
	"io"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/stun/v4"
	"github.com/pion/transport/v4/packetio"
	"github.com/pion/webrtc/v4"
)

// Payload types this side would offer. As it always answers, the client's numbers are used.
const (
	payloadOpus = 111
	payloadVP8  = 96
	payloadRTX  = 97
)

// Header extensions in use, by URI.
const (
	uriMid          = "urn:ietf:params:rtp-hdrext:sdes:mid"
	uriRid          = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
	uriRepairedRid  = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
	uriAudioLevel   = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
	uriTransportCC  = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
	uriAbsSendTime  = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
	opusFormat      = "minptime=10;useinbandfec=1;usedtx=1"
	disconnectAfter = 6 * time.Second
	failAfter       = 150 * time.Second // longer than anybody is waited for
	keepaliveEvery  = 2 * time.Second
	handshakeRetry  = 200 * time.Millisecond
	receiveMTU      = 1500
)

// mediaEngine lists what is spoken: Opus, VP8 with RTX, and the extensions above.
func mediaEngine() (*webrtc.MediaEngine, error) {
	m := &webrtc.MediaEngine{}
	opus := webrtc.RTPCodecParameters{PayloadType: payloadOpus, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: opusFormat,
		RTCPFeedback: []webrtc.RTCPFeedback{{Type: "transport-cc"}},
	}}
	if err := m.RegisterCodec(opus, webrtc.RTPCodecTypeAudio); err != nil {
		return nil, err
	}
	vp8 := webrtc.RTPCodecParameters{PayloadType: payloadVP8, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeVP8, ClockRate: 90000,
		RTCPFeedback: []webrtc.RTCPFeedback{{Type: "transport-cc"}, {Type: "goog-remb"}, {Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"}},
	}}
	rtx := webrtc.RTPCodecParameters{PayloadType: payloadRTX, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: "apt=96",
	}}
	for _, codec := range []webrtc.RTPCodecParameters{vp8, rtx} {
		if err := m.RegisterCodec(codec, webrtc.RTPCodecTypeVideo); err != nil {
			return nil, err
		}
	}
	for uri, kinds := range map[string][]webrtc.RTPCodecType{
		uriMid:         {webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo},
		uriTransportCC: {webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo},
		uriAbsSendTime: {webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo},
		uriAudioLevel:  {webrtc.RTPCodecTypeAudio},
		uriRid:         {webrtc.RTPCodecTypeVideo},
		uriRepairedRid: {webrtc.RTPCodecTypeVideo},
	} {
		for _, kind := range kinds {
			if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// api makes the Pion API of one peer. Each peer has its own, because the hooks are per connection: the
// buffer factory hands us every decrypted packet, whatever Pion knows about its SSRC, and the binding
// request handler is called for authenticated checks only (RFC 8445, 7.3).
func (p *Peer) api() (*webrtc.API, error) {
	m, err := mediaEngine()
	if err != nil {
		return nil, err
	}
	var s webrtc.SettingEngine
	s.LoggerFactory = quietFactory{}
	s.SetICEUDPMux(p.engine.mux)
	networks := []webrtc.NetworkType{webrtc.NetworkTypeUDP4}
	if p.engine.addr.Addr().Is6() {
		networks = append(networks, webrtc.NetworkTypeUDP6)
	}
	s.SetNetworkTypes(networks)
	s.SetIncludeLoopbackCandidate(p.engine.loopback)
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetICETimeouts(disconnectAfter, failAfter, keepaliveEvery)
	s.SetDTLSRetransmissionInterval(handshakeRetry)
	s.SetReceiveMTU(receiveMTU)
	if err := s.SetAnsweringDTLSRole(webrtc.DTLSRoleServer); err != nil {
		return nil, err
	}
	s.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	s.BufferFactory = func(kind packetio.BufferPacketType, ssrc uint32) io.ReadWriteCloser {
		if kind == packetio.RTCPBufferPacket {
			return &controlInlet{peer: p, ssrc: ssrc}
		}
		return &mediaInlet{peer: p, ssrc: ssrc}
	}
	s.SetICEBindingRequestHandler(func(*stun.Message, ice.Candidate, ice.Candidate, *ice.CandidatePair) bool {
		p.proof(time.Now())
		return false
	})
	return webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(s),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{})), nil
}

// quietFactory and quiet drop Pion's log: it names addresses, and writes a line a packet in places.
type quietFactory struct{}

func (quietFactory) NewLogger(string) logging.LeveledLogger { return quiet{} }

type quiet struct{}

func (quiet) Trace(string)          {}
func (quiet) Tracef(string, ...any) {}
func (quiet) Debug(string)          {}
func (quiet) Debugf(string, ...any) {}
func (quiet) Info(string)           {}
func (quiet) Infof(string, ...any)  {}
func (quiet) Warn(string)           {}
func (quiet) Warnf(string, ...any)  {}
func (quiet) Error(string)          {}
func (quiet) Errorf(string, ...any) {}
