package schedule

import "slices"

// Kind is what a series is for. The parts of its evenings have kinds of their
// own.
type Kind string

const (
	Group             Kind = "group"
	Education         Kind = "education"
	RelapsePrevention Kind = "relapse_prevention"
	Individual        Kind = "individual"
	Family            Kind = "family"
	Alumni            Kind = "alumni" // aftercare: coming is a choice
)

// Kinds are all kinds that a series may have.
var Kinds = []Kind{Group, Education, RelapsePrevention, Individual, Family, Alumni}

// Valid reports whether k is one of Kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds, k) }

// Optional reports whether nobody is expected to come: a person who stays away
// is not absent.
func (k Kind) Optional() bool { return k == Alumni }

// OrGroup is k, or Group for a series of before there were kinds.
func (k Kind) OrGroup() Kind {
	if k == "" {
		return Group
	}
	return k
}
