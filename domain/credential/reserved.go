package credential

import (
	"slices"
	"strings"

	"rodada/domain/fault"
)

// ErrReserved is a name that only the backend may have at the broker.
var ErrReserved = fault.Declare(fault.Conflict, "name_reserved", "This name is kept for the backend's own accounts at the broker.")

// backendPrefix is how the backend's own accounts and client IDs begin.
const backendPrefix = "rodada"

// CheckFree refuses a user name, or a plate, which is one at first and a client ID too, that is the backend's or looks like it.
func CheckFree(name string, backend ...string) error {
	if strings.HasPrefix(strings.ToLower(name), backendPrefix) ||
		slices.ContainsFunc(backend, func(own string) bool { return own != "" && strings.EqualFold(own, name) }) {
		return ErrReserved
	}
	return nil
}
