package records

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/ledger"
)

// Events that other systems are told of.
const (
	SessionOpened       = "session.opened"
	SessionEnded        = "session.ended"
	SessionSealed       = "session.sealed"
	SessionSigned       = "session.signed"
	AttendanceCorrected = "attendance.corrected"
	WebhookTest         = "webhook.test" // asked for by the clinic itself
)

// Events are those that a webhook may choose.
var Events = []string{SessionOpened, SessionEnded, SessionSealed, SessionSigned, AttendanceCorrected}

// rotation is how long a former secret signs beside the new one.
const rotation = 24 * time.Hour

// Webhook is where another system wants to be told.
type Webhook struct {
	Clinic   rooms.ClinicID
	ID       string
	URL      string
	Kinds    []string // of Events; empty: all
	Disabled bool
	// Secrets sign what is sent, the newest first: one, or two for a day after
	// a rotation.
	Secrets     []string
	FormerUntil time.Time // of the second; zero: there is none
	CreatedAt   time.Time
}

// LogValue keeps address and secrets out of logs.
func (w Webhook) LogValue() slog.Value { return slog.StringValue(w.ID) }

type webhookRow struct {
	bun.BaseModel `bun:"table:webhooks"`
	ID            string         `bun:"id,pk"`
	Clinic        rooms.ClinicID `bun:"clinic"`
	URL           string         `bun:"url"`
	Kinds         string         `bun:"kinds"`
	Secret        string         `bun:"secret"`
	Former        string         `bun:"former_secret"`
	FormerUntil   int64          `bun:"former_until"`
	Disabled      bool           `bun:"disabled"`
	CreatedAt     int64          `bun:"created_at"`
}

// fields are the encrypted columns.
func (w *webhookRow) fields() []field {
	return []field{{"url", &w.URL}, {"secret", &w.Secret}, {"former_secret", &w.Former}}
}

func (r *Records) sealWebhook(row *webhookRow) error {
	return r.vault.sealAll(string(row.Clinic), "webhooks", row.ID, row.fields())
}

func (r *Records) openWebhook(row webhookRow) (Webhook, error) {
	if err := r.vault.openAll(string(row.Clinic), "webhooks", row.ID, row.fields()); err != nil {
		return Webhook{}, err
	}
	kinds, err := decode[[]string](row.Kinds)
	hook := Webhook{
		Clinic: row.Clinic, ID: row.ID, URL: row.URL, Kinds: kinds, Disabled: row.Disabled,
		Secrets: []string{row.Secret}, CreatedAt: at(row.CreatedAt),
	}
	if row.Former != "" && row.FormerUntil > ms(r.clock.Now()) {
		hook.Secrets, hook.FormerUntil = append(hook.Secrets, row.Former), at(row.FormerUntil)
	}
	return hook, err
}

// newSecret is a signing secret as Standard Webhooks writes them, of 256 bits.
func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(b[:])
}

// CreateWebhook adds an address that is told of a clinic's events, with a new
// id and secret.
func (r *Records) CreateWebhook(ctx context.Context, hook Webhook) (Webhook, error) {
	kinds, err := encode(hook.Kinds)
	if err != nil {
		return Webhook{}, err
	}
	row := webhookRow{
		ID: rooms.NewID(), Clinic: hook.Clinic, URL: hook.URL, Kinds: kinds, Secret: newSecret(),
		Disabled: hook.Disabled, CreatedAt: ms(r.clock.Now()),
	}
	if err := r.sealWebhook(&row); err != nil {
		return Webhook{}, err
	}
	made(ctx, row.ID, "")
	err = r.change(ctx, row.Clinic, "create webhook", func(ctx context.Context, tx bun.Tx) error { return insert(ctx, tx, &row) })
	if err != nil {
		return Webhook{}, err
	}
	return r.openWebhook(row)
}

// Webhooks lists the webhooks of a clinic, the oldest first.
func (r *Records) Webhooks(ctx context.Context, clinic rooms.ClinicID) ([]Webhook, error) {
	rows, err := list[webhookRow](ctx, r, clinic, "list webhooks", "created_at, id", "clinic = ?", clinic)
	if err != nil {
		return nil, err
	}
	return convert(rows, r.openWebhook)
}

// Webhook finds a webhook of a clinic.
func (r *Records) Webhook(ctx context.Context, clinic rooms.ClinicID, id string) (Webhook, error) {
	row, err := find[webhookRow](ctx, r, clinic, "find webhook", "", "clinic = ? AND id = ?", clinic, id)
	if err != nil {
		return Webhook{}, err
	}
	return r.openWebhook(row)
}

// UpdateWebhook changes address, kinds and whether it is switched off.
func (r *Records) UpdateWebhook(ctx context.Context, hook Webhook) error {
	return r.changeWebhook(ctx, hook.Clinic, hook.ID, "update webhook", func(row *webhookRow) (err error) {
		row.URL, row.Disabled = hook.URL, hook.Disabled
		row.Kinds, err = encode(hook.Kinds)
		return err
	})
}

