package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/records"
)

// Review is what staff see before they sign a session, and after.
type Review struct {
	Session ListedSession `json:"session"`
	// Final: the machine has sealed the evening. Before that nothing can be
	// corrected or signed.
	Final         bool                `json:"final"`
	Signed        *SignedLine         `json:"signed,omitempty"`
	Signer        *SignerLine         `json:"signer,omitempty" doc:"how the caller would sign the session; left out where they can't"`
	UnsignedSince time.Time           `json:"unsigned_since,omitzero" doc:"the end of an evening that is sealed and not signed"`
	RulesVersion  int                 `json:"rules_version"`
	Records       []attendance.Record `json:"records" doc:"with the machine's value beside what was corrected"`
	Flags         []ReviewFlag        `json:"flags" doc:"what a reader should know of each row, for words of the page's"`
	Warnings      []ReviewFlag        `json:"warnings" doc:"what should be looked at before signing; those with blocks must be"`
	Absences      []Absence           `json:"absences" doc:"what came of calling those who were missing, the oldest first"`
	Notes         []ReviewNote        `json:"notes" doc:"reasons and addenda, the oldest first"`
	Notice        string              `json:"notice"`
}

// SignedLine is the line under a signature.
type SignedLine struct {
	Person     string    `json:"person"`
	Name       string    `json:"name"`
	Credential string    `json:"credential"`
	At         time.Time `json:"at"`
	Genuine    bool      `json:"genuine" doc:"false: the line is not the one that was signed"`
}

// SignerLine is how somebody is printed when they sign.
type SignerLine struct {
	Name       string `json:"name" doc:"the legal name"`
	Credential string `json:"credential" doc:"as the clinic has it; empty: to be given when signing"`
}

// ReviewNote is a free text of the review.
type ReviewNote struct {
	ID     string    `json:"id" doc:"of the journal entry"`
	Kind   string    `json:"kind" enum:"absence,shared_device,correction,matched,addendum"`
	Person string    `json:"person,omitempty"`
	Author string    `json:"author"`
	Name   string    `json:"author_name"`
	At     time.Time `json:"at"`
	Body   string    `json:"body"`
	// Missing: the text that was written is not kept any more.
	Missing bool        `json:"missing,omitempty"`
	Signed  *SignedLine `json:"signed,omitempty"` // of an addendum
}

// Absence is one outcome of calling somebody.
type Absence struct {
	Person  string    `json:"person"`
	Outcome string    `json:"outcome"`
	Actor   string    `json:"actor"`
	At      time.Time `json:"at"`
}

// NewCorrection is what POST /sessions/{id}/corrections takes.
type NewCorrection struct {
	Person string    `json:"person" maxLength:"64"`
	What   string    `json:"what" enum:"present,not_present,home,elsewhere,withdrawn"`
	From   time.Time `json:"from,omitzero" required:"false" doc:"of present and not_present, within the planned evening"`
	To     time.Time `json:"to,omitzero" required:"false"`
	Ref    string    `json:"ref,omitempty" maxLength:"200" doc:"of withdrawn: the id of the correction or shared device that is taken back"`
	Reason string    `json:"reason" minLength:"3" maxLength:"1000"`
}

// NewSharedDevice is what POST /sessions/{id}/shared-device takes.
type NewSharedDevice struct {
	Person string    `json:"person" maxLength:"64"`
	With   string    `json:"with" maxLength:"64" doc:"whose device it was"`
	From   time.Time `json:"from,omitzero" required:"false" doc:"default: the planned start"`
	To     time.Time `json:"to,omitzero" required:"false" doc:"default: the planned end"`
	Reason string    `json:"reason" minLength:"3" maxLength:"1000"`
}

// NewSignature is what POST /sessions/{id}/signoff takes.
type NewSignature struct {
	Name       string `json:"name,omitempty" maxLength:"120" doc:"the signer's legal name, which is printed"`
	Credential string `json:"credential,omitempty" maxLength:"40" doc:"default: of the person's record; another only if that has none"`
}

// NewAddendum is what POST /sessions/{id}/addenda takes.
type NewAddendum struct {
	Body string `json:"body" minLength:"3" maxLength:"4000"`
}

type sessionBody[T any] struct {
	SessionPath
	Body T
}

