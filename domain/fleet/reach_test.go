package fleet_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/geo"
)

func TestReaches(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	here := fleet.Sighted{Position: geo.Point{Lat: 40.4155, Lng: -3.7074}, At: noon}
	for name, c := range map[string]struct {
		meters float64
		after  time.Duration
		want   bool
	}{
		"noise":                          {50, 0, true},
		"too far for noise":              {120, 0, false},
		"as fast as it drives":           {25 / 3.6 * 60, time.Minute, true},
		"downhill":                       {30 / 3.6 * 600, 10 * time.Minute, true},
		"faster than that":               {35 / 3.6 * 600, 10 * time.Minute, false},
		"before, as far as after":        {25 / 3.6 * 60, -time.Minute, true},
		"before, too far":                {500_000, -time.Minute, false},
		"anywhere near, after a day":     {500_000, 24 * time.Hour, true},
		"not to the other side of a sea": {5_000_000, 24 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			there := fleet.Sighted{Position: geo.Point{Lat: here.Position.Lat - c.meters/111_195, Lng: here.Position.Lng}, At: noon.Add(c.after)}
			require.Equal(t, c.want, here.Reaches(there, 25))
			require.Equal(t, c.want, there.Reaches(here, 25))
		})
	}
	nowhere := fleet.Sighted{Position: geo.Point{Lat: math.NaN(), Lng: 0}, At: noon}
	require.False(t, here.Reaches(nowhere, 25))
	require.False(t, nowhere.Reaches(here, 25))
}
