package brokeraccounts_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/broker"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/providers/brokeraccounts"
)

func TestAScooterMayOnlyWhatIsItsOwn(t *testing.T) {
	eachBroker(t, func(t *testing.T, s *site) {
		require.NoError(t, s.Put(t.Context(), one("u1", "AAA111")))
		require.NoError(t, s.Put(t.Context(), one("u2", "BBB222")))
		backend, box := s.backend(t, "#"), s.connect(t, one("u1"))
		require.NoError(t, box.listen(t.Context(), "AAA111"))
		require.Equal(t, "AAA111", heard(t, backend, box, "AAA111"))
		for _, filter := range []string{"BBB222", "bike", "o", "#", "+", "u1", "AAA111/+", "$CONTROL/dynamic-security/v1/response"} {
			_ = box.listen(t.Context(), filter) // a broker may grant what it then does not deliver
			for _, topic := range []string{"BBB222", "bike", "o", "u1"} {
				backend.say(t, topic, "x")
			}
			backend.say(t, "AAA111", "x")
			require.Equal(t, "AAA111", box.next(t), "after %s", filter)
			drain(t, backend, 5)
		}
		for _, topic := range []string{"BBB222", "u1", "AAA111/x", "bike/x", "else", brokeraccounts.ControlTopic} {
			box.say(t, topic, "AAA111")
			box.say(t, "bike", "AAA111") // comes after the other, if that comes
			require.Equal(t, "bike", backend.next(t), topic)
		}
		for _, topic := range []string{"bike", "o", "AAA111"} {
			require.Equal(t, topic, heard(t, backend, box, topic))
		}
	})
}

// heard is the topic on which the backend hears what a box says there.
func heard(t *testing.T, backend, box *peer, topic string) string {
	t.Helper()
	box.say(t, topic, "AAA111")
	got := backend.next(t)
	if topic == "AAA111" {
		require.Equal(t, topic, box.next(t)) // its own topic, so it hears itself
	}
	return got
}

func drain(t *testing.T, p *peer, n int) {
	t.Helper()
	for range n {
		p.next(t)
	}
}

func TestWhoComesIn(t *testing.T) {
	eachBroker(t, func(t *testing.T, s *site) {
		a := one("u1", "AAA111")
		require.NoError(t, s.Put(t.Context(), a))
		s.refuses(t, "", "")
		s.refuses(t, "u2", a.Password)
		s.refuses(t, "u1", "wrong")
		s.refuses(t, "u1", "")
		box := s.connect(t, a)

		require.NoError(t, s.Suspend(t.Context(), "u1"))
		box.breaks(t)
		s.refuses(t, "u1", a.Password)
		require.NoError(t, s.Restore(t.Context(), "u1"))
		box = s.connect(t, a)

		changed := a
		changed.Password = "another"
		require.NoError(t, s.Add(t.Context(), changed), "it is there, so nothing changes")
		require.True(t, box.IsConnectionOpen())
		s.refuses(t, "u1", changed.Password)
		require.NoError(t, s.Put(t.Context(), changed))
		box.breaks(t)
		s.refuses(t, "u1", a.Password)
		box = s.connect(t, changed)

		for range 2 {
			require.NoError(t, s.Remove(t.Context(), "u1"), "again changes nothing")
		}
		box.breaks(t)
		s.refuses(t, "u1", changed.Password)
		require.ErrorIs(t, s.Suspend(t.Context(), "u1"), brokeraccounts.ErrUnknown)
		require.ErrorIs(t, s.Restore(t.Context(), "u1"), brokeraccounts.ErrUnknown)
	})
}

// A box that gets another credential speaks with the old one until it has the new one, under the same client ID; a box that
// gets another number has both for a while.
func TestCredentialsAndNumbersChangeApart(t *testing.T) {
	eachBroker(t, func(t *testing.T, s *site) {
		first, second := one("AAA111", "AAA111"), one("AAA111.x", "AAA111")
		require.NoError(t, s.Put(t.Context(), first))
		require.NoError(t, s.Put(t.Context(), second))
		old, err := s.dial(t.Context(), "box", first.User, first.Password, false)
		require.NoError(t, err)
		require.NoError(t, old.listen(t.Context(), "AAA111"))
		fresh, err := s.dial(t.Context(), "box", second.User, second.Password, false)
		require.NoError(t, err, "the session is its own")
		t.Cleanup(func() { fresh.Disconnect(0) })
		old.breaks(t)
		require.NoError(t, s.Remove(t.Context(), first.User))
		backend := s.backend(t, "bike")
		backend.say(t, "AAA111", "x")
		require.Equal(t, "AAA111", fresh.next(t), "the session is still subscribed")

		second.Numbers = []string{"AAA111", "BBB222"}
		require.NoError(t, s.Put(t.Context(), second))
		fresh.breaks(t)
		fresh, err = s.dial(t.Context(), "box", second.User, second.Password, false)
		require.NoError(t, err)
		t.Cleanup(func() { fresh.Disconnect(0) })
		require.NoError(t, fresh.listen(t.Context(), "BBB222"))
		fresh.say(t, "bike", "AAA111")
		fresh.say(t, "bike", "BBB222")
		drain(t, backend, 2)
		backend.say(t, "BBB222", "x")
		require.Equal(t, "BBB222", fresh.next(t))

		second.Numbers = []string{"BBB222"}
		require.NoError(t, s.Put(t.Context(), second))
		require.NoError(t, s.Release(t.Context(), "AAA111"))
		require.NoError(t, s.Release(t.Context(), "AAA111"), "again changes nothing")
		fresh.breaks(t)
		fresh, err = s.dial(t.Context(), "box", second.User, second.Password, false)
		require.NoError(t, err)
		t.Cleanup(func() { fresh.Disconnect(0) })
		require.NoError(t, fresh.listen(t.Context(), "BBB222"))
		backend.say(t, "AAA111", "x")
		backend.say(t, "BBB222", "x")
		require.Equal(t, "BBB222", fresh.next(t), "its session is subscribed to the old number, which is not its own now")
		listed, err := s.List(t.Context())
		require.NoError(t, err)
		require.Equal(t, []brokeraccounts.Listed{{User: "AAA111.x", Numbers: []string{"BBB222"}}}, listed)
	})
}

