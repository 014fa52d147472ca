// Package paper is what the pages of measurements share: the machine in a
// line, tables, and the section of a page that another command writes.
package paper

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Machine is what it was measured on.
type Machine struct {
	CPU     string `json:"cpu"`
	Cores   int    `json:"cores"`
	Virtual bool   `json:"virtual"`
	Memory  string `json:"memory,omitempty"`
	Kernel  string `json:"kernel"`
	Go      string `json:"go"`
	Commit  string `json:"commit,omitempty"`
	Date    string `json:"date"`
}

// ThisMachine finds what this is, as far as it says so.
func ThisMachine(ctx context.Context) Machine {
	m := Machine{CPU: runtime.GOARCH, Cores: runtime.NumCPU(), Go: runtime.Version(), Date: time.Now().UTC().Format(time.DateOnly)}
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if name := procField(string(info), "model name"); name != "" {
			m.CPU = name
		}
		m.Virtual = strings.Contains(" "+procField(string(info), "flags")+" ", " hypervisor ")
	}
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = "Linux " + strings.TrimSpace(string(release))
	}
	if info, err := os.ReadFile("/proc/meminfo"); err == nil {
		size, _, _ := strings.Cut(procField(string(info), "MemTotal"), " ")
		if kilobytes, err := strconv.ParseUint(size, 10, 64); err == nil {
			m.Memory = fmt.Sprintf("%.1f GB", float64(kilobytes)*1024/1e9)
		}
	}
	if out, err := exec.CommandContext(ctx, "git", "rev-parse", "--short", "HEAD").Output(); err == nil {
		m.Commit = strings.TrimSpace(string(out))
	}
	return m
}

// procField takes the first line of a name in a file of /proc.
func procField(info, name string) string {
	for line := range strings.Lines(info) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// String is the machine in a line.
func (m Machine) String() string {
	kind := ""
	if m.Virtual {
		kind = ", a virtual machine"
	}
	parts := []string{fmt.Sprintf("%s, %d cores%s", m.CPU, m.Cores, kind), m.Memory, m.Kernel, m.Go}
	if m.Commit != "" {
		parts = append(parts, "commit "+m.Commit)
	}
	parts = append(parts, m.Date)
	var said []string
	for _, part := range parts {
		if part != "" {
			said = append(said, part)
		}
	}
	return strings.Join(said, " · ")
}
