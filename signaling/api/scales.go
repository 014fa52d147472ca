package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/signaling/wire"
)

// openScales are those that a client has not been asked at this moment of a
// session.
func (h *house) openScales(ctx context.Context, seat records.Seat, session rooms.SessionID, moment records.Moment) ([]wire.Scale, error) {
	if seat.Role != rooms.Client {
		return nil, nil
	}
	scales, err := h.Records.Scales(ctx, seat.Clinic)
	if err != nil || len(scales) == 0 {
		return nil, err
	}
	answers, err := h.Records.Answers(ctx, seat.Clinic, seat.Person)
	var open []wire.Scale
	for _, scale := range scales {
		said := slices.ContainsFunc(answers, func(a records.Answer) bool {
			return a.Session == session && a.Moment == moment && a.Scale == scale.ID
		})
		if !said {
			open = append(open, wire.Scale{ID: scale.ID, Question: scale.Question, Low: scale.Low, High: scale.High})
		}
	}
	return open, err
}

// checkAnswers finds answers that are none: to a question that nobody asks,
// or not on the scale.
func checkAnswers(found *findings, known []string, answers []wire.ScaleAnswer) {
	found.check(len(answers) <= 100, "answers", "Give at most 100 answers.")
	for i, answer := range answers {
		field := fmt.Sprintf("answers[%d].", i)
		found.check(slices.Contains(known, answer.Scale), field+"scale", "Answer a scale of this clinic.")
		found.check(answer.Value == nil || *answer.Value >= 0 && *answer.Value <= 10, field+"value", "Answer with a number from 0 to 10, or null.")
	}
}

func answersOf(seat records.Seat, session rooms.SessionID, moment records.Moment, answers []wire.ScaleAnswer) []records.Answer {
	out := make([]records.Answer, len(answers))
	for i, answer := range answers {
		out[i] = records.Answer{
			Clinic: seat.Clinic, Session: session, Person: seat.Person, Scale: answer.Scale, Moment: moment, Skipped: answer.Value == nil,
		}
		if answer.Value != nil {
			out[i].Value = *answer.Value
		}
	}
	return out
}

// trend is what a person answered, by scale, in the clinic's order. Skipped
// answers are no points.
func (h *house) trend(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID) ([]wire.Trend, error) {
	answers, err := h.Records.Answers(ctx, clinic, person)
	if err != nil || len(answers) == 0 {
		return nil, err
	}
	scales, err := h.Records.AllScales(ctx, clinic)
	var trends []wire.Trend
	for _, scale := range scales {
		t := wire.Trend{ID: scale.ID, Question: scale.Question, Low: scale.Low, High: scale.High}
		for _, a := range answers {
			if a.Scale == scale.ID && !a.Skipped {
				t.Points = append(t.Points, wire.TrendPoint{
					At: a.At.Format(time.RFC3339), Session: string(a.Session), Moment: string(a.Moment), Value: a.Value,
				})
			}
		}
		if len(t.Points) > 0 {
			trends = append(trends, t)
		}
	}
	return trends, err
}
