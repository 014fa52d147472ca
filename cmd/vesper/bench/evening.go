package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"vesper/cmd/vesper/demo"
	"vesper/signaling/client"
)

const (
	zone    = "America/New_York"
	agoBy   = 3 * time.Minute // the evening has begun
	planFor = 20 * time.Second
)

// evening is a session that is live now, with a seat and a link for everybody.
type evening struct {
	facilitator string
	people      []string
}

// plan makes a series of its own with people nobody else has, as the clinic's
// own system would: over the HTTP interface.
func plan(ctx context.Context, s *server, people int) (evening, error) {
	ctx, cancel := context.WithTimeout(ctx, planFor)
	defer cancel()
	api := &demo.API{URL: s.URL, Token: s.Token, Client: &http.Client{Timeout: 10 * time.Second}}
	clinic := &demo.Clinic{Members: members(people)}
	if err := demo.Found(ctx, api, clinic); err != nil {
		return evening{}, err
	}
	at, err := time.LoadLocation(zone)
	if err != nil {
		return evening{}, err
	}
	start := time.Now().Add(-agoBy).Truncate(time.Minute).In(at)
	if err := demo.Schedule(ctx, api, clinic, demo.Evening{Start: start, Zone: zone}); err != nil {
		return evening{}, err
	}
	if err := awaitSession(ctx, api, clinic, start); err != nil {
		return evening{}, err
	}
	var e evening
	for _, m := range clinic.Members {
		link, err := demo.Link(ctx, api, m)
		if err != nil {
			return evening{}, err
		}
		if m.Part == demo.Facilitator {
			e.facilitator = link
		} else {
			e.people = append(e.people, link)
		}
	}
	return e, nil
}

func members(people int) []demo.Member {
	list := []demo.Member{{Name: "Robin", Legal: "Robin Example", Phone: "+1 555 0199", Part: demo.Facilitator}}
	for n := range people {
		name := fmt.Sprintf("Person %d", n+1)
		list = append(list, demo.Member{Name: name, Legal: name, Phone: fmt.Sprintf("+1 555 %04d", 1200+n), Part: demo.Participant})
	}
	return list
}

// awaitSession waits until the desk has made tonight's session of the series.
func awaitSession(ctx context.Context, api *demo.API, clinic *demo.Clinic, start time.Time) error {
	for {
		_, err := demo.Live(ctx, api, clinic, start)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// retry repeats a join that comes before the session's room is open.
func retry(ctx context.Context, join func() error) error {
	for {
		err := join()
		var refused *client.Error
		if !errors.As(err, &refused) || refused.Code != "no_session" && refused.Code != "too_early" {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(100 * time.Millisecond):
		}
	}
}
