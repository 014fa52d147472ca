package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms"
	"vesper/rooms/attendance/export"
	"vesper/rooms/attendance/week"
	"vesper/rooms/records"
)

// NewExport is what POST /exports takes: a session, a week, or a client's own
// copy of a time.
type NewExport struct {
	Kind      string `json:"kind" enum:"csv,pdf,html,fhir,own"`
	Session   string `json:"session,omitempty" maxLength:"64"`
	Week      string `json:"week,omitempty" doc:"any date of the week" example:"2026-10-05"`
	Program   string `json:"program,omitempty" maxLength:"64" doc:"of a week: only people and sessions of one program"`
	Payer     string `json:"payer,omitempty" maxLength:"40" doc:"of a week: only the clients of one payer, so that it learns of nobody else's"`
	Person    string `json:"person,omitempty" maxLength:"64" doc:"whose own copy"`
	From      string `json:"from,omitempty" doc:"of an own copy: its first date" example:"2026-10-05"`
	To        string `json:"to,omitempty" doc:"of an own copy: its last date" example:"2026-10-11"`
	Format    string `json:"format,omitempty" enum:"zip,pdf,html,csv" doc:"of an own copy; default zip, with all three"`
	Purpose   string `json:"purpose" minLength:"3" maxLength:"200" doc:"why it leaves the clinic; stands on it and in the audit log"`
	Recipient string `json:"recipient" minLength:"2" maxLength:"200" doc:"to whom; stands on it and in the audit log"`
	Draft     bool   `json:"draft,omitempty" doc:"export also what is not signed; every page says DRAFT"`
	Names     bool   `json:"names,omitempty" doc:"of fhir: with legal names beside the ids"`

	withheld bool // of fhir: the caller may not read answers of check-ins
}

// Export is how far one is, and what it is of; it names nobody. Refused:
// something in it is not signed, and Unsigned lists what.
type Export struct {
	ID       string        `json:"id"`
	Kind     string        `json:"kind" enum:"csv,pdf,html,fhir,own"`
	Session  string        `json:"session,omitempty"`
	Week     string        `json:"week,omitempty"`
	From     string        `json:"from,omitempty"`
	To       string        `json:"to,omitempty"`
	Draft    bool          `json:"draft,omitempty"`
	Begun    time.Time     `json:"begun"`
	State    string        `json:"state" enum:"running,done,failed,refused"`
	Done     int           `json:"done" doc:"steps of total"`
	Total    int           `json:"total"`
	Detail   string        `json:"detail,omitempty"`
	Unsigned []week.Listed `json:"unsigned,omitempty"`
	Name     string        `json:"name,omitempty" doc:"of the file"`
	Size     int           `json:"size,omitempty" doc:"in bytes"`
	Until    *time.Time    `json:"until,omitempty" doc:"until when the file is kept"`
}

// Exports are what the caller began of late, the newest first.
type Exports struct {
	Exports []Export `json:"exports"`
}

type exportPath struct {
	ID string `path:"id" maxLength:"64"`
}

// exportedFile is a file that must not be kept by anything on the way, and
// that opens as nothing but itself.
type exportedFile struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte

	Policy string `header:"Content-Security-Policy"`
	Cache  string `header:"Cache-Control"`
	Sniff  string `header:"X-Content-Type-Options"`
}

func (h *house) exports(api huma.API) {
	huma.Register(api, operation("POST", "/exports", "create-export", "Begin an export; ask for its state until it is done", mayExport),
		func(ctx context.Context, in *body[NewExport]) (*body[Created], error) {
			id, err := h.createExport(ctx, in.Body)
			return &body[Created]{Created{id}}, h.problemOf("create export", err)
		})
	huma.Register(api, operation("GET", "/exports", "list-exports", "How far the caller's own exports are, as long as their files are kept", mayExport),
		func(ctx context.Context, _ *struct{}) (*body[Exports], error) {
			return &body[Exports]{Exports{h.exporting.list(callerOf(ctx))}}, nil
		})
	huma.Register(api, operation("GET", "/exports/{id}", "get-export", "How far an export of the caller's is", mayExport),
		func(ctx context.Context, in *exportPath) (*body[Export], error) {
			job, found := h.exporting.find(callerOf(ctx), in.ID)
			if !found {
				return nil, notThere
			}
			return &body[Export]{job.shown()}, nil
		})
	huma.Register(api, operation("GET", "/exports/{id}/file", "get-export-file", "The file of a finished export, for 15 minutes; every time is audited", mayExport),
		func(ctx context.Context, in *exportPath) (*exportedFile, error) {
			out, err := h.exportFile(ctx, in.ID)
			return out, h.problemOf("read export", err)
		})
}

