package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"vesper/rooms"
	"vesper/rooms/attendance"
)

// timed is what one page's data took.
type timed struct {
	name  string
	times []time.Duration
	bytes int  // of the last answer
	page  bool // held against what a page may take
}

// limit is what any page's data may take.
const limit = 200 * time.Millisecond

// step is one thing to measure; do is given the number of the run.
type step struct {
	name string
	do   func(ctx context.Context, n int) ([]byte, error)
	file bool // a file that is waited for, rather than a page
}

// get asks for one path every time, or for another one in each run.
func (o *office) get(name string, path func(n int) string) step {
	return step{name: name, do: func(ctx context.Context, n int) ([]byte, error) { return o.ask(ctx, "GET", path(n), nil) }}
}

func (o *office) search(name, text string) step {
	return step{name: name, do: func(ctx context.Context, _ int) ([]byte, error) {
		return o.ask(ctx, "POST", "/persons/search", map[string]any{"q": text})
	}}
}

func always(path string) func(int) string { return func(int) string { return path } }

func day(t time.Time) string { return t.Format(time.DateOnly) }

func span(path string, from, to time.Time) string {
	return path + "?" + url.Values{"from": {from.Format(time.RFC3339)}, "to": {to.Format(time.RFC3339)}}.Encode()
}

// week is the Monday of a week that the runs before did not look at.
func (o *office) week(n int) time.Time {
	weeks := max(1, o.size.evenings/3-2*ahead/3)
	return firstEvening.AddDate(0, 0, 7*(n%weeks))
}

// some picks an evening and a client of it, another one in each run.
func (o *office) some(n int) (evening, rooms.PersonID) {
	e := o.evenings[(n*7919+len(o.evenings)/3)%len(o.evenings)]
	return e, e.people[1+n%(len(e.people)-1)]
}

// steps are the pages of the console that read more the longer a clinic works.
func (o *office) steps() []step {
	session := func(path string) func(int) string {
		return func(n int) string {
			e, _ := o.some(n)
			return "/sessions/" + string(e.session) + path
		}
	}
	person := func(path string) func(int) string {
		return func(n int) string {
			_, p := o.some(n)
			return "/persons/" + string(p) + path
		}
	}
	now, month := o.clock.Now(), o.middle.AddDate(0, 1, 0)
	return []step{
		o.get("week, for the first time", func(n int) string { return "/week?of=" + day(o.week(n)) }),
		o.get("week, again", always("/week?of="+day(o.week(0)))),
		o.get("this week, half of it to come", always("/week")),
		o.exports("csv"), o.exports("html"), o.exports("pdf"), o.exports("fhir"),
		o.get("sessions of 16 days", always("/sessions")),
		o.get("sessions of a week", always(span("/sessions", o.middle, o.middle.AddDate(0, 0, 7)))),
		o.get("sessions of a month", always(span("/sessions", o.middle, month))),
		o.get("sessions of the year, first page", always(span("/sessions", firstEvening, now))),
		o.get("unsigned sessions", always("/sessions?unsigned=true")),
		o.get("people, first page", always("/persons?kind=client")),
		o.search("people, search for a name", "castillo"),
		o.search("people, search in vain", "nobody"),
		o.get("one person", person("")),
		o.get("seats of a series", func(n int) string { return "/series/" + string(o.series[n%len(o.series)]) + "/seats" }),
		o.get("series", always("/series")),
		o.get("programs", always("/programs")),
		o.get("a session's review", session("/review")),
		o.get("a session's attendance", session("/attendance")),
		o.get("a session's doors", session("/doors")),
		o.get("a session's evidence bundle", session("/evidence")),
		o.get("checkpoints", always("/checkpoints")),
		o.get("a person's trend", person("/trend")),
		o.get("audit log, newest", always("/audit")),
		o.get("audit log, of a person", func(n int) string {
			_, p := o.some(n)
			return "/audit?person=" + string(p)
		}),
		o.get("audit log, of a month", always(span("/audit", o.middle, month))),
		o.get("audit log, of a person in a month", func(n int) string {
			_, p := o.some(n)
			return span("/audit", firstEvening, firstEvening.AddDate(0, 1, 0)) + "&person=" + string(p)
		}),
	}
}

func (o *office) exports(kind string) step {
	return step{name: "week as " + kind, file: true, do: func(ctx context.Context, _ int) ([]byte, error) {
		return o.export(ctx, map[string]any{"kind": kind, "week": day(o.middle)})
	}}
}

// measurePages times each step. The first answer is of the first time that
// anybody asks since the start.
func (o *office) measurePages(ctx context.Context, runs int) ([]timed, error) {
	var all []timed
	for _, s := range o.steps() {
		t := timed{name: s.name, page: !s.file}
		for n := range runs {
			if s.file { // those before run out, so that there is room
				if err := o.later(16 * time.Minute); err != nil {
					return nil, err
				}
			}
			began := time.Now()
			out, err := s.do(ctx, n)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
			t.times, t.bytes = append(t.times, time.Since(began)), len(out)
		}
		progress("  %-36s %8s %8s %7d kB", t.name, millis(t.median()), millis(t.p95()), t.bytes/1000)
		all = append(all, t)
	}
	rows, err := o.computeRows(ctx, runs)
	return append(all, rows), err
}

// computeRows times the rows of a session from its journal.
func (o *office) computeRows(ctx context.Context, runs int) (timed, error) {
	t := timed{name: "rows of a session, from its journal", page: true}
	for n := range max(runs, 50) {
		e, _ := o.some(n)
		began := time.Now()
		session, err := o.r.Session(ctx, o.clinic, e.session)
		if err != nil {
			return t, err
		}
		evidence, err := o.r.Journal(ctx, o.clinic, e.session)
		if err != nil {
			return t, err
		}
		roster, err := o.r.Roster(ctx, o.clinic, e.session)
		if err != nil {
			return t, err
		}
		rules, err := o.r.SessionRules(ctx, session)
		if err != nil {
			return t, err
		}
		if got := attendance.Compute(session.Plan, roster, evidence, rules); len(got) != len(e.people) {
			return t, errors.New("not everybody has a row")
		}
		t.times = append(t.times, time.Since(began))
	}
	progress("  %-36s %8s %8s", t.name, millis(t.median()), millis(t.p95()))
	return t, nil
}

func (t timed) median() time.Duration { return middle(t.times) }

// p95 is a time that was measured, which 95 of 100 are not above.
func (t timed) p95() time.Duration {
	sorted := slices.Sorted(slices.Values(t.times))
	return sorted[(len(sorted)*95+99)/100-1]
}

func middle(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}
