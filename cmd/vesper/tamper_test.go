package main

import (
	"crypto/ed25519"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/ledger"
)

// tampering is a way to change what is kept, by whoever holds the database
// file, and the place that verifying must name. In statements and places $0 to
// $3 stand for the sessions, $fac, $ann, $carl, $eve for the people.
type tampering struct{ name, place, sql string }

// of returns a statement that changes one session's rows of a table.
func of(table, session, change, where string) string {
	if where != "" {
		where = " AND " + where
	}
	return fmt.Sprintf("UPDATE %s SET %s WHERE session = '%s'%s", table, change, session, where)
}

// restore puts a table of a backup into the place of the present one.
func restore(backup string, tables ...string) string {
	statements := []string{"ATTACH '" + backup + "' AS old"}
	for _, table := range tables {
		statements = append(statements, "DELETE FROM main."+table, fmt.Sprintf("INSERT INTO main.%[1]s SELECT * FROM old.%[1]s", table))
	}
	return strings.Join(append(statements, "DETACH old"), ";")
}

// The first session has 16 machine entries, sealed by seal 1; three of the
// review and the signature, 17 to 20, by seal 2; two addenda by seals 3 and 4.
var journalTamperings = []tampering{
	{"a time", "session $0: entry 3:", of("journal", "$0", `event = replace(event, '"at_ms":1', '"at_ms":2')`, "n = 3")},
	{"the first entry's time", "session $0: entry 1:", of("journal", "$0", `event = replace(event, '"at_ms":1', '"at_ms":2')`, "n = 1")},
	{"who", "session $0: entry 7:", of("journal", "$0", `event = replace(event, '$ann', '$eve')`, "n = 7")},
	{"who everywhere", "session $0: entry 6:", of("journal", "$0", `event = replace(event, '$ann', '$eve')`, "")},
	{"what", "session $0: entry 15:", of("journal", "$0", `event = replace(event, '"left"', '"hand_raised"')`, "n = 15")},
	{"who let somebody in", "session $0: entry 9:", of("journal", "$0", `event = replace(event, '"actor":"$fac"', '"actor":"$eve"')`, "n = 9")},
	{"where somebody was", "session $0: entry 2:", of("journal", "$0", `event = replace(event, '"home"', '"elsewhere"')`, "n = 2")},
	{"an outcome", "session $0: entry 17:", of("journal", "$0", `event = replace(event, '"reached"', '"excused"')`, "n = 17")},
	{"a correction turned round", "session $0: entry 18:", of("journal", "$0", `event = replace(event, '"present"', '"not_present"')`, "n = 18")},
	{"a correction made longer", "session $0: entry 18:", of("journal", "$0", `event = replace(event, '"until_ms":17', '"until_ms":18')`, "n = 18")},
	{"whose device", "session $0: entry 19:", of("journal", "$0", `event = replace(event, '"with":"$ann"', '"with":"$fac"')`, "n = 19")},
	{"who signed", "session $0: entry 20:", of("journal", "$0", `event = replace(event, '"actor":"$fac"', '"actor":"$ann"')`, "n = 20")},
	{"the hash of a reason", "session $0: entry 18:", of("journal", "$0", `event = replace(event, '"note":"', '"note":"0')`, "n = 18")},
	{"a hash", "session $0: entry 5:", of("journal", "$0", "hash = prev", "n = 5")},
	{"what an entry stands behind", "session $0: entry 5:", of("journal", "$0", "prev = hash", "n = 5")},
	{"a text that is not canonical", "session $0: entry 4:", of("journal", "$0", "event = event || ' '", "n = 4")},
	{"two entries swapped", "session $0: entry 5:", of("journal", "$0", "n = CASE n WHEN 5 THEN 106 ELSE 105 END", "n IN (5, 6)") + ";" + of("journal", "$0", "n = n - 100", "n > 100")},
	{"the first entry deleted", "session $0: entry 1:", "DELETE FROM journal WHERE session = '$0' AND n = 1"},
	{"a middle entry deleted", "session $0: entry 8:", "DELETE FROM journal WHERE session = '$0' AND n = 8"},
	{"a middle entry deleted, the rest moved up", "session $0: entry 8:", "DELETE FROM journal WHERE session = '$0' AND n = 8;" + of("journal", "$0", "n = -(n - 1)", "n > 8") + ";" + of("journal", "$0", "n = -n", "n < 0")},
	{"the end deleted", "session $2: seal 1:", "DELETE FROM journal WHERE session = '$2' AND n = 16"},
	{"a correction deleted", "session $0: entry 18:", "DELETE FROM journal WHERE session = '$0' AND n = 18"},
	{"the last addendum deleted", "session $0: seal 4:", "DELETE FROM journal WHERE session = '$0' AND n = 22"},
	{"the signature deleted", "session $0: entry 20:", "DELETE FROM journal WHERE session = '$0' AND n = 20"},
	{"all entries deleted", "session $0: seal 1:", "DELETE FROM journal WHERE session = '$0'"},
	{"entries given to another session", "session $0: seal 1:", "DELETE FROM journal WHERE session = '$3';" + of("journal", "$0", "session = '$3'", "")},
	{"another session's entries", "session $1: entry 1:", "DELETE FROM journal WHERE session = '$1';INSERT INTO journal (session, n, epoch, node, event_n, event, prev, hash, clinic) SELECT '$1', n, epoch, node, event_n, event, prev, hash, clinic FROM journal WHERE session = '$0'"},
	{"entries given to another clinic", "session $0: seal 1:", of("journal", "$0", "clinic = 'other'", "")},
}

