package client

import (
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtcp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

// A peer that receives says something back every controlEvery (NACK, PLI,
// transport-wide feedback); reports go once a second.
const (
	controlEvery = 50 * time.Millisecond
	reportEvery  = time.Second
)

// rids are the simulcast encodings, smallest first.
var rids = []string{"q", "h", "f"}

// peer is one PeerConnection: what is sent, what is received, and the RTCP of
// both, which is made here (no Pion interceptors but arrivals).
type peer struct {
	client   *Client
	pc       *webrtc.PeerConnection
	audio    *outbound            // nil: not published
	video    map[string]*outbound // by rid; one with "" without simulcast
	arrivals *arrivals
	wires    *wires
	stop     chan struct{}

	mu       sync.Mutex
	stopped  bool // no goroutine begins any more
	loops    sync.WaitGroup
	inbounds []*inbound
}

// newPeer makes the PeerConnection with its m-lines: microphone, camera, the
// slots for audio, then those for video.
func (c *Client) newPeer(audioSlots, videoSlots int) (*peer, error) {
	wires, err := newWires()
	if err != nil {
		return nil, err
	}
	p := &peer{client: c, video: map[string]*outbound{}, arrivals: newArrivals(), wires: wires, stop: make(chan struct{})}
	api, err := newAPI(p.arrivals, wires, c.server.loopback())
	if err != nil {
		return nil, err
	}
	if p.pc, err = api.NewPeerConnection(webrtc.Configuration{BundlePolicy: webrtc.BundlePolicyMaxBundle}); err != nil {
		return nil, err
	}
	p.pc.OnTrack(p.receive)
	p.pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) { c.peerChanged(p, state) })
	if err := p.addLines(c.options.Publish, audioSlots, videoSlots); err != nil {
		_ = p.pc.Close()
		return nil, err
	}
	every := controlEvery
	if audioSlots+videoSlots == 0 {
		every = reportEvery
	}
	p.spawn(func() { p.control(every) })
	return p, nil
}

func newAPI(arrivals *arrivals, wires *wires, loopback bool) (*webrtc.API, error) {
	media := &webrtc.MediaEngine{}
	if err := registerCodecs(media); err != nil {
		return nil, err
	}
	settings := webrtc.SettingEngine{LoggerFactory: &logging.DefaultLoggerFactory{
		Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled, ScopeLevels: map[string]logging.LogLevel{}}}
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	settings.SetNet(wires)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	// Reading from the first moment also reads the repair streams, whose
	// padding counts for the server's bandwidth estimate.
	settings.SetFireOnTrackBeforeFirstRTP(true)
	if loopback {
		settings.SetIncludeLoopbackCandidate(true)
		settings.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	}
	registry := &interceptor.Registry{}
	registry.Add(arrivals)
	return webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(settings),
		webrtc.WithInterceptorRegistry(registry)), nil
}

