package brokeraccounts_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/broker"
	"rodada/providers/brokeraccounts"
)

// Who asks may be mistaken: what is the backend's is never changed.
func TestTheBackendsAccountsAreNobodysToChange(t *testing.T) {
	eachBroker(t, func(t *testing.T, s *site) {
		b, err := brokeraccounts.Dial(broker.Options{
			URL: s.at.MQTT, Username: s.at.MQTTUser, Password: s.at.MQTTPassword, Log: slog.New(slog.DiscardHandler),
		}, topics, "bridge")
		require.NoError(t, err)
		t.Cleanup(b.Close)
		for _, user := range []string{s.at.MQTTUser, "bridge"} {
			a := one(user, "AAA111")
			for name, err := range map[string]error{
				"put": b.Put(t.Context(), a), "add": b.Add(t.Context(), a), "allow": b.Allow(t.Context(), user, "AAA111"),
				"suspend": b.Suspend(t.Context(), user), "restore": b.Restore(t.Context(), user), "remove": b.Remove(t.Context(), user),
			} {
				require.ErrorIs(t, err, brokeraccounts.ErrBackend, "%s %s", name, user)
			}
		}
		s.backend(t, "#")
	})
}

func TestAnAccountThatIsThere(t *testing.T) {
	eachBroker(t, func(t *testing.T, s *site) {
		a := one("u1", "AAA111")
		require.NoError(t, s.Put(t.Context(), a))
		box := s.connect(t, a)
		require.ErrorIs(t, s.Add(t.Context(), one("u1", "BBB222")), brokeraccounts.ErrTaken)
		require.NoError(t, s.Add(t.Context(), a))
		require.NoError(t, s.Allow(t.Context(), "u1", "AAA111"))
		require.NoError(t, box.listen(t.Context(), "AAA111"), "nothing changed, so it is connected still")

		require.NoError(t, s.Allow(t.Context(), "u1", "AAA111", "CCC333"))
		box = s.connect(t, a) // its password is what it was
		require.NoError(t, box.listen(t.Context(), "CCC333"))
		require.NoError(t, s.Suspend(t.Context(), "u1"))
		require.NoError(t, s.Allow(t.Context(), "u1", "AAA111"))
		s.refuses(t, "u1", a.Password)
		require.ErrorIs(t, s.Allow(t.Context(), "u9", "AAA111"), brokeraccounts.ErrUnknown)
	})
}
