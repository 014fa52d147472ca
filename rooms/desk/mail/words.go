package mail

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // reminders name local times on machines without zones
	"unicode"

	"vesper/rooms/desk"
)

// words are the texts of one language. None says what kind of clinic it is,
// what the program is, or anything about the person: a mail is read on a lock
// screen, by family and by employers.
type words struct {
	invitation, update, cancellation, reminder, standIn message
	greeting, alone, once, dates, have, mistake         string
	when                                                string // of a time, a weekday, a day, a month, a zone
	days                                                [7]string
	months                                              [12]string
}

// message is the subject, of a title, and the first sentence. A title is any
// words that a clinic chose, so that it is part of no sentence.
type message struct{ subject, first string }

var languages = map[string]words{
	"en": {
		invitation:   message{"%s: your personal link", "Here is your personal link:"},
		update:       message{"%s: changed dates", "Your dates have changed. The attached calendar has them as they are now. Your personal link stays the same."},
		cancellation: message{"%s: dates cancelled", "One or more dates in your calendar are no longer yours. The attached calendar takes them out."},
		reminder:     message{"%s: reminder", "This is a reminder of your next date."},
		standIn:      message{"%s: one evening", "You are expected for one evening, in place of a colleague. Here is your link for it:"},
		greeting:     "Hello,",
		alone:        "The link is yours alone, so please do not pass it on. It works every time, on a phone or on a computer, and it replaces any link that you had before.",
		once:         "The link is yours alone, so please do not pass it on. It works for this evening, on a phone or on a computer.",
		dates:        "The attached calendar has the dates.",
		have:         "Please use the personal link that you have. If you can't find it, ask for a new one.",
		mistake:      "This mailbox is not read. If you have questions, or this mail is not for you, please contact the office that you know.",
		when:         "It begins on %[2]s, %[4]s %[3]d, at %[1]s (%[5]s).",
		days:         [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		months: [12]string{
			"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
		},
	},
	"es": {
		invitation:   message{"%s: su enlace personal", "Este es su enlace personal:"},
		update:       message{"%s: cambio de fechas", "Sus fechas han cambiado. El calendario adjunto las muestra como son ahora. Su enlace personal sigue siendo el mismo."},
		cancellation: message{"%s: fechas canceladas", "Una o más fechas de su calendario ya no son suyas. El calendario adjunto las quita."},
		reminder:     message{"%s: recordatorio", "Este es un recordatorio de su próxima fecha."},
		standIn:      message{"%s: una velada", "Se le espera en una velada, en lugar de una persona de su equipo. Este es su enlace:"},
		greeting:     "Hola:",
		alone:        "El enlace es solo para usted; por favor, no lo comparta. Funciona siempre, en un teléfono o en una computadora, y reemplaza cualquier enlace anterior.",
		once:         "El enlace es solo para usted; por favor, no lo comparta. Sirve para esa velada, en un teléfono o en una computadora.",
		dates:        "El calendario adjunto tiene las fechas.",
		have:         "Use el enlace personal que ya tiene. Si no lo encuentra, pida uno nuevo.",
		mistake:      "Nadie lee este buzón. Si tiene preguntas, o si este correo no es para usted, comuníquese con la oficina que ya conoce.",
		when:         "Empieza el %[2]s %[3]d de %[4]s a las %[1]s (%[5]s).",
		days:         [7]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
		months: [12]string{
			"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
		},
	},
}

// Topics of mails.
const (
	Invitation   = "invitation"
	Update       = "update"
	Cancellation = "cancellation"
	Reminder     = "reminder"
	StandIn      = "stand_in"
	Checkpoint   = "checkpoint"
)

// text is the subject and the body of a letter; ok is false for a topic that
// is none.
func text(topic string, m desk.Mail) (subject, body string, ok bool) {
	w, known := languages[m.Language]
	if !known {
		w = languages["en"]
	}
	title := clean(m.Title)
	if title == "" {
		title = "Vesper"
	}
	var what message
	var parts []string
	switch topic {
	case Invitation:
		what, parts = w.invitation, []string{m.URL, w.alone}
		if m.Calendar != "" {
			parts = append(parts, w.dates)
		}
	case Update:
		what = w.update
	case Cancellation:
		what = w.cancellation
	case Reminder:
		what, parts = w.reminder, []string{w.at(m.Start, m.Zone), w.have}
	case StandIn:
		what, parts = w.standIn, []string{m.URL, w.at(m.Start, m.Zone), w.once}
	case Checkpoint:
		return title + ": checkpoint", "The attached text is today's signed checkpoint of the records. Keep it where the server can't reach it.\n", true
	default:
		return "", "", false
	}
	parts = append([]string{w.greeting, what.first}, parts...)
	return fmt.Sprintf(what.subject, title), strings.Join(append(parts, w.mistake), "\n\n") + "\n", true
}

// at is the sentence that names a time by the clocks of its zone.
func (w words) at(t time.Time, zone string) string {
	if place, err := time.LoadLocation(zone); err == nil {
		t = t.In(place)
	}
	clock := t.Format("15:04")
	if w.greeting == languages["en"].greeting {
		clock = t.Format("3:04 PM")
	}
	return fmt.Sprintf(w.when, clock, w.days[t.Weekday()], t.Day(), w.months[t.Month()-1], t.Format("MST"))
}

// maxTitle is how many letters of a title a mail shows.
const maxTitle = 80

// maxMarks is how many accents may stand on one letter.
const maxMarks = 3

// clean makes one line of a title: nothing in it becomes a header, turns the
// reading round, is unseen, or reads as an encoded word (RFC 2047).
func clean(s string) string {
	var line []rune
	marks, space := 0, false
	for _, r := range strings.ReplaceAll(unseen(s), "=?", "= ?") {
		if unicode.IsSpace(r) || r == 0xfffd {
			space = true
			continue
		}
		if unicode.Is(unicode.M, r) {
			marks++
		} else {
			marks = 0
		}
		if marks > maxMarks {
			continue
		}
		if space && len(line) > 0 {
			line = append(line, ' ')
		}
		space, line = false, append(line, r)
	}
	return strings.TrimSpace(string(line[:min(len(line), maxTitle)]))
}

// unseen takes out what has no shape: controls become spaces, and formats such
// as zero-width letters and marks of direction go.
func unseen(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return ' '
		case unicode.Is(unicode.C, r):
			return -1
		}
		return r
	}, s)
}
