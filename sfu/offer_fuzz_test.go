package sfu

import (
	"context"
	"testing"
	"time"
)

// FuzzAnswer gives offers to the whole of Answer, Pion's parsers included.
func FuzzAnswer(f *testing.F) {
	e, err := NewEngine(Options{Listen: "127.0.0.1:0"})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = e.Close() })
	f.Add("v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=fingerprint:sha-256 00\r\n" +
		"a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\n" +
		"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendonly\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-mux\r\na=ssrc:5 cname:x\r\n" +
		"m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=recvonly\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtcp-mux\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := e.NewPeer(PeerOptions{ID: "x"})
		if err != nil {
			t.Skip()
		}
		defer func() { _ = p.Close() }()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, _ = p.Answer(ctx, text)
		if n := e.Stats().Panics; n != 0 {
			t.Fatalf("%d panics on %q", n, text)
		}
	})
}
