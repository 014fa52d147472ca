package api

import (
	"context"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// previewed is how many dates a preview shows.
const previewed = 60

// SeriesPreview is what a series that is being written comes to.
type SeriesPreview struct {
	Dates   []PreviewDate `json:"dates" doc:"the next ones, at most 60; from today on, or from the start"`
	Count   int           `json:"count" doc:"evenings that take place in all; 0 for a rule without end"`
	More    bool          `json:"more" doc:"there are later dates"`
	Endless bool          `json:"endless"`
	Ends    string        `json:"ends,omitempty" doc:"local start of the last evening"`
}

// PreviewDate is one date of a series.
type PreviewDate struct {
	RecurrenceID string    `json:"recurrence_id" doc:"local start by the rule: under this an evening is moved"`
	Local        string    `json:"local" doc:"what the clocks show when it begins"`
	Weekday      string    `json:"weekday" doc:"of local"`
	Start        time.Time `json:"start"`
	End          time.Time `json:"end"`
	Skipped      bool      `json:"skipped,omitempty"`
	Moved        bool      `json:"moved,omitempty"`
	Note         string    `json:"note,omitempty" enum:"missing_hour,doubled_hour" doc:"the clocks change over that time"`
}

func (h *house) preview(api huma.API) {
	huma.Register(api, operation("POST", "/series/preview", "preview-series", "The dates of a series that is not kept", mayRead),
		func(_ context.Context, in *body[NewSeries]) (*body[SeriesPreview], error) {
			out, err := h.previewSeries(&in.Body)
			return &body[SeriesPreview]{out}, h.problemOf("preview series", err)
		})
}

func (h *house) previewSeries(in *NewSeries) (SeriesPreview, error) {
	s, wrong := in.series()
	if len(wrong) > 0 {
		return SeriesPreview{}, wrong
	}
	p, err := s.Preview(h.Clock.Now(), previewed)
	if err != nil {
		return SeriesPreview{}, err
	}
	out := SeriesPreview{Dates: make([]PreviewDate, len(p.Dates)), Count: p.Count, More: p.More, Endless: p.Endless}
	if p.Count > 0 {
		out.Ends = p.Last.String()
	}
	for i, d := range p.Dates {
		out.Dates[i] = PreviewDate{
			RecurrenceID: d.RecurrenceID.String(), Local: d.Local.String(), Weekday: strings.ToLower(d.Local.Weekday().String()),
			Start: d.Start, End: d.End, Skipped: d.Skipped, Moved: d.Moved, Note: d.Note,
		}
	}
	return out, nil
}
