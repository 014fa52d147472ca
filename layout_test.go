package vesper_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrows says which packages of the house a package may import, as drawn in
// docs/architecture.md. "+third" allows modules from outside; without it only
// the standard library. A new arrow is a design change.
var arrows = map[string]string{
	"vesper/cmd/vesper":                         "* +third",
	"vesper/cmd/vesper/demo/bots":               "signaling/client signaling/wire cmd/vesper/demo/clips +third",
	"vesper/cmd/vesper/demo/clips":              "+third",
	"vesper/signaling":                          "signaling/wire rooms sfu auth +third",
	"vesper/signaling/wire":                     "",
	"vesper/signaling/api":                      "signaling/wire rooms rooms/schedule rooms/attendance rooms/attendance/week rooms/attendance/export rooms/ledger rooms/records auth auth/oidc auth/passkey auth/smart +third",
	"vesper/signaling/client":                   "signaling/wire +third",
	"vesper/auth":                               "rooms +third",
	"vesper/auth/authtest":                      "+third",
	"vesper/auth/authtest/standalone":           "auth/authtest",
	"vesper/auth/oidc":                          "auth rooms +third",
	"vesper/auth/passkey":                       "auth rooms +third",
	"vesper/auth/smart":                         "auth rooms +third",
	"vesper/rooms":                              "",
	"vesper/rooms/schedule":                     "rooms +third",
	"vesper/rooms/attendance":                   "rooms",
	"vesper/rooms/attendance/week":              "rooms rooms/attendance",
	"vesper/rooms/attendance/export":            "rooms rooms/attendance rooms/attendance/week +third",
	"vesper/rooms/attendance/export/exporttest": "",
	"vesper/rooms/ledger":                       "rooms +third",
	"vesper/rooms/memstore":                     "rooms",
	"vesper/rooms/redisstore":                   "rooms +third",
	"vesper/rooms/storetest":                    "rooms +third",
	"vesper/rooms/desk":                         "rooms rooms/schedule rooms/attendance rooms/ledger",
	"vesper/rooms/desk/mail":                    "rooms rooms/desk +third",
	"vesper/rooms/desk/hook":                    "rooms rooms/desk +third",
	"vesper/rooms/desk/mail/mailtest":           "",
	"vesper/rooms/records":                      "rooms rooms/schedule rooms/attendance rooms/attendance/week rooms/ledger auth +third",
	"vesper/rooms/records/migrations":           "",
	"vesper/web":                                "",
	"vesper/sfu":                                "sfu/internal +media",
	"vesper/sfu/internal":                       "+media",
}

type pkg struct {
	ImportPath string
	Standard   bool
	GoFiles    []string
	Imports    []string
}

func list(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Standard,GoFiles,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// row finds the arrows of a package; everything below sfu/internal and below
// the program shares one.
func row(path string) (string, bool) {
	if strings.HasPrefix(path, "vesper/sfu/internal/") {
		path = "vesper/sfu/internal"
	}
	if may, ok := arrows[path]; ok {
		return may, true
	}
	if strings.HasPrefix(path, "vesper/cmd/vesper/") {
		return arrows["vesper/cmd/vesper"], true
	}
	return "", false
}

func TestLayout(t *testing.T) {
	for _, p := range list(t) {
		if len(p.GoFiles) == 0 {
			continue
		}
		may, known := row(p.ImportPath)
		if !known {
			t.Errorf("%s is not in the table of the house", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if !allowed(strings.Fields(may), imported) {
				t.Errorf("%s imports %s, which is no arrow of the house", p.ImportPath, imported)
			}
		}
	}
}

func allowed(may []string, imported string) bool {
	own, house := strings.CutPrefix(imported, "vesper/")
	switch {
	case house && slices.Contains(may, "*"):
		return true
	case house && strings.HasPrefix(own, "sfu/internal/"):
		return slices.Contains(may, "sfu/internal") || slices.Contains(may, "+media")
	case house:
		return slices.Contains(may, own)
	case !strings.Contains(strings.Split(imported, "/")[0], "."):
		return true // the standard library
	case slices.Contains(may, "+media"):
		return strings.HasPrefix(imported, "github.com/pion/") || strings.HasPrefix(imported, "golang.org/x/")
	}
	return slices.Contains(may, "+third")
}

// TestFloors holds the versions below which a module is known to be unsafe.
func TestFloors(t *testing.T) {
	floors := map[string]string{
		"github.com/pion/dtls/v3":      "v3.1.4",
		"github.com/pion/interceptor":  "v0.1.39",
		"github.com/golang-jwt/jwt/v5": "v5.2.2",
		"github.com/gorilla/websocket": "v1.4.1",
	}
	out, err := exec.Command("go", "list", "-m", "all").Output()
	if err != nil {
		t.Fatalf("go list -m: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		if floor, ok := floors[fields[0]]; ok && !atLeast(fields[1], floor) {
			t.Errorf("%s is %s, want at least %s", fields[0], fields[1], floor)
		}
		delete(floors, fields[0])
	}
	for module := range floors {
		t.Errorf("%s is not in the module list: mend this test", module)
	}
}

// atLeast compares versions number by number.
func atLeast(version, floor string) bool {
	a, b := numbers(version), numbers(floor)
	return slices.Compare(a, b) >= 0
}

func numbers(version string) []int {
	var all []int
	for _, part := range strings.Split(strings.TrimPrefix(version, "v"), ".") {
		n := 0
		for _, r := range part {
			if r < '0' || r > '9' {
				break
			}
			n = n*10 + int(r-'0')
		}
		all = append(all, n)
	}
	return all
}