var sealTamperings = []tampering{
	{"a seal's count", "session $0: seal 1:", of("seals", "$0", `seal = replace(seal, 'count\":16', 'count\":14')`, "n = 1")},
	{"a seal's time", "session $0: seal 1:", of("seals", "$0", `seal = replace(seal, 'at_ms\":1', 'at_ms\":2')`, "n = 1")},
	{"a seal's kind", "session $0: seal 2:", of("seals", "$0", `seal = replace(seal, 'signoff', 'machine')`, "n = 2")},
	{"a seal's signer", "session $0: seal 2:", of("seals", "$0", `seal = replace(seal, 'signer\":\"$fac', 'signer\":\"$ann')`, "n = 2")},
	{"a seal's printed line", "session $0: seal 2:", of("seals", "$0", `seal = replace(seal, 'attest\":\"', 'attest\":\"0')`, "n = 2")},
	{"a signature", "session $0: seal 3:", of("seals", "$0", `seal = replace(seal, '"signature":"', '"signature":"AAAA')`, "n = 3")},
	{"a key", "session $0: seal 1:", of("seals", "$0", `seal = replace(seal, '"key":"', '"key":"AAAA')`, "n = 1")},
	{"the machine's seal deleted", "session $0: seal 1:", "DELETE FROM seals WHERE session = '$0' AND n = 1"},
	{"the sign-off deleted", "session $0: seal 2:", "DELETE FROM seals WHERE session = '$0' AND n = 2"},
	{"the seal of an addendum deleted", "session $0: seal 3:", "DELETE FROM seals WHERE session = '$0' AND n = 3"},
	{"the last seal deleted", "session $0: seals:", "DELETE FROM seals WHERE session = '$0' AND n = 4"},
	{"all seals deleted", "session $0: seals:", "DELETE FROM seals WHERE session = '$0'"},
	{"the only seal deleted", "session $2: seals:", "DELETE FROM seals WHERE session = '$2'"},
	{"two seals swapped", "session $0: seal 1:", of("seals", "$0", "n = 9 - n", "n < 3") + ";" + of("seals", "$0", "n = n - 6", "n > 6")},
	{"another session's seal", "session $2: seal 1:", "UPDATE seals SET seal = (SELECT seal FROM seals WHERE session = '$1' AND n = 1) WHERE session = '$2'"},
	{"seals given to another session", "session $0: seals:", "DELETE FROM seals WHERE session = '$3';" + of("seals", "$0", "session = '$3'", "")},
}