// RotateWebhook makes a new secret. The present one signs beside it for 24 h.
func (r *Records) RotateWebhook(ctx context.Context, clinic rooms.ClinicID, id string) (Webhook, error) {
	until := ms(r.clock.Now().Add(rotation))
	err := r.changeWebhook(ctx, clinic, id, "rotate secret", func(row *webhookRow) error {
		row.Former, row.FormerUntil, row.Secret = row.Secret, until, newSecret()
		return nil
	})
	if err != nil {
		return Webhook{}, err
	}
	return r.Webhook(ctx, clinic, id)
}

func (r *Records) changeWebhook(ctx context.Context, clinic rooms.ClinicID, id, what string, edit func(*webhookRow) error) error {
	return r.change(ctx, clinic, what, func(ctx context.Context, tx bun.Tx) error {
		row, err := one[webhookRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, id)
		if err == nil {
			err = r.vault.openAll(string(row.Clinic), "webhooks", row.ID, row.fields())
		}
		if err == nil {
			err = edit(&row)
		}
		if err == nil {
			err = r.sealWebhook(&row)
		}
		if err != nil {
			return err
		}
		return changed(tx.NewUpdate().Model(&row).ExcludeColumn("id", "clinic", "created_at").
			Where("clinic = ? AND id = ?", clinic, id).Exec(ctx))
	})
}

// DeleteWebhook forgets a webhook. What waits for it is given up when its turn
// comes.
func (r *Records) DeleteWebhook(ctx context.Context, clinic rooms.ClinicID, id string) error {
	return r.change(ctx, clinic, "delete webhook", func(ctx context.Context, tx bun.Tx) error {
		return changed(tx.NewDelete().Table("webhooks").Where("clinic = ? AND id = ?", clinic, id).Exec(ctx))
	})
}

// TestWebhook sends a webhook an event that tells of nothing, also one that is
// choosy. It returns the message's id.
func (r *Records) TestWebhook(ctx context.Context, clinic rooms.ClinicID, id string) (string, error) {
	message := "msg_" + rooms.NewID()
	err := r.change(ctx, clinic, "test webhook", func(ctx context.Context, tx bun.Tx) error {
		row, err := one[webhookRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, id)
		if err != nil {
			return err
		}
		return r.announce(ctx, tx, row, message, message, WebhookTest, "")
	})
	return message, err
}

// event is the body of a webhook: ids only, so that it may pass through any
// hands. What happened is asked for over the API.
type event struct {
	Type      string `json:"type"`
	Timestamp string `json:"timestamp"`
	Data      struct {
		Session rooms.SessionID `json:"session,omitempty"`
	} `json:"data"`
}

// tell puts an event of a session into the outbox, for every webhook of the
// clinic that wants it, in the transaction that makes it true. Whatever happens
// to a session once is told once.
func (r *Records) tell(ctx context.Context, tx bun.Tx, clinic rooms.ClinicID, kind string, session rooms.SessionID) error {
	hooks, err := many[webhookRow](ctx, tx, "created_at, id", "clinic = ? AND disabled = ?", clinic, false)
	if err != nil {
		return err
	}
	for _, hook := range hooks {
		kinds, err := decode[[]string](hook.Kinds)
		if err != nil {
			return err
		}
		if len(kinds) > 0 && !slices.Contains(kinds, kind) {
			continue
		}
		key := ""
		if kind != AttendanceCorrected {
			key = hook.ID + "/" + kind + "/" + string(session)
		}
		if err := r.announce(ctx, tx, hook, "", key, kind, session); err != nil {
			return err
		}
	}
	return nil
}

// tellSeal tells of a seal: of the machine, or under a signature.
func (r *Records) tellSeal(ctx context.Context, tx bun.Tx, session sessionRow, kind string) error {
	switch kind {
	case ledger.Machine:
		return r.tell(ctx, tx, session.Clinic, SessionSealed, session.ID)
	case ledger.SignOff:
		return r.tell(ctx, tx, session.Clinic, SessionSigned, session.ID)
	}
	return nil
}

// tellEnd tells of the end, if it is among the events.
func (r *Records) tellEnd(ctx context.Context, tx bun.Tx, clinic rooms.ClinicID, session rooms.SessionID, events []rooms.Event) error {
	if !slices.ContainsFunc(events, func(e rooms.Event) bool { return e.Kind == rooms.EventEnded }) {
		return nil
	}
	return r.tell(ctx, tx, clinic, SessionEnded, session)
}

func (r *Records) announce(ctx context.Context, tx bun.Tx, hook webhookRow, id, key, kind string, session rooms.SessionID) error {
	body := event{Type: kind, Timestamp: r.clock.Now().UTC().Format(time.RFC3339)}
	body.Data.Session = session
	text, err := encode(body)
	if err != nil {
		return err
	}
	return r.enqueue(ctx, tx, Message{
		Clinic: hook.Clinic, ID: id, Kind: WebhookMessage, Key: key, Topic: kind, Target: hook.ID, Ref: string(session), Event: text,
	})
}

// Destination is the webhook that a message goes to. rooms.ErrNotFound: it was
// deleted, or switched off.
func (r *Records) Destination(ctx context.Context, clinic rooms.ClinicID, id string) (Webhook, error) {
	hook, err := r.Webhook(ctx, clinic, id)
	if err == nil && hook.Disabled {
		err = fmt.Errorf("find webhook: it is switched off: %w", rooms.ErrNotFound)
	}
	return hook, err
}
