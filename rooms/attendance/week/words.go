package week

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Said is one sentence with its numbers, and what another language makes its
// own from: the key and the values. Values named ..._minutes are minutes,
// ...date are dates, ...kinds are lists.
type Said struct {
	Key      string `json:"sentence_key"`
	Values   Values `json:"values"`
	Sentence string `json:"sentence"`
}

// Values are an int64, a string or a Date each, by name.
type Values map[string]any

type values = Values

// MarshalJSON writes what a plain map writes, in a fraction of the time: a
// week says thousands of sentences.
func (v Values) MarshalJSON() ([]byte, error) {
	if v == nil {
		return []byte("null"), nil
	}
	var room [8]string
	names := slices.AppendSeq(room[:0], maps.Keys(v))
	slices.Sort(names)
	text := append(make([]byte, 0, 128), '{')
	for i, name := range names {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(append(text, '"'), name...), '"', ':')
		var err error
		if text, err = appendValue(text, v[name]); err != nil {
			return nil, err
		}
	}
	return append(text, '}'), nil
}

// appendValue leaves characters of HTML as they are: whoever encodes the whole
// says whether they are escaped.
func appendValue(text []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case int64:
		return strconv.AppendInt(text, v, 10), nil
	case Date:
		value = string(v)
	}
	if v, ok := value.(string); ok && !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
		return append(append(append(text, '"'), v...), '"'), nil
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return append(text, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...), err
}

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
	"rule.min_day_minutes.bad":  "On {date}, {attended_minutes} of {required_minutes} attended; {missing_minutes} {are:missing_minutes} missing.",
	"rule.max_day_minutes.ok":   "No day has more than {allowed_minutes}.",
	"rule.max_day_minutes.bad":  "On {date}, {attended_minutes} attended; that is {over_minutes} over the {allowed_minutes} a day allowed.",
	"rule.min_days_week.ok":     "{days} day{s:days} of at least {day_minutes} attended; at least {required_days} asked for.",
	"rule.min_days_week.bad":    "{days} of {required_days} days of at least {day_minutes} attended; {missing_days} {are:missing_days} missing.",
	"rule.max_days_week.ok":     "{days} day{s:days} of at least {day_minutes} attended; at most {allowed_days} allowed.",
	"rule.max_days_week.bad":    "{days} days of at least {day_minutes} attended; at most {allowed_days} allowed.",
	"rule.min_services_day.ok":  "Every attended day has at least {required_services} different service{s:required_services}.",
	"rule.min_services_day.bad": "On {date}, {services} of {required_services} different services of at least {service_minutes} attended.",
	"rule.group_size.ok":        "Every group attended was of the size allowed.",
	"rule.group_size.few":       "The group of {date} had {clients} client{s:clients}; at least {required_clients} asked for.",
	"rule.group_size.many":      "The group of {date} had {clients} clients; at most {allowed_clients} allowed.",
	"rule.group_size.staff":     "The group of {date} had {clients} client{s:clients} and {facilitators} facilitator{s:facilitators}; at most {allowed_clients} a facilitator allowed.",
	"rule.location.ok":          "Every place is one that is allowed.",
	"rule.location.bad":         "On {date}, the place was {place}, which is not among those allowed.",
	"rule.location.unknown":     "On {date}, the place is not known.",
	"rule.audio_only.ok":        "At most {allowed_percent} % of the time was without a camera.",
	"rule.audio_only.bad":       "{audio_only_minutes} of {attended_minutes} were without a camera: {percent} %, at most {allowed_percent} % allowed.",
	"rule.nothing":              "Nothing was attended.",
	"week.payer.no_codes":       "The payer's rules have no codes; nothing is proposed for billing.",
	"line.no_code":              "On {date}, {attended_minutes} attended, for which the payer has no code.",
	"line.unsigned":             "The session of {date} is not signed.",
	"line.running":              "The session of {date} is not over.",
	"line.record":               "The record of {date} needs a look first: {flag}.",
	"line.place_unknown":        "On {date}, the place is not known, so there is no place of service.",
	"line.place_code":           "On {date}, the place was {place}, for which the payer has no place of service.",
	"line.below_unit":           "On {date}, {attended_minutes} attended; a unit needs {required_minutes}.",
	"line.rule":                 "The rule {rule} is not met.",
	"line.place_mixed":          "The place changed that day; the line takes the one of most minutes.",
	"line.audio_only":           "{audio_only_minutes} of {attended_minutes} were without a camera, so the modifier is that of audio only.",
	"line.shared":               "{shared_minutes} are in another session too and count there.",
	"line.remainder":            "{rest_minutes} {are:rest_minutes} over and no whole unit.",
}

// piece is a text of a sentence and the value behind it; the last has none.
type piece struct{ text, verb, name string }

var place = regexp.MustCompile(`\{(?:(are|s):)?([a-z_]+)\}`)

// pieces are the sentences, taken apart once.
var pieces = func() map[string][]piece {
	all := make(map[string][]piece, len(sentences))
	for key, text := range sentences {
		var list []piece
		from := 0
		for _, at := range place.FindAllStringSubmatchIndex(text, -1) {
			p := piece{text: text[from:at[0]], name: text[at[4]:at[5]]}
			if at[2] >= 0 {
				p.verb = text[at[2]:at[3]]
			}
			list, from = append(list, p), at[1]
		}
		all[key] = append(list, piece{text: text[from:]})
	}
	return all
}()

// say makes a sentence of the table.
func say(key string, v values) Said {
	text := make([]byte, 0, 128)
	for _, p := range pieces[key] {
		if text = append(text, p.text...); p.name != "" {
			text = p.spell(text, v[p.name])
		}
	}
	if v == nil {
		v = values{}
	}
	copy(text, bytes.ToUpper(text[:1]))
	return Said{Key: key, Values: v, Sentence: string(text)}
}

// spell appends a value, or the word that goes with how many it is.
func (p piece) spell(text []byte, value any) []byte {
	one := value == int64(1)
	switch {
	case p.verb == "are" && one:
		return append(text, "is"...)
	case p.verb == "are":
		return append(text, "are"...)
	case p.verb == "s" && one:
		return text
	case p.verb == "s":
		return append(text, 's')
	}
	switch v := value.(type) {
	case int64:
		if strings.HasSuffix(p.name, "_minutes") {
			return append(text, Minutes(v)...)
		}
		return strconv.AppendInt(text, v, 10)
	case string:
		if in, ok := places[v]; ok && p.name == "place" {
			v = in
		}
		return append(text, v...)
	case Date:
		return append(text, v.Words()...)
	}
	return fmt.Append(text, value)
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
