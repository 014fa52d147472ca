package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"

	"vesper/rooms/storetest"
	"vesper/signaling/client"
)

// startDemo runs the demo's house in the test's own process and data folder.
func startDemo(t *testing.T, dir string, bots int, redis string, postgres ...string) (*showing, demoLinks) {
	t.Helper()
	d := &demoCommand{Listen: "127.0.0.1:0", Bots: bots, Data: dir, Log: "warn", Redis: redis}
	config, _, err := d.config()
	if err != nil {
		t.Fatal(err)
	}
	config.Postgres = strings.Join(postgres, "")
	h, err := openHouse(t.Context(), config, logger("warn", testLog{t}), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	s := &showing{house: h, log: h.log, bots: bots}
	links, err := s.prepare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s, links
}

type testLog struct{ t *testing.T }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Logf("%s", p)
	return len(p), nil
}

// within bounds a step of a test.
func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func join(t *testing.T, o client.Options) *client.Client {
	t.Helper()
	c, err := client.Join(within(t, 10*time.Second), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Drop)
	return c
}

// talk publishes audio until the test ends.
func talk(t *testing.T, c *client.Client) {
	stop := make(chan struct{})
	done := make(chan struct{})
	t.Cleanup(func() { close(stop); <-done })
	go func() {
		defer close(done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		p := &rtp.Packet{Payload: make([]byte, 80)}
		for {
			select {
			case <-tick.C:
				p.SequenceNumber++
				p.Timestamp += 960
				_ = c.WriteAudioLevel(p, 20, true)
			case <-stop:
				return
			}
		}
	}()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func hears(c *client.Client, participant string) bool {
	for _, r := range c.Stats().Received {
		if r.Participant == participant && r.Packets > 0 {
			return true
		}
	}
	return false
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !condition(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 10 s: %s", what)
		}
	}
}

func TestEvening(t *testing.T) {
	t.Run("memory", func(t *testing.T) { testEvening(t, "", "") })
	t.Run("redis", func(t *testing.T) { testEvening(t, storetest.Redis(t), "") })
	t.Run("postgres", func(t *testing.T) { testEvening(t, "", storetest.Postgres(t)) })
}

func testEvening(t *testing.T, redis, postgres string) {
	_, links := startDemo(t, t.TempDir(), 0, redis, postgres)
	audio := client.Publish{Audio: true}

	ana := join(t, client.Options{Link: links.Participants[0], Publish: audio, SendInLobby: true})
	must(t, ana.WaitMedia(within(t, 10*time.Second)))
	talk(t, ana)
	if got := ana.You().State; got != "lobby" {
		t.Fatalf("a participant before staff is %q, want lobby", got)
	}

	dana := join(t, client.Options{Link: links.Facilitator, Publish: audio})
	must(t, dana.WaitFor(within(t, 10*time.Second), func(st client.State) bool { return st.You.State == "admitted" }))
	must(t, dana.WaitMedia(within(t, 10*time.Second)))
	danaIn := time.Now()
	talk(t, dana)

	// Nothing crosses the lobby's door.
	time.Sleep(500 * time.Millisecond)
	if st := ana.Stats(); len(st.Received) != 0 {
		t.Fatalf("a person in the lobby received %v", st.Received)
	}
	if st := ana.State(); len(st.Participants) != 0 || len(st.Board) != 0 {
		t.Fatalf("a person in the lobby sees %+v", st)
	}
	if hears(dana, ana.ID()) {
		t.Fatal("staff hear somebody in the lobby")
	}
	if err := ana.Mute(within(t, time.Second), dana.ID()); client.Code(err) != "not_admitted" {
		t.Fatalf("mute from the lobby: %v, want not_admitted", err)
	}

	must(t, dana.Admit(within(t, 5*time.Second), ana.ID()))
	must(t, ana.WaitFor(within(t, 5*time.Second), func(st client.State) bool { return st.You.State == "admitted" && len(st.Participants) == 2 }))
	anaIn := time.Now()
	eventually(t, "both hear each other", func() bool { return hears(ana, dana.ID()) && hears(dana, ana.ID()) })
	if err := ana.Mute(within(t, time.Second), dana.ID()); client.Code(err) != "not_allowed" {
		t.Fatalf("mute by a participant: %v, want not_allowed", err)
	}

	// A mute by staff holds against a client that goes on sending.
	must(t, dana.Mute(within(t, time.Second), ana.ID()))
	before := packetsFrom(dana, ana.ID())
	time.Sleep(300 * time.Millisecond)
	if after := packetsFrom(dana, ana.ID()); after > before+3 {
		t.Fatalf("%d packets of a muted person", after-before)
	}
	must(t, ana.Microphone(within(t, time.Second), true))
	eventually(t, "ana is heard again", func() bool { return packetsFrom(dana, ana.ID()) > before+10 })

	// Lost without a word, back with the resume token, unasked.
	token := ana.Resume()
	ana.Drop()
	ana = join(t, client.Options{Resume: token, URL: links.URL, Publish: audio})
	if got := ana.You().State; got != "admitted" {
		t.Fatalf("after a resume the person is %q, want admitted", got)
	}
	must(t, ana.WaitMedia(within(t, 10*time.Second)))
	talk(t, ana)
	if _, err := client.Join(within(t, 5*time.Second), client.Options{Resume: token, URL: links.URL}); client.Code(err) != "resume_invalid" {
		t.Fatalf("an old resume token: %v, want resume_invalid", err)
	}

	// Removed: by link and by resume token, and for good.
	removed := ana.Resume()
	must(t, dana.Remove(within(t, time.Second), ana.ID()))
	anaOut := time.Now()
	<-ana.Done()
	if client.Code(ana.Err()) != "removed" {
		t.Fatalf("a removed client ended with %v", ana.Err())
	}
	if _, err := client.Join(within(t, 5*time.Second), client.Options{Resume: removed, URL: links.URL}); client.Code(err) != "removed" {
		t.Fatalf("resume after removal: %v", err)
	}
	if _, err := client.Join(within(t, 5*time.Second), client.Options{Link: links.Participants[0]}); client.Code(err) != "removed" {
		t.Fatalf("the link after removal: %v", err)
	}

	live := row(t, readCSV(t, links), "Dana")
	if live["final"] != "false" {
		t.Errorf("while the evening runs the rows are final=%s", live["final"])
	}
	must(t, dana.End(within(t, 5*time.Second)))
	danaOut := time.Now()
	<-dana.Done()
	if client.Code(dana.Err()) != "ended" {
		t.Fatalf("at the end: %v", dana.Err())
	}
	rows := readCSV(t, links)
	seconds(t, row(t, rows, "Ana R."), anaOut.Sub(anaIn))
	seconds(t, row(t, rows, "Dana"), danaOut.Sub(danaIn))
	if got := row(t, rows, "Ana R."); got["final"] != "true" || got["flags"] == "" || got["person"] == "" {
		t.Errorf("Ana's row is %v, want it final and with the flag removed", got)
	}
	if got := row(t, rows, "Ben T."); got["status"] != "absent" || got["seconds"] != "0" {
		t.Errorf("who never came has %v", got)
	}
}

// seconds holds a row to the test's own clock.
func seconds(t *testing.T, row map[string]string, want time.Duration) {
	t.Helper()
	got, err := strconv.ParseFloat(row["seconds"], 64)
	must(t, err)
	if diff := got - want.Seconds(); diff > 1 || diff < -1 {
		t.Errorf("%s has %v s, want %.2f ± 1", row["display_name"], got, want.Seconds())
	}
}

// row is the one row of a person.
func row(t *testing.T, rows []map[string]string, name string) map[string]string {
	t.Helper()
	var found []map[string]string
	for _, r := range rows {
		if r["display_name"] == name {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d rows of %s", len(found), name)
	}
	return found[0]
}

func packetsFrom(c *client.Client, participant string) (n uint64) {
	for _, r := range c.Stats().Received {
		if r.Participant == participant {
			n += r.Packets
		}
	}
	return n
}

// readCSV reads the session's attendance by column names.
func readCSV(t *testing.T, links demoLinks) []map[string]string {
	t.Helper()
	body := fetch(t, links, "/sessions/"+links.Session+"/attendance.csv")
	table, err := csv.NewReader(body).ReadAll()
	must(t, err)
	var rows []map[string]string
	for _, line := range table[1:] {
		row := map[string]string{}
		for i, name := range table[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func TestDemoContinues(t *testing.T) {
	dir := t.TempDir()
	var first demoLinks
	t.Run("first start", func(t *testing.T) { _, first = startDemo(t, dir, 0, "") })
	_, again := startDemo(t, dir, 0, "")
	if again.Session != first.Session {
		t.Fatalf("session %s, want %s again", again.Session, first.Session)
	}
	old := "http" + first.Participants[0][4:]
	link := again.URL + old[len(first.URL):]
	c := join(t, client.Options{Link: link})
	if got := c.You().State; got != "lobby" {
		t.Fatalf("by an old link: %q, want lobby", got)
	}
	data, err := os.ReadFile(filepath.Join(dir, "demo.json"))
	must(t, err)
	if !json.Valid(data) {
		t.Fatal("demo.json is no JSON")
	}
}
