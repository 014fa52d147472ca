package records

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/storetest"
)

// The child of TestCrash is this same binary: it opens the folder, appends as
// fast as it can and says so on its standard output after each append.
const (
	crashDir      = "VESPER_TEST_CRASH_DIR"
	crashPostgres = "VESPER_TEST_CRASH_POSTGRES" // empty: the file in the folder
	crashSessions = "VESPER_TEST_CRASH_SESSIONS"
	crashFields   = "VESPER_TEST_CRASH_FIELDS" // the parent's key: id:hex
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		appendForever(dir, strings.Split(os.Getenv(crashSessions), ","))
	}
	if dir := storetest.Memory(); dir != "" {
		os.Setenv("TMPDIR", dir) // for every folder of a test
	}
	goleak.VerifyTestMain(m)
}

func appendForever(dir string, sessions []string) {
	ctx := context.Background()
	id, key, _ := strings.Cut(os.Getenv(crashFields), ":")
	fields := []auth.FieldKey{{ID: id}}
	if _, err := hex.Decode(fields[0].Bytes[:], []byte(key)); err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	r, err := Open(ctx, Options{Dir: dir, Postgres: os.Getenv(crashPostgres), Sealer: testSealer, Fields: fields})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	var out sync.Mutex
	var all sync.WaitGroup
	for _, session := range sessions {
		tenure, err := r.Open(ctx, rooms.SessionID(session), "child")
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		all.Go(func() {
			for n := uint64(1); ; n++ {
				id := rooms.EventID{Epoch: tenure.Epoch, Node: "child", N: n}
				event := rooms.Event{ID: id, At: time.Now().UTC().Truncate(time.Millisecond), Kind: rooms.EventHandRaised, Person: "p"}
				if err := r.Append(ctx, rooms.SessionID(session), tenure.Epoch, []rooms.Event{event}); err != nil {
					fmt.Println("error", err)
					os.Exit(1)
				}
				out.Lock()
				fmt.Println("kept", session, id)
				out.Unlock()
			}
		})
	}
	all.Wait()
}

// TestCrash kills a writing server at random instants. What it acknowledged
// must be there, in a chain that verifies.
func TestCrash(t *testing.T) { onEach(t, testCrash) }

func testCrash(t *testing.T) {
	rounds := 20
	if testing.Short() {
		rounds = 3
	}
	dir := t.TempDir()
	r := openAt(t, dir)
	h := build(t, r)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	acknowledged := map[string][]string{}
	total := 0
	for range rounds {
		for session, ids := range crashOnce(t, dir, h.sessions) {
			acknowledged[session] = append(acknowledged[session], ids...)
			total += len(ids)
		}
		r := openAt(t, dir)
		for _, session := range h.sessions {
			checkKept(t, r, h.clinic.ID, session, acknowledged[string(session)])
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d acknowledged events over %d kills", total, rounds)
}

// crashOnce runs a child for a moment and returns what it acknowledged.
func crashOnce(t *testing.T, dir string, sessions []rooms.SessionID) map[string][]string {
	t.Helper()
	names := make([]string, 0, len(sessions))
	for _, session := range sessions {
		names = append(names, string(session))
	}
	child := exec.CommandContext(t.Context(), os.Args[0])
	database, _ := databases.Load(dir)
	url, _ := database.(string)
	child.Env = append(os.Environ(), crashDir+"="+dir, crashPostgres+"="+url, crashSessions+"="+strings.Join(names, ","),
		crashFields+"="+testFields[0].ID+":"+hex.EncodeToString(testFields[0].Bytes[:]))
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	kept := map[string][]string{}
	lines := bufio.NewScanner(output)
	var kill *time.Timer
	for lines.Scan() {
		if kill == nil { // the clock runs from its first word
			kill = time.AfterFunc(time.Duration(rand.IntN(120_000))*time.Microsecond, func() { _ = child.Process.Kill() })
		}
		word := strings.Fields(lines.Text())
		if len(word) != 3 || word[0] != "kept" {
			t.Errorf("the child says %q", lines.Text())
			continue
		}
		kept[word[1]] = append(kept[word[1]], word[2])
	}
	_ = child.Wait() // killed
	if kill == nil {
		t.Fatal("the child acknowledged nothing")
	}
	kill.Stop()
	return kept
}

func checkKept(t *testing.T, r *Records, clinic rooms.ClinicID, session rooms.SessionID, acknowledged []string) {
	t.Helper()
	there := map[string]bool{}
	for _, event := range must[[]rooms.Event](t)(r.Journal(t.Context(), clinic, session)) {
		there[event.ID.String()] = true
	}
	for _, id := range acknowledged {
		if !there[id] {
			t.Errorf("session %s lost the acknowledged event %s", session, id)
		}
	}
	verifyChain(t, r, clinic, session)
}