var textTamperings = []tampering{
	{"a reason garbled", "session $0: text of entry 18:", "UPDATE notes SET body = body || 'x' WHERE session = '$0' AND (SELECT event FROM journal WHERE session = '$0' AND n = 18) LIKE '%' || hash || '%'"},
	{"a reason in another's place", "session $0: text of entry 17:", "UPDATE notes SET body = (SELECT body FROM notes WHERE session = '$1' LIMIT 1) WHERE session = '$0'"},
	{"an addendum deleted", "session $0: text of entry 21:", "DELETE FROM notes WHERE session = '$0' AND (SELECT event FROM journal WHERE session = '$0' AND n = 21) LIKE '%' || hash || '%'"},
	{"all texts deleted", "session $0: text of entry 17:", "DELETE FROM notes"},
	{"a text's name", "session $0: text of entry 17:", "UPDATE notes SET hash = substr(hash, 2) || '0' WHERE session = '$0'"},
	{"texts given to another session", "session $0: text of entry 17:", of("notes", "$0", "session = '$1'", "")},
	{"another name under the signature", "session $0: signature under seal 2:", of("signatures", "$0", "name = 'Eve Frost'", "n = 2")},
	{"a better credential", "session $0: signature under seal 2:", of("signatures", "$0", "credential = 'MD'", "n = 2")},
	{"an earlier signature", "session $0: signature under seal 3:", of("signatures", "$0", "at = at - 86400000", "n = 3")},
	{"another salt", "session $0: signature under seal 4:", of("signatures", "$0", "salt = 'x'", "n = 4")},
	{"a line deleted", "session $0: signature under seal 2:", "DELETE FROM signatures WHERE session = '$0' AND n = 2"},
	{"all lines deleted", "session $0: signature under seal 2:", "DELETE FROM signatures"},
}

var contextTamperings = []tampering{
	{"a role", "session $0: seal 1:", `UPDATE sessions SET roster = replace(roster, '"participant"', '"observer"') WHERE id = '$0'`},
	{"somebody added to the roster", "session $0: seal 1:", `UPDATE sessions SET roster = replace(roster, '[{', '[{"id":"x","person":"x","role":"participant","display_name":"X"},{') WHERE id = '$0'`},
	{"somebody taken off the roster", "session $0: seal 1:", `UPDATE sessions SET roster = '[]' WHERE id = '$0'`},
	{"somebody in another's place", "session $0: seal 1:", `UPDATE sessions SET roster = replace(roster, '$eve', 'x') WHERE id = '$0'`},
	{"a later start", "session $0: seal 1:", "UPDATE sessions SET start_ms = start_ms + 60000 WHERE id = '$0'"},
	{"an earlier end", "session $0: seal 1:", "UPDATE sessions SET end_ms = end_ms - 1800000 WHERE id = '$0'"},
	{"another zone", "session $0: seal 1:", "UPDATE sessions SET zone = 'UTC' WHERE id = '$0'"},
	{"a break made education", "session $0: seal 1:", `UPDATE sessions SET segments = replace(segments, '"break"', '"education"') WHERE id = '$0'`},
	{"no parts", "session $0: seal 1:", `UPDATE sessions SET segments = '[]' WHERE id = '$0'`},
	{"another series", "session $0: seal 1:", "UPDATE sessions SET series = 'x' WHERE id = '$0'"},
	{"kinder rules", "session $0: seal 1:", `UPDATE clinic_rules SET rules = replace(rules, '"grace_s":120', '"grace_s":900')`},
	{"rules that count overrun", "session $0: seal 1:", `UPDATE clinic_rules SET rules = replace(rules, '"count_overrun":false', '"count_overrun":true')`},
	{"another version of the rules", "session $0: seal 1:", `INSERT INTO clinic_rules SELECT clinic, 2, replace(rules, '"version":1', '"version":2'), created_at FROM clinic_rules;UPDATE sessions SET rules_version = 2 WHERE id = '$0'`},
	{"no rules", "session $0: seal 1:", "DELETE FROM clinic_rules"},
	{"a session that never was", "session $1: the log has it, and it is missing here", "UPDATE sessions SET status = 'cancelled' WHERE id = '$1'"},
	{"a session that is still to come", "session $1: the log has it, and it is missing here", "UPDATE sessions SET status = 'scheduled' WHERE id = '$1'"},
	{"a session moved to another year", "session $1: ", "UPDATE sessions SET start_ms = start_ms + 31536000000, end_ms = end_ms + 31536000000 WHERE id = '$1'"},
	{"a session given to another clinic", "session $1: the log has it, and it is missing here", "UPDATE sessions SET clinic = 'other' WHERE id = '$1'"},
	{"a roster that can't be read", "session $0: the log has it, and it is missing here", "UPDATE sessions SET roster = '{' WHERE id = '$0'"},
	{"a session deleted", "session $1: the log has it, and it is missing here", "DELETE FROM sessions WHERE id = '$1'"},
	{"a session deleted everywhere but in the log", "session $1: the log has it, and it is missing here",
		"DELETE FROM journal WHERE session = '$1';DELETE FROM seals WHERE session = '$1';DELETE FROM notes WHERE session = '$1';DELETE FROM signatures WHERE session = '$1';DELETE FROM sessions WHERE id = '$1'"},
}

