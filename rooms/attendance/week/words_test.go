package week

import (
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

func TestMinutes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 min", 59: "59 min", 60: "1 h", 490: "8 h 10 min", 540: "9 h"} {
		if got := Minutes(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
