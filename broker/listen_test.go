package broker_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/broker"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
)

func TestListensForAWhile(t *testing.T) {
	eachBroker(t, func(t *testing.T, s *devstack.Stack) {
		var in, own inbox
		c := connect(t, in.listen(of(s), "bike"))
		out := connect(t, of(s))
		stop, err := c.Listen(t.Context(), "ABC123", 0, own.add)
		require.NoError(t, err)
		require.NoError(t, out.Publish(t.Context(), "ABC123", 1, []byte("heard")))
		own.await(t, "heard")
		require.Empty(t, in.String(), "it is nobody else's")

		stop()
		stop()
		n := 0
		require.Eventually(t, func() bool { // as soon as the broker knows
			n++
			word := "w" + strconv.Itoa(n)
			require.NoError(t, out.Publish(t.Context(), "ABC123", 0, []byte(word)))
			require.NoError(t, out.Publish(t.Context(), "bike", 0, []byte(word)))
			require.Eventually(t, func() bool { return strings.HasSuffix(in.String(), word) }, patience, time.Millisecond)
			return !strings.HasSuffix(own.String(), word)
		}, patience, time.Millisecond)
	})
}

func TestListeningNeedsAConnectionAndTheRight(t *testing.T) {
	o := of(testkit.Broker(t))
	o.Username, o.Password = "ABC123", testkit.ScooterPassword
	c := connect(t, o)
	_, err := c.Listen(t.Context(), "ABC124", 0, func(broker.Message) {})
	require.ErrorContains(t, err, "subscri")
	c.Close()
	_, err = c.Listen(t.Context(), "ABC123", 0, func(broker.Message) {})
	require.ErrorIs(t, err, broker.ErrNotConnected)
}
