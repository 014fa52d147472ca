package schedule

import (
	"testing"
	"time"
)

// The changes of a zone go on far behind the table of the zone's file, without
// standing still and without a gap.
func TestShiftsFarAhead(t *testing.T) {
	for _, name := range []string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Phoenix", "UTC"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		found := make(chan []shift, 1)
		go func() {
			found <- shifts(zone, time.Date(2026, 11, 23, 22, 30, 0, 0, time.UTC), time.Date(2070, 1, 1, 0, 0, 0, 0, time.UTC))
		}()
		select {
		case all := <-found:
			years := map[int]int{}
			for _, s := range all {
				years[s.at.UTC().Year()]++
			}
			for year := 2027; year < 2070; year++ {
				if want := map[bool]int{true: 0, false: 2}[name == "America/Phoenix" || name == "UTC"]; years[year] != want {
					t.Errorf("%s has %d changes in %d, want %d", name, years[year], year, want)
				}
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: the changes have no end", name)
		}
	}
}
