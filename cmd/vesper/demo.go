package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"vesper/auth"
	"vesper/cmd/vesper/demo"
	"vesper/rooms"
	"vesper/rooms/records"
)

// demoCommand shows a working evening.
type demoCommand struct {
	Listen string `help:"Address of the pages; port 0 picks a free one." default:"" placeholder:"127.0.0.1:8080"`
	Media  string `help:"UDP address of the media; by default a free port beside the pages." placeholder:"ADDR"`
	Lan    bool   `help:"Serve HTTPS to the local network and print a link as a QR code."`
	Bots   int    `help:"How many bots take part; a cofacilitator comes with them." default:"6"`
	Data   string `help:"Folder of the demo's records." default:"data/demo"`
	JSON   bool   `help:"Print one line of JSON when ready." name:"json"`
	Redis  string `help:"Keep live state in Redis (or set VESPER_REDIS)." placeholder:"URL"`
	Log    string `help:"debug, info, warn or error." default:"warn"`
}

// demoLinks is what the demo prints.
type demoLinks struct {
	URL          string   `json:"url"`
	Session      string   `json:"session"`
	Facilitator  string   `json:"facilitator"`
	Participants []string `json:"participants"`
	Console      string   `json:"console"`
	APIToken     string   `json:"api_token"`
}

// Run builds the house, seeds the clinic and keeps the evening going until
// the process is told to stop.
func (d *demoCommand) Run(ctx context.Context, io *streams) error {
	if d.Bots < 0 || d.Bots > 25 {
		return fmt.Errorf("--bots is 0 to 25, not %d", d.Bots)
	}
	log := logger(d.Log, io.err)
	config, cert, err := d.config()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(config.Data, 0o700); err != nil {
		return err
	}
	h, err := openHouse(ctx, config, log, cert)
	if err != nil {
		return err
	}
	defer h.Close()
	show := &showing{house: h, log: log, bots: d.Bots, client: trusting(cert)}
	if cert != nil {
		show.tls = ownTLS(cert)
	}
	links, err := show.prepare(ctx)
	if err != nil {
		return fmt.Errorf("prepare the demo: %w", err)
	}
	stop, err := show.perform(ctx)
	if err != nil {
		return fmt.Errorf("bring the bots in: %w", err)
	}
	defer stop()
	if err := d.announce(io, links); err != nil {
		return err
	}
	return h.wait(ctx)
}

// config is the demo's configuration and, on the local network, its own
// certificate.
func (d *demoCommand) config() (Config, *tls.Certificate, error) {
	config := defaultConfig()
	config.Limits = LimitsConfig{Burst: 5000, PerSecond: 1000} // everybody comes from one machine
	config.Listen, config.Data, config.Redis, config.Log = d.Listen, d.Data, d.Redis, d.Log
	if config.Redis == "" {
		config.Redis = os.Getenv("VESPER_REDIS")
	}
	if config.Listen == "" {
		config.Listen = "127.0.0.1:8080"
		if d.Lan {
			address, err := lanAddress()
			if err != nil {
				return config, nil, err
			}
			config.Listen = net.JoinHostPort(address.String(), "8443")
		}
	}
	host, _, err := net.SplitHostPort(config.Listen)
	if err != nil {
		return config, nil, fmt.Errorf("--listen: %w", err)
	}
	config.Media.Listen = net.JoinHostPort(host, "0")
	if d.Media != "" {
		config.Media.Listen = d.Media
	}
	if !d.Lan {
		return config, nil, nil
	}
	cert, err := ownCertificate(d.Data, host)
	return config, cert, err
}

// announce tells people, or one line of JSON, where to go.
func (d *demoCommand) announce(io *streams, links demoLinks) error {
	if d.JSON {
		return json.NewEncoder(io.out).Encode(links)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "\n  An evening group is live now. Open the links in separate browser windows.\n\n")
	fmt.Fprintf(&text, "  Facilitator   %s\n", links.Facilitator)
	for i, link := range links.Participants {
		fmt.Fprintf(&text, "  Participant %d %s\n", i+1, link)
	}
	fmt.Fprintf(&text, "  Console       %s\n\n", links.Console)
	if d.Lan && len(links.Participants) > 0 {
		code, err := qrCode(links.Participants[0])
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "  Participant 1, for a phone in this network (its browser will warn of the\n  certificate, which this demo made itself):\n\n%s\n", code)
	}
	fmt.Fprintf(&text, "  Ctrl+C ends the demo.\n\n")
	_, err := io.out.WriteString(text.String())
	return err
}

// trusting is a client that trusts the demo's own certificate.
func trusting(cert *tls.Certificate) *http.Client {
	client := &http.Client{Timeout: 15 * time.Second}
	if cert != nil {
		client.Transport = &http.Transport{TLSClientConfig: ownTLS(cert)}
	}
	return client
}

