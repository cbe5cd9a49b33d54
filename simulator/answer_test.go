package simulator_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
)

// examples give the parameters of the commands that need some.
func examples(plate string) map[protocol.Code]protocol.Args {
	return map[protocol.Code]protocol.Args{
		protocol.SetSpeedLimit:           {"kmh": 20},
		protocol.SetAssistLevel:          {"level": 1},
		protocol.SetLamp:                 {"lamp": 1},
		protocol.SetLampMode:             {"mode": 0},
		protocol.SetVibrationSensitivity: {"sensitivity": 10},
		protocol.SetDistanceUnit:         {"unit": 1},
		protocol.Ring:                    {"rings": 3, "on_ms": 100, "off_ms": 100},
		protocol.SetAPN:                  {"apn": "internet"},
		protocol.StartUpgrade:            {"packets": 1},
		protocol.SendPacket:              {"serial": 0, "data": []byte("image")},
		protocol.SetServerLegacy:         {"host": "127.0.0.1", "port": 1, "plate": plate, "gps_seconds": 60},
		protocol.SetServer:               {"host": "127.0.0.1", "port": 1, "username": "u", "password": "p"},
		protocol.SetPlate:                {"plate": plate + "X"},
	}
}

// Every WR message is answered with the documented RD: its code, its topic,
// its QoS and every field the seed gives it.
func TestEveryCommandIsAnsweredAsDocumented(t *testing.T) {
	for _, spec := range protocol.Catalogue() {
		if spec.Direction != protocol.ToScooter || spec.Ack == 0 {
			continue
		}
		t.Run(spec.Name, func(t *testing.T) {
			t.Parallel()
			o := openOffice(t)
			s := o.scooter()
			o.listen("12AB") // the log report travels on the scooter's own topic
			if spec.Code == protocol.SetLampMode || spec.Code == protocol.Pause || spec.Code == protocol.Resume {
				require.Zero(t, o.status("12AB", protocol.PowerOn, nil))
			}
			if spec.Code == protocol.SendPacket {
				require.Zero(t, o.status("12AB", protocol.StartUpgrade, protocol.Args{"packets": 1}))
			}
			o.send("12AB", spec.Code, examples("12AB")[spec.Code])

			got := o.await(spec.Ack, 1)
			ack, _ := protocol.Lookup(spec.Ack)
			require.Equal(t, protocol.DefaultTopics().Publish(ack, "12AB"), got.topic)
			require.Equal(t, ack.QoS, got.qos)
			require.Equal(t, "12AB", got.message.Plate)
			for _, p := range ack.Params {
				require.True(t, got.message.Has(p.Name), "no %s in %s", p.Name, got.payload)
			}
			done, meaning := got.message.Result()
			require.True(t, done, meaning)
			require.Equal(t, 1, s.Count(spec.Code))
			require.Empty(t, got.message.Extra())
		})
	}
}

func TestCommandsWithoutAnswer(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	o.send("12AB", protocol.Buzz, nil)
	o.send("12AB", protocol.Ring, protocol.Args{"rings": 5, "on_ms": 100, "off_ms": 200})
	o.settled("12AB")
	require.Equal(t, 6, s.Snapshot().Rings)
	require.Empty(t, o.from(protocol.Buzz+1))
	require.Empty(t, o.from(protocol.Ring+1))
}

func TestARideChangesTheScooter(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	require.True(t, s.Locked())
	require.Equal(t, 1, o.status("12AB", protocol.Pause, nil), "nothing to pause")

	require.Zero(t, o.status("12AB", protocol.PowerOn, nil))
	require.False(t, s.Locked())
	s.AddTrip(2400)
	v, err := o.ask("12AB", protocol.QueryVehicle, nil).VehicleParameters()
	require.NoError(t, err)
	require.True(t, v.PoweredOn)
	require.Equal(t, int64(2), v.TripKm, "whole kilometres")

	require.Zero(t, o.status("12AB", protocol.Pause, nil))
	require.True(t, s.Snapshot().Paused)
	require.Zero(t, o.status("12AB", protocol.Resume, nil))
	require.False(t, s.Snapshot().Paused)

	require.Zero(t, o.status("12AB", protocol.ClearTripMileage, nil))
	require.Zero(t, o.status("12AB", protocol.ClearTripTime, nil))
	v, err = o.ask("12AB", protocol.QueryVehicle, nil).VehicleParameters()
	require.NoError(t, err)
	require.Zero(t, v.TripKm)
	require.Equal(t, int64(2), v.TotalKm)

	require.Zero(t, o.status("12AB", protocol.PowerOff, nil))
	require.True(t, s.Locked())
}

func TestPreconditions(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	require.Equal(t, 1, o.status("12AB", protocol.SetLampMode, protocol.Args{"mode": 1}), "off")
	require.Zero(t, o.status("12AB", protocol.SetDistanceUnit, protocol.Args{"unit": 1}))

	require.Zero(t, o.status("12AB", protocol.PowerOn, nil))
	require.Equal(t, 1, o.status("12AB", protocol.SetDistanceUnit, protocol.Args{"unit": 0}), "on")
	require.Zero(t, o.status("12AB", protocol.SetLamp, protocol.Args{"lamp": 1}))
	require.True(t, s.Snapshot().LampOn)
	require.Zero(t, o.status("12AB", protocol.SetLampMode, protocol.Args{"mode": 1}))
	require.Equal(t, 1, o.status("12AB", protocol.SetLamp, protocol.Args{"lamp": 0}), "always on")
	require.True(t, s.Snapshot().Miles)
}

func TestLocks(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	chain := func() int64 {
		n, ok := o.ask("12AB", protocol.QueryChainLock, nil).Int("chain_lock")
		require.True(t, ok)
		return n
	}
	require.Zero(t, chain())
	require.Zero(t, o.status("12AB", protocol.UnlockChain, nil))
	require.Equal(t, int64(1), chain())
	s.CloseChain()
	require.Zero(t, chain())

	require.Zero(t, o.status("12AB", protocol.UnlockBattery, nil))
	require.False(t, s.Snapshot().BatteryLocked)
	require.Zero(t, o.status("12AB", protocol.LockBattery, nil))
	require.True(t, s.Snapshot().BatteryLocked)
	require.Zero(t, o.status("12AB", protocol.LockMotor, nil))
	require.True(t, s.Snapshot().MotorLocked)
	require.Zero(t, o.status("12AB", protocol.UnlockMotor, nil))
	require.False(t, s.Snapshot().MotorLocked)
}

func TestNonsenseIsRecordedAndBreaksNothing(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	for _, frame := range []string{"", "hello", `{"a":99}`, `{"a":13}`, `{"a":13,"k":9999}`, `{"a":101,"u":h}`} {
		o.publish("12AB", protocol.PowerOn, []byte(frame))
	}
	o.settled("12AB")
	require.Len(t, s.Received(), 7)
	require.Len(t, o.from(protocol.SetSpeedLimitAck), 2, "refused, not ignored")
	for _, refused := range o.from(protocol.SetSpeedLimitAck) {
		done, _ := refused.message.Result()
		require.False(t, done)
	}
	require.Equal(t, 25, s.Snapshot().LimitKmh)
	s.Forget()
	require.Empty(t, s.Received())
}
