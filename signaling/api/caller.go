package api

import (
	"context"
	"errors"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
)

// may is what an operation needs of its caller.
type may string

const (
	mayRead  may = "read"  // sessions, attendance, evidence
	mayWrite may = "write" // programs, people, series, seats, links
)

// caller is who asks, proven by a token.
type caller struct {
	clinic rooms.ClinicID
	kind   string // staff, service
	id     string // the person's id, or the token's
	may    map[may]bool
}

type callerKey struct{}

// identify reads the token of operations that have a "may" among their
// metadata, and refuses those that may not.
func (h *house) identify(huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		need, protected := ctx.Operation().Metadata["may"].(may)
		if !protected {
			next(ctx)
			return
		}
		token, _ := strings.CutPrefix(ctx.Header("Authorization"), "Bearer ")
		who, err := h.caller(ctx.Context(), token)
		switch {
		case errors.Is(err, auth.ErrInvalid):
			answerProblem(ctx, noToken)
		case err != nil:
			answerProblem(ctx, ours(h.Logger, "verify token", err))
		case !who.may[need]:
			answerProblem(ctx, notAllowed)
		default:
			next(huma.WithValue(ctx, callerKey{}, who))
		}
	}
}

func (h *house) caller(ctx context.Context, token string) (caller, error) {
	if staff, err := h.Authority.VerifyStaff(token); err == nil {
		return caller{staff.Clinic, "staff", string(staff.Person), map[may]bool{
			mayRead:  true,
			mayWrite: staff.Has(auth.Admin),
		}}, nil
	}
	service, err := h.Authority.VerifyService(ctx, token)
	if err != nil {
		return caller{}, err
	}
	return caller{service.Clinic, "service", service.ID, map[may]bool{
		mayRead:  service.Allows(auth.ScopeSessionsRead),
		mayWrite: service.Allows(auth.ScopeSessionsWrite),
	}}, nil
}

func answerProblem(ctx huma.Context, p *problem) {
	ctx.SetHeader("Content-Type", "application/problem+json")
	ctx.SetStatus(p.Status)
	_, _ = ctx.BodyWriter().Write(encode(p.Problem))
}

// callerOf is who asks, in an operation that needs a token.
func callerOf(ctx context.Context) caller {
	who, _ := ctx.Value(callerKey{}).(caller)
	return who
}

// audit writes down that a caller read or exported protected data; without
// that there is no answer.
func (h *house) audit(ctx context.Context, action string, session rooms.SessionID) error {
	who := callerOf(ctx)
	return h.Records.Audit(ctx, records.AuditEntry{
		Clinic: who.clinic, Actor: who.id, ActorKind: who.kind, Action: action, Session: session,
	})
}

// operation describes one call.
func operation(method, path, id, summary string, need may) huma.Operation {
	o := huma.Operation{Method: method, Path: "/api/v1" + path, OperationID: id, Summary: summary, MaxBodyBytes: 64 << 10}
	if need != "" {
		o.Metadata = map[string]any{"may": need}
		o.Security = []map[string][]string{{"token": {}}}
	}
	return o
}
