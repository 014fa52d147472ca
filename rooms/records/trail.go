package records

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// trail are the audit entries that wait for a change. It belongs to the
// goroutine of the call whose context carries it, which waits while the writer
// reads it.
type trail struct {
	entries []AuditEntry
	written bool
}

type trailKey struct{}

// Traced returns a context under which the next change writes these entries
// into the audit log, in its own transaction: both are there, or neither. A
// zero At is the time of the change. An only entry gets from the change what
// nobody else knows: the id of what was made, and whose it is, where they are
// empty.
func Traced(ctx context.Context, entries ...AuditEntry) context.Context {
	return context.WithValue(ctx, trailKey{}, &trail{entries: slices.Clone(entries)})
}

func trailOf(ctx context.Context) *trail {
	t, _ := ctx.Value(trailKey{}).(*trail)
	return t
}

// made tells the entry of a change what was made, and whose it is. Its context
// is that of the call, or that within the change.
func made(ctx context.Context, object string, person rooms.PersonID) {
	t := trailOf(ctx)
	if t == nil || len(t.entries) != 1 {
		return
	}
	if entry := &t.entries[0]; !t.written {
		if entry.Object == "" {
			entry.Object = object
		}
		if entry.Person == "" {
			entry.Person = person
		}
	}
}

// traced is a change with the entries that wait for it, if there are any.
func (r *Records) traced(t *trail, apply func(context.Context, bun.Tx) error) func(context.Context, bun.Tx) error {
	if t == nil || t.written {
		return apply
	}
	now := r.clock.Now()
	return func(ctx context.Context, tx bun.Tx) error {
		if err := apply(context.WithValue(ctx, trailKey{}, t), tx); err != nil {
			return err
		}
		for _, entry := range t.entries {
			if entry.At.IsZero() {
				entry.At = now
			}
			if err := appendAudit(ctx, tx, entry); err != nil {
				return err
			}
		}
		return nil
	}
}
