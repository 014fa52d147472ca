package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/desk"
	"vesper/rooms/desk/hook"
	"vesper/rooms/desk/mail"
	"vesper/rooms/records"
	"vesper/signaling/api"
)

// mailsAtOnce is how many conversations with the SMTP server run at a time.
const mailsAtOnce = 4

// openPost begins to deliver the outbox. Without an SMTP server mails stay in
// it, and none are made.
func (h *house) openPost(context.Context) error {
	couriers := map[string]desk.Courier{
		records.WebhookMessage: hook.New(hook.Options{
			Clock: h.clock, AllowInside: h.config.Webhooks.AllowInside,
			Endpoint: func(ctx context.Context, clinic rooms.ClinicID, id string) (hook.Endpoint, error) {
				to, err := h.records.Destination(ctx, clinic, id)
				return hook.Endpoint{URL: to.URL, Secrets: to.Secrets}, err
			},
		}),
	}
	if h.config.SMTP.Address != "" {
		options, err := h.config.mailOptions()
		if err != nil {
			return fmt.Errorf("open mail: %w", err)
		}
		options.Clock = h.clock
		mailer, err := mail.New(options)
		if err != nil {
			return fmt.Errorf("open mail: %w", err)
		}
		couriers[records.MailMessage], couriers[records.CheckpointMessage] = mailer, mailer
	}
	h.post = desk.StartPost(desk.PostOptions{
		Outbox: outbox{h.records}, Couriers: couriers, Clock: h.clock, Logger: h.log,
		Lanes: map[string]int{records.MailMessage: mailsAtOnce, records.CheckpointMessage: mailsAtOnce},
	})
	h.onClose(h.post.Close)
	return nil
}

// mailErrands are what the desk does for mails: reminders, calendars that
// are no longer what they were, and who takes somebody's place.
func (h *house) mailErrands() []desk.Errand {
	organizer := h.config.organizer()
	if organizer == "" {
		return nil
	}
	return []desk.Errand{
		desk.Remind(reminders{h.records}),
		func(ctx context.Context, _ time.Time) error {
			clinics, err := h.records.Clinics(ctx)
			failed := []error{err}
			for _, clinic := range clinics {
				failed = append(failed,
					h.records.UpdateCalendars(ctx, clinic.ID, organizer),
					h.records.TellStandIns(ctx, clinic.ID, organizer, h.newLink))
			}
			return errors.Join(failed...)
		},
	}
}

// newLink makes the secret of a personal link.
func (h *house) newLink() (url, hash string) {
	secret, hash := auth.NewInvitation()
	return h.url + api.DoorPath(secret), hash
}

// outbox is the records as the post wants them.
type outbox struct{ records *records.Records }

var _ desk.Outbox = outbox{}

func (o outbox) Claim(ctx context.Context, kinds, full []string, lease time.Duration) (desk.Letter, error) {
	m, err := o.records.ClaimMessage(ctx, kinds, full, lease)
	if err != nil {
		return desk.Letter{}, err
	}
	letter := desk.Letter{
		Clinic: m.Clinic, ID: m.ID, Kind: m.Kind, Topic: m.Topic, Target: m.Target, Ref: m.Ref, Lane: m.Lane,
		Attempt: m.Attempts, Created: m.Created, GiveUp: m.GiveUp, Event: []byte(m.Event),
	}
	if m.Kind != records.WebhookMessage {
		content := desk.Mail(m.Mail)
		letter.Mail = &content
	}
	return letter, nil
}

func (o outbox) Sent(ctx context.Context, letter desk.Letter) error {
	return o.records.MessageSent(ctx, letter.Clinic, letter.ID)
}

func (o outbox) Failed(ctx context.Context, letter desk.Letter, code string, again time.Time) error {
	return o.records.MessageFailed(ctx, letter.Clinic, letter.ID, letter.Attempt, code, again)
}

// reminders is the records as the desk wants them to remind.
type reminders struct{ records *records.Records }

var _ desk.Reminders = reminders{}

func (r reminders) ReminderPlans(ctx context.Context) ([]desk.ReminderPlan, error) {
	clinics, err := r.records.Clinics(ctx)
	plans := make([]desk.ReminderPlan, 0, len(clinics))
	for _, clinic := range clinics {
		settings, failed := r.records.MailSettings(ctx, clinic.ID)
		plans, err = append(plans, desk.ReminderPlan{Clinic: clinic.ID, Leads: settings.Reminders}), errors.Join(err, failed)
	}
	return plans, err
}

func (r reminders) Upcoming(ctx context.Context, clinic rooms.ClinicID, from, to time.Time) ([]desk.Upcoming, error) {
	sessions, err := r.records.UpcomingSessions(ctx, clinic, from, to)
	list := make([]desk.Upcoming, len(sessions))
	for i, s := range sessions {
		list[i] = desk.Upcoming{Session: s.Session, Start: s.Start}
	}
	return list, err
}

func (r reminders) Remind(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID, lead time.Duration) error {
	return r.records.Remind(ctx, clinic, session, lead)
}

// gaugePost registers what waits in the outbox and how deliveries went.
func (h *house) gaugePost(registry *prometheus.Registry) {
	depth := func() (int, time.Time) {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		n, oldest, err := h.records.OutboxDepth(ctx)
		if err != nil {
			h.log.Error("outbox not measured", "error", err)
		}
		return n, oldest
	}
	registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "vesper_outbox_messages", Help: "Mails and webhooks that wait."},
			func() float64 { n, _ := depth(); return float64(n) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "vesper_outbox_oldest_seconds", Help: "Age of the oldest message that is due; 0: none is."},
			func() float64 {
				_, oldest := depth()
				if oldest.IsZero() {
					return 0
				}
				return h.clock.Now().Sub(oldest).Seconds()
			}))
	for outcome, read := range map[string]func() uint64{
		"sent":  func() uint64 { n, _, _ := h.post.Counts(); return n },
		"again": func() uint64 { _, n, _ := h.post.Counts(); return n },
		"dead":  func() uint64 { _, _, n := h.post.Counts(); return n },
	} {
		registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "vesper_outbox_deliveries_total", Help: "Deliveries by outcome.", ConstLabels: prometheus.Labels{"outcome": outcome},
		}, func() float64 { return float64(read()) }))
	}
}
