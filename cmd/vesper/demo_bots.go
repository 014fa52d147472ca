package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"vesper/cmd/vesper/demo"
	"vesper/cmd/vesper/demo/bots"
	"vesper/cmd/vesper/demo/clips"
	"vesper/rooms"
)

// perform brings the bots in and returns when they are in the room. The
// cofacilitator among them admits the others and nobody else.
func (s *showing) perform(ctx context.Context) (stop func(), err error) {
	if s.bots == 0 {
		return func() {}, nil
	}
	seats, err := s.botSeats(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	running, err := bots.Start(ctx, seats, bots.Options{HTTPClient: s.client, TLS: s.tls, Logger: s.log})
	if errors.Is(err, clips.ErrMissing) {
		return nil, fmt.Errorf("%w (or start with --bots 0)", err)
	}
	if err != nil {
		return nil, err
	}
	if err := running.WaitAdmitted(ctx); err != nil {
		running.Close()
		return nil, err
	}
	return running.Close, nil
}

// botSeats are the seats of this start's bots, each with a fresh link.
func (s *showing) botSeats(ctx context.Context) ([]bots.Seat, error) {
	var seats []bots.Seat
	var people []string
	lead := -1
	for _, m := range s.clinic.Members {
		if !m.Bot || (m.Part == demo.Participant && len(people) == s.bots) {
			continue
		}
		link, err := demo.Link(ctx, s.api, m)
		if err != nil {
			return nil, err
		}
		if m.Part == demo.Cofacilitator {
			lead = len(seats)
		} else {
			id := rooms.Participant(rooms.SessionID(s.clinic.Session), rooms.PersonID(m.Person))
			people = append(people, string(id))
		}
		seats = append(seats, bots.Seat{Link: link})
	}
	if lead >= 0 {
		seats[lead].Policy = bots.AdmitOnly(people...)
	}
	return seats, nil
}
