package api

import (
	"context"

	"vesper/rooms/records"
)

// wrote writes down what the caller reads, exports or has changed; the entry
// says of what. Without that there is no answer.
func (h *house) wrote(ctx context.Context, action string, entry records.AuditEntry) error {
	who := callerOf(ctx)
	entry.Clinic, entry.Actor, entry.ActorKind, entry.Action = who.clinic, who.id, who.kind, action
	return h.Records.Audit(ctx, entry)
}

// noted writes down a change of something if it was made: err is whether it
// was.
func (h *house) noted(ctx context.Context, err error, action, object string) error {
	if err != nil {
		return err
	}
	return h.wrote(ctx, action, records.AuditEntry{Object: object})
}
