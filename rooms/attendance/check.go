package attendance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"vesper/rooms"
)

// Difference is the first place where rows are not what the journal gives.
type Difference struct {
	Row    int            // index into the rows, from 0
	Person rooms.PersonID // whose row it should be; empty if there should be none
	Field  string         // as "minutes" or "segments[0].seconds"; empty for a whole row
	Got    string         // JSON as shown, or "nothing"
	Want   string         // JSON as computed, or "nothing"
}

func (d *Difference) Error() string {
	place := fmt.Sprintf("row %d", d.Row+1)
	if d.Person != "" {
		place += fmt.Sprintf(" (%s)", d.Person)
	}
	if d.Field != "" {
		place += ", " + d.Field
	}
	return fmt.Sprintf("%s: shown %s, computed %s", place, d.Got, d.Want)
}

const nothing = "nothing"

// CheckRows computes the rows again and compares them with those shown, a JSON
// array of Record, field by field in a fixed order. It returns nil if they are
// the same, a *Difference that names the first that is not, or another error
// for rows or rules that are no JSON of their kind. Rules and rows are read
// strictly: fields that Vesper does not know, repeated fields and other
// spellings are errors, because two readers could see two things in them.
//
// The roster of an evidence bundle has no names, and neither have its rows.
func CheckRows(plan rooms.Plan, roster rooms.Roster, rules json.RawMessage, journal []rooms.Event, rows json.RawMessage) error {
	var judged Rules
	if err := strict(rules, &judged); err != nil {
		return fmt.Errorf("read rules: %w", err)
	}
	if err := judged.Validate(); err != nil {
		return fmt.Errorf("read rules: %w", err)
	}
	var shown []json.RawMessage
	if err := json.Unmarshal(rows, &shown); err != nil {
		return fmt.Errorf("read rows: %w", err)
	}
	computed := Compute(plan, roster, journal, judged)
	for i := range max(len(shown), len(computed)) {
		if err := checkRow(i, shown, computed); err != nil {
			return err
		}
	}
	return nil
}

func checkRow(i int, shown []json.RawMessage, computed []Record) error {
	if i >= len(shown) {
		return &Difference{Row: i, Person: computed[i].Person, Got: nothing, Want: "a row"}
	}
	if i >= len(computed) {
		return &Difference{Row: i, Got: "a row", Want: nothing}
	}
	want, err := json.Marshal(computed[i])
	if err != nil {
		return fmt.Errorf("encode row %d: %w", i+1, err)
	}
	if got, err := compact(shown[i]); err == nil && bytes.Equal(got, want) {
		return nil
	}
	d := &Difference{Row: i, Person: computed[i].Person}
	if d.Field, d.Got, d.Want = firstDifference("", shown[i], want); d.Got == d.Want {
		return fmt.Errorf("read row %d (%s): a field is repeated, or written otherwise than Vesper writes it", i+1, d.Person)
	}
	return d
}

// strict decodes JSON that must read the same when it is encoded again.
func strict(data json.RawMessage, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	again, err := json.Marshal(into)
	if err != nil {
		return err
	}
	if same, err := compact(data); err != nil || !bytes.Equal(same, again) {
		return fmt.Errorf("want it as Vesper writes it: %s", again)
	}
	return nil
}

// compact is data without space, escaped as json.Marshal does.
func compact(data json.RawMessage) ([]byte, error) {
	return json.Marshal(data)
}

// firstDifference walks what is computed, in its order, and then what is shown
// beyond it. Got and want are equal if nothing differs.
func firstDifference(path string, got, want json.RawMessage) (field, g, w string) {
	gotParts, gotKind := parts(got)
	wantParts, wantKind := parts(want)
	if gotKind != wantKind || wantKind == 0 {
		return path, text(got), text(want)
	}
	for _, p := range wantParts {
		if field, g, w := firstDifference(join(path, p.name), find(gotParts, p.name), p.value); g != w {
			return field, g, w
		}
	}
	for _, p := range gotParts {
		if find(wantParts, p.name) == nil {
			return join(path, p.name), text(p.value), nothing
		}
	}
	return path, "", ""
}

func text(value json.RawMessage) string {
	if value == nil {
		return nothing
	}
	if short, err := compact(value); err == nil {
		return string(short)
	}
	return string(value)
}

func join(path, name string) string {
	return strings.TrimPrefix(path+name, ".")
}

// part is a field of an object or an element of an array; name is how it
// stands in a path.
type part struct {
	name  string
	value json.RawMessage
}

// parts splits an object or array; kind is its opening bracket, or 0.
func parts(value json.RawMessage) (all []part, kind json.Delim) {
	decoder := json.NewDecoder(bytes.NewReader(value))
	first, err := decoder.Token()
	kind, ok := first.(json.Delim)
	if err != nil || !ok {
		return nil, 0
	}
	for i := 0; decoder.More(); i++ {
		p := part{name: fmt.Sprintf("[%d]", i)}
		if kind == '{' {
			key, err := decoder.Token()
			if err != nil {
				return nil, 0
			}
			p.name = fmt.Sprintf(".%v", key)
		}
		if err := decoder.Decode(&p.value); err != nil {
			return nil, 0
		}
		all = append(all, p)
	}
	return all, kind
}

func find(all []part, name string) json.RawMessage {
	for _, p := range all {
		if p.name == name {
			return p.value
		}
	}
	return nil
}
