package main

import "context"

// refreshRows computes beside the running server what another build kept, so
// that nobody waits for it after an update.
func (h *house) refreshRows() {
	ctx, end := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := h.records.RefreshRows(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("rows of another build were not computed again", "error", err)
		}
	}()
	h.onClose(func() { end(); <-ended })
}
