package records

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// Languages are those in which the door speaks, the clinic's first.
var Languages = []string{"en", "es"}

// ConsentLasts is how long a telehealth consent holds.
const ConsentLasts = 365 * 24 * time.Hour

// Paper is one version of a text that people agree to: the ground rules of an
// audience, or the telehealth consent. Version 0 is none.
type Paper struct {
	Version   int
	Text      map[string]string // by language; one rule or paragraph a line
	CreatedAt time.Time
}

// Shown is the text that somebody of a language was shown, and in which
// language that was: their own if the version has it.
func (p Paper) Shown(language string) (text, in string) {
	for _, in := range append([]string{language}, Languages...) {
		if text, ok := p.Text[in]; ok {
			return text, in
		}
	}
	return "", ""
}

// following is the version of which a text in a language is a part: this one
// if it lacks the language, and the next one if not.
func (p Paper) following(language string) int {
	if _, translated := p.Text[language]; translated {
		return p.Version + 1
	}
	return max(p.Version, 1)
}

// TextHash is what an acceptance keeps of the text: SHA-256, hex.
func TextHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Agreement is that a person accepted a version of the ground rules, or gave
// their consent by one of its texts.
type Agreement struct {
	Clinic   rooms.ClinicID
	Person   rooms.PersonID
	Audience rooms.Role // of ground rules; empty for a consent
	Version  int
	Language string
	TextHash string
	At       time.Time
}

type groundRulesRow struct {
	bun.BaseModel `bun:"table:ground_rules"`
	Clinic        rooms.ClinicID `bun:"clinic,pk"`
	Audience      rooms.Role     `bun:"audience,pk"`
	Language      string         `bun:"language,pk"`
	Version       int            `bun:"version,pk"`
	Body          string         `bun:"body"`
	CreatedAt     int64          `bun:"created_at"`
}

type consentTextRow struct {
	bun.BaseModel `bun:"table:consent_texts"`
	Clinic        rooms.ClinicID `bun:"clinic,pk"`
	Version       int            `bun:"version,pk"`
	Language      string         `bun:"language,pk"`
	Body          string         `bun:"body"`
	CreatedAt     int64          `bun:"created_at"`
}

// SetGroundRules keeps a text in one language and returns it with its number.
// It is the translation of the present version if that lacks the language, and
// a new version if not.
func (r *Records) SetGroundRules(ctx context.Context, rules GroundRules) (GroundRules, error) {
	row := groundRulesRow{
		Clinic: rules.Clinic, Audience: rules.Audience, Language: rules.Language, Body: rules.Text, CreatedAt: ms(r.clock.Now()),
	}
	err := r.change(ctx, row.Clinic, "set ground rules", func(ctx context.Context, tx bun.Tx) error {
		present, err := groundRules(ctx, tx, row.Clinic, row.Audience)
		if err != nil {
			return err
		}
		row.Version = present[0].following(row.Language)
		return insert(ctx, tx, &row)
	})
	if err != nil {
		return GroundRules{}, err
	}
	rules.Version, rules.CreatedAt = row.Version, at(row.CreatedAt)
	return rules, nil
}

// PublishGroundRules keeps a new version of the ground rules in all its
// languages and returns it with its number.
func (r *Records) PublishGroundRules(ctx context.Context, clinic rooms.ClinicID, audience rooms.Role, text map[string]string) (Paper, error) {
	paper := Paper{Text: text, CreatedAt: at(ms(r.clock.Now()))}
	err := r.change(ctx, clinic, "publish ground rules", func(ctx context.Context, tx bun.Tx) error {
		present, err := groundRules(ctx, tx, clinic, audience)
		if err != nil {
			return err
		}
		paper.Version = present[0].Version + 1
		for language, body := range text {
			row := groundRulesRow{
				Clinic: clinic, Audience: audience, Language: language, Version: paper.Version, Body: body, CreatedAt: ms(paper.CreatedAt),
			}
			if err := insert(ctx, tx, &row); err != nil {
				return err
			}
		}
		return nil
	})
	return paper, err
}

// GroundRules finds the newest text for an audience in a language.
func (r *Records) GroundRules(ctx context.Context, clinic rooms.ClinicID, audience rooms.Role, language string) (GroundRules, error) {
	var row groundRulesRow
	err := r.view(ctx, clinic, "find ground rules", func(ctx context.Context, db bun.IDB) (err error) {
		row, err = one[groundRulesRow](ctx, db, "version DESC", "clinic = ? AND audience = ? AND language = ?", clinic, audience, language)
		return err
	})
	return GroundRules{
		Clinic: row.Clinic, Audience: row.Audience, Language: row.Language,
		Version: row.Version, Text: row.Body, CreatedAt: at(row.CreatedAt),
	}, err
}

