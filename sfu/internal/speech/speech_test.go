package speech

import (
	"slices"
	"testing"
	"time"
)

func step(r *Ranker[string], now *time.Time, levels map[string]uint8) []string {
	*now = now.Add(200 * time.Millisecond)
	var samples []Sample[string]
	for _, id := range []string{"a", "b", "c", "d"} {
		if level, ok := levels[id]; ok {
			samples = append(samples, Sample[string]{id, level})
		}
	}
	var ids []string
	for _, v := range r.Step(*now, samples) {
		ids = append(ids, v.ID)
	}
	return ids
}

func TestStep(t *testing.T) {
	var r Ranker[string]
	now := time.Unix(1000, 0)
	if got := step(&r, &now, map[string]uint8{"a": 30, "b": 127}); got != nil {
		t.Errorf("one loud step is a cough: got %v", got)
	}
	if got := step(&r, &now, map[string]uint8{"a": 30, "b": 40}); !slices.Equal(got, []string{"a"}) {
		t.Errorf("got %v, want a", got)
	}
	step(&r, &now, map[string]uint8{"a": 30, "b": 10})
	if got := step(&r, &now, map[string]uint8{"a": 30, "b": 10}); !slices.Equal(got, []string{"b", "a"}) {
		t.Errorf("got %v, want b before a", got)
	}
	if got := step(&r, &now, map[string]uint8{"a": 127, "b": 10}); !slices.Equal(got, []string{"b", "a"}) {
		t.Errorf("a pause between words: got %v, want b, a", got)
	}
	for range 4 {
		step(&r, &now, map[string]uint8{"a": 127, "b": 10})
	}
	if got := step(&r, &now, map[string]uint8{"a": 127, "b": 10}); !slices.Equal(got, []string{"b"}) {
		t.Errorf("a fell silent: got %v, want b", got)
	}
	if got := step(&r, &now, map[string]uint8{"a": 127}); got != nil {
		t.Errorf("b left: got %v, want nobody", got)
	}
}

func TestChoose(t *testing.T) {
	var r Ranker[string]
	now := time.Unix(1000, 0)
	ids := []string{"a", "b", "c"}
	say := func(id string) {
		for range 3 {
			levels := map[string]uint8{"a": 127, "b": 127, "c": 127}
			levels[id] = 20
			step(&r, &now, levels)
		}
	}
	heard := r.Choose(now, ids, nil, 2)
	if !slices.Equal(heard, []string{"a", "b"}) {
		t.Fatalf("nobody spoke: got %v, want the first two", heard)
	}
	say("a")
	say("c")
	heard = r.Choose(now, ids, heard, 2)
	if slices.Contains(heard, "b") || len(heard) != 2 {
		t.Fatalf("c spoke, b never did: got %v", heard)
	}
	for range 10 {
		step(&r, &now, map[string]uint8{"a": 127, "b": 127, "c": 127})
	}
	if got := r.Choose(now, ids, heard, 2); slices.Contains(got, "b") {
		t.Errorf("silence changes nothing: got %v, was %v", got, heard)
	}
	if got := r.Choose(now, ids, heard, 3); len(got) != 3 {
		t.Errorf("room for all: got %v", got)
	}
}
