package allocation

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var demo = [Layers]int64{45_000, 110_000, 290_000}

// settled lets an allocator see the same for a while.
func settled(a *Allocator, from time.Duration, estimate, audio int64, slots []Slot) (choices []Choice, now time.Duration) {
	choices = make([]Choice, len(slots))
	for now = from; now < from+20*time.Second; now += 100 * time.Millisecond {
		a.Allocate(now, estimate, audio, slots, choices)
	}
	return choices, now
}

func layers(choices []Choice) []int {
	all := make([]int, len(choices))
	for i, c := range choices {
		all[i] = c.Layer
	}
	return all
}

func TestAllocate(t *testing.T) {
	share, speaker, gallery := Slot{Share, 720, demo}, Slot{Speaker, 720, demo}, Slot{Gallery, 720, demo}
	small, hidden, silent := Slot{Gallery, 100, demo}, Slot{Gallery, 0, demo}, Slot{Gallery, 720, [Layers]int64{}}
	tests := []struct {
		name     string
		estimate int64
		audio    int64
		slots    []Slot
		want     []int
		reason   Reason // of the last slot
	}{
		{"room for all", 2_000_000, 40_000, []Slot{share, speaker, gallery}, []int{2, 2, 2}, Best},
		{"a small tile needs no more", 2_000_000, 40_000, []Slot{gallery, small}, []int{2, 0}, Best},
		{"the lowest for all before better for one", 150_000, 40_000, []Slot{gallery, speaker}, []int{0, 0}, Bandwidth},
		{"the share grows first", 480_000, 40_000, []Slot{gallery, speaker, share}, []int{0, 0, 2}, Best},
		{"then the speaker", 600_000, 40_000, []Slot{gallery, share, speaker}, []int{0, 2, 1}, Bandwidth},
		{"in the gallery step by step", 320_000, 40_000, []Slot{gallery, gallery}, []int{1, 1}, Bandwidth},
		{"pause before audio starves", 80_000, 40_000, []Slot{gallery}, []int{None}, Bandwidth},
		{"nothing but audio, and not even that", 30_000, 40_000, []Slot{share, speaker}, []int{None, None}, Bandwidth},
		{"the less important is paused first", 100_000, 40_000, []Slot{gallery, speaker}, []int{None, 0}, Bandwidth},
		{"nobody looks", 2_000_000, 40_000, []Slot{gallery, hidden}, []int{2, None}, Hidden},
		{"nothing is sent", 2_000_000, 40_000, []Slot{gallery, silent}, []int{2, None}, Silent},
		{"a missing layer is skipped", 2_000_000, 0, []Slot{{Gallery, 720, [Layers]int64{45_000, 0, 290_000}}}, []int{2}, Best},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, _ := settled(&Allocator{}, 0, test.estimate, test.audio, test.slots)
			if !slices.Equal(layers(got), test.want) || got[len(got)-1].Reason != test.reason {
				t.Errorf("got %v, want %v and %v", got, test.want, test.reason)
			}
		})
	}
}

func TestWanted(t *testing.T) {
	var a Allocator
	slots := []Slot{{Share, 720, demo}, {Gallery, 100, demo}, {Gallery, 0, demo}}
	got := a.Allocate(0, 100_000, 40_000, slots, make([]Choice, 3))
	if want := int64(1.15 * (290_000 + 45_000 + 40_000)); got < want-1 || got > want+1 {
		t.Errorf("got %d, want %d", got, want)
	}
}

func TestDownAtOnceUpAfterAHold(t *testing.T) {
	var a Allocator
	slots, choices := []Slot{{Speaker, 720, demo}}, make([]Choice, 1)
	_, now := settled(&a, 0, 1_000_000, 40_000, slots)
	if a.Allocate(now, 200_000, 40_000, slots, choices); choices[0] != (Choice{1, Bandwidth}) {
		t.Fatalf("after a dip: got %v, want layer 1 at once", choices[0])
	}
	dip := now
	for ; choices[0].Layer != 2; now += 100 * time.Millisecond {
		if a.Allocate(now, 1_000_000, 40_000, slots, choices); now-dip > 10*time.Second {
			t.Fatal("never came back")
		}
	}
	if waited := now - dip; waited < 2*time.Second || waited > 3*time.Second {
		t.Errorf("came back after %v, want 2 s", waited)
	}
	for _, test := range []struct {
		estimate int64
		want     time.Duration
	}{{400_000, 4 * time.Second}, {400_000, 8 * time.Second}, {1_000_000, 2 * time.Second}} {
		dip = now
		a.Allocate(now, 200_000, 40_000, slots, choices) // the attempt failed
		for ; choices[0].Layer != 2 && now-dip < 20*time.Second; now += 100 * time.Millisecond {
			a.Allocate(now, test.estimate, 40_000, slots, choices)
		}
		if waited := now - dip; waited < test.want || waited > test.want+time.Second {
			t.Errorf("came back to %d after %v, want %v after an attempt in vain", test.estimate, waited, test.want)
		}
	}
}

func TestTheSmallComesWhereTheLargeWent(t *testing.T) {
	var a Allocator
	slots := []Slot{{Speaker, 720, [Layers]int64{150_000, 0, 0}}, {Gallery, 720, demo}}
	choices := make([]Choice, 2)
	_, now := settled(&a, 0, 220_000, 40_000, slots)
	a.Allocate(now, 180_000, 40_000, slots, choices)
	if got := layers(choices); !slices.Equal(got, []int{None, 0}) {
		t.Errorf("got %v, want the gallery's in place of the speaker's", got)
	}
}

