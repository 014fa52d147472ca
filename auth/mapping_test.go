package auth

import (
	"slices"
	"testing"
)

func TestWhoDecidesRoles(t *testing.T) {
	type roles = []StaffRole
	for name, c := range map[string]struct {
		from                    RolesFrom
		held, mapped, now, kept roles
	}{
		"unchanged":                          {"", roles{Admin}, roles{Admin}, roles{Admin}, roles{Admin}},
		"taken away in the console":          {FromClinic, roles{Billing}, roles{Admin, Billing}, roles{Billing}, roles{Billing}},
		"all taken away in the console":      {FromClinic, nil, roles{Admin}, nil, nil},
		"more in the console than mapped":    {FromClinic, roles{Admin, Clinician}, roles{Clinician}, roles{Clinician}, roles{Admin, Clinician}},
		"taken away by the provider, mapped": {FromClinic, roles{Admin}, roles{Billing}, nil, roles{Admin}},
		"the provider's, taken away":         {FromProvider, nil, roles{Admin}, roles{Admin}, roles{Admin}},
		"the provider's, given":              {FromProvider, roles{Admin}, roles{Billing}, roles{Billing}, roles{Billing}},
		"the provider's, none":               {FromProvider, roles{Admin}, nil, nil, nil},
	} {
		now, kept := c.from.Roles(c.held, c.mapped)
		if !slices.Equal(now, c.now) || !slices.Equal(kept, c.kept) {
			t.Errorf("%s: %v and %v, want %v and %v", name, now, kept, c.now, c.kept)
		}
	}
	if !RolesFrom("").Valid() || RolesFrom("idp").Valid() {
		t.Error("what is valid")
	}
}
