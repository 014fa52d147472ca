package records

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/schedule"
)

type sessionRow struct {
	bun.BaseModel `bun:"table:sessions"`
	ID            rooms.SessionID `bun:"id,pk"`
	Clinic        rooms.ClinicID  `bun:"clinic"`
	Series        rooms.SeriesID  `bun:"series"`
	Kind          schedule.Kind   `bun:"kind"`
	RecurrenceID  string          `bun:"recurrence_id"`
	Start         int64           `bun:"start_ms"`
	End           int64           `bun:"end_ms"`
	Zone          string          `bun:"zone"`
	Segments      string          `bun:"segments"`
	Status        Status          `bun:"status"`
	Roster        string          `bun:"roster"` // empty until the first opening
	RulesVersion  int             `bun:"rules_version"`
	OpenedAt      int64           `bun:"opened_at"`
	EndedAt       int64           `bun:"ended_at"`
	SealCount     int             `bun:"seal_count"` // to find sessions by; what holds is in seals

	Title  string `bun:"title,scanonly"`
	Sealed bool   `bun:"sealed,scanonly"`
	Signed bool   `bun:"signed,scanonly"`
}

func (s sessionRow) plan() (rooms.Plan, error) {
	segments, err := covered[[]rooms.Segment](s.Segments)
	if err != nil {
		return rooms.Plan{}, fmt.Errorf("plan: %w", err)
	}
	return rooms.Plan{
		Clinic: s.Clinic, Session: s.ID, Series: s.Series,
		Start: at(s.Start), End: at(s.End), Zone: s.Zone, Segments: segments,
	}, nil
}

func (s sessionRow) noun() (Session, error) {
	plan, err := s.plan()
	return Session{
		Plan: plan, Title: s.Title, Kind: s.Kind, RecurrenceID: s.RecurrenceID, Status: s.Status, RulesVersion: s.RulesVersion,
		Frozen: s.Roster != "", OpenedAt: at(s.OpenedAt), EndedAt: at(s.EndedAt), Sealed: s.Sealed, Signed: s.Signed,
	}, err
}

// selectSessions adds what a Session tells beside its own row. Within a clinic
// only: the title is looked up under the session's own clinic.
func selectSessions(ctx context.Context, db bun.IDB, limit int, order, where string, args ...any) ([]sessionRow, error) {
	var rows []sessionRow
	query := db.NewSelect().Model(&rows).ColumnExpr("session_row.*").
		ColumnExpr("(SELECT title FROM series WHERE series.clinic = session_row.clinic AND series.id = session_row.series) AS title").
		ColumnExpr("EXISTS (SELECT 1 FROM seals WHERE seals.session = session_row.id) AS sealed").
		ColumnExpr("EXISTS (SELECT 1 FROM seals WHERE seals.session = session_row.id AND seals.n = 2) AS signed").
		Where(where, args...).OrderExpr(order)
	if limit > 0 {
		query = query.Limit(int64(limit))
	}
	err := query.Scan(ctx)
	return rows, err
}

// sessions is selectSessions within a clinic.
func (r *Records) sessions(ctx context.Context, clinic rooms.ClinicID, what string, limit int, order, where string, args ...any) (rows []sessionRow, err error) {
	err = r.view(ctx, clinic, what, func(ctx context.Context, db bun.IDB) (err error) {
		rows, err = selectSessions(ctx, db, limit, order, where, args...)
		if err == nil && limit == 1 && len(rows) == 0 {
			err = rooms.ErrNotFound
		}
		return err
	})
	return rows, err
}

// ListSessions lists the sessions of a clinic that start in [from, to).
func (r *Records) ListSessions(ctx context.Context, clinic rooms.ClinicID, from, to time.Time) ([]Session, error) {
	rows, err := r.sessions(ctx, clinic, "list sessions", 0, "start_ms, id",
		"clinic = ? AND start_ms >= ? AND start_ms < ?", clinic, from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return nil, err
	}
	return convert(rows, sessionRow.noun)
}

