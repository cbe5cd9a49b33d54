package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/command"
	"rodada/protocol"
)

// What the scooter last said of its speed, and when, against how fast it is.
func TestCommandAsksForTheSpeedFirst(t *testing.T) {
	for name, c := range map[string]struct {
		code   protocol.Code
		known  int
		age    time.Duration
		speed  int
		before func(b *box)
		want   string // why it was not sent
		asks   bool
	}{
		"known to stand since the unlock, and rides": {protocol.LockMotor, 0, 20 * time.Minute, 22, nil, "moving", true},
		"known to ride a while ago, and stands":      {protocol.PowerOff, 22, 90 * time.Second, 0, nil, "", true},
		"nobody knows, and it rides":                 {protocol.UnlockBattery, -1, 0, 22, nil, "moving", true},
		"it has said so just now":                    {protocol.Pause, 0, time.Second, 0, nil, "", false},
		"at walking pace":                            {protocol.Pause, 22, time.Minute, 3, nil, "", true},
		"it does not say: it stood": {protocol.PowerOff, 0, time.Hour, 22, func(b *box) {
			b.mute[protocol.QueryVehicle] = true
		}, "", true},
		"it does not say: it rode": {protocol.PowerOff, 22, time.Hour, 0, func(b *box) {
			b.mute[protocol.QueryVehicle] = true
		}, "moving", true},
		"its answer has no speed": {protocol.Pause, 0, time.Hour, 0, func(b *box) {
			b.will(protocol.QueryVehicle, answer{lacks: []string{"speed_kmh"}, unheard: true})
		}, "", true},
		"an end of a pause needs no standing":   {protocol.Resume, 22, time.Minute, 22, nil, "", false},
		"an unlock needs no standing":           {protocol.PowerOn, 22, time.Minute, 22, nil, "", false},
		"a motor that is freed may be pushed":   {protocol.UnlockMotor, 22, time.Minute, 22, nil, "", false},
		"a battery that is locked hurts nobody": {protocol.LockBattery, 22, time.Minute, 22, nil, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, w := order(t, protocol.Command{Code: c.code}, func(w *world) {
				w.box.speed, w.box.known.SpeedKmh, w.box.known.SpeedAt = c.speed, c.known, w.env.Now().Add(-c.age)
				if c.before != nil {
					c.before(w.box)
				}
			})
			require.Equal(t, c.want, got.Unsent)
			require.Equal(t, c.asks, w.box.count(protocol.QueryVehicle) > 0)
			if c.want == "" {
				require.Equal(t, command.Done, got.Outcome)
				require.Equal(t, 1, w.box.count(c.code))
				return
			}
			require.Zero(t, w.box.count(c.code))
			require.Greater(t, w.box.count(protocol.QueryVehicle), 1, "asked again")
			require.Equal(t, command.Unsent, w.endings[0].Outcome)
		})
	}
}

func TestCommandNeverEndsBeforeItsAnswer(t *testing.T) {
	_, w := order(t, protocol.Command{Code: protocol.Resume}, func(w *world) {
		w.box.will(protocol.Resume, answer{after: time.Second, skew: 14 * time.Millisecond}) // the bridge's clock is ahead
	})
	e := w.endings[0]
	require.Equal(t, e.Ack.ReceivedAt, e.FinishedAt)
}
