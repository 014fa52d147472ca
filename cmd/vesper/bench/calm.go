package main

import (
	"context"
	"os"
	"time"
)

// calmPercent is how much else may run on the machine before a run, in percent
// of one core.
const calmPercent = 15

// awaitCalm waits until the machine has little else to do, at most for as long
// as patience says. The report shows what else ran, so it is no error if it
// never gets calm.
func awaitCalm(ctx context.Context, patience time.Duration) {
	told := false
	for end := time.Now().Add(patience); ctx.Err() == nil && time.Now().Before(end); {
		before, err := machineBusy()
		if err != nil {
			return
		}
		start := time.Now()
		pause(ctx, 2*time.Second)
		after, err := machineBusy()
		if err != nil || 100*(after-before) <= calmPercent*time.Since(start) {
			return
		}
		if !told {
			told = true
			progress("  the machine is busy with something else; waiting up to %v for it", patience)
		}
	}
}

// machineBusy is the CPU time that everything on the machine has used.
func machineBusy() (time.Duration, error) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	return parseMachine(stat)
}
