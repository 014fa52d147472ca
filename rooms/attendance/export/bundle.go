package export

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/attendance/week"
)

// FHIR writes a session as a collection of FHIR R4: an Appointment for every
// client who was expected or came, an Encounter for everyone who attended, a
// Group of them, Provenance of what was signed, corrected and handed out,
// consents and answers.
func FHIR(w io.Writer, in Input) error {
	b := newBundle(in.Cover, in.People)
	b.session(in.Session)
	b.paperwork(in.Consents, in.Answers)
	return b.write(w)
}

// WeekFHIR writes the sessions of a week, without those of alumni series.
func WeekFHIR(w io.Writer, in WeekInput) error {
	b := newBundle(in.Cover, in.People)
	for _, s := range in.Sessions {
		if s.Kind != week.Alumni {
			b.session(s)
		}
	}
	b.paperwork(in.Consents, in.Answers)
	return b.write(w)
}

// bundle grows resource by resource. Each has an address that is derived from
// what it is of, so that the same rows give the same bundle.
type bundle struct {
	cover      Cover
	people     People
	out        fhirBundle
	seen       map[string]bool
	encounters map[string]fhirReference // by session and person
	clinic     fhirReference
}

func newBundle(cover Cover, people People) *bundle {
	b := &bundle{cover: cover, people: people, seen: map[string]bool{}, encounters: map[string]fhirReference{}}
	b.out = fhirBundle{
		ResourceType: "Bundle", ID: resourceID("Bundle", string(cover.ClinicID), cover.At.String(), cover.Purpose, cover.Recipient), Type: "collection", Timestamp: instant(cover.At),
		Meta: fhirMeta{
			Security: []fhirCoding{
				{confidentiality, "R", "restricted"}, {actCode, "ETH", "substance abuse information sensitivity"},
				{actCode, "NORDSCLCD", "no redisclosure without consent directive"},
			},
			Tag: []fhirCoding{{"urn:vesper:notice", "42-cfr-part-2", Notice}},
		},
	}
	if cover.Draft {
		b.out.Meta.Tag = append(b.out.Meta.Tag, fhirCoding{"urn:vesper:state", "draft", "DRAFT: not everything in it is signed"})
	}
	if cover.Withheld {
		b.out.Meta.Security = append(b.out.Meta.Security, fhirCoding{observation, "REDACTED", "redacted"})
		b.out.Meta.Tag = append(b.out.Meta.Tag, fhirCoding{"urn:vesper:withheld", "check-in-answers", "Answers of check-ins are left out: whoever exported this may not read them"})
	}
	head, ref := b.head("Organization", string(cover.ClinicID))
	b.clinic = ref
	b.add(ref, fhirOrganization{head, []fhirIdentifier{{"urn:vesper:clinic", string(cover.ClinicID)}}, cover.Clinic})
	return b
}

