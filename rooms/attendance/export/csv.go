package export

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"vesper/rooms/attendance/week"
)

// release are the columns that say what a file was made for. They stand last.
var release = []string{"draft", "purpose", "recipient"}

func (c Cover) release() []string {
	return []string{strconv.FormatBool(c.Draft), text(c.Purpose), text(c.Recipient)}
}

// SessionCSV writes the rows of CSV with the legal name and what the file was
// made for behind them.
func SessionCSV(w io.Writer, in Input) error {
	segments := segmentsOf(in.Session.Rows)
	var rows [][]string
	for _, r := range in.Session.Rows {
		row := append(line(r, segments), text(in.People[week.Whose(r)].Legal), signedAt(in.Session))
		rows = append(rows, append(row, in.release()...))
	}
	return write(w, slices.Concat(columns(segments), []string{"legal_name", "signed_at"}, release), rows)
}

func signedAt(s Session) string {
	if s.Signature == nil {
		return ""
	}
	return moment(s.Signature.At)
}

// OwnCSV writes a client's own rows.
func OwnCSV(w io.Writer, own Own) error {
	segments := 0
	for _, s := range own.sessions {
		segments = max(segments, segmentsOf(s.Rows))
	}
	var rows [][]string
	for _, s := range own.sessions {
		for _, r := range s.Rows {
			row := append(line(r, segments), text(own.person.Legal), signedAt(s))
			rows = append(rows, append(row, own.release()...))
		}
	}
	return write(w, slices.Concat(columns(segments), []string{"legal_name", "signed_at"}, release), rows)
}

// weekColumns are those of a week's file: one row a person and session, with
// the person's day and week beside it.
var weekColumns = []string{
	"week_start", "week_end", "zone", "person", "display_name", "legal_name", "payer", "payer_version",
	"session", "date", "start", "end", "kind", "status", "minutes", "seconds", "audio_only_s", "location", "flags", "final", "signed",
	"counts", "day_minutes", "day_services", "week_minutes", "week_seconds", "prescribed_minutes", "missing_minutes", "rules_version", "rules_failed", "notice",
}

// WeekCSV writes a row for every person and session of the week. A person
// without a session has one row with those cells empty.
func WeekCSV(w io.Writer, in WeekInput) error {
	var rows [][]string
	for _, p := range in.View.People {
		own := append(slices.Clone(p.Sessions), p.Alumni...)
		for i, a := range own {
			rows = append(rows, append(in.weekRow(p, &a, i < len(p.Sessions)), in.release()...))
		}
		if len(own) == 0 {
			rows = append(rows, append(in.weekRow(p, nil, false), in.release()...))
		}
	}
	return write(w, slices.Concat(weekColumns, release), rows)
}

func (in WeekInput) weekRow(p week.PersonOf, a *week.Attend, counts bool) []string {
	version := ""
	if p.Payer != "" {
		version = strconv.Itoa(p.PayerVersion)
	}
	row := []string{
		string(in.View.Start), string(in.View.End), in.View.Zone, text(string(p.Person)), text(p.DisplayName), text(p.LegalName), text(p.Payer), version,
	}
	var failed []string
	for _, r := range p.Rules {
		if !r.OK && !slices.Contains(failed, r.ID) {
			failed = append(failed, r.ID)
		}
	}
	rules := ""
	if a == nil {
		row = append(row, make([]string, 16)...)
	} else {
		day, kinds := "", []string(nil)
		for _, d := range p.Days {
			if d.Date == a.Date && counts {
				day = number(d.Minutes)
				for _, kind := range d.Services {
					kinds = append(kinds, string(kind))
				}
			}
		}
		flags := make([]string, len(a.Flags))
		for i, flag := range a.Flags {
			flags[i] = string(flag)
		}
		if a.Rules > 0 {
			rules = strconv.Itoa(a.Rules)
		}
		row = append(row, text(string(a.Session)), string(a.Date), moment(a.Start), moment(a.End), a.Kind, string(a.Status), known(a.Minutes), known(a.Seconds),
			known(a.AudioOnly), text(a.Location), strings.Join(flags, ";"), strconv.FormatBool(a.Final), strconv.FormatBool(a.Signed),
			strconv.FormatBool(counts), day, strings.Join(kinds, ";"))
	}
	return append(row, number(p.Attended), number(p.Seconds), known(p.Prescribed), known(p.Missing), rules, text(strings.Join(failed, ";")), Notice)
}
