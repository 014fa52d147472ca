package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vesper/auth"
	"vesper/rooms/records"
)

// An IT person checks the audit log on the machine, takes it along with a
// checkpoint, and finds elsewhere what was done to it.
func TestVerifyAudit(t *testing.T) {
	dir := t.TempDir()
	clinic := oldSession(t, dir)
	t.Setenv("VESPER_DATA", dir)
	keys := got(auth.OpenKeys(filepath.Join(dir, "keys")))(t)
	with := func(do func(r *records.Records)) {
		r := got(records.Open(t.Context(), records.Options{Dir: dir, Sealer: keys.Seal(), Fields: keys.Fields()}))(t)
		do(r)
		fine(t, r.Close())
	}
	note := filepath.Join(t.TempDir(), "checkpoint.txt")
	with(func(r *records.Records) {
		for i := range 4 {
			fine(t, r.Audit(t.Context(), records.AuditEntry{Clinic: clinic, Actor: "p", ActorKind: "staff", Action: "door.read", Object: fmt.Sprint(i)}))
		}
		fine(t, os.WriteFile(note, []byte(got(r.MakeCheckpoint(t.Context(), clinic))(t).Note), 0o600))
	})
	said, err := says(t, "admin", "audit", "verify", "--checkpoint", note)
	if err != nil || !strings.Contains(said, string(clinic)+": 4 audit entries, an unbroken chain; 0 purged") || !strings.Contains(said, "covers the first 4") {
		t.Errorf("%q, %v", said, err)
	}
	log := got(says(t, "admin", "audit", "export", "--clinic", string(clinic)))(t) // itself the fifth entry
	seal := filepath.Join(t.TempDir(), "seal.pem")
	fine(t, os.WriteFile(seal, []byte(got(says(t, "admin", "key"))(t)), 0o600))
	check := func(text string, args ...string) (string, error) {
		file := filepath.Join(t.TempDir(), "audit.jsonl")
		fine(t, os.WriteFile(file, []byte(text), 0o600))
		return says(t, append([]string{"verify", file}, args...)...)
	}
	if said, err := check(log, "--key", seal, "--checkpoint", note); err != nil || !strings.Contains(said, "5 entries, an unbroken chain") || !strings.Contains(said, "signed by the given key") {
		t.Errorf("%q, %v", said, err)
	}
	if said, err := check(log); err != nil || !strings.Contains(said, "No checkpoint was given") {
		t.Errorf("%q, %v", said, err)
	}
	lines := strings.SplitAfter(log, "\n") // the head, five entries, nothing
	join := func(parts ...[]string) (text string) {
		for _, part := range parts {
			text += strings.Join(part, "")
		}
		return text
	}
	head3 := strings.Replace(lines[0], `"entries":5`, `"entries":3`, 1)
	for name, c := range map[string]struct{ text, place string }{
		"edit":          {strings.Replace(log, `"object":"2"`, `"object":"9"`, 1), "audit entry 3: it is not what was written"},
		"delete":        {join(lines[:3], lines[4:]), "audit entry 3: it is missing, 4 follows"},
		"reorder":       {join(lines[:2], lines[3:4], lines[2:3], lines[4:]), "audit entry 2: it is missing"},
		"add":           {join(lines[:3], lines[2:3], lines[3:]), "audit entry 3: 2 stands in its place"},
		"cut":           {join(lines[:4]), "audit log: it was cut"},
		"cut with head": {head3 + join(lines[1:4]), "audit log: it was cut: the checkpoint of "},
		"half a line":   {log[:len(log)-40], "audit entry 5: it can't be read"},
		"its end":       {join(lines[:5]), "audit log: the file holds 4 entries"},
	} {
		said, err := check(c.text, "--checkpoint", note)
		if err == nil || !strings.Contains(said, "BROKEN: "+c.place) {
			t.Errorf("%s: %q, %v; want %q", name, said, err, c.place)
		}
	}
	// On the machine: cut past the triggers, and the kept checkpoint too.
	unguardFile(t, dir)
	edit(t, dir, "DELETE FROM audit WHERE n > 2", "DELETE FROM checkpoints")
	if said, err := says(t, "admin", "audit", "verify", "--checkpoint", note); err == nil || !strings.Contains(said, "BROKEN: "+string(clinic)+": audit log: it was cut") {
		t.Errorf("%q, %v", said, err)
	}
}
