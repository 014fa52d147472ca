package attendance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"vesper/rooms"
)

var update = flag.Bool("update", false, "write the golden journals and rows again")

// goldens are evenings whose journals and rows are kept as files: a change of
// either is a change of what clinics have billed by.
var goldens = map[string]string{
	"worked":     worked,
	"leave":      "17:20 in fay\n17:25 in sam by=fay\n18:10 left sam by=sam\n18:11 arrived sam\n18:11 connected sam\n18:11 admitted sam reason=returned\n20:00 ended by=fay",
	"early":      "17:20 in fay\n17:25 in pat by=fay\n17:28 in rae by=fay\n19:25 left rae by=rae\n19:40 ended by=fay reason=staff",
	"unheld":     "17:29 arrived pat\n17:40 arrived quinn\n20:30 ended reason=planned",
	"crash":      "17:20 in fay\n17:25 in pat\n18:00:05 node n2\n18:00:05 closed_by_beat pat since=18:00\n18:00:05 closed_by_beat fay since=18:00\n18:00:10 connected pat\n18:00:10 connected fay\n20:10 ended by=fay",
	"audio_only": "17:20 in fay\n17:31 place pat reason=elsewhere\n17:31 arrived pat\n17:31 connected pat\n17:32 admitted pat by=fay\n17:32 media pat reason=audio\n18:00 media pat reason=camera\n19:00 camera_off pat\n19:55 lost pat since=19:54:58\n20:00 ended by=fay",
	"corrected": "17:20 in fay\n17:28 in pat by=fay\n17:40 in sam by=fay\n18:00 lost pat\n18:10 aside_began sam by=fay\n18:20 aside_ended sam by=fay\n18:30 connected pat\n" +
		"18:40 seated zoe by=fay reason=participant\n18:40 in zoe by=fay\n19:50 ended by=fay\n21:00 review\n" +
		"21:00 correction pat by=fay reason=present since=18:00 until=18:30 note=aa\n21:01 correction sam by=fay reason=elsewhere note=bb\n" +
		"21:02 shared_device rae by=fay with=sam since=17:40 until=19:00 note=cc\n21:03 absence quinn by=fay reason=reached note=dd\n" +
		"21:04 correction fay by=cal reason=present since=19:50 until=20:00 note=ee\n21:05 matched zoe by=fay with=person-9\n" +
		"21:06 correction uma by=fay reason=present since=18:00 until=19:00 note=ff\n21:07 correction uma by=fay reason=withdrawn ref=2/review/7 note=gg\n21:08 signed by=fay note=hh",
	"by_hand": "17:34 in fay\n17:35 in pat by=fay\n17:36 in rae by=fay\n18:10 segment seg=1 by=fay\n18:25 segment seg=2 by=fay\n18:40 sent_back rae by=fay\n18:55 admitted rae by=fay\n19:15 stepped_away pat\n19:20 stepped_back pat\n19:52 ended by=fay",
}

func TestGolden(t *testing.T) {
	for name, text := range goldens {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", name+".jsonl")
			if *update {
				writeJournal(t, path, journal(text))
			}
			rows, err := json.MarshalIndent(Compute(testPlan(), testRoster(), readJournal(t, path), DefaultRules()), "", " ")
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+".rows.json")
			if *update {
				if err := os.WriteFile(golden, append(rows, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got := append(rows, '\n'); !bytes.Equal(got, want) {
				t.Errorf("the rows are other than in %s:\n%s", golden, got)
			}
		})
	}
}

func writeJournal(t *testing.T, path string, events []rooms.Event) {
	t.Helper()
	var b bytes.Buffer
	for _, e := range events {
		if err := json.NewEncoder(&b).Encode(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readJournal(t *testing.T, path string) []rooms.Event {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var events []rooms.Event
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var e rooms.Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	if lines.Err() != nil || len(events) == 0 {
		t.Fatalf("%s: %d events, %v", path, len(events), lines.Err())
	}
	return events
}