func TestARestartForgetsNobody(t *testing.T) {
	eachBroker(t, func(t *testing.T, s *site) {
		kept, gone := one("u1", "AAA111"), one("u2", "BBB222")
		require.NoError(t, s.Put(t.Context(), kept))
		require.NoError(t, s.Put(t.Context(), gone))
		require.NoError(t, s.Remove(t.Context(), gone.User))
		s.stack.Kill(devstack.MQTT)
		require.NoError(t, s.stack.StartService(t.Context(), devstack.MQTT))
		s.connect(t, kept)
		s.refuses(t, gone.User, gone.Password)
		require.NoError(t, s.Put(t.Context(), gone), "the way to the broker mends itself")
		s.connect(t, gone)
	})
}

func TestABrokerThatIsAway(t *testing.T) {
	b, err := brokeraccounts.Dial(broker.Options{URL: "tcp://127.0.0.1:1", Log: slog.New(slog.DiscardHandler)}, topics)
	require.NoError(t, err)
	defer b.Close()
	require.False(t, b.Connected())
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, b.Put(ctx, one("u1", "AAA111")), brokeraccounts.ErrSilent)
	_, err = brokeraccounts.Dial(broker.Options{URL: "nowhere"}, topics)
	require.ErrorIs(t, err, broker.ErrOptions)
}

// Whoever may not change accounts is not answered.
func TestOnlyTheBackendChangesAccounts(t *testing.T) {
	stack := testkit.Mosquitto(t, "AAA111")
	b, err := brokeraccounts.Dial(broker.Options{
		URL: stack.Addresses().MQTT, Username: "AAA111", Password: testkit.ScooterPassword, Log: slog.New(slog.DiscardHandler),
	}, topics)
	require.NoError(t, err)
	defer b.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, b.Put(ctx, one("thief", "BBB222")), brokeraccounts.ErrSilent)
	newSite(t, stack).refuses(t, "thief", "secret of thief")
}

func TestAccountsThatNoBrokerShouldHave(t *testing.T) {
	s := newSite(t, testkit.Broker(t))
	for name, a := range map[string]brokeraccounts.Account{
		"no user":             {Password: "p", Numbers: []string{"A"}},
		"a user of controls":  {User: "a\nb", Password: "p", Numbers: []string{"A"}},
		"no password":         {User: "u", Numbers: []string{"A"}},
		"no number":           {User: "u", Password: "p"},
		"an empty number":     {User: "u", Password: "p", Numbers: []string{""}},
		"a number for all":    {User: "u", Password: "p", Numbers: []string{"A", "#"}},
		"a wildcard":          {User: "u", Password: "p", Numbers: []string{"+"}},
		"a level below":       {User: "u", Password: "p", Numbers: []string{"A/B"}},
		"a topic of reports":  {User: "u", Password: "p", Numbers: []string{"bike"}},
		"the other one":       {User: "u", Password: "p", Numbers: []string{"o"}},
		"the broker's own":    {User: "u", Password: "p", Numbers: []string{"$SYS"}},
		"a pattern":           {User: "u", Password: "p", Numbers: []string{"%u"}},
		"a number of control": {User: "u", Password: "p", Numbers: []string{"A\x00"}},
	} {
		require.ErrorIs(t, s.Put(t.Context(), a), brokeraccounts.ErrAccount, name)
		_, err := brokeraccounts.Plan{Topics: topics, Scooters: []brokeraccounts.Account{a}}.File()
		require.ErrorIs(t, err, brokeraccounts.ErrAccount, name)
	}
}

// Whoever takes over another's session by its client ID hears nothing of what waits in it.
func TestAStolenSessionTellsNothing(t *testing.T) {
	eachBroker(t, func(t *testing.T, s *site) {
		victim, thief := one("u1", "AAA111"), one("u2", "BBB222")
		require.NoError(t, s.Put(t.Context(), victim))
		require.NoError(t, s.Put(t.Context(), thief))
		box, err := s.dial(t.Context(), "box", victim.User, victim.Password, false)
		require.NoError(t, err)
		require.NoError(t, box.listen(t.Context(), "AAA111"))
		box.Disconnect(0)
		backend := s.backend(t, "bike")
		require.NoError(t, wait(t.Context(), backend.Publish("AAA111", 1, false, `{"a":3}`)))
		stolen, err := s.dial(t.Context(), "box", thief.User, thief.Password, false)
		if err != nil {
			return // turned away, which is better still
		}
		t.Cleanup(func() { stolen.Disconnect(0) })
		require.NoError(t, stolen.listen(t.Context(), "BBB222"))
		backend.say(t, "AAA111", "x")
		backend.say(t, "BBB222", "x")
		require.Equal(t, "BBB222", stolen.next(t))
	})
}
