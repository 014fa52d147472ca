package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
)

// repeat sends a POST with a key and returns status, body and whether it is an
// answer of before.
func (o *office) repeat(key, path, token, body string) (int, string, bool) {
	o.t.Helper()
	request, err := http.NewRequestWithContext(o.t.Context(), "POST", o.url+"/api/v1"+path, strings.NewReader(body))
	o.check(err)
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	response, err := http.DefaultClient.Do(request)
	o.check(err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	o.check(err)
	return response.StatusCode, string(data), response.Header.Get("Idempotency-Replayed") == "true"
}

// program is the token of a program that may everything.
func (o *office) program(clinic string) string {
	token, _, err := o.authority.IssueService(o.t.Context(), o.clinic[clinic], "admin", []auth.Scope{auth.ScopeAdmin}, time.Hour)
	o.check(err)
	return token
}

func TestRepeatedPost(t *testing.T) {
	o := newOffice(t)
	token, other := o.token["harbor"], o.token["mesa"]
	status, first, replayed := o.repeat("k1", "/programs", token, `{"name":"Evening"}`)
	if status != 200 || replayed {
		t.Fatal(status, first)
	}
	if status, again, replayed := o.repeat("k1", "/programs", token, `{"name":"Evening"}`); status != 200 || again != first || !replayed {
		t.Errorf("again: %d %s, want %s", status, again, first)
	}
	programs, err := o.records.Programs(t.Context(), o.clinic["harbor"])
	o.check(err)
	if len(programs) != 1 {
		t.Errorf("%d programs", len(programs))
	}
	for _, c := range []struct{ name, key, path, token, body, code string }{
		{"another body", "k1", "/programs", token, `{"name":"Morning"}`, "idempotency_mismatch"},
		{"another route", "k1", "/persons", token, `{"name":"Evening"}`, "idempotency_mismatch"},
		{"a space in it", "k 1", "/programs", token, `{"name":"Evening"}`, "invalid"},
		{"too long", strings.Repeat("k", 256), "/programs", token, `{"name":"Evening"}`, "invalid"},
		{"no token", "k1", "/programs", "", `{"name":"Evening"}`, "token_invalid"},
		{"too large", "k9", "/programs", token, `{"name":"` + strings.Repeat("x", 70<<10) + `"}`, "too_large"},
	} {
		_, answer, _ := o.repeat(c.key, c.path, c.token, c.body)
		var p struct{ Code string }
		_ = json.Unmarshal([]byte(answer), &p)
		if p.Code != c.code {
			t.Errorf("%s: %s, want %s", c.name, answer, c.code)
		}
	}
	if status, answer, replayed := o.repeat("k1", "/programs", other, `{"name":"Evening"}`); status != 200 || replayed || answer == first {
		t.Errorf("another clinic's caller: %d %s", status, answer)
	}
	renewed, _, err := o.authority.IssueService(t.Context(), o.clinic["harbor"], "test", []auth.Scope{auth.ScopeSessionsWrite}, time.Hour)
	o.check(err)
	if status, again, replayed := o.repeat("k1", "/programs", renewed, `{"name":"Evening"}`); status != 200 || again != first || !replayed {
		t.Errorf("with a new token of the same program: %d %s", status, again)
	}
	// A refusal did nothing: the same key may be used for the corrected call.
	if status, _, _ := o.repeat("k2", "/programs", token, `{"name":""}`); status != 422 {
		t.Errorf("refused with %d", status)
	}
	if status, answer, _ := o.repeat("k2", "/programs", token, `{"name":"Night"}`); status != 200 {
		t.Errorf("corrected: %d %s", status, answer)
	}
}

// Twenty at once are one.
func TestRepeatedPostAtOnce(t *testing.T) {
	o := newOffice(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	answers := map[string]int{}
	for range 20 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			status, answer, _ := o.repeat("k", "/programs", o.token["harbor"], `{"name":"Evening"}`)
			if status == 409 {
				answer = "in_progress"
			}
			mu.Lock()
			answers[answer]++
			mu.Unlock()
		}()
	}
	wg.Wait()
	delete(answers, "in_progress")
	programs, err := o.records.Programs(t.Context(), o.clinic["harbor"])
	o.check(err)
	if len(programs) != 1 || len(answers) != 1 {
		t.Errorf("%d programs, answers %v", len(programs), answers)
	}
}

