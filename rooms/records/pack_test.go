package records

import (
	"reflect"
	"testing"
	"time"

	"vesper/rooms/attendance"
)

// fill gives every field of a value something of its own, two of each list.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n**n**n) * int64(1-*n%2*2))
	case reflect.String:
		v.SetString(string(rune('a'+*n%26)) + "\x00é")
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Struct:
		if v.Type() == timeType {
			v.Set(reflect.ValueOf(evening.Add(time.Duration(*n) * 1234567891)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	}
}

// Rows come back whole, whatever is in them, and none from half a text.
func TestPack(t *testing.T) {
	full, n := make([]attendance.Record, 1), 0
	fill(reflect.ValueOf(&full[0]).Elem(), &n)
	for _, want := range [][]attendance.Record{nil, {}, {{}}, full, append(full, attendance.Record{Flags: []attendance.Flag{}, Minutes: -1 << 63})} {
		text := must[string](t)(pack(want))
		if got := must[[]attendance.Record](t)(unpack[[]attendance.Record](text)); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		for cut := range len(text) {
			if got, err := unpack[[]attendance.Record](text[:cut]); err == nil && len(want) > 0 {
				t.Errorf("%d of %d bytes read as %+v", cut, len(text), got)
			}
		}
	}
	for _, odd := range []any{1.5, map[string]int{}, struct{ A any }{}} {
		if _, err := pack(odd); err == nil {
			t.Errorf("%T is packed", odd)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	full, n := make([]attendance.Record, 1), 0
	fill(reflect.ValueOf(&full[0]).Elem(), &n)
	text, err := pack(full)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{text, "", "AA", "/////////////w", "gICAgICAgICAAQ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if rows, err := unpack[[]attendance.Record](text); err == nil {
			again, err := unpack[[]attendance.Record](must[string](t)(pack(rows)))
			if err != nil || !reflect.DeepEqual(again, rows) {
				t.Errorf("%v: %+v, want %+v", err, again, rows)
			}
		}
	})
}
