package simulator_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"rodada/protocol"
	"rodada/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScootersReportByThemselves(t *testing.T) {
	o := openOffice(t)
	fleet := o.fleet(func(opts *simulator.Options) {
		opts.Plates = []string{"A", "B"}
		opts.Interval.Position, opts.Interval.Heartbeat = 10*tick, 10*tick
	})
	fleet.Scooter("A").SetPosition(-33.45, -70.66)
	fleet.Scooter("A").SetBattery(71)
	of := func(plate string, code protocol.Code) []protocol.Message {
		var out []protocol.Message
		for _, s := range o.from(code) {
			if s.message.Plate == plate {
				out = append(out, s.message)
			}
		}
		return out
	}
	for _, plate := range []string{"A", "B"} {
		o.eventually(func() bool { return len(of(plate, protocol.PositionReport)) > 3 }, "positions")
		o.eventually(func() bool { return len(of(plate, protocol.HeartbeatReport)) > 3 }, "heartbeats")
	}
	positions := of("A", protocol.PositionReport)
	fix, err := positions[len(positions)-1].Fix()
	require.NoError(t, err)
	require.InDelta(t, -33.45, fix.Lat, 1e-5)
	require.InDelta(t, -70.66, fix.Lng, 1e-5)
	at, _ := positions[len(positions)-1].ReportTime()
	require.False(t, at.IsZero())
	beats := of("A", protocol.HeartbeatReport)
	h, err := beats[len(beats)-1].Heartbeat()
	require.NoError(t, err)
	require.Equal(t, 71, h.BatteryPercent)
	require.False(t, h.PoweredOn)
	require.True(t, h.HasVoltage)
}

func TestReportsOnDemand(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	s.SetAlarm(true)
	s.ReportNow()
	o.await(protocol.HeartbeatReport, 1)
	fix, err := o.await(protocol.PositionReport, 1).message.Fix()
	require.NoError(t, err)
	require.True(t, fix.Alarm)

	s.Fall(true)
	posture, _ := o.await(protocol.PostureReport, 1).message.Int("posture")
	require.Equal(t, int64(1), posture)
	require.Equal(t, "o", o.from(protocol.PostureReport)[0].topic)
	s.Shake()
	o.await(protocol.VibrationReport, 1)
	o.await(protocol.VibrationCheck, 1)
}

func TestAScooterMovesWhileRidden(t *testing.T) {
	o := openOffice(t)
	s := o.fleet(func(opts *simulator.Options) { opts.Still = false }).Scooter("12AB")
	before := s.Snapshot()
	moved := func() bool { return s.Snapshot().TripMetres > before.TripMetres }
	require.Never(t, moved, 10*tick, tick, "locked")

	require.Zero(t, o.status("12AB", protocol.PowerOn, nil))
	o.eventually(func() bool { return s.Snapshot().TripMetres > 1 }, "rides")
	after := s.Snapshot()
	require.NotEqual(t, [2]float64{before.Lat, before.Lng}, [2]float64{after.Lat, after.Lng})
	require.Less(t, after.Battery, before.Battery)
	require.Positive(t, after.TripTime)

	require.Zero(t, o.status("12AB", protocol.SetSpeedLimit, protocol.Args{"kmh": 3}))
	require.LessOrEqual(t, s.Snapshot().SpeedKmh, 3.0, "brakes at once")
	require.Zero(t, o.status("12AB", protocol.Pause, nil))
	require.Zero(t, s.Snapshot().SpeedKmh)
}

func TestANewNumber(t *testing.T) {
	o := openOffice(t)
	fleet := o.fleet(nil)
	s := fleet.Scooter("12AB")
	require.Zero(t, o.status("12AB", protocol.SetPlate, protocol.Args{"plate": "34CD"}))
	o.eventually(func() bool { return fleet.Scooter("34CD") == s && s.Connected() }, "renumbered")
	require.Nil(t, fleet.Scooter("12AB"))
	o.eventually(func() bool {
		o.send("34CD", protocol.QuerySignal, nil)
		for _, m := range o.from(protocol.SignalReport) {
			if m.message.Plate == "34CD" {
				return true
			}
		}
		return false
	}, "answers to its new number")
	s.Forget()
	o.send("12AB", protocol.Buzz, nil)
	o.settled("34CD")
	require.Zero(t, s.Count(protocol.Buzz), "hears nothing for the old one")
}

