package records

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"vesper/auth"
)

// A database that comes back without its keys is refused, and opens again
// once they are there.
func TestForeignKeysAreRefused(t *testing.T) {
	dir := t.TempDir()
	open := func(keys *auth.Keys) error {
		r, err := Open(t.Context(), Options{Dir: dir, Sealer: keys.Seal(), Fields: keys.Fields(), Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			return err
		}
		if len(must[[]Clinic](t)(r.Clinics(t.Context()))) == 0 {
			must[Clinic](t)(r.CreateClinic(t.Context(), Clinic{Name: "Harbor", Zone: "UTC"}))
		}
		return r.Close()
	}
	own, other := must[*auth.Keys](t)(auth.NewKeys()), must[*auth.Keys](t)(auth.NewKeys())
	for _, c := range []struct {
		keys *auth.Keys
		want error
	}{{own, nil}, {other, ErrKeys}, {own, nil}} {
		if err := open(c.keys); !errors.Is(err, c.want) {
			t.Fatalf("got %v, want %v", err, c.want)
		}
	}
	if _, err := own.RotateFields(time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := open(own); err != nil {
		t.Errorf("after a rotation: %v", err)
	}
}