// showing is one start of the demo.
type showing struct {
	house  *house
	log    *slog.Logger
	bots   int
	client *http.Client
	tls    *tls.Config // for the demo's own certificate; nil without
	api    *demo.API
	clinic *demo.Clinic
}

// prepare founds the clinic on the first start, finds or plans the evening,
// and makes fresh links.
func (s *showing) prepare(ctx context.Context) (links demoLinks, err error) {
	if s.clinic, err = readDemo(s.house.config.Data); err != nil {
		return links, err
	}
	first := s.clinic == nil
	if first {
		if err := s.found(ctx); err != nil {
			return links, err
		}
	}
	token, _, err := s.house.authority.IssueService(ctx, rooms.ClinicID(s.clinic.ID), "demo",
		[]auth.Scope{auth.ScopeSessionsRead, auth.ScopeSessionsWrite, auth.ScopeStaffLinks, auth.ScopeLoadtest}, 30*24*time.Hour)
	if err != nil {
		return links, err
	}
	s.api = &demo.API{URL: s.house.url, Token: token, Client: s.client}
	if err := s.schedule(ctx, first); err != nil {
		return links, err
	}
	links = demoLinks{URL: s.house.url, Session: s.clinic.Session, APIToken: token, Participants: []string{}}
	return links, s.link(ctx, &links)
}

func (s *showing) found(ctx context.Context) error {
	clinic, err := s.house.records.CreateClinic(ctx, records.Clinic{Name: "Harbor Evening Program", Zone: demoZone, NeutralTitle: "Appointment"})
	if err != nil {
		return err
	}
	admin, err := s.house.records.CreatePerson(ctx, records.Person{
		Clinic: clinic.ID, Kind: records.StaffPerson, LegalName: "Alex Morgan", DisplayName: "Alex", StaffRoles: []auth.StaffRole{auth.Admin},
	})
	s.clinic = &demo.Clinic{ID: string(clinic.ID), Admin: string(admin.ID), Members: demo.Cast(s.bots)}
	return err
}

// payers sets the examples of payers with a token of a minute: the one that is
// printed may not change settings.
func (s *showing) payers(ctx context.Context) error {
	token, _, err := s.house.authority.IssueService(ctx, rooms.ClinicID(s.clinic.ID), "demo settings", []auth.Scope{auth.ScopeAdmin}, time.Minute)
	if err != nil {
		return err
	}
	return demo.Payers(ctx, &demo.API{URL: s.house.url, Token: token, Client: s.client}, s.clinic)
}

// demoZone is where the demo clinic is.
const demoZone = "America/New_York"

// schedule continues the session of an earlier start while it lasts, or plans
// a new one that began ten minutes ago.
func (s *showing) schedule(ctx context.Context, first bool) error {
	now := s.house.clock.Now()
	if first {
		if err := demo.Found(ctx, s.api, s.clinic); err != nil {
			return err
		}
		if err := s.payers(ctx); err != nil {
			return err
		}
	} else if running, err := demo.Running(ctx, s.api, s.clinic, now); err != nil || running {
		return err
	}
	zone, err := time.LoadLocation(demoZone)
	if err != nil {
		return err
	}
	start := now.Add(-10 * time.Minute).Truncate(time.Minute).In(zone)
	// A round between the series and its seats would open an empty roster.
	err = s.house.desk.Between(func() error {
		return demo.Schedule(ctx, s.api, s.clinic, demo.Evening{Start: start, Zone: demoZone})
	})
	if err != nil {
		return err
	}
	if err := s.house.desk.Round(ctx); err != nil {
		return err
	}
	if first {
		err := s.house.desk.Between(func() error { return livePast(ctx, s.house.records, s.clinic, start) })
		if err != nil {
			return err
		}
	}
	if s.clinic.Session, err = demo.Live(ctx, s.api, s.clinic, start); err != nil {
		return err
	}
	return writeDemo(s.house.config.Data, s.clinic)
}

// link makes the links that people open.
func (s *showing) link(ctx context.Context, links *demoLinks) error {
	for _, m := range s.clinic.Members {
		if m.Bot {
			continue
		}
		link, err := demo.Link(ctx, s.api, m)
		if err != nil {
			return err
		}
		if m.Part == demo.Facilitator {
			links.Facilitator = link
		} else {
			links.Participants = append(links.Participants, link)
		}
	}
	staff := auth.Staff{Clinic: rooms.ClinicID(s.clinic.ID), Person: rooms.PersonID(s.clinic.Admin), Roles: []auth.StaffRole{auth.Admin}}
	secret, _, err := s.house.authority.NewStaffLink(ctx, staff, 0, true)
	links.Console = s.house.url + "/console#" + secret.Reveal()
	return err
}
