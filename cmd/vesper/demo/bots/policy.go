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
// named by participant id, or by the name on the board. After a crash of the
// server they come back without a resume token, as a second device: those are
// moved.
func AdmitOnly(people ...string) Policy {
	wants := admitOnly(people)
	return func(ctx context.Context, c *client.Client, s client.State) {
		for _, row := range wants(time.Now(), s.Board) {
			let := c.Admit
			if row.SecondDevice {
				let = c.MoveDevice
			}
			asking, cancel := context.WithTimeout(ctx, 5*time.Second)
			_ = let(asking, row.Participant) // refused: tried again, while they wait
			cancel()
		}
	}
}

const patience = 2 * time.Second // before the same person is tried again

// admitOnly says whom to let in now.
func admitOnly(people []string) func(now time.Time, board []wire.BoardRow) []wire.BoardRow {
	tried := map[string]time.Time{}
	return func(now time.Time, board []wire.BoardRow) (wanted []wire.BoardRow) {
		for _, row := range board {
			known := slices.Contains(people, row.Participant) || slices.Contains(people, row.Name)
			last, before := tried[row.Participant]
			waits := row.State == "lobby" && row.Connected || row.SecondDevice
			if !waits || !known || before && now.Sub(last) < patience {
				continue
			}
			tried[row.Participant] = now
			wanted = append(wanted, row)
		}
		return wanted
	}
}
