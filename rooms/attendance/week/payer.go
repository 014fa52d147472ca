package week

import (
	"fmt"
	"regexp"
	"slices"

	"vesper/rooms"
)

// Payer is one version of what a payer asks for, as data. Nothing of it is
// built in. From is the first date on which the version holds; empty: always.
type Payer struct {
	Payer   string    `json:"payer" maxLength:"40" doc:"its key: small letters, digits and hyphens" example:"example-commercial"`
	Name    string    `json:"name" minLength:"1" maxLength:"120"`
	Version int       `json:"version,omitempty" doc:"given by the server, from 1"`
	From    Date      `json:"from,omitempty" doc:"the first date on which this version holds; a week is judged by the version of its first day"`
	Note    string    `json:"note,omitempty" maxLength:"2000" doc:"where the rules are from, for people"`
	Rules   []Rule    `json:"rules" maxItems:"40"`
	Billing []Billing `json:"billing,omitempty" maxItems:"20"`
}

// RuleKind is what a rule measures.
type RuleKind string

const (
	MinWeekMinutes      RuleKind = "min_week_minutes"
	MaxWeekMinutes      RuleKind = "max_week_minutes"
	MinDayMinutes       RuleKind = "min_day_minutes" // of every day that was attended
	MaxDayMinutes       RuleKind = "max_day_minutes"
	MinDaysWeek         RuleKind = "min_days_week" // days of at least day_minutes
	MaxDaysWeek         RuleKind = "max_days_week"
	MinServicesDay      RuleKind = "min_services_day"
	GroupSize           RuleKind = "group_size"
	AllowedLocation     RuleKind = "allowed_location"
	MaxAudioOnlyPercent RuleKind = "max_audio_only_percent"
)

// RuleKinds are all kinds.
var RuleKinds = []RuleKind{
	MinWeekMinutes, MaxWeekMinutes, MinDayMinutes, MaxDayMinutes, MinDaysWeek, MaxDaysWeek, MinServicesDay,
	GroupSize, AllowedLocation, MaxAudioOnlyPercent,
}

// Rule is one thing a payer asks for. Value is minutes, days, services or
// percent, as the kind says.
type Rule struct {
	ID    string   `json:"id" maxLength:"40"`
	Kind  RuleKind `json:"kind" enum:"min_week_minutes,max_week_minutes,min_day_minutes,max_day_minutes,min_days_week,max_days_week,min_services_day,group_size,allowed_location,max_audio_only_percent"`
	Value int64    `json:"value,omitempty"`
	// DayMinutes is what makes a day count for the rules on days, and
	// ServiceMinutes what makes a service count. 0: the defaults.
	DayMinutes     int64 `json:"day_minutes,omitempty"`
	ServiceMinutes int64 `json:"service_minutes,omitempty"`
	// Min and Max are clients in a group, PerFacilitator clients a facilitator.
	Min            int64    `json:"min,omitempty"`
	Max            int64    `json:"max,omitempty"`
	PerFacilitator int64    `json:"per_facilitator,omitempty"`
	Locations      []string `json:"locations,omitempty" enum:"home,elsewhere"`
	// Blocks: if the rule fails, what it fails for can't be proposed for
	// billing. The line is shown and says why.
	Blocks bool `json:"blocks,omitempty"`
}

// Units of billing.
const (
	PerDay     = "per_day"
	PerSession = "session"
	Quarter    = "15min"
)

// Billing says how attended time becomes a line.
type Billing struct {
	Unit string `json:"unit" enum:"per_day,session,15min"`
	Code string `json:"code" maxLength:"12"`
	// Kinds are the parts of an evening that the code covers; none: all
	// minutes, counted breaks too.
	Kinds          []rooms.SegmentKind `json:"kinds,omitempty" enum:"group,education,relapse_prevention,individual,family"`
	Modifiers      Modifiers           `json:"modifiers,omitzero" required:"false"`
	PlaceOfService PlaceOfService      `json:"place_of_service,omitzero" required:"false"`
	// AudioOnlyPercent of the time without a camera makes it audio-only; 0: 50.
	AudioOnlyPercent int64 `json:"audio_only_percent,omitempty"`
	// MinMinutesPerUnit is the least that is a unit; of 15min the least of the
	// last one that was begun (0: all 15).
	MinMinutesPerUnit int64 `json:"min_minutes_per_unit,omitempty"`
}

// Modifiers stand behind the code.
type Modifiers struct {
	AudioVideo string `json:"audio_video,omitempty" maxLength:"4"`
	AudioOnly  string `json:"audio_only,omitempty" maxLength:"4"`
}

// PlaceOfService are the codes of where the client was.
type PlaceOfService struct {
	Home      string `json:"home,omitempty" maxLength:"4"`
	Elsewhere string `json:"elsewhere,omitempty" maxLength:"4"`
}

