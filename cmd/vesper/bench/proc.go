package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ticksPerSecond is USER_HZ, which Linux fixes at 100 for what /proc shows.
const ticksPerSecond = 100

// usage is what a process has used since it began, and what it holds now.
type usage struct {
	at       time.Time
	cpu      time.Duration // user and system, in steps of 10 ms
	resident uint64        // bytes
	switches uint64        // context switches of all its threads, both kinds
	machine  time.Duration // CPU of everything on the machine, and what the host took away
}

// usageOf reads the usage of a living process.
func usageOf(pid int) (usage, error) {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	u := usage{at: time.Now()}
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return u, err
	}
	if u.cpu, err = parseStat(stat); err != nil {
		return u, err
	}
	status, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		return u, err
	}
	kilobytes, err := field(status, "VmRSS")
	if err != nil {
		return u, err
	}
	u.resident = kilobytes * 1024
	if u.switches, err = switchesOf(dir); err != nil {
		return u, err
	}
	u.machine, err = machineBusy()
	return u, err
}

// parseMachine adds up the first line of /proc/stat: all but idle, waiting for
// a disk, and guests, who are in user time already.
func parseMachine(stat []byte) (time.Duration, error) {
	first, _, _ := strings.Cut(string(stat), "\n")
	fields := strings.Fields(first)
	if len(fields) < 9 || fields[0] != "cpu" {
		return 0, errors.New("no times of the machine")
	}
	var ticks uint64
	for _, i := range []int{1, 2, 3, 6, 7, 8} { // user, nice, system, irq, softirq, steal
		n, err := strconv.ParseUint(fields[i], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("times of the machine: %w", err)
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / ticksPerSecond, nil
}

// parseStat takes user and system time from /proc/PID/stat: fields 14 and 15,
// counted behind the name, which may hold spaces and brackets.
func parseStat(stat []byte) (time.Duration, error) {
	end := bytes.LastIndexByte(stat, ')')
	if end < 0 {
		return 0, errors.New("stat without a name")
	}
	fields := strings.Fields(string(stat[end+1:]))
	if len(fields) < 13 {
		return 0, errors.New("stat is too short")
	}
	var ticks uint64
	for _, text := range fields[11:13] {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("stat: %w", err)
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / ticksPerSecond, nil
}

// field takes one number from /proc/PID/status; sizes are in kB.
func field(status []byte, name string) (uint64, error) {
	for line := range strings.Lines(string(status)) {
		key, value, ok := strings.Cut(line, ":")
		if !ok || key != name {
			continue
		}
		words := strings.Fields(value)
		if len(words) == 0 {
			break
		}
		return strconv.ParseUint(words[0], 10, 64)
	}
	return 0, fmt.Errorf("status has no %s", name)
}

// switchesOf adds up the threads: the process's own status has the first
// thread's only. One that ends in between is left out.
func switchesOf(dir string) (uint64, error) {
	threads, err := filepath.Glob(filepath.Join(dir, "task", "*", "status"))
	if err != nil {
		return 0, err
	}
	var sum uint64
	for _, path := range threads {
		status, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		for _, name := range []string{"voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"} {
			n, err := field(status, name)
			if err != nil {
				return 0, err
			}
			sum += n
		}
	}
	return sum, nil
}
