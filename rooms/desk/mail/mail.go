// Package mail brings letters by SMTP: invitations with a personal link,
// changed and cancelled dates with a calendar, reminders, and checkpoints.
//
// Its texts are neutral, in English and Spanish. It knows no storage and keeps
// no connection: one letter, one conversation with the server. What the server
// answers is kept as a code, never as text.
package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/netip"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"vesper/rooms"
	"vesper/rooms/desk"
)

// How the connection is secured.
const (
	StartTLS = "starttls" // needed; a server without it gets no mail
	TLS      = "tls"      // from the first byte
	None     = "none"     // to this machine only
)

// Options of a Mailer. Address and From must be set.
type Options struct {
	Address  string // host:port of the SMTP server
	Security string // StartTLS by default
	User     string // empty: no sign-in
	Password string
	From     string // "Front desk <no-reply@example.org>"; without a name: the clinic's neutral title
	ReplyTo  string
	Timeout  time.Duration // of one answer of the server; 0: 20 s
	Clock    rooms.Clock
	TLS      *tls.Config // nil: the machine's trust
}

// Mailer is a courier. It may be used from any goroutine.
type Mailer struct {
	options Options
	host    string
	port    int
	from    *netmail.Address
	replyTo *netmail.Address
	domain  string // of From
}

var _ desk.Courier = (*Mailer)(nil)

// New checks the options and makes a courier. It does not connect.
func New(o Options) (*Mailer, error) {
	if o.Security == "" {
		o.Security = StartTLS
	}
	if o.Timeout == 0 {
		o.Timeout = 20 * time.Second
	}
	if o.Clock == nil {
		o.Clock = rooms.SystemClock
	}
	m := &Mailer{options: o}
	host, port, err := net.SplitHostPort(o.Address)
	if err != nil {
		return nil, fmt.Errorf("smtp address: %w", err)
	}
	m.host = host
	if m.port, err = strconv.Atoi(port); err != nil || m.port < 1 || m.port > 65535 {
		return nil, fmt.Errorf("smtp address: %q is no port", port)
	}
	if m.from, err = netmail.ParseAddress(o.From); err != nil {
		return nil, errors.New("mail from: it is not an address")
	}
	m.from.Name = clean(m.from.Name)
	m.domain = m.from.Address[strings.LastIndexByte(m.from.Address, '@')+1:]
	if o.ReplyTo != "" {
		if m.replyTo, err = netmail.ParseAddress(o.ReplyTo); err != nil {
			return nil, errors.New("mail reply_to: it is not an address")
		}
	}
	return m, m.secure()
}

// secure refuses to send mails, or a password, in the clear over a network.
func (m *Mailer) secure() error {
	switch m.options.Security {
	case StartTLS, TLS:
		return nil
	case None:
		addr, err := netip.ParseAddr(m.host)
		if m.host == "localhost" || err == nil && addr.Unmap().IsLoopback() {
			return nil
		}
		return errors.New("smtp security: none is for a server on this machine only")
	}
	return fmt.Errorf("smtp security: it is starttls, tls or none, not %q", m.options.Security)
}

// Deliver sends one letter.
func (m *Mailer) Deliver(ctx context.Context, letter desk.Letter) error {
	msg, err := m.compose(letter)
	if err != nil {
		return err
	}
	client, err := m.client(ctx)
	if err != nil {
		return fmt.Errorf("prepare connection: %w", err)
	}
	err = client.DialWithContext(ctx)
	if err == nil {
		err = client.Send(msg)
		_ = client.Close() // it arrived or not, whatever the goodbye was
	}
	return failure(ctx, err)
}

// client is for one conversation, which ends with ctx.
func (m *Mailer) client(ctx context.Context) (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(m.port), gomail.WithTimeout(m.options.Timeout), gomail.WithTLSConfig(m.trust()),
		gomail.WithDialContextFunc(func(dial context.Context, network, address string) (net.Conn, error) {
			return m.dial(ctx, dial, network, address)
		}),
		gomail.WithHELO(m.domain), // the machine's own name is nobody's business
		gomail.WithoutNoop(),
	}
	if m.options.Security == StartTLS {
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	} else {
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if m.options.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthPlain),
			gomail.WithUsername(m.options.User), gomail.WithPassword(m.options.Password))
	}
	return gomail.NewClient(m.host, options...)
}

func (m *Mailer) trust() *tls.Config {
	config := &tls.Config{}
	if m.options.TLS != nil {
		config = m.options.TLS.Clone()
	}
	config.ServerName, config.MinVersion = m.host, tls.VersionTLS12
	return config
}

// dial connects; the connection closes when ctx ends, so that a server that
// hangs holds nobody.
func (m *Mailer) dial(ctx, dial context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(dial, network, address)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	if m.options.Security != TLS {
		return conn, nil
	}
	secure := tls.Client(conn, m.trust())
	if err := secure.HandshakeContext(dial); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}

// failure is why a mail did not go, as a code. What the server says for good
// about this mail is final; about us (sign-in, greeting) it may pass.
func failure(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var refused *gomail.SendError
	var said *textproto.Error
	var network net.Error
	switch {
	case errors.As(err, &refused) && refused.ErrorCode() >= 400:
		final := !refused.IsTemp() && (refused.Reason == gomail.ErrSMTPRcptTo || refused.Reason == gomail.ErrSMTPDataClose)
		return &desk.Failure{Code: fmt.Sprintf("smtp_%d", refused.ErrorCode()), Final: final}
	case errors.As(err, &said) && said.Code >= 400:
		return &desk.Failure{Code: fmt.Sprintf("smtp_%d", said.Code)}
	case ctx.Err() != nil, errors.As(err, &network) && network.Timeout(), strings.Contains(err.Error(), "i/o timeout"):
		return &desk.Failure{Code: "timeout"}
	case strings.Contains(err.Error(), "STARTTLS"), strings.Contains(err.Error(), "tls: "), strings.Contains(err.Error(), "x509: "):
		return &desk.Failure{Code: "tls"}
	case strings.Contains(err.Error(), "AUTH"):
		return &desk.Failure{Code: "sign_in"}
	}
	return &desk.Failure{Code: "unreachable"}
}