// The log: leaves 0 to 3 are of the first session, 4 to 7 of the second, 8 of
// the third, 9 of the fourth. The checkpoint covers 9.
var logTamperings = []tampering{
	{"a leaf's hash", "session $0, seal 2: it is not the one in the log", "UPDATE log_leaves SET hash = substr(hash, 2) || '0' WHERE n = 1"},
	{"a leaf deleted", "leaf 2: it has the number 3", "DELETE FROM log_leaves WHERE n = 2"},
	{"a leaf deleted, the rest moved up", "leaf 2: it is that of seal 4", "DELETE FROM log_leaves WHERE n = 2;UPDATE log_leaves SET n = -(n - 1) WHERE n > 2;UPDATE log_leaves SET n = -n WHERE n < 0"},
	{"the newest leaf deleted", "session $3, seal 1: the log does not have it", "DELETE FROM log_leaves WHERE n = 9"},
	{"all leaves deleted", "session $0, seal 1: the log does not have it", "DELETE FROM log_leaves"},
	{"two leaves swapped", "leaf 0: it is that of seal 2", "UPDATE log_leaves SET n = 100 + n WHERE n < 2;UPDATE log_leaves SET n = 101 - n WHERE n > 99"},
	{"two sessions swapped", "log: a leaf among the first 9 was changed", "UPDATE log_leaves SET n = n + 100 WHERE n < 8;UPDATE log_leaves SET n = CASE WHEN n < 104 THEN n - 96 ELSE n - 104 END WHERE n > 99"},
	{"a leaf given to another session", "session $0, seal 5: the log has it, and it is missing here", "UPDATE log_leaves SET session = '$0', seal = 5 WHERE n = 8"},
	{"another start in the log", "log: a leaf among the first 9 was changed", "UPDATE log_leaves SET start_ms = start_ms + 1 WHERE n = 8"},
	{"a leaf of a session that is not there", "session ghost: the log has it, and it is missing here", "INSERT INTO log_leaves SELECT clinic, 10, 'ghost', start_ms, 1, hash FROM log_leaves WHERE n = 9"},
	{"a leaf twice", "leaf 10: it is that of seal 3 of its session, after 1", "INSERT INTO log_leaves SELECT clinic, 10, session, start_ms, 3, hash FROM log_leaves WHERE n = 9"},
	{"a session deleted everywhere", "log: ",
		"DELETE FROM journal WHERE session = '$1';DELETE FROM seals WHERE session = '$1';DELETE FROM notes WHERE session = '$1';DELETE FROM signatures WHERE session = '$1';DELETE FROM sessions WHERE id = '$1';" +
			"DELETE FROM log_leaves WHERE session = '$1';UPDATE log_leaves SET n = n - 4 WHERE n > 7"},
	{"the newest session deleted everywhere, and one before", "log: it was rolled back: the checkpoint covers 9 leaves, and there are 8",
		"DELETE FROM journal WHERE session IN ('$2', '$3');DELETE FROM seals WHERE session IN ('$2', '$3');DELETE FROM sessions WHERE id IN ('$2', '$3');DELETE FROM log_leaves WHERE n > 7"},
	{"the sign-off taken back everywhere", "log: ",
		"DELETE FROM journal WHERE session = '$1' AND n > 19;DELETE FROM seals WHERE session = '$1' AND n > 1;DELETE FROM signatures WHERE session = '$1';" +
			"DELETE FROM log_leaves WHERE session = '$1' AND seal > 1;UPDATE log_leaves SET n = n - 3 WHERE n > 7"},
	{"an addendum taken back everywhere", "log: ",
		"DELETE FROM journal WHERE session = '$1' AND n > 21;DELETE FROM seals WHERE session = '$1' AND n > 3;DELETE FROM signatures WHERE session = '$1' AND n > 3;" +
			"DELETE FROM log_leaves WHERE session = '$1' AND seal > 3;UPDATE log_leaves SET n = n - 1 WHERE n > 7"},
}

