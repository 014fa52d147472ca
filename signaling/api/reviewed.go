package api

import (
	"context"
	"errors"

	"vesper/rooms"
	"vesper/rooms/attendance/export"
	"vesper/rooms/ledger"
	"vesper/rooms/records"
)

func (h *house) readReview(ctx context.Context, id string) (Review, error) {
	e, rows, err := h.judged(ctx, id, "review.read")
	if err != nil {
		return Review{}, err
	}
	session, clinic, err := h.session(ctx, id)
	if err != nil {
		return Review{}, err
	}
	events, err := journalOf(e)
	if err != nil {
		return Review{}, err
	}
	names, err := h.authors(ctx, events)
	if err != nil {
		return Review{}, err
	}
	out := Review{
		Session: sessionOf(session, clinic), Final: len(e.Seals) > 0, RulesVersion: e.Session.RulesVersion, Records: rows,
		Flags: reviewFlags(rows), Warnings: warnings(e, rows), Absences: absences(events), Notes: reviewNotes(e, events, names),
		Notice: export.Notice,
	}
	if signed, ok := e.Signed(); ok {
		out.Signed = signedLine(signed)
	} else if out.Final {
		out.UnsignedSince = session.EndedAt
		out.Signer, err = h.mySignature(ctx, e.Roster)
	}
	return out, err
}

func signedLine(s records.Signature) *SignedLine {
	return &SignedLine{Person: string(s.Person), Name: s.Name, Credential: s.Credential, At: s.At, Genuine: s.Genuine}
}

// authors are the names of the staff who wrote entries with notes.
func (h *house) authors(ctx context.Context, events []rooms.Event) (map[rooms.PersonID]string, error) {
	names := map[rooms.PersonID]string{}
	for _, event := range events {
		if _, known := names[event.Actor]; known || event.Note == "" || event.Actor == "" {
			continue
		}
		person, err := h.Records.Person(ctx, callerOf(ctx).clinic, event.Actor)
		if err != nil && !errors.Is(err, rooms.ErrNotFound) {
			return nil, err
		}
		names[event.Actor] = person.LegalName
	}
	return names, nil
}

func absences(events []rooms.Event) []Absence {
	all := []Absence{}
	for _, e := range events {
		if e.Kind == rooms.EventAbsence {
			all = append(all, Absence{Person: string(e.Person), Outcome: e.Reason, Actor: string(e.Actor), At: e.At})
		}
	}
	return all
}

func reviewNotes(e records.Evidence, events []rooms.Event, names map[rooms.PersonID]string) []ReviewNote {
	lines := map[uint64]*SignedLine{} // by the entry that a seal closes
	for _, s := range e.Signatures {
		if s.Kind == ledger.Addendum {
			if statement, _, err := e.Seals[s.Seal-1].Open(); err == nil {
				lines[statement.Count] = signedLine(s)
			}
		}
	}
	notes := []ReviewNote{}
	for i, event := range events {
		if event.Note == "" || event.Kind == rooms.EventSigned {
			continue
		}
		text, kept := e.Notes[event.Note]
		notes = append(notes, ReviewNote{
			ID: event.ID.String(), Kind: string(event.Kind), Person: string(event.Person), Author: string(event.Actor),
			Name: names[event.Actor], At: event.At, Body: text, Missing: !kept, Signed: lines[uint64(i+1)],
		})
	}
	return notes
}
