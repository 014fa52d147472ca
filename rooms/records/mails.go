package records

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"vesper/auth"
	"vesper/rooms"
)

// ErrNoAddress: the person has no mail address.
var ErrNoAddress = errors.New("the person has no mail address")

// MailSettings are what a clinic decides about mails.
type MailSettings struct {
	// Reminders are how long before a session its people are reminded. Empty:
	// never.
	Reminders []time.Duration
}

// defaultMailSettings are those of a clinic that decided nothing.
var defaultMailSettings = MailSettings{Reminders: []time.Duration{3 * time.Hour}}

type mailSettingsRow struct {
	bun.BaseModel `bun:"table:mail_settings"`
	Clinic        rooms.ClinicID `bun:"clinic,pk"`
	Reminders     string         `bun:"reminders"` // minutes
}

// MailSettings are a clinic's, or the default.
func (r *Records) MailSettings(ctx context.Context, clinic rooms.ClinicID) (settings MailSettings, err error) {
	row, err := find[mailSettingsRow](ctx, r, clinic, "find mail settings", "", "clinic = ?", clinic)
	if errors.Is(err, rooms.ErrNotFound) {
		return defaultMailSettings, nil
	}
	if err != nil {
		return settings, err
	}
	minutes, err := decode[[]int](row.Reminders)
	for _, m := range minutes {
		settings.Reminders = append(settings.Reminders, time.Duration(m)*time.Minute)
	}
	return settings, err
}

// SetMailSettings changes a clinic's.
func (r *Records) SetMailSettings(ctx context.Context, clinic rooms.ClinicID, settings MailSettings) error {
	minutes := make([]int, 0, len(settings.Reminders))
	for _, lead := range settings.Reminders {
		minutes = append(minutes, int(lead/time.Minute))
	}
	column, err := encode(minutes)
	if err != nil {
		return fmt.Errorf("set mail settings: %w", err)
	}
	row := mailSettingsRow{Clinic: clinic, Reminders: column}
	return r.change(ctx, clinic, "set mail settings", func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&row).On("CONFLICT (clinic) DO UPDATE").Set("reminders = EXCLUDED.reminders").Exec(ctx)
		if dangling(err) {
			return rooms.ErrNotFound
		}
		return err
	})
}

// reminderRow is the one column of a person that is ours.
type reminderRow struct {
	bun.BaseModel `bun:"table:persons"`
	ID            rooms.PersonID `bun:"id,pk"`
	None          bool           `bun:"no_reminders"`
}

// WantsReminders reports whether a person is reminded.
func (r *Records) WantsReminders(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID) (bool, error) {
	row, err := find[reminderRow](ctx, r, clinic, "find person", "", "clinic = ? AND id = ?", clinic, person)
	return !row.None, err
}

// SetReminders says whether a person is reminded.
func (r *Records) SetReminders(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID, wanted bool) error {
	return r.change(ctx, clinic, "set reminders", func(ctx context.Context, tx bun.Tx) error {
		return changed(tx.NewUpdate().Table("persons").Set("no_reminders = ?", !wanted).
			Where("clinic = ? AND id = ?", clinic, person).Exec(ctx))
	})
}

// SendInvitation makes a fresh personal link for a seat, withdraws the former
// ones and mails it, together with the calendar, whole or not at all. The
// link's secret is nowhere but in the sealed mail, and there only until it is
// sent. Clinic, Seat and Hash of the link are needed; organizer is the address
// that the calendar names. ErrNoAddress, ErrDischarged.
func (r *Records) SendInvitation(ctx context.Context, link auth.Invitation, url, organizer string) (auth.Invitation, error) {
	now := r.clock.Now()
	row := invitationRow{
		ID: rooms.NewID(), Clinic: link.Clinic, Seat: link.Seat, Hash: link.Hash, NotBefore: ms(link.NotBefore),
		NotAfter: ms(link.NotAfter), CreatedAt: ms(now), SentAt: ms(now),
	}
	err := r.change(ctx, row.Clinic, "send invitation", func(ctx context.Context, tx bun.Tx) error {
		seat, err := one[seatRow](ctx, tx, "", "clinic = ? AND id = ?", row.Clinic, row.Seat)
		if err == nil && seat.DischargedAt != 0 {
			err = ErrDischarged
		}
		if err != nil {
			return err
		}
		mail, err := r.mailTo(ctx, tx, seat.Clinic, seat.Person)
		if err != nil {
			return err
		}
		if mail.Calendar, err = r.firstCalendar(ctx, tx, seat, mail, organizer); err != nil {
			return err
		}
		mail.URL, mail.Method = url, "REQUEST"
		if err := revokeAll(ctx, tx, row.Clinic, row.Seat, row.CreatedAt); err != nil {
			return err
		}
		row.Series, row.Person = seat.Series, seat.Person
		made(ctx, row.ID, row.Person)
		if err := insert(ctx, tx, &row); err != nil {
			return err
		}
		return r.enqueue(ctx, tx, Message{
			Clinic: row.Clinic, Kind: MailMessage, Key: "invitation/" + row.ID, Topic: InvitationMail,
			Target: string(row.Person), Ref: row.ID, Mail: mail,
		})
	})
	if err != nil {
		return auth.Invitation{}, err
	}
	return row.noun()
}

