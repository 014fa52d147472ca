// Package ledger makes a journal into evidence: a canonical encoding of its
// events, a hash chain over them, the machine's seal over the chain and over
// what it was judged by, and a bundle that can be checked offline.
//
// It is pure: no clock, no network, no storage. It deliberately does not know
// what an event means or how a row of attendance is computed; whoever verifies
// a bundle recomputes the rows beside it.
package ledger
