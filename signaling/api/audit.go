package api

import (
	"context"
	"encoding/json"
	"io"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms"
	"vesper/rooms/attendance/export"
	"vesper/rooms/ledger"
	"vesper/rooms/records"
)

// Audited is one entry of the audit log: who did what with whose data, when,
// and why. Names are not in it; the ids are those of /persons.
type Audited struct {
	N         uint64 `json:"n" doc:"its number within the clinic"`
	At        string `json:"at"`
	Actor     string `json:"actor"`
	ActorKind string `json:"actor_kind" enum:"staff,client,service,machine"`
	Action    string `json:"action"`
	Object    string `json:"object,omitempty"`
	Session   string `json:"session,omitempty"`
	Person    string `json:"person,omitempty" doc:"whose data it was; empty with a session: everybody's of that evening"`
	Purpose   string `json:"purpose,omitempty"`
	Recipient string `json:"recipient,omitempty"`
	Outcome   string `json:"outcome,omitempty" doc:"empty: done"`
}

// AuditPage is a page of the log, the newest first.
type AuditPage struct {
	Entries []Audited `json:"entries"`
	Next    string    `json:"next,omitempty"`
}

type auditQuery struct {
	Page
	Person string    `query:"person" maxLength:"64" doc:"entries about this person, and about the evenings they were expected in"`
	From   time.Time `query:"from"`
	To     time.Time `query:"to" doc:"before"`
}

func (h *house) auditLog(api huma.API) {
	huma.Register(api, operation("GET", "/audit", "list-audit", "Who opened whose data, when and why; the newest first", mayAudit),
		func(ctx context.Context, in *auditQuery) (*body[AuditPage], error) {
			out, err := h.searchAudit(ctx, *in)
			return &body[AuditPage]{out}, h.problemOf("search audit log", err)
		})
	whole := operation("GET", "/audit/log", "export-audit", "The whole audit log with its chain, as JSON lines for vesper verify", mayAudit)
	whole.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"application/jsonl": {}}}}
	huma.Register(api, whole, func(ctx context.Context, _ *struct{}) (*huma.StreamResponse, error) {
		out, err := h.exportAudit(ctx)
		return out, h.problemOf("export audit log", err)
	})
}

// exportAudit streams the log as it is kept, up to the entry of its own export.
// What fails on the way ends the file early, which vesper verify notices: the
// head says how many entries there are.
func (h *house) exportAudit(ctx context.Context) (*huma.StreamResponse, error) {
	clinic := callerOf(ctx).clinic
	if err := h.wrote(ctx, "audit.export", records.AuditEntry{}); err != nil {
		return nil, err
	}
	head, err := h.Records.AuditHead(ctx, clinic)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", "application/jsonl")
		hc.SetHeader("Content-Disposition", attached("audit", "log", "jsonl"))
		if err := WriteAudit(hc.Context(), hc.BodyWriter(), h.Records, clinic, head, h.Clock.Now()); err != nil {
			h.Logger.Error("audit log was cut off", "error", err)
		}
	}}, nil
}

// WriteAudit writes a clinic's audit log as lines for vesper verify.
func WriteAudit(ctx context.Context, w io.Writer, r *records.Records, clinic rooms.ClinicID, head ledger.AuditHead, now time.Time) error {
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false) // an entry is kept word for word
	first := ledger.AuditFile{Format: ledger.AuditFormat, Clinic: clinic, GeneratedAt: now.UTC(), Notice: export.Notice, AuditHead: head}
	if err := lines.Encode(first); err != nil {
		return err
	}
	return r.AuditLines(ctx, clinic, head.N, func(line ledger.AuditLine) error { return lines.Encode(line) })
}

func (h *house) searchAudit(ctx context.Context, in auditQuery) (AuditPage, error) {
	who := callerOf(ctx)
	query := records.AuditQuery{Person: rooms.PersonID(in.Person), From: in.From, To: in.To, Limit: in.Limit + 1}
	place, err := in.place(1)
	if err != nil {
		return AuditPage{}, err
	}
	if place != nil {
		// Not a number: there is nothing before it.
		if query.Before, err = strconv.ParseUint(place[0], 10, 64); err != nil {
			query.Before = 1
		}
	}
	if in.Person != "" {
		if _, err := h.Records.Person(ctx, who.clinic, query.Person); err != nil {
			return AuditPage{}, err
		}
	}
	found, err := h.Records.SearchAudit(ctx, who.clinic, query)
	if err != nil {
		return AuditPage{}, err
	}
	if err := h.wrote(ctx, "audit.read", records.AuditEntry{Person: query.Person}); err != nil {
		return AuditPage{}, err
	}
	found, next := cut(found, in.Limit, func(e records.AuditEntry) []string { return []string{strconv.FormatUint(e.N, 10)} })
	out := AuditPage{Entries: make([]Audited, len(found)), Next: next}
	for i, e := range found {
		out.Entries[i] = Audited{
			N: e.N, At: e.At.UTC().Format(time.RFC3339), Actor: e.Actor, ActorKind: e.ActorKind, Action: e.Action, Object: e.Object,
			Session: string(e.Session), Person: string(e.Person), Purpose: e.Purpose, Recipient: e.Recipient, Outcome: e.Outcome,
		}
	}
	return out, nil
}