// FieldError is one field that can't be meant.
type FieldError struct{ Field, Message string }

var (
	keyForm  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	codeForm = regexp.MustCompile(`^[A-Z0-9]{1,12}$`)
)

// Check names every field of a rule set that no clinic can mean.
func (p Payer) Check() []FieldError {
	var bad []FieldError
	add := func(field, format string, args ...any) {
		bad = append(bad, FieldError{field, fmt.Sprintf(format, args...)})
	}
	if len(p.Payer) > 40 || !keyForm.MatchString(p.Payer) {
		add("payer", "The key is small letters, digits and hyphens, at most 40.")
	}
	if p.Name == "" {
		add("name", "A payer needs a name.")
	}
	if p.From != "" {
		if _, err := ParseDate(string(p.From)); err != nil {
			add("from", "The first date is one like 2026-10-05.")
		}
	}
	seen := map[string]bool{}
	for i, r := range p.Rules {
		where := fmt.Sprintf("rules[%d]", i)
		if r.ID == "" || seen[r.ID] {
			add(where+".id", "Every rule needs an id of its own.")
		}
		seen[r.ID] = true
		r.check(where, add)
	}
	for i, b := range p.Billing {
		b.check(fmt.Sprintf("billing[%d]", i), add)
	}
	return bad
}

// limits of Value by kind.
var limits = map[RuleKind]span{
	MinWeekMinutes: {1, 10080}, MaxWeekMinutes: {1, 10080}, MinDayMinutes: {1, 1440}, MaxDayMinutes: {1, 1440},
	MinDaysWeek: {1, 7}, MaxDaysWeek: {1, 7}, MinServicesDay: {1, 5}, MaxAudioOnlyPercent: {0, 100},
}

func (r Rule) check(where string, add func(field, format string, args ...any)) {
	if limit, valued := limits[r.Kind]; valued && (r.Value < limit.from || r.Value > limit.to) {
		add(where+".value", "For %s this is %d to %d.", r.Kind, limit.from, limit.to)
	}
	if r.DayMinutes < 0 || r.DayMinutes > 1440 {
		add(where+".day_minutes", "This is 0 to 1440.")
	}
	if r.ServiceMinutes < 0 || r.ServiceMinutes > 1440 {
		add(where+".service_minutes", "This is 0 to 1440.")
	}
	switch {
	case !slices.Contains(RuleKinds, r.Kind):
		add(where+".kind", "This kind of rule is not known.")
	case r.Kind == GroupSize && (r.Min < 0 || r.Max < 0 || r.PerFacilitator < 0 || r.Min+r.Max+r.PerFacilitator == 0):
		add(where+".min", "A group size needs min, max or per_facilitator, none below 0.")
	case r.Kind == GroupSize && r.Max > 0 && r.Min > r.Max:
		add(where+".max", "max is less than min.")
	case r.Kind == AllowedLocation && len(r.Locations) == 0:
		add(where+".locations", "An allowed location needs at least one of home and elsewhere.")
	}
	for _, location := range r.Locations {
		if location != "home" && location != "elsewhere" {
			add(where+".locations", "A location is home or elsewhere.")
		}
	}
}

func (b Billing) check(where string, add func(field, format string, args ...any)) {
	if b.Unit != PerDay && b.Unit != PerSession && b.Unit != Quarter {
		add(where+".unit", "The unit is per_day, session or 15min.")
	}
	if !codeForm.MatchString(b.Code) {
		add(where+".code", "A code is capital letters and digits, at most 12.")
	}
	for _, c := range [][2]string{
		{".modifiers.audio_video", b.Modifiers.AudioVideo}, {".modifiers.audio_only", b.Modifiers.AudioOnly},
		{".place_of_service.home", b.PlaceOfService.Home}, {".place_of_service.elsewhere", b.PlaceOfService.Elsewhere},
	} {
		if c[1] != "" && (len(c[1]) > 4 || !codeForm.MatchString(c[1])) {
			add(where+c[0], "This is capital letters and digits, at most 4.")
		}
	}
	for _, kind := range b.Kinds {
		if !kind.Valid() || kind == rooms.Break {
			add(where+".kinds", "A kind is group, education, relapse_prevention, individual or family.")
		}
	}
	if b.AudioOnlyPercent < 0 || b.AudioOnlyPercent > 100 {
		add(where+".audio_only_percent", "This is 0 to 100.")
	}
	most := int64(1440)
	if b.Unit == Quarter {
		most = 15
	}
	if b.MinMinutesPerUnit < 0 || b.MinMinutesPerUnit > most {
		add(where+".min_minutes_per_unit", "For this unit it is 0 to %d.", most)
	}
}
