package attendance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"

	"vesper/rooms"
)

// DiffersError names the first value of rows that the journal does not give.
type DiffersError struct {
	Person rooms.PersonID // empty: the rows as a whole
	Field  string
	Stands string // in the rows, as JSON
	Should string // by the journal, as JSON
}

func (e *DiffersError) Error() string {
	if e.Person == "" {
		return fmt.Sprintf("rows: %s is %s, the journal gives %s", e.Field, e.Stands, e.Should)
	}
	return fmt.Sprintf("row of %s: %s is %s, the journal gives %s", e.Person, e.Field, e.Stands, e.Should)
}

// Recompute computes the rows of a session again and compares them with rows,
// JSON as an evidence bundle holds it: without names. The first value that is
// other is a *DiffersError. White space apart, the rows must also be written
// as Vesper writes them: a field that stands there twice could show one reader
// what another does not see. Only final rows can be compared; others differ.
func Recompute(plan rooms.Plan, roster rooms.Roster, journal []rooms.Event, rules Rules, rows []byte) error {
	records := Compute(plan, roster, journal, rules)
	for i := range records {
		records[i].DisplayName = ""
	}
	if standsAs(rows, records) {
		return nil
	}
	if asFirst(plan, roster, journal, rules, rows) {
		return nil
	}
	var stands []json.RawMessage
	if err := json.Unmarshal(rows, &stands); err != nil {
		return fmt.Errorf("read rows: %w", err)
	}
	if len(stands) != len(records) {
		return &DiffersError{Field: "their number", Stands: fmt.Sprint(len(stands)), Should: fmt.Sprint(len(records))}
	}
	for i, record := range records {
		if err := compareRow(record, stands[i]); err != nil {
			return err
		}
	}
	return nil
}

// texts are buffers for the text of rows.
var texts = sync.Pool{New: func() any { return new([]byte) }}

// standsAs reports whether the text of the records is rows, to the letter.
func standsAs(rows []byte, records []Record) bool {
	buffer := texts.Get().(*[]byte)
	defer texts.Put(buffer)
	text, ok := rowsText((*buffer)[:0], records)
	*buffer = text
	return ok && bytes.Equal(text, rows)
}

// asFirst reports whether the rows are those of the first release, whose flags
// said of family too that it was late. Bundles of then are read as ever.
func asFirst(plan rooms.Plan, roster rooms.Roster, journal []rooms.Event, rules Rules, rows []byte) bool {
	if !slices.ContainsFunc(roster, func(s rooms.Seat) bool { return s.Role == rooms.Collateral }) {
		return false
	}
	c := begin(plan, roster, journal, rules)
	c.first = true
	all, err := json.Marshal(WithoutNames(c.final()))
	text, bad := json.Marshal(json.RawMessage(rows))
	return err == nil && bad == nil && bytes.Equal(all, text)
}

// compareRow compares one row with its JSON.
func compareRow(record Record, row json.RawMessage) error {
	should, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("encode row: %w", err)
	}
	if text, err := json.Marshal(row); err == nil && bytes.Equal(text, should) {
		return nil
	}
	want, err := fields(should)
	if err != nil {
		return fmt.Errorf("encode row: %w", err)
	}
	got, err := fields(row)
	if err != nil {
		return fmt.Errorf("read row of %s: %w", record.Person, err)
	}
	if err := differs(got, want); err != nil {
		return err
	}
	return &DiffersError{Person: record.Person, Field: "its text", Stands: "written otherwise", Should: "the fields of a row, each once and in order"}
}

// fields reads an object and leaves numbers as they are written.
func fields(object []byte) (all map[string]any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(object))
	decoder.UseNumber()
	return all, decoder.Decode(&all)
}

// differs compares field by field in the order of their names.
func differs(stands, should map[string]any) error {
	names := slices.Sorted(maps.Keys(should))
	for _, name := range slices.Sorted(maps.Keys(stands)) {
		if _, known := should[name]; !known {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	person, _ := should["person"].(string)
	for _, field := range names {
		_, stood := stands[field]
		_, known := should[field]
		if stood != known || !reflect.DeepEqual(stands[field], should[field]) {
			a, _ := json.Marshal(stands[field])
			b, _ := json.Marshal(should[field])
			return &DiffersError{Person: rooms.PersonID(person), Field: field, Stands: string(a), Should: string(b)}
		}
	}
	return nil
}