func (h *house) review(api huma.API) {
	huma.Register(api, operation("GET", "/sessions/{id}/review", "get-review", "Rows, flags, notes and signature of a session", mayRead),
		func(ctx context.Context, in *SessionPath) (*body[Review], error) {
			out, err := h.readReview(ctx, in.ID)
			return &body[Review]{out}, h.problemOf("read review", reviewProblem(err))
		})
	reviewing(h, api, "corrections", "correct-attendance", "Correct somebody's time or place, with a reason; the machine's value stays", h.correct)
	reviewing(h, api, "shared-device", "share-device", "Say that somebody took part on another's device", h.shareDevice)
	reviewing(h, api, "signoff", "sign-session", "Sign a session; from then on only addenda follow", h.signOff)
	reviewing(h, api, "addenda", "add-addendum", "Add a text to a signed session", h.addend)
}

// amendment is what staff write of an evening: its audit entry says of whom.
type amendment interface{ entry() records.AuditEntry }

func (c NewCorrection) entry() records.AuditEntry {
	return records.AuditEntry{Object: c.What, Person: rooms.PersonID(c.Person)}
}

func (s NewSharedDevice) entry() records.AuditEntry {
	return records.AuditEntry{Object: s.With, Person: rooms.PersonID(s.Person)}
}

func (NewSignature) entry() records.AuditEntry { return records.AuditEntry{} }
func (NewAddendum) entry() records.AuditEntry  { return records.AuditEntry{} }

// reviewing registers a change by staff, which is answered with the review.
func reviewing[T amendment](h *house, api huma.API, path, id, summary string, apply func(context.Context, rooms.SessionID, T) error) {
	huma.Register(api, operation("POST", "/sessions/{id}/"+path, id, summary, maySign),
		func(ctx context.Context, in *sessionBody[T]) (*body[Review], error) {
			session, entry := rooms.SessionID(in.ID), in.Body.entry()
			entry.Session = session
			err := apply(noting(ctx, "review."+strings.ReplaceAll(path, "-", "_"), entry), session, in.Body)
			if err != nil {
				return nil, h.problemOf(id, reviewProblem(err))
			}
			out, err := h.readReview(ctx, in.ID)
			return &body[Review]{out}, h.problemOf("read review", reviewProblem(err))
		})
}

func (h *house) correct(ctx context.Context, session rooms.SessionID, c NewCorrection) error {
	who := callerOf(ctx)
	event := rooms.Event{
		Kind: rooms.EventCorrection, Person: rooms.PersonID(c.Person), Actor: rooms.PersonID(who.id), Reason: c.What,
	}
	switch c.What {
	case attendance.SaidPresent, attendance.SaidNotPresent:
		event.Since, event.Until = c.From, c.To
	case attendance.SaidWithdrawn:
		ref, err := h.entry(ctx, session, c.Ref)
		if err != nil {
			return err
		}
		event.Ref = ref
	}
	return h.amend(ctx, session, event, c.Reason)
}

// entry finds the journal entry that a caller names. One that is not there is
// nobody's.
func (h *house) entry(ctx context.Context, session rooms.SessionID, id string) (rooms.EventID, error) {
	journal, err := h.Records.Journal(ctx, callerOf(ctx).clinic, session)
	for _, event := range journal {
		if event.ID.String() == id {
			return event.ID, err
		}
	}
	return rooms.EventID{}, err
}

func (h *house) shareDevice(ctx context.Context, session rooms.SessionID, s NewSharedDevice) error {
	who := callerOf(ctx)
	planned, err := h.Records.Session(ctx, who.clinic, session)
	if err != nil {
		return err
	}
	if s.From.IsZero() {
		s.From = planned.Start
	}
	if s.To.IsZero() {
		s.To = planned.End
	}
	return h.amend(ctx, session, rooms.Event{
		Kind: rooms.EventSharedDevice, Person: rooms.PersonID(s.Person), With: rooms.PersonID(s.With),
		Actor: rooms.PersonID(who.id), Since: s.From, Until: s.To,
	}, s.Reason)
}

func (h *house) amend(ctx context.Context, session rooms.SessionID, event rooms.Event, reason string) error {
	if len(strings.TrimSpace(reason)) < 3 {
		return &records.ReviewError{Field: "reason", Message: "Say in a few words why."}
	}
	return h.Records.Amend(ctx, callerOf(ctx).clinic, session, []rooms.Event{event}, []records.Note{{Event: 0, Text: strings.TrimSpace(reason)}})
}

