package attendance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vesper/rooms"
)

var update = flag.Bool("update", false, "rewrite testdata: the journals of evenings, and the rows of all")

// evenings are the journals in testdata, as scripts. A journal from elsewhere
// may lie beside them.
var evenings = map[string]string{
	"worked":     worked,
	"not_held":   "17:29 arrived pat\n17:35 arrived quinn\n17:50 left quinn\n20:30 ended reason=planned",
	"node_lost":  "17:20 in fay\n17:28 in pat by=fay\n17:29 in rae by=fay\n18:00:05 node n2\n18:00:05 closed_by_beat fay since=18:00\n18:00:05 closed_by_beat pat since=18:00\n18:00:05 closed_by_beat rae since=18:00:01\n18:00:08 connected fay\n18:00:09 connected pat\n18:04 connected rae\n20:01 ended by=fay reason=staff",
	"audio_only": "17:20 in fay\n17:31 place pat reason=elsewhere\n17:31 arrived pat\n17:31 connected pat\n17:32 admitted pat by=fay\n17:32 media pat reason=audio\n18:00 media pat reason=camera\n19:00 camera_off pat\n19:55 lost pat since=19:54:58\n20:00 ended by=fay reason=staff",
	"by_hand":    "17:34 in fay\n17:35 in pat by=fay\n17:36 in rae by=fay\n18:10 segment seg=1 by=fay\n18:25 segment seg=2 by=fay\n18:40 sent_back rae by=fay\n18:55 admitted rae by=fay\n19:15 stepped_away pat\n19:20 stepped_back pat\n19:52 ended by=fay reason=staff",
	"live":       "17:20 in fay\n17:25 in pat by=fay\n17:40 in rae by=fay\n18:00 lost rae since=17:59:58\n18:01 arrived quinn",
}

// header is the first line of a journal in testdata; the events follow.
type header struct {
	Plan   rooms.Plan   `json:"plan"`
	Roster rooms.Roster `json:"roster"`
	Rules  Rules        `json:"rules"`
	Now    time.Time    `json:"now,omitzero"` // for an evening that has not ended
}

func TestGoldenJournals(t *testing.T) {
	if *update {
		writeJournals(t)
	}
	files, err := filepath.Glob("testdata/*.jsonl")
	if err != nil || len(files) < len(evenings) {
		t.Fatalf("got %d journals, %v; want at least %d", len(files), err, len(evenings))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			h, events := readJournal(t, file)
			rows := Compute(h.Plan, h.Roster, events, h.Rules)
			if !h.Now.IsZero() {
				rows = ComputeAt(h.Plan, h.Roster, events, h.Rules, h.Now)
			}
			got, err := json.MarshalIndent(rows, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			golden := strings.TrimSuffix(file, ".jsonl") + ".rows.json"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("rows differ from %s (go test -update rewrites it)\ngot %s", golden, got)
			}
		})
	}
}

func readJournal(t *testing.T, file string) (header, []rooms.Event) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var h header
	var events []rooms.Event
	lines := bufio.NewScanner(bytes.NewReader(data))
	for first := true; lines.Scan(); first = false {
		if first {
			err = json.Unmarshal(lines.Bytes(), &h)
		} else {
			var e rooms.Event
			err = json.Unmarshal(lines.Bytes(), &e)
			events = append(events, e)
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	return h, events
}

func writeJournals(t *testing.T) {
	for name, text := range evenings {
		h := header{Plan: testPlan(), Roster: testRoster(), Rules: DefaultRules()}
		if name == "live" {
			h.Now = clock("18:01:30")
		}
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		if err := encoder.Encode(h); err != nil {
			t.Fatal(err)
		}
		for _, e := range journal(text) {
			if err := encoder.Encode(e); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join("testdata", name+".jsonl"), out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
