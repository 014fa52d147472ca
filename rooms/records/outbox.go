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

// Kinds of messages.
const (
	MailMessage       = "mail"
	WebhookMessage    = "webhook"
	CheckpointMessage = "checkpoint" // by mail too, to the clinic itself
)

// States of a message.
const (
	Pending = "pending"
	Sent    = "sent"
	Dead    = "dead" // given up, or no longer wanted
)

// Topics of mails. Those of webhooks are in webhooks.go.
const (
	InvitationMail   = "invitation"
	UpdateMail       = "update"
	CancellationMail = "cancellation"
	ReminderMail     = "reminder"
	StandInMail      = "stand_in"
	CheckpointMail   = "checkpoint"
)

const (
	// giveUpAfter is how long a message is tried.
	giveUpAfter = 3 * 24 * time.Hour
	// forgetAfter is how long it is kept after that, without its contents.
	forgetAfter = 90 * 24 * time.Hour
)

// Message is something to tell to somebody, in the outbox.
type Message struct {
	Clinic rooms.ClinicID
	ID     string // made by Enqueue; the same at every attempt
	Kind   string
	// Key is unique among the clinic's messages of the kind: what has one
	// already is not told again. Empty: the ID.
	Key    string
	Topic  string
	Target string // the person or webhook that it is for
	Ref    string // the session, seat or link that it is about
	Mail   Mail   // of a mail or checkpoint
	Event  string // of a webhook: the body

	Due      time.Time // zero: now
	GiveUp   time.Time // zero: three days after Due
	Lane     string
	Attempts int
	State    string
	Fault    string // the code of the last failure
	Created  time.Time
	Done     time.Time
}

// LogValue keeps the contents out of logs.
func (m Message) LogValue() slog.Value { return slog.StringValue(m.ID) }

// Mail is what a mail is made of. The words are added when it is sent.
type Mail struct {
	To       string
	Language string
	Title    string // the clinic's neutral title
	URL      string // a personal link
	Start    time.Time
	Zone     string // of Start
	Method   string // of the calendar
	Calendar string
	File     string // an attached text, and its name
	FileName string
}

// LogValue keeps addresses and links out of logs.
func (Mail) LogValue() slog.Value { return slog.StringValue("mail") }

type messageRow struct {
	bun.BaseModel `bun:"table:outbox"`
	ID            string         `bun:"id,pk"`
	Clinic        rooms.ClinicID `bun:"clinic"`
	Kind          string         `bun:"kind"`
	Dedupe        string         `bun:"dedupe"`
	Topic         string         `bun:"topic"`
	Target        string         `bun:"target"`
	Ref           string         `bun:"ref"`
	Lane          string         `bun:"lane"`
	Payload       string         `bun:"payload"`
	Due           int64          `bun:"due_ms"`
	GiveUp        int64          `bun:"give_up_ms"`
	Lease         int64          `bun:"lease_ms"`
	Attempts      int            `bun:"attempts"`
	State         string         `bun:"state"`
	Fault         string         `bun:"fault"`
	CreatedAt     int64          `bun:"created_at"`
	DoneAt        int64          `bun:"done_at"`
}

// noun is the message without its contents.
func (m messageRow) noun() (Message, error) {
	return Message{
		Clinic: m.Clinic, ID: m.ID, Kind: m.Kind, Key: m.Dedupe, Topic: m.Topic, Target: m.Target, Ref: m.Ref, Lane: m.Lane,
		Due: at(m.Due), GiveUp: at(m.GiveUp), Attempts: m.Attempts, State: m.State, Fault: m.Fault,
		Created: at(m.CreatedAt), Done: at(m.DoneAt),
	}, nil
}

func (r *Records) openMessage(row messageRow) (Message, error) {
	message, err := row.noun()
	if err != nil {
		return message, err
	}
	payload, err := r.vault.Open(string(row.Clinic), "outbox", "payload", row.ID, row.Payload)
	if err != nil {
		return message, err
	}
	if row.Kind == WebhookMessage {
		message.Event = payload
		return message, nil
	}
	message.Mail, err = decode[Mail](payload)
	return message, err
}

// Enqueue puts a message into the outbox, unless one with its key is there.
// What tells of a change is put there by the change itself, see enqueue.
func (r *Records) Enqueue(ctx context.Context, message Message) error {
	return r.change(ctx, message.Clinic, "enqueue", func(ctx context.Context, tx bun.Tx) error {
		return r.enqueue(ctx, tx, message)
	})
}

