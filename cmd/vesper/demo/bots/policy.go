package bots

import (
	"context"
	"slices"
	"time"

	"vesper/signaling/client"
	"vesper/signaling/wire"
)

// AdmitOnly is the policy of a cofacilitator who lets in those people and
// nobody else: everybody else waits for the human facilitator. People are
// named by participant id, or by the name on the board.
func AdmitOnly(people ...string) Policy {
	wants := admitOnly(people)
	return func(ctx context.Context, c *client.Client, s client.State) {
		for _, participant := range wants(time.Now(), s.Board) {
			asking, cancel := context.WithTimeout(ctx, 5*time.Second)
			_ = c.Admit(asking, participant) // refused: tried again, while they wait
			cancel()
		}
	}
}

const patience = 2 * time.Second // before the same person is tried again

// admitOnly says whom to admit now.
func admitOnly(people []string) func(now time.Time, board []wire.BoardRow) []string {
	tried := map[string]time.Time{}
	return func(now time.Time, board []wire.BoardRow) (wanted []string) {
		for _, row := range board {
			known := slices.Contains(people, row.Participant) || slices.Contains(people, row.Name)
			last, before := tried[row.Participant]
			if row.State != "lobby" || !row.Connected || !known || before && now.Sub(last) < patience {
				continue
			}
			tried[row.Participant] = now
			wanted = append(wanted, row.Participant)
		}
		return wanted
	}
}
