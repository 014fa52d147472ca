package auth

import (
	"errors"
	"log/slog"
)

// Error is a refusal. Its code is stable and may go on the wire; its text is
// the same for every cause, so that a refusal tells a stranger nothing. "Not
// yours" and "not there" are one error.
type Error struct {
	code, text string
	parent     *Error
}

// The refusals. Test for them with errors.Is.
var (
	// ErrInvalid refuses a token, whatever is wrong with it.
	ErrInvalid = &Error{code: "token_invalid", text: "token is not valid"}
	// ErrTicketInvalid is ErrInvalid for a ticket: ask for a new one.
	ErrTicketInvalid = &Error{code: "ticket_invalid", text: "ticket is not valid", parent: ErrInvalid}
	// ErrTicketUsed refuses a ticket that was redeemed before.
	ErrTicketUsed = &Error{code: "ticket_used", text: "ticket was used already"}
	// ErrLinkUnknown refuses a secret that belongs to no link.
	ErrLinkUnknown = &Error{code: "link_unknown", text: "link is not known"}
	// ErrLinkRevoked refuses a link that staff took back.
	ErrLinkRevoked = &Error{code: "link_revoked", text: "link was replaced or withdrawn"}
	// ErrLinkEarly and ErrLinkExpired refuse a link outside its dates.
	ErrLinkEarly   = &Error{code: "link_early", text: "link is not valid yet"}
	ErrLinkExpired = &Error{code: "link_expired", text: "link is no longer valid"}
	// ErrLinkUsed refuses a one-time link the second time.
	ErrLinkUsed = &Error{code: "link_used", text: "link was used already"}
	// ErrIdle ends a sign-in that nobody used for a while.
	ErrIdle = &Error{code: "signed_out", text: "signed out after a while without use"}
	// ErrNoRole refuses a proven person who is staff in no clinic.
	ErrNoRole = &Error{code: "no_role", text: "no role in any clinic"}
	// ErrScope refuses a valid service token that may not do this.
	ErrScope = &Error{code: "scope_missing", text: "token does not cover this"}
)

func (e *Error) Error() string { return e.text }

// Code names the refusal for programs.
func (e *Error) Code() string { return e.code }

// Is makes every kind of invalid token an ErrInvalid.
func (e *Error) Is(target error) bool {
	return e.parent != nil && error(e.parent) == target
}

// refusal is an Error with the cause, which is for the log alone.
type refusal struct {
	kind   *Error
	reason string
}

func (r *refusal) Error() string        { return r.kind.text }
func (r *refusal) Code() string         { return r.kind.code }
func (r *refusal) Unwrap() error        { return r.kind }
func (r *refusal) LogValue() slog.Value { return slog.StringValue(r.kind.code + ": " + r.reason) }

// Code returns the stable code of a refusal, or "" for any other error.
func Code(err error) string {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.code
	}
	return ""
}

// Reason says for the log why a token was refused. It holds no secret, and it
// is not for the one who was refused.
func Reason(err error) string {
	var r *refusal
	if errors.As(err, &r) {
		return r.reason
	}
	return ""
}
