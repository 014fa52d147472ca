package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/desk/mail/mailtest"
	"vesper/rooms/records"
)

// turned is a clock that a test turns on. What has become due by then happens
// once, at the new time, each on a goroutine of its own as with a real timer;
// turn returns when it has happened.
type turned struct {
	mu     sync.Mutex
	now    time.Time
	begin  time.Time
	timers []*alarm
}

type alarm struct {
	clock *turned
	due   time.Time
	ring  func()
}

func (c *turned) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *turned) Mono() time.Duration { return c.Now().Sub(c.begin) }

func (c *turned) AfterFunc(d time.Duration, f func()) rooms.Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := &alarm{clock: c, due: c.now.Add(d), ring: f}
	c.timers = append(c.timers, a)
	return a
}

func (a *alarm) Stop() bool {
	a.clock.mu.Lock()
	defer a.clock.mu.Unlock()
	at := slices.Index(a.clock.timers, a)
	if at >= 0 {
		a.clock.timers = slices.Delete(a.clock.timers, at, at+1)
	}
	return at >= 0
}

func (c *turned) turn(to time.Time) {
	c.mu.Lock()
	if to.After(c.now) {
		c.now = to
	}
	var due []*alarm
	c.timers = slices.DeleteFunc(c.timers, func(a *alarm) bool {
		if a.due.After(c.now) {
			return false
		}
		due = append(due, a)
		return true
	})
	c.mu.Unlock()
	var rung sync.WaitGroup
	for _, a := range due {
		rung.Go(a.ring)
	}
	rung.Wait()
}

// clinicWeek is a clinic as its record system sets it up: a whole server under a
// clock that the test turns, with mail that really goes out.
type clinicWeek struct {
	t      *testing.T
	clock  *turned
	house  *house
	post   *mailtest.Server
	clinic rooms.ClinicID
	ehr    string // id of the registered program
	key    ed25519.PrivateKey

	person map[string]rooms.PersonID
	seat   map[string]string
	secret map[string]string // of the personal link, from the mail
	names  map[string]string // display names by id
	conn   uint64
}

func newClinicWeek(t *testing.T, at time.Time, postgres string) *clinicWeek {
	t.Helper()
	p := &clinicWeek{
		t: t, clock: &turned{now: at, begin: at}, person: map[string]rooms.PersonID{}, seat: map[string]string{},
		secret: map[string]string{}, names: map[string]string{},
	}
	p.post = mailtest.Start(t, nil)
	config := defaultConfig()
	config.Listen, config.Data, config.Postgres, config.Log = "127.0.0.1:0", t.TempDir(), postgres, "warn"
	config.SMTP = SMTPConfig{Address: p.post.Address(), Security: "none"}
	config.Mail = MailConfig{From: "no-reply@lakeside.example"}
	config.Checkpoints = CheckpointsConfig{Mail: []string{"compliance@example.org"}}
	var err error
	p.house, err = openHouseAt(t.Context(), config, logger("warn", testLog{t}), nil, p.clock)
	must(t, err)
	t.Cleanup(p.house.Close)
	clinic, err := p.house.records.CreateClinic(t.Context(), records.Clinic{Name: "Lakeside", Zone: "America/New_York", NeutralTitle: "Appointment"})
	must(t, err)
	p.clinic = clinic.ID
	public, private, err := ed25519.GenerateKey(nil)
	must(t, err)
	set, err := json.Marshal(map[string]any{"keys": []any{map[string]any{
		"kty": "OKP", "crv": "Ed25519", "kid": "1", "alg": "EdDSA", "x": base64.RawURLEncoding.EncodeToString(public),
	}}})
	must(t, err)
	client, err := p.house.records.AddServiceClient(t.Context(), auth.ServiceClient{Clinic: p.clinic, Name: "EHR", Scopes: []auth.Scope{auth.ScopeAdmin}, Keys: set})
	must(t, err)
	p.ehr, p.key = client.ID, private
	return p
}

