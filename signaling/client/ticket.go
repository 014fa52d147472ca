package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"vesper/signaling/wire"
)

const (
	openPath   = "/api/v1/invitations/open"
	ticketPath = "/api/v1/invitations/ticket"

	// noNumber is a call-back number that is nobody's (NANP, 555-01xx).
	noNumber = "+1 555 0100"
)

// server is where a link leads.
type server struct {
	base   *url.URL // scheme and host, no path
	secret string   // of the link; empty with a ticket or a resume token
	http   *http.Client
}

func findServer(options Options) (server, error) {
	address := options.URL
	if options.Link != "" {
		address = options.Link
	}
	u, err := url.Parse(address)
	if err != nil {
		return server{}, errors.New("client: the link is not a URL") // url.Error would print the secret
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return server{}, errors.New("client: the link has no http(s) host")
	}
	s := server{base: &url.URL{Scheme: u.Scheme, Host: u.Host}, http: options.HTTPClient}
	if options.Link != "" {
		s.secret = u.Fragment
	}
	if s.secret == "" && options.Ticket == "" && options.Resume == "" {
		return server{}, errors.New("client: needs a link with its secret, a ticket or a resume token")
	}
	if s.http == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.TLSClientConfig = options.TLS
		transport.DisableKeepAlives = true // a call or two a join
		s.http = &http.Client{Transport: transport, Timeout: 30 * time.Second}
	}
	return s, nil
}

func (s server) signalURL() string {
	u := *s.base
	u.Scheme = "ws" + strings.TrimPrefix(u.Scheme, "http")
	u.Path = wire.Path
	return u.String()
}

// loopback says whether the server is on this machine, where candidates of
// other interfaces are of no use.
func (s server) loopback() bool {
	host := s.base.Hostname()
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// ticket opens the invitation, fills in the door and gets a ticket.
func (s server) ticket(ctx context.Context, door wire.Door) (string, error) {
	var invitation wire.Invitation
	if err := s.post(ctx, openPath, wire.OpenRequest{Secret: s.secret}, &invitation); err != nil {
		return "", fmt.Errorf("open the invitation: %w", err)
	}
	request := wire.TicketRequest{
		Secret: s.secret,
		Door:   fillDoor(door, invitation),
		Rules:  invitation.Rules.Version,
	}
	var ticket wire.Ticket
	if err := s.post(ctx, ticketPath, request, &ticket); err != nil {
		return "", fmt.Errorf("get a ticket: %w", err)
	}
	return ticket.Ticket, nil
}

func fillDoor(door wire.Door, invitation wire.Invitation) wire.Door {
	first := func(values ...string) string {
		for _, value := range values {
			if value != "" {
				return value
			}
		}
		return ""
	}
	door.Name = first(door.Name, invitation.Prefill.Name, invitation.Name)
	door.Place = first(door.Place, invitation.Prefill.Place, "home")
	if door.Address == nil {
		door.Address = invitation.Prefill.Address
	}
	if door.Emergency == nil {
		door.Emergency = invitation.Prefill.Emergency
	}
	door.Phone = first(door.Phone, invitation.Prefill.Phone, noNumber)
	return door
}

func (s server) post(ctx context.Context, path string, body, answer any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return err
	}
	u := *s.base
	u.Path = path
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(encoded))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := s.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return problem(response.StatusCode, text)
	}
	return json.Unmarshal(text, answer)
}

// problem reads application/problem+json; anything else keeps the status.
func problem(status int, body []byte) error {
	var p wire.Problem
	if json.Unmarshal(body, &p) != nil || p.Code == "" {
		return fmt.Errorf("client: HTTP status %d", status)
	}
	return &Error{Code: p.Code, Message: p.Detail, Status: status, Opens: p.Opens, Fields: p.Errors}
}
