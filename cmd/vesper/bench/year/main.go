// Command year fills a clinic's whole year into records of either database and
// measures what a page needs of it: the start, a week's and a year's list of
// sessions, and one session's evidence and rows.
//
// It uses the records as a server does, in this process, and leaves nothing
// behind but what it was told to keep.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/records"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "year:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("year", flag.ContinueOnError)
	postgres := flags.String("postgres", "", "address of an empty PostgreSQL database; without it a file is measured")
	dir := flags.String("dir", "", "data folder to fill and keep; by default a temporary one")
	part := flags.Float64("part", 1, "how much of the year's evenings to fill")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *dir == "" {
		if *dir, err = os.MkdirTemp("", "vesper-year-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(*dir)) }()
	}
	keys, err := auth.NewKeys()
	if err != nil {
		return err
	}
	s := wholeYear
	s.evenings = max(1, int(float64(s.evenings)**part))
	options := records.Options{Dir: *dir, Postgres: *postgres, Sealer: keys.Seal(), Fields: keys.Fields(), Clock: newClock()}
	return measure(ctx, options, s)
}

func newClock() *pastClock {
	c := &pastClock{Clock: rooms.SystemClock}
	c.ms.Store(firstEvening.UnixMilli())
	return c
}

// measure fills the year, starts anew on it and prints a line for each thing
// that a page asks for.
func measure(ctx context.Context, options records.Options, s size) error {
	r, err := records.Open(ctx, options)
	if err != nil {
		return err
	}
	began := time.Now()
	clinic, err := fill(ctx, r, s)
	took := time.Since(began)
	if err := errors.Join(err, r.Close()); err != nil {
		return err
	}
	sessions := s.series * s.evenings
	fmt.Printf("filled: %d sessions, %d entries in %v\n", sessions, sessions*s.entries, took.Round(time.Millisecond))
	began = time.Now()
	if r, err = records.Open(ctx, options); err != nil {
		return err
	}
	defer r.Close()
	fmt.Printf("%-34s %v\n", "cold start", time.Since(began).Round(10*time.Microsecond))
	return pages(ctx, r, clinic, s)
}

// pages times the reads. Each is run several times and the middle one counts.
func pages(ctx context.Context, r *records.Records, clinic rooms.ClinicID, s size) error {
	middle := firstEvening.AddDate(0, 0, 7*(s.evenings/6))
	var week []records.Session
	reads := []struct {
		name string
		read func() error
	}{
		{"sessions of a week", func() (err error) {
			week, err = r.ListSessions(ctx, clinic, middle, middle.AddDate(0, 0, 7))
			return err
		}},
		{"sessions of the year", func() error {
			_, err := r.ListSessions(ctx, clinic, firstEvening, firstEvening.AddDate(2, 0, 0))
			return err
		}},
		{"people of the clinic", func() error { _, err := r.Persons(ctx, clinic); return err }},
		{"evidence of a session", func() error { _, err := r.Evidence(ctx, clinic, week[0].Plan.Session); return err }},
		{"rows of a session, from its journal", func() error { return rows(ctx, r, week[0]) }},
	}
	for _, page := range reads {
		var times []time.Duration
		for range 9 {
			began := time.Now()
			if err := page.read(); err != nil {
				return fmt.Errorf("%s: %w", page.name, err)
			}
			times = append(times, time.Since(began))
		}
		slices.Sort(times)
		fmt.Printf("%-34s %v\n", page.name, times[len(times)/2].Round(10*time.Microsecond))
	}
	fmt.Printf("%-34s %d\n", "sessions in that week", len(week))
	return nil
}

// rows computes a session's attendance as a page does.
func rows(ctx context.Context, r *records.Records, session records.Session) error {
	journal, err := r.Journal(ctx, session.Clinic, session.Plan.Session)
	if err != nil {
		return err
	}
	roster, err := r.Roster(ctx, session.Clinic, session.Plan.Session)
	if err != nil {
		return err
	}
	rules, err := r.SessionRules(ctx, session)
	if err != nil {
		return err
	}
	if got := attendance.Compute(session.Plan, roster, journal, rules); len(got) == 0 {
		return errors.New("no rows")
	}
	return nil
}