func registerCodecs(media *webrtc.MediaEngine) error {
	congestion := webrtc.RTCPFeedback{Type: webrtc.TypeRTCPFBTransportCC}
	opus := webrtc.RTPCodecParameters{PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1",
		RTCPFeedback: []webrtc.RTCPFeedback{congestion}}}
	vp8 := webrtc.RTPCodecParameters{PayloadType: 96, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeVP8, ClockRate: 90000,
		RTCPFeedback: []webrtc.RTCPFeedback{congestion, {Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"}}}}
	rtx := webrtc.RTPCodecParameters{PayloadType: 97, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: "apt=96"}}
	if err := media.RegisterCodec(opus, webrtc.RTPCodecTypeAudio); err != nil {
		return err
	}
	for _, codec := range []webrtc.RTPCodecParameters{vp8, rtx} {
		if err := media.RegisterCodec(codec, webrtc.RTPCodecTypeVideo); err != nil {
			return err
		}
	}
	extensions := map[webrtc.RTPCodecType][]string{
		webrtc.RTPCodecTypeAudio: {sdp.SDESMidURI, sdp.AudioLevelURI, sdp.TransportCCURI},
		webrtc.RTPCodecTypeVideo: {sdp.SDESMidURI, sdp.SDESRTPStreamIDURI, sdp.SDESRepairRTPStreamIDURI, sdp.TransportCCURI},
	}
	for kind, uris := range extensions {
		for _, uri := range uris {
			if err := media.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *peer) addLines(publish Publish, audioSlots, videoSlots int) error {
	if publish.Audio {
		p.audio = newOutbound(webrtc.RTPCodecTypeAudio, "")
		if err := p.addSender(p.audio); err != nil {
			return fmt.Errorf("microphone: %w", err)
		}
	}
	if publish.Video {
		encodings := []string{""}
		if publish.Simulcast {
			encodings = rids
		}
		var all []*outbound
		for _, rid := range encodings {
			p.video[rid] = newOutbound(webrtc.RTPCodecTypeVideo, rid)
			all = append(all, p.video[rid])
		}
		if err := p.addSender(all...); err != nil {
			return fmt.Errorf("camera: %w", err)
		}
	}
	receive := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
	for range audioSlots {
		if _, err := p.pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio, receive); err != nil {
			return fmt.Errorf("audio slot: %w", err)
		}
	}
	for range videoSlots {
		if _, err := p.pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, receive); err != nil {
			return fmt.Errorf("video slot: %w", err)
		}
	}
	return nil
}

// addSender makes one send-only m-line of the encodings and reads its RTCP.
func (p *peer) addSender(encodings ...*outbound) error {
	line, err := p.pc.AddTransceiverFromTrack(encodings[0],
		webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		return err
	}
	sender := line.Sender()
	for i, encoding := range encodings {
		if i > 0 {
			if err := sender.AddEncoding(encoding); err != nil {
				return err
			}
		}
		encoding.line = line
		p.spawn(func() { p.readFeedback(sender, encoding) })
	}
	return nil
}

// spawn starts a goroutine that close waits for, unless it is too late.
func (p *peer) spawn(loop func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return
	}
	p.loops.Add(1)
	go func() {
		defer p.loops.Done()
		loop()
	}()
}

// outbounds lists every encoding that is sent.
func (p *peer) outbounds() []*outbound {
	var all []*outbound
	if p.audio != nil {
		all = append(all, p.audio)
	}
	for _, encoding := range p.video {
		all = append(all, encoding)
	}
	return all
}

// control sends the RTCP of both directions until the peer is closed.
func (p *peer) control(every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	var reported time.Time
	for {
		select {
		case <-p.stop:
			return
		case now := <-ticker.C:
			if p.pc.ConnectionState() != webrtc.PeerConnectionStateConnected {
				continue
			}
			packets := p.arrivals.feedback()
			report := now.Sub(reported) >= reportEvery-controlEvery/2
			if report {
				reported = now
			}
			packets = append(packets, p.receiverControl(now, report)...)
			if report {
				for _, encoding := range p.outbounds() {
					if sr := encoding.report(now); sr != nil {
						packets = append(packets, sr)
					}
				}
			}
			if len(packets) > 0 {
				_ = p.pc.WriteRTCP(packets)
			}
		}
	}
}

func (p *peer) receiverControl(now time.Time, report bool) []rtcp.Packet {
	p.mu.Lock()
	streams := p.inbounds
	p.mu.Unlock()
	var packets []rtcp.Packet
	var reports []rtcp.ReceptionReport
	for _, stream := range streams {
		packets = append(packets, stream.repair(now)...)
		if report {
			if r, ok := stream.report(now); ok {
				reports = append(reports, r)
			}
		}
	}
	for len(reports) > 0 { // RFC 3550, 6.4.2: at most 31 blocks a report
		n := min(len(reports), 31)
		packets = append(packets, &rtcp.ReceiverReport{SSRC: p.arrivals.ssrc, Reports: reports[:n]})
		reports = reports[n:]
	}
	return packets
}

// silence cuts the wires, so that no goodbye is sent. (Stopping ICE before the
// PeerConnection closes would leave Pion's SRTP reader waiting for ever.)
func (p *peer) silence() { p.wires.cut.Store(true) }

// close ends the PeerConnection and waits for its goroutines.
func (p *peer) close() {
	p.mu.Lock()
	already := p.stopped
	p.stopped = true
	p.mu.Unlock()
	if !already {
		close(p.stop)
	}
	_ = p.pc.GracefulClose()
	p.loops.Wait()
}