// SessionQuery asks for a page of a clinic's sessions that start in [From, To),
// the earliest first. Limit must be set.
type SessionQuery struct {
	From, To time.Time
	Unsigned bool // only those that are sealed and that nobody has signed
	Limit    int
	// The last session of the page before; empty: from the beginning.
	AfterStart time.Time
	After      rooms.SessionID
}

// FindSessions finds a page of sessions.
func (r *Records) FindSessions(ctx context.Context, clinic rooms.ClinicID, q SessionQuery) ([]Session, error) {
	where, args := "clinic = ? AND start_ms >= ? AND start_ms < ?", []any{clinic, q.From.UnixMilli(), q.To.UnixMilli()}
	if q.After != "" {
		where, args = where+" AND start_ms >= ? AND (start_ms > ? OR id > ?)", append(args, ms(q.AfterStart), ms(q.AfterStart), q.After)
	}
	if q.Unsigned {
		where += unsigned
	}
	var rows []sessionRow
	err := r.view(ctx, clinic, "find sessions", func(ctx context.Context, db bun.IDB) (err error) {
		rows, err = selectSessions(ctx, db, q.Limit, "start_ms, id", where, args...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return convert(rows, sessionRow.noun)
}

// unsigned are those with the machine's seal alone. The count finds them, the
// seals decide.
const unsigned = ` AND seal_count = 1 AND EXISTS (SELECT 1 FROM seals WHERE seals.clinic = session_row.clinic AND seals.session = session_row.id AND seals.n = 1)
	AND NOT EXISTS (SELECT 1 FROM seals WHERE seals.clinic = session_row.clinic AND seals.session = session_row.id AND seals.n = 2)`

// Session finds a session of a clinic.
func (r *Records) Session(ctx context.Context, clinic rooms.ClinicID, id rooms.SessionID) (Session, error) {
	rows, err := r.sessions(ctx, clinic, "find session", 1, "id", "clinic = ? AND id = ?", clinic, id)
	if err != nil {
		return Session{}, err
	}
	return rows[0].noun()
}

// SessionForSeat finds the session to which the holder of a seat comes at now:
// the one that runs or, with none, the next. rooms.ErrNotFound: there is none
// within the seat's dates.
func (r *Records) SessionForSeat(ctx context.Context, clinic rooms.ClinicID, seat rooms.SeatID, now time.Time) (Session, error) {
	held, err := r.Seat(ctx, clinic, seat)
	if err != nil {
		return Session{}, err
	}
	until := int64(1)<<62 - 1
	if !held.Until.IsZero() {
		until = ms(held.Until)
	}
	rows, err := r.sessions(ctx, clinic, "find session for seat", 1, "start_ms, id", "clinic = ? AND series = ? AND start_ms >= ? AND start_ms < ? AND "+notOver,
		clinic, held.Series, ms(held.From), until, Opened, ms(now.Add(-rooms.ClosesAfter)), Scheduled, ms(now))
	if err != nil {
		return Session{}, err
	}
	return rows[0].noun()
}

// notOver takes Opened, when such a session closes, Scheduled and now: one that
// nobody opened is over at its end.
const notOver = "(status = ? AND end_ms > ? OR status = ? AND end_ms > ?)"

// SessionForStandIn is SessionForSeat for one who takes the place of the
// seat's person, in the evenings for which they do.
func (r *Records) SessionForStandIn(ctx context.Context, clinic rooms.ClinicID, seat rooms.SeatID, person rooms.PersonID, now time.Time) (Session, error) {
	rows, err := r.sessions(ctx, clinic, "find session for stand-in", 1, "start_ms, id",
		`clinic = ? AND id IN (SELECT session FROM session_seats WHERE clinic = ? AND person = ? AND origin = ? AND replaces =
			(SELECT person FROM seats WHERE clinic = ? AND id = ?)) AND series = (SELECT series FROM seats WHERE clinic = ? AND id = ?) AND `+notOver,
		clinic, clinic, person, substituteOrigin, clinic, seat, clinic, seat, Opened, ms(now.Add(-rooms.ClosesAfter)), Scheduled, ms(now))
	if err != nil {
		return Session{}, err
	}
	return rows[0].noun()
}

// DueToOpen lists the sessions of all clinics whose door opens before t and
// that are neither ended nor cancelled, the earliest first. Among them are
// those that a crash or a pause left behind. It is for the installation's own
// errands.
func (r *Records) DueToOpen(ctx context.Context, t time.Time) ([]Session, error) {
	rows, err := r.sessions(ctx, everyClinic, "list sessions to open", 0, "start_ms, id",
		"status IN (?, ?) AND start_ms < ?", Scheduled, Opened, t.Add(rooms.DoorOpensBefore).UnixMilli())
	if err != nil {
		return nil, err
	}
	return convert(rows, sessionRow.noun)
}

// UpsertOccurrences plans the sessions of a series. An occurrence that is
// planned already keeps its id; its times change as long as the session is
// only scheduled. It returns the sessions in the order of the occurrences, and
// may be repeated. All must be the series' own.
func (r *Records) UpsertOccurrences(ctx context.Context, clinic rooms.ClinicID, series rooms.SeriesID, occurrences []schedule.Occurrence) ([]rooms.SessionID, error) {
	planned := make([]sessionRow, 0, len(occurrences))
	for _, o := range occurrences {
		row, err := plannedRow(o)
		if err != nil || o.Series != series || o.Clinic != clinic {
			return nil, fmt.Errorf("plan sessions: %w", errors.Join(err, rooms.ErrNotFound))
		}
		row.ID = rooms.SessionID(rooms.NewID())
		planned = append(planned, row)
	}
	ids := make([]rooms.SessionID, 0, len(planned))
	err := r.change(ctx, clinic, "plan sessions", func(ctx context.Context, tx bun.Tx) error {
		ids = ids[:0]
		for _, row := range planned {
			id, err := upsertSession(ctx, tx, row)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return ids, nil
}

func upsertSession(ctx context.Context, tx bun.Tx, row sessionRow) (rooms.SessionID, error) {
	kept, err := one[sessionRow](ctx, tx, "",
		"clinic = ? AND series = ? AND recurrence_id = ?", row.Clinic, row.Series, row.RecurrenceID)
	if errors.Is(err, rooms.ErrNotFound) {
		return row.ID, insert(ctx, tx, &row)
	}
	if err != nil || kept.Status != Scheduled {
		return kept.ID, err
	}
	_, err = tx.NewUpdate().Model(&row).Column("start_ms", "end_ms", "zone", "segments", "kind").
		Where("clinic = ? AND id = ?", kept.Clinic, kept.ID).Exec(ctx)
	return kept.ID, err
}

// CancelSession takes a session back that has not begun: its series skips that
// evening. ErrStarted: it has begun.
func (r *Records) CancelSession(ctx context.Context, clinic rooms.ClinicID, id rooms.SessionID) error {
	return r.skipSession(ctx, clinic, id, "cancel session", true)
}

// RestoreSession undoes CancelSession. ErrStarted: its time has come already.
// ErrNoEvening: its series gives no evening on that date any more.
func (r *Records) RestoreSession(ctx context.Context, clinic rooms.ClinicID, id rooms.SessionID) error {
	return r.skipSession(ctx, clinic, id, "restore session", false)
}

func (r *Records) skipSession(ctx context.Context, clinic rooms.ClinicID, id rooms.SessionID, what string, skip bool) error {
	session, err := r.Session(ctx, clinic, id)
	if err != nil {
		return err
	}
	day, err := schedule.ParseLocalDate(dayOf(session.RecurrenceID))
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	_, err = r.reschedule(ctx, clinic, session.Series, what, func(ctx context.Context, tx bun.Tx, kept schedule.Series) (schedule.Series, error) {
		dates, err := kept.On(day)
		if err != nil {
			return kept, err
		}
		for _, date := range dates {
			if date.RecurrenceID.LocalDate == day {
				return r.skip(ctx, tx, kept, day, skip)
			}
		}
		return kept, ErrNoEvening
	})
	return err
}
