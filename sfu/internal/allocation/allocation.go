// Package allocation decides what is shown in which slot and how large: Assign who, Layer what the tile
// deserves, Allocator what the receiver's link bears. Time comes in as a value; nothing is started. It
// doesn't know how the estimate was found, nor how a layer is switched.
package allocation

// Assign puts wanted items into slots. current holds what each slot has now, the zero value meaning
// nothing; wants is in order of importance, without the zero value. An item that already sits in a slot
// stays there as long as it is among the first len(current) wants; the others fill the free slots from
// the left. What is repeated in wants counts once. The result has the length of current.
func Assign[T comparable](current, wants []T) []T {
	var nothing T
	next := make([]T, len(current))
	chosen := make([]T, 0, len(current))
	for _, want := range wants {
		if len(chosen) == len(current) {
			break
		}
		if want != nothing && !contains(chosen, want) {
			chosen = append(chosen, want)
		}
	}
	placed := make([]bool, len(chosen))
	for i, item := range current {
		for j, want := range chosen {
			if item == want && !placed[j] {
				next[i], placed[j] = item, true
			}
		}
	}
	free := 0
	for j, want := range chosen {
		if placed[j] {
			continue
		}
		for next[free] != nothing {
			free++
		}
		next[free] = want
	}
	return next
}

func contains[T comparable](items []T, item T) bool {
	for i := range items {
		if items[i] == item {
			return true
		}
	}
	return false
}

// Layers are the simulcast layers of a source, lowest first: q, h, f.
const Layers = 3

// None is no layer.
const None = -1

// Heights up to which a layer is enough, in pixels of the receiver's screen.
const (
	lowHeight    = 200
	middleHeight = 400
)

// Layer chooses the layer for a tile of this height among those that are being sent: the one made for
// the size, else the nearest smaller one, else the nearest larger one. A height of 0 or less, or no
// layer at all, gives None.
func Layer(height int, active [Layers]bool) int {
	if height <= 0 {
		return None
	}
	ideal := Layers - 1
	switch {
	case height <= lowHeight:
		ideal = 0
	case height <= middleHeight:
		ideal = 1
	}
	for i := ideal; i >= 0; i-- {
		if active[i] {
			return i
		}
	}
	for i := ideal + 1; i < Layers; i++ {
		if active[i] {
			return i
		}
	}
	return None
}
