// Package ledger makes a journal into evidence: a canonical encoding of its
// events, a hash chain over them, seals over the chain and over what it was
// judged by (the machine's, the sign-off's, those of addenda), a Merkle log of
// all seals with signed checkpoints, and bundles and archives that can be
// checked offline.
//
// It is pure: no clock, no network, no storage. It deliberately does not know
// what an event means or how a row of attendance is computed, but for which
// kinds may stand behind which seal; whoever verifies a bundle recomputes the
// rows beside it.
package ledger
