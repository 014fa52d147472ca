// Package demo seeds a clinic through the HTTP interface alone: a program, a
// series with an evening that began ten minutes ago, ground rules, people,
// seats and their personal links. What a clinic's own system would do, it
// does the same way.
package demo

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// Part is one of the roles that people play.
type Part string

const (
	Facilitator   Part = "facilitator"
	Cofacilitator Part = "cofacilitator"
	Participant   Part = "participant"
)

// Member is somebody of the demo clinic.
type Member struct {
	Name   string `json:"name"`
	Legal  string `json:"legal"`
	Phone  string `json:"phone"`
	Part   Part   `json:"part"`
	Bot    bool   `json:"bot"`
	Person string `json:"person"`
	Seat   string `json:"seat"`
}

// Clinic is what the demo keeps of itself between starts. It holds ids, and
// names that nobody has.
type Clinic struct {
	ID      string   `json:"clinic"`
	Admin   string   `json:"admin"` // a person of the staff
	Program string   `json:"program"`
	Series  string   `json:"series"`
	Session string   `json:"session"`
	Members []Member `json:"members"`
}

// The cast. Numbers are from the range for fiction.
var cast = []Member{
	{Name: "Dana", Legal: "Dana Whitfield", Phone: "+1 555 0100", Part: Facilitator},
	{Name: "Ana R.", Legal: "Ana Ruiz", Phone: "+1 555 0111", Part: Participant},
	{Name: "Ben T.", Legal: "Ben Turner", Phone: "+1 555 0112", Part: Participant},
	{Name: "Cory", Legal: "Cory Lindqvist", Phone: "+1 555 0101", Part: Cofacilitator, Bot: true},
	{Name: "Maya L.", Legal: "Maya Lopez", Phone: "+1 555 0121", Part: Participant, Bot: true},
	{Name: "Jonas K.", Legal: "Jonas Keller", Phone: "+1 555 0122", Part: Participant, Bot: true},
	{Name: "Priya S.", Legal: "Priya Shah", Phone: "+1 555 0123", Part: Participant, Bot: true},
	{Name: "Leo M.", Legal: "Leo Moreau", Phone: "+1 555 0124", Part: Participant, Bot: true},
	{Name: "Ruth D.", Legal: "Ruth Dawson", Phone: "+1 555 0125", Part: Participant, Bot: true},
	{Name: "Sam W.", Legal: "Sam Walsh", Phone: "+1 555 0126", Part: Participant, Bot: true},
}

// Credential is that of the clinic's staff.
const Credential = "LCSW"

// Cast is the clinic's people with so many bots, of whom one more is the
// cofacilitator. Without bots there is none.
func Cast(bots int) []Member {
	var members []Member
	seated := 0
	for _, m := range cast {
		switch {
		case !m.Bot, m.Part == Cofacilitator && bots > 0:
			members = append(members, m)
		case m.Part == Participant && seated < bots:
			members = append(members, m)
			seated++
		}
	}
	for n := seated; n < bots; n++ {
		name := fmt.Sprintf("Guest %d", n+1)
		members = append(members, Member{Name: name, Legal: name, Phone: fmt.Sprintf("+1 555 %04d", 1000+n), Part: Participant, Bot: true})
	}
	return members
}

// The ground rules, one a line.
var groundRules = map[string]string{
	"en": "What is said here stays here.\n" +
		"I am somewhere where nobody else can see or hear the group.\n" +
		"I do not record, photograph or share anything.\n" +
		"I say where I am tonight, so that help can reach me.\n" +
		"I may step out whenever I need to, and come back.",
	"es": "Lo que se dice aquí se queda aquí.\n" +
		"Estoy en un lugar donde nadie más puede ver ni oír al grupo.\n" +
		"No grabo, no fotografío ni comparto nada.\n" +
		"Digo dónde estoy esta noche, para que la ayuda pueda llegar.\n" +
		"Puedo salir cuando lo necesite, y volver.",
}

// doorRules ask for nothing that keeps anybody out, and for the ground rules
// every time, since whoever looks at the demo looks at them for the first time.
var doorRules = map[string]any{
	"address": "elsewhere", "address_needed": false, "emergency": true, "emergency_needed": false,
	"consent_needed": false, "accept_again": true, "licensed_states": []string{"NY", "NJ", "CT"},
}

// scales are the check-in.
var scales = map[string]any{"scales": []map[string]any{
	{
		"question": map[string]string{"en": "How strong is the urge to use right now?", "es": "¿Qué tan fuertes son las ganas de consumir ahora?"},
		"low":      map[string]string{"en": "none", "es": "ninguna"}, "high": map[string]string{"en": "very strong", "es": "muy fuertes"},
	},
	{
		"question": map[string]string{"en": "How is your mood?", "es": "¿Cómo está su ánimo?"},
		"low":      map[string]string{"en": "very low", "es": "muy bajo"}, "high": map[string]string{"en": "very good", "es": "muy bueno"},
	},
}}

