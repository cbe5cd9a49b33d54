package simulator_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
	"rodada/simulator"
)

func TestSilent(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	s.Silent(protocol.PowerOn)
	o.send("12AB", protocol.PowerOn, nil)
	o.settled("12AB")
	require.True(t, s.Locked(), "a silent scooter does not obey")
	require.Empty(t, o.from(protocol.PowerOnAck))
	require.Equal(t, 1, s.Count(protocol.PowerOn), "but it was reached")

	s.Behave()
	require.Zero(t, o.status("12AB", protocol.PowerOn, nil))
}

func TestLoseAck(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	s.LoseAck(protocol.PowerOn)
	o.send("12AB", protocol.PowerOn, nil)
	o.settled("12AB")
	require.False(t, s.Locked(), "it obeyed")
	require.Empty(t, o.from(protocol.PowerOnAck))
}

func TestSilentToEverything(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	s.Silent()
	o.send("12AB", protocol.PowerOn, nil)
	o.send("12AB", protocol.QueryVehicle, nil)
	o.eventually(func() bool { return len(s.Received()) == 2 }, "received")
	s.Behave()
	o.settled("12AB")
	require.Empty(t, o.from(protocol.PowerOnAck))
	require.Empty(t, o.from(protocol.VehicleReport))
	require.True(t, s.Locked())
}

func TestRefuse(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	for _, status := range []int{1, 2, 9} {
		s.Refuse(protocol.PowerOn, status)
		require.Equal(t, status, o.status("12AB", protocol.PowerOn, nil))
		require.True(t, s.Locked())
	}
}

func TestDuplicate(t *testing.T) {
	o := openOffice(t)
	o.scooter().Duplicate(2)
	o.send("12AB", protocol.PowerOn, nil)
	third := o.await(protocol.PowerOnAck, 3)
	require.Equal(t, string(o.from(protocol.PowerOnAck)[0].payload), string(third.payload), "the very same frame")
}

func TestAnswerLate(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	s.AnswerLate(time.Hour)
	o.send("12AB", protocol.PowerOn, nil)
	o.eventually(func() bool { return !s.Locked() }, "obeys at once")
	s.Behave()
	o.settled("12AB")
	require.Empty(t, o.from(protocol.PowerOnAck))

	s.AnswerLate(20 * tick)
	require.Zero(t, o.status("12AB", protocol.PowerOff, nil))
}

func TestSlow(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	s.Slow(time.Hour)
	o.send("12AB", protocol.PowerOn, nil)
	o.eventually(func() bool { return s.Count(protocol.PowerOn) == 1 }, "received")
	s.Behave()
	o.settled("12AB")
	require.True(t, s.Locked(), "not before its time")

	s.Slow(20 * tick)
	require.Zero(t, o.status("12AB", protocol.PowerOn, nil))
	require.False(t, s.Locked())
}

// The broker keeps QoS 1 for a scooter with a session and drops QoS 0.
func TestOfflineWithASession(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	s.Offline()
	require.False(t, s.Connected())
	o.gone("12AB")
	o.send("12AB", protocol.PowerOn, nil)  // QoS 0
	o.send("12AB", protocol.PowerOff, nil) // QoS 1
	o.flush()
	require.NoError(t, s.Online(t.Context()))
	require.True(t, s.Connected())
	o.await(protocol.PowerOffAck, 1)
	o.settled("12AB")
	require.Equal(t, 1, s.Count(protocol.PowerOff))
	require.Zero(t, s.Count(protocol.PowerOn))
	require.NoError(t, s.Online(t.Context()), "online already")
}

func TestOfflineWithoutASession(t *testing.T) {
	o := openOffice(t)
	s := o.fleet(func(opts *simulator.Options) { opts.CleanSession = true }).Scooter("12AB")
	s.Offline()
	o.gone("12AB")
	o.send("12AB", protocol.PowerOff, nil)
	o.flush()
	require.NoError(t, s.Online(t.Context()))
	o.settled("12AB")
	require.Zero(t, s.Count(protocol.PowerOff))
}

func TestReboot(t *testing.T) {
	for name, start := range map[string]func(*office, *simulator.Scooter){
		"by hand":          func(_ *office, s *simulator.Scooter) { s.Reboot() },
		"by command":       func(o *office, _ *simulator.Scooter) { o.send("12AB", protocol.Reboot, nil) },
		"after an upgrade": func(o *office, _ *simulator.Scooter) { o.send("12AB", protocol.RebootAfterUpgrade, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			o := openOffice(t)
			s := o.scooter()
			require.Zero(t, o.status("12AB", protocol.PowerOn, nil))
			start(o, s)
			o.eventually(func() bool { return s.Snapshot().Reboots == 1 && s.Connected() }, "back")
			o.settled("12AB")
			require.False(t, s.Locked(), "a reboot changes no lock")
		})
	}
}

func TestOfflineEndsAReboot(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	s.Reboot()
	o.eventually(func() bool { return s.Snapshot().Reboots == 1 }, "rebooting")
	s.Offline()
	require.Never(t, s.Connected, 40*tick, tick, "switched off is switched off")
}

func TestTheSpeedIsFixed(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	s.SetSpeed(12)
	speed := func() int {
		v, err := o.ask("12AB", protocol.QueryVehicle, nil).VehicleParameters()
		require.NoError(t, err)
		return v.SpeedKmh
	}
	require.Equal(t, 12, speed())
	require.Zero(t, o.status("12AB", protocol.SetSpeedLimit, protocol.Args{"kmh": 3}))
	require.Equal(t, 12, speed(), "it rolls on")
	s.SetSpeed(2)
	require.Equal(t, 2, speed())
	s.FreeSpeed()
	require.Zero(t, speed())
}

func TestAWrongPasswordFailsAtOnce(t *testing.T) {
	o := openOffice(t)
	fleet, err := simulator.New(simulator.Options{Broker: o.url, Count: 2,
		Username: func(string) string { return "thief" }})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.ErrorContains(t, fleet.Start(ctx), "not Authorized")
	require.NoError(t, ctx.Err())
}
