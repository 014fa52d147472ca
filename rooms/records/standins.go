package records

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/schedule"
)

// standRow is what one who takes somebody's place for an evening was told.
type standRow struct {
	bun.BaseModel `bun:"table:stand_ins_told"`
	Clinic        rooms.ClinicID  `bun:"clinic,pk"`
	Session       rooms.SessionID `bun:"session,pk"`
	Person        rooms.PersonID  `bun:"person,pk"`
	Link          string          `bun:"link"`
	Sequence      int             `bun:"sequence"`
	Hash          string          `bun:"hash"`
	Cancelled     bool            `bun:"cancelled"`
	SentAt        int64           `bun:"sent_at"`
}

// stand is somebody in one evening, and what is known of it. Without a seat
// they were told of an evening that is not theirs any more.
type stand struct {
	person  rooms.PersonID
	session sessionRow
	seat    *sessionSeatRow
	told    *standRow
	title   string
}

// wanted reports whether they are expected.
func (s stand) wanted() bool { return s.seat != nil && s.session.Status == Scheduled }

// known reports whether they believe to be expected.
func (s stand) known() bool { return s.told != nil && !s.told.Cancelled }

func (s stand) hash() (string, error) {
	text, err := encode([]any{s.session.Start, s.session.End, s.session.Zone, s.title})
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:]), err
}

// stale reports whether they have to be told something.
func (s stand) stale() (bool, error) {
	if !s.wanted() || !s.known() {
		return s.wanted() != s.known(), nil
	}
	hash, err := s.hash()
	return hash != s.told.Hash, err
}

// NewLink makes the secret of a link: its address, and the hash that is kept.
type NewLink func() (url, hash string)

