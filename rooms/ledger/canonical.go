package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"vesper/rooms"
)

// canonical is the one encoding of an event: JSON with these fields in this
// order, whole milliseconds since 1970 UTC, empty fields left out, no spaces.
// What is hashed is this text, byte for byte.
type canonical struct {
	Epoch   uint64          `json:"epoch"`
	Node    rooms.NodeID    `json:"node"`
	N       uint64          `json:"n"`
	At      int64           `json:"at_ms"`
	Mono    int64           `json:"mono_ns"`
	Kind    rooms.EventKind `json:"kind"`
	Person  rooms.PersonID  `json:"person,omitempty"`
	Actor   rooms.PersonID  `json:"actor,omitempty"`
	Conn    uint64          `json:"conn,omitempty"`
	Since   *int64          `json:"since_ms,omitempty"`
	Segment int             `json:"segment,omitempty"`
	Reason  string          `json:"reason,omitempty"`
	Step    int64           `json:"step_ms,omitempty"`
	Until   *int64          `json:"until_ms,omitempty"`
	With    rooms.PersonID  `json:"with,omitempty"`
	Ref     *reference      `json:"ref,omitempty"`
	Note    string          `json:"note,omitempty"`
}

// reference is an entry's identity.
type reference struct {
	Epoch uint64       `json:"epoch"`
	Node  rooms.NodeID `json:"node"`
	N     uint64       `json:"n"`
}

// Canonical encodes an event. Times are cut to whole milliseconds.
func Canonical(e rooms.Event) string {
	c := canonical{
		Epoch: e.ID.Epoch, Node: e.ID.Node, N: e.ID.N, At: e.At.UnixMilli(), Mono: int64(e.Mono), Kind: e.Kind,
		Person: e.Person, Actor: e.Actor, Conn: e.Conn, Segment: e.Segment, Reason: e.Reason, Step: e.StepMS,
		Since: milli(e.Since), Until: milli(e.Until), With: e.With, Note: e.Note,
	}
	if e.Ref != (rooms.EventID{}) {
		c.Ref = &reference{e.Ref.Epoch, e.Ref.Node, e.Ref.N}
	}
	data, err := json.Marshal(c)
	if err != nil {
		panic("ledger: a struct of strings and numbers does not encode: " + err.Error())
	}
	return string(data)
}

// Decode reads a canonical text. A text that Canonical would not have written
// is refused, so that one event has one text.
func Decode(text string) (e rooms.Event, err error) {
	err = decodeInto(&e, text)
	return e, err
}

// decodeInto is Decode to where the event will stand.
func decodeInto(e *rooms.Event, text string) (err error) {
	if quickDecode(e, text) {
		return nil
	}
	*e, err = decode(text)
	return err
}

// decode is Decode by the general reader.
func decode(text string) (rooms.Event, error) {
	var c canonical
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return rooms.Event{}, fmt.Errorf("decode event: %w", err)
	}
	e := rooms.Event{
		ID: rooms.EventID{Epoch: c.Epoch, Node: c.Node, N: c.N}, At: time.UnixMilli(c.At).UTC(), Mono: time.Duration(c.Mono), Kind: c.Kind,
		Person: c.Person, Actor: c.Actor, Conn: c.Conn, Segment: c.Segment, Reason: c.Reason, StepMS: c.Step,
		With: c.With, Note: c.Note,
	}
	e.Since, e.Until = moment(c.Since), moment(c.Until)
	if c.Ref != nil {
		e.Ref = rooms.EventID{Epoch: c.Ref.Epoch, Node: c.Ref.Node, N: c.Ref.N}
	}
	if Canonical(e) != text {
		return rooms.Event{}, fmt.Errorf("decode event: the text is not canonical")
	}
	return e, nil
}

// milli is a time as canonical has it: nil for none.
func milli(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	ms := t.UnixMilli()
	return &ms
}

func moment(ms *int64) time.Time {
	if ms == nil {
		return time.Time{}
	}
	return time.UnixMilli(*ms).UTC()
}
