package records

import (
	"context"
	"crypto/rand"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/ledger"
)

// Judged is a session with the rows that come of its journal.
type Judged struct {
	Session Session
	Roster  rooms.Roster
	Rules   attendance.Rules
	Rows    []attendance.Record // none before it opens
	Signed  *Signature          // nil: it is not
}

// keptRow holds rows of a sealed session; see the migration.
type keptRow struct {
	bun.BaseModel `bun:"table:session_rows"`
	Clinic        rooms.ClinicID  `bun:"clinic,pk"`
	Session       rooms.SessionID `bun:"session,pk"`
	Head          string          `bun:"head"`
	Build         string          `bun:"build"`
	Judged        string          `bun:"judged"`
	KeptAt        int64           `bun:"kept_at"`
}

// buildID names what computed the rows: another build may compute others. One
// that can't be named keeps rows for this process alone.
var buildID = sync.OnceValue(func() string {
	var revision, modified string
	if info, known := debug.ReadBuildInfo(); known {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				revision = s.Value
			case "vcs.modified":
				modified = s.Value
			}
		}
	}
	if revision == "" || modified != "false" {
		return rand.Text()
	}
	return revision
})

// Judge computes the rows of the sessions of a clinic that start in [from,
// to), as of now for those that are not sealed. What was computed of a sealed
// one is kept, and not computed again until something is added to its chain.
// It is for screens and exports: evidence is always computed anew.
func (r *Records) Judge(ctx context.Context, clinic rooms.ClinicID, from, to time.Time) ([]Judged, error) {
	return r.judge(ctx, clinic, "clinic = ? AND start_ms >= ? AND start_ms < ?", clinic, from.UnixMilli(), to.UnixMilli())
}

// JudgeOne is Judge for one session.
func (r *Records) JudgeOne(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) (Judged, error) {
	all, err := r.judge(ctx, clinic, "clinic = ? AND id = ?", clinic, session)
	if err == nil && len(all) == 0 {
		err = rooms.ErrNotFound
	}
	if err != nil {
		return Judged{}, err
	}
	return all[0], nil
}

func (r *Records) judge(ctx context.Context, clinic rooms.ClinicID, where string, args ...any) (all []Judged, err error) {
	var fresh []keptRow
	kept := map[int]string{} // rows to read, by place in all
	err = r.view(ctx, clinic, "judge sessions", func(ctx context.Context, db bun.IDB) error {
		rows, err := selectSessions(ctx, db, 0, "start_ms, id", where, args...)
		if err != nil {
			return err
		}
		around, err := beside(ctx, db, clinic, rows)
		if err != nil {
			return err
		}
		for _, row := range rows {
			judged, keep, err := r.judgeRow(ctx, db, row, around)
			if err != nil {
				return err
			}
			if found, fits := around.keptRows(row); fits {
				kept[len(all)] = found
			}
			all = append(all, judged)
			if keep != nil {
				fresh = append(fresh, *keep)
			}
		}
		return nil
	})
	if err == nil {
		err = readKept(all, kept)
	}
	if err != nil || len(fresh) == 0 {
		return all, err
	}
	if err := r.keepRows(ctx, clinic, fresh); err != nil {
		r.logger.Warn("computed rows could not be kept", "clinic", clinic, "error", err) // they are only for speed
	}
	return all, nil
}

// judgeRow judges one session. What is worth keeping is returned beside it.
func (r *Records) judgeRow(ctx context.Context, db bun.IDB, row sessionRow, around surroundings) (j Judged, keep *keptRow, err error) {
	if j.Session, err = row.noun(); err != nil {
		return j, nil, err
	}
	if j.Roster, err = rosterFrom(row, around.seats[row.Series], around.only[row.ID]); err != nil {
		return j, nil, err
	}
	if j.Rules, err = rulesOf(ctx, db, row, around.rules); err != nil || row.Status == Scheduled || row.Status == Cancelled {
		return j, nil, err
	}
	if !row.Sealed {
		j.Rows, err = r.compute(ctx, db, j)
		return j, nil, err
	}
	if j.Signed, err = signOff(around.seals[row.ID], around.signed[row.ID]); err != nil {
		return j, nil, err
	}
	if _, fits := around.keptRows(row); fits {
		return j, nil, nil // read later
	}
	if j.Rows, err = r.compute(ctx, db, j); err != nil {
		return j, nil, err
	}
	text, err := pack(attendance.WithoutNames(j.Rows))
	return j, &keptRow{Clinic: row.Clinic, Session: row.ID, Head: around.heads[row.ID], Build: buildID(), Judged: text, KeptAt: ms(r.clock.Now())}, err
}

// readKept reads rows that were kept, on all cores.
func readKept(all []Judged, kept map[int]string) error {
	var work sync.WaitGroup
	places, failed := make(chan int), make(chan error, len(kept))
	for range min(runtime.GOMAXPROCS(0), len(kept)) {
		work.Go(func() {
			for n := range places {
				rows, err := unpack[[]attendance.Record](kept[n])
				named(rows, all[n].Roster)
				all[n].Rows = rows
				failed <- err
			}
		})
	}
	for n := range kept {
		places <- n
	}
	close(places)
	work.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

// compute judges from the journal.
func (r *Records) compute(ctx context.Context, db bun.IDB, j Judged) ([]attendance.Record, error) {
	entries, err := many[entryRow](ctx, db, "n", "session = ?", j.Session.Session)
	if err != nil {
		return nil, err
	}
	journal, err := convert(entries, entryRow.event)
	if err != nil {
		return nil, err
	}
	if j.Session.Sealed {
		return attendance.Compute(j.Session.Plan, j.Roster, journal, j.Rules), nil
	}
	return attendance.ComputeAt(j.Session.Plan, j.Roster, journal, j.Rules, r.clock.Now()), nil
}

// rulesOf finds the rules by which a session is judged, once a version.
func rulesOf(ctx context.Context, db bun.IDB, session sessionRow, known map[int]attendance.Rules) (attendance.Rules, error) {
	if rules, found := known[session.RulesVersion]; found {
		return rules, nil
	}
	where, args := "clinic = ?", []any{session.Clinic}
	if session.RulesVersion != 0 {
		where, args = where+" AND version = ?", append(args, session.RulesVersion)
	}
	row, err := one[rulesRow](ctx, db, "version DESC", where, args...)
	if err != nil {
		return attendance.Rules{}, err
	}
	rules, err := row.noun()
	known[session.RulesVersion] = rules
	return rules, err
}

// signOff is the genuine sign-off of a session, if there is one.
func signOff(sealed []sealRow, signed []signatureRow) (*Signature, error) {
	seals, err := convert(sealed, sealRow.noun)
	if err != nil || len(seals) < 2 {
		return nil, err
	}
	for _, s := range under(signed, seals) {
		if s.Kind == ledger.SignOff && s.Genuine {
			return &s, nil
		}
	}
	return nil, nil
}

// named gives rows the display names of the roster.
func named(rows []attendance.Record, roster rooms.Roster) {
	for i := range rows {
		if seat, listed := roster.Seat(rows[i].Person); listed {
			rows[i].DisplayName = seat.DisplayName
		}
	}
}

func (r *Records) keepRows(ctx context.Context, clinic rooms.ClinicID, rows []keptRow) error {
	return r.change(ctx, clinic, "keep computed rows", func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&rows).On("CONFLICT (clinic, session) DO UPDATE").
			Set("head = EXCLUDED.head, build = EXCLUDED.build, judged = EXCLUDED.judged, kept_at = EXCLUDED.kept_at").Exec(ctx)
		return err
	})
}
