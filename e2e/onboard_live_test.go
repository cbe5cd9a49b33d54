package e2e_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/protocol"
)

// A scooter that is ridden already, with an account at the broker that the books do not know, is taken in: not while somebody
// rides it, and whatever goes wrong it keeps what it logs in with until it has its own.
func TestAScooterOnTheStreetIsTakenIn(t *testing.T) {
	t.Parallel()
	eachBroker(t, func(t *testing.T, kind devstack.BrokerKind) {
		w := newWorldOn(t, kind, hurried())
		b := w.box(t)
		n := &newcomer{world: w, eva: w.staff(t), plate: b.plate, path: "/admin/v1/scooters/" + b.plate, username: b.plate, password: testkit.ScooterPassword}
		why := map[string]any{"reason": "It is ours."}
		p := n.rider(t)
		ride := p.ride(t, b).ID
		answer, err := n.eva.Do(t.Context(), "POST", n.path+"/onboard", why)
		require.NoError(t, err)
		require.Equal(t, 409, answer.Status, "somebody rides it")
		p.end(t, ride)
		n.free(t, b)

		require.NoError(t, n.eva.Call(t.Context(), "POST", n.path+"/onboard", why, nil))
		require.Equal(t, "imei_mismatch", n.becomes(t, "parked").Trouble)
		require.NoError(t, n.eva.Call(t.Context(), "POST", n.path+"/onboarding/abort", why, nil))
		n.becomes(t, "aborted")
		require.True(t, n.letsIn(t, n.username, n.password), "it is locked out")
		p.end(t, p.ride(t, b).ID)
		n.free(t, b)

		_, err = w.db.ExecContext(t.Context(), `UPDATE scooters SET imei = $2 WHERE plate = $1`, n.plate, boxIMEI)
		require.NoError(t, err)
		require.NoError(t, n.eva.Call(t.Context(), "POST", n.path+"/onboard", why, nil))
		n.onItsOwn(t)
		require.Equal(t, 1, b.Count(protocol.SetServer))
		p.end(t, p.ride(t, b).ID)
	})
}
