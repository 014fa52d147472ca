package sfu

import (
	"strings"
	"testing"

	"github.com/pion/sdp/v3"
)

// chromiumIDs is how Chromium numbers the header extensions of its offers.
var chromiumIDs = map[string]string{
	uriAudioLevel: "1", "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time": "2", uriTransportCC: "3", uriMid: "4",
}

// renumber gives an offer the ids of Chromium.
func renumber(t *testing.T, text string) string {
	t.Helper()
	var description sdp.SessionDescription
	if err := description.UnmarshalString(text); err != nil {
		t.Fatal(err)
	}
	for _, m := range description.MediaDescriptions {
		for i, a := range m.Attributes {
			if a.Key != "extmap" {
				continue
			}
			_, uri, _ := strings.Cut(a.Value, " ")
			if id := chromiumIDs[uri]; id != "" {
				m.Attributes[i].Value = id + " " + uri
			}
		}
	}
	out, err := description.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// A packet carries the audio level under the id that was agreed. Under the id
// of the mid it would be taken for a line that does not exist, and dropped.
func TestAudioLevelHasTheAgreedID(t *testing.T) {
	e := newTestEngine(t)
	for range 20 { // Pion's own numbering changes from one to the next
		c := newClient(t, e, "p", setup{audioSlots: 2, videoSlots: 1})
		if _, err := c.peer.Answer(t.Context(), renumber(t, c.offer(false))); err != nil {
			t.Fatal(err)
		}
		for _, s := range *c.peer.slots.Load() {
			if !s.audio {
				continue
			}
			s.mu.Lock()
			ids := s.header.GetExtensionIDs()
			s.mu.Unlock()
			if len(ids) != 1 || ids[0] != 1 {
				t.Fatalf("slot %s sends the extensions %v, want the level under 1 alone", s.mid, ids)
			}
		}
		_ = c.peer.Close()
	}
}
