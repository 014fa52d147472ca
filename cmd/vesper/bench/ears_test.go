package main

import "testing"

func TestSequence(t *testing.T) {
	for _, test := range []struct {
		name    string
		numbers []uint16
		fresh   int
		missing int
	}{
		{"nothing", nil, 0, 0},
		{"in order", []uint16{7, 8, 9}, 3, 0},
		{"over the end", []uint16{65534, 65535, 0, 1}, 4, 0},
		{"a gap", []uint16{1, 4}, 2, 2},
		{"a gap repaired", []uint16{1, 4, 2, 3}, 4, 0},
		{"twice", []uint16{1, 2, 2, 1}, 2, 0},
		{"from before", []uint16{10, 9, 11}, 2, 0},
		{"repaired over the end", []uint16{65535, 1, 0}, 3, 0},
	} {
		var s sequence
		fresh := 0
		for _, number := range test.numbers {
			if s.add(number) {
				fresh++
			}
		}
		if fresh != test.fresh || len(s.missing) != test.missing {
			t.Errorf("%s: %d new and %d missing, want %d and %d", test.name, fresh, len(s.missing), test.fresh, test.missing)
		}
	}
}
