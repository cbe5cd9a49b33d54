package password

import "testing"

// Occupy takes one turn, as a hash in progress does.
func (h *Hasher) Occupy(t *testing.T) (done func()) {
	done, err := h.turn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return done
}
