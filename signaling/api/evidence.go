package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/attendance/export"
	"vesper/rooms/ledger"
	"vesper/rooms/records"
)

// CheckpointList are a clinic's checkpoints, the newest first.
type CheckpointList struct {
	Checkpoints []Checkpoint `json:"checkpoints"`
}

// Checkpoint is a signed statement of how the log of seals stood.
type Checkpoint struct {
	Size int64     `json:"size" doc:"how many seals it covers"`
	At   time.Time `json:"at"`
	Note string    `json:"note" doc:"the signed note; save it as a file for vesper verify --checkpoint"`
}

// KeyList are the public keys of this installation's seals.
type KeyList struct {
	Keys []PublicKey `json:"keys"`
	PEM  string      `json:"pem" doc:"all of them, as the file that vesper verify --key reads"`
}

// PublicKey is one of them.
type PublicKey struct {
	Fingerprint string `json:"fingerprint"`
	Current     bool   `json:"current" doc:"the one that seals now"`
}

type evidenceQuery struct {
	SessionPath
	Checkpoint int64 `query:"checkpoint" minimum:"0" doc:"size of the checkpoint to lead to; default: the newest"`
}

type archiveQuery struct {
	From time.Time `query:"from" doc:"planned start at or after; default: the first"`
	To   time.Time `query:"to" doc:"planned start before; default: now"`
}

func (h *house) evidence(api huma.API) {
	huma.Register(api, operation("GET", "/sessions/{id}/evidence", "export-evidence", "The evidence bundle for vesper verify: ids, no names", mayRead),
		func(ctx context.Context, in *evidenceQuery) (*file, error) {
			out, err := h.exportEvidence(ctx, in.ID, in.Checkpoint)
			return out, h.problemOf("export evidence", err)
		})
	archive := operation("GET", "/evidence", "export-archive", "The evidence of all sessions between two days, and the log of seals, as JSON lines for vesper verify", mayExport)
	archive.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"application/jsonl": {}}}}
	huma.Register(api, archive, func(ctx context.Context, in *archiveQuery) (*huma.StreamResponse, error) {
		out, err := h.exportArchive(ctx, *in)
		return out, h.problemOf("export archive", err)
	})
	huma.Register(api, operation("GET", "/checkpoints", "list-checkpoints", "The signed checkpoints of the log of seals", mayRead),
		func(ctx context.Context, _ *struct{}) (*body[CheckpointList], error) {
			list, err := h.Records.Checkpoints(ctx, callerOf(ctx).clinic)
			out := CheckpointList{Checkpoints: []Checkpoint{}}
			for _, c := range list {
				out.Checkpoints = append(out.Checkpoints, checkpointOf(c))
			}
			return &body[CheckpointList]{out}, h.problemOf("list checkpoints", err)
		})
	huma.Register(api, either(operation("POST", "/checkpoints", "make-checkpoint", "Sign a checkpoint now", maySettings), mayAudit),
		func(ctx context.Context, _ *struct{}) (*body[Checkpoint], error) {
			made, err := h.makeCheckpoint(ctx)
			return &body[Checkpoint]{checkpointOf(made)}, h.problemOf("make checkpoint", err)
		})
	huma.Register(api, operation("GET", "/keys", "list-keys", "The public keys of the seals, to be handed to whoever verifies", mayRead),
		func(context.Context, *struct{}) (*body[KeyList], error) {
			out, err := keyList(h.Keys)
			return &body[KeyList]{out}, h.problemOf("list keys", err)
		})
}

func checkpointOf(c records.Checkpoint) Checkpoint {
	return Checkpoint{Size: c.Size, At: c.At, Note: c.Note}
}

func keyList(keys *auth.Keys) (KeyList, error) {
	pem, err := keys.SealPEM()
	out := KeyList{PEM: string(pem), Keys: []PublicKey{}}
	for i, key := range keys.SealPublic() {
		out.Keys = append(out.Keys, PublicKey{Fingerprint: ledger.Fingerprint(key), Current: i == 0})
	}
	return out, err
}

func (h *house) makeCheckpoint(ctx context.Context) (records.Checkpoint, error) {
	made, err := h.Records.MakeCheckpoint(noting(ctx, "checkpoint.make", of("")), callerOf(ctx).clinic)
	switch {
	case errors.Is(err, records.ErrRolledBack):
		h.Logger.Error("the log of seals was tampered with", "clinic", callerOf(ctx).clinic, "error", err)
		return made, refuse(http.StatusConflict, "tampered", "The log of seals no longer holds what the last checkpoint covers; check the evidence.")
	case errors.Is(err, records.ErrAudit):
		h.Logger.Error("the audit log was tampered with", "clinic", callerOf(ctx).clinic, "error", err)
		return made, refuse(http.StatusConflict, "tampered", "The audit log no longer holds what the last checkpoint covers; check it with vesper admin audit verify.")
	case err != nil:
		return made, err
	}
	h.Checkpointed(made)
	return made, nil
}

// bundleOf is a session's evidence with its rows. Rows that can't be computed,
// because the journal does not read any more, are left out: verifying names
// the place.
func (h *house) bundleOf(e records.Evidence) (ledger.Bundle, error) {
	bundle := e.Bundle()
	bundle.GeneratedAt, bundle.Notice = h.Clock.Now().UTC(), export.Notice
	rows, err := h.rows(e)
	if err != nil && !errors.Is(err, records.ErrTampered) {
		return bundle, err
	}
	bundle.Rows, err = json.Marshal(attendance.WithoutNames(rows))
	return bundle, err
}

