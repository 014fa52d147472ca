package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"vesper/rooms"
)

// TicketLife is how long a ticket may be redeemed.
const TicketLife = 60 * time.Second

type ticketClaims struct {
	jwt.RegisteredClaims
	rooms.Identity
}

func (c *ticketClaims) id() string     { return c.ID }
func (c *ticketClaims) complete() bool { return whole(c.Identity) }

// whole says whether an identity names everything that it stands for.
func whole(who rooms.Identity) bool {
	return who.Clinic != "" && who.Session != "" && who.Person != "" && who.Seat != "" && who.Role.Valid()
}

// Open says whose seat a link stands for. It has no effect: previews and
// scanners may do it as often as they like. ErrLinkUnknown, ErrLinkRevoked,
// ErrLinkEarly, ErrLinkExpired.
func (a *Authority) Open(ctx context.Context, secret Secret) (Invite, error) {
	if !secret.plausible() {
		return Invite{}, ErrLinkUnknown
	}
	hash := HashSecret(secret)
	invitation, err := a.store.InvitationByHash(ctx, hash)
	if errors.Is(err, rooms.ErrNotFound) {
		return Invite{}, ErrLinkUnknown
	}
	if err != nil {
		return Invite{}, fmt.Errorf("open link: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(invitation.Hash), []byte(hash)) != 1 {
		return Invite{}, ErrLinkUnknown
	}
	if err := usable(invitation.NotBefore, invitation.NotAfter, invitation.RevokedAt, a.clock.Now()); err != nil {
		return Invite{}, err
	}
	return Invite{
		Invitation: invitation.ID, Clinic: invitation.Clinic, Series: invitation.Series,
		Seat: invitation.Seat, Person: invitation.Person,
	}, nil
}

// Ticket exchanges a link for a ticket to one session. who is what the caller
// resolved from Open's Invite, the plan and the roster; a who that is not the
// link's own is refused. Errors are those of Open.
func (a *Authority) Ticket(ctx context.Context, secret Secret, who rooms.Identity) (token string, expires time.Time, err error) {
	invite, err := a.Open(ctx, secret)
	if err != nil {
		return "", time.Time{}, err
	}
	if who.Clinic != invite.Clinic || who.Seat != invite.Seat || who.Person != invite.Person {
		return "", time.Time{}, ErrLinkUnknown
	}
	return a.issueTicket(who)
}

func (a *Authority) issueTicket(who rooms.Identity) (token string, expires time.Time, err error) {
	if !whole(who) {
		return "", time.Time{}, errors.New("issue ticket: identity is not whole")
	}
	claims := &ticketClaims{a.registered(ticketForm, a.clock.Now(), TicketLife), who}
	token, err = a.sign(ticketForm, claims)
	if err != nil {
		return "", time.Time{}, err
	}
	return token, claims.ExpiresAt.Time, nil
}

// RedeemTicket says who holds the ticket, once. ErrTicketInvalid,
// ErrTicketUsed.
func (a *Authority) RedeemTicket(ctx context.Context, token string) (rooms.Identity, error) {
	var claims ticketClaims
	if err := a.verify(ticketForm, token, &claims, a.clock.Now()); err != nil {
		return rooms.Identity{}, err
	}
	first, err := a.store.ConsumeTicket(ctx, claims.Session, claims.ID, claims.ExpiresAt.Time)
	if err != nil {
		return rooms.Identity{}, fmt.Errorf("redeem ticket: %w", err)
	}
	if !first {
		return rooms.Identity{}, ErrTicketUsed
	}
	return claims.Identity, nil
}
