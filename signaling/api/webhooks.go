package api

import (
	"context"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms/records"
)

// Webhook is where another system wants to be told.
type Webhook struct {
	ID       string   `json:"id"`
	URL      string   `json:"url"`
	Kinds    []string `json:"kinds" doc:"empty: all events"`
	Disabled bool     `json:"disabled"`
	Created  string   `json:"created"`
	// Secrets is how many sign now.
	Secrets     int    `json:"secrets" doc:"how many secrets sign now: 2 for a day after a rotation"`
	FormerUntil string `json:"former_until,omitempty" doc:"until when the former secret signs too"`
}

// NewWebhook is what POST takes, WebhookChange what PATCH does.
type NewWebhook struct {
	URL   string   `json:"url" maxLength:"500" doc:"https, a host of the internet"`
	Kinds []string `json:"kinds,omitempty" maxItems:"20" enum:"session.opened,session.ended,session.sealed,session.signed,attendance.corrected"`
}

type WebhookChange struct {
	URL      *string   `json:"url,omitempty" maxLength:"500"`
	Kinds    *[]string `json:"kinds,omitempty" maxItems:"20" enum:"session.opened,session.ended,session.sealed,session.signed,attendance.corrected"`
	Disabled *bool     `json:"disabled,omitempty"`
}

// WebhookSecret is a fresh secret. It is shown this once.
type WebhookSecret struct {
	ID          string `json:"id"`
	Secret      string `json:"secret"`
	FormerUntil string `json:"former_until,omitempty"`
}

// Webhooks is the list of a clinic's.
type Webhooks struct {
	Webhooks []Webhook `json:"webhooks"`
}

// Delivery is how one message stands.
type Delivery struct {
	ID       string `json:"id" doc:"webhook-id of the message"`
	Type     string `json:"type"`
	Person   string `json:"person,omitempty"`
	Session  string `json:"session,omitempty"`
	State    string `json:"state" enum:"pending,sent,dead"`
	Attempts int    `json:"attempts"`
	Fault    string `json:"fault,omitempty" doc:"code of the last failure"`
	Created  string `json:"created"`
	Due      string `json:"due,omitempty" doc:"of a pending one: when it is tried next"`
	Done     string `json:"done,omitempty"`
}

// Deliveries is a page of them, the newest first.
type Deliveries struct {
	Deliveries []Delivery `json:"deliveries"`
	Next       string     `json:"next,omitempty"`
}

type WebhookID struct {
	ID string `path:"id" maxLength:"64"`
}

type changedWebhook struct {
	WebhookID
	Body WebhookChange
}

type webhookPage struct {
	WebhookID
	Page
	State string `query:"state" enum:"pending,sent,dead"`
}

func (h *house) webhooks(api huma.API) {
	huma.Register(api, operation("GET", "/webhooks", "list-webhooks", "Who is told of events", maySettings),
		func(ctx context.Context, _ *struct{}) (*body[Webhooks], error) {
			hooks, err := h.Records.Webhooks(ctx, callerOf(ctx).clinic)
			out := Webhooks{Webhooks: make([]Webhook, 0, len(hooks))}
			for _, hook := range hooks {
				out.Webhooks = append(out.Webhooks, webhookOf(hook))
			}
			return &body[Webhooks]{out}, h.problemOf("list webhooks", err)
		})
	huma.Register(api, operation("POST", "/webhooks", "create-webhook", "Tell another system of events", maySettings),
		func(ctx context.Context, in *body[NewWebhook]) (*body[WebhookSecret], error) {
			hook, err := h.createWebhook(ctx, in.Body)
			return secretOf(hook), h.problemOf("create webhook", err)
		})
	huma.Register(api, operation("PATCH", "/webhooks/{id}", "change-webhook", "Change or switch off a webhook", maySettings),
		func(ctx context.Context, in *changedWebhook) (*body[Webhook], error) {
			hook, err := h.changeWebhook(ctx, in.ID, in.Body)
			return &body[Webhook]{webhookOf(hook)}, h.problemOf("change webhook", err)
		})
	huma.Register(api, operation("DELETE", "/webhooks/{id}", "delete-webhook", "Tell it nothing any more", maySettings),
		func(ctx context.Context, in *WebhookID) (*struct{}, error) {
			err := h.Records.DeleteWebhook(noting(ctx, "webhook.delete", of(in.ID)), callerOf(ctx).clinic, in.ID)
			return nil, h.problemOf("delete webhook", err)
		})
	huma.Register(api, operation("POST", "/webhooks/{id}/rotate", "rotate-webhook", "Make a new secret; the former signs too for 24 h", maySettings),
		func(ctx context.Context, in *WebhookID) (*body[WebhookSecret], error) {
			hook, err := h.Records.RotateWebhook(noting(ctx, "webhook.rotate", of(in.ID)), callerOf(ctx).clinic, in.ID)
			return secretOf(hook), h.problemOf("rotate secret", err)
		})
	huma.Register(api, operation("POST", "/webhooks/{id}/test", "test-webhook", "Send it an event that tells of nothing", maySettings),
		func(ctx context.Context, in *WebhookID) (*body[Created], error) {
			id, err := h.Records.TestWebhook(noting(ctx, "webhook.test", of(in.ID)), callerOf(ctx).clinic, in.ID)
			h.Posted()
			return &body[Created]{Created{id}}, h.problemOf("test webhook", err)
		})
	huma.Register(api, operation("GET", "/webhooks/{id}/deliveries", "list-deliveries", "What a webhook was told, the newest first", maySettings),
		func(ctx context.Context, in *webhookPage) (*body[Deliveries], error) {
			_, err := h.Records.Webhook(ctx, callerOf(ctx).clinic, in.ID)
			var out Deliveries
			if err == nil {
				out, err = h.deliveries(ctx, in.Page, records.MessageQuery{Kind: records.WebhookMessage, Target: in.ID, State: in.State})
			}
			return &body[Deliveries]{out}, h.problemOf("list deliveries", err)
		})
}

