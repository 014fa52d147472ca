package api

import (
	"context"

	"vesper/rooms/records"
)

// byCaller is an entry as the caller's.
func byCaller(ctx context.Context, action string, entry records.AuditEntry) records.AuditEntry {
	who := callerOf(ctx)
	entry.Clinic, entry.Actor, entry.ActorKind, entry.Action = who.clinic, who.id, who.kind, action
	return entry
}

// noting returns a context for a change of the records that the caller makes:
// its entry is written with it, so that there is neither without the other.
// The ids of what is made by it are filled in.
func noting(ctx context.Context, action string, entry records.AuditEntry) context.Context {
	return records.Traced(ctx, byCaller(ctx, action, entry))
}

// of is an entry about something that is no session and no person.
func of(object string) records.AuditEntry { return records.AuditEntry{Object: object} }

// wrote writes down what the caller reads or exports; the entry says of what.
// Without that there is no answer. Changes are written down by noting.
func (h *house) wrote(ctx context.Context, action string, entry records.AuditEntry) error {
	return h.Records.Audit(ctx, byCaller(ctx, action, entry))
}
