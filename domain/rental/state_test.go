package rental_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/rental"
)

func TestStates(t *testing.T) {
	reached := map[rental.State]bool{rental.Reserved: true, rental.Unlocking: true}
	for _, from := range rental.States() {
		require.Equal(t, from == rental.Ended || from == rental.Void, from.Final(), from)
		for _, to := range rental.States() {
			require.Equal(t, contains(from.Next(), to), from.MayBecome(to))
		}
		for _, to := range from.Next() {
			require.Contains(t, rental.States(), to)
			reached[to] = true
		}
	}
	require.Len(t, reached, len(rental.States()), "a state that no arrow leads to")
	require.False(t, rental.Riding.MayBecome(rental.Void), "a ride is never undone")
	require.False(t, rental.Riding.MayBecome(rental.Ended), "a ride ends over a lock")
}

// The list of a state's followers is the caller's own.
func TestNextIsACopy(t *testing.T) {
	rental.Reserved.Next()[0] = rental.Ended
	require.False(t, rental.Reserved.MayBecome(rental.Ended))
}

func TestRefusalReason(t *testing.T) {
	for status, want := range map[int]rental.Reason{1: rental.HardwareFault, 2: rental.Upgrading, 0: rental.OtherRefusal, 3: rental.OtherRefusal, -1: rental.OtherRefusal} {
		require.Equal(t, want, rental.RefusalReason(status))
	}
}

func contains(states []rental.State, s rental.State) bool {
	for _, state := range states {
		if state == s {
			return true
		}
	}
	return false
}
