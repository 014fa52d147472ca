package bots

import (
	"context"
	"slices"
	"time"

	"vesper/signaling/client"
)

// AdmitOnly is the policy of a cofacilitator who lets in those people and
// nobody else: everybody else waits for the human facilitator. People are
// named by participant id, or by the name on the board.
func AdmitOnly(people ...string) Policy {
	const patience = 2 * time.Second // before the same person is tried again
	tried := map[string]time.Time{}
	return func(ctx context.Context, c *client.Client, s client.State) {
		for _, row := range s.Board {
			if row.State != "lobby" || !row.Connected || !(slices.Contains(people, row.Participant) || slices.Contains(people, row.Name)) {
				continue
			}
			if time.Since(tried[row.Participant]) < patience {
				continue
			}
			tried[row.Participant] = time.Now()
			asking, cancel := context.WithTimeout(ctx, 5*time.Second)
			_ = c.Admit(asking, row.Participant) // refused: tried again, while they wait
			cancel()
		}
	}
}
