// Command bench measures a server that is running: it starts `vesper demo` as
// a process of its own, lets a group join within a second, and says how long
// everybody waited for everybody's picture, and what a forwarded packet and a
// person cost. `make bench` writes the result into docs/performance.md.
//
// It knows the server only from outside: the HTTP interface, the client that
// anybody could use, and what /proc says of the process. Everything listens on
// loopback and ends with the command. /proc makes it a thing of Linux.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"vesper/cmd/vesper/bench/paper"
)

// settings are the flags.
type settings struct {
	runs     int
	people   int
	steady   time.Duration
	patience time.Duration
	server   string
	write    string
	json     bool
	micro    bool
}

// The widths of a room: what an evening has and what the server's slots hold.
const (
	fewest = 2
	most   = 12
)

func parse(args []string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&s.runs, "runs", 5, "how often to measure; medians are reported")
	flags.IntVar(&s.people, "people", 12, "how many join, besides the facilitator")
	flags.DurationVar(&s.steady, "steady", 10*time.Second, "how long to watch the room once everybody is there")
	flags.DurationVar(&s.patience, "patience", 30*time.Second, "how long to wait before each run for whatever else the machine does")
	flags.StringVar(&s.server, "server", "bin/vesper", "the program to measure")
	flags.StringVar(&s.write, "write", "", "file to write the report into, as Markdown")
	flags.BoolVar(&s.json, "json", false, "print all runs as JSON instead of the table")
	flags.BoolVar(&s.micro, "micro", true, "also run the Go benchmarks of the forwarding path")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	switch {
	case flags.NArg() > 0:
		return s, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case s.runs < 1:
		return s, errors.New("-runs is at least 1")
	case s.people < fewest || s.people > most:
		return s, fmt.Errorf("-people is %d to %d", fewest, most)
	case s.steady < time.Second:
		return s, errors.New("-steady is at least 1s")
	}
	return s, nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		err = bench(ctx, s)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench does all runs and reports them. Too many negotiations are an error,
// after the report, so that the numbers can be seen.
func bench(ctx context.Context, s settings) error {
	r := report{Machine: paper.ThisMachine(ctx), People: s.people, Steady: s.steady.String()}
	for n := range s.runs {
		progress("run %d of %d", n+1, s.runs)
		awaitCalm(ctx, s.patience)
		one, err := measure(ctx, s)
		if err != nil {
			return fmt.Errorf("run %d: %w", n+1, err)
		}
		progress("  all pictures after %.0f ms (p50), %.1f µs a packet, %.1f MB a person",
			one.FromSocket.P50, one.CPUPerPacket, one.MemoryPerPerson)
		r.Runs = append(r.Runs, one)
	}
	if s.micro {
		progress("Go benchmarks of the forwarding path")
		r.Micro = microBenchmarks(ctx)
	}
	r.Median = medians(r.Runs)
	if err := r.print(s); err != nil {
		return err
	}
	return r.check()
}

func (r report) print(s settings) error {
	if s.write != "" {
		page, err := r.page()
		if err != nil {
			return err
		}
		if kept, err := os.ReadFile(s.write); err == nil {
			page = keepYear(page, string(kept))
		}
		if err := os.WriteFile(s.write, page, 0o644); err != nil {
			return err
		}
		progress("wrote %s", s.write)
	}
	if s.json {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		return out.Encode(r)
	}
	_, err := fmt.Println(strings.TrimSpace(paper.Table(r.rows())))
	return err
}

// check holds the promise of one negotiation a person.
func (r report) check() error {
	for n, run := range r.Runs {
		if run.Negotiations.Min != 1 || run.Negotiations.Max != 1 {
			return fmt.Errorf("run %d: %d to %d negotiations a person, must be 1", n+1, run.Negotiations.Min, run.Negotiations.Max)
		}
	}
	return nil
}

func progress(format string, values ...any) { fmt.Fprintf(os.Stderr, format+"\n", values...) }
