package api

import (
	"context"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/signaling/wire"
)

// ListedSession is one dated occurrence as the console lists it.
type ListedSession struct {
	wire.Session
	Series string `json:"series"`
	Title  string `json:"title"`
	Kind   string `json:"kind" enum:"group,education,relapse_prevention,individual,family,alumni"`
	// RecurrenceID is the local start by the series' rule, under which the
	// evening is skipped and moved.
	RecurrenceID string `json:"recurrence_id" doc:"local start by the rule: under this the evening is skipped and moved"`
	Status       string `json:"status" enum:"scheduled,open,ended,cancelled"`
	Final        bool   `json:"final" doc:"sealed: the machine's rows change no more"`
	Signed       bool   `json:"signed" doc:"staff have signed it: nothing but addenda follows"`
}

// Sessions is a list of them, the earliest first.
type Sessions struct {
	Sessions []ListedSession `json:"sessions"`
	Next     string          `json:"next,omitempty" doc:"give it as after for the next page"`
}

type SessionPath struct {
	ID string `path:"id" maxLength:"64"`
}

type sessionsQuery struct {
	LongPage
	From time.Time `query:"from" doc:"start at or after; default 8 days ago"`
	To   time.Time `query:"to" doc:"start before; default in 8 days"`
	// Unsigned: only those that are sealed and that nobody has signed.
	Unsigned bool `query:"unsigned" doc:"only sealed sessions that nobody has signed; default: of all times"`
}

func (h *house) sessions(api huma.API) {
	huma.Register(api, operation("GET", "/sessions", "list-sessions", "The clinic's sessions by planned start", mayRead),
		func(ctx context.Context, in *sessionsQuery) (*body[Sessions], error) {
			out, err := h.listSessions(ctx, *in)
			return &body[Sessions]{out}, h.problemOf("list sessions", err)
		})
	huma.Register(api, operation("GET", "/sessions/{id}", "get-session", "One session", mayRead),
		func(ctx context.Context, in *SessionPath) (*body[ListedSession], error) {
			session, clinic, err := h.session(ctx, in.ID)
			return &body[ListedSession]{sessionOf(session, clinic)}, h.problemOf("get session", err)
		})
}

func (h *house) listSessions(ctx context.Context, q sessionsQuery) (Sessions, error) {
	const around = 8 * 24 * time.Hour
	now := h.Clock.Now()
	if q.From.IsZero() && q.Unsigned {
		q.From = time.Unix(0, 0)
	}
	if q.From.IsZero() {
		q.From = now.Add(-around)
	}
	if q.To.IsZero() {
		q.To = now.Add(around)
	}
	who := callerOf(ctx)
	clinic, err := h.Records.Clinic(ctx, who.clinic)
	if err != nil {
		return Sessions{}, err
	}
	find := records.SessionQuery{From: q.From, To: q.To, Unsigned: q.Unsigned, Limit: q.Limit + 1}
	place, err := q.place(2)
	if err != nil {
		return Sessions{}, err
	}
	if place != nil {
		start, err := strconv.ParseInt(place[0], 10, 64)
		if err != nil {
			return Sessions{}, badCursor
		}
		find.AfterStart, find.After = time.UnixMilli(start), rooms.SessionID(place[1])
	}
	list, err := h.Records.FindSessions(ctx, who.clinic, find)
	list, next := cut(list, q.Limit, func(s records.Session) []string {
		return []string{strconv.FormatInt(s.Start.UnixMilli(), 10), string(s.Session)}
	})
	out := Sessions{Sessions: make([]ListedSession, len(list)), Next: next}
	for i, session := range list {
		out.Sessions[i] = sessionOf(session, clinic.Name)
	}
	return out, err
}

// session finds a session of the caller's clinic, and the clinic's name.
func (h *house) session(ctx context.Context, id string) (records.Session, string, error) {
	who := callerOf(ctx)
	session, err := h.Records.Session(ctx, who.clinic, rooms.SessionID(id))
	if err != nil {
		return session, "", err
	}
	clinic, err := h.Records.Clinic(ctx, who.clinic)
	return session, clinic.Name, err
}

func sessionOf(s records.Session, clinic string) ListedSession {
	return ListedSession{
		Session: SessionOf(s.Plan, clinic), Series: string(s.Series), Title: s.Title, Kind: string(s.Kind), RecurrenceID: s.RecurrenceID,
		Status: string(s.Status), Final: s.Sealed, Signed: s.Signed,
	}
}

// SessionOf is what may be known of a session before admission.
func SessionOf(p rooms.Plan, clinic string) wire.Session {
	session := wire.Session{
		ID: string(p.Session), Clinic: clinic, Start: p.Start.UTC().Format(time.RFC3339), End: p.End.UTC().Format(time.RFC3339),
		DoorOpens: p.DoorOpens().UTC().Format(time.RFC3339), Zone: p.Zone, Segments: []wire.PlannedSegment{},
	}
	for _, segment := range p.Segments {
		session.Segments = append(session.Segments, wire.PlannedSegment{
			Kind: string(segment.Kind), Start: segment.Start.UTC().Format(time.RFC3339), End: segment.End.UTC().Format(time.RFC3339),
		})
	}
	return session
}
