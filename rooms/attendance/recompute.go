package attendance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

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
// JSON as an evidence bundle holds it: without names. A journal that has not
// ended is computed as of the latest moment that its rows could know, so only
// final rows can be compared: others are a *DiffersError too.
func Recompute(plan rooms.Plan, roster rooms.Roster, journal []rooms.Event, rules Rules, rows []byte) error {
	should, err := asMaps(WithoutNames(Compute(plan, roster, journal, rules)))
	if err != nil {
		return err
	}
	var stands []map[string]any
	decoder := json.NewDecoder(bytes.NewReader(rows))
	decoder.UseNumber()
	if err := decoder.Decode(&stands); err != nil {
		return fmt.Errorf("read rows: %w", err)
	}
	if len(stands) != len(should) {
		return &DiffersError{Field: "their number", Stands: fmt.Sprint(len(stands)), Should: fmt.Sprint(len(should))}
	}
	for i := range should {
		if err := differs(stands[i], should[i]); err != nil {
			return err
		}
	}
	return nil
}

// asMaps is the records as JSON reads them back.
func asMaps(records []Record) (maps []map[string]any, err error) {
	data, err := json.Marshal(records)
	if err != nil {
		return nil, fmt.Errorf("encode rows: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	return maps, decoder.Decode(&maps)
}

func differs(stands, should map[string]any) error {
	fields := make([]string, 0, len(should))
	for field := range should {
		fields = append(fields, field)
	}
	for field := range stands {
		if _, known := should[field]; !known {
			fields = append(fields, field)
		}
	}
	slices.Sort(fields)
	person, _ := should["person"].(string)
	for _, field := range fields {
		if !reflect.DeepEqual(stands[field], should[field]) {
			a, _ := json.Marshal(stands[field])
			b, _ := json.Marshal(should[field])
			return &DiffersError{Person: rooms.PersonID(person), Field: field, Stands: string(a), Should: string(b)}
		}
	}
	return nil
}
