// Command year fills a clinic's whole year into records of either database,
// and measures what the pages of the console ask of the HTTP interface, what
// vesper verify makes of the year's archive, and how soon a server is ready
// with it. `make bench-year` writes the result into docs/performance.md.
//
// The interface runs in this process over the filled records; verify and the
// starting server are processes of their own. PostgreSQL is a server that it
// starts. It leaves nothing behind but what it was told to keep.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"vesper/auth"
	"vesper/cmd/vesper/bench/paper"
	"vesper/rooms/records"
	"vesper/rooms/storetest"
)

// settings are the flags.
type settings struct {
	engines string
	part    float64
	runs    int
	server  string
	write   string
	beside  string
	keep    string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "year:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	var s settings
	flags := flag.NewFlagSet("year", flag.ContinueOnError)
	flags.StringVar(&s.engines, "engines", "sqlite,postgres", "where to keep the records, one after the other")
	flags.Float64Var(&s.part, "part", 1, "how much of the year to fill")
	flags.IntVar(&s.runs, "runs", 9, "how often each page is asked for, at least 5")
	flags.StringVar(&s.server, "server", "bin/vesper", "the program that verifies and is started")
	flags.StringVar(&s.write, "write", "", "page to write the section into, as Markdown")
	flags.StringVar(&s.beside, "beside", "", "what else the machine did meanwhile, for the page")
	flags.StringVar(&s.keep, "keep", "", "folder that keeps the filled records of SQLite, to measure them again without filling")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || s.runs < 5 || s.part <= 0 || s.part > 1 {
		return errors.New("usage: year [-engines sqlite,postgres] [-part 1] [-runs 9] [-server bin/vesper] [-write FILE]")
	}
	size := wholeYear
	size.evenings = max(2*ahead, int(float64(size.evenings)*s.part))
	size.audit = max(1000, int(float64(size.audit)*s.part))
	var found []result
	for engine := range strings.SplitSeq(s.engines, ",") {
		one, err := measureEngine(ctx, engine, s, size)
		if err != nil {
			return fmt.Errorf("%s: %w", engine, err)
		}
		found = append(found, one)
	}
	text := section(paper.ThisMachine(ctx), s, size, found)
	fmt.Print(text)
	if s.write == "" {
		return nil
	}
	page, err := os.ReadFile(s.write)
	if err != nil {
		return err
	}
	return os.WriteFile(s.write, []byte(paper.WithSection(string(page), "year", text)), 0o644)
}

// result is what was measured on one database.
type result struct {
	engine string
	filled time.Duration
	size   int64 // bytes of the records
	pages  []timed
	proof  proof
	start  []time.Duration // of a server, to its readiness
}

// place is where the records of a year are.
type place struct {
	dir      string
	postgres string
	keys     *auth.Keys
	clock    *pastClock
}

func newPlace(dir, engine string) (p place, err error) {
	p = place{dir: dir, clock: newClock()}
	if engine == "postgres" {
		if p.postgres, err = storetest.PostgresDatabase(); err != nil {
			return p, err
		}
	} else if engine != "sqlite" {
		return p, errors.New("the engines are sqlite and postgres")
	}
	p.keys, err = auth.OpenKeys(filepath.Join(dir, "keys"))
	return p, err
}

func (p place) open(ctx context.Context) (*records.Records, error) {
	return records.Open(ctx, records.Options{Dir: p.dir, Postgres: p.postgres, Sealer: p.keys.Seal(), Fields: p.keys.Fields(), Clock: p.clock})
}

func measureEngine(ctx context.Context, engine string, s settings, size size) (found result, err error) {
	dir := s.keep
	if dir == "" || engine != "sqlite" {
		if dir, err = os.MkdirTemp("", "vesper-year-"); err != nil {
			return found, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	p, err := newPlace(dir, engine)
	if err != nil {
		return found, err
	}
	found.engine = engine
	y, err := p.fill(ctx, size, &found)
	if err != nil {
		return found, fmt.Errorf("fill: %w", err)
	}
	progress("%s: filled in %v", engine, found.filled.Round(time.Second))
	if err := p.measure(ctx, y, s, &found); err != nil {
		return found, err
	}
	for range s.runs {
		took, err := coldStart(ctx, s.server, p)
		if err != nil {
			return found, fmt.Errorf("cold start: %w", err)
		}
		found.start = append(found.start, took)
	}
	return found, nil
}

func (p place) fill(ctx context.Context, size size, found *result) (y *year, err error) {
	r, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	began := time.Now()
	if clinics, err := r.Clinics(ctx); err != nil || len(clinics) > 0 {
		if err == nil {
			y, err = recall(ctx, r, p.clock, size)
		}
		if err == nil { // as a server does after its start
			err = r.RefreshRows(ctx)
		}
		return y, err
	}
	y, err = fill(ctx, r, p.clock, size)
	found.filled = time.Since(began)
	return y, err
}

// measure opens the records anew, as after a restart.
func (p place) measure(ctx context.Context, y *year, s settings, found *result) (err error) {
	r, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	y.r = r
	o, err := openOffice(p, y)
	if err != nil {
		return err
	}
	defer o.close()
	if found.pages, err = o.measurePages(ctx, s.runs); err != nil {
		return err
	}
	if found.size, err = p.stored(ctx); err != nil {
		return err
	}
	found.proof, err = o.prove(ctx, s.server, p)
	return err
}

func progress(format string, values ...any) { fmt.Fprintf(os.Stderr, format+"\n", values...) }
