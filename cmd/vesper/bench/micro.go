package main

import (
	"context"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// micro is one Go benchmark.
type micro struct {
	Name   string  `json:"name"`
	Ns     float64 `json:"ns_per_op"`
	Bytes  float64 `json:"bytes_per_op"`
	Allocs float64 `json:"allocs_per_op"`
}

// microBenchmarks runs those of the forwarding path. Without any, or if they
// don't build, the report goes without.
func microBenchmarks(ctx context.Context) []micro {
	command := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "Forward|Put|Next", "-benchmem", "-benchtime", "300ms", "./sfu/...")
	out, err := command.CombinedOutput()
	if err != nil {
		progress("  %v", err)
	}
	return parseBenchmarks(string(out))
}

var benchmarkLine = regexp.MustCompile(`^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

// parseBenchmarks reads the lines of `go test -bench -benchmem`; other metrics
// than the usual three are left out.
func parseBenchmarks(out string) []micro {
	var list []micro
	place := ""
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "pkg: "); ok {
			place = strings.TrimPrefix(name, "vesper/")
		}
		found := benchmarkLine.FindStringSubmatch(line)
		if found == nil {
			continue
		}
		m := micro{Name: place + " " + found[1]}
		words := strings.Fields(found[2])
		for i := 0; i+1 < len(words); i += 2 {
			value, err := strconv.ParseFloat(words[i], 64)
			if err != nil {
				continue
			}
			switch words[i+1] {
			case "ns/op":
				m.Ns = value
			case "B/op":
				m.Bytes = value
			case "allocs/op":
				m.Allocs = value
			}
		}
		list = append(list, m)
	}
	return list
}
