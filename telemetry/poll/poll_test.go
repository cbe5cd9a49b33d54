package poll_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/domain/command"
	"rodada/domain/fleet"
	"rodada/internal/testkit"
	"rodada/lease"
	"rodada/protocol"
	"rodada/telemetry/live"
	"rodada/telemetry/poll"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// town is a fleet whose scooters answer at once, or never, with two bridges that ask them.
type town struct {
	t      *testing.T
	store  *live.Store
	leases *lease.Store
	mute   map[string]bool

	mu    sync.Mutex
	now   time.Time
	asked map[string][]protocol.Code
	fail  error
}

func (w *town) Publish(ctx context.Context, plate string, qos byte, frame []byte) error {
	require.Zero(w.t, qos, "a question must not wait at the broker")
	var m struct {
		Code protocol.Code `json:"a"`
	}
	require.NoError(w.t, json.Unmarshal(frame, &m))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked[plate] = append(w.asked[plate], m.Code)
	if w.mute[plate] || w.fail != nil {
		return w.fail
	}
	spec, _ := protocol.Lookup(m.Code)
	claim, found, err := w.leases.Claim(ctx, plate, command.Ack{Code: int(spec.Ack), ReceivedAt: w.now})
	require.NoError(w.t, err)
	require.True(w.t, found && claim.Polled())
	return w.store.Update(ctx, []live.Report{{Plate: plate, Seen: w.now}})
}

func newTown(t *testing.T, plates ...string) *town {
	t.Helper()
	addr, prefix := testkit.Redis(t)
	client := redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	w := &town{
		t: t, store: live.New(client, prefix), leases: lease.New(client, prefix), now: time.Now().UTC(), mute: map[string]bool{},
		asked: map[string][]protocol.Code{},
	}
	for _, plate := range plates {
		require.NoError(t, w.store.Update(t.Context(), []live.Report{{Plate: plate, Seen: w.now}}))
		require.NoError(t, w.store.Stand(t.Context(), []fleet.Standing{{Plate: plate, Service: fleet.InService, Hold: fleet.Free, At: w.now}}))
	}
	return w
}

func (w *town) poller() *poll.Poller {
	w.t.Helper()
	p, err := poll.New(poll.Options{
		Turns: w.leases, Live: w.store, Publisher: w, Rate: 100, Window: 3 * time.Second, Silence: 3 * time.Minute,
		Ride:    poll.Pace{Position: time.Microsecond, Vehicle: time.Microsecond, Signal: time.Microsecond},
		Idle:    poll.Pace{Position: time.Minute},
		Metrics: prometheus.NewRegistry(), Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now },
	})
	require.NoError(w.t, err)
	return p
}

// run lets time pass in steps; in each every poller has its round.
func (w *town) run(d, step time.Duration, pollers ...*poll.Poller) {
	w.t.Helper()
	for range d / step {
		w.mu.Lock()
		w.now = w.now.Add(step)
		w.mu.Unlock()
		for _, p := range pollers {
			require.NoError(w.t, p.Round(w.t.Context()))
		}
	}
}

func (w *town) ride(plate string) {
	require.NoError(w.t, w.store.SetRide(w.t.Context(), plate, live.Ride{RentalID: "r", Since: w.now}))
}

func TestThoseThatRideAreAskedMore(t *testing.T) {
	w := newTown(t, "RIDES", "STANDS")
	w.ride("RIDES")
	w.run(10*time.Second, 250*time.Millisecond, w.poller(), w.poller())
	require.Contains(t, w.asked["RIDES"], protocol.QueryPosition)
	require.Contains(t, w.asked["RIDES"], protocol.QueryVehicle)
	require.Contains(t, w.asked["RIDES"], protocol.QuerySignal)
	require.Greater(t, len(w.asked["RIDES"]), 6)
	require.LessOrEqual(t, len(w.asked["STANDS"]), 1)
}

func TestTheSilentAreAskedLessAndLess(t *testing.T) {
	w := newTown(t, "MUTE", "WELL")
	w.ride("MUTE")
	w.ride("WELL")
	w.mute["MUTE"] = true
	w.run(50*time.Second, 500*time.Millisecond, w.poller())
	require.LessOrEqual(t, len(w.asked["MUTE"]), 6, "%v", w.asked["MUTE"])
	require.Greater(t, len(w.asked["WELL"]), 20)
}

func TestWhoIsNotAsked(t *testing.T) {
	w := newTown(t, "UPGRADES", "SILENT")
	w.ride("UPGRADES")
	require.NoError(t, w.store.Stand(t.Context(), []fleet.Standing{{Plate: "UPGRADES", Service: fleet.InService, Hold: fleet.Upgrading, At: w.now.Add(time.Second)}}))
	require.NoError(t, w.store.Update(t.Context(), []live.Report{{Plate: "STRANGER", Seen: w.now}}))
	w.now = w.now.Add(time.Second)
	p := w.poller()
	w.run(time.Minute, time.Second, p)
	require.Empty(t, w.asked["UPGRADES"])
	require.Empty(t, w.asked["STRANGER"])
	before := len(w.asked["SILENT"])
	w.now = w.now.Add(time.Hour) // it is offline
	w.mute["SILENT"] = true
	w.run(time.Minute, time.Second, p)
	require.LessOrEqual(t, len(w.asked["SILENT"]), before+1)
}

func TestAFailureAsksAgain(t *testing.T) {
	w := newTown(t, "A1")
	w.ride("A1")
	w.fail = errors.New("not connected")
	p := w.poller()
	failed := false
	for range 20 {
		w.now = w.now.Add(time.Second)
		failed = failed || p.Round(t.Context()) != nil
	}
	require.True(t, failed)
}
