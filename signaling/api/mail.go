package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
)

// Queued says that a mail is in the outbox.
type Queued struct {
	Queued bool   `json:"queued"`
	ID     string `json:"id" doc:"of the new link"`
}

// MailSettings are what a clinic decides about mails.
type MailSettings struct {
	Reminders []int   `json:"reminder_minutes" maxItems:"3" minimum:"15" maximum:"10080" doc:"how long before a session people are reminded; empty: never"`
	Title     *string `json:"title,omitempty" maxLength:"60" doc:"what mails and calendars call an evening, neutral: others see it; without it, it stays" example:"Appointment"`
}

// Wanted says whether a person is reminded.
type Wanted struct {
	Wanted bool `json:"wanted"`
}

var (
	noMail    = refuse(http.StatusConflict, "no_mail", "This server sends no mail; show or print the link instead.")
	noAddress = refuse(http.StatusConflict, "no_address", "This person has no mail address; add one, or show the link instead.")
)

type mailPage struct {
	Page
	State string `query:"state" enum:"pending,sent,dead"`
}

type settingsOfMail struct {
	Body MailSettings
}

type personWants struct {
	ID   string `path:"id" maxLength:"64"`
	Body Wanted
}

func (h *house) mail(api huma.API) {
	huma.Register(api, either(operation("POST", "/seats/{id}/invitations/send", "send-invitation", "Mail a fresh personal link; the former is withdrawn", mayWrite), mayRun),
		func(ctx context.Context, in *seatLink) (*body[Queued], error) {
			id, err := h.sendInvitation(ctx, rooms.SeatID(in.ID))
			return &body[Queued]{Queued{err == nil, id}}, h.problemOf("send invitation", err)
		})
	huma.Register(api, operation("GET", "/mail", "list-mail", "Mails of the clinic, the newest first, without their contents", mayWrite),
		func(ctx context.Context, in *mailPage) (*body[Deliveries], error) {
			out, err := h.deliveries(ctx, in.Page, records.MessageQuery{Kind: records.MailMessage, State: in.State})
			if err == nil {
				err = h.wrote(ctx, "mail.read", of(""))
			}
			return &body[Deliveries]{out}, h.problemOf("list mail", err)
		})
	huma.Register(api, operation("GET", "/settings/mail", "mail-settings", "What mails say, and when people are reminded", maySettings),
		func(ctx context.Context, _ *struct{}) (*body[MailSettings], error) {
			out, err := h.mailSettings(ctx)
			return &body[MailSettings]{out}, h.problemOf("read mail settings", err)
		})
	huma.Register(api, operation("PUT", "/settings/mail", "set-mail-settings", "Set what mails say, and when people are reminded", maySettings),
		func(ctx context.Context, in *settingsOfMail) (*body[MailSettings], error) {
			err := h.setMail(ctx, in.Body)
			if err != nil {
				return nil, h.problemOf("set mail settings", err)
			}
			out, err := h.mailSettings(ctx)
			return &body[MailSettings]{out}, h.problemOf("set mail settings", err)
		})
	huma.Register(api, operation("GET", "/persons/{id}/reminders", "wants-reminders", "Whether a person is reminded", mayWrite),
		func(ctx context.Context, in *personPath) (*body[Wanted], error) {
			wanted, err := h.Records.WantsReminders(ctx, callerOf(ctx).clinic, rooms.PersonID(in.ID))
			if err == nil {
				err = h.wrote(ctx, "reminders.read", records.AuditEntry{Person: rooms.PersonID(in.ID)})
			}
			return &body[Wanted]{Wanted{wanted}}, h.problemOf("read reminders", err)
		})
	huma.Register(api, operation("PUT", "/persons/{id}/reminders", "set-reminders", "Set whether a person is reminded", mayWrite),
		func(ctx context.Context, in *personWants) (*body[Wanted], error) {
			ctx = noting(ctx, "reminders.set", records.AuditEntry{Person: rooms.PersonID(in.ID)})
			err := h.Records.SetReminders(ctx, callerOf(ctx).clinic, rooms.PersonID(in.ID), in.Body.Wanted)
			return &body[Wanted]{in.Body}, h.problemOf("set reminders", err)
		})
}

// sendInvitation mails a fresh link. Its secret is in the mail only.
func (h *house) sendInvitation(ctx context.Context, seat rooms.SeatID) (string, error) {
	if h.Organizer == "" {
		return "", noMail
	}
	if err := h.mayLink(ctx, seat); err != nil {
		return "", err
	}
	secret, hash := auth.NewInvitation()
	link, err := h.Records.SendInvitation(noting(ctx, "invitation.send", of(string(seat))), auth.Invitation{Clinic: callerOf(ctx).clinic, Seat: seat, Hash: hash},
		h.page(secret), h.Organizer)
	switch {
	case errors.Is(err, records.ErrNoAddress):
		return "", noAddress
	case err != nil:
		return "", err
	}
	h.Posted()
	return link.ID, nil
}

func (h *house) mailSettings(ctx context.Context) (MailSettings, error) {
	settings, err := h.Records.MailSettings(ctx, callerOf(ctx).clinic)
	if err != nil {
		return MailSettings{}, err
	}
	clinic, err := h.Records.Clinic(ctx, callerOf(ctx).clinic)
	out := MailSettings{Reminders: []int{}, Title: &clinic.NeutralTitle}
	for _, lead := range settings.Reminders {
		out.Reminders = append(out.Reminders, int(lead/time.Minute))
	}
	return out, err
}

func (h *house) setMail(ctx context.Context, in MailSettings) error {
	if in.Title != nil {
		if err := h.setTitle(ctx, strings.Join(strings.Fields(*in.Title), " ")); err != nil {
			return err
		}
	}
	var settings records.MailSettings
	minutes := slices.Clone(in.Reminders)
	slices.Sort(minutes)
	for _, m := range slices.Compact(minutes) {
		settings.Reminders = append(settings.Reminders, time.Duration(m)*time.Minute)
	}
	return h.Records.SetMailSettings(noting(ctx, "settings.mail", of("")), callerOf(ctx).clinic, settings)
}

// setTitle changes what mails and calendars say. Those who have a calendar get
// it again, at the desk's next round.
func (h *house) setTitle(ctx context.Context, title string) error {
	clinic, err := h.Records.Clinic(ctx, callerOf(ctx).clinic)
	if err != nil || clinic.NeutralTitle == title {
		return err
	}
	if title == "" {
		return badField("body.title", "Give a title of up to 60 characters.")
	}
	clinic.NeutralTitle = title
	return h.Records.UpdateClinic(ctx, clinic)
}