// GroundRulesVersions lists all versions for an audience, the present one
// first. With none it is one of version 0, without a text.
func (r *Records) GroundRulesVersions(ctx context.Context, clinic rooms.ClinicID, audience rooms.Role) (papers []Paper, err error) {
	err = r.view(ctx, clinic, "list ground rules", func(ctx context.Context, db bun.IDB) (err error) {
		papers, err = groundRules(ctx, db, clinic, audience)
		return err
	})
	return papers, err
}

func groundRules(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, audience rooms.Role) ([]Paper, error) {
	rows, err := many[groundRulesRow](ctx, db, "version DESC, language", "clinic = ? AND audience = ?", clinic, audience)
	var papers []Paper
	for _, row := range rows {
		papers = collect(papers, row.Version, row.Language, row.Body, row.CreatedAt)
	}
	return orNone(papers), err
}

// collect adds a text to the papers of which it may be a language.
func collect(papers []Paper, version int, language, body string, created int64) []Paper {
	if n := len(papers); n == 0 || papers[n-1].Version != version {
		papers = append(papers, Paper{Version: version, Text: map[string]string{}, CreatedAt: at(created)})
	}
	papers[len(papers)-1].Text[language] = body
	return papers
}

func orNone(papers []Paper) []Paper {
	if len(papers) == 0 {
		return []Paper{{Text: map[string]string{}}}
	}
	return papers
}

// PublishConsent keeps a new version of the telehealth consent in all its
// languages and returns it with its number.
func (r *Records) PublishConsent(ctx context.Context, clinic rooms.ClinicID, text map[string]string) (Paper, error) {
	paper := Paper{Text: text, CreatedAt: at(ms(r.clock.Now()))}
	err := r.change(ctx, clinic, "publish consent", func(ctx context.Context, tx bun.Tx) error {
		present, err := consentTexts(ctx, tx, clinic)
		if err != nil {
			return err
		}
		paper.Version = present[0].Version + 1
		for language, body := range text {
			row := consentTextRow{Clinic: clinic, Version: paper.Version, Language: language, Body: body, CreatedAt: ms(paper.CreatedAt)}
			if err := insert(ctx, tx, &row); err != nil {
				return err
			}
		}
		return nil
	})
	return paper, err
}

// SetConsent keeps the consent's text in one language and returns its number:
// a translation of the present version if that lacks the language, a new
// version if not.
func (r *Records) SetConsent(ctx context.Context, clinic rooms.ClinicID, language, text string) (version int, err error) {
	row := consentTextRow{Clinic: clinic, Language: language, Body: text, CreatedAt: ms(r.clock.Now())}
	err = r.change(ctx, clinic, "set consent", func(ctx context.Context, tx bun.Tx) error {
		present, err := consentTexts(ctx, tx, clinic)
		if err != nil {
			return err
		}
		row.Version = present[0].following(language)
		return insert(ctx, tx, &row)
	})
	return row.Version, err
}

// ConsentVersions lists all versions of the telehealth consent, the present
// one first. With none it is one of version 0, without a text.
func (r *Records) ConsentVersions(ctx context.Context, clinic rooms.ClinicID) (papers []Paper, err error) {
	err = r.view(ctx, clinic, "list consent texts", func(ctx context.Context, db bun.IDB) (err error) {
		papers, err = consentTexts(ctx, db, clinic)
		return err
	})
	return papers, err
}

func consentTexts(ctx context.Context, db bun.IDB, clinic rooms.ClinicID) ([]Paper, error) {
	rows, err := many[consentTextRow](ctx, db, "version DESC, language", "clinic = ?", clinic)
	var papers []Paper
	for _, row := range rows {
		papers = collect(papers, row.Version, row.Language, row.Body, row.CreatedAt)
	}
	return orNone(papers), err
}

// ConsentDue reports whether a person is to be asked for consent: the clinic
// has a text, and they gave none by its present version within the year.
func ConsentDue(present Paper, given []Agreement, now time.Time) bool {
	if present.Version == 0 {
		return false
	}
	for _, g := range given {
		if g.Version == present.Version && now.Before(g.At.Add(ConsentLasts)) {
			return false
		}
	}
	return true
}

var errNoVersion = errors.New("there is no such version")

// check holds an agreement against the text that was shown.
func (a *Agreement) check(papers []Paper) error {
	for _, paper := range papers {
		if paper.Version != a.Version || a.Version == 0 {
			continue
		}
		var text string
		text, a.Language = paper.Shown(a.Language)
		a.TextHash = TextHash(text)
		return nil
	}
	return fmt.Errorf("version %d: %w", a.Version, errNoVersion)
}
