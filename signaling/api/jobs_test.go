package api

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"vesper/rooms"
	"vesper/rooms/records"
)

// An export that panics fails alone, and its log line holds nothing of it.
func TestAnExportThatPanicsFailsAlone(t *testing.T) {
	var log bytes.Buffer
	desk := newExportDesk(rooms.SystemClock, slog.New(slog.NewTextHandler(&log, nil)))
	who := caller{clinic: "harbor", kind: "staff", id: "p1"}
	states := map[string]string{}
	for name, work := range map[string]func(context.Context, func(done, total int)) (made, error){
		"failed": func(context.Context, func(done, total int)) (made, error) { panic("Ana Ruiz") },
		"done": func(context.Context, func(done, total int)) (made, error) {
			return made{name: "week.csv", data: []byte("x")}, nil
		},
	} {
		id, err := desk.begin(who, NewExport{}, records.AuditEntry{}, work)
		if err != nil {
			t.Fatal(err)
		}
		states[id] = name
	}
	desk.work.Wait()
	for id, want := range states {
		job, found := desk.find(who, id)
		if !found || job.shown().State != want {
			t.Errorf("got %+v, want %s", job.shown(), want)
		}
	}
	desk.Close()
	if text := log.String(); !strings.Contains(text, "panicked") || strings.Contains(text, "Ana Ruiz") {
		t.Errorf("logged %s", text)
	}
}
