package api

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms"
	"vesper/rooms/records"
)

// Texts are one text by language: en, es.
type Texts map[string]string

// NewGroundRules is what POST /ground-rules takes: a version in all its
// languages, or a text in one. The latter is the translation of the present
// version if that lacks the language.
type NewGroundRules struct {
	Audience string `json:"audience" enum:"participant,collateral"`
	Language string `json:"language,omitempty" enum:"en,es"`
	Text     string `json:"text,omitempty" maxLength:"10000" doc:"one rule a line"`
	Texts    Texts  `json:"texts,omitempty" doc:"by language, one rule a line"`
}

// Version is the number of a new version.
type Version struct {
	Version int `json:"version"`
}

// Paper is one version of a text that people agree to.
type Paper struct {
	Audience  string    `json:"audience,omitempty" doc:"of ground rules"`
	Version   int       `json:"version"`
	Texts     Texts     `json:"texts"`
	CreatedAt time.Time `json:"created_at"`
}

// GroundRules are all versions, the present one of each audience first.
type GroundRules struct {
	GroundRules []Paper `json:"ground_rules"`
}

// NewConsent is what POST /consents takes: a version in all its languages, or
// a text in one, as for the ground rules.
type NewConsent struct {
	Language string `json:"language,omitempty" enum:"en,es"`
	Text     string `json:"text,omitempty" maxLength:"10000" doc:"one paragraph a line"`
	Texts    Texts  `json:"texts,omitempty" doc:"by language, one paragraph a line"`
}

// Consents are all versions of the telehealth consent, the present one first.
type Consents struct {
	Consents []Paper `json:"consents"`
}

// Agreement is what somebody accepted or consented to.
type Agreement struct {
	Audience string     `json:"audience,omitempty"`
	Version  int        `json:"version"`
	Language string     `json:"language"`
	TextHash string     `json:"text_hash" doc:"SHA-256 of the text that was shown, hex"`
	At       time.Time  `json:"at"`
	Until    *time.Time `json:"until,omitempty" doc:"of a consent"`
}

// Paperwork is what a person has agreed to, the newest first.
type Paperwork struct {
	Acceptances []Agreement `json:"acceptances"`
	Consents    []Agreement `json:"consents"`
	ConsentDue  bool        `json:"consent_due"`
}

func (h *house) paperwork(api huma.API) {
	huma.Register(api, operation("GET", "/ground-rules", "list-ground-rules", "All versions of the ground rules", mayRead),
		func(ctx context.Context, _ *struct{}) (*body[GroundRules], error) {
			out, err := h.listGroundRules(ctx)
			return &body[GroundRules]{out}, h.problemOf("list ground rules", err)
		})
	huma.Register(api, operation("POST", "/ground-rules", "set-ground-rules", "Set a new version of the ground rules", mayWrite),
		func(ctx context.Context, in *body[NewGroundRules]) (*body[Version], error) {
			version, err := h.setGroundRules(ctx, in.Body)
			return &body[Version]{Version{version}}, h.problemOf("set ground rules", err)
		})
	huma.Register(api, operation("GET", "/consents", "list-consents", "All versions of the telehealth consent", mayRead),
		func(ctx context.Context, _ *struct{}) (*body[Consents], error) {
			papers, err := h.Records.ConsentVersions(ctx, callerOf(ctx).clinic)
			return &body[Consents]{Consents{papersOf("", papers)}}, h.problemOf("list consents", err)
		})
	huma.Register(api, operation("POST", "/consents", "set-consent", "Set a new version of the telehealth consent; it is then due for everybody", mayWrite),
		func(ctx context.Context, in *body[NewConsent]) (*body[Version], error) {
			version, err := h.setConsent(ctx, in.Body)
			return &body[Version]{Version{version}}, h.problemOf("set consent", err)
		})
	huma.Register(api, operation("GET", "/persons/{id}/paperwork", "get-paperwork", "What a person has accepted and consented to", mayRun),
		func(ctx context.Context, in *personPath) (*body[Paperwork], error) {
			out, err := h.readPaperwork(ctx, rooms.PersonID(in.ID))
			return &body[Paperwork]{out}, h.problemOf("read paperwork", err)
		})
	h.checkIns(api)
	h.safety(api)
}

func papersOf(audience rooms.Role, papers []records.Paper) []Paper {
	out := []Paper{}
	for _, p := range papers {
		if p.Version > 0 {
			out = append(out, Paper{Audience: string(audience), Version: p.Version, Texts: p.Text, CreatedAt: p.CreatedAt})
		}
	}
	return out
}

