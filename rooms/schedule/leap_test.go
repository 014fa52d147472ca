package schedule

import (
	"testing"
	"time"
)

// Behind the table of a zone's file, at the end of leap years, package time
// says that an era ends where it begins. Evenings there have their time too.
func TestEndOfLeapYears(t *testing.T) {
	for _, name := range []string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "UTC"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for year := 2036; year < 2120; year++ {
			for hour := -60; hour < 60; hour++ {
				want := time.Date(year+1, 1, 1, hour, 30, 0, 0, time.UTC).In(zone)
				done := make(chan time.Time, 1)
				go func() { done <- instant(wallOf(want), zone) }()
				select {
				case got := <-done:
					if !got.Equal(want) {
						t.Errorf("%s shows %v at %v, got %v", name, wallOf(want), want.UTC(), got)
					}
				case <-time.After(5 * time.Second):
					t.Fatalf("%s: %v is looked for without end", name, wallOf(want))
				}
			}
		}
	}
}