// resourceID is a UUID (RFC 9562, version 8) made from what a resource is of.
func resourceID(of ...string) string {
	all := sha256.New()
	for _, part := range of {
		fmt.Fprintf(all, "%d:%s", len(part), part)
	}
	id := all.Sum(nil)[:16]
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80
	text := hex.EncodeToString(id)
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

func (b *bundle) head(kind string, of ...string) (fhirHead, fhirReference) {
	id := resourceID(append([]string{kind}, of...)...)
	return fhirHead{ResourceType: kind, ID: id}, fhirReference{Reference: "urn:uuid:" + id}
}

// add appends a resource, once.
func (b *bundle) add(ref fhirReference, resource any) {
	if !b.seen[ref.Reference] {
		b.seen[ref.Reference] = true
		b.out.Entry = append(b.out.Entry, fhirEntry{ref.Reference, resource})
	}
}

func (b *bundle) write(w io.Writer) error {
	b.release()
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(b.out); err != nil {
		return fmt.Errorf("write FHIR: %w", err)
	}
	return nil
}

func (b *bundle) patient(person rooms.PersonID) fhirReference {
	head, ref := b.head("Patient", string(person))
	resource := fhirPerson{fhirHead: head, Identifier: []fhirIdentifier{{"urn:vesper:person", string(person)}}}
	if legal := b.people[person].Legal; b.cover.Names && legal != "" {
		resource.Name = []fhirName{{legal}}
	}
	b.add(ref, resource)
	return ref
}

func (b *bundle) practitioner(person rooms.PersonID, name, credential string) fhirReference {
	head, ref := b.head("Practitioner", string(person))
	resource := fhirPerson{fhirHead: head, Identifier: []fhirIdentifier{{"urn:vesper:person", string(person)}}}
	if name == "" {
		name, credential = b.people[person].Legal, b.people[person].Credential
	}
	if name != "" {
		resource.Name = []fhirName{{name}}
	}
	if credential != "" {
		resource.Qualification = []fhirQualification{{fhirConcept{Text: credential}}}
	}
	b.add(ref, resource)
	return ref
}

// session adds what a session's rows say.
func (b *bundle) session(s Session) {
	var staff, patients, encounters []fhirReference
	for _, r := range s.Rows {
		if r.Role.Staff() && r.Seconds > 0 {
			staff = append(staff, b.practitioner(r.Person, "", ""))
		}
	}
	for _, r := range s.Rows {
		if !week.Counts(r) {
			continue
		}
		patient := b.patient(week.Whose(r))
		patients = append(patients, patient)
		appointment := b.appointment(s, r, patient, staff)
		target := appointment
		if r.Seconds > 0 {
			target = b.encounter(s, r, patient, appointment, staff)
			encounters = append(encounters, target)
		}
		b.corrections(r, target)
	}
	b.group(s, patients)
	if s.Signature != nil && len(encounters) > 0 {
		head, ref := b.head("Provenance", string(s.Plan.Session), "signed")
		b.add(ref, fhirProvenance{
			fhirHead: head, Target: encounters, Recorded: instant(s.Signature.At), Activity: concept(completion, "LA", "legally authenticated"),
			Agent: []fhirAgent{{concept(participant, "attester", "Attester"), b.practitioner(s.Signature.Person, s.Signature.Name, s.Signature.Credential)}},
		})
	}
}

func (b *bundle) group(s Session, patients []fhirReference) {
	head, ref := b.head("Group", string(s.Plan.Session))
	group := fhirGroup{
		fhirHead: head, Identifier: []fhirIdentifier{{"urn:vesper:session", string(s.Plan.Session)}}, Type: "person", Actual: true, Name: s.Title,
	}
	for _, patient := range patients {
		if !slices.ContainsFunc(group.Member, func(m fhirMember) bool { return m.Entity == patient }) {
			group.Member = append(group.Member, fhirMember{patient})
		}
	}
	group.Quantity = len(group.Member)
	b.add(ref, group)
}

// appointed is the state of an appointment by how the row was judged.
var appointed = map[attendance.Status]string{
	attendance.Present: "fulfilled", attendance.Partial: "fulfilled", attendance.Absent: "noshow", attendance.NotAdmitted: "arrived",
	attendance.NotHeld: "cancelled", attendance.Excused: "cancelled", attendance.NotYet: "booked",
}

func (b *bundle) appointment(s Session, r attendance.Record, patient fhirReference, staff []fhirReference) fhirReference {
	head, ref := b.head("Appointment", string(r.Session), string(r.Person))
	state := appointed[r.Status]
	if !s.Final {
		state = "arrived"
		if r.FirstAtDoor.IsZero() {
			state = "booked"
		}
	}
	a := fhirAppointment{
		fhirHead: head, Status: state, Start: instant(s.Plan.Start), End: instant(s.Plan.End), MinutesDuration: int64(s.Plan.End.Sub(s.Plan.Start).Minutes()),
		Participant: []fhirParticipant{{patient, "accepted"}},
	}
	for _, who := range staff {
		a.Participant = append(a.Participant, fhirParticipant{who, "accepted"})
	}
	b.add(ref, a)
	return ref
}

func (b *bundle) encounter(s Session, r attendance.Record, patient, appointment fhirReference, staff []fhirReference) fhirReference {
	head, ref := b.head("Encounter", string(r.Session), string(r.Person))
	e := fhirEncounter{
		fhirHead: head, Identifier: []fhirIdentifier{{"urn:vesper:session", string(r.Session)}}, Status: "finished",
		Class: fhirCoding{actCode, "VR", "virtual"}, Subject: patient, Appointment: []fhirReference{appointment},
		Length: fhirDuration{r.Minutes, "min", ucum, "min"}, ServiceProvider: b.clinic,
	}
	if !s.Final {
		e.Status = "in-progress"
	}
	if s.Signature == nil {
		e.Meta = &fhirMeta{Tag: []fhirCoding{{"urn:vesper:state", "unsigned", "not signed"}}}
	}
	if len(r.Intervals) > 0 {
		e.Period = fhirPeriod{instant(r.Intervals[0].Start), instant(r.Intervals[len(r.Intervals)-1].End)}
	}
	for _, segment := range r.Segments {
		if segment.Seconds != nil && *segment.Seconds > 0 && !slices.ContainsFunc(e.Type, func(c fhirConcept) bool { return c.Text == kinds[segment.Kind] }) {
			e.Type = append(e.Type, fhirConcept{Text: kinds[segment.Kind]})
		}
	}
	for _, who := range staff {
		e.Participant = append(e.Participant, fhirAttendant{who})
	}
	b.encounters[string(r.Session)+"/"+string(week.Whose(r))] = ref
	b.add(ref, e)
	return ref
}

// corrections say who changed what the machine had measured.
func (b *bundle) corrections(r attendance.Record, target fhirReference) {
	for _, c := range r.Corrections {
		head, ref := b.head("Provenance", string(r.Session), string(r.Person), c.ID)
		p := fhirProvenance{
			fhirHead: head, Target: []fhirReference{target}, Recorded: instant(c.At), Activity: concept(dataOperation, "UPDATE", "revise"),
			Reason: []fhirConcept{{Text: "Corrected by staff: " + c.What}},
			Agent:  []fhirAgent{{concept(participant, "author", "Author"), b.practitioner(c.Actor, "", "")}},
		}
		if r.Machine != nil {
			p.Entity = []fhirEntity{{"revision", fhirReference{Display: fmt.Sprintf("The machine measured %d min, %s.", r.Machine.Minutes, r.Machine.Status)}}}
		}
		b.add(ref, p)
	}
}

// paperwork adds consents and answers of people who are in the bundle.
func (b *bundle) paperwork(consents []Consent, answers []Answer) {
	for _, c := range consents {
		head, ref := b.head("Consent", string(c.Person), instant(c.At))
		b.add(ref, fhirConsent{
			fhirHead: head, Status: "active", Scope: concept(consentScope, "treatment", "Treatment"),
			Category: []fhirConcept{{Text: "Consent to telehealth"}}, Patient: b.patient(c.Person), DateTime: instant(c.At),
			PolicyRule: fhirConcept{Text: fmt.Sprintf("The clinic's text, version %d, SHA-256 %s", c.Version, c.TextHash)},
		})
	}
	responses := map[string]*fhirResponse{}
	var order []fhirReference
	for _, a := range answers {
		head, ref := b.head("QuestionnaireResponse", string(a.Session), string(a.Person), a.Moment)
		r := responses[ref.Reference]
		if r == nil {
			r = &fhirResponse{fhirHead: head, Status: "completed", Subject: b.patient(a.Person), Authored: instant(a.At)}
			if encounter, attended := b.encounters[string(a.Session)+"/"+string(a.Person)]; attended {
				r.Encounter = &encounter
			}
			responses[ref.Reference], order = r, append(order, ref)
		}
		item := fhirItem{LinkID: a.Scale, Text: a.Question}
		if a.Value != nil {
			item.Answer = []fhirAnswer{{*a.Value}}
		}
		r.Item = append(r.Item, item)
	}
	for _, ref := range order {
		b.add(ref, responses[ref.Reference])
	}
}

// release says for what and to whom the bundle was handed out.
func (b *bundle) release() {
	var targets []fhirReference
	for _, e := range b.out.Entry {
		if _, is := e.Resource.(fhirEncounter); is {
			targets = append(targets, fhirReference{Reference: e.FullURL})
		}
	}
	if len(targets) == 0 {
		targets = []fhirReference{b.clinic}
	}
	head, ref := b.head("Provenance", b.out.ID, "release")
	b.add(ref, fhirProvenance{
		fhirHead: head, Target: targets, Recorded: instant(b.cover.At), Activity: fhirConcept{Text: "Handed out"},
		Reason: []fhirConcept{{Text: b.cover.Purpose}},
		Agent: []fhirAgent{
			{concept(participant, "custodian", "Custodian"), b.clinic},
			{concept(participation, "IRCP", "information recipient"), fhirReference{Display: b.cover.Recipient}},
		},
	})
}
