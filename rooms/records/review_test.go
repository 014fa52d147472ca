package records

import (
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"vesper/rooms"
	"vesper/rooms/ledger"
)

func TestReview(t *testing.T) { onEach(t, testReview) }

// What staff write after the end is chained behind the machine's seal, signed,
// and then only added to.
func testReview(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic, session := t.Context(), h.clinic.ID, h.sessions[0]
	signer := Signer{Person: h.people[0].ID, Name: "Dana Rivera", Credential: "LCSW"}
	correction := rooms.Event{
		Kind: rooms.EventCorrection, Person: h.people[1].ID, Actor: h.people[0].ID, Reason: "present",
		Since: evening, Until: evening.Add(time.Hour),
	}
	if err := r.Amend(ctx, clinic, session, []rooms.Event{correction}, nil); !errors.Is(err, ErrUnsealed) {
		t.Errorf("before the end: got %v, want ErrUnsealed", err)
	}
	if err := r.Sign(ctx, clinic, session, signer); !errors.Is(err, ErrUnsealed) {
		t.Errorf("signed before the end: got %v", err)
	}
	live(t, r, h)
	if err := r.Addend(ctx, clinic, session, signer, "more"); !errors.Is(err, ErrUnsigned) {
		t.Errorf("addendum before the signature: got %v, want ErrUnsigned", err)
	}
	if got := must[[]Session](t)(r.Unsigned(ctx, clinic, evening.AddDate(0, 0, -1), evening.AddDate(0, 0, 1))); len(got) != 1 || got[0].Session != session {
		t.Errorf("unsigned: %+v", got)
	}
	if err := r.Amend(ctx, clinic, session, []rooms.Event{correction}, []Note{{Event: 0, Text: "The line fell."}}); err != nil {
		t.Fatal(err)
	}
	if err := r.Sign(ctx, clinic, session, signer); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"amended": r.Amend(ctx, clinic, session, []rooms.Event{correction}, nil), "signed twice": r.Sign(ctx, clinic, session, signer),
	} {
		if !errors.Is(err, ErrSigned) {
			t.Errorf("%s: got %v, want ErrSigned", name, err)
		}
	}
	if err := r.Addend(ctx, clinic, session, signer, "The payer asked."); err != nil {
		t.Fatal(err)
	}
	signedEvidence(t, r, h, signer)
}

func signedEvidence(t *testing.T, r *Records, h house, signer Signer) {
	t.Helper()
	e := must[Evidence](t)(r.Evidence(t.Context(), h.clinic.ID, h.sessions[0]))
	report, err := e.Bundle().Verify([]ed25519.PublicKey{testPublic})
	if err != nil || len(report.Seals) != 3 || report.Unsealed != 0 || !report.Signed() || len(e.Entries) != 7 {
		t.Errorf("evidence: %+v, %v", report.Seals, err)
	}
	signed, ok := e.Signed()
	if !ok || signed.Signer != signer || !signed.Genuine || signed.Seal != 2 {
		t.Errorf("signature: %+v", signed)
	}
	texts := map[string]bool{}
	for _, text := range e.Notes {
		texts[text] = true
	}
	if len(texts) != 2 || !texts["The line fell."] || !texts["The payer asked."] {
		t.Errorf("notes: %v", e.Notes)
	}
	if leaves := must[[]ledger.Leaf](t)(r.Log(t.Context(), h.clinic.ID)); len(leaves) != 3 || leaves[2].Hash != e.Seals[2].Hash() {
		t.Errorf("log: %+v", leaves)
	}
	if got := must[[]Session](t)(r.Unsigned(t.Context(), h.clinic.ID, evening.AddDate(0, 0, -1), evening.AddDate(0, 0, 1))); len(got) != 0 {
		t.Errorf("unsigned: %+v", got)
	}
}

func TestReviewRefusals(t *testing.T) { onEach(t, testReviewRefusals) }