func TestShownAgainDoesNotWait(t *testing.T) {
	var a Allocator
	slots, choices := []Slot{{Speaker, 720, demo}, {Gallery, 100, demo}}, make([]Choice, 2)
	_, now := settled(&a, 0, 1_000_000, 40_000, slots)
	a.Allocate(now, 250_000, 40_000, slots, choices) // something has to go: now there is a hold
	slots[1].Height = 0
	a.Allocate(now, 250_000, 40_000, slots, choices)
	slots[1].Height = 100
	if a.Allocate(now, 250_000, 40_000, slots, choices); choices[1].Layer != 0 {
		t.Errorf("got %v, want the small picture at once", choices)
	}
}

func TestForgottenSlotDoesNotWait(t *testing.T) {
	var a Allocator
	slots, choices := []Slot{{Speaker, 720, demo}}, make([]Choice, 1)
	_, now := settled(&a, 0, 1_000_000, 40_000, slots)
	a.Allocate(now, 60_000, 40_000, slots, choices)
	a.Forget(0)
	if a.Allocate(now, 1_000_000, 40_000, slots, choices); choices[0].Layer != 2 {
		t.Errorf("got %v, want layer 2 at once", choices[0])
	}
}

func anySlots(t *rapid.T) []Slot {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Slot {
		s := Slot{Priority: Priority(rapid.IntRange(0, int(priorities)-1).Draw(t, "priority")),
			Height: rapid.SampledFrom([]int{0, 90, 300, 720}).Draw(t, "height")}
		rate := int64(0)
		for i := range s.Bitrate {
			rate += rapid.Int64Range(10_000, 1_000_000).Draw(t, "more")
			if rapid.IntRange(0, 4).Draw(t, "sent") > 0 {
				s.Bitrate[i] = rate
			}
		}
		return s
	}), 0, 12).Draw(t, "slots")
}

func TestSumFitsWhatever(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a Allocator
		slots := anySlots(t)
		choices := make([]Choice, len(slots))
		now := time.Duration(0)
		for range rapid.IntRange(1, 30).Draw(t, "times") {
			now += time.Duration(rapid.IntRange(50, 3000).Draw(t, "ms")) * time.Millisecond
			estimate := rapid.Int64Range(0, 10_000_000).Draw(t, "estimate")
			audio := rapid.Int64Range(0, 100_000).Draw(t, "audio")
			if rapid.IntRange(0, 3).Draw(t, "another") == 0 {
				slots = anySlots(t)
				choices = make([]Choice, len(slots))
			}
			a.Allocate(now, estimate, audio, slots, choices)
			sum := int64(0)
			for i, c := range choices {
				if c.Layer == None {
					continue
				}
				if slots[i].Bitrate[c.Layer] == 0 || slots[i].Height <= 0 {
					t.Fatalf("slot %d of %v has %v", i, slots[i], c)
				}
				sum += slots[i].Bitrate[c.Layer]
			}
			if sum > 0 && sum+audio > estimate {
				t.Fatalf("%d of video and %d of audio in %d", sum, audio, estimate)
			}
		}
	})
}

// More room never takes from the first slot that changes, in the order of importance.
func TestMoreRoomIsNotLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slots := anySlots(t)
		slices.SortStableFunc(slots, func(a, b Slot) int { return int(a.Priority) - int(b.Priority) })
		less := rapid.Int64Range(0, 5_000_000).Draw(t, "less")
		more := less + rapid.Int64Range(0, 5_000_000).Draw(t, "difference")
		poor, _ := settled(&Allocator{}, 0, less, 0, slots)
		rich, _ := settled(&Allocator{}, 0, more, 0, slots)
		for p := range priorities {
			var shownPoor, shownRich []bool
			for i, s := range slots {
				if s.Priority <= p {
					shownPoor, shownRich = append(shownPoor, poor[i].Layer != None), append(shownRich, rich[i].Layer != None)
				}
			}
			for i := range shownPoor {
				if shownPoor[i] != shownRich[i] {
					if shownPoor[i] {
						t.Fatalf("%v with %d, %v with %d", poor, less, rich, more)
					}
					return
				}
			}
		}
		if len(slots) > 0 && rich[0].Layer < poor[0].Layer && (len(slots) == 1 || slots[1].Priority > slots[0].Priority) {
			t.Fatalf("%v with %d, %v with %d", poor, less, rich, more)
		}
	})
}

func TestNoFlappingWhenTheEstimateWobbles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a Allocator
		slots := anySlots(t)
		estimate := rapid.Int64Range(0, 5_000_000).Draw(t, "estimate")
		period := rapid.IntRange(2, 100).Draw(t, "period")
		choices, before := make([]Choice, len(slots)), []int(nil)
		changes := 0
		for n := range 1800 {
			wobble := estimate - estimate/20
			if n/period%2 == 0 {
				wobble = estimate + estimate/20
			}
			a.Allocate(time.Duration(n)*100*time.Millisecond, wobble, 0, slots, choices)
			if now := layers(choices); n > 600 && !slices.Equal(now, before) {
				changes++
			}
			before = layers(choices)
		}
		if changes > 0 {
			t.Fatalf("%d changes in the last two minutes", changes)
		}
	})
}

func TestAllocateDoesNotAllocate(t *testing.T) {
	var a Allocator
	slots := []Slot{{Share, 720, demo}, {Speaker, 720, demo}, {Gallery, 100, demo}}
	choices := make([]Choice, len(slots))
	now := time.Duration(0)
	if n := testing.AllocsPerRun(100, func() {
		now += 100 * time.Millisecond
		a.Allocate(now, 500_000, 40_000, slots, choices)
	}); n > 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}