func (h *house) listGroundRules(ctx context.Context) (GroundRules, error) {
	out := GroundRules{GroundRules: []Paper{}}
	for _, audience := range []rooms.Role{rooms.Client, rooms.Collateral} {
		papers, err := h.Records.GroundRulesVersions(ctx, callerOf(ctx).clinic, audience)
		if err != nil {
			return out, err
		}
		out.GroundRules = append(out.GroundRules, papersOf(audience, papers)...)
	}
	return out, nil
}

func (h *house) setGroundRules(ctx context.Context, in NewGroundRules) (int, error) {
	clinic, audience := callerOf(ctx).clinic, rooms.Role(in.Audience)
	if err := checkPaper(in.Language, in.Text, in.Texts); err != nil {
		return 0, err
	}
	ctx = noting(ctx, "ground_rules.set", of(in.Audience))
	if len(in.Texts) > 0 {
		paper, err := h.Records.PublishGroundRules(ctx, clinic, audience, in.Texts)
		return paper.Version, err
	}
	rules, err := h.Records.SetGroundRules(ctx, records.GroundRules{Clinic: clinic, Audience: audience, Language: in.Language, Text: in.Text})
	return rules.Version, err
}

func (h *house) setConsent(ctx context.Context, in NewConsent) (int, error) {
	if err := checkPaper(in.Language, in.Text, in.Texts); err != nil {
		return 0, err
	}
	ctx = noting(ctx, "consent.set", of(""))
	if len(in.Texts) > 0 {
		paper, err := h.Records.PublishConsent(ctx, callerOf(ctx).clinic, in.Texts)
		return paper.Version, err
	}
	return h.Records.SetConsent(ctx, callerOf(ctx).clinic, in.Language, in.Text)
}

// checkPaper wants one text with its language, or texts, not both.
func checkPaper(language, text string, texts Texts) error {
	var found findings
	if len(texts) > 0 {
		checkTexts(&found, "texts", texts, 10_000)
		found.check(text == "" && language == "", "text", "Give text and language, or texts, not both.")
	} else {
		found.check(strings.TrimSpace(text) != "", "text", "Give the text, one sentence a line.")
		found.check(language != "", "language", "Say in which language: en or es.")
	}
	return found.refuse("invalid", "The text can't be taken.")
}

// checkTexts wants words in English, and no language that we don't speak.
func checkTexts(found *findings, field string, texts Texts, limit int) {
	found.check(strings.TrimSpace(texts["en"]) != "", field+".en", "Give the text in English; others are added to it.")
	for language, text := range texts {
		found.check(slices.Contains(records.Languages, language), field+"."+language, "Languages are en and es.")
		found.check(utf8.RuneCountInString(text) <= limit, field+"."+language, "The text is too long.")
	}
}

func (h *house) readPaperwork(ctx context.Context, person rooms.PersonID) (Paperwork, error) {
	clinic := callerOf(ctx).clinic
	out := Paperwork{Acceptances: []Agreement{}, Consents: []Agreement{}}
	if err := h.personOfClinic(ctx, "paperwork.read", person); err != nil {
		return out, err
	}
	accepted, err := h.Records.Acceptances(ctx, clinic, person)
	if err != nil {
		return out, err
	}
	for _, a := range accepted {
		out.Acceptances = append(out.Acceptances, agreementOf(a))
	}
	given, err := h.Records.Consents(ctx, clinic, person)
	if err != nil {
		return out, err
	}
	for _, c := range given {
		agreed, until := agreementOf(c), c.At.Add(records.ConsentLasts)
		agreed.Until = &until
		out.Consents = append(out.Consents, agreed)
	}
	papers, err := h.Records.ConsentVersions(ctx, clinic)
	if err == nil {
		out.ConsentDue = records.ConsentDue(papers[0], given, h.Clock.Now())
	}
	return out, err
}

func agreementOf(a records.Agreement) Agreement {
	return Agreement{Audience: string(a.Audience), Version: a.Version, Language: a.Language, TextHash: a.TextHash, At: a.At}
}

// personOfClinic finds a person and writes down that their data is read.
// rooms.ErrNotFound: the clinic has none of that id.
func (h *house) personOfClinic(ctx context.Context, action string, person rooms.PersonID) error {
	if _, err := h.Records.Person(ctx, callerOf(ctx).clinic, person); err != nil {
		return err
	}
	return h.wrote(ctx, action, records.AuditEntry{Person: person})
}
