package signaling

import "vesper/rooms"

// Present reports whether a person is in a running room of the clinic on this
// node: let in and not yet gone, also while their connection is lost.
func (s *Server) Present(clinic rooms.ClinicID, person rooms.PersonID) bool {
	s.mu.Lock()
	var views []*rooms.View
	for _, l := range s.lounges {
		if l.plan.Clinic == clinic {
			views = append(views, l.view.Load())
		}
	}
	s.mu.Unlock()
	for _, view := range views {
		if view == nil || view.Ended {
			continue
		}
		if p, ok := view.Person(person); ok && p.Stand == rooms.Admitted {
			return true
		}
	}
	return false
}
