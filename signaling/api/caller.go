package api

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"vesper/auth"
	"vesper/rooms"
)

// may is what an operation needs of its caller.
type may string

const (
	mayRead     may = "read"     // sessions, attendance, evidence, the week
	mayWrite    may = "write"    // programs, people, series, seats, links
	mayRun      may = "run"      // tonight: guests, fresh links, absence, safety details, answers of check-ins
	maySign     may = "sign"     // corrections, sign-off, addenda
	mayExport   may = "export"   // files that leave the clinic
	mayAudit    may = "audit"    // the audit log
	maySettings may = "settings" // rules, settings, webhooks, tokens of programs
	mayMe       may = "me"       // one's own sign-in; any staff, no program
	mayStaff    may = "staff"    // within the others: the links of those who work for the clinic
)

// staffMay says what a role in the clinic covers, scopeMay what a program's
// scope does. An admin's and ScopeAdmin's rows are everything.
var (
	staffMay = map[auth.StaffRole][]may{
		auth.Admin:     {mayRead, mayWrite, mayRun, maySign, mayExport, mayAudit, maySettings, mayStaff},
		auth.Clinician: {mayRead, mayRun, maySign, mayExport, mayStaff},
		auth.Billing:   {mayRead, mayExport},
		auth.Auditor:   {mayRead, mayAudit},
	}
	scopeMay = map[auth.Scope][]may{
		auth.ScopeSessionsRead:  {mayRead, mayExport},
		auth.ScopeSessionsWrite: {mayWrite},
		auth.ScopeStaffLinks:    {mayStaff},
		auth.ScopeAdmin:         {mayRead, mayWrite, mayRun, mayExport, mayAudit, maySettings, mayStaff},
	}
)

// caller is who asks, proven by a token.
type caller struct {
	clinic rooms.ClinicID
	kind   string // staff, service
	id     string // the person's id, or the token's
	again  string // by which a caller is known who comes back with a new token
	signIn string // of staff: which of their sign-ins
	roles  []auth.StaffRole
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
		other, _ := ctx.Operation().Metadata["or"].(may)
		token, _ := strings.CutPrefix(ctx.Header("Authorization"), "Bearer ")
		who, err := h.caller(ctx.Context(), token, ctx.Header(backgroundHeader) == "")
		switch {
		case errors.Is(err, auth.ErrIdle):
			answerProblem(ctx, signedOut)
		case errors.Is(err, auth.ErrInvalid):
			answerProblem(ctx, noToken)
		case err != nil:
			answerProblem(ctx, ours(h.Logger, "verify token", err))
		case !who.may[need] && !who.may[other]:
			answerProblem(ctx, notAllowed)
		default:
			next(huma.WithValue(ctx, callerKey{}, who))
		}
	}
}

// backgroundHeader marks what a page asks by itself. It does not count as use,
// so that a page that refreshes can't keep somebody signed in.
const backgroundHeader = "X-Vesper-Background"

func (h *house) caller(ctx context.Context, token string, active bool) (caller, error) {
	staff, id, err := h.Authority.Staff(ctx, token, active)
	if err == nil {
		if staff.Roles, err = h.held(ctx, staff); err != nil {
			return caller{}, err
		}
		who := caller{clinic: staff.Clinic, kind: "staff", id: string(staff.Person), again: "staff/" + string(staff.Person), signIn: id, roles: staff.Roles, may: map[may]bool{mayMe: true}}
		for _, role := range staff.Roles {
			who.allow(staffMay[role])
		}
		return who, nil
	}
	if !errors.Is(err, auth.ErrInvalid) {
		return caller{}, err
	}
	service, err := h.Authority.VerifyService(ctx, token)
	if err != nil {
		return caller{}, err
	}
	who := caller{clinic: service.Clinic, kind: "service", id: service.ID, again: "service/" + service.Name, may: map[may]bool{}}
	if service.Client != "" { // two programs may have one name
		who.again = "client/" + service.Client
	}
	for _, scope := range service.Scopes {
		who.allow(scopeMay[scope])
	}
	return who, nil
}

// held are the roles of a sign-in that its person still has: what was taken
// from them, or from the link that they came by, is gone at once and not when
// the token runs out. auth.ErrInvalid: none is left.
func (h *house) held(ctx context.Context, staff auth.Staff) ([]auth.StaffRole, error) {
	now, err := h.Records.StaffRoles(ctx, staff.Clinic, staff.Person)
	if err != nil {
		return nil, err
	}
	roles := slices.DeleteFunc(slices.Clone(staff.Roles), func(r auth.StaffRole) bool { return !slices.Contains(now, r) })
	if len(roles) == 0 {
		return nil, auth.ErrInvalid
	}
	return roles, nil
}

// staff is the caller as a staff member.
func (c caller) staff() auth.Staff {
	return auth.Staff{Clinic: c.clinic, Person: rooms.PersonID(c.id), Roles: c.roles}
}

func (c caller) allow(list []may) {
	for _, m := range list {
		c.may[m] = true
	}
}

func answerProblem(ctx huma.Context, p *problem) {
	ctx.SetHeader("Content-Type", "application/problem+json")
	for name, values := range p.GetHeaders() {
		ctx.SetHeader(name, values[0])
	}
	ctx.SetStatus(p.Status)
	_, _ = ctx.BodyWriter().Write(encode(p.Problem))
}

// callerOf is who asks, in an operation that needs a token.
func callerOf(ctx context.Context) caller {
	who, _ := ctx.Value(callerKey{}).(caller)
	return who
}

// operation describes one call.
func operation(method, path, id, summary string, need may) huma.Operation {
	o := huma.Operation{Method: method, Path: "/api/v1" + path, OperationID: id, Summary: summary, MaxBodyBytes: 64 << 10}
	if need != "" {
		o.Metadata = map[string]any{"may": need}
		o.Security = []map[string][]string{{"token": {}}}
	}
	keyed(&o)
	return o
}

// either lets in also those who may something else.
func either(o huma.Operation, other may) huma.Operation {
	o.Metadata["or"] = other
	return o
}