// testReviewRefusals: what can't be written, and which part of it is at fault.
func testReviewRefusals(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	live(t, r, h)
	ctx, ann, dana := t.Context(), h.people[1].ID, h.people[0].ID
	span := func(e rooms.Event, from, to time.Duration) rooms.Event {
		e.Since, e.Until = evening.Add(from), evening.Add(to)
		return e
	}
	correct := rooms.Event{Kind: rooms.EventCorrection, Person: ann, Reason: "present"}
	share := rooms.Event{Kind: rooms.EventSharedDevice, Person: ann, With: dana}
	for field, event := range map[string]rooms.Event{
		"person":  {Kind: rooms.EventAbsence, Person: "nobody", Reason: "called"},
		"outcome": {Kind: rooms.EventAbsence, Person: ann, Reason: "sleeping"},
		"kind":    {Kind: rooms.EventAdmitted, Person: ann},
		"what":    {Kind: rooms.EventCorrection, Person: ann, Reason: "rich"},
		"from":    span(correct, -time.Minute, time.Hour),
		"to":      span(correct, time.Hour, time.Minute),
		"with":    span(rooms.Event{Kind: rooms.EventSharedDevice, Person: ann, With: ann}, 0, time.Hour),
		"ref":     {Kind: rooms.EventCorrection, Person: ann, Reason: "withdrawn", Ref: rooms.EventID{Epoch: 1, Node: "node-a", N: 2}},
	} {
		var refused *ReviewError
		if err := r.Amend(ctx, h.clinic.ID, h.sessions[0], []rooms.Event{event}, nil); !errors.As(err, &refused) || refused.Field != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
	if err := r.Amend(ctx, h.clinic.ID, h.sessions[0], []rooms.Event{span(share, 0, time.Hour)}, nil); err != nil {
		t.Fatal(err)
	}
	journal := must[[]rooms.Event](t)(r.Journal(ctx, h.clinic.ID, h.sessions[0]))
	withdraw := rooms.Event{Kind: rooms.EventCorrection, Person: ann, Reason: "withdrawn", Ref: journal[len(journal)-1].ID}
	if err := r.Amend(ctx, h.clinic.ID, h.sessions[0], []rooms.Event{withdraw}, nil); err != nil {
		t.Errorf("withdraw a shared device: %v", err)
	}
	var refused *ReviewError
	if err := r.Amend(ctx, h.clinic.ID, h.sessions[0], []rooms.Event{withdraw}, nil); !errors.As(err, &refused) || refused.Field != "ref" {
		t.Errorf("withdrawn twice: got %v", err)
	}
	if err := r.Amend(ctx, h.clinic.ID, h.sessions[0], []rooms.Event{span(correct, 0, time.Hour), {Kind: rooms.EventAdmitted, Person: ann}}, nil); err == nil {
		t.Error("half of it was written")
	}
	if got := must[[]rooms.Event](t)(r.Journal(ctx, h.clinic.ID, h.sessions[0])); len(got) != len(journal)+1 {
		t.Errorf("%d entries, want %d: all are written or none", len(got), len(journal)+1)
	}
}

func TestCheckpoints(t *testing.T) { onEach(t, testCheckpoints) }

// testCheckpoints: each goes on from the one before, or is not made.
func testCheckpoints(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic := t.Context(), h.clinic.ID
	live(t, r, h)
	if due, err := r.CheckpointDue(ctx, clinic, 24*time.Hour); !due || err != nil {
		t.Errorf("the first is not due: %v", err)
	}
	first := must[Checkpoint](t)(r.MakeCheckpoint(ctx, clinic))
	opened, err := ledger.OpenCheckpoint(first.Note, []ed25519.PublicKey{testPublic})
	if err != nil || opened.Size != 1 || opened.Clinic != clinic || !opened.Proven {
		t.Errorf("checkpoint: %+v, %v", opened, err)
	}
	if due, err := r.CheckpointDue(ctx, clinic, 24*time.Hour); due || err != nil {
		t.Errorf("due again at once: %v", err)
	}
	if err := r.Sign(ctx, clinic, h.sessions[0], Signer{Person: h.people[0].ID, Name: "Dana"}); err != nil {
		t.Fatal(err)
	}
	if second := must[Checkpoint](t)(r.MakeCheckpoint(ctx, clinic)); second.Size != 2 {
		t.Errorf("second: %+v", second)
	}
	tamper(t, r, "UPDATE log_leaves SET hash = 'x' WHERE n = 0")
	if _, err := r.MakeCheckpoint(ctx, clinic); !errors.Is(err, ErrRolledBack) {
		t.Errorf("after tampering: got %v, want ErrRolledBack", err)
	}
	if got := must[[]Checkpoint](t)(r.Checkpoints(ctx, clinic)); len(got) != 2 || got[0].Size != 2 {
		t.Errorf("checkpoints: %+v", got)
	}
}

// Nobody signs what was tampered with.
func TestTamperedIsNotSigned(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	live(t, r, h)
	tamper(t, r, "UPDATE journal SET hash = prev WHERE n = 2")
	if err := r.Sign(t.Context(), h.clinic.ID, h.sessions[0], Signer{Person: h.people[0].ID, Name: "Dana"}); !errors.Is(err, ErrTampered) {
		t.Errorf("got %v, want ErrTampered", err)
	}
}

// Seals that were set before there was a log begin it.
func TestTheLogTakesOverOlderSeals(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	live(t, r, h)
	tamper(t, r, "DELETE FROM log_leaves")
	if leaves := must[[]ledger.Leaf](t)(r.Log(t.Context(), h.clinic.ID)); len(leaves) != 1 || leaves[0].Session != h.sessions[0] {
		t.Errorf("log: %+v", leaves)
	}
}

// A checkpoint over an empty log doesn't keep the first seal out of it.
func TestTheLogBeginsAfterACheckpoint(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	if empty := must[Checkpoint](t)(r.MakeCheckpoint(t.Context(), h.clinic.ID)); empty.Size != 0 {
		t.Errorf("checkpoint: %+v", empty)
	}
	live(t, r, h)
	if next := must[Checkpoint](t)(r.MakeCheckpoint(t.Context(), h.clinic.ID)); next.Size != 1 {
		t.Errorf("checkpoint: %+v", next)
	}
}
