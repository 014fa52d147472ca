package week

import (
	"fmt"
	"regexp"
	"strings"
)

// Said is one sentence with its numbers, and what another language makes its
// own from: the key and the values. Values named ..._minutes are minutes,
// ...date are dates, ...kinds are lists.
type Said struct {
	Key      string         `json:"sentence_key"`
	Values   map[string]any `json:"values"`
	Sentence string         `json:"sentence"`
}

type values = map[string]any

// sentences are all that a week can say. A place in braces is a value; {are:x}
// is "is" for one and "are" for more, {s:x} the s of more than one.
var sentences = map[string]string{
	"week.prescribed.met":       "{attended_minutes} of {prescribed_minutes} prescribed attended.",
	"week.prescribed.short":     "{attended_minutes} of {prescribed_minutes} attended; {missing_minutes} {are:missing_minutes} missing, and no session is left in the week to make it up.",
	"week.prescribed.on_track":  "{attended_minutes} of {prescribed_minutes} attended; the other {missing_minutes} can still be attended until {by_date}, in {where}.",
	"week.prescribed.open":      "{attended_minutes} of {prescribed_minutes} attended; {missing_minutes} {are:missing_minutes} missing and can be made up until {by_date}, in {where}.",
	"week.prescribed.too_late":  "{attended_minutes} of {prescribed_minutes} attended; of {missing_minutes} missing only {left_minutes} can be made up, until {by_date}, in {where}.",
	"week.prescribed.unknown":   "{attended_minutes} attended; how much is prescribed is not known.",
	"week.payer.none":           "No payer is set; nothing is proposed for billing.",
	"week.session.unsigned":     "The session of {date} is not signed.",
	"week.session.running":      "The session of {date} is not over; its minutes are what they would be if it ended now.",
	"week.session.not_opened":   "The session of {date} was planned and did not take place; nobody opened it.",
	"week.session.not_held":     "In the session of {date} no staff came; nobody is absent.",
	"week.guest.unmatched":      "Somebody who is not on the roster attended {attended_minutes} on {date} and is matched to nobody yet.",
	"week.overlap":              "{shared_minutes} on {date} lie in more than one session and count once.",
	"rule.min_week_minutes.ok":  "{attended_minutes} attended; at least {required_minutes} a week asked for.",
	"rule.min_week_minutes.bad": "{attended_minutes} of {required_minutes} attended; {missing_minutes} {are:missing_minutes} missing.",
	"rule.max_week_minutes.ok":  "{attended_minutes} attended; at most {allowed_minutes} a week allowed.",
	"rule.max_week_minutes.bad": "{attended_minutes} attended; that is {over_minutes} over the {allowed_minutes} a week allowed.",
	"rule.min_day_minutes.ok":   "Every attended day has at least {required_minutes}.",
	"rule.min_day_minutes.bad":  "On {date} {attended_minutes} of {required_minutes} attended; {missing_minutes} {are:missing_minutes} missing.",
	"rule.max_day_minutes.ok":   "No day has more than {allowed_minutes}.",
	"rule.max_day_minutes.bad":  "On {date} {attended_minutes} attended; that is {over_minutes} over the {allowed_minutes} a day allowed.",
	"rule.min_days_week.ok":     "{days} day{s:days} of at least {day_minutes} attended; at least {required_days} asked for.",
	"rule.min_days_week.bad":    "{days} of {required_days} days of at least {day_minutes} attended; {missing_days} {are:missing_days} missing.",
	"rule.max_days_week.ok":     "{days} day{s:days} of at least {day_minutes} attended; at most {allowed_days} allowed.",
	"rule.max_days_week.bad":    "{days} days of at least {day_minutes} attended; at most {allowed_days} allowed.",
	"rule.min_services_day.ok":  "Every attended day has at least {required_services} different service{s:required_services}.",
	"rule.min_services_day.bad": "On {date} {services} of {required_services} different services of at least {service_minutes} attended.",
	"rule.group_size.ok":        "Every group attended was of the size allowed.",
	"rule.group_size.few":       "The group of {date} had {clients} client{s:clients}; at least {required_clients} asked for.",
	"rule.group_size.many":      "The group of {date} had {clients} clients; at most {allowed_clients} allowed.",
	"rule.group_size.staff":     "The group of {date} had {clients} client{s:clients} and {facilitators} facilitator{s:facilitators}; at most {allowed_clients} a facilitator allowed.",
	"rule.location.ok":          "Every place is one that is allowed.",
	"rule.location.bad":         "On {date} the place was {place}, which is not among those allowed.",
	"rule.location.unknown":     "On {date} the place is not known.",
	"rule.audio_only.ok":        "At most {allowed_percent} % of the time was without a camera.",
	"rule.audio_only.bad":       "{audio_only_minutes} of {attended_minutes} were without a camera: {percent} %, at most {allowed_percent} % allowed.",
	"rule.nothing":              "Nothing was attended.",
	"week.payer.no_codes":       "The payer's rules have no codes; nothing is proposed for billing.",
	"line.no_code":              "On {date} {attended_minutes} attended, for which the payer has no code.",
	"line.unsigned":             "The session of {date} is not signed.",
	"line.running":              "The session of {date} is not over.",
	"line.record":               "The record of {date} needs a look first: {flag}.",
	"line.place_unknown":        "On {date} the place is not known, so there is no place of service.",
	"line.place_code":           "On {date} the place was {place}, for which the payer has no place of service.",
	"line.below_unit":           "On {date} {attended_minutes} attended; a unit needs {required_minutes}.",
	"line.rule":                 "The rule {rule} is not met.",
	"line.place_mixed":          "The place changed that day; the line takes the one of most minutes.",
	"line.audio_only":           "{audio_only_minutes} of {attended_minutes} were without a camera, so the modifier is that of audio only.",
	"line.shared":               "{shared_minutes} are in another session too and count there.",
	"line.remainder":            "{rest_minutes} {are:rest_minutes} over and no whole unit.",
}

var place = regexp.MustCompile(`\{(?:(are|s):)?([a-z_]+)\}`)

// say makes a sentence of the table.
func say(key string, v values) Said {
	text := place.ReplaceAllStringFunc(sentences[key], func(found string) string {
		parts := place.FindStringSubmatch(found)
		value := v[parts[2]]
		one := fmt.Sprint(value) == "1"
		switch {
		case parts[1] == "are" && one:
			return "is"
		case parts[1] == "are":
			return "are"
		case parts[1] == "s" && one:
			return ""
		case parts[1] == "s":
			return "s"
		}
		return spell(parts[2], value)
	})
	if v == nil {
		v = values{}
	}
	return Said{Key: key, Values: v, Sentence: strings.ToUpper(text[:1]) + text[1:]}
}

func spell(name string, value any) string {
	switch v := value.(type) {
	case int64:
		if strings.HasSuffix(name, "_minutes") {
			return Minutes(v)
		}
	case string:
		if in, ok := places[v]; ok && name == "place" {
			return in
		}
	case Date:
		return v.Words()
	}
	return fmt.Sprint(value)
}

// Minutes is a length for people: "8 h 10 min".
func Minutes(n int64) string {
	switch {
	case n < 60:
		return fmt.Sprintf("%d min", n)
	case n%60 == 0:
		return fmt.Sprintf("%d h", n/60)
	}
	return fmt.Sprintf("%d h %d min", n/60, n%60)
}
