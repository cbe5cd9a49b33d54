package money_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/money"
)

func TestAdd(t *testing.T) {
	sum, err := money.Of(150, "EUR").Add(money.Of(-200, "EUR"))
	require.NoError(t, err)
	require.Equal(t, money.Of(-50, "EUR"), sum)
	_, err = sum.Add(money.Of(1, "USD"))
	require.ErrorIs(t, err, money.ErrCurrency)
	require.Equal(t, money.Of(50, "EUR"), sum.Negate())
}
