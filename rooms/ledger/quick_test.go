package ledger

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vesper/rooms"
)

// anyEvent draws events with every field, plain and odd.
func anyEvent(t *rapid.T) rooms.Event {
	word := rapid.OneOf(rapid.StringMatching(`[a-z0-9_-]{0,12}`), rapid.SampledFrom([]string{`"`, `\`, "<b>", "é", "\x00", "a&b", "x\u2028"}))
	number := rapid.OneOf(rapid.Int64Range(-3, 3), rapid.Int64())
	date := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "none") {
			return time.Time{}
		}
		return time.UnixMilli(rapid.Int64Range(-62135596800001, 1<<44).Draw(t, "ms")).UTC()
	})
	id := rapid.Custom(func(t *rapid.T) rooms.EventID {
		return rooms.EventID{Epoch: rapid.Uint64().Draw(t, "epoch"), Node: rooms.NodeID(word.Draw(t, "node")), N: rapid.Uint64Range(0, 9).Draw(t, "n")}
	})
	return rooms.Event{
		ID: id.Draw(t, "id"), At: time.UnixMilli(rapid.Int64Range(0, 1<<44).Draw(t, "at")).UTC(), Mono: time.Duration(number.Draw(t, "mono")),
		Kind: rooms.EventKind(word.Draw(t, "kind")), Person: rooms.PersonID(word.Draw(t, "person")), Actor: rooms.PersonID(word.Draw(t, "actor")),
		Conn: rapid.Uint64Range(0, 3).Draw(t, "conn"), Since: date.Draw(t, "since"), Segment: int(rapid.Int64Range(-2, 2).Draw(t, "segment")),
		Reason: word.Draw(t, "reason"), StepMS: number.Draw(t, "step"), Until: date.Draw(t, "until"), With: rooms.PersonID(word.Draw(t, "with")),
		Ref: id.Draw(t, "ref"), Note: word.Draw(t, "note"),
	}
}

// What the quick reader accepts, the general one accepts as the same event.
func TestQuickAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		agrees(t, Canonical(anyEvent(t)))
		text := Canonical(anyEvent(t))
		cut := rapid.IntRange(0, len(text)).Draw(t, "cut")
		agrees(t, text[:cut]+rapid.SampledFrom([]string{"", "0", "-", `"`, ",", "}", `,"person":""`, `,"conn":0`, " "}).Draw(t, "put")+text[cut:])
	})
	for _, e := range testEvents() {
		if !quickDecode(&rooms.Event{}, Canonical(e)) {
			t.Errorf("%s is left to the general reader", Canonical(e))
		}
	}
}

func agrees(t rapid.TB, text string) {
	quick := rooms.Event{Person: "of before", Note: "of before"}
	if !quickDecode(&quick, text) {
		return
	}
	if slow, err := decode(text); err != nil || slow != quick {
		t.Fatalf("%s: quick %+v, else %+v, %v", text, quick, slow, err)
	}
}

// An event within a JSON string is read as its text is, which is that without
// the backslashes.
func TestEventInString(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := Canonical(anyEvent(t))
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		inside := string(quoted[1 : len(quoted)-1])
		var alone, within rooms.Event
		c := &cursor{inside + `"`, true}
		c.event(&within, asString)
		plain := quickDecode(&alone, text)
		if (c.ok && c.text == `"`) != plain || plain && (alone != within || string(withoutBackslashes([]byte("x"), inside)) != "x"+text) {
			t.Fatalf("%s: %v as %+v, within %v as %+v", text, plain, alone, c.ok, within)
		}
	})
}

func FuzzQuick(f *testing.F) {
	for _, e := range testEvents() {
		f.Add(Canonical(e))
	}
	f.Add(`{"epoch":1,"node":"n","n":1,"at_ms":0,"mono_ns":0,"kind":"x","since_ms":-62135596800000}`)
	f.Fuzz(func(t *testing.T, text string) { agrees(t, text) })
}
