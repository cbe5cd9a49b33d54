package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/internal/client"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/protocol"
)

// outageLasts is how long a service is away.
const outageLasts = 20 * time.Second

// outage stops a service for its time, and while it is away does what must be done then.
func (w *world) outage(t *testing.T, name devstack.Service, lasts time.Duration, meanwhile func()) {
	t.Helper()
	require.NoError(t, w.stack.StopService(t.Context(), name))
	over := time.After(lasts)
	meanwhile()
	<-over
	require.NoError(t, w.stack.StartService(t.Context(), name))
}

// honest fails the test unless an answer during an outage is a success, later, or a refusal that says what is wrong.
func honest(t *testing.T) func(client.Answer, error) client.Answer {
	t.Helper()
	return func(a client.Answer, err error) client.Answer {
		t.Helper()
		require.NoError(t, err, "no answer")
		switch a.Status {
		case http.StatusOK, http.StatusCreated, http.StatusAccepted:
		case http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			require.NotEmpty(t, codeOf(a.Into(nil)), "%s", a.Body)
		default:
			t.Fatalf("status %d during an outage: %s", a.Status, a.Body)
		}
		return a
	}
}

// Redis, InfluxDB and the broker stopped for 20 s during a ride: it completes, and so does one that ends meanwhile.
func TestServiceAwayDuringARide(t *testing.T) {
	testkit.RequireProgram(t, "mosquitto")
	testkit.RequireProgram(t, "redis-server")
	t.Parallel()
	for _, name := range []devstack.Service{devstack.Redis, devstack.MQTT} {
		t.Run(string(name), func(t *testing.T) {
			t.Parallel()
			w := newPrivateWorld(t, devstack.Mosquitto)
			through, ending, fresh := w.box(t), w.box(t), w.box(t)
			long, leaving, coming := w.rider(t), w.rider(t), w.rider(t)
			stays, leaves := long.ride(t, through), leaving.ride(t, ending)
			long.act(t, stays.ID, "pause")

			w.outage(t, name, outageLasts, func() {
				// Out at once, though nobody can tell the scooter.
				out := honest(t)(leaving.app.Do(t.Context(), http.MethodPost, "/v1/rentals/"+leaves.ID+"/end", nil))
				require.Equal(t, http.StatusOK, out.Status, "%s", out.Body)
				require.Equal(t, "ended", leaving.see(t, leaves.ID).State)
				require.Equal(t, fleet.Securing, w.hold(t, ending))
				// No ride begins, and the rider is told so.
				no := honest(t)(coming.app.Do(t.Context(), http.MethodPost, "/v1/rentals", map[string]string{"qr": fresh.qr}, "Idempotency-Key", key()))
				require.Equal(t, http.StatusGatewayTimeout, no.Status, "%s", no.Body)
				honest(t)(long.app.Do(t.Context(), http.MethodGet, "/v1/scooters?lat=40&lng=-3", nil))
				require.Equal(t, "paused", long.see(t, stays.ID).State)
			})
			w.backToWork(t, through)
			long.insistOn(t, stays.ID, "resume")
			require.False(t, through.Locked())
			long.insistOn(t, stays.ID, "end")
			w.freeAgain(t, through, ending, fresh)
			require.Equal(t, 1, w.number(t, `SELECT count(*) FROM rentals WHERE outcome = 'void'`))
			require.Equal(t, 0, w.charges(t, w.rows(t, `SELECT id::text FROM rentals WHERE outcome = 'void'`)[0]))
			coming.end(t, coming.insistOnRiding(t, fresh).ID)
			w.freeAgain(t, fresh)
		})
	}
}

