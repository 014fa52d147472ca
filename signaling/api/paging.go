package api

import (
	"encoding/base64"
	"encoding/json"
	"slices"
)

// Page is what every list that can grow takes beside its own parameters.
type Page struct {
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"how many at most"`
	After string `query:"after" maxLength:"1024" doc:"where to go on: next of the answer before"`
}

// LongPage is Page for the lists that one usually wants whole.
type LongPage struct {
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"1000" doc:"how many at most"`
	After string `query:"after" maxLength:"1024" doc:"where to go on: next of the answer before"`
}

func (p LongPage) place(parts int) ([]string, error) { return Page(p).place(parts) }

var badCursor = badField("query.after", "Give the next of an earlier answer, unchanged.")

// place is what the cursor of a page says: parts that cursorTo was given. It
// is nil on the first page, and a problem when the cursor is not one of ours.
func (p Page) place(parts int) ([]string, error) {
	if p.After == "" {
		return nil, nil
	}
	var place []string
	data, err := base64.RawURLEncoding.DecodeString(p.After)
	if err == nil {
		err = json.Unmarshal(data, &place)
	}
	if err != nil || len(place) != parts {
		return nil, badCursor
	}
	return place, nil
}

// cursorTo is where a list goes on, in text that means nothing to its reader.
// It proves nothing: what it points at is looked up within the caller's clinic
// like everything else.
func cursorTo(place ...string) string {
	return base64.RawURLEncoding.EncodeToString(encode(place))
}

// cut makes a page of a list that was read one longer than asked for. next is
// empty when nothing is left.
func cut[T any](list []T, limit int, place func(T) []string) (page []T, next string) {
	if len(list) <= limit {
		return list, ""
	}
	return list[:limit], cursorTo(place(list[limit-1])...)
}

// pageOf is cut for a list that was read whole: the page begins behind the
// item whose id the cursor names.
func pageOf[T any](list []T, p LongPage, id func(T) string) (page []T, next string, err error) {
	place, err := p.place(1)
	if err != nil {
		return nil, "", err
	}
	if place != nil {
		at := slices.IndexFunc(list, func(item T) bool { return id(item) == place[0] })
		if at < 0 {
			return nil, "", badCursor
		}
		list = list[at+1:]
	}
	page, next = cut(list, p.Limit, func(item T) []string { return []string{id(item)} })
	return page, next, nil
}
