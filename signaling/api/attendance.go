package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/attendance/export"
	"vesper/rooms/ledger"
	"vesper/rooms/records"
)

// Attendance is a session's rows. While it runs they are what they would be
// if it ended now, and Final is false.
type Attendance struct {
	Session      ListedSession       `json:"session"`
	Final        bool                `json:"final"`
	RulesVersion int                 `json:"rules_version"`
	Records      []attendance.Record `json:"records"`
	Notice       string              `json:"notice" doc:"the redisclosure notice that goes with the rows"`
}

// file is an answer that is saved rather than read.
type file struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (h *house) attendance(api huma.API) {
	huma.Register(api, operation("GET", "/sessions/{id}/attendance", "get-attendance", "Who was there, from when to when; readable while it runs", mayRead),
		func(ctx context.Context, in *SessionPath) (*body[Attendance], error) {
			out, err := h.readAttendance(ctx, in.ID)
			return &body[Attendance]{out}, h.problemOf("read attendance", err)
		})
	huma.Register(api, operation("GET", "/sessions/{id}/attendance.csv", "export-attendance", "The same rows as CSV (RFC 4180)", mayExport),
		func(ctx context.Context, in *SessionPath) (*file, error) {
			out, err := h.exportCSV(ctx, in.ID)
			return out, h.problemOf("export attendance", err)
		})
}

// judged is a session's evidence and the rows that come of it: final once the
// session is sealed.
func (h *house) judged(ctx context.Context, id, action string) (e records.Evidence, rows []attendance.Record, err error) {
	session := rooms.SessionID(id)
	if e, err = h.Records.Evidence(ctx, callerOf(ctx).clinic, session); err != nil {
		return e, nil, err
	}
	if err := h.wrote(ctx, action, records.AuditEntry{Session: session}); err != nil {
		return e, nil, err
	}
	rows, err = h.rows(e)
	return e, rows, err
}

// rows are what comes of the evidence: as if the session ended now, until it
// is sealed.
func (h *house) rows(e records.Evidence) ([]attendance.Record, error) {
	journal, err := journalOf(e)
	if err != nil {
		return nil, err
	}
	var rules attendance.Rules
	if err := json.Unmarshal(e.Context.Rules, &rules); err != nil {
		return nil, fmt.Errorf("%w: %w", records.ErrTampered, err)
	}
	if len(e.Seals) > 0 {
		return attendance.Compute(e.Session.Plan, e.Roster, journal, rules), nil
	}
	return attendance.ComputeAt(e.Session.Plan, e.Roster, journal, rules, h.Clock.Now()), nil
}

// journalOf are the events of a session's chain.
func journalOf(e records.Evidence) (journal []rooms.Event, err error) {
	journal = make([]rooms.Event, len(e.Entries))
	for i, entry := range e.Entries {
		if journal[i], err = ledger.Decode(entry.Text); err != nil {
			return nil, fmt.Errorf("%w: %w", records.ErrTampered, err)
		}
	}
	return journal, nil
}

func (h *house) readAttendance(ctx context.Context, id string) (Attendance, error) {
	e, rows, err := h.judged(ctx, id, "attendance.read")
	if err != nil {
		return Attendance{}, err
	}
	session, clinic, err := h.session(ctx, id)
	return Attendance{
		Session: sessionOf(session, clinic), Final: len(e.Seals) > 0, RulesVersion: e.Session.RulesVersion,
		Records: rows, Notice: export.Notice,
	}, err
}

func (h *house) exportCSV(ctx context.Context, id string) (*file, error) {
	_, rows, err := h.judged(ctx, id, "attendance.export")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = export.CSV(&b, rows)
	return &file{"text/csv; charset=utf-8; header=present", attached("attendance", id, "csv"), b.Bytes()}, err
}

// attached names a file by the session's id, never by a person or a title.
func attached(what, id, kind string) string {
	return `attachment; filename="` + what + "-" + id + "." + kind + `"`
}
