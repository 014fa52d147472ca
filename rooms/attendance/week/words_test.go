package week

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every key that the code says is in the table, and every sentence is said
// somewhere.
func TestSentences(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	source := ""
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "words.go" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source += string(text)
	}
	for _, call := range regexp.MustCompile(`(?:say|problem|block|note|fail|return)\(?\s*"((?:week|rule|line)\.[a-z_.]+)"`).FindAllStringSubmatch(source, -1) {
		if sentences[call[1]] == "" {
			t.Errorf("%s has no sentence", call[1])
		}
	}
	for key := range sentences {
		stem := strings.TrimSuffix(strings.TrimSuffix(key, ".ok"), ".bad")
		if !strings.Contains(source, `"`+key+`"`) && !strings.Contains(source, `"`+stem+`"`) {
			t.Errorf("%s is never said", key)
		}
	}
}

// What a sentence is made with is written as any map is.
func TestValuesAsJSON(t *testing.T) {
	all := []Values{nil, {}, {"n": int64(-3)}, {"date": Date("2026-10-05"), "because": "5 < 6 & \"more\"\n\u2028é", "minutes": int64(180), "left": nil, "list": []string{"a"}}}
	for _, v := range all {
		for _, escape := range []bool{true, false} {
			text := func(v any) string {
				var out bytes.Buffer
				to := json.NewEncoder(&out)
				to.SetEscapeHTML(escape)
				if err := to.Encode(v); err != nil {
					t.Fatal(err)
				}
				return out.String()
			}
			if got, want := text(Said{Values: v}), text(struct {
				Key      string         `json:"sentence_key"`
				Values   map[string]any `json:"values"`
				Sentence string         `json:"sentence"`
			}{Values: v}); got != want {
				t.Errorf("%swant %s", got, want)
			}
		}
	}
}

func TestMinutes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 min", 59: "59 min", 60: "1 h", 490: "8 h 10 min", 540: "9 h"} {
		if got := Minutes(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