// createExport checks what is asked, writes it down and begins.
func (h *house) createExport(ctx context.Context, in NewExport) (string, error) {
	in.Purpose, in.Recipient = strings.TrimSpace(in.Purpose), strings.TrimSpace(in.Recipient)
	if err := in.check(); err != nil {
		return "", err
	}
	who := callerOf(ctx)
	entry := records.AuditEntry{
		Clinic: who.clinic, Actor: who.id, ActorKind: who.kind, Action: "export.begin", Object: in.object(),
		Session: rooms.SessionID(in.Session), Person: rooms.PersonID(in.Person), Purpose: in.Purpose, Recipient: in.Recipient,
	}
	// What is not there, or not theirs, is said at once.
	if in.Session != "" {
		if _, err := h.Records.Session(ctx, who.clinic, entry.Session); err != nil {
			return "", err
		}
	}
	if in.Person != "" {
		if _, err := h.Records.Person(ctx, who.clinic, entry.Person); err != nil {
			return "", err
		}
	}
	if in.Program != "" {
		if _, err := h.Records.Program(ctx, who.clinic, rooms.ProgramID(in.Program)); err != nil {
			return "", err
		}
	}
	if err := h.Records.Audit(ctx, entry); err != nil {
		return "", err
	}
	in.withheld = !who.may[mayRun]
	return h.exporting.begin(who, in, entry, func(ctx context.Context, step func(done, total int)) (made, error) {
		return h.makeExport(ctx, who.clinic, in, step)
	})
}

// check names every field that doesn't fit the others.
func (in NewExport) check() error {
	var found findings
	found.check(len(in.Purpose) >= 3, "purpose", "Say why it leaves the clinic.")
	found.check(len(in.Recipient) >= 2, "recipient", "Say to whom it goes.")
	if in.Kind == "own" {
		found.check(in.Person != "", "person", "Say whose own copy it is.")
		from, to := found.day("from", in.From), found.day("to", in.To)
		found.check(from == "" || to == "" || from <= to && to <= from.Add(ownDays), "to",
			"The last date is not before the first, and at most 400 days after it.")
		found.check(in.Session == "" && in.Week == "" && in.Program == "" && in.Payer == "", "session",
			"An own copy is of a person and a time, not of a session, a week or a program.")
	} else {
		found.check((in.Session == "") != (in.Week == ""), "session", "Give a session or a week, one of them.")
		if in.Week != "" {
			found.day("week", in.Week)
		}
		found.check(in.Payer == "" || in.Week != "", "payer", "The clients of one payer are exported by the week.")
		found.check(in.Person == "" && in.From == "" && in.To == "" && in.Format == "", "person",
			"Person, from, to and format are of an own copy.")
	}
	return found.refuse("invalid", "Some of the fields don't fit together.")
}

// ownDays is the longest own copy.
const ownDays = 400

func (in NewExport) object() string {
	switch {
	case in.Week != "":
		return in.Kind + " week " + in.Week
	case in.Session != "":
		return in.Kind + " session"
	}
	return in.Kind + " " + in.From + " " + in.To
}

// exportFile hands a file out. It is written down before.
func (h *house) exportFile(ctx context.Context, id string) (*exportedFile, error) {
	job, found := h.exporting.find(callerOf(ctx), id)
	if !found {
		return nil, notThere
	}
	if shown := job.shown(); shown.State != "done" {
		return nil, refuse(http.StatusConflict, "not_ready", "This export is "+shown.State+"; there is no file.")
	}
	entry, who := job.entry, callerOf(ctx)
	entry.Action, entry.Actor = "export.file", who.id
	if err := h.Records.Audit(ctx, entry); err != nil {
		return nil, err
	}
	out := job.made
	return &exportedFile{
		ContentType: out.kind, Disposition: `attachment; filename="` + out.name + `"`, Body: out.data,
		Policy: export.Policy(), Cache: "no-store", Sniff: "nosniff",
	}, nil
}
