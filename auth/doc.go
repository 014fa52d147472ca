// Package auth turns what a person or a program holds (a link, a token) into
// who they are: a rooms.Identity in a session, a Staff member of a clinic, a
// Service with scopes.
//
// There are four kinds of token, each with its own key, audience and type; a
// token of one kind is worth nothing as another. A link is not a token: its
// secret is stored as a hash and exchanged, as often as needed, for a ticket
// that lives a minute and works once.
//
// The package deliberately knows no HTTP, no SQL, no names of people and no
// plan of an evening: whether it is too early to come is for its caller. It
// starts no goroutine.
package auth