func TestANewCredential(t *testing.T) {
	o, other := openOffice(t), openOffice(t)
	s := o.scooter()
	host, port := hostPort(t, other.url)
	require.Zero(t, o.status("12AB", protocol.SetServer,
		protocol.Args{"host": host, "port": port, "username": "own", "password": "s3cret"}))
	other.eventually(func() bool {
		other.send("12AB", protocol.QueryServer, nil)
		return len(other.from(protocol.ServerReport)) > 0
	}, "moved to the other broker")
	values := other.from(protocol.ServerReport)[0].message.Values()
	require.Equal(t, "own", values["username"])
	require.Equal(t, "s3cret", values["password"])
	require.EqualValues(t, port, values["port"])
	require.True(t, s.Connected())
}

// A box does not give up when the broker does not know its new credential yet.
func TestARefusedBoxTriesAgain(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	host, port := hostPort(t, o.url)
	require.Zero(t, o.status("12AB", protocol.SetServer,
		protocol.Args{"host": host, "port": port, "username": "newcomer", "password": "s3cret"}))
	o.eventually(func() bool { return !s.Connected() }, "refused")
	o.door.knowsNewcomer.Store(true)
	o.eventually(s.Connected, "let in")
	o.send("12AB", protocol.QueryServer, nil)
	require.Equal(t, "newcomer", o.await(protocol.ServerReport, 1).message.Values()["username"])
}

func TestOptionsAreChecked(t *testing.T) {
	for name, opts := range map[string]simulator.Options{
		"no broker":   {Count: 1},
		"no scooters": {Broker: "tcp://127.0.0.1:1"},
		"a bad plate": {Broker: "tcp://127.0.0.1:1", Plates: []string{"a/b"}},
		"plate twice": {Broker: "tcp://127.0.0.1:1", Plates: []string{"a", "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := simulator.New(opts)
			require.Error(t, err)
		})
	}
}

func TestStartGivesUpWithItsContext(t *testing.T) {
	fleet, err := simulator.New(simulator.Options{Broker: "tcp://127.0.0.1:1", Count: 3})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 10*tick)
	defer cancel()
	require.Error(t, fleet.Start(ctx))
	fleet.Stop()
}

func TestStartGivesUpWhenNoBrokerIsThere(t *testing.T) {
	fleet, err := simulator.New(simulator.Options{Broker: "tcp://user:secret@127.0.0.1:1", Count: 3, Patience: 10 * tick})
	require.NoError(t, err)
	err = fleet.Start(t.Context())
	require.ErrorContains(t, err, "tcp://user:xxxxx@127.0.0.1:1")
	require.ErrorContains(t, err, "connection refused")
	require.NotContains(t, err.Error(), "\n")
}

func TestStopWithoutStart(t *testing.T) {
	fleet, err := simulator.New(simulator.Options{Broker: "tcp://127.0.0.1:1", Count: 3})
	require.NoError(t, err)
	fleet.Stop()
	fleet.Stop()
}

func TestALargeFleet(t *testing.T) {
	if testing.Short() {
		t.Skip("500 connections")
	}
	o := openOffice(t)
	fleet := o.fleet(func(opts *simulator.Options) {
		opts.Plates, opts.Count = nil, 500
		opts.Interval.Move = time.Second
	})
	for _, s := range fleet.Scooters() {
		o.send(s.Plate(), protocol.PowerOn, nil)
	}
	o.await(protocol.PowerOnAck, 500)
	for _, s := range fleet.Scooters() {
		require.False(t, s.Locked())
	}
}
