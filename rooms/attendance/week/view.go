package week

import (
	"log/slog"
	"time"

	"vesper/rooms"
	"vesper/rooms/attendance"
)

// View is the week as screens and exports show it.
type View struct {
	Start Date   `json:"start"`
	End   Date   `json:"end" doc:"the last date"`
	Zone  string `json:"zone"`
	// Over: every session of the week has ended and been sealed. Final: and is
	// signed.
	Over     bool       `json:"over"`
	Final    bool       `json:"final"`
	People   []PersonOf `json:"people"`
	Problems []Problem  `json:"problems"`
	Unsigned []Listed   `json:"unsigned"`
	Totals   Totals     `json:"totals"`
}

// Totals are sums over the people of the view, of their own rounded minutes.
type Totals struct {
	People          int   `json:"people"`
	AttendedMinutes int64 `json:"attended_minutes"`
	Short           int   `json:"short" doc:"people of whom minutes are missing"`
	Unknown         int   `json:"unknown" doc:"people whose prescribed minutes are not known"`
	Sessions        int   `json:"sessions"`
	Unsigned        int   `json:"unsigned"`
	Lines           int   `json:"lines" doc:"proposed for billing"`
	Blocked         int   `json:"blocked" doc:"of those, with a reason against it"`
}

// Listed names a session.
type Listed struct {
	Session rooms.SessionID `json:"session"`
	Start   time.Time       `json:"start"`
	Date    Date            `json:"date"`
	Title   string          `json:"title"`
}

// PersonOf is a client's week.
type PersonOf struct {
	Person      rooms.PersonID `json:"person"`
	LegalName   string         `json:"legal_name"`
	DisplayName string         `json:"display_name"`
	// Payer is empty with none, and the version then 0.
	Payer        string `json:"payer"`
	PayerName    string `json:"payer_name"`
	PayerVersion int    `json:"payer_version"`

	Prescribed *int64 `json:"prescribed_minutes" doc:"a week; null: not known"`
	Attended   int64  `json:"attended_minutes"`
	Seconds    int64  `json:"attended_seconds"`
	Missing    *int64 `json:"missing_minutes" doc:"null if what is prescribed is not known"`
	// Left is planned in the sessions still to come in which the person has a
	// seat. MakeUp lists those and then others of the same programs.
	Left   int64    `json:"left_minutes"`
	MakeUp []MakeUp `json:"make_up"`
	By     Date     `json:"by,omitempty" doc:"the last date on which missing minutes can be made up"`
	Stands Said     `json:"stands" doc:"attended against prescribed in one sentence"`
	// Notes say what a reader of the numbers should know: shared time.
	Notes []Said    `json:"notes"`
	Rules []Outcome `json:"rules"`

	DayMinutes int64    `json:"day_minutes" doc:"what makes a long day"`
	Days       []Day    `json:"days"`
	Sessions   []Attend `json:"sessions"`
	Alumni     []Attend `json:"alumni" doc:"of alumni series; in no total"`
	Lines      []Line   `json:"lines" doc:"proposed for billing"`
	// Provisional: some of the sessions is not over or not signed.
	Provisional bool `json:"provisional"`
}

// LogValue keeps names out of logs.
func (p PersonOf) LogValue() slog.Value { return slog.StringValue(string(p.Person)) }

// StatusPlanned is that of a session which has no row yet.
const StatusPlanned attendance.Status = "planned"

// Attend is a person in one session. Minutes are null before it opened.
type Attend struct {
	Listed
	End       time.Time         `json:"end"`
	Kind      string            `json:"kind"`
	Status    attendance.Status `json:"status"`
	Minutes   *int64            `json:"minutes"`
	Seconds   *int64            `json:"seconds"`
	AudioOnly *int64            `json:"audio_only_s"`
	Location  string            `json:"location"`
	Flags     []attendance.Flag `json:"flags"`
	Final     bool              `json:"final"`
	Signed    bool              `json:"signed"`
	// Rules is the version of the clinic's rules that judged it; 0: none yet.
	Rules int `json:"rules_version"`
}

// Day is a date with attended time.
type Day struct {
	Date     Date                `json:"date"`
	Minutes  int64               `json:"minutes"`
	Seconds  int64               `json:"seconds"`
	Services []rooms.SegmentKind `json:"services"`
	// Long: at least DayMinutes of the person, 3 h unless the payer says
	// otherwise.
	Long bool `json:"at_least_3h"`
}

// MakeUp is a session still to come.
type MakeUp struct {
	Listed
	Minutes int64 `json:"minutes" doc:"planned"`
	Seated  bool  `json:"seated" doc:"false: the person has no seat in it"`
}

// Outcome is how one rule of the payer came out.
type Outcome struct {
	ID   string   `json:"id"`
	Kind RuleKind `json:"kind"`
	OK   bool     `json:"ok"`
	// Open: not met yet, and the week is not over.
	Open   bool `json:"open"`
	Blocks bool `json:"blocks"`
	Date   Date `json:"date,omitempty" doc:"the day it fails for; empty: the week"`
	Said
}

// Line is proposed for billing. A blocked one says why; none is left out.
type Line struct {
	Date      Date            `json:"date"`
	Session   rooms.SessionID `json:"session,omitempty"` // empty for a day
	Unit      string          `json:"unit"`
	Code      string          `json:"code"`
	Modifier  string          `json:"modifier"`
	Place     string          `json:"place_of_service"`
	Units     int64           `json:"units"`
	Minutes   int64           `json:"minutes"`
	AudioOnly *int64          `json:"audio_only_minutes"`
	Blocked   bool            `json:"blocked"`
	Reasons   []Said          `json:"reasons"`
	Notes     []Said          `json:"notes"`
}

// Problem is something that somebody should look at before the week goes out.
type Problem struct {
	Person  rooms.PersonID  `json:"person,omitempty"`
	Session rooms.SessionID `json:"session,omitempty"`
	Date    Date            `json:"date,omitempty"`
	Code    string          `json:"code"`
	Said
}