// backupTamperings put tables of a backup into the place of the present ones.
func backupTamperings(a *archive) []tampering {
	return []tampering{
		{"the journal of a backup", "session $1: seal 2:", restore(a.unsigned, "journal")},
		{"the seals of a backup", "session $1: seals:", restore(a.unsigned, "seals")},
		{"the texts of a backup", "session $1: text of entry 21:", restore(a.unsigned, "notes")},
		{"the lines of a backup", "session $1: signature under seal 2:", restore(a.unsigned, "signatures")},
		{"the sessions of a backup", "session $2: the log has it, and it is missing here", restore(a.unsigned, "sessions")},
		{"the log of a backup", "session $1, seal 2: the log does not have it", restore(a.unsigned, "log_leaves")},
		{"journal and seals of a backup", "session $1, seal 2: the log has it, and it is missing here", restore(a.unsigned, "journal", "seals")},
		{"all but the log of a backup", "session $1, seal 2: the log has it, and it is missing here", restore(a.unsigned, "journal", "seals", "notes", "signatures", "sessions")},
		{"all of a backup", "log: it was rolled back: the checkpoint covers 9 leaves, and there are 5", restore(a.unsigned, "journal", "seals", "notes", "signatures", "sessions", "log_leaves", "checkpoints")},
		{"the journal of an early backup", "session $0: seal 2:", restore(a.early, "journal")},
		{"all of an early backup", "log: it was rolled back: the checkpoint covers 9 leaves, and there are 1", restore(a.early, "journal", "seals", "notes", "signatures", "sessions", "log_leaves", "checkpoints")},
	}
}

// TestTamperingWithTheDatabase changes a copy of the database in every way of
// the tables above, as somebody does who holds the file: exports the archive,
// verifies it with key and checkpoint, and looks for the place.
func TestTamperingWithTheDatabase(t *testing.T) {
	a := keepArchive(t)
	all := append(journalTamperings[:len(journalTamperings):len(journalTamperings)], sealTamperings...)
	all = append(append(append(append(all, textTamperings...), contextTamperings...), logTamperings...), backupTamperings(a)...)
	found := 0
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			dir := copyFolder(t, a.dir)
			unguardFile(t, dir)
			before := contents(t, dir)
			edit(t, dir, strings.Split(a.names(c.sql), ";")...)
			if contents(t, dir) == before {
				t.Fatal("nothing was changed")
			}
			if a.foundIn(t, dir, c.place) {
				found++
			}
		})
	}
	found += tamperWithKeys(t, a)
	if found < 50 {
		t.Errorf("%d ways were found, want at least 50", found)
	}
	t.Logf("%d ways to tamper, each found by name of the place", found)
	if out, code := runVerify(t, export(t, a, copyFolder(t, a.dir)), "--key", a.key, "--checkpoint", a.checkpoint); code != 0 {
		t.Errorf("the untouched copy: %d\n%s", code, out)
	}
}

