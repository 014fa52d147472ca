package client_test

import (
	"context"
	"fmt"
	"time"

	"github.com/pion/rtp"

	"vesper/signaling/client"
	"vesper/signaling/wire"
)

// A listener that waits in the lobby and then counts what it is sent.
func ExampleJoin() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := client.Join(ctx, client.Options{
		Link:      "https://clinic.example/j#secret",
		Reconnect: client.NewPeer,
		OnRTP: func(slot wire.Slot, participant string, p *rtp.Packet) {
			// slot.Kind is audio, video or screen; p is valid until this returns
		},
	})
	if code := client.Code(err); code == "too_early" {
		fmt.Println("come back later")
	}
	if err != nil {
		return
	}
	defer c.Close()
	if err := c.WaitFor(ctx, client.State.Admitted); err != nil {
		return
	}
	if err := c.WaitMedia(ctx); err != nil {
		return
	}
	for _, r := range c.Stats().Received {
		fmt.Println(r.Kind, r.Participant, r.Packets)
	}
}