func (h *house) createWebhook(ctx context.Context, in NewWebhook) (records.Webhook, error) {
	if err := h.outside(in.URL); err != nil {
		return records.Webhook{}, err
	}
	return h.Records.CreateWebhook(noting(ctx, "webhook.create", of("")), records.Webhook{Clinic: callerOf(ctx).clinic, URL: in.URL, Kinds: in.Kinds})
}

func (h *house) changeWebhook(ctx context.Context, id string, in WebhookChange) (records.Webhook, error) {
	hook, err := h.Records.Webhook(ctx, callerOf(ctx).clinic, id)
	if err != nil {
		return hook, err
	}
	if in.URL != nil {
		if err := h.outside(*in.URL); err != nil {
			return hook, err
		}
		hook.URL = *in.URL
	}
	if in.Kinds != nil {
		hook.Kinds = *in.Kinds
	}
	if in.Disabled != nil {
		hook.Disabled = *in.Disabled
	}
	return hook, h.Records.UpdateWebhook(noting(ctx, "webhook.change", of(id)), hook)
}

// outside refuses an address that can't be one of the internet by its looks.
// Where a name leads to is checked again whenever something is sent there.
func (h *house) outside(address string) error {
	u, err := url.Parse(address)
	message := ""
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "":
		message = "Give an address like https://ehr.example.org/vesper, without a user and without a #."
	case h.InsideHooks && (u.Scheme == "http" || u.Scheme == "https"):
	case u.Scheme != "https":
		message = "Give an https address."
	case inner(u.Hostname()):
		message = "That address is inside; give a host of the internet."
	}
	if message == "" {
		return nil
	}
	return badField("body.url", message)
}

func inner(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if addr, err := netip.ParseAddr(host); err == nil {
		addr = addr.Unmap()
		return !addr.IsGlobalUnicast() || addr.IsPrivate()
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	return !strings.Contains(host, ".") || slices.Contains([]string{"localhost", "local", "internal", "home", "lan", "corp"}, last) ||
		strings.Trim(last, "0123456789") == "" // 127.1 and the like
}

// deliveries is one page of the clinic's messages.
func (h *house) deliveries(ctx context.Context, p Page, q records.MessageQuery) (Deliveries, error) {
	out := Deliveries{Deliveries: []Delivery{}}
	place, err := p.place(2)
	if err != nil {
		return out, err
	}
	if place != nil {
		if q.Before, err = time.Parse(time.RFC3339Nano, place[0]); err != nil {
			return out, badCursor
		}
		q.BeforeID = place[1]
	}
	q.Limit = p.Limit + 1
	messages, err := h.Records.Messages(ctx, callerOf(ctx).clinic, q)
	messages, out.Next = cut(messages, p.Limit, func(m records.Message) []string { return []string{m.Created.Format(time.RFC3339Nano), m.ID} })
	for _, m := range messages {
		out.Deliveries = append(out.Deliveries, deliveryOf(m))
	}
	return out, err
}

func deliveryOf(m records.Message) Delivery {
	d := Delivery{ID: m.ID, Type: m.Topic, State: m.State, Attempts: m.Attempts, Fault: m.Fault, Created: stamp(m.Created), Done: stamp(m.Done)}
	if m.State == records.Pending {
		d.Due = stamp(m.Due)
	}
	if m.Kind == records.WebhookMessage || m.Topic == records.ReminderMail {
		d.Session = m.Ref
	}
	if m.Kind == records.MailMessage {
		d.Person = m.Target
	}
	return d
}

func webhookOf(w records.Webhook) Webhook {
	if w.Kinds == nil {
		w.Kinds = []string{}
	}
	return Webhook{
		ID: w.ID, URL: w.URL, Kinds: w.Kinds, Disabled: w.Disabled, Created: stamp(w.CreatedAt),
		Secrets: len(w.Secrets), FormerUntil: stamp(w.FormerUntil),
	}
}

func secretOf(w records.Webhook) *body[WebhookSecret] {
	out := WebhookSecret{ID: w.ID, FormerUntil: stamp(w.FormerUntil)}
	if len(w.Secrets) > 0 {
		out.Secret = w.Secrets[0]
	}
	return &body[WebhookSecret]{out}
}

// stamp is a time as the interface writes it; none is empty.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
