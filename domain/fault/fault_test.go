package fault_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	_ "rodada/domain/command"
	"rodada/domain/fault"
	_ "rodada/domain/fleet"
	_ "rodada/domain/money"
	"rodada/domain/rental"
	_ "rodada/domain/rider"
	_ "rodada/domain/series"
	_ "rodada/domain/wallet"
	_ "rodada/domain/zone"
)

// Every fault of the domain has a stable code and a sentence for a person.
func TestCatalogue(t *testing.T) {
	snake := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	kinds := []fault.Kind{
		fault.Invalid, fault.Unauthenticated, fault.Forbidden, fault.NotFound, fault.Conflict, fault.PaymentRequired,
		fault.Refused, fault.Silent, fault.Unavailable, fault.Limited,
	}
	require.Greater(t, len(fault.All()), 20)
	for code, f := range fault.All() {
		require.Equal(t, code, f.Code)
		require.Regexp(t, snake, code)
		require.Contains(t, kinds, f.Kind, code)
		require.True(t, strings.HasSuffix(f.Message, "."), code)
		require.Empty(t, f.Details, code)
		found, ok := fault.Lookup(code)
		require.True(t, ok)
		require.Same(t, f, found)
	}
	_, ok := fault.Lookup("no_such_code")
	require.False(t, ok)
	delete(fault.All(), "rental_over")
	_, ok = fault.Lookup("rental_over")
	require.True(t, ok, "the catalogue can't be changed from outside")
}

func TestDeclaredTwice(t *testing.T) {
	require.Panics(t, func() { _ = fault.Declare(fault.Invalid, rental.ErrOver.Code, "Again.") })
}

func TestFromAndIs(t *testing.T) {
	cause := errors.New("dial tcp 10.0.0.1: connection refused")
	err := fmt.Errorf("open a rental: %w", rental.ErrUnreachable.Because(cause))
	got, ok := fault.From(err)
	require.True(t, ok)
	require.Equal(t, "scooter_unreachable", got.Code)
	require.ErrorIs(t, err, rental.ErrUnreachable)
	require.ErrorIs(t, err, cause, "the cause is there for the log")
	require.NotErrorIs(t, err, rental.ErrOver)
	require.NotContains(t, got.Message, "10.0.0.1", "and not for the user")

	_, ok = fault.From(cause)
	require.False(t, ok)
	_, ok = fault.From(nil)
	require.False(t, ok)
}

// What is added to a fault stays out of the declared one.
func TestCopies(t *testing.T) {
	one := rental.ErrOutsideZone.With("nearest", 1)
	two := one.With("other", 2)
	require.Equal(t, map[string]any{"nearest": 1}, one.Details)
	require.Equal(t, map[string]any{"nearest": 1, "other": 2}, two.Details)
	require.Equal(t, "Move 5 m.", rental.ErrOutsideZone.Saying("Move %d m.", 5).Message)
	require.Empty(t, rental.ErrOutsideZone.Details)
	require.Equal(t, "The ride can't end here.", rental.ErrOutsideZone.Message)
	require.NoError(t, rental.ErrOutsideZone.Unwrap())
	require.ErrorIs(t, two, rental.ErrOutsideZone)
}
