// Package mailtest is a small SMTP server on loopback, for tests that send real
// mail: EHLO, STARTTLS, AUTH PLAIN, MAIL, RCPT, DATA. It can be told to fail.
package mailtest

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

// Server is one SMTP server. What it is to be is set before it starts.
type Server struct {
	t        testing.TB
	listener net.Listener
	TLS      *tls.Config
	Implicit bool // TLS from the first byte
	StartTLS bool
	User     string // with a Password: sign-in is needed
	Password string
	Answers  map[string]string // to a verb, instead of its own: "550 no", "hang", "drop"
	wg       sync.WaitGroup
	closing  chan struct{}

	mu    sync.Mutex
	mails []Received
}

// Received is a mail as it came in: envelope, text, and whether the connection
// was encrypted and signed in.
type Received struct {
	From, To, Data string
	Secure, Signed bool
}

// Certificate is a server's own, and who trusts it.
func Certificate(t testing.TB) (server, client *tls.Config) {
	t.Helper()
	own := httptest.NewTLSServer(nil)
	defer own.Close()
	trust := x509.NewCertPool()
	trust.AddCert(own.Certificate())
	return &tls.Config{Certificates: own.TLS.Certificates}, &tls.Config{RootCAs: trust}
}

// Start serves until the test ends.
func Start(t testing.TB, set func(*Server)) *Server {
	t.Helper()
	s := &Server{t: t, Answers: map[string]string{}, closing: make(chan struct{})}
	if set != nil {
		set(s)
	}
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

// Address is its host:port.
func (s *Server) Address() string { return s.listener.Addr().String() }

// Got are the mails that it took.
func (s *Server) Got() []Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Received(nil), s.mails...)
}

// talk is one conversation.
type talk struct {
	*Server
	conn net.Conn
	in   *bufio.Reader
	mail Received
}

func (s *Server) serve(conn net.Conn) {
	done := make(chan struct{})
	defer close(done)
	go func() { // a conversation that hangs ends with the test
		select {
		case <-s.closing:
		case <-done:
		}
		_ = conn.Close()
	}()
	c := &talk{Server: s, conn: conn}
	if s.Implicit {
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
	c.conn = tls.Server(c.conn, c.TLS)
	c.in = bufio.NewReader(c.conn)
	c.mail.Secure = true
}

// answer says a line, or what the test wants in its place. It is false when
// the conversation is over.
func (c *talk) answer(verb, line string) bool {
	if other := c.Answers[verb]; other != "" {
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
		if c.StartTLS && !c.mail.Secure {
			lines = append(lines, "250-STARTTLS")
		}
		if c.User != "" {
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
		if string(plain) != "\x00"+c.User+"\x00"+c.Password {
			return c.answer(verb, "535 5.7.8 no")
		}
		c.mail.Signed = true
		return c.answer(verb, "235 welcome")
	case "MAIL":
		if c.User != "" && !c.mail.Signed {
			return c.answer(verb, "530 5.7.0 sign in first")
		}
		c.mail.From = rest
		return c.answer(verb, "250 ok")
	case "RCPT":
		c.mail.To += rest
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
	if !c.answer("DATA", "354 go on") || c.Answers["DATA"] != "" {
		return c.Answers["DATA"] != "" && c.Answers["DATA"] != "drop"
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
	c.mail.Data = text.String()
	if c.Answers["END"] == "" || c.Answers["END"] == "drop" { // taken, and the line breaks before it is said
		c.mu.Lock()
		c.mails = append(c.mails, c.mail)
		c.mu.Unlock()
	}
	c.mail.Data, c.mail.To = "", ""
	return c.answer("END", "250 queued")
}
