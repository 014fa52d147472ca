package export

import "time"

// The resources of FHIR R4 that a bundle holds, with the fields that Vesper
// fills. They are written, never read.

type fhirBundle struct {
	ResourceType string      `json:"resourceType"`
	ID           string      `json:"id"`
	Meta         fhirMeta    `json:"meta"`
	Type         string      `json:"type"`
	Timestamp    string      `json:"timestamp"`
	Entry        []fhirEntry `json:"entry"`
}

type fhirEntry struct {
	FullURL  string `json:"fullUrl"`
	Resource any    `json:"resource"`
}

type fhirMeta struct {
	Security []fhirCoding `json:"security,omitempty"`
	Tag      []fhirCoding `json:"tag,omitempty"`
}

type fhirCoding struct {
	System  string `json:"system,omitempty"`
	Code    string `json:"code,omitempty"`
	Display string `json:"display,omitempty"`
}

type fhirConcept struct {
	Coding []fhirCoding `json:"coding,omitempty"`
	Text   string       `json:"text,omitempty"`
}

type fhirReference struct {
	Reference string `json:"reference,omitempty"`
	Display   string `json:"display,omitempty"`
}

type fhirIdentifier struct {
	System string `json:"system"`
	Value  string `json:"value"`
}

type fhirName struct {
	Text string `json:"text"`
}

type fhirPeriod struct {
	Start string `json:"start,omitempty"`
	End   string `json:"end,omitempty"`
}

// fhirHead begins every resource.
type fhirHead struct {
	ResourceType string    `json:"resourceType"`
	ID           string    `json:"id"`
	Meta         *fhirMeta `json:"meta,omitempty"`
}

type fhirOrganization struct {
	fhirHead
	Identifier []fhirIdentifier `json:"identifier"`
	Name       string           `json:"name"`
}

type fhirPerson struct { // Patient, Practitioner
	fhirHead
	Identifier    []fhirIdentifier    `json:"identifier"`
	Name          []fhirName          `json:"name,omitempty"`
	Qualification []fhirQualification `json:"qualification,omitempty"`
}

type fhirQualification struct {
	Code fhirConcept `json:"code"`
}

type fhirGroup struct {
	fhirHead
	Identifier []fhirIdentifier `json:"identifier"`
	Type       string           `json:"type"`
	Actual     bool             `json:"actual"`
	Name       string           `json:"name,omitempty"`
	Quantity   int              `json:"quantity"`
	Member     []fhirMember     `json:"member,omitempty"`
}

type fhirMember struct {
	Entity fhirReference `json:"entity"`
}

type fhirAppointment struct {
	fhirHead
	Status          string            `json:"status"`
	Start           string            `json:"start"`
	End             string            `json:"end"`
	MinutesDuration int64             `json:"minutesDuration"`
	Participant     []fhirParticipant `json:"participant"`
}

type fhirParticipant struct {
	Actor  fhirReference `json:"actor"`
	Status string        `json:"status"`
}

type fhirEncounter struct {
	fhirHead
	Identifier      []fhirIdentifier `json:"identifier"`
	Status          string           `json:"status"`
	Class           fhirCoding       `json:"class"`
	Type            []fhirConcept    `json:"type,omitempty"`
	Subject         fhirReference    `json:"subject"`
	Participant     []fhirAttendant  `json:"participant,omitempty"`
	Appointment     []fhirReference  `json:"appointment"`
	Period          fhirPeriod       `json:"period"`
	Length          fhirDuration     `json:"length"`
	ServiceProvider fhirReference    `json:"serviceProvider"`
}

type fhirAttendant struct {
	Individual fhirReference `json:"individual"`
}

type fhirDuration struct {
	Value  int64  `json:"value"`
	Unit   string `json:"unit"`
	System string `json:"system"`
	Code   string `json:"code"`
}

type fhirProvenance struct {
	fhirHead
	Target   []fhirReference `json:"target"`
	Recorded string          `json:"recorded"`
	Reason   []fhirConcept   `json:"reason,omitempty"`
	Activity fhirConcept     `json:"activity"`
	Agent    []fhirAgent     `json:"agent"`
	Entity   []fhirEntity    `json:"entity,omitempty"`
}

type fhirAgent struct {
	Type fhirConcept   `json:"type"`
	Who  fhirReference `json:"who"`
}

type fhirEntity struct {
	Role string        `json:"role"`
	What fhirReference `json:"what"`
}

type fhirConsent struct {
	fhirHead
	Status     string        `json:"status"`
	Scope      fhirConcept   `json:"scope"`
	Category   []fhirConcept `json:"category"`
	Patient    fhirReference `json:"patient"`
	DateTime   string        `json:"dateTime"`
	PolicyRule fhirConcept   `json:"policyRule"`
}

type fhirResponse struct {
	fhirHead
	Status    string         `json:"status"`
	Subject   fhirReference  `json:"subject"`
	Encounter *fhirReference `json:"encounter,omitempty"`
	Authored  string         `json:"authored"`
	Item      []fhirItem     `json:"item"`
}

type fhirItem struct {
	LinkID string       `json:"linkId"`
	Text   string       `json:"text,omitempty"`
	Answer []fhirAnswer `json:"answer,omitempty"`
}

type fhirAnswer struct {
	ValueInteger int `json:"valueInteger"`
}

// instant is a time as FHIR writes it; empty for none.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// Systems of codes.
const (
	actCode         = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
	confidentiality = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
	observation     = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
	dataOperation   = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
	completion      = "http://terminology.hl7.org/CodeSystem/v3-DocumentCompletion"
	participation   = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
	participant     = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
	consentScope    = "http://terminology.hl7.org/CodeSystem/consentscope"
	ucum            = "http://unitsofmeasure.org"
)

func concept(system, code, display string) fhirConcept {
	return fhirConcept{Coding: []fhirCoding{{system, code, display}}}
}
