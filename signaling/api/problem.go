package api

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/rooms/schedule"
	"vesper/signaling/wire"
)

// problem is wire.Problem as an error of huma.
type problem struct {
	wire.Problem
	after int // seconds to wait, of slow_down
}

func (p *problem) Error() string           { return p.Code + ": " + p.Detail }
func (p *problem) GetStatus() int          { return p.Status }
func (*problem) ContentType(string) string { return "application/problem+json" }

func refuse(status int, code, detail string) *problem {
	return &problem{Problem: wire.Problem{Title: http.StatusText(status), Status: status, Code: code, Detail: detail}}
}

// codes of the problems that huma itself finds.
var codes = map[int]string{
	http.StatusBadRequest: "malformed", http.StatusUnprocessableEntity: "invalid", http.StatusRequestEntityTooLarge: "too_large",
	http.StatusUnsupportedMediaType: "malformed", http.StatusNotAcceptable: "malformed", http.StatusNotFound: "not_there",
	http.StatusRequestTimeout: "slow",
}

// newProblem is how huma makes its errors: it names every bad field.
func newProblem(status int, message string, errs ...error) huma.StatusError {
	code := codes[status]
	if code == "" {
		code = "internal"
	}
	p := refuse(status, code, sentence(message))
	for _, err := range errs {
		var detail *huma.ErrorDetail
		if errors.As(err, &detail) {
			p.Errors = append(p.Errors, wire.ProblemField{Location: detail.Location, Message: sentence(detail.Message)})
		} else if err != nil && status < 500 {
			p.Errors = append(p.Errors, wire.ProblemField{Message: sentence(err.Error())})
		}
	}
	return p
}

// plainWords are for the limits that people meet in a form.
func plainWords() {
	validation.MsgExpectedMinLength = "give at least %d characters"
	validation.MsgExpectedMaxLength = "give at most %d characters"
	validation.MsgExpectedMinimumNumber = "give a number of at least %v"
	validation.MsgExpectedMaximumNumber = "give a number of at most %v"
	validation.MsgExpectedMinItems = "give at least %d of them"
	validation.MsgExpectedMaxItems = "give at most %d of them"
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	first := s[:1]
	if first >= "a" && first <= "z" {
		first = string(first[0] - 'a' + 'A')
	}
	s = first + s[1:]
	if s[len(s)-1] != '.' {
		s += "."
	}
	return s
}

var (
	notThere   = refuse(http.StatusNotFound, "not_there", "There is nothing of that id.")
	noToken    = refuse(http.StatusUnauthorized, "token_invalid", "This needs a valid token.")
	signedOut  = refuse(http.StatusUnauthorized, "signed_out", "You were signed out because nobody used this page for a while.")
	notAllowed = refuse(http.StatusForbidden, "not_allowed", "This token does not cover that.")
)

// linkProblems are the refusals of links, in words.
var linkProblems = map[string]*problem{
	"link_unknown": refuse(http.StatusNotFound, "link_unknown", "This link is not known; ask your clinic for a new one."),
	"link_revoked": refuse(http.StatusGone, "link_revoked", "This link was replaced or withdrawn; ask your clinic for the new one."),
	"link_early":   refuse(http.StatusForbidden, "too_early", "This link is not valid yet."),
	"link_expired": refuse(http.StatusGone, "link_revoked", "This link has run out; ask your clinic for a new one."),
	"no_role":      refuse(http.StatusForbidden, "no_role", "You have no role in any clinic here; ask your administrator."),
	"link_used":    refuse(http.StatusGone, "link_used", "This link was used already; ask for a new one."),
}

// problemOf maps an error to what the caller is told: refused, or ours.
func (h *house) problemOf(doing string, err error) error {
	var known *problem
	var plan *schedule.Error
	var wrong schedule.Errors
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	case errors.As(err, &wrong) && len(wrong) > 0:
		p := refuse(http.StatusUnprocessableEntity, "invalid", wrong[0].Message)
		for _, one := range wrong {
			p.Errors = append(p.Errors, wire.ProblemField{Location: "body." + fieldOf(one), Message: one.Message})
		}
		return p
	case errors.As(err, &plan):
		return badField("body."+fieldOf(plan), plan.Message)
	case passkeyProblem(err) != nil:
		return passkeyProblem(err)
	case scheduleProblem(err) != nil:
		return scheduleProblem(err)
	case rosterProblem(err) != nil:
		return rosterProblem(err)
	case linkProblems[auth.Code(err)] != nil:
		return linkProblems[auth.Code(err)]
	case errors.Is(err, rooms.ErrNotFound):
		return notThere
	case errors.Is(err, records.ErrTampered):
		return refuse(http.StatusConflict, "tampered", "What is kept of the evening is not what was sealed; check the evidence first.")
	case errors.Is(err, records.ErrNameTaken):
		return refuse(http.StatusConflict, "name_taken", "Somebody else in the group has that name; add an initial.")
	case errors.Is(err, records.ErrSeated):
		return refuse(http.StatusConflict, "seated", "That person has a seat in the series already.")
	}
	return ours(h.Logger, doing, err)
}

// ours logs and says little.
func ours(log *slog.Logger, doing string, err error) *problem {
	log.Error("request failed", "doing", doing, "error", err)
	return refuse(http.StatusInternalServerError, "internal", "Something went wrong on the server; it has been logged.")
}

func writeProblem(w http.ResponseWriter, p *problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p.Problem)
}

func notFound(w http.ResponseWriter, _ *http.Request) { writeProblem(w, notThere) }
