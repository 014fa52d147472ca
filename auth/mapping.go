package auth

import "slices"

// RolesFrom is who decides what staff may do who come by an identity provider
// or a record system. Both have a mapping in the configuration, and it bounds
// every sign-in by them: nobody comes in with a role that they are not mapped
// to. A newcomer begins with all that they are mapped to.
type RolesFrom string

const (
	// FromClinic: within the mapping, what the clinic's administrator set
	// holds, and no sign-in changes it. A role that was taken away stays away.
	FromClinic RolesFrom = "clinic"
	// FromProvider: the mapping takes the place of what the administrator set,
	// at every sign-in.
	FromProvider RolesFrom = "provider"
)

// Valid reports whether f is one of the two; the empty one is FromClinic.
func (f RolesFrom) Valid() bool { return f == "" || f == FromClinic || f == FromProvider }

// Roles are those of a sign-in of somebody who holds some roles in the clinic
// and is mapped to others, and those that the clinic keeps from then on.
func (f RolesFrom) Roles(held, mapped []StaffRole) (now, kept []StaffRole) {
	if f == FromProvider {
		return mapped, mapped
	}
	for _, role := range mapped {
		if slices.Contains(held, role) {
			now = append(now, role)
		}
	}
	return now, held
}
