package main

import (
	"math"
	"slices"
)

// spread sums up a set of measurements.
type spread struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func spreadOf(values []float64) spread {
	sorted := slices.Sorted(slices.Values(values))
	return spread{P50: percentile(sorted, 50), P95: percentile(sorted, 95), P99: percentile(sorted, 99), Max: percentile(sorted, 100)}
}

// percentile is the smallest of the sorted values that at least p percent are
// not above (nearest rank): always one that was measured. 0 of nothing.
func percentile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// median is the middle, or the mean of the two in the middle.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// bounds are the least and the most of a count.
type bounds struct {
	Min int `json:"min"`
	Max int `json:"max"`
}

func boundsOf(values []int) bounds {
	if len(values) == 0 {
		return bounds{}
	}
	return bounds{slices.Min(values), slices.Max(values)}
}