func (h *house) signOff(ctx context.Context, session rooms.SessionID, s NewSignature) error {
	signer, err := h.signer(ctx, s)
	if err != nil {
		return err
	}
	if err := h.led(ctx, session); err != nil {
		return err
	}
	return h.Records.Sign(ctx, callerOf(ctx).clinic, session, signer)
}

// notLed refuses a signature by somebody who can't know what they sign.
var notLed = refuse(http.StatusForbidden, "not_allowed", "Whoever led the evening signs it, or an administrator of the clinic.")

// led lets those sign who were to lead the evening, and administrators for them.
func (h *house) led(ctx context.Context, session rooms.SessionID) error {
	who := callerOf(ctx)
	e, err := h.Records.Evidence(ctx, who.clinic, session)
	switch {
	case err != nil:
		return err
	case len(e.Seals) == 0:
		return records.ErrUnsealed
	case !ledBy(e.Roster, who):
		return notLed
	}
	return nil
}

func ledBy(roster rooms.Roster, who caller) bool {
	seat, expected := roster.Seat(rooms.PersonID(who.id))
	return who.staff().Has(auth.Admin) || expected && seat.Role.Staff()
}

// mySignature is how the caller would sign; nil for those who can't.
func (h *house) mySignature(ctx context.Context, roster rooms.Roster) (*SignerLine, error) {
	who := callerOf(ctx)
	if who.kind != "staff" || !who.may[maySign] || !ledBy(roster, who) {
		return nil, nil
	}
	signer, err := h.signer(ctx, NewSignature{})
	return &SignerLine{Name: signer.Name, Credential: signer.Credential}, err
}

func (h *house) addend(ctx context.Context, session rooms.SessionID, a NewAddendum) error {
	signer, err := h.signer(ctx, NewSignature{})
	if err != nil {
		return err
	}
	if len(strings.TrimSpace(a.Body)) < 3 {
		return &records.ReviewError{Field: "body", Message: "There is nothing to add."}
	}
	return h.Records.Addend(ctx, callerOf(ctx).clinic, session, signer, strings.TrimSpace(a.Body))
}

// signer is the caller as they are printed: only a member of staff signs.
func (h *house) signer(ctx context.Context, s NewSignature) (records.Signer, error) {
	who := callerOf(ctx)
	if who.kind != "staff" {
		return records.Signer{}, notAllowed
	}
	person, err := h.Records.Person(ctx, who.clinic, rooms.PersonID(who.id))
	if err != nil {
		return records.Signer{}, err
	}
	return printed(person, strings.TrimSpace(s.Name), strings.TrimSpace(s.Credential))
}

// printed is somebody's own line. Nobody signs with another's name, nor with
// another credential than the clinic has of them.
func printed(person records.Person, name, credential string) (records.Signer, error) {
	signer := records.Signer{Person: person.ID, Name: person.LegalName, Credential: person.Credential}
	if name != "" && !strings.EqualFold(name, person.LegalName) {
		return signer, &records.ReviewError{Field: "name", Message: "Sign with your own name, as the clinic has it."}
	}
	if person.Credential == "" {
		signer.Credential = credential
	} else if credential != "" && !strings.EqualFold(credential, person.Credential) {
		return signer, &records.ReviewError{Field: "credential", Message: "Sign with the credential that the clinic has of you."}
	}
	return signer, nil
}

// reviewProblem puts the refusals of a review into words.
func reviewProblem(err error) error {
	var field *records.ReviewError
	switch {
	case errors.As(err, &field):
		return badField("body."+field.Field, field.Message)
	case errors.Is(err, records.ErrUnsealed):
		return refuse(http.StatusConflict, "not_over", "The evening is not over yet, or its record is still being sealed.")
	case errors.Is(err, records.ErrSigned):
		return refuse(http.StatusConflict, "signed", "The session is signed; add an addendum instead.")
	case errors.Is(err, records.ErrUnsigned):
		return refuse(http.StatusConflict, "not_signed", "The session is not signed yet; correct it instead.")
	case errors.Is(err, records.ErrIncomplete):
		return refuse(http.StatusConflict, "incomplete_record", "The record of the evening has no end; it can't be signed.")
	}
	return err
}