// enqueue puts a message into the outbox in the transaction of what it tells
// of: neither is there without the other.
func (r *Records) enqueue(ctx context.Context, tx bun.Tx, m Message) (err error) {
	now := r.clock.Now()
	if m.ID == "" {
		m.ID = "msg_" + rooms.NewID()
	}
	if m.Key == "" {
		m.Key = m.ID
	}
	if m.Due.IsZero() {
		m.Due = now
	}
	if m.GiveUp.IsZero() {
		m.GiveUp = m.Due.Add(giveUpAfter)
	}
	payload, lane := m.Event, m.Target
	if m.Kind != WebhookMessage { // all mails share one server
		lane = "mail"
		if payload, err = encode(m.Mail); err != nil {
			return err
		}
	}
	row := messageRow{
		ID: m.ID, Clinic: m.Clinic, Kind: m.Kind, Dedupe: m.Key, Topic: m.Topic, Target: m.Target, Ref: m.Ref, Lane: lane,
		Due: ms(m.Due), GiveUp: ms(m.GiveUp), State: Pending, CreatedAt: ms(now),
	}
	if row.Payload, err = r.vault.Seal(string(m.Clinic), "outbox", "payload", m.ID, payload); err != nil {
		return err
	}
	_, err = tx.NewInsert().Model(&row).On("CONFLICT (clinic, kind, dedupe) DO NOTHING").Exec(ctx)
	if dangling(err) {
		return rooms.ErrNotFound
	}
	return err
}

// ClaimMessage takes the message of any clinic that is due longest, of one of
// the kinds and of none of the full lanes. Nobody else gets it before the
// lease is over; a node that dies with it loses it then. rooms.ErrNotFound:
// nothing is due. It is for the installation's own errands.
func (r *Records) ClaimMessage(ctx context.Context, kinds, full []string, lease time.Duration) (message Message, err error) {
	now := r.clock.Now()
	err = r.view(ctx, everyClinic, "look into the outbox", func(ctx context.Context, db bun.IDB) error {
		_, err := dueMessage(ctx, db, kinds, full, now)
		return err
	})
	if err != nil { // most looks end here, without a write
		return Message{}, err
	}
	found := false
	err = r.change(ctx, everyClinic, "claim message", func(ctx context.Context, tx bun.Tx) (err error) {
		message, found, err = r.claim(ctx, tx, kinds, full, now, lease)
		return err
	})
	if err == nil && !found {
		err = fmt.Errorf("claim message: %w", rooms.ErrNotFound)
	}
	return message, err
}

// claim buries what is no longer wanted, until it finds what is. Nothing found
// is no error, so that the burials stand.
func (r *Records) claim(ctx context.Context, tx bun.Tx, kinds, full []string, now time.Time, lease time.Duration) (Message, bool, error) {
	for {
		row, err := dueMessage(ctx, tx, kinds, full, now)
		if errors.Is(err, rooms.ErrNotFound) {
			return Message{}, false, nil
		}
		if err != nil {
			return Message{}, false, err
		}
		message, fault, err := r.wanted(ctx, tx, row, now)
		if err == nil && fault != "" {
			err = bury(ctx, tx, row.ID, fault, ms(now))
		}
		if err != nil {
			return Message{}, false, err
		}
		if fault != "" {
			continue
		}
		message.Attempts++
		err = changed(tx.NewUpdate().Table("outbox").Set("lease_ms = ?", ms(now.Add(lease))).Set("attempts = attempts + 1").
			Where("id = ? AND state = ? AND lease_ms = ? AND attempts = ?", row.ID, Pending, row.Lease, row.Attempts).Exec(ctx))
		if errors.Is(err, rooms.ErrNotFound) { // another node was quicker
			return Message{}, false, nil
		}
		return message, err == nil, err
	}
}

// wanted opens a message, or says why it is not to be told.
func (r *Records) wanted(ctx context.Context, tx bun.Tx, row messageRow, now time.Time) (Message, string, error) {
	fault, err := unwanted(ctx, tx, row, now)
	if err != nil || fault != "" {
		return Message{}, fault, err
	}
	message, err := r.openMessage(row)
	if errors.Is(err, ErrField) {
		return Message{}, "unreadable", nil
	}
	return message, "", err
}

func dueMessage(ctx context.Context, db bun.IDB, kinds, full []string, now time.Time) (messageRow, error) {
	where := "state = ? AND due_ms <= ? AND lease_ms <= ? AND kind IN (?)"
	args := []any{Pending, ms(now), ms(now), bun.List(kinds)}
	if len(full) > 0 {
		where, args = where+" AND lane NOT IN (?)", append(args, bun.List(full))
	}
	return one[messageRow](ctx, db, "due_ms, id", where, args...)
}

// unwanted is why a message is no longer to be told: a reminder of what is
// cancelled or has begun, a link that was replaced before it left the house.
func unwanted(ctx context.Context, db bun.IDB, row messageRow, now time.Time) (fault string, err error) {
	switch row.Topic {
	case ReminderMail:
		session, err := one[sessionRow](ctx, db, "", "clinic = ? AND id = ?", row.Clinic, row.Ref)
		if errors.Is(err, rooms.ErrNotFound) || err == nil && session.Status == Cancelled {
			return "withdrawn", nil
		}
		if err == nil && row.GiveUp <= ms(now) {
			return "expired", nil
		}
		return "", err
	case InvitationMail:
		link, err := one[invitationRow](ctx, db, "", "clinic = ? AND id = ?", row.Clinic, row.Ref)
		if errors.Is(err, rooms.ErrNotFound) || err == nil && link.RevokedAt != 0 {
			return "withdrawn", nil
		}
		return "", err
	}
	return "", nil
}

