package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/rooms/schedule"
)

// FeedLink is the address of a member of staff's own calendar, shown this once.
type FeedLink struct {
	URL string `json:"url"`
}

// feedQuery holds the one secret that stands in a query: calendar programs
// take an address and nothing else.
type feedQuery struct {
	Token string `query:"token" maxLength:"128" doc:"of the address that POST /staff/feed gave"`
}

// calendarFile is an iCalendar object.
type calendarFile struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

func (h *house) calendar(api huma.API) {
	huma.Register(api, operation("POST", "/staff/feed", "create-feed", "Make the address of one's own calendar, and end the former one", mayRead),
		func(ctx context.Context, _ *struct{}) (*body[FeedLink], error) {
			url, err := h.createFeed(ctx)
			return &body[FeedLink]{FeedLink{url}}, h.problemOf("create feed", err)
		})
	huma.Register(api, operation("DELETE", "/staff/feed", "revoke-feed", "End the address of one's own calendar", mayRead),
		func(ctx context.Context, _ *struct{}) (*struct{}, error) {
			who := callerOf(ctx)
			if who.kind != "staff" {
				return nil, notAllowed
			}
			err := h.Records.RevokeFeed(noting(ctx, "feed.revoke", of("")), who.clinic, rooms.PersonID(who.id))
			return nil, h.problemOf("revoke feed", err)
		})
	feed := operation("GET", "/calendar.ics", "calendar", "A member of staff's evenings, in neutral words", "")
	huma.Register(api, feed, func(ctx context.Context, in *feedQuery) (*calendarFile, error) {
		text, err := h.feed(ctx, auth.Secret(in.Token))
		return &calendarFile{"text/calendar; charset=utf-8", "private, no-store", text}, h.problemOf("write feed", err)
	})
}

// createFeed makes a feed for the staff member who asks. Programs have none.
func (h *house) createFeed(ctx context.Context) (string, error) {
	who := callerOf(ctx)
	if who.kind != "staff" {
		return "", notAllowed
	}
	secret, hash := auth.NewInvitation()
	err := h.Records.CreateFeed(noting(ctx, "feed.create", of("")), who.clinic, rooms.PersonID(who.id), hash)
	return h.URL + "/api/v1/calendar.ics?token=" + secret.Reveal(), err
}

// feed writes the calendar of a feed's person.
func (h *house) feed(ctx context.Context, secret auth.Secret) ([]byte, error) {
	feed, err := h.Records.FeedByHash(ctx, auth.HashSecret(secret))
	if err != nil {
		return nil, err
	}
	roles, err := h.Records.StaffRoles(ctx, feed.Clinic, feed.Person)
	if err != nil {
		return nil, err
	}
	if len(roles) == 0 { // they have left
		return nil, rooms.ErrNotFound
	}
	clinic, err := h.Records.Clinic(ctx, feed.Clinic)
	if err != nil {
		return nil, err
	}
	duties, err := h.Records.Duties(ctx, feed.Clinic, feed.Person)
	if err != nil {
		return nil, err
	}
	var invites []schedule.Invite
	for _, duty := range duties {
		invites = append(invites, invitesOf(duty, feed.Person, clinic.NeutralTitle, h.Clock.Now())...)
	}
	return schedule.ICS(schedule.Publish, invites...)
}

// invitesOf are a duty's entries: the series without the evenings on which
// somebody stands in, and those on which the person does.
func invitesOf(duty records.Duty, person rooms.PersonID, title string, now time.Time) []schedule.Invite {
	invite := schedule.Invite{
		UID: schedule.UID(duty.Series.ID, person), Sequence: duty.Series.Sequence, Stamp: now, Series: duty.Series,
		From: duty.Seat.From, Until: duty.Seat.Until, Without: duty.Without, Summary: title,
	}
	var invites []schedule.Invite
	if duty.Seated {
		invites = append(invites, invite)
	}
	for _, session := range duty.Stands {
		if one, ok := duty.Series.Only(session.RecurrenceID); ok {
			invite.UID, invite.Series = schedule.UID(duty.Series.ID, session.Session), one
			invite.From, invite.Until, invite.Without = time.Time{}, time.Time{}, nil
			invites = append(invites, invite)
		}
	}
	return invites
}
