package api

import "vesper/auth"

// DoorPath is where a personal link leads. Its secret is in the fragment,
// which no browser sends.
func DoorPath(secret auth.Secret) string { return "/j#" + secret.Reveal() }

// ConsolePath is where a sign-in link leads.
func ConsolePath(secret auth.Secret) string { return "/console#" + secret.Reveal() }

// page is the whole address of a personal link.
func (h *house) page(secret auth.Secret) string { return h.URL + DoorPath(secret) }
