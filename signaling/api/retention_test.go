package api

import (
	"testing"

	"vesper/rooms/records"
)

// Sessions are kept for six years unless the clinic wants more; a change is
// written down, and less than that is refused.
func TestRetention(t *testing.T) {
	o := newOffice(t)
	admin := o.admin()
	got := ask[KeptFor](o, "GET", "/retention", admin, nil)
	if got.Years != 6 || got.Least != 6 || got.Before != o.now.AddDate(-6, 0, 0).Format("2006-01-02") {
		t.Errorf("a new clinic: %+v", got)
	}
	if got = ask[KeptFor](o, "PUT", "/retention", admin, Retention{Years: 10}); got.Years != 10 {
		t.Errorf("set: %+v", got)
	}
	for _, years := range []int{5, 0, 101} {
		status, refused := o.call("PUT", "/api/v1/retention", admin, Retention{Years: years})
		o.want(422, "invalid", status, refused)
		if fields(refused) != "years" {
			t.Errorf("%d years: %v", years, refused)
		}
	}
	clinic, err := o.records.Clinic(t.Context(), o.clinic["harbor"])
	o.check(err)
	last := o.entries("harbor")[0]
	if clinic.RetentionYears != 10 || last.Action != "clinic.retention" || last.Object != "10" {
		t.Errorf("keeps %d years; the last entry is %+v", clinic.RetentionYears, last)
	}
	other, err := o.records.Clinic(t.Context(), o.clinic["mesa"])
	o.check(err)
	if other.RetentionYears != records.DefaultRetention {
		t.Errorf("another clinic keeps %d years", other.RetentionYears)
	}
}
