package e2e_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/internal/client"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/protocol"
)

// Whose answers take this long leaves time to kill and to restart a role while one of them is awaited.
const slowAnswer = 5 * time.Second

// patient is a world in which everybody waits for a role that comes back.
var patient = set{
	"HTTP_DEADLINE": "50s", "RENTAL_ACK_WINDOW": "20s", "RENTAL_UNLOCK_WINDOW": "40s", "RENTAL_LOCK_BACKOFF_MAX": "20s",
}

// kill -9 of worker, bridge and api, at five points of a ride each, and restarted: the ride completes, charged once.
func TestKillNineAtFivePointsOfARide(t *testing.T) {
	testkit.RequireProgram(t, "mosquitto")
	testkit.RequireProgram(t, "redis-server")
	t.Parallel()
	for _, victim := range []string{"worker", "bridge", "api"} {
		t.Run(victim, func(t *testing.T) {
			t.Parallel()
			w := newWorldOn(t, devstack.Mosquitto, patient)
			role := map[string]*process{"worker": w.worker, "bridge": w.bridge, "api": w.api}[victim]
			crash := func() {
				require.True(t, role.alive())
				role.kill()
				require.False(t, role.alive())
				role.start(t)
			}
			b, p := w.box(t), w.rider(t)
			b.AnswerLate(slowAnswer)

			// Before the unlock's ack: the scooter has obeyed, its answer is under way.
			scan := beside(func() client.Rental { return p.insistOnRiding(t, b) })
			b.got(t, protocol.PowerOn, 1)
			crash()
			r := scan.wait(t)
			require.Equal(t, "riding", r.State)

			// Riding.
			b.Behave()
			crash()
			require.Equal(t, "riding", p.see(t, r.ID).State)

			// Pausing.
			b.got(t, protocol.QueryVehicle, 1)
			asked := b.Count(protocol.Pause)
			b.AnswerLate(slowAnswer / 2)
			pause := beside(func() any { p.insistOn(t, r.ID, "pause"); return nil })
			b.got(t, protocol.Pause, asked+1)
			crash()
			pause.wait(t)
			require.Equal(t, "paused", p.becomes(t, r.ID, "paused").State)

			// Ending: the lock is under way.
			end := beside(func() any { p.insistOn(t, r.ID, "end"); return nil })
			b.got(t, protocol.PowerOff, 1)
			crash()
			end.wait(t)
			b.Behave()
			p.becomes(t, r.ID, "ended")
			w.free(t, b)
			require.Eventually(t, func() bool { return w.charges(t, r.ID) == 1 }, patience, tick)

			// Before the payment of another ride, which the ledger holds up.
			second := p.insistOnRiding(t, b)
			release := w.holdLedger(t)
			p.insistOn(t, second.ID, "end")
			require.False(t, p.see(t, second.ID).Charged)
			crash()
			require.Equal(t, 0, w.charges(t, second.ID))
			release()
			require.Eventually(t, func() bool { return p.see(t, second.ID).Charged }, 2*patience, tick)
			require.Equal(t, 1, w.charges(t, second.ID))
			w.free(t, b)
			require.Equal(t, 2, b.Count(protocol.PowerOn), "each ride was unlocked once: %s", b.diary())
		})
	}
}

// holdLedger keeps everybody from booking until the returned function.
func (w *world) holdLedger(t *testing.T) (release func()) {
	t.Helper()
	tx, err := w.db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), `LOCK TABLE ledger_transactions IN EXCLUSIVE MODE`)
	require.NoError(t, err)
	return func() { require.NoError(t, tx.Rollback()) }
}
