package schedule

import (
	"fmt"
	"strings"
)

// Codes of Error. They are stable.
const (
	CodeStart      = "start"       // the start is no date and time between 1970 and 2199
	CodeZone       = "zone"        // empty, "Local" or unknown
	CodeDuration   = "duration"    // not whole minutes, not above 0 or over 12 hours
	CodeTemplate   = "template"    // the parts are not the duration, or one has no length
	CodeKind       = "kind"        // a part of unknown kind
	CodeSeriesKind = "series_kind" // a series of unknown kind
	CodeCapacity   = "capacity"    // below 0 or over MaxCapacity
	CodeExcept     = "except"      // a skipped date that is no date, or too many
	CodeMove       = "move"        // a moved evening that the rule does not give, or to no free time, or too many
	CodeRuleSyntax = "rule_syntax" // not RFC 5545
	CodeRuleLength = "rule_length" // over MaxRule bytes
	CodeRulePart   = "rule_part"   // a rule part that RFC 5545 does not have, twice, or where it may not stand
	CodeRuleValue  = "rule_value"  // a value outside its range
	CodeFrequency  = "frequency"   // more often than daily
	CodeCountUntil = "count_until" // both COUNT and UNTIL
	CodeNoDate     = "no_date"     // the rule never comes true
	CodeTooMany    = "too_many"    // the window holds more than MaxOccurrences
)

// Error is a series that can't be used. Code is one of the codes above, Field
// is the name of the field of Series in JSON and Message is one plain sentence
// for the person who wrote it.
type Error struct {
	Code    string `json:"code"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return e.Field + ": " + e.Message }

// Errors is everything that is wrong with a series, at most one of a field
// but for moves.
type Errors []*Error

func (e Errors) Error() string {
	var all []string
	for _, one := range e {
		all = append(all, one.Error())
	}
	return strings.Join(all, " ")
}

// Unwrap lets errors.As find the first.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, one := range e {
		all[i] = one
	}
	return all
}

func (e *Errors) add(one *Error) {
	if one != nil {
		*e = append(*e, one)
	}
}

func refuse(code, field, format string, args ...any) *Error {
	return &Error{Code: code, Field: field, Message: fmt.Sprintf(format, args...)}
}