func TestWebhookCalls(t *testing.T) {
	o := newOffice(t)
	token := o.program("harbor")
	for _, url := range []string{
		"", "ehr", "http://ehr.example.org", "ftp://ehr.example.org", "https://user:pw@ehr.example.org", "https://ehr.example.org/#x", "https://",
		"https://localhost/x", "https://LOCALHOST./x", "https://127.0.0.1", "https://[::1]/", "https://10.0.0.1", "https://169.254.169.254/latest",
		"https://[::ffff:10.0.0.1]", "https://router", "https://printer.local", "https://metadata.google.internal", "https://127.1", "https://[fe80::1%25eth0]/",
	} {
		status, got := o.call("POST", "/api/v1/webhooks", token, map[string]any{"url": url})
		if o.want(422, "invalid", status, got); !strings.Contains(fmt.Sprint(got["errors"]), "body.url") {
			t.Errorf("%q: %v", url, got)
		}
	}
	status, got := o.call("POST", "/api/v1/webhooks", token, map[string]any{"url": "https://ehr.example.org/vesper", "kinds": []string{"session.sealed"}})
	o.want(200, "", status, got)
	id, secret := got["id"].(string), got["secret"].(string)
	if !strings.HasPrefix(secret, "whsec_") {
		t.Errorf("secret %q", secret)
	}
	path := "/api/v1/webhooks/" + id
	status, got = o.call("PATCH", path, token, map[string]any{"kinds": []string{"session.ended", "party"}})
	o.want(422, "invalid", status, got)
	status, got = o.call("PATCH", path, token, map[string]any{"disabled": true, "kinds": []string{"session.ended"}})
	if o.want(200, "", status, got); got["disabled"] != true || got["secret"] != nil {
		t.Errorf("changed: %v", got)
	}
	status, got = o.call("POST", path+"/rotate", token, nil)
	if o.want(200, "", status, got); got["secret"] == secret || got["former_until"] == nil {
		t.Errorf("rotated: %v", got)
	}
	if status, got = o.call("GET", "/api/v1/webhooks", token, nil); strings.Contains(fmt.Sprint(got), "whsec_") || len(got["webhooks"].([]any)) != 1 {
		t.Errorf("list: %d %v", status, got)
	}
	sent := map[string]bool{}
	for range 5 {
		o.now = o.now.Add(time.Millisecond)
		status, got = o.call("POST", path+"/test", token, nil)
		o.want(200, "", status, got)
		sent[got["id"].(string)] = true
	}
	seen, pages, after := map[string]bool{}, 0, ""
	for {
		status, got = o.call("GET", path+"/deliveries?limit=2&after="+after, token, nil)
		o.want(200, "", status, got)
		for _, d := range got["deliveries"].([]any) {
			seen[d.(map[string]any)["id"].(string)] = true
		}
		pages++
		next, more := got["next"].(string)
		if !more {
			break
		}
		after = next
	}
	if pages != 3 || fmt.Sprint(seen) != fmt.Sprint(sent) {
		t.Errorf("%d pages with %v, want 3 with %v", pages, seen, sent)
	}
	for _, bad := range []string{"!!", "e30", "WyJ4Il0", "WyJ4IiwieSJd"} {
		status, got = o.call("GET", path+"/deliveries?after="+bad, token, nil)
		o.want(422, "invalid", status, got)
	}
	for _, c := range [][2]string{{"GET", path + "/deliveries"}, {"POST", path + "/rotate"}, {"POST", path + "/test"}, {"DELETE", path}} {
		status, got = o.call(c[0], c[1], o.program("mesa"), nil)
		o.want(404, "not_there", status, got)
		status, got = o.call(c[0], c[1], o.token["harbor"], nil)
		o.want(403, "not_allowed", status, got)
	}
	if status, _ = o.call("DELETE", path, token, nil); status != 204 {
		t.Errorf("deleted with %d", status)
	}
}

