package rental_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/rental"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func minutes(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }

func TestMeter(t *testing.T) {
	for name, c := range map[string]struct {
		do             func(m *rental.Meter)
		riding, paused int // minutes, read an hour after noon
	}{
		"never started":         {func(*rental.Meter) {}, 0, 0},
		"runs":                  {func(m *rental.Meter) { m.Start(noon) }, 60, 0},
		"paused":                {func(m *rental.Meter) { m.Start(noon); m.Pause(minutes(10)) }, 10, 50},
		"paused twice":          {func(m *rental.Meter) { m.Start(noon); m.Pause(minutes(10)); m.Pause(minutes(20)) }, 10, 50},
		"resumed":               {func(m *rental.Meter) { m.Start(noon); m.Pause(minutes(10)); m.Resume(minutes(15)) }, 55, 5},
		"resumed unpaused":      {func(m *rental.Meter) { m.Start(noon); m.Resume(minutes(15)) }, 60, 0},
		"stopped":               {func(m *rental.Meter) { m.Start(noon); m.Stop(minutes(20)) }, 20, 0},
		"stopped twice":         {func(m *rental.Meter) { m.Start(noon); m.Stop(minutes(20)); m.Stop(minutes(30)) }, 20, 0},
		"nothing after a stop":  {func(m *rental.Meter) { m.Start(noon); m.Stop(minutes(20)); m.Pause(minutes(30)); m.Resume(minutes(40)) }, 20, 0},
		"paused before started": {func(m *rental.Meter) { m.Pause(noon); m.Start(minutes(30)) }, 30, 0},
		"the clock goes back":   {func(m *rental.Meter) { m.Start(minutes(30)); m.Pause(minutes(20)); m.Resume(minutes(40)) }, 20, 10},
		"stop asked before the pause": {func(m *rental.Meter) {
			m.Start(noon)
			m.Pause(minutes(12))
			m.Stop(minutes(10))
		}, 10, 0},
		"stop asked before pause and resume": {func(m *rental.Meter) {
			m.Start(noon)
			m.Pause(minutes(12))
			m.Resume(minutes(15))
			m.Stop(minutes(10))
		}, 10, 0},
		"stop asked before the resume": {func(m *rental.Meter) {
			m.Start(noon)
			m.Pause(minutes(5))
			m.Resume(minutes(15))
			m.Stop(minutes(10))
		}, 5, 5},
		"stopped before it began": {func(m *rental.Meter) { m.Start(minutes(10)); m.Stop(noon) }, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var m rental.Meter
			c.do(&m)
			u := m.Usage(minutes(60), 1234)
			require.Equal(t, time.Duration(c.riding)*time.Minute, u.Riding)
			require.Equal(t, time.Duration(c.paused)*time.Minute, u.Paused)
			require.Equal(t, int64(1234), u.Meters)
		})
	}
}

// Whatever the rider does, riding and paused add up to the time between the start and the stop.
func TestMeterAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m rental.Meter
		m.Start(noon)
		now := noon
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "passes")))
			if rapid.Bool().Draw(t, "pause") {
				m.Pause(now)
			} else {
				m.Resume(now)
			}
			u := m.Usage(now, 0)
			require.Equal(t, now.Sub(noon), u.Riding+u.Paused)
		}
		late := time.Duration(rapid.Int64Range(-int64(time.Hour), int64(time.Hour)).Draw(t, "stop"))
		stop := now.Add(late)
		m.Stop(stop)
		u := m.Usage(now.Add(time.Hour), 0)
		require.Equal(t, max(stop.Sub(noon), 0), u.Riding+u.Paused)
		require.GreaterOrEqual(t, u.Riding, time.Duration(0))
		require.GreaterOrEqual(t, u.Paused, time.Duration(0))
		again := m
		again.Stop(now.Add(2 * time.Hour))
		require.Equal(t, m, again, "only the first stop counts")
	})
}
