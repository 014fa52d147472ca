package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms/attendance"
)

// Thresholds are the clinic's own rules of attendance. Each change is a new
// version; sessions that were opened keep theirs.
type Thresholds struct {
	GraceSeconds     int64  `json:"grace_s" minimum:"0" maximum:"3600" doc:"the longest loss of connection that interrupts nothing"`
	LateSeconds      int64  `json:"late_s" minimum:"0" maximum:"86400"`
	EarlySeconds     int64  `json:"early_s" minimum:"0" maximum:"86400"`
	PresentPercent   int64  `json:"present_percent" minimum:"1" maximum:"100"`
	AudioOnlySeconds int64  `json:"audio_only_s" minimum:"0" maximum:"86400"`
	CountBreaks      bool   `json:"count_breaks"`
	CountOverrun     bool   `json:"count_overrun"`
	CountUnstaffed   bool   `json:"count_unstaffed"`
	WeekStart        string `json:"week_start" enum:"monday,tuesday,wednesday,thursday,friday,saturday,sunday"`
}

// ClinicRules are the thresholds in force.
type ClinicRules struct {
	Version int `json:"version"`
	Thresholds
}

func (h *house) clinicRules(api huma.API) {
	huma.Register(api, operation("GET", "/rules", "get-rules", "The clinic's rules of attendance in force", mayRead),
		func(ctx context.Context, _ *struct{}) (*body[ClinicRules], error) {
			rules, err := h.Records.Rules(ctx, callerOf(ctx).clinic)
			return &body[ClinicRules]{rulesOf(rules)}, h.problemOf("read rules", err)
		})
	huma.Register(api, operation("POST", "/rules", "set-rules", "Set a new version of the rules, in force from the next opening on", maySettings),
		func(ctx context.Context, in *body[Thresholds]) (*body[ClinicRules], error) {
			out, err := h.setRules(ctx, in.Body)
			return &body[ClinicRules]{out}, h.problemOf("set rules", err)
		})
}

func (h *house) setRules(ctx context.Context, in Thresholds) (ClinicRules, error) {
	rules := attendance.Rules{
		GraceSeconds: in.GraceSeconds, LateSeconds: in.LateSeconds, EarlySeconds: in.EarlySeconds, PresentPercent: in.PresentPercent,
		AudioOnlySeconds: in.AudioOnlySeconds, CountBreaks: in.CountBreaks, CountOverrun: in.CountOverrun, CountUnstaffed: in.CountUnstaffed,
	}
	if err := rules.WeekStart.UnmarshalText([]byte(in.WeekStart)); err != nil {
		return ClinicRules{}, err
	}
	rules, err := h.Records.SetRules(noting(ctx, "rules.set", of("")), callerOf(ctx).clinic, rules)
	return rulesOf(rules), err
}

func rulesOf(r attendance.Rules) ClinicRules {
	return ClinicRules{r.Version, Thresholds{
		GraceSeconds: r.GraceSeconds, LateSeconds: r.LateSeconds, EarlySeconds: r.EarlySeconds, PresentPercent: r.PresentPercent,
		AudioOnlySeconds: r.AudioOnlySeconds, CountBreaks: r.CountBreaks, CountOverrun: r.CountOverrun, CountUnstaffed: r.CountUnstaffed,
		WeekStart: r.WeekStart.String(),
	}}
}
