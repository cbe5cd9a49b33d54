package mqttbridge_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"rodada/broker"
	"rodada/domain/command"
	"rodada/domain/fleet"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/protocol"
	"rodada/simulator"
	"rodada/telemetry/live"
	"rodada/telemetry/poll"
)

// Two bridges ask the scooters of one fleet over a real broker. Each scooter hears each question once, and none before it has
// answered the one before; the one that a workflow talks to hears nothing.
func TestTwoBridgesAskOneFleet(t *testing.T) {
	plates := []string{"BUSY", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9"}
	for name, start := range map[string]func(*testing.T) *devstack.Stack{
		"embedded":  func(t *testing.T) *devstack.Stack { return testkit.Broker(t) },
		"mosquitto": func(t *testing.T) *devstack.Stack { return testkit.Mosquitto(t, plates...) },
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			first := newRig(t, s)
			first.start(t)
			second := *first
			second.options.Broker.ClientID = "bridge-2"
			second.start(t)
			askTheFleet(t, first, &second, boxes(t, s, plates), plates)
		})
	}
}

// answersAfter is how long a scooter takes for an answer.
const answersAfter = 20 * time.Millisecond

// boxes are scooters that say nothing unless they are asked.
func boxes(t *testing.T, s *devstack.Stack, plates []string) *simulator.Fleet {
	t.Helper()
	street, err := simulator.New(simulator.Options{
		Broker: s.Addresses().MQTT, Plates: plates, Password: func(string) string { return testkit.ScooterPassword }, Still: true,
		Interval: simulator.Intervals{Position: time.Hour, Heartbeat: time.Hour},
	})
	require.NoError(t, err)
	require.NoError(t, street.Start(t.Context()))
	t.Cleanup(street.Stop)
	for _, b := range street.Scooters() {
		b.AnswerLate(answersAfter)
	}
	return street
}

func askTheFleet(t *testing.T, first, second *rig, street *simulator.Fleet, plates []string) {
	t.Helper()
	ctx, now := t.Context(), time.Now().UTC()
	for i, plate := range plates {
		require.NoError(t, first.live.Update(ctx, []live.Report{{Plate: plate, Seen: now}}))
		require.NoError(t, first.live.Stand(ctx, []fleet.Standing{{Plate: plate, Service: fleet.InService, Hold: fleet.Free, At: now}}))
		if i%2 == 0 {
			require.NoError(t, first.live.SetRide(ctx, plate, live.Ride{RentalID: "r", Since: now}))
		}
	}
	ride := command.Waiter{WorkflowID: "scooter/BUSY", SendID: "r/1"}
	taken, err := first.leases.Take(ctx, "BUSY", protocol.VehicleReport, ride, time.Minute)
	require.NoError(t, err)
	require.Equal(t, command.TakenNew, taken)

	// The pollers' clock runs far ahead, so that all is due soon, while by Redis' clock nothing is due again.
	pace := poll.Pace{Position: time.Hour, Vehicle: time.Hour, Signal: time.Hour}
	clock := func() time.Time { return now }
	pollers := []*poll.Poller{newPoller(t, first, pace, clock), newPoller(t, second, pace, clock)}
	step := func() {
		now = now.Add(5 * time.Minute)
		for _, p := range pollers {
			require.NoError(t, p.Round(ctx))
		}
	}
	asked := func(plate string) (questions []simulator.Received) { return street.Scooter(plate).Received() }
	require.Eventually(t, func() bool {
		step()
		for _, plate := range plates {
			if plate != "BUSY" && len(asked(plate)) < 3 {
				return false
			}
		}
		return true
	}, patience, 5*time.Millisecond)
	for range 10 {
		step()
	}
	both := func(name, label, value string) float64 {
		return first.count(t, name, label, value) + second.count(t, name, label, value)
	}
	others := float64(len(plates) - 1)
	require.Eventually(t, func() bool { return both("answers_total", "outcome", "polled") == 3*others }, patience, time.Millisecond)
	for _, code := range []string{"16", "19", "98"} {
		require.Eventually(t, func() bool { return both("messages_total", "code", code) == 2*others }, patience, time.Millisecond,
			"each answer is one bridge's, though both hear it")
	}
	require.InDelta(t, 3*others, both("answers_total", "outcome", "polled"), 0)
	require.Empty(t, asked("BUSY"))
	for _, plate := range plates[1:] {
		got := asked(plate)
		codes := map[protocol.Code]int{}
		for i, question := range got {
			codes[question.Command.Code]++
			require.Zero(t, question.QoS)
			require.True(t, i == 0 || question.At.Sub(got[i-1].At) >= answersAfter, "%s was asked before it had answered", plate)
		}
		require.Equal(t, map[protocol.Code]int{protocol.QueryPosition: 1, protocol.QueryVehicle: 1, protocol.QuerySignal: 1}, codes, plate)
	}
	require.Zero(t, first.temporal.total())
}

// newPoller asks over a connection of its own.
func newPoller(t *testing.T, r *rig, pace poll.Pace, now func() time.Time) *poll.Poller {
	t.Helper()
	options := r.options.Broker
	options.ClientID = ""
	conn, err := broker.Connect(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	p, err := poll.New(poll.Options{
		Turns: r.leases, Live: r.live, Publisher: conn, Ride: pace, Idle: pace, Rate: 1000, Window: time.Minute, Silence: 1000 * time.Hour,
		Metrics: prometheus.NewRegistry(), Log: slog.New(slog.DiscardHandler), Now: now,
	})
	require.NoError(t, err)
	return p
}
