package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"

	"vesper/auth"
	"vesper/auth/oidc"
	"vesper/auth/smart"
	"vesper/rooms"
	"vesper/rooms/records"
)

// federated are the two redirects of a sign-in by an identity provider, and of
// a launch by a record system. They are pages for a browser and no part of the
// API: what goes wrong comes back to the sign-in page as a code.
func (h *house) federated(mux *http.ServeMux) {
	for pattern, page := range map[string]http.HandlerFunc{
		"/api/v1/oidc/{id}/start": h.oidcStart, "/api/v1/oidc/{id}/callback": h.oidcCallback,
		"/api/v1/smart/launch": h.smartLaunch, "/api/v1/smart/callback": h.smartCallback,
	} {
		mux.HandleFunc("GET "+pattern, h.slowly(page, writeProblem))
	}
}

// The cookie ties what comes back to the browser that began. It names nobody,
// signs nobody in, and lives for the ceremony alone.
const browserCookie = "vesper-signin"

func (h *house) cookie(value string) *http.Cookie {
	c := &http.Cookie{Name: browserCookie, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(oidc.Life.Seconds())}
	if strings.HasPrefix(h.URL, "https://") {
		c.Name, c.Secure = "__Host-"+browserCookie, true
	}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

// browser reads the cookie and takes it back.
func (h *house) browser(w http.ResponseWriter, r *http.Request) string {
	cookie, err := r.Cookie(h.cookie("").Name)
	http.SetCookie(w, h.cookie(""))
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (h *house) provider(r *http.Request) *oidc.Provider {
	for _, p := range h.SignIn.Providers {
		if p.ID == r.PathValue("id") {
			return p.Provider
		}
	}
	return nil
}

func (h *house) oidcStart(w http.ResponseWriter, r *http.Request) {
	p := h.provider(r)
	if p == nil {
		writeProblem(w, notThere)
		return
	}
	browser := auth.NewSecret().Reveal()
	address, err := p.Start(r.Context(), browser, consolePath(r.URL.Query().Get("to")))
	h.leave(w, r, browser, address, err)
}

// leave sends the browser away to prove who it is.
func (h *house) leave(w http.ResponseWriter, r *http.Request, browser, address string, err error) {
	if err != nil {
		h.back(w, r, err)
		return
	}
	http.SetCookie(w, h.cookie(browser))
	http.Redirect(w, r, address, http.StatusFound)
}

// consolePath lets a sign-in lead to a page of the console and nowhere else.
func consolePath(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || len(u.Path) > 200 || path.Clean(u.Path) != u.Path {
		return ""
	}
	if u.Path != "/console" && !strings.HasPrefix(u.Path, "/console/") || strings.ContainsFunc(u.Path, foreignToPath) {
		return ""
	}
	return u.Path
}

// foreignToPath is what no address of the console holds.
func foreignToPath(c rune) bool {
	return c <= ' ' || c > '~' || strings.ContainsRune(`\<>"'`, c)
}

func (h *house) oidcCallback(w http.ResponseWriter, r *http.Request) {
	p := h.provider(r)
	if p == nil {
		writeProblem(w, notThere)
		return
	}
	q := r.URL.Query()
	who, err := p.Finish(r.Context(), h.browser(w, r), q.Get("state"), q.Get("code"))
	if err != nil {
		h.back(w, r, err)
		return
	}
	vouched := func(clinic rooms.ClinicID, roles []auth.StaffRole) records.Vouched {
		return records.Vouched{Clinic: clinic, Issuer: who.Issuer, Subject: who.ID, Name: who.Name, Roles: roles, From: who.From}
	}
	var clinics []records.Vouched
	for _, in := range who.Staff {
		clinics = append(clinics, vouched(in.Clinic, in.Roles))
	}
	if who.From == auth.FromProvider { // which takes roles away, too
		for _, clinic := range who.Without {
			clinics = append(clinics, vouched(clinic, nil))
		}
	}
	h.enterConsole(w, r, clinics, who.To)
}

// enterConsole finds the person in each clinic and hands the browser a secret
// to sign in with, in the fragment. auth.ErrNoRole leads back: they have a role
// in none.
func (h *house) enterConsole(w http.ResponseWriter, r *http.Request, clinics []records.Vouched, to string) {
	var choices []auth.Staff
	for _, clinic := range clinics {
		staff, err := h.Records.StaffBySubject(r.Context(), clinic)
		if err != nil {
			h.back(w, r, err)
			return
		}
		if len(staff.Roles) > 0 {
			choices = append(choices, staff)
		}
	}
	secret, err := h.Authority.Offer(choices, to)
	if err != nil {
		h.back(w, r, err)
		return
	}
	http.Redirect(w, r, ConsolePath(secret), http.StatusFound)
}

// refusals of a redirect, as the sign-in page knows them.
var backCodes = []struct {
	err  error
	code string
}{
	{auth.ErrNoRole, "no_role"},
	{oidc.ErrState, "signin_late"}, {smart.ErrState, "signin_late"},
	{oidc.ErrRefused, "signin_refused"}, {smart.ErrRefused, "signin_refused"},
	{oidc.ErrProvider, "provider_away"}, {smart.ErrProvider, "provider_away"},
	{smart.ErrIssuer, "launch_unknown"}, {errNoSession, "launch_no_session"}, {rooms.ErrNotFound, "launch_no_session"},
}

// back returns to the sign-in page with a code that says what was wrong.
func (h *house) back(w http.ResponseWriter, r *http.Request, err error) {
	code := "internal"
	for _, known := range backCodes {
		if errors.Is(err, known.err) {
			code = known.code
			break
		}
	}
	if code == "internal" || code == "provider_away" {
		h.Logger.Error("sign-in failed", "code", code, "error", err)
	}
	http.Redirect(w, r, "/console?problem="+code, http.StatusFound)
}

// errNoSession: the launch names an appointment that is no session of ours.
var errNoSession = errors.New("no session goes with the appointment")

func (h *house) smartLaunch(w http.ResponseWriter, r *http.Request) {
	if h.SignIn.SMART == nil {
		writeProblem(w, notThere)
		return
	}
	q, browser := r.URL.Query(), auth.NewSecret().Reveal()
	address, err := h.SignIn.SMART.Start(r.Context(), q.Get("iss"), q.Get("launch"), browser)
	h.leave(w, r, browser, address, err)
}

// smartCallback opens the session that goes with the appointment: for staff on
// the console, for a client at the door.
func (h *house) smartCallback(w http.ResponseWriter, r *http.Request) {
	if h.SignIn.SMART == nil {
		writeProblem(w, notThere)
		return
	}
	q := r.URL.Query()
	launch, err := h.SignIn.SMART.Finish(r.Context(), h.browser(w, r), q.Get("state"), q.Get("code"))
	if err != nil {
		h.back(w, r, err)
		return
	}
	session, err := h.launched(r.Context(), launch)
	if err != nil {
		h.back(w, r, err)
		return
	}
	if launch.Practitioner() {
		name := launch.Name
		if name == "" {
			name = "Staff"
		}
		h.enterConsole(w, r, []records.Vouched{{
			Clinic: launch.EHR.Clinic, Issuer: launch.Issuer, Subject: launch.Subject, Name: name, Roles: launch.EHR.Roles, From: launch.EHR.From,
		}}, "/console/sessions/"+string(session))
		return
	}
	link, err := h.clientLink(r.Context(), launch, session)
	if err != nil {
		h.back(w, r, err)
		return
	}
	http.Redirect(w, r, link, http.StatusFound)
}

// launched finds the session that goes with the appointment that is open in
// the record system: by the name that the system gave it, or by our own id.
func (h *house) launched(ctx context.Context, launch smart.Launch) (rooms.SessionID, error) {
	if launch.Appointment == "" {
		return "", errNoSession
	}
	clinic := launch.EHR.Clinic
	object, err := h.Records.ByIdentifier(ctx, clinic, launch.EHR.Issuer, "Appointment/"+launch.Appointment, "session")
	if errors.Is(err, rooms.ErrNotFound) {
		object = launch.Appointment
	} else if err != nil {
		return "", err
	}
	session, err := h.Records.Session(ctx, clinic, rooms.SessionID(object))
	if errors.Is(err, rooms.ErrNotFound) {
		return "", errNoSession
	}
	return session.Session, err
}

// clientLink is the door of the session for the client whom the record system
// vouches for.
func (h *house) clientLink(ctx context.Context, launch smart.Launch, id rooms.SessionID) (string, error) {
	clinic := launch.EHR.Clinic
	person, err := h.Records.ByIdentifier(ctx, clinic, launch.EHR.Issuer, launch.User, "person")
	if errors.Is(err, rooms.ErrNotFound) {
		return "", auth.ErrNoRole
	}
	if err != nil {
		return "", err
	}
	known, err := h.Records.Person(ctx, clinic, rooms.PersonID(person))
	if err != nil {
		return "", err
	}
	if known.Kind == records.StaffPerson { // they come by the console, whatever a program called them
		return "", auth.ErrNoRole
	}
	session, err := h.Records.Session(ctx, clinic, id)
	if err != nil {
		return "", err
	}
	return h.lend(ctx, session, records.AuditEntry{Actor: person, ActorKind: "client", Person: rooms.PersonID(person)})
}
