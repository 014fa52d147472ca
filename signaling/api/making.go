package api

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/attendance/export"
	"vesper/rooms/attendance/week"
	"vesper/rooms/records"
)

// formats are the ends and types of files.
var formats = map[string][2]string{
	"csv": {"csv", "text/csv; charset=utf-8; header=present"}, "pdf": {"pdf", "application/pdf"}, "html": {"html", "text/html; charset=utf-8"},
	"fhir": {"json", "application/fhir+json"}, "zip": {"zip", "application/zip"},
}

// makeExport gathers and writes. Nothing of the caller's request is used but
// what was asked, the clinic, and whether they may read answers of check-ins.
func (h *house) makeExport(ctx context.Context, clinic rooms.ClinicID, in NewExport, step func(done, total int)) (made, error) {
	switch {
	case in.Kind == "own":
		return h.makeOwn(ctx, clinic, in, step)
	case in.Week != "":
		return h.makeWeek(ctx, clinic, in, step)
	}
	return h.makeSession(ctx, clinic, in, step)
}

func (h *house) cover(clinic records.Clinic, in NewExport) (export.Cover, error) {
	zone, err := time.LoadLocation(clinic.Zone)
	return export.Cover{
		ClinicID: clinic.ID, Clinic: clinic.Name, Zone: zone, At: h.Clock.Now().UTC(),
		Purpose: in.Purpose, Recipient: in.Recipient, Names: in.Names, Draft: in.Draft, Withheld: in.withheld,
	}, err
}

func sheetOf(j records.Judged) export.Session {
	s := export.Session{Plan: j.Session.Plan, Title: j.Session.Title, Kind: string(j.Session.Kind), Final: j.Session.Sealed, Rows: j.Rows}
	if j.Signed != nil {
		s.Signature = &export.Signature{Person: j.Signed.Person, Name: j.Signed.Name, Credential: j.Signed.Credential, At: j.Signed.At}
	}
	return s
}

// unsignedOf lists the sessions that a final export may not hold: all that
// have begun, or should have, and are not signed.
func unsignedOf(list []records.Judged, zone *time.Location, now time.Time) error {
	var missing []week.Listed
	for _, j := range list {
		s := j.Session
		if j.Signed != nil || s.Status == records.Cancelled || (s.Status == records.Scheduled && now.Before(s.End)) {
			continue
		}
		missing = append(missing, week.Listed{Session: s.Session, Start: s.Start.UTC(), Date: week.DateOf(s.Start, zone), Title: s.Title})
	}
	if len(missing) > 0 {
		return &unsignedError{missing}
	}
	return nil
}

func (h *house) makeSession(ctx context.Context, clinic rooms.ClinicID, in NewExport, step func(done, total int)) (made, error) {
	c, err := h.Records.Clinic(ctx, clinic)
	if err != nil {
		return made{}, err
	}
	cover, err := h.cover(c, in)
	if err != nil {
		return made{}, err
	}
	judged, err := h.Records.JudgeOne(ctx, clinic, rooms.SessionID(in.Session))
	if err != nil {
		return made{}, err
	}
	if !in.Draft {
		if err := unsignedOf([]records.Judged{judged}, cover.Zone, h.Clock.Now()); err != nil {
			return made{}, err
		}
	}
	persons, err := h.Records.Persons(ctx, clinic)
	if err != nil {
		return made{}, err
	}
	sheet := export.Input{Cover: cover, Session: sheetOf(judged), People: names(persons)}
	if in.Kind == "fhir" {
		if sheet.Consents, sheet.Answers, err = h.papers(ctx, clinic, cover, []export.Session{sheet.Session}, step); err != nil {
			return made{}, err
		}
	}
	return written(in.Kind, "session-"+in.Session, sheet, map[string]func(io.Writer, export.Input) error{
		"csv": export.SessionCSV, "pdf": export.PDF, "html": export.HTML, "fhir": export.FHIR,
	})
}

func (h *house) makeWeek(ctx context.Context, clinic rooms.ClinicID, in NewExport, step func(done, total int)) (made, error) {
	w, err := h.theWeek(ctx, clinic, in.Week, rooms.ProgramID(in.Program))
	if err != nil {
		return made{}, err
	}
	step(1, 3)
	cover, err := h.cover(w.clinic, in)
	if err != nil {
		return made{}, err
	}
	show := w.of(in.Payer)
	sheet := export.WeekInput{Cover: cover, View: week.Compute(w.Input), People: names(w.persons)}
	var judged []records.Judged // what the file is of: no other program's, none of alumni
	for i, j := range w.judged {
		of := w.Sessions[i]
		if of.Kind == week.Alumni || of.State == week.Cancelled || (in.Program != "" && of.Program != rooms.ProgramID(in.Program)) {
			continue
		}
		judged = append(judged, j)
		if len(j.Rows) > 0 {
			j.Rows = slices.DeleteFunc(slices.Clone(j.Rows), func(r attendance.Record) bool { return !show(r) })
			sheet.Sessions = append(sheet.Sessions, sheetOf(j))
		}
	}
	if !in.Draft {
		if err := unsignedOf(judged, w.Zone, w.Now); err != nil {
			return made{}, err
		}
	}
	if in.Kind == "fhir" {
		if sheet.Consents, sheet.Answers, err = h.papers(ctx, clinic, cover, sheet.Sessions, step); err != nil {
			return made{}, err
		}
	}
	return written(in.Kind, "week-"+string(sheet.View.Start), sheet, map[string]func(io.Writer, export.WeekInput) error{
		"csv": export.WeekCSV, "pdf": export.WeekPDF, "html": export.WeekHTML, "fhir": export.WeekFHIR,
	})
}

