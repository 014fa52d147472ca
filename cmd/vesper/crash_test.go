package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vesper/rooms/attendance"
	"vesper/signaling/client"
)

// asProgram makes the test binary the program itself, for tests that kill it.
const asProgram = "VESPER_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		_ = os.Unsetenv(asProgram)
		main()
		return
	}
	os.Exit(m.Run())
}

// program is a demo in a process of its own.
type program struct {
	t     *testing.T
	cmd   *exec.Cmd
	links demoLinks
}

func startProgram(t *testing.T, args ...string) *program {
	t.Helper()
	p := &program{t: t, cmd: exec.Command(os.Args[0], append([]string{"demo", "--json"}, args...)...)}
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
	p.cmd.Stderr = testLog{t}
	out, err := p.cmd.StdoutPipe()
	must(t, err)
	must(t, p.cmd.Start())
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the demo printed nothing: %v", err)
	}
	must(t, json.Unmarshal([]byte(line), &p.links))
	return p
}

// kill is kill -9.
func (p *program) kill() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}

func TestKillInMidSession(t *testing.T) {
	dir, listen := t.TempDir(), freePort(t)
	first := startProgram(t, "--listen", listen, "--data", dir, "--bots", "0")
	resumed := make(chan struct{}, 16)
	options := func(link string) client.Options {
		return client.Options{
			Link: link, Publish: client.Publish{Audio: true}, Reconnect: client.RestartPeer,
			OnEvent: func(e client.Event) {
				if e.Type == client.EventResumed {
					resumed <- struct{}{}
				}
			},
		}
	}
	dana := join(t, options(first.links.Facilitator))
	must(t, dana.WaitMedia(within(t, 10*time.Second)))
	talk(t, dana)
	arrived := time.Now()
	ana := join(t, options(first.links.Participants[0]))
	must(t, ana.WaitMedia(within(t, 10*time.Second)))
	must(t, dana.Admit(within(t, 5*time.Second), ana.ID()))
	must(t, ana.WaitFor(within(t, 5*time.Second), admitted))
	admittedAt := time.Now()
	talk(t, ana)
	eventually(t, "both hear each other", func() bool { return hears(ana, dana.ID()) && hears(dana, ana.ID()) })
	must(t, dana.Mute(within(t, time.Second), ana.ID()))
	time.Sleep(3 * time.Second) // some time that counts

	first.kill()
	again := startProgram(t, "--listen", listen, "--data", dir, "--bots", "0")
	if again.links.Session != first.links.Session {
		t.Fatalf("session %s, want %s to go on", again.links.Session, first.links.Session)
	}
	for range 2 {
		select {
		case <-resumed:
		case <-time.After(20 * time.Second):
			t.Fatal("not everybody came back within 20 s")
		}
	}
	must(t, ana.WaitFor(within(t, 5*time.Second), func(s client.State) bool { return admitted(s) && s.You.Muted }))
	must(t, ana.Microphone(within(t, 5*time.Second), true))
	before := packetsFrom(dana, ana.ID())
	eventually(t, "ana is heard again", func() bool { return packetsFrom(dana, ana.ID()) > before+10 })
	time.Sleep(3 * time.Second)

	must(t, dana.End(within(t, 5*time.Second)))
	ended := time.Now()
	records := attendanceOf(t, again.links)
	for name, want := range map[string]float64{"Ana R.": ended.Sub(admittedAt).Seconds(), "Dana": ended.Sub(arrived).Seconds()} {
		r := records[name]
		if diff := float64(r.Seconds) - want; diff > 5 || diff < -5 {
			t.Errorf("%s has %d s, want %.1f ± 5", name, r.Seconds, want)
		}
		if len(r.Intervals) != 1 || r.Reconnects != 1 || !r.Final {
			t.Errorf("%s has %d intervals and %d reconnects (final %v), want one presence that went on", name, len(r.Intervals), r.Reconnects, r.Final)
		}
	}
	verifies(t, again.links)
}

func admitted(s client.State) bool { return s.You.State == "admitted" }

func attendanceOf(t *testing.T, links demoLinks) map[string]attendance.Record {
	t.Helper()
	var answer struct {
		Records []attendance.Record `json:"records"`
	}
	must(t, json.NewDecoder(fetch(t, links, "/sessions/"+links.Session+"/attendance")).Decode(&answer))
	byName := map[string]attendance.Record{}
	for _, r := range answer.Records {
		if _, double := byName[r.DisplayName]; double {
			t.Errorf("%s has two rows", r.DisplayName)
		}
		byName[r.DisplayName] = r
	}
	return byName
}

// verifies saves the evidence bundle and has the program check it.
func verifies(t *testing.T, links demoLinks) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "evidence.json")
	file, err := os.Create(path)
	must(t, err)
	_, err = file.ReadFrom(fetch(t, links, "/sessions/"+links.Session+"/evidence"))
	must(t, err)
	must(t, file.Close())
	cmd := exec.Command(os.Args[0], "verify", path)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("vesper verify: %v\n%s", err, out)
	}
	data, err := os.ReadFile(path)
	must(t, err)
	for _, name := range []string{"Ana R.", "Ruiz", "Whitfield", "+1 555"} {
		if strings.Contains(string(data), name) {
			t.Errorf("the evidence bundle holds %q; it must hold ids only", name)
		}
	}
}

func fetch(t *testing.T, links demoLinks, path string) *bufio.Reader {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, "GET", links.URL+"/api/v1"+path, nil)
	must(t, err)
	request.Header.Set("Authorization", "Bearer "+links.APIToken)
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	if response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s", path, response.Status)
	}
	return bufio.NewReader(response.Body)
}
