package mail

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // reminders name local times on machines without zones

	"vesper/rooms/desk"
)

// words are the texts of one language. None says what kind of clinic it is,
// what the program is, or anything about the person: a mail is read on a lock
// screen, by family and by employers.
type words struct {
	invitation, update, cancellation, reminder message
	greeting, alone, dates, mistake            string
	when                                       string // of a time, a weekday, a day, a month, a zone
	days                                       [7]string
	months                                     [12]string
}

// message is the subject and the first sentence, of a title.
type message struct{ subject, first string }

var languages = map[string]words{
	"en": {
		invitation:   message{"%s: your personal link", "Here is your personal link for %s:"},
		update:       message{"%s: changed dates", "The dates of %s have changed. The attached calendar has them as they are now. Your personal link stays the same."},
		cancellation: message{"%s: dates cancelled", "The dates of %s in your calendar no longer apply to you."},
		reminder:     message{"%s: reminder", "This is a reminder of %s."},
		greeting:     "Hello,",
		alone:        "The link is yours alone, so please do not pass it on. It works every time, on a phone or on a computer, and it replaces any link that you had before.",
		dates:        "The dates are in the attached calendar.",
		mistake:      "This mailbox is not read. If you have questions, or this mail is not for you, please contact the office that you know.",
		when:         "It begins on %[2]s, %[4]s %[3]d, at %[1]s (%[5]s). Please use the personal link that you have; if you can't find it, ask for a new one.",
		days:         [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		months: [12]string{
			"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
		},
	},
	"es": {
		invitation:   message{"%s: su enlace personal", "Este es su enlace personal para %s:"},
		update:       message{"%s: cambio de fechas", "Las fechas de %s han cambiado. El calendario adjunto las muestra como son ahora. Su enlace personal sigue siendo el mismo."},
		cancellation: message{"%s: fechas canceladas", "Las fechas de %s en su calendario ya no son para usted."},
		reminder:     message{"%s: recordatorio", "Este es un recordatorio de %s."},
		greeting:     "Hola:",
		alone:        "El enlace es solo para usted; por favor, no lo comparta. Funciona siempre, en un teléfono o en una computadora, y reemplaza cualquier enlace anterior.",
		dates:        "Las fechas están en el calendario adjunto.",
		mistake:      "Nadie lee este buzón. Si tiene preguntas, o si este correo no es para usted, comuníquese con la oficina que ya conoce.",
		when:         "Empieza el %[2]s %[3]d de %[4]s a las %[1]s (%[5]s). Use el enlace personal que ya tiene; si no lo encuentra, pida uno nuevo.",
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
		what, parts = w.reminder, []string{w.at(m.Start, m.Zone)}
	case Checkpoint:
		return title + ": checkpoint", "The attached text is today's signed checkpoint of the records. Keep it where the server can't reach it.\n", true
	default:
		return "", "", false
	}
	parts = append([]string{w.greeting, fmt.Sprintf(what.first, title)}, parts...)
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

// clean makes one line of a title, so that nothing in it becomes a header.
func clean(s string) string {
	line := []rune(strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 }), " "))
	return string(line[:min(len(line), maxTitle)])
}