// of leaves the clients of one payer among the people of a week, and says which
// rows are for its eyes: theirs, and those of staff. Groups are counted with
// everybody in them. Empty: all people, all rows.
func (w *aWeek) of(payer string) func(attendance.Record) bool {
	if payer == "" {
		return func(attendance.Record) bool { return true }
	}
	theirs := map[rooms.PersonID]bool{}
	w.People = slices.DeleteFunc(slices.Clone(w.People), func(p week.Person) bool {
		theirs[p.ID] = p.Payer != nil && p.Payer.Payer == payer
		return !theirs[p.ID]
	})
	return func(r attendance.Record) bool { return r.Role.Staff() || theirs[r.Person] || theirs[r.Matched] }
}

// makeOwn walks the time week by week, so that no more is in memory than one
// week of the clinic and what is the person's own.
func (h *house) makeOwn(ctx context.Context, clinic rooms.ClinicID, in NewExport, step func(done, total int)) (made, error) {
	c, err := h.Records.Clinic(ctx, clinic)
	if err != nil {
		return made{}, err
	}
	cover, err := h.cover(c, in)
	if err != nil {
		return made{}, err
	}
	who, err := h.Records.Person(ctx, clinic, rooms.PersonID(in.Person))
	if err != nil {
		return made{}, err
	}
	person := export.Person{ID: who.ID, Legal: who.LegalName, Display: who.DisplayName}
	first, last := week.Date(in.From), week.Date(in.To)
	var own []export.Session
	var judged []records.Judged
	for day := first; day <= last; day = day.Add(7) {
		step(day.Since(first)/7, last.Since(first)/7+2)
		from, _ := week.Bounds(day, cover.Zone)
		to, _ := week.Bounds(min(day.Add(7), last.Add(1)), cover.Zone)
		list, err := h.Records.Judge(ctx, clinic, from, to)
		if err != nil {
			return made{}, err
		}
		for _, j := range list {
			s := sheetOf(j)
			if s.Rows = slices.DeleteFunc(s.Rows, func(r attendance.Record) bool { return week.Whose(r) != person.ID }); len(s.Rows) > 0 {
				own, judged = append(own, s), append(judged, j)
			}
		}
	}
	if !in.Draft {
		if err := unsignedOf(judged, cover.Zone, h.Clock.Now()); err != nil {
			return made{}, err
		}
	}
	return ownFile(in.Format, export.NewOwn(cover, person, first, last, own))
}

// ownFile is one format of an own copy, or all in one file.
func ownFile(format string, own export.Own) (made, error) {
	write := map[string]func(io.Writer, export.Own) error{"csv": export.OwnCSV, "pdf": export.OwnPDF, "html": export.OwnHTML}
	if format != "" && format != "zip" {
		return written(format, "own-copy", own, write)
	}
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for _, kind := range []string{"html", "pdf", "csv"} {
		entry, err := archive.Create("own-copy." + kind)
		if err == nil {
			err = write[kind](entry, own)
		}
		if err != nil {
			return made{}, err
		}
	}
	if err := archive.Close(); err != nil {
		return made{}, err
	}
	return made{"own-copy.zip", formats["zip"][1], b.Bytes()}, nil
}

func written[I any](kind, name string, in I, write map[string]func(io.Writer, I) error) (made, error) {
	var b bytes.Buffer
	if write[kind] == nil {
		return made{}, fmt.Errorf("no format %q", kind)
	}
	err := write[kind](&b, in)
	return made{name + "." + formats[kind][0], formats[kind][1], b.Bytes()}, err
}

func names(persons []records.Person) export.People {
	all := make(export.People, len(persons))
	for _, p := range persons {
		all[p.ID] = export.Person{ID: p.ID, Legal: p.LegalName, Display: p.DisplayName, Credential: p.Credential}
	}
	return all
}

// papers are the consent in force and, unless they are withheld, the answers of
// the clients of sessions.
func (h *house) papers(ctx context.Context, clinic rooms.ClinicID, cover export.Cover, sessions []export.Session, step func(done, total int)) (consents []export.Consent, answers []export.Answer, err error) {
	scales, err := h.Records.AllScales(ctx, clinic)
	if err != nil {
		return nil, nil, err
	}
	questions := map[string]string{}
	for _, scale := range scales {
		questions[scale.ID] = scale.Question["en"]
	}
	clients := map[rooms.PersonID]bool{}
	for i, s := range sessions {
		step(i, len(sessions)+1)
		for _, r := range s.Rows {
			if person := week.Whose(r); week.Counts(r) && !clients[person] {
				clients[person] = true
				given, err := h.Records.Consents(ctx, clinic, person)
				if err != nil {
					return nil, nil, err
				}
				if len(given) > 0 { // the newest is first
					consents = append(consents, export.Consent{Person: person, Version: given[0].Version, TextHash: given[0].TextHash, At: given[0].At})
				}
			}
		}
		if cover.Withheld {
			continue
		}
		list, err := h.Records.SessionAnswers(ctx, clinic, s.Plan.Session)
		if err != nil {
			return nil, nil, err
		}
		for _, a := range list {
			if clients[a.Person] {
				answers = append(answers, answerOf(a, questions[a.Scale]))
			}
		}
	}
	return consents, answers, nil
}

func answerOf(a records.Answer, question string) export.Answer {
	out := export.Answer{Session: a.Session, Person: a.Person, Scale: a.Scale, Question: question, Moment: string(a.Moment), At: a.At}
	if !a.Skipped {
		out.Value = &a.Value
	}
	return out
}
