package rental_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fare"
	"rodada/domain/rental"
	"rodada/geo"
)

func TestRidesThatFailed(t *testing.T) {
	rule := rental.FailedRule{Under: 3 * time.Minute, Within: 200}
	here := geo.Point{Lat: 40.4155, Lng: -3.7074}
	east := func(meters float64) *geo.Point { // a degree of longitude is some 84.9 km here
		return &geo.Point{Lat: here.Lat, Lng: here.Lng + meters/84_900}
	}
	trip := func(riding, paused time.Duration, meters int64, from, to *geo.Point) rental.Trip {
		return rental.Trip{Usage: fare.Usage{Riding: riding, Paused: paused, Meters: meters}, From: from, To: to}
	}
	for name, c := range map[string]struct {
		trip            rental.Trip
		failed, unmoved bool
	}{
		"stood":                   {trip(time.Minute, 0, 0, &here, &here), true, true},
		"stood, says a noisy fix": {trip(time.Minute, 0, 0, &here, east(25)), true, true},
		"a few steps":             {trip(time.Minute, 0, 0, &here, east(60)), true, false},
		"nobody knows where":      {trip(time.Minute, 0, 0, nil, &here), true, false},
		"a place that is none":    {trip(time.Minute, 0, 0, &geo.Point{}, &here), true, false},
		"too far by its place":    {trip(time.Minute, 0, 0, &here, east(230)), false, false},
		"too far by its counter":  {trip(time.Minute, 0, 1000, &here, &here), false, false},
		"just short enough":       {trip(3*time.Minute-1, 0, 199, &here, &here), true, false},
		"too long":                {trip(3*time.Minute, 0, 0, &here, &here), false, false},
		"too long with a pause":   {trip(2*time.Minute, time.Minute, 0, &here, &here), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.failed, rule.Failed(c.trip))
			require.Equal(t, c.unmoved, rule.Unmoved(c.trip))
			require.False(t, rental.FailedRule{}.Failed(c.trip), "without a rule none fails")
		})
	}
}