// mailTo begins a mail to a person. ErrNoAddress.
func (r *Records) mailTo(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, id rooms.PersonID) (Mail, error) {
	row, err := one[personRow](ctx, db, "", "clinic = ? AND id = ?", clinic, id)
	if err != nil {
		return Mail{}, err
	}
	person, err := r.openPerson(row)
	if err != nil {
		return Mail{}, err
	}
	if person.Email == "" {
		return Mail{}, ErrNoAddress
	}
	house, err := one[clinicRow](ctx, db, "", "id = ?", clinic)
	return Mail{To: person.Email, Language: person.Language, Title: house.NeutralTitle}, err
}

// UpcomingSessions lists a clinic's sessions that start in [from, to) and are
// neither cancelled nor over.
func (r *Records) UpcomingSessions(ctx context.Context, clinic rooms.ClinicID, from, to time.Time) (sessions []Session, err error) {
	err = r.view(ctx, clinic, "list upcoming sessions", func(ctx context.Context, db bun.IDB) error {
		rows, err := selectSessions(ctx, db, 0, "start_ms, id",
			"clinic = ? AND start_ms >= ? AND start_ms < ? AND status IN (?, ?)", clinic, ms(from), ms(to), Scheduled, Opened)
		if err != nil {
			return err
		}
		sessions, err = convert(rows, sessionRow.noun)
		return err
	})
	return sessions, err
}

// Remind puts one reminder into the outbox for everybody on a session's roster
// who comes by a link, has an address and wants it. Repeating it changes
// nothing.
func (r *Records) Remind(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID, lead time.Duration) error {
	var todo []rooms.PersonID
	err := r.view(ctx, clinic, "remind", func(ctx context.Context, db bun.IDB) (err error) {
		_, todo, err = toRemind(ctx, db, clinic, session, lead)
		return err
	})
	if err != nil || len(todo) == 0 { // most rounds end here, without a write
		return err
	}
	return r.change(ctx, clinic, "remind", func(ctx context.Context, tx bun.Tx) error {
		row, todo, err := toRemind(ctx, tx, clinic, session, lead)
		if err != nil {
			return err
		}
		for _, person := range todo {
			mail, err := r.mailTo(ctx, tx, clinic, person)
			if errors.Is(err, ErrNoAddress) {
				continue
			}
			if err != nil {
				return err
			}
			mail.Start, mail.Zone = at(row.Start), row.Zone
			err = r.enqueue(ctx, tx, Message{
				Clinic: clinic, Kind: MailMessage, Key: reminderKey(session, person, lead), Topic: ReminderMail,
				Target: string(person), Ref: string(session), Mail: mail, GiveUp: at(row.Start),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func reminderKey(session rooms.SessionID, person rooms.PersonID, lead time.Duration) string {
	return fmt.Sprintf("reminder/%s/%s/%d", session, person, int(lead/time.Minute))
}

// toRemind are those on a session's roster to whom no reminder was made yet.
func toRemind(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, id rooms.SessionID, lead time.Duration) (sessionRow, []rooms.PersonID, error) {
	session, err := one[sessionRow](ctx, db, "", "clinic = ? AND id = ?", clinic, id)
	if err != nil || session.Status != Scheduled && session.Status != Opened {
		return session, nil, err
	}
	roster, err := rosterOf(ctx, db, session)
	if err != nil {
		return session, nil, err
	}
	var keys []string
	wanted := map[string]rooms.PersonID{}
	for _, seat := range roster {
		if !seat.Role.Staff() {
			key := reminderKey(id, seat.Person, lead)
			keys, wanted[key] = append(keys, key), seat.Person
		}
	}
	if len(keys) == 0 {
		return session, nil, nil
	}
	made, err := many[messageRow](ctx, db, "id", "clinic = ? AND kind = ? AND dedupe IN (?)", clinic, MailMessage, bun.List(keys))
	for _, message := range made {
		delete(wanted, message.Dedupe)
	}
	if err != nil || len(wanted) == 0 {
		return session, nil, err
	}
	people := make([]rooms.PersonID, 0, len(wanted))
	for _, person := range wanted {
		people = append(people, person)
	}
	slices.Sort(people)
	var reachable []rooms.PersonID
	err = db.NewSelect().Table("persons").Column("id").
		Where("clinic = ? AND id IN (?) AND no_reminders = ? AND email <> ''", clinic, bun.List(people), false).
		Where("EXISTS (SELECT 1 FROM invitations WHERE invitations.clinic = persons.clinic AND invitations.person = persons.id AND invitations.series = ? AND invitations.revoked_at = 0)", session.Series).
		OrderExpr("id").Scan(ctx, &reachable)
	return session, reachable, err
}