// InfluxDB and Temporal stopped for 20 s during a ride: it completes. And Temporal away between a scooter's ack and its
// signal: the ack is not lost.
func TestTemporalAwayDuringARide(t *testing.T) {
	testkit.RequireProgram(t, "mosquitto")
	t.Parallel()
	w := newPrivateWorld(t, devstack.Mosquitto, set{"RENTAL_UNLOCK_WINDOW": "8s"})
	through, inTime, tooLate, never := w.box(t), w.box(t), w.box(t), w.box(t)
	long, early, late, coming := w.rider(t), w.rider(t), w.rider(t), w.rider(t)
	stays := long.ride(t, through)
	// Somebody whose unlock may take so long that Temporal is back before its time is over.
	waits, patientOne := w.box(t), w.anotherAPI(t, set{"RENTAL_UNLOCK_WINDOW": "55s", "HTTP_DEADLINE": "58s"})

	// Nobody of a ride needs the history of telemetry.
	require.NoError(t, w.stack.StopService(t.Context(), devstack.Influx))
	long.act(t, stays.ID, "pause")
	long.act(t, stays.ID, "resume")

	inTime.AnswerLate(4 * time.Second)
	waits.AnswerLate(4 * time.Second)
	tooLate.AnswerLate(12 * time.Second)
	scan := func(p person, b *box) *errand[client.Answer] {
		return beside(func() client.Answer {
			a, err := p.app.Do(t.Context(), http.MethodPost, "/v1/rentals", map[string]string{"qr": b.qr}, "Idempotency-Key", key())
			if err != nil {
				a.Body = []byte(err.Error())
			}
			return a
		})
	}
	scanEarly, scanLate, scanPatient := scan(early, inTime), scan(late, tooLate), scan(patientOne, waits)
	waits.got(t, protocol.PowerOn, 1)
	inTime.got(t, protocol.PowerOn, 1)
	tooLate.got(t, protocol.PowerOn, 1)
	w.outage(t, devstack.Temporal, outageLasts, func() {
		for _, s := range []*errand[client.Answer]{scanEarly, scanLate} {
			require.Equal(t, http.StatusAccepted, s.wait(t).Status, "nobody knows yet: %s", s.result.Body)
			require.NotEmpty(t, s.result.Header.Get("Location"))
		}
		for _, ask := range []*errand[client.Answer]{
			beside(func() client.Answer {
				a, err := long.app.Do(t.Context(), http.MethodPost, "/v1/rentals/"+stays.ID+"/end", nil)
				if err != nil {
					a.Body = []byte(err.Error())
				}
				return a
			}),
			scan(coming, never),
		} {
			got := ask.wait(t)
			require.Contains(t, []int{http.StatusAccepted, http.StatusServiceUnavailable}, got.Status, "%s", got.Body)
		}
		require.Equal(t, "riding", long.see(t, stays.ID).State)
	})
	require.NoError(t, w.stack.StartService(t.Context(), devstack.Influx))

	// The ack is signalled as soon as Temporal is back, not only found when the time is over.
	require.Equal(t, http.StatusCreated, scanPatient.wait(t).Status, "%s", scanPatient.result.Body)
	require.Equal(t, 1, w.number(t, `SELECT count(*) FROM rentals WHERE plate = $1 AND unlocked_at < created_at + interval '50 s'`, waits.plate))
	waits.Behave()
	patientOne.insistOn(t, rentalIn(t, scanPatient.result).ID, "end")
	// The ack came in time, so the ride is open, whenever its workflow learned of it.
	r := rentalIn(t, scanEarly.result)
	early.becomes(t, r.ID, "riding")
	require.False(t, inTime.Locked())
	inTime.Behave()
	early.insistOn(t, r.ID, "end")
	// This one came after its time: no ride, nothing to pay, and the scooter is locked again.
	tooLate.Behave()
	late.becomes(t, rentalIn(t, scanLate.result).ID, "void")

	long.insistOn(t, stays.ID, "end")
	w.freeAgain(t, through, waits, inTime, tooLate)
	require.Equal(t, 0, w.number(t, `SELECT count(*) FROM ledger_transactions WHERE rental_id = $1`, rentalIn(t, scanLate.result).ID))
	require.Equal(t, 1, inTime.Count(protocol.PowerOn))
	require.Equal(t, 1, tooLate.Count(protocol.PowerOn))

	// A scan that nobody began is given up, and neither its rider nor its scooter is stuck.
	require.Eventually(t, func() bool {
		r, err := coming.app.Rent(t.Context(), key(), never.qr)
		return err == nil && coming.end(t, r.ID).State == "ended"
	}, patience, 500*time.Millisecond)
	w.freeAgain(t, never)
}

// backToWork waits until the roles and a scooter have found a service again.
func (w *world) backToWork(t *testing.T, b *box) {
	t.Helper()
	for _, p := range w.processes() {
		require.True(t, p.alive(), "the %s gave up", p.role)
		p.awaitReady(t)
	}
	require.Eventually(t, b.Connected, patience, tick)
}

// freeAgain waits longer than free: after an outage a lock is repeated with a growing pause.
func (w *world) freeAgain(t *testing.T, all ...*box) {
	t.Helper()
	for _, b := range all {
		require.Eventually(t, func() bool { return w.hold(t, b) == fleet.Free }, 2*patience, tick, "%s does not become free%s", b.plate, b.diary())
		require.True(t, b.Locked())
	}
}