// Evening is when the demo's live session takes place: it began ten minutes
// ago, and its group meets on two other days of the week too.
type Evening struct {
	Start time.Time // planned, whole minutes, in the clinic's zone
	Zone  string
}

// An evening is three hours of group and education with a break between them,
// so that who comes a few minutes late still has the three hours.
const (
	halfMinutes  = 90
	breakMinutes = 15
	Length       = (2*halfMinutes + breakMinutes) * time.Minute
)

// prescribed is three hours on three evenings a week.
const prescribed = 3 * 2 * halfMinutes

// Weeks is how long the group has met before the evening that is live.
const Weeks = 2

func (e Evening) rule() string {
	day := func(ago int) string {
		return [...]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}[e.Start.AddDate(0, 0, -ago).Weekday()]
	}
	return "FREQ=WEEKLY;BYDAY=" + day(0) + "," + day(2) + "," + day(5)
}

// Found makes the clinic's people, program and ground rules.
func Found(ctx context.Context, api *API, c *Clinic) error {
	for language, text := range groundRules {
		body := map[string]string{"audience": "participant", "language": language, "text": text}
		if _, err := api.create(ctx, "/ground-rules", body); err != nil {
			return err
		}
	}
	var set struct{}
	for path, body := range map[string]any{"/door-rules": doorRules, "/scales": scales} {
		if err := api.do(ctx, http.MethodPut, path, body, &set); err != nil {
			return err
		}
	}
	for i := range c.Members {
		m := &c.Members[i]
		body := map[string]any{"kind": "client", "legal_name": m.Legal, "display_name": m.Name, "phone": m.Phone}
		if m.Part != Participant {
			body["kind"], body["staff_roles"], body["credential"] = "staff", []string{"clinician"}, Credential
		}
		var err error
		if m.Person, err = api.create(ctx, "/persons", body); err != nil {
			return err
		}
	}
	var err error
	c.Program, err = api.create(ctx, "/programs", map[string]string{"name": "Evening program"})
	return err
}

// Schedule makes a series whose evening is live now, and its seats.
func Schedule(ctx context.Context, api *API, c *Clinic, e Evening) error {
	var err error
	c.Series, err = api.create(ctx, "/series", map[string]any{
		"program": c.Program, "title": "Evening group", "rule": e.rule(), "zone": e.Zone,
		"start": e.Start.AddDate(0, 0, -7*Weeks).Format("2006-01-02T15:04"),
		"template": []map[string]any{
			{"kind": "group", "minutes": halfMinutes}, {"kind": "break", "minutes": breakMinutes}, {"kind": "education", "minutes": halfMinutes},
		},
	})
	if err != nil {
		return err
	}
	for i := range c.Members {
		m := &c.Members[i]
		body := map[string]any{"person": m.Person, "role": m.Part, "display_name": m.Name}
		if m.Part == Participant {
			body["prescribed_minutes"] = prescribed
		}
		if m.Seat, err = api.create(ctx, "/series/"+c.Series+"/seats", body); err != nil {
			return err
		}
	}
	return nil
}

// Link makes a personal link for a member beside those that they have: what an
// earlier start printed stays good.
func Link(ctx context.Context, api *API, m Member) (string, error) {
	var link struct {
		URL string `json:"url"`
	}
	err := api.post(ctx, "/seats/"+m.Seat+"/invitations?keep=true", nil, &link)
	return link.URL, err
}

// Live finds the session of the series that began at the evening's start.
func Live(ctx context.Context, api *API, c *Clinic, start time.Time) (string, error) {
	var list struct {
		Sessions []struct {
			ID     string    `json:"id"`
			Series string    `json:"series"`
			Start  time.Time `json:"start"`
		} `json:"sessions"`
	}
	if err := api.get(ctx, "/sessions", &list); err != nil {
		return "", err
	}
	for _, s := range list.Sessions {
		if s.Series == c.Series && s.Start.Equal(start) {
			return s.ID, nil
		}
	}
	return "", fmt.Errorf("the evening at %s is not planned", start.Format(time.RFC3339))
}

// Running reports whether the clinic's session can still be joined.
func Running(ctx context.Context, api *API, c *Clinic, now time.Time) (bool, error) {
	var s struct {
		Status string    `json:"status"`
		End    time.Time `json:"end"`
	}
	err := api.get(ctx, "/sessions/"+c.Session, &s)
	return s.Status != "ended" && now.Before(s.End), err
}
