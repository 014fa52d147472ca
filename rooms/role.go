package rooms

// Role is what a seat entitles a person to in the room. It comes from the
// roster, never from the order of arrival; nobody is ever promoted.
type Role string

const (
	Facilitator   Role = "facilitator"
	Cofacilitator Role = "cofacilitator"
	Observer      Role = "observer" // trainee, supervisor
	Interpreter   Role = "interpreter"
	Captioner     Role = "captioner"
	Client        Role = "participant"
	Collateral    Role = "collateral" // family, tied to a client
)

// Roles are all roles, in the order in which a board shows them.
var Roles = []Role{Facilitator, Cofacilitator, Observer, Interpreter, Captioner, Client, Collateral}

// Valid reports whether r is one of Roles.
func (r Role) Valid() bool {
	for _, known := range Roles {
		if r == known {
			return true
		}
	}
	return false
}

// Staff are the facilitators: they never wait, they moderate, and a room
// without them is held.
func (r Role) Staff() bool { return r == Facilitator || r == Cofacilitator }

// Crew wait until staff are in, then enter unasked; they do not keep a room
// from being held.
func (r Role) Crew() bool { return r == Observer || r == Interpreter || r == Captioner }
