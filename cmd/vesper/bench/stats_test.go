package main

import "testing"

func TestPercentile(t *testing.T) {
	ten := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for _, test := range []struct {
		sorted []float64
		p      float64
		want   float64
	}{
		{nil, 50, 0}, {[]float64{7}, 0, 7}, {[]float64{7}, 99, 7},
		{ten, 0, 1}, {ten, 50, 5}, {ten, 51, 6}, {ten, 95, 10}, {ten, 90, 9}, {ten, 100, 10},
	} {
		if got := percentile(test.sorted, test.p); got != test.want {
			t.Errorf("percentile(%v, %v) = %v, want %v", test.sorted, test.p, got, test.want)
		}
	}
}

func TestSpreadLeavesItsValuesAlone(t *testing.T) {
	values := []float64{3, 1, 2}
	if got, want := spreadOf(values), (spread{P50: 2, P95: 3, P99: 3, Max: 3}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if values[0] != 3 {
		t.Errorf("sorted the caller's values: %v", values)
	}
}

func TestMedian(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{4}, 4}, {[]float64{4, 1}, 2.5}, {[]float64{9, 1, 4}, 4}} {
		if got := median(test.values); got != test.want {
			t.Errorf("median(%v) = %v, want %v", test.values, got, test.want)
		}
	}
}

func TestBounds(t *testing.T) {
	if got := boundsOf([]int{2, 1, 3}); got != (bounds{1, 3}) {
		t.Errorf("got %v", got)
	}
	if got := boundsOf(nil); got != (bounds{}) {
		t.Errorf("of nothing: %v", got)
	}
}
