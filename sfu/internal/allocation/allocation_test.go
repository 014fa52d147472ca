package allocation

import (
	"slices"
	"testing"
)

func TestAssign(t *testing.T) {
	tests := []struct {
		name                 string
		current, wants, want []string
	}{
		{"empty", nil, []string{"a"}, []string{}},
		{"first come", []string{"", "", ""}, []string{"a", "b"}, []string{"a", "b", ""}},
		{"who sits stays", []string{"a", "b", "c"}, []string{"c", "a", "b"}, []string{"a", "b", "c"}},
		{"the gap is filled", []string{"a", "b", "c"}, []string{"d", "c", "a"}, []string{"a", "d", "c"}},
		{"the least important has no seat", []string{"a", "b"}, []string{"b", "c", "a"}, []string{"c", "b"}},
		{"twice counts once", []string{"", ""}, []string{"a", "a", "b"}, []string{"a", "b"}},
		{"nobody", []string{"a", "b"}, nil, []string{"", ""}},
		{"a double is cleared", []string{"a", "a"}, []string{"a"}, []string{"a", ""}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Assign(test.current, test.wants); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestLayer(t *testing.T) {
	all := [Layers]bool{true, true, true}
	tests := []struct {
		height int
		active [Layers]bool
		want   int
	}{
		{0, all, None}, {-5, all, None}, {90, all, 0}, {200, all, 0}, {201, all, 1}, {400, all, 1}, {720, all, 2},
		{720, [Layers]bool{true, true, false}, 1}, {720, [Layers]bool{true, false, false}, 0},
		{90, [Layers]bool{false, false, true}, 2}, {300, [Layers]bool{true, false, true}, 0},
		{90, [Layers]bool{}, None},
	}
	for _, test := range tests {
		if got := Layer(test.height, test.active); got != test.want {
			t.Errorf("height %d of %v: got %d, want %d", test.height, test.active, got, test.want)
		}
	}
}
