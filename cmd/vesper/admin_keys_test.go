package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vesper/auth"
	"vesper/rooms/records"
)

// After a rotation the older key may go, and everything still opens.
func TestKeysRotate(t *testing.T) {
	dir := t.TempDir()
	clinic := oldSession(t, dir)
	t.Setenv("VESPER_DATA", dir)
	folder := filepath.Join(dir, "keys")
	open := func() *records.Records {
		keys := got(auth.OpenKeys(folder))(t)
		return got(records.Open(t.Context(), records.Options{Dir: dir, Sealer: keys.Seal(), Fields: keys.Fields()}))(t)
	}
	r := open()
	person := got(r.CreatePerson(t.Context(), records.Person{Clinic: clinic, Kind: records.ClientPerson, LegalName: "Ana", DisplayName: "Ana", Phone: "555-0100"}))(t)
	if _, err := says(t, "admin", "keys", "rotate"); err == nil || !strings.Contains(err.Error(), "stop it first") {
		t.Errorf("beside a server: %v", err)
	}
	fine(t, r.Close())
	older := got(filepath.Glob(filepath.Join(folder, "fields-*.key")))(t)
	said, err := says(t, "admin", "keys", "rotate")
	if err != nil || len(older) != 1 || !strings.Contains(said, "2 of 2 rows") || !strings.Contains(said, "keys/"+filepath.Base(older[0])+" is not needed by these records any more") {
		t.Fatalf("%q, %v", said, err)
	}
	fine(t, os.Remove(older[0]))
	r = open()
	if found := got(r.Person(t.Context(), clinic, person.ID))(t); found.Phone != "555-0100" {
		t.Errorf("got %q", found.Phone)
	}
	fine(t, r.Close())
}