// TellStandIns mails those who take somebody's place for an evening that has
// not begun: a link for it with a calendar, then what changes, and a
// cancellation when it is no longer theirs. Those without an address are left
// out. Repeating it changes nothing.
func (r *Records) TellStandIns(ctx context.Context, clinic rooms.ClinicID, organizer string, link NewLink) error {
	var stale []stand
	err := r.view(ctx, clinic, "look for stand-ins", func(ctx context.Context, db bun.IDB) error {
		all, err := r.stands(ctx, db, clinic)
		for _, one := range all {
			due, failed := one.stale()
			if err = errors.Join(err, failed); due {
				stale = append(stale, one)
			}
		}
		return err
	})
	if err != nil || len(stale) == 0 {
		return err
	}
	return r.change(ctx, clinic, "tell stand-ins", func(ctx context.Context, tx bun.Tx) error {
		all, err := r.stands(ctx, tx, clinic)
		if err != nil {
			return err
		}
		for _, one := range all {
			due, err := one.stale()
			if err == nil && due {
				err = r.tellStandIn(ctx, tx, one, organizer, link)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// stands are those who were told of an evening that is still to come, or are
// to be told.
func (r *Records) stands(ctx context.Context, db bun.IDB, clinic rooms.ClinicID) ([]stand, error) {
	const coming = "session IN (SELECT id FROM sessions WHERE clinic = ? AND status IN (?, ?) AND start_ms > ?)"
	now := ms(r.clock.Now())
	seats, err := many[sessionSeatRow](ctx, db, "created_at, id",
		"clinic = ? AND origin = ? AND "+coming+" AND person IN (SELECT id FROM persons WHERE clinic = ? AND email <> '')",
		clinic, substituteOrigin, clinic, Scheduled, Cancelled, now, clinic)
	if err != nil {
		return nil, err
	}
	told, err := many[standRow](ctx, db, "sent_at, session, person", "clinic = ? AND "+coming, clinic, clinic, Scheduled, Cancelled, now)
	if err != nil || len(seats)+len(told) == 0 {
		return nil, err
	}
	house, err := one[clinicRow](ctx, db, "", "id = ?", clinic)
	if err != nil {
		return nil, err
	}
	var all []stand
	at := func(session rooms.SessionID, person rooms.PersonID) *stand {
		for i := range all {
			if all[i].session.ID == session && all[i].person == person {
				return &all[i]
			}
		}
		all = append(all, stand{person: person, session: sessionRow{ID: session}, title: house.NeutralTitle})
		return &all[len(all)-1]
	}
	for i := range told {
		at(told[i].Session, told[i].Person).told = &told[i]
	}
	for i := range seats {
		at(seats[i].Session, seats[i].Person).seat = &seats[i]
	}
	for i := range all {
		if all[i].session, err = one[sessionRow](ctx, db, "", "clinic = ? AND id = ?", clinic, all[i].session.ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (r *Records) tellStandIn(ctx context.Context, tx bun.Tx, s stand, organizer string, link NewLink) error {
	now := r.clock.Now()
	mail, err := r.mailTo(ctx, tx, s.session.Clinic, s.person)
	if err != nil && !errors.Is(err, ErrNoAddress) {
		return err
	}
	row := standRow{Clinic: s.session.Clinic, Session: s.session.ID, Person: s.person, SentAt: ms(now), Cancelled: !s.wanted()}
	if s.told != nil {
		row.Link, row.Sequence = s.told.Link, s.told.Sequence+1
	}
	if row.Hash, err = s.hash(); err != nil {
		return err
	}
	mail.Start, mail.Zone = at(s.session.Start), s.session.Zone
	topic := UpdateMail
	switch {
	case row.Cancelled:
		topic, err = CancellationMail, takeBack(ctx, tx, row)
	case !s.known():
		url, hash := link()
		topic, mail.URL = StandInMail, url
		row.Link, err = r.lendTo(ctx, tx, s, hash)
	default: // the link lasts until the evening's door closes, wherever that is now
		_, err = tx.NewUpdate().Table("invitations").Set("not_after = ?", lentUntil(s.session)).
			Where("clinic = ? AND id = ?", row.Clinic, row.Link).Exec(ctx)
	}
	if err != nil {
		return err
	}
	if mail.To != "" {
		if err := r.enqueueStandIn(ctx, tx, s, row, topic, mail, organizer); err != nil {
			return err
		}
	}
	_, err = tx.NewInsert().Model(&row).On("CONFLICT (clinic, session, person) DO UPDATE").
		Set("link = EXCLUDED.link, sequence = EXCLUDED.sequence, hash = EXCLUDED.hash, cancelled = EXCLUDED.cancelled, sent_at = EXCLUDED.sent_at").Exec(ctx)
	return err
}

// takeBack withdraws the link of an evening.
func takeBack(ctx context.Context, tx bun.Tx, row standRow) error {
	_, err := tx.NewUpdate().Table("invitations").Set("revoked_at = ?", row.SentAt).
		Where("clinic = ? AND id = ? AND revoked_at = 0", row.Clinic, row.Link).Exec(ctx)
	return err
}

func (r *Records) enqueueStandIn(ctx context.Context, tx bun.Tx, s stand, row standRow, topic string, mail Mail, organizer string) error {
	series, err := oneSeries(ctx, tx, s.session.Clinic, s.session.Series)
	if err != nil {
		return err
	}
	if series, err = s.session.alone(series); err != nil {
		return err
	}
	method := schedule.Request
	if row.Cancelled {
		method = schedule.Cancel
	}
	text, err := schedule.ICS(method, schedule.Invite{
		// As in the feed of staff, so that it stands in no calendar twice.
		UID: schedule.UID(series.ID, s.session.ID), Sequence: row.Sequence, Stamp: r.clock.Now(), Series: series,
		Summary: s.title, Organizer: organizer, Attendee: mail.To,
	})
	if err != nil {
		return err
	}
	mail.Method, mail.Calendar = string(method), string(text)
	return r.enqueue(ctx, tx, Message{
		Clinic: s.session.Clinic, Kind: MailMessage, Topic: topic, Target: string(s.person), Ref: string(s.session.ID), Mail: mail,
		GiveUp: at(s.session.End),
	})
}

// alone is a series that is this evening only, at the time that it has now.
func (s sessionRow) alone(series schedule.Series) (schedule.Series, error) {
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return series, err
	}
	start, err := schedule.ParseLocalTime(at(s.Start).In(zone).Format("2006-01-02T15:04"))
	series.Rule, series.Start, series.Zone, series.Duration = "FREQ=DAILY;COUNT=1", start, s.Zone, at(s.End).Sub(at(s.Start))
	series.Except, series.Moves = nil, nil
	return series, err
}
