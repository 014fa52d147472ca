// Package signaling is the conversation with a participant: one WebSocket
// each, a table of who may ask what, and the stage that applies a room's
// decisions to the media. It is the only place that holds both grounds, rooms
// and sfu, one in each hand.
//
// It deliberately knows no SQL, no HTTP interface beyond the upgrade, and no
// rule of the room: what a request means is rooms' business.
//
// A conversation has a reading goroutine (the HTTP handler's own) and a
// writing one. A seat, the place of one person in one open room, has a
// mailbox goroutine, ended with the room. Server.Close waits for all.
package signaling
