package api

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms"
	"vesper/rooms/attendance/week"
	"vesper/rooms/records"
	"vesper/rooms/schedule"
	"vesper/signaling/wire"
)

type weekQuery struct {
	Of      string `query:"of" doc:"any date of the week; default today in the clinic's zone" example:"2026-10-05"`
	Program string `query:"program" maxLength:"64" doc:"only people and sessions of one program"`
}

func (h *house) week(api huma.API) {
	huma.Register(api, operation("GET", "/week", "get-week", "Attended against prescribed, the payers' rules and what to look at", mayRead),
		func(ctx context.Context, in *weekQuery) (*body[week.View], error) {
			out, err := h.readWeek(ctx, *in)
			return &body[week.View]{out}, h.problemOf("read week", err)
		})
}

func (h *house) readWeek(ctx context.Context, q weekQuery) (week.View, error) {
	w, err := h.theWeek(ctx, callerOf(ctx).clinic, q.Of, rooms.ProgramID(q.Program))
	if err != nil {
		return week.View{}, err
	}
	view := week.Compute(w.Input)
	return view, h.wrote(ctx, "week.read", records.AuditEntry{Object: string(view.Start)})
}

// aWeek is what a week is computed from, with what its exports need beside it.
type aWeek struct {
	week.Input
	clinic   records.Clinic
	first    week.Date
	from, to time.Time
	judged   []records.Judged
	persons  []records.Person
}

// theWeek gathers the week that has a date; empty: today. What it is made of
// is read at the same time.
func (h *house) theWeek(ctx context.Context, clinic rooms.ClinicID, of string, program rooms.ProgramID) (w aWeek, err error) {
	if w, err = h.weekFrame(ctx, clinic, of); err != nil {
		return w, err
	}
	w.Program = program
	if program != "" {
		if _, err := h.Records.Program(ctx, clinic, program); err != nil {
			return w, err
		}
	}
	var series []schedule.Series
	var payers map[rooms.PersonID]*week.Payer
	var minutes map[rooms.PersonID]int64
	err = together(
		func() error { return h.weekSessions(ctx, clinic, &w) },
		func() (err error) { series, err = h.Records.ListSeries(ctx, clinic); return err },
		func() (err error) { w.persons, err = h.Records.PersonNames(ctx, clinic); return err },
		func() (err error) { payers, err = h.Records.PayersOn(ctx, clinic, w.first); return err },
		func() (err error) { minutes, err = h.prescribed(ctx, clinic, w.from, w.to); return err },
	)
	if err != nil {
		return w, err
	}
	programs := make(map[rooms.SeriesID]rooms.ProgramID, len(series))
	for _, s := range series {
		programs[s.ID] = s.Program
	}
	for i := range w.Sessions {
		w.Sessions[i].Program = programs[w.Sessions[i].Plan.Series]
	}
	w.weekPeople(payers, minutes)
	return w, nil
}

// together does several things at once and waits for all. The error is that of
// the first one, as they are listed, that failed.
func together(all ...func() error) error {
	failed := make([]error, len(all))
	var work sync.WaitGroup
	for i, do := range all {
		work.Go(func() { failed[i] = do() })
	}
	work.Wait()
	return cmp.Or(failed...)
}

// weekFrame is the week that has a date, without anything in it.
func (h *house) weekFrame(ctx context.Context, clinic rooms.ClinicID, of string) (w aWeek, err error) {
	if w.clinic, err = h.Records.Clinic(ctx, clinic); err != nil {
		return w, err
	}
	if w.Zone, err = time.LoadLocation(w.clinic.Zone); err != nil {
		return w, err
	}
	rules, err := h.Records.Rules(ctx, clinic)
	if err != nil {
		return w, err
	}
	w.Now, w.WeekStart, w.Of = h.Clock.Now(), rules.WeekStart, week.DateOf(h.Clock.Now(), w.Zone)
	if of != "" {
		if w.Of, err = week.ParseDate(of); err != nil {
			return w, badField("query.of", wantsDate)
		}
	}
	w.first = week.First(w.Of, w.WeekStart)
	w.from, w.to = week.Bounds(w.first, w.Zone)
	return w, nil
}

// weekSessions are the sessions of a week, without people and programs.
func (h *house) weekSessions(ctx context.Context, clinic rooms.ClinicID, w *aWeek) (err error) {
	if w.judged, err = h.Records.Judge(ctx, clinic, w.from, w.to); err != nil {
		return err
	}
	w.Sessions = make([]week.Session, len(w.judged))
	for i, j := range w.judged {
		w.Sessions[i] = weekSession(j)
	}
	return nil
}

// prescribed is the most of the first and the last moment of a week, so that
// one who begins or ends in it is not let off.
func (h *house) prescribed(ctx context.Context, clinic rooms.ClinicID, from, to time.Time) (map[rooms.PersonID]int64, error) {
	most := map[rooms.PersonID]int64{}
	for _, at := range []time.Time{from, to.Add(-time.Millisecond)} {
		sums, err := h.Records.Prescribed(ctx, clinic, at)
		if err != nil {
			return nil, err
		}
		for person, minutes := range sums {
			most[person] = max(most[person], int64(minutes))
		}
	}
	return most, nil
}

// ownWeek is a client's week so far, for themselves.
func (h *house) ownWeek(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID) (*wire.Week, error) {
	w, err := h.weekFrame(ctx, clinic, "")
	if err == nil {
		err = h.weekSessions(ctx, clinic, &w)
	}
	if err != nil {
		return nil, err
	}
	minutes, err := h.prescribed(ctx, clinic, w.from, w.to)
	if err != nil {
		return nil, err
	}
	who := week.Person{ID: person}
	if n, known := minutes[person]; known {
		who.Prescribed = &n
	}
	w.People = []week.Person{who}
	own := &wire.Week{Start: string(w.first)}
	for _, p := range week.Compute(w.Input).People {
		own.Attended = int(p.Attended)
		if p.Prescribed != nil {
			own.Prescribed = int(*p.Prescribed)
		}
	}
	return own, nil
}

func weekSession(j records.Judged) week.Session {
	return week.Session{
		Plan: j.Session.Plan, Title: j.Session.Title, Kind: string(j.Session.Kind), State: week.State(j.Session.Status),
		Final: j.Session.Sealed, Signed: j.Signed != nil, Rules: j.Rules, Rows: j.Rows, Roster: j.Roster,
	}
}

// weekPeople are the clinic's clients, with what is prescribed for them and
// whose rules hold.
func (w *aWeek) weekPeople(payers map[rooms.PersonID]*week.Payer, prescribed map[rooms.PersonID]int64) {
	for _, p := range w.persons {
		if p.Kind != records.ClientPerson || p.Guest || !w.shows(p.ID) {
			continue
		}
		person := week.Person{ID: p.ID, LegalName: p.LegalName, DisplayName: p.DisplayName, Payer: payers[p.ID]}
		if minutes, known := prescribed[p.ID]; known {
			person.Prescribed = &minutes
		}
		w.People = append(w.People, person)
	}
}

// shows reports whether a person belongs to the week's program.
func (w *aWeek) shows(person rooms.PersonID) bool {
	if w.Program == "" {
		return true
	}
	for _, s := range w.Sessions {
		if s.Program != w.Program {
			continue
		}
		if _, listed := s.Roster.Seat(person); listed {
			return true
		}
		for _, r := range s.Rows {
			if week.Whose(r) == person {
				return true
			}
		}
	}
	return false
}
