// Package api is the HTTP interface under /api/v1, one file a noun, described
// by OpenAPI 3.1 at /api/openapi.json.
//
// Whose data it is always comes from the token, never from the request; what
// belongs to another clinic is not there. Every error is problem+json with a
// stable code. Reads and exports of protected data are written to the audit
// log before they are answered.
//
// It deliberately knows no media and no live state: a session's attendance
// comes from the records, also while it runs.
package api

import (
	"log/slog"
	"net/http"
	"net/netip"
	"path"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/signaling/wire"
)

// Options of the interface. Records, Authority, Keys and URL must be set.
type Options struct {
	Records   *records.Records
	Authority *auth.Authority
	Keys      *auth.Keys
	Clock     rooms.Clock
	Logger    *slog.Logger
	// URL is the address of the pages, without a slash at its end. Every link
	// is made of it, whatever host a request names.
	URL string
	// SignIn are the ways in for staff beside one-time links.
	SignIn SignIn
	// Live reaches the rooms that are open on this node; nil: none is.
	Live Live
	// Planned is called after the schedule has changed, Posted after something
	// was put into the outbox.
	Planned, Posted func()
	// Checkpointed is called with a checkpoint that was asked for, so that it
	// can leave the machine.
	Checkpointed func(records.Checkpoint)
	// Organizer is the address that mails come from; empty: this server sends
	// none.
	Organizer string
	// Proxies are those in front of this server: they alone are believed when
	// they say who asks, in ProxyHeader and nowhere else; X-Forwarded-For by
	// default.
	Proxies     []netip.Prefix
	ProxyHeader string
	// Conversation is the WebSocket of wire.Path; nil: somebody else serves it.
	// It is begun as often as Limits let an address.
	Conversation http.Handler
	// Limits bound those who have no token.
	Limits Limits
	// OnClose is given what ends and waits for the work behind requests.
	OnClose func(func())
	// InsideHooks lets webhooks go to inside addresses, for tests.
	InsideHooks bool
}

// house is what the operations share.
type house struct {
	Options
	exporting *exportDesk
	byAddress *meter
	byLink    *meter
	byConnect *meter
}

var problems sync.Once

// schemaName names a body in the description. Those of other packages carry
// the package's name too, so that a scale on the wire and one of the interface
// can be told apart.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	pkg := path.Base(t.PkgPath())
	if strings.HasPrefix(t.PkgPath(), "vesper/") && pkg != "api" {
		name = strings.ToUpper(pkg[:1]) + pkg[1:] + name
	}
	return name
}

// Mount adds the interface to a mux.
func Mount(mux *http.ServeMux, o Options) {
	problems.Do(func() { // huma has no other way to be told
		huma.NewError = newProblem
		plainWords()
	})
	if o.URL == "" {
		panic("api: links need the address of the pages")
	}
	if o.Clock == nil {
		o.Clock = rooms.SystemClock
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Checkpointed == nil {
		o.Checkpointed = func(records.Checkpoint) {}
	}
	if o.OnClose == nil {
		o.OnClose = func(func()) {}
	}
	if o.Planned == nil {
		o.Planned = func() {}
	}
	if o.Posted == nil {
		o.Posted = func() {}
	}
	config := huma.DefaultConfig("Vesper", "1")
	config.OpenAPIPath = "/api/openapi"
	config.DocsPath = ""
	config.SchemasPath = ""
	config.CreateHooks = nil // no $schema in answers
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", BearerFormat: "JWT"},
	}
	api := humago.New(mux, config)
	h := &house{Options: o, exporting: newExportDesk(o.Clock, o.Logger)}
	limits := o.Limits.orDefault()
	h.byAddress, h.byLink, h.byConnect = newMeter(o.Clock, limits.Address), newMeter(o.Clock, limits.Link), newMeter(o.Clock, limits.Connect)
	o.OnClose(h.exporting.Close)
	api.UseMiddleware(h.strangers, h.identify(api), h.once)
	h.door(api)
	h.staff(api)
	h.passkeys(api)
	h.clients(api)
	h.tokens(api)
	h.enterRoom(api)
	h.sessions(api)
	h.attendance(api)
	h.week(api)
	h.payers(api)
	h.exports(api)
	h.review(api)
	h.evidence(api)
	h.series(api)
	h.programs(api)
	h.preview(api)
	h.evenings(api)
	h.calendar(api)
	h.people(api)
	h.paperwork(api)
	h.enrolment(api)
	h.seats(api)
	h.guests(api)
	h.personSeats(api)
	h.auditLog(api)
	h.retention(api)
	h.clinicRules(api)
	h.webhooks(api)
	h.mail(api)
	h.federated(mux)
	h.oauth(mux)
	if o.Conversation != nil {
		mux.HandleFunc(wire.Path, h.metered(h.byConnect, o.Conversation.ServeHTTP, writeProblem))
	}
	mux.HandleFunc("GET /.well-known/jwks.json", h.jwks)
	mux.HandleFunc("/api/", notFound)
}

func (h *house) jwks(w http.ResponseWriter, _ *http.Request) {
	data, err := h.Keys.JWKS()
	if err != nil {
		writeProblem(w, ours(h.Logger, "publish keys", err))
		return
	}
	w.Header().Set("Content-Type", "application/jwk-set+json")
	_, _ = w.Write(data)
}
