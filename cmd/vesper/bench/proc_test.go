package main

import (
	"os"
	"runtime"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	const line = "4242 (odd) name (x) S 1 4242 4242 0 -1 4194304 900 0 0 0 151 49 7 7 20 0 9 0 123 0 0"
	if got, err := parseStat([]byte(line)); err != nil || got != 2*time.Second {
		t.Errorf("got %v, %v, want 2s", got, err)
	}
	for _, bad := range []string{"", "1 (x)", "1 (x) S 1 2 3", "1 (x) S 1 2 3 4 5 6 7 8 9 10 many 49"} {
		if _, err := parseStat([]byte(bad)); err == nil {
			t.Errorf("%q is no stat, but was read", bad)
		}
	}
}

func TestParseMachine(t *testing.T) {
	got, err := parseMachine([]byte("cpu  100 20 30 9999 9999 10 20 20 500 500\ncpu0 1 2 3\n"))
	if err != nil || got != 2*time.Second {
		t.Errorf("got %v, %v, want 2s", got, err)
	}
	for _, bad := range []string{"", "cpu 1 2 3", "cpu 1 2 x 4 5 6 7 8 9"} {
		if _, err := parseMachine([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestField(t *testing.T) {
	const status = "Name:\tvesper\nVmHWM:\t   90 kB\nVmRSS:\t   81234 kB\nvoluntary_ctxt_switches:\t17\nEmpty:\n"
	for name, want := range map[string]uint64{"VmRSS": 81234, "voluntary_ctxt_switches": 17} {
		if got, err := field([]byte(status), name); err != nil || got != want {
			t.Errorf("%s: got %d, %v, want %d", name, got, err, want)
		}
	}
	for _, name := range []string{"RSS", "Empty", "Name"} {
		if _, err := field([]byte(status), name); err == nil {
			t.Errorf("%s was found", name)
		}
	}
}

func TestUsageOfThisProcess(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	u, err := usageOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if u.resident < 1<<20 || u.switches == 0 || u.machine <= 0 {
		t.Errorf("got %+v", u)
	}
}