// token is one that the record system gets for an assertion, for five minutes.
func (p *clinicWeek) token() string {
	p.t.Helper()
	assertion := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{
		"iss": p.ehr, "sub": p.ehr, "aud": p.house.url + "/api/v1/oauth/token", "jti": rooms.NewID(), "exp": p.clock.Now().Add(4 * time.Minute).Unix(),
	})
	assertion.Header["kid"] = "1"
	signed, err := assertion.SignedString(p.key)
	must(p.t, err)
	response, err := http.PostForm(p.house.url+"/api/v1/oauth/token", url.Values{
		"grant_type": {"client_credentials"}, "client_assertion_type": {auth.AssertionType}, "client_assertion": {signed},
	})
	must(p.t, err)
	defer response.Body.Close()
	var got struct {
		Token string `json:"access_token"`
	}
	must(p.t, json.NewDecoder(response.Body).Decode(&got))
	return got.Token
}

// ask calls the API and returns what it answers.
func (p *clinicWeek) ask(method, path, token string, body any) (int, []byte) {
	p.t.Helper()
	var payload bytes.Buffer
	if body != nil {
		must(p.t, json.NewEncoder(&payload).Encode(body))
	}
	request, err := http.NewRequestWithContext(p.t.Context(), method, p.house.url+"/api/v1"+path, &payload)
	must(p.t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	must(p.t, err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	must(p.t, err)
	return response.StatusCode, data
}

// does is ask for what must work, as the record system.
func (p *clinicWeek) does(method, path string, body any) map[string]any {
	p.t.Helper()
	return p.doesAs(p.token(), method, path, body)
}

func (p *clinicWeek) doesAs(token, method, path string, body any) map[string]any {
	p.t.Helper()
	status, data := p.ask(method, path, token, body)
	if status >= 300 {
		p.t.Fatalf("%s %s: %d %s", method, path, status, data)
	}
	got := map[string]any{}
	if len(data) > 0 {
		must(p.t, json.Unmarshal(data, &got))
	}
	return got
}

func (p *clinicWeek) id(path string, body any) string {
	p.t.Helper()
	id, _ := p.does("POST", path, body)["id"].(string)
	return id
}

// enrol adds a person with a seat and a mail address.
func (p *clinicWeek) enrol(series, name, legal, role string, more map[string]any) {
	p.t.Helper()
	kind := map[string]string{"participant": "client", "collateral": "collateral"}[role]
	person := map[string]any{"legal_name": legal, "display_name": name, "language": "en", "email": strings.ToLower(name[:3]) + "@example.org", "phone": "+1 555 0100"}
	if kind == "" {
		kind = "staff"
		person["credential"], person["staff_roles"] = "LCSW", []string{"clinician"}
	}
	person["kind"] = kind
	id := p.id("/persons", person)
	p.person[name], p.names[id] = rooms.PersonID(id), name
	seat := map[string]any{"person": id, "role": role, "display_name": name}
	for key, value := range more {
		seat[key] = value
	}
	p.seat[name] = p.id("/series/"+series+"/seats", seat)
	p.does("POST", "/seats/"+p.seat[name]+"/invitations/send", nil)
}

var linkInMail = regexp.MustCompile(`/j#([a-z0-9]{20,})`)

// mails waits for everybody's link to come by mail.
func (p *clinicWeek) mails() {
	p.t.Helper()
	eventually(p.t, "every invitation comes by mail", func() bool {
		for _, got := range p.post.Got() {
			text := strings.NewReplacer("=\r\n", "", "=\n", "").Replace(got.Data) // the soft breaks of quoted-printable
			found := linkInMail.FindStringSubmatch(text)
			if found == nil {
				continue
			}
			for name := range p.person {
				if strings.Contains(got.To, strings.ToLower(name[:3])+"@") {
					p.secret[name] = found[1]
				}
			}
		}
		return len(p.secret) == len(p.person)
	})
}

// staff signs a staff member in by a one-time link.
func (p *clinicWeek) staff(name string) string {
	p.t.Helper()
	link := p.does("POST", "/persons/"+string(p.person[name])+"/signin-link", nil)["url"].(string)
	_, secret, _ := strings.Cut(link, "#")
	return p.doesAs("", "POST", "/staff/signin", map[string]string{"secret": secret})["token"].(string)
}

// attachment is the text file that goes with a mail.
func attachment(t *testing.T, data string) string {
	t.Helper()
	message, err := mail.ReadMessage(strings.NewReader(data))
	must(t, err)
	_, kind, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	must(t, err)
	for parts := multipart.NewReader(message.Body, kind["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatalf("the mail has no file: %v", err)
		}
		if part.FileName() == "" {
			continue
		}
		text, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
		must(t, err)
		return string(text)
	}
}
