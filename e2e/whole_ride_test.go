package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"rodada/internal/client"
	"rodada/internal/devstack"
	"rodada/protocol"
	"rodada/providers/payment"
)

// A whole ride as a newcomer takes it: register, log in, top up, find, scan, ride, pause, resume, end, receipt.
func (w *world) wholeRide(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	b := w.box(t)
	who := client.NewRider{FirstName: "Luis", LastName: "Newcomer", Email: b.plate + "@riders.example", Password: "a password of " + b.plate}
	registration, err := w.visitor.Register(ctx, who)
	require.NoError(t, err)
	_, err = w.visitor.LogIn(ctx, who.Email, who.Password)
	refused(t, err, http.StatusUnauthorized, "credentials_wrong")
	_, err = w.visitor.Verify(ctx, registration, w.mailed(t, who.Email))
	require.NoError(t, err)
	luis, err := w.visitor.LogIn(ctx, who.Email, who.Password)
	require.NoError(t, err)
	_, err = luis.Rent(ctx, key(), b.qr)
	refused(t, err, http.StatusPaymentRequired, "balance_too_low")
	err = luis.TopUp(ctx, key(), 1000)
	refused(t, err, http.StatusPaymentRequired, "card_missing")
	require.NoError(t, luis.SaveCard(ctx))
	err = luis.TopUp(ctx, key(), 1000+int64(payment.Declines))
	refused(t, err, http.StatusPaymentRequired, "payment_failed")
	same := key()
	for range 2 {
		require.NoError(t, luis.TopUp(ctx, same, 1000))
	}
	b.ReportNow()
	w.offered(t, luis, 1)

	r, err := luis.Rent(ctx, key(), "https://rodada.example/s/"+b.qr)
	require.NoError(t, err)
	require.Equal(t, "riding", r.State)
	w.offered(t, luis, 0)
	b.got(t, protocol.QueryVehicle, 1)
	w.baselineRead(t, b)
	b.AddTrip(1400)
	for _, step := range []struct{ what, state string }{{"pause", "paused"}, {"resume", "riding"}, {"end", "ended"}} {
		r, err = luis.Act(ctx, r.ID, step.what)
		require.NoError(t, err)
		require.Equal(t, step.state, r.State)
	}
	w.free(t, b)
	w.offered(t, luis, 1) // again
	require.Eventually(t, func() bool {
		r, err = luis.Rental(ctx, r.ID)
		return err == nil && r.Charged
	}, patience, tick)
	items := map[string]int64{}
	for _, l := range r.Price.Lines {
		items[l.Item] = l.Amount
	}
	// The trip counter says 1 km, of which a ride of a moment can have driven some metres: the first kilometre has begun.
	require.Equal(t, map[string]int64{"unlock": unlockPrice, "riding": minutePrice, "paused": pausedPrice, "distance": kmPrice}, items)
	require.Less(t, r.Usage.Meters, int64(1000))
	left, err := luis.Balance(ctx)
	require.NoError(t, err)
	require.Equal(t, 1000-r.Price.Total.Amount, left.Amount)
}

// offered waits until a rider finds so many scooters at home: the list follows the books in a moment.
func (w *world) offered(t *testing.T, app *client.Client, want int) {
	t.Helper()
	require.Eventually(t, func() bool {
		near, err := app.Near(t.Context(), client.Place{Lat: home.Lat, Lng: home.Lng}, 500)
		return err == nil && len(near) == want && (want == 0 || near[0].Model == w.fleet.model.Name)
	}, patience, tick, "not %d scooters are found", want)
}

// baselineRead waits until the ride knows the trip counter it began with.
func (w *world) baselineRead(t *testing.T, b *box) {
	t.Helper()
	require.Eventually(t, func() bool { return b.Count(protocol.ClearTripMileage) > 0 && b.Count(protocol.QueryVehicle) > 0 }, patience, tick)
	require.Eventually(t, func() bool {
		return w.bridge.counted(t, `rodada_bridge_answers_total{outcome="signalled"}`)+
			w.bridge.counted(t, `rodada_bridge_answers_total{outcome="handed_over"}`) >= 4
	}, patience, tick)
}

func TestWholeRide(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wholeRide(t)
	w.checkBooks(t)
	require.Eventually(t, func() bool { // Temporal lists it a moment later
		w.replayed = 0
		w.checkHistories(t)
		return w.replayed == 4 // two top-ups, the ride and its payment
	}, patience, 10*tick)
	for _, p := range w.processes() {
		require.NoError(t, p.stop(), "%s", p.tail(20))
	}
}

// The same while the scooter is asked all the time: no answer to a poll is taken for one to the ride, and none is missed.
func TestWholeRideWhileTheScooterIsAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asking)
	w.wholeRide(t)
	for _, code := range []protocol.Code{protocol.QueryPosition, protocol.QueryVehicle, protocol.QuerySignal} {
		w.boxes[0].got(t, code, 3)
	}
	require.Positive(t, w.bridge.counted(t, `rodada_bridge_answers_total{outcome="polled"}`))
}

// The same on what a machine without Redis and Mosquitto has.
func TestWholeRideOnStandIns(t *testing.T) {
	t.Parallel()
	w := newWorldOnStandIns(t)
	w.wholeRide(t)

	// The embedded broker knows who speaks: a scooter can't acknowledge in another's name.
	b, p, forger := w.box(t), w.rider(t), w.box(t)
	b.Silent(protocol.PowerOn)
	defer beginAcking(t, w, forger.plate, b.plate)()
	_, err := p.app.Rent(t.Context(), key(), b.qr)
	refused(t, err, http.StatusGatewayTimeout, "scooter_silent")
	b.Behave()
	w.free(t, b)
	require.Equal(t, 0, w.number(t, `SELECT count(*) FROM rentals WHERE rider_id = $1 AND outcome <> 'void'`, p.id))
}

// newWorldOnStandIns is newWorld with the embedded broker and a Redis in this process.
func newWorldOnStandIns(t *testing.T) *world {
	t.Helper()
	stand := miniredis.NewMiniRedis()
	require.NoError(t, stand.Start())
	t.Cleanup(stand.Close)
	ticker := time.NewTicker(50 * time.Millisecond) // its clock stands still unless it is moved
	t.Cleanup(ticker.Stop)
	quit := make(chan struct{})
	t.Cleanup(func() { close(quit) })
	go func() {
		for {
			select {
			case <-quit:
				return
			case <-ticker.C:
				stand.FastForward(50 * time.Millisecond)
			}
		}
	}()
	return newWorldOn(t, devstack.Mochi, set{"REDIS_ADDRS": stand.Addr()})
}