func (h *house) exportEvidence(ctx context.Context, id string, checkpoint int64) (*file, error) {
	clinic, session := callerOf(ctx).clinic, rooms.SessionID(id)
	e, err := h.Records.Evidence(ctx, clinic, session)
	if err == nil {
		err = h.wrote(ctx, "evidence.export", records.AuditEntry{Session: session})
	}
	if err != nil {
		return nil, err
	}
	bundle, err := h.bundleOf(e)
	if err != nil {
		return nil, err
	}
	if bundle.Log, err = h.proof(ctx, session, checkpoint); err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(bundle, "", " ")
	return &file{"application/json", attached("evidence", id, "json"), data}, err
}

// proof leads from a session's seals to a checkpoint; nil if there is none yet.
func (h *house) proof(ctx context.Context, session rooms.SessionID, size int64) (*ledger.LogProof, error) {
	clinic := callerOf(ctx).clinic
	checkpoints, err := h.Records.Checkpoints(ctx, clinic)
	if err != nil {
		return nil, err
	}
	var chosen *records.Checkpoint
	for i, c := range checkpoints {
		if chosen == nil && (size == 0 || c.Size == size) {
			chosen = &checkpoints[i]
		}
	}
	if chosen == nil && size != 0 {
		return nil, refuse(http.StatusNotFound, "not_there", "There is no checkpoint of that size.")
	}
	if chosen == nil {
		return nil, nil
	}
	leaves, err := h.Records.Log(ctx, clinic)
	if err != nil {
		return nil, err
	}
	return prove(leaves, session, *chosen)
}

func prove(leaves []ledger.Leaf, session rooms.SessionID, c records.Checkpoint) (*ledger.LogProof, error) {
	proof := &ledger.LogProof{Checkpoint: c.Note, Leaves: []ledger.ProvenLeaf{}}
	tree, err := ledger.NewTree(leaves)
	if err != nil {
		return nil, nil // the archive tells which leaf is broken; a bundle goes without
	}
	for _, leaf := range leaves {
		if leaf.Session != session || leaf.N >= c.Size {
			continue
		}
		proven, err := tree.Prove(min(c.Size, tree.Size()), leaf.N)
		if err != nil {
			return nil, err
		}
		proof.Leaves = append(proof.Leaves, proven)
	}
	return proof, nil
}

// exportArchive streams. What fails on the way ends the file early, which
// vesper verify notices: the head says how many sessions there are.
func (h *house) exportArchive(ctx context.Context, q archiveQuery) (*huma.StreamResponse, error) {
	clinic := callerOf(ctx).clinic
	if q.To.IsZero() {
		q.To = h.Clock.Now()
	}
	leaves, err := h.Records.Log(ctx, clinic)
	if err != nil {
		return nil, err
	}
	sessions, err := h.Records.ListSessions(ctx, clinic, q.From, q.To)
	if err != nil {
		return nil, err
	}
	graves, err := h.Records.Graves(ctx, clinic)
	if err == nil {
		err = h.wrote(ctx, "archive.export", records.AuditEntry{})
	}
	if err != nil {
		return nil, err
	}
	head := ledger.ArchiveHead{
		Format: ledger.ArchiveFormat, Clinic: clinic, From: q.From.UTC(), To: q.To.UTC(), GeneratedAt: h.Clock.Now().UTC(),
		Notice: export.Notice, Leaves: len(leaves),
	}
	held := sessions[:0]
	for _, s := range sessions {
		if s.Status == records.Opened || s.Status == records.Ended {
			held = append(held, s)
		}
	}
	head.Sessions = len(held)
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", "application/jsonl")
		hc.SetHeader("Content-Disposition", attached("evidence", "archive", "jsonl"))
		if err := h.writeArchive(hc.Context(), hc.BodyWriter(), head, held, graves, leaves); err != nil {
			h.Logger.Error("archive was cut off", "error", err)
		}
	}}, nil
}

func (h *house) bundleFor(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) (ledger.Bundle, error) {
	e, err := h.Records.Evidence(ctx, clinic, session)
	if err != nil {
		return ledger.Bundle{}, err
	}
	return h.bundleOf(e)
}

// writeArchive writes what there is. A session that can't be read any more is
// left out, and missed by whoever verifies.
func (h *house) writeArchive(ctx context.Context, w io.Writer, head ledger.ArchiveHead, sessions []records.Session, graves []ledger.Grave, leaves []ledger.Leaf) error {
	lines := json.NewEncoder(w)
	if err := lines.Encode(head); err != nil {
		return err
	}
	for _, session := range sessions {
		bundle, err := h.bundleFor(ctx, head.Clinic, session.Session)
		if err != nil && ctx.Err() == nil {
			h.Logger.Error("a session is left out of an archive", "session", session.Session, "error", err)
			continue
		}
		if err := errors.Join(err, lines.Encode(bundle)); err != nil {
			return err
		}
	}
	for i := range graves {
		if err := lines.Encode(ledger.ArchiveLine{Grave: &graves[i]}); err != nil {
			return err
		}
	}
	for i := range leaves {
		if err := lines.Encode(ledger.ArchiveLine{Leaf: &leaves[i]}); err != nil {
			return err
		}
	}
	return nil
}