func (a *archive) foundIn(t *testing.T, dir, place string) bool {
	t.Helper()
	out, code := runVerify(t, export(t, a, dir), "--key", a.key, "--checkpoint", a.checkpoint)
	if code != 1 || !strings.Contains(out, "BROKEN:") || !strings.Contains(out, a.names(place)) {
		t.Errorf("exit code %d, want %q in:\n%s", code, a.names(place), out)
		return false
	}
	return true
}

// names puts ids into a text.
func (a *archive) names(text string) string {
	pairs := []string{"$fac", string(a.people[0]), "$ann", string(a.people[1]), "$carl", string(a.people[2]), "$eve", string(a.people[3])}
	for i, session := range a.sessions {
		pairs = append(pairs, fmt.Sprint("$", i), string(session))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// tamperWithKeys forges what needs more than SQL: a chain made anew, entries
// behind the end, seals by another key, and by the clinic's own.
func tamperWithKeys(t *testing.T, a *archive) (found int) {
	own := got(auth.OpenKeys(a.keys))(t).Seal()
	_, stranger, err := ed25519.GenerateKey(nil)
	fine(t, err)
	for _, c := range []struct {
		name, place string
		change      func(*testing.T, *sql.DB)
	}{
		{"a chain made anew", "session $0: seal 1:", func(t *testing.T, db *sql.DB) { rechain(t, db, a.sessions[0], 0) }},
		{"a chain made anew from the review on", "session $0: seal 2:", func(t *testing.T, db *sql.DB) { rechain(t, db, a.sessions[0], 16) }},
		{"an entry of the evening behind the seal", "session $2: entry 17: it stands behind the seal", func(t *testing.T, db *sql.DB) {
			forge(t, db, a, a.sessions[2], rooms.Event{Kind: rooms.EventAdmitted, Person: a.people[3]})
		}},
		{"a correction behind the signature", "session $0: entry 23: it stands behind the seal", func(t *testing.T, db *sql.DB) {
			forge(t, db, a, a.sessions[0], rooms.Event{Kind: rooms.EventCorrection, Person: a.people[3], Reason: "present"})
		}},
		{"an addendum without a seal", "session $0: seals:", func(t *testing.T, db *sql.DB) {
			forge(t, db, a, a.sessions[0], rooms.Event{Kind: rooms.EventAddendum, Actor: a.people[0]})
		}},
		{"a signature without a seal", "session $2: seals:", func(t *testing.T, db *sql.DB) {
			forge(t, db, a, a.sessions[2], rooms.Event{Kind: rooms.EventSigned, Actor: a.people[0]})
		}},
		{"sealed anew by a stranger", "session $0: seal 2: it was not set by the given key", func(t *testing.T, db *sql.DB) { reseal(t, db, a.sessions[0], 2, stranger, false) }},
		{"sealed anew by the clinic's key", "session $0, seal 2: it is not the one in the log", func(t *testing.T, db *sql.DB) { reseal(t, db, a.sessions[0], 2, own, false) }},
		{"sealed anew by the clinic's key, the log too", "log: a leaf among the first 9 was changed", func(t *testing.T, db *sql.DB) { reseal(t, db, a.sessions[0], 2, own, true) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := copyFolder(t, a.dir)
			unguardFile(t, dir)
			db := got(sql.Open("sqlite", filepath.Join(dir, "vesper.db")))(t)
			c.change(t, db)
			fine(t, db.Close())
			if a.foundIn(t, dir, c.place) {
				found++
			}
		})
	}
	return found
}

// rechain moves every entry behind the first keep a minute back, with hashes
// that fit.
func rechain(t *testing.T, db *sql.DB, session rooms.SessionID, keep uint64) {
	t.Helper()
	head := ledger.Genesis(session)
	for _, text := range texts(t, db, session) {
		event := got(ledger.Decode(text))(t)
		if head.N >= keep {
			event.At = event.At.Add(-1)
		}
		head = ledger.Next(head, event)
		_, err := db.Exec("UPDATE journal SET event = ?, prev = ?, hash = ? WHERE session = ? AND n = ?", head.Text, head.Prev, head.Hash, session, head.N)
		fine(t, err)
	}
}

// forge adds an entry to a chain, with a hash that fits.
func forge(t *testing.T, db *sql.DB, a *archive, session rooms.SessionID, event rooms.Event) {
	t.Helper()
	head := ledger.Genesis(session)
	for _, text := range texts(t, db, session) {
		last := got(ledger.Decode(text))(t)
		head, event.At, event.ID.Epoch = ledger.Next(head, last), last.At, last.ID.Epoch+1
	}
	event.ID.Node, event.ID.N = "review", 1
	head = ledger.Next(head, event)
	_, err := db.Exec("INSERT INTO journal (session, n, clinic, epoch, node, event_n, event, prev, hash) VALUES (?, ?, ?, ?, 'review', 1, ?, ?, ?)",
		session, head.N, a.clinic, event.ID.Epoch, head.Text, head.Prev, head.Hash)
	fine(t, err)
}

// reseal signs a seal again, a millisecond later.
func reseal(t *testing.T, db *sql.DB, session rooms.SessionID, n int, key ed25519.PrivateKey, leaf bool) {
	t.Helper()
	var column string
	fine(t, db.QueryRow("SELECT seal FROM seals WHERE session = ? AND n = ?", session, n).Scan(&column))
	var seal ledger.Seal
	fine(t, json.Unmarshal([]byte(column), &seal))
	statement, _, err := seal.Open()
	fine(t, err)
	statement.At++
	seal = ledger.Sign(key, statement)
	_, err = db.Exec("UPDATE seals SET seal = ? WHERE session = ? AND n = ?", string(got(json.Marshal(seal))(t)), session, n)
	fine(t, err)
	if leaf {
		_, err = db.Exec("UPDATE log_leaves SET hash = ? WHERE session = ? AND seal = ?", seal.Hash(), session, n)
		fine(t, err)
	}
}

func texts(t *testing.T, db *sql.DB, session rooms.SessionID) (all []string) {
	t.Helper()
	rows := got(db.Query("SELECT event FROM journal WHERE session = ? ORDER BY n", session))(t)
	defer rows.Close()
	for rows.Next() {
		var text string
		fine(t, rows.Scan(&text))
		all = append(all, text)
	}
	return all
}

// copyFolder copies a data folder that nobody holds.
func copyFolder(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	fine(t, os.WriteFile(filepath.Join(to, "vesper.db"), got(os.ReadFile(filepath.Join(from, "vesper.db")))(t), 0o600))
	return to
}

// unguardFile takes the triggers off a database.
func unguardFile(t *testing.T, dir string) {
	t.Helper()
	db := got(sql.Open("sqlite", filepath.Join(dir, "vesper.db")))(t)
	defer db.Close()
	rows := got(db.Query("SELECT name FROM sqlite_master WHERE type = 'trigger'"))(t)
	var names []string
	for rows.Next() {
		var name string
		fine(t, rows.Scan(&name))
		names = append(names, "DROP TRIGGER "+name)
	}
	fine(t, rows.Close())
	edit(t, dir, names...)
}

// contents is all that the tables of the evidence hold, as text.
func contents(t *testing.T, dir string) string {
	t.Helper()
	db := got(sql.Open("sqlite", filepath.Join(dir, "vesper.db")))(t)
	defer db.Close()
	var all strings.Builder
	for _, table := range []string{"sessions", "clinic_rules", "journal", "seals", "notes", "signatures", "log_leaves"} {
		rows := got(db.Query("SELECT * FROM " + table))(t)
		columns := got(rows.Columns())(t)
		for rows.Next() {
			row, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range row {
				into[i] = &row[i]
			}
			fine(t, rows.Scan(into...))
			fmt.Fprintln(&all, table, row)
		}
		fine(t, rows.Close())
	}
	return all.String()
}
