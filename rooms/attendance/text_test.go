package attendance

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anyValue draws a value of any type of a row, odd texts, no lists and times
// beyond the years of JSON among them.
func anyValue(t *rapid.T, v reflect.Value) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		if !rapid.Bool().Draw(t, "none") {
			v.Set(reflect.ValueOf(time.UnixMilli(rapid.Int64Range(-70_000_000_000_000, 300_000_000_000_000).Draw(t, "time")).UTC()))
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			anyValue(t, v.Field(i))
		}
	case reflect.Slice:
		if n := rapid.IntRange(-1, 2).Draw(t, "length"); n >= 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
		}
		for i := range v.Len() {
			anyValue(t, v.Index(i))
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "there") {
			v.Set(reflect.New(v.Type().Elem()))
			anyValue(t, v.Elem())
		}
	case reflect.String:
		v.SetString(rapid.SampledFrom([]string{"", "pat", "a b", `"`, `\`, "<b>", "&", "é", "\x00", "\x7f", "\xff", "\u2028"}).Draw(t, "text"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	default:
		v.SetInt(int64(rapid.Int32().Draw(t, "number")))
	}
}

// Rows are written as encoding/json writes them, whatever a Record holds.
func TestRowsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows []Record
		anyValue(t, reflect.ValueOf(&rows).Elem())
		got, ok := rowsText([]byte("x"), rows)
		want, err := json.Marshal(rows)
		if ok != (err == nil) || ok && string(got) != "x"+string(want) {
			t.Fatalf("%v: %s\n%v: %s", ok, got, err, want)
		}
	})
	rows := Compute(testPlan(), testRoster(), journal(worked), DefaultRules())
	want, err := json.Marshal(rows)
	if got, ok := rowsText(nil, rows); !ok || err != nil || string(got) != string(want) {
		t.Errorf("%v: %s\n%v: %s", ok, got, err, want)
	}
}
