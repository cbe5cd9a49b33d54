package broker_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/broker"
	"rodada/internal/devstack"
)

// holder takes messages and acknowledges none by itself.
type holder struct {
	mu  sync.Mutex
	got []broker.Message
}

func (h *holder) add(m broker.Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.got = append(h.got, m)
}

func (h *holder) await(t *testing.T, n int) []broker.Message {
	t.Helper()
	var got []broker.Message
	require.Eventually(t, func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		got = h.got
		return len(got) == n
	}, patience, time.Millisecond)
	return got
}

func TestWhatWasNotAcknowledgedComesAgain(t *testing.T) {
	eachBroker(t, func(t *testing.T, s *devstack.Stack) {
		session := func(h *holder) *broker.Conn {
			o := of(s)
			o.ClientID, o.Persistent, o.ManualAck, o.OnMessage = "bridge", true, true, h.add
			o.Subscriptions = []broker.Subscription{{Filter: "bike", QoS: 1}}
			return connect(t, o)
		}
		sender := connect(t, of(s))
		var first, second, third holder
		c := session(&first)
		require.NoError(t, sender.Publish(t.Context(), "bike", 0, []byte("once")))
		for n := range 10 {
			require.NoError(t, sender.Publish(t.Context(), "bike", 1, []byte(strconv.Itoa(n))))
		}
		got := first.await(t, 11)
		for _, m := range got[:5] { // one of QoS 0, four of QoS 1
			m.Ack()
			m.Ack()
		}
		require.NoError(t, sender.Publish(t.Context(), "bike", 1, []byte("10"))) // the broker has read the acks before it sends this
		first.await(t, 12)
		c.Close()
		got[5].Ack() // too late

		c = session(&second)
		again := second.await(t, 7)
		var words []string
		for _, m := range again { // in any order: so does the embedded broker
			words = append(words, string(m.Payload))
			m.Ack()
		}
		require.ElementsMatch(t, []string{"4", "5", "6", "7", "8", "9", "10"}, words)
		require.NoError(t, sender.Publish(t.Context(), "bike", 1, []byte("11")))
		second.await(t, 8)[7].Ack()
		require.NoError(t, sender.Publish(t.Context(), "bike", 1, []byte("12")))
		second.await(t, 9)
		c.Close()

		session(&third)
		require.Equal(t, "12", string(third.await(t, 1)[0].Payload), "the rest was acknowledged")
	})
}

// Whoever listens for a while on such a connection need not acknowledge.
func TestListeningAcknowledges(t *testing.T) {
	eachBroker(t, func(t *testing.T, s *devstack.Stack) {
		var all holder
		var own inbox
		o := of(s)
		o.ManualAck, o.OnMessage = true, all.add
		c := connect(t, o)
		_, err := c.Listen(t.Context(), "ABC123", 1, own.add)
		require.NoError(t, err)
		sender := connect(t, of(s))
		const more = 1500 // than any broker leaves unacknowledged
		for n := 1; n <= more; n++ {
			require.NoError(t, sender.Publish(t.Context(), "ABC123", 1, []byte(strconv.Itoa(n))))
		}
		own.await(t, numbers(1, more))
		require.Empty(t, all.got)
	})
}
