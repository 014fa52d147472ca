package records

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// Moment of an evening at which scales are answered.
type Moment string

const (
	AtStart Moment = "start"
	AtEnd   Moment = "end"
)

// Answer is what a person said on a scale. It is their own and the staff's.
type Answer struct {
	Clinic  rooms.ClinicID
	Session rooms.SessionID
	Person  rooms.PersonID
	Scale   string
	Version int // of the scale, set by the records
	Moment  Moment
	Skipped bool
	Value   int // 0 to 10, unless skipped
	At      time.Time
}

// LogValue keeps what was answered out of logs.
func (a Answer) LogValue() slog.Value { return slog.StringValue(a.Scale) }

type answerRow struct {
	bun.BaseModel `bun:"table:scale_answers"`
	Clinic        rooms.ClinicID  `bun:"clinic,pk"`
	Session       rooms.SessionID `bun:"session,pk"`
	Person        rooms.PersonID  `bun:"person,pk"`
	Scale         string          `bun:"scale,pk"`
	Moment        Moment          `bun:"moment,pk"`
	Skipped       bool            `bun:"skipped,pk"`
	Version       int             `bun:"scale_version"`
	Score         int             `bun:"score"`
	AnsweredAt    int64           `bun:"answered_at"`
}

func (a answerRow) noun() (Answer, error) {
	return Answer{
		Clinic: a.Clinic, Session: a.Session, Person: a.Person, Scale: a.Scale, Version: a.Version,
		Moment: a.Moment, Skipped: a.Skipped, Value: a.Score, At: at(a.AnsweredAt),
	}, nil
}

// ErrValue: an answer is not from 0 to 10.
var ErrValue = errors.New("an answer is a number from 0 to 10")

// SaveAnswers keeps what a person answered. A zero At is now. The first value of a moment holds;
// what was skipped may be answered later. rooms.ErrNotFound: a scale that the clinic does not ask. ErrValue.
func (r *Records) SaveAnswers(ctx context.Context, clinic rooms.ClinicID, answers []Answer) error {
	if len(answers) == 0 {
		return nil
	}
	return r.change(ctx, clinic, "save answers", func(ctx context.Context, tx bun.Tx) error {
		newest, err := newestScales(ctx, tx, clinic)
		if err != nil {
			return err
		}
		rows := make([]answerRow, 0, len(answers))
		for _, a := range answers {
			scale, known := newest[a.Scale]
			switch {
			case !known, a.Clinic != clinic:
				return rooms.ErrNotFound
			case !a.Skipped && (a.Value < 0 || a.Value > 10):
				return fmt.Errorf("%d: %w", a.Value, ErrValue)
			case a.Skipped:
				a.Value = 0
			}
			if a.At.IsZero() {
				a.At = r.clock.Now()
			}
			rows = append(rows, answerRow{
				Clinic: clinic, Session: a.Session, Person: a.Person, Scale: a.Scale, Moment: a.Moment, Skipped: a.Skipped,
				Version: scale.Version, Score: a.Value, AnsweredAt: ms(a.At),
			})
		}
		return insertOnce(ctx, tx, &rows, "(clinic, session, person, scale, moment, skipped)")
	})
}

// Answers lists what a person answered, the earliest first.
func (r *Records) Answers(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID) ([]Answer, error) {
	return r.answers(ctx, clinic, "clinic = ? AND person = ?", clinic, person)
}

// SessionAnswers lists what everybody answered in a session.
func (r *Records) SessionAnswers(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) ([]Answer, error) {
	return r.answers(ctx, clinic, "clinic = ? AND session = ?", clinic, session)
}

func (r *Records) answers(ctx context.Context, clinic rooms.ClinicID, where string, args ...any) (list []Answer, err error) {
	err = r.view(ctx, clinic, "list answers", func(ctx context.Context, db bun.IDB) error {
		rows, err := many[answerRow](ctx, db, "answered_at, person, moment, scale", where, args...)
		if err != nil {
			return err
		}
		list, err = convert(rows, answerRow.noun)
		return err
	})
	return list, err
}
