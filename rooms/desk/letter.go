package desk

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"vesper/rooms"
)

// Letter is one message of the outbox, claimed by this node for a while.
type Letter struct {
	Clinic  rooms.ClinicID
	ID      string // the same at every attempt
	Kind    string // which Courier brings it
	Topic   string // what it tells of: "invitation", "session.opened"
	Target  string // the person or the endpoint that it is for
	Ref     string // the session or seat that it is about
	Lane    string // letters of one lane share a receiver
	Attempt int    // from 1
	Created time.Time
	// GiveUp is when trying again makes no sense any more.
	GiveUp time.Time
	Mail   *Mail  // of kind mail and checkpoint
	Event  []byte // of kind webhook: the body, the same at every attempt
}

// LogValue keeps what the letter says out of logs.
func (l Letter) LogValue() slog.Value { return slog.StringValue(l.ID) }

// Mail is what a mail is made of. Its words are the courier's.
type Mail struct {
	To       string // one address
	Language string // "en", "es"
	Title    string // the clinic's neutral title
	URL      string // a personal link
	Start    time.Time
	Zone     string // of Start
	Method   string // of the calendar: REQUEST, CANCEL
	Calendar string // iCalendar
	File     string // an attached text, and its name
	FileName string
}

// LogValue keeps addresses and links out of logs.
func (Mail) LogValue() slog.Value { return slog.StringValue("mail") }

// Outbox is what the post needs of the records.
type Outbox interface {
	// Claim takes the letter that is due longest, of one of the kinds and of
	// none of the full lanes, for the time of lease. No other node gets it in
	// that time. rooms.ErrNotFound: nothing is due.
	Claim(ctx context.Context, kinds, full []string, lease time.Duration) (Letter, error)
	// Sent says that a letter arrived.
	Sent(ctx context.Context, letter Letter) error
	// Failed says that it did not, with a code; again is when to try next, zero
	// for never.
	Failed(ctx context.Context, letter Letter, code string, again time.Time) error
}

// Courier brings letters of one kind. Deliver fails with a *Failure, or with
// something unexpected that is tried again.
type Courier interface {
	Deliver(ctx context.Context, letter Letter) error
}

// Failure says why a letter did not arrive, as a code without any text of the
// receiver.
type Failure struct {
	Code  string // "timeout", "http_503"
	Final bool   // trying again makes no sense
}

func (f *Failure) Error() string { return "not delivered: " + f.Code }

// failureOf is the code of any error of a courier.
func failureOf(err error) *Failure {
	var known *Failure
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.DeadlineExceeded):
		return &Failure{Code: "timeout"}
	}
	return &Failure{Code: "internal"}
}
