package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/rooms/schedule"
)

// oldSession fills a data folder with a session of seven years ago.
func oldSession(t *testing.T, dir string) rooms.ClinicID {
	t.Helper()
	keys, err := auth.OpenKeys(filepath.Join(dir, "keys"))
	must(t, err)
	r, err := records.Open(t.Context(), records.Options{Dir: dir, Sealer: keys.Seal(), Fields: keys.Fields()})
	must(t, err)
	defer r.Close()
	clinic, err := r.CreateClinic(t.Context(), records.Clinic{Name: "Harbor", Zone: "UTC", NeutralTitle: "Appointment"})
	must(t, err)
	program, err := r.CreateProgram(t.Context(), records.Program{Clinic: clinic.ID, Name: "IOP"})
	must(t, err)
	day := time.Now().UTC().AddDate(-7, 0, 0).Truncate(24 * time.Hour)
	start, err := schedule.ParseLocalTime(day.Format("2006-01-02") + "T18:00")
	must(t, err)
	series, err := r.CreateSeries(t.Context(), schedule.Series{
		Clinic: clinic.ID, Program: program.ID, Title: "Group", Rule: "FREQ=DAILY;COUNT=1", Start: start, Zone: "UTC",
		Duration: time.Hour, Template: schedule.Template{{Kind: rooms.Group, Minutes: 60}},
	})
	must(t, err)
	occurrences, err := series.Occurrences(day, day.AddDate(0, 0, 1))
	must(t, err)
	_, err = r.UpsertOccurrences(t.Context(), clinic.ID, series.ID, occurrences)
	must(t, err)
	return clinic.ID
}

// says runs the program and returns what it printed.
func says(t *testing.T, args ...string) (string, error) {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	must(t, err)
	defer out.Close()
	failed := run(t.Context(), args, out, out)
	data, err := os.ReadFile(out.Name())
	must(t, err)
	return string(data), failed
}

func TestPurgeCommand(t *testing.T) {
	dir := t.TempDir()
	clinic := string(oldSession(t, dir))
	t.Setenv("VESPER_DATA", dir)
	for _, step := range []struct {
		args []string
		want string
	}{
		{[]string{"admin", "purge"}, clinic + ": 1 sessions before "},
		{[]string{"admin", "purge"}, "Nothing was deleted"},
		{[]string{"admin", "purge", "--before", "2001-01-01", "--yes"}, clinic + ": 0 sessions purged"},
		{[]string{"admin", "retain", "8", "--clinic", clinic}, ""},
		{[]string{"admin", "purge", "--yes"}, clinic + ": 0 sessions purged"},
		{[]string{"admin", "retain", "6", "--clinic", clinic}, ""},
		{[]string{"admin", "purge", "--yes", "--clinic", "another"}, ""},
		{[]string{"admin", "purge", "--yes"}, clinic + ": 1 sessions purged"},
		{[]string{"admin", "purge"}, clinic + ": 0 sessions before "},
	} {
		got, err := says(t, step.args...)
		if err != nil || !strings.Contains(got, step.want) {
			t.Fatalf("%v: %q, %v; want %q", step.args, got, err, step.want)
		}
	}
	if _, err := says(t, "admin", "purge", "--before", "yesterday"); err == nil || !strings.Contains(err.Error(), "YYYY-MM-DD") {
		t.Errorf("a day that is none: %v", err)
	}
}
