package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"vesper/auth"
	"vesper/rooms/records"
)

// tokenPath is where programs exchange their assertions.
const tokenPath = "/api/v1/oauth/token"

// formWithin is how long a program may take to send its form.
const formWithin = 10 * time.Second

// oauth is the token endpoint for programs (RFC 6749, 4.4, with RFC 7523
// assertions, as SMART Backend Services have it). Its bodies are those of the
// standard, not of the rest of the interface.
func (h *house) oauth(mux *http.ServeMux) {
	mux.HandleFunc("POST "+tokenPath, h.slowly(h.token, func(w http.ResponseWriter, p *problem) {
		oauthProblem(w, p.Status, p.Code, p.Detail)
	}))
	mux.HandleFunc("GET /.well-known/smart-configuration", h.smartConfiguration)
}

func (h *house) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	slow := http.NewResponseController(w)
	_ = slow.SetReadDeadline(time.Now().Add(formWithin)) // tests have a recorder, which has none
	err := r.ParseForm()
	_ = slow.SetReadDeadline(time.Time{})
	if err != nil {
		oauthProblem(w, http.StatusBadRequest, "invalid_request", "The body is a form of at most 16 KiB.")
		return
	}
	switch form := r.PostForm; {
	case form.Get("grant_type") != "client_credentials":
		oauthProblem(w, http.StatusBadRequest, "unsupported_grant_type", "The grant_type is client_credentials.")
	case form.Get("client_assertion_type") != auth.AssertionType || form.Get("client_assertion") == "":
		oauthProblem(w, http.StatusBadRequest, "invalid_request", "A client_assertion of the type jwt-bearer is needed.")
	default:
		h.exchange(w, r, form.Get("client_assertion"), strings.Fields(form.Get("scope")))
	}
}

func (h *house) exchange(w http.ResponseWriter, r *http.Request, assertion string, wanted []string) {
	var scopes []auth.Scope
	for _, scope := range wanted {
		scopes = append(scopes, auth.Scope(scope))
	}
	token, issued, err := h.Authority.Assert(r.Context(), assertion, h.URL+tokenPath, scopes)
	if err == nil {
		err = h.Records.Audit(r.Context(), records.AuditEntry{
			Clinic: issued.Clinic, Actor: issued.ID, ActorKind: "service", Action: "token.issue",
		})
	}
	switch {
	case errors.Is(err, auth.ErrScope):
		oauthProblem(w, http.StatusBadRequest, "invalid_scope", "The program is not registered for that scope.")
	case errors.Is(err, auth.ErrInvalid):
		oauthProblem(w, http.StatusUnauthorized, "invalid_client", "The assertion is not valid.")
	case err != nil:
		ours(h.Logger, "exchange assertion", err)
		oauthProblem(w, http.StatusInternalServerError, "server_error", "Something went wrong on the server; it has been logged.")
	default:
		list := make([]string, len(issued.Scopes))
		for i, scope := range issued.Scopes {
			list[i] = string(scope)
		}
		writeJSON(w, http.StatusOK, map[string]any{
			"access_token": token, "token_type": "bearer", "expires_in": int(auth.AccessLife.Seconds()), "scope": strings.Join(list, " "),
		})
	}
}

// smartConfiguration says where programs get their tokens (SMART 2.2).
func (h *house) smartConfiguration(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"token_endpoint": h.URL + tokenPath, "grant_types_supported": []string{"client_credentials"},
		"token_endpoint_auth_methods_supported":            []string{"private_key_jwt"},
		"token_endpoint_auth_signing_alg_values_supported": []string{"RS384", "ES384", "EdDSA"},
		"scopes_supported":                                 []auth.Scope{auth.ScopeSessionsRead, auth.ScopeSessionsWrite, auth.ScopeStaffLinks, auth.ScopeAdmin},
		"capabilities":                                     []string{"client-confidential-asymmetric"},
	})
}

func oauthProblem(w http.ResponseWriter, status int, code, sentence string) {
	writeJSON(w, status, map[string]string{"error": code, "error_description": sentence})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