// bury gives a message up and forgets its contents.
func bury(ctx context.Context, tx bun.Tx, id, fault string, now int64) error {
	return changed(tx.NewUpdate().Table("outbox").Set("state = ?", Dead).Set("fault = ?", fault).Set("payload = ''").
		Set("lease_ms = 0").Set("done_at = ?", now).Where("id = ? AND state = ?", id, Pending).Exec(ctx))
}

// MessageSent notes that a message arrived, and forgets its contents, and
// those messages of the clinic that are long done. Noting it twice is no
// error.
func (r *Records) MessageSent(ctx context.Context, clinic rooms.ClinicID, id string) error {
	now := r.clock.Now()
	return r.change(ctx, clinic, "note a delivery", func(ctx context.Context, tx bun.Tx) error {
		err := changed(tx.NewUpdate().Table("outbox").Set("state = ?", Sent).Set("fault = ''").Set("payload = ''").
			Set("lease_ms = 0").Set("done_at = ?", ms(now)).Where("clinic = ? AND id = ?", clinic, id).Exec(ctx))
		if err != nil {
			return err
		}
		_, err = tx.NewDelete().Table("outbox").Where("clinic = ? AND state IN (?, ?) AND due_ms < ?",
			clinic, Sent, Dead, ms(now.Add(-forgetAfter))).Exec(ctx)
		return err
	})
}

// MessageFailed notes that the attempt of a number failed. again is when to
// try next; zero: never. An attempt that was taken over by another changes
// nothing. A webhook that answered that it is gone is switched off.
func (r *Records) MessageFailed(ctx context.Context, clinic rooms.ClinicID, id string, attempt int, fault string, again time.Time) error {
	now := ms(r.clock.Now())
	return r.change(ctx, clinic, "note a failed delivery", func(ctx context.Context, tx bun.Tx) error {
		row, err := one[messageRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, id)
		if err != nil || row.State != Pending || row.Attempts != attempt {
			return err
		}
		if fault == "http_410" && row.Kind == WebhookMessage {
			_, err := tx.NewUpdate().Table("webhooks").Set("disabled = ?", true).Where("clinic = ? AND id = ?", clinic, row.Target).Exec(ctx)
			if err != nil {
				return err
			}
		}
		if again.IsZero() {
			return bury(ctx, tx, id, fault, now)
		}
		return changed(tx.NewUpdate().Table("outbox").Set("due_ms = ?", ms(again)).Set("lease_ms = 0").Set("fault = ?", fault).
			Where("clinic = ? AND id = ?", clinic, id).Exec(ctx))
	})
}

// MessageQuery chooses among a clinic's messages. Empty fields choose all.
type MessageQuery struct {
	Kind, Target, State string
	// Before lists what was created before the message of that time and id.
	Before   time.Time
	BeforeID string
	Limit    int
}

// Messages lists a clinic's messages without their contents, the newest first.
func (r *Records) Messages(ctx context.Context, clinic rooms.ClinicID, q MessageQuery) (messages []Message, err error) {
	err = r.view(ctx, clinic, "list messages", func(ctx context.Context, db bun.IDB) error {
		var rows []messageRow
		query := db.NewSelect().Model(&rows).Where("clinic = ?", clinic).OrderExpr("created_at DESC, id DESC").Limit(int64(q.Limit))
		for column, value := range map[string]string{"kind": q.Kind, "target": q.Target, "state": q.State} {
			if value != "" {
				query = query.Where("? = ?", bun.Ident(column), value)
			}
		}
		if !q.Before.IsZero() {
			query = query.Where("(created_at < ? OR created_at = ? AND id < ?)", ms(q.Before), ms(q.Before), q.BeforeID)
		}
		if err := query.Scan(ctx); err != nil {
			return err
		}
		messages, err = convert(rows, messageRow.noun)
		return err
	})
	return messages, err
}

// OutboxDepth is how many messages of all clinics wait, and since when the
// oldest of those that are due. It is for the installation's own errands.
func (r *Records) OutboxDepth(ctx context.Context) (depth int, oldest time.Time, err error) {
	var found struct {
		Depth  int   `bun:"depth"`
		Oldest int64 `bun:"oldest"`
	}
	err = r.view(ctx, everyClinic, "measure the outbox", func(ctx context.Context, db bun.IDB) error {
		return db.NewSelect().Table("outbox").ColumnExpr("count(*) AS depth").
			ColumnExpr("coalesce(min(CASE WHEN due_ms <= ? THEN created_at END), 0) AS oldest", ms(r.clock.Now())).
			Where("state = ?", Pending).Scan(ctx, &found)
	})
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("outbox: %w", err)
	}
	return found.Depth, at(found.Oldest), nil
}
