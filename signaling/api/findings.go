package api

import (
	"net/http"
	"time"

	"vesper/rooms/attendance/week"
	"vesper/signaling/wire"
)

// findings collects what is wrong with a request, each with its field.
type findings []wire.ProblemField

func (f *findings) check(ok bool, field, message string) {
	if !ok {
		*f = append(*f, wire.ProblemField{Location: "body." + field, Message: message})
	}
}

const (
	wantsDate  = "Give a date like 2026-11-26."
	wantsStart = "Give a local date and time like 2026-11-25T17:30."
)

// midnight is where a local date begins; none is the zero time.
func (f *findings) midnight(field, text string, zone *time.Location) time.Time {
	if text == "" {
		return time.Time{}
	}
	date, err := time.ParseInLocation(time.DateOnly, text, zone)
	f.check(err == nil, field, wantsDate)
	return date
}

// day is a date of a week.
func (f *findings) day(field, text string) week.Date {
	day, err := week.ParseDate(text)
	f.check(err == nil, field, wantsDate)
	return day
}

// refuse is nil if nothing was found.
func (f findings) refuse(code, detail string) error {
	if len(f) == 0 {
		return nil
	}
	p := refuse(http.StatusUnprocessableEntity, code, detail)
	p.Errors = f
	return p
}

// badField is a refusal that names one field, by its whole location.
func badField(location, message string) *problem {
	p := refuse(http.StatusUnprocessableEntity, "invalid", message)
	p.Errors = []wire.ProblemField{{Location: location, Message: message}}
	return p
}