func TestSendInvitation(t *testing.T) {
	o := newOffice(t)
	seat, former := o.seat("harbor", "FREQ=DAILY;COUNT=3", o.local(time.Hour))
	token, path := o.token["harbor"], "/api/v1/seats/"+seat+"/invitations/send"
	status, got := o.call("POST", path, token, nil)
	o.want(409, "no_address", status, got)
	kept, err := o.records.Seat(t.Context(), o.clinic["harbor"], rooms.SeatID(seat))
	o.check(err)
	person, err := o.records.Person(t.Context(), o.clinic["harbor"], kept.Person)
	o.check(err)
	person.Email = "ana@example.com"
	o.check(o.records.UpdatePerson(t.Context(), person))
	status, got = o.call("POST", path, o.token["mesa"], nil)
	o.want(404, "not_there", status, got)
	status, got = o.call("POST", path, token, nil)
	if o.want(200, "", status, got); got["queued"] != true || strings.Contains(fmt.Sprint(got), "/j#") {
		t.Errorf("sent: %v", got)
	}
	message, err := o.records.ClaimMessage(t.Context(), []string{records.MailMessage}, nil, time.Minute)
	o.check(err)
	_, secret, _ := strings.Cut(message.Mail.URL, "#")
	status, got = o.call("POST", "/api/v1/invitations/open", "", map[string]any{"secret": secret})
	o.want(200, "", status, got)
	status, got = o.call("POST", "/api/v1/invitations/open", "", map[string]any{"secret": former})
	o.want(410, "link_revoked", status, got)
	status, got = o.call("GET", "/api/v1/mail?state=pending", token, nil)
	o.want(200, "", status, got)
	if text := fmt.Sprint(got); !strings.Contains(text, "invitation") || strings.Contains(text, "ana@") || strings.Contains(text, secret) {
		t.Errorf("list: %v", got)
	}
	status, got = o.call("PUT", "/api/v1/persons/"+string(person.ID)+"/reminders", token, map[string]any{"wanted": false})
	o.want(200, "", status, got)
	if status, got = o.call("GET", "/api/v1/persons/"+string(person.ID)+"/reminders", token, nil); got["wanted"] != false {
		t.Errorf("reminders: %d %v", status, got)
	}
	admin := o.program("harbor")
	for _, bad := range [][]int{{0}, {14}, {10081}, {60, 120, 180, 240}} {
		status, got = o.call("PUT", "/api/v1/settings/mail", admin, map[string]any{"reminder_minutes": bad})
		o.want(422, "invalid", status, got)
	}
	status, got = o.call("PUT", "/api/v1/settings/mail", admin, map[string]any{"reminder_minutes": []int{120, 1440, 120}})
	o.want(200, "", status, got)
	if _, got = o.call("GET", "/api/v1/settings/mail", admin, nil); fmt.Sprint(got["reminder_minutes"]) != "[120 1440]" {
		t.Errorf("settings: %v", got)
	}
	for title, want := range map[string]string{"  Evening\u00a0 appointment ": "Evening appointment", "Harbor, at six!": "Harbor, at six!"} {
		status, got = o.call("PUT", "/api/v1/settings/mail", admin, map[string]any{"reminder_minutes": []int{}, "title": title})
		if o.want(200, "", status, got); got["title"] != want {
			t.Errorf("title: %v", got)
		}
		status, got = o.call("PUT", "/api/v1/settings/mail", admin, map[string]any{"reminder_minutes": []int{60}})
		if o.want(200, "", status, got); got["title"] != want {
			t.Errorf("a title that was not named: %v", got)
		}
	}
	for _, bad := range []string{" ", strings.Repeat("x", 61)} {
		status, got = o.call("PUT", "/api/v1/settings/mail", admin, map[string]any{"reminder_minutes": []int{}, "title": bad})
		o.want(422, "invalid", status, got)
	}
}

// A problem names every field that is wrong, where it is.
func TestProblemsNameEveryField(t *testing.T) {
	o := newOffice(t)
	for body, want := range map[string][]string{
		`{"kind":"robot","display_name":"","phone":7,"surprise":1}`: {"body.kind", "body.display_name", "body.phone", "body.surprise", "legal_name"},
		`{`:  {},
		`[]`: {"body"},
	} {
		status, got := o.call("POST", "/api/v1/persons", o.token["harbor"], body)
		if status != 422 && status != 400 || got["code"] == nil || got["detail"] == nil {
			t.Errorf("%s: %d %v", body, status, got)
		}
		for _, field := range want {
			if !strings.Contains(fmt.Sprint(got["errors"]), field) {
				t.Errorf("%s: %v does not name %s", body, got["errors"], field)
			}
		}
	}
}
