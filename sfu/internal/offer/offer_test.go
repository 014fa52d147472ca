package offer

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

const head = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"

func line(kind, mid, direction string, more ...string) string {
	s := fmt.Sprintf("m=%s 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:%s\r\na=%s\r\n", kind, mid, direction)
	for _, m := range more {
		s += "a=" + m + "\r\n"
	}
	return s
}

func TestParse(t *testing.T) {
	o, err := Parse(head +
		line("audio", "0", "sendonly", "ssrc:11 cname:x", "ssrc:11 msid:a b") +
		line("video", "1", "sendonly", "rid:q send", "rid:h send", "rid:f send", "simulcast:send q;h;f") +
		line("video", "2", "recvonly", "rid:z recv") +
		line("video", "3", "sendrecv", "ssrc:21 cname:x", "ssrc:22 cname:x", "ssrc-group:FID 21 22"))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(o.Media[1].Rids); got != "[q h f]" {
		t.Errorf("rids: got %s", got)
	}
	if o.Media[2].Publishes() || !o.Media[2].Receives() || !o.Media[3].Publishes() || len(o.Media[2].Rids) != 0 {
		t.Errorf("directions: got %+v", o.Media)
	}
	if got := o.Media[3].Repair[22]; got != 21 {
		t.Errorf("repair of 22: got %d, want 21", got)
	}
	if got := fmt.Sprint(o.Media[0].SSRCs); got != "[11]" {
		t.Errorf("ssrcs: got %s", got)
	}
}

func TestLimits(t *testing.T) {
	many := func(n int, direction string) string {
		s := head
		for i := range n {
			s += line("video", fmt.Sprint(i), direction)
		}
		return s
	}
	tests := []struct {
		name, text string
		want       error
	}{
		{"four tracks", many(4, "sendonly"), nil},
		{"five tracks", many(5, "sendonly"), ErrPublished},
		{"five tracks without a word about direction", many(5, "x"), ErrPublished},
		{"64 slots", many(64, "recvonly"), nil},
		{"65 slots", many(65, "recvonly"), ErrLines},
		{"large", head + strings.Repeat("x", MaxSize), ErrTooLarge},
		{"empty", "", ErrSyntax},
		{"junk", "hello", ErrSyntax},
		{"no media", head, ErrSyntax},
		{"short m-line", head + "m=audio\r\n", ErrSyntax},
		{"a hidden line", head + line("audio", "0", "recvonly", "x:y\ra=candidate:1 1 udp 1 192.0.2.1 9 typ host"), ErrSyntax},
		{"no mid", head + "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\n", ErrSyntax},
		{"a mid twice", head + line("audio", "0", "recvonly") + line("audio", "0", "recvonly"), ErrSyntax},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := Parse(test.text); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestWithoutCandidates(t *testing.T) {
	got := WithoutCandidates(head + line("audio", "0", "sendonly", "candidate:1 1 udp 1 192.0.2.1 9 typ host", "end-of-candidates"))
	if strings.Contains(got, "candidate") || !strings.Contains(got, "a=ssrc:1 ") {
		t.Errorf("got %q", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(head + line("audio", "0", "sendonly", "ssrc:11 cname:x") + line("video", "1", "recvonly"))
	f.Add("v=0\nm=a 0 b c\na=mid:0\na=rid:q send\na=ssrc-group:FID 1 2")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := Parse(text)
		if err != nil {
			return
		}
		published := 0
		for i := range o.Media {
			if o.Media[i].Publishes() {
				published++
			}
		}
		if len(o.Media) > MaxLines || published > MaxPublished {
			t.Fatalf("%d lines, %d published", len(o.Media), published)
		}
		if strings.Contains(WithoutCandidates(text), "\na=candidate:") {
			t.Fatal("a candidate is left")
		}
	})
}
