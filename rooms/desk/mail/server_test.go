package mail

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// smtpd is a small SMTP server on loopback: EHLO, STARTTLS, AUTH PLAIN, MAIL,
// RCPT, DATA. Its faults are set before it is used.
type smtpd struct {
	t        *testing.T
	listener net.Listener
	tls      *tls.Config
	implicit bool // TLS from the first byte
	starttls bool
	user     string // with a password: sign-in is needed
	password string
	answers  map[string]string // to a verb, instead of its own: "550 no", "hang", "drop"
	wg       sync.WaitGroup
	closing  chan struct{}

	mu    sync.Mutex
	mails []received
}

type received struct {
	from, to, data string
	secure, signed bool
}

// certificate is a test server's own, and who trusts it.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	own := httptest.NewTLSServer(nil)
	defer own.Close()
	trust := x509.NewCertPool()
	trust.AddCert(own.Certificate())
	return &tls.Config{Certificates: own.TLS.Certificates}, &tls.Config{RootCAs: trust}
}

func startSMTP(t *testing.T, set func(*smtpd)) *smtpd {
	t.Helper()
	s := &smtpd{t: t, answers: map[string]string{}, closing: make(chan struct{})}
	set(s)
	var err error
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		for {
			conn, err := s.listener.Accept()
			if err != nil {
				return
			}
			s.wg.Add(1)
			go func() { defer s.wg.Done(); s.serve(conn) }()
		}
	}()
	t.Cleanup(func() { close(s.closing); _ = s.listener.Close(); s.wg.Wait() })
	return s
}

func (s *smtpd) address() string { return s.listener.Addr().String() }

func (s *smtpd) got() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.mails...)
}

// talk is one conversation.
type talk struct {
	*smtpd
	conn net.Conn
	in   *bufio.Reader
	mail received
}

func (s *smtpd) serve(conn net.Conn) {
	done := make(chan struct{})
	defer close(done)
	go func() { // a conversation that hangs ends with the test
		select {
		case <-s.closing:
		case <-done:
		}
		_ = conn.Close()
	}()
	c := &talk{smtpd: s, conn: conn}
	if s.implicit {
		c.upgrade()
	}
	c.in = bufio.NewReader(c.conn)
	if !c.answer("greeting", "220 loopback ESMTP") {
		return
	}
	for {
		line, err := c.in.ReadString('\n')
		if err != nil || !c.command(strings.TrimRight(line, "\r\n")) {
			return
		}
	}
}

func (c *talk) upgrade() {
	c.conn = tls.Server(c.conn, c.tls)
	c.in = bufio.NewReader(c.conn)
	c.mail.secure = true
}

// answer says a line, or what the test wants in its place. It is false when
// the conversation is over.
func (c *talk) answer(verb, line string) bool {
	if other := c.answers[verb]; other != "" {
		line = other
	}
	switch line {
	case "hang":
		<-c.closing
		return false
	case "drop":
		return false
	}
	_, err := c.conn.Write([]byte(line + "\r\n"))
	return err == nil
}

func (c *talk) command(line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb = strings.ToUpper(verb); verb {
	case "EHLO":
		lines := []string{"250-loopback"}
		if c.starttls && !c.mail.secure {
			lines = append(lines, "250-STARTTLS")
		}
		if c.user != "" {
			lines = append(lines, "250-AUTH PLAIN")
		}
		return c.answer(verb, strings.Join(append(lines, "250 8BITMIME"), "\r\n"))
	case "STARTTLS":
		ok := c.answer(verb, "220 go on")
		c.upgrade()
		return ok
	case "AUTH":
		_, token, _ := strings.Cut(rest, " ")
		plain, _ := base64.StdEncoding.DecodeString(token)
		if string(plain) != "\x00"+c.user+"\x00"+c.password {
			return c.answer(verb, "535 5.7.8 no")
		}
		c.mail.signed = true
		return c.answer(verb, "235 welcome")
	case "MAIL":
		if c.user != "" && !c.mail.signed {
			return c.answer(verb, "530 5.7.0 sign in first")
		}
		c.mail.from = rest
		return c.answer(verb, "250 ok")
	case "RCPT":
		c.mail.to += rest
		return c.answer(verb, "250 ok")
	case "DATA":
		return c.data()
	case "QUIT":
		c.answer(verb, "221 bye")
		return false
	}
	return c.answer(verb, "250 ok")
}

func (c *talk) data() bool {
	if !c.answer("DATA", "354 go on") || c.answers["DATA"] != "" {
		return c.answers["DATA"] != "" && c.answers["DATA"] != "drop"
	}
	var text strings.Builder
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		text.WriteString(strings.TrimPrefix(line, "."))
	}
	c.mail.data = text.String()
	if c.answers["END"] == "" || c.answers["END"] == "drop" { // taken, and the line breaks before it is said
		c.mu.Lock()
		c.mails = append(c.mails, c.mail)
		c.mu.Unlock()
	}
	c.mail.data, c.mail.to = "", ""
	return c.answer("END", "250 queued")
}
