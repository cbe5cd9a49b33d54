package rental_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/geo"
)

// What was seen too long before or after says nothing of where a ride began or ended.
func TestPlacesOfATrip(t *testing.T) {
	unlocked := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	here, there := geo.Point{Lat: 40.4155, Lng: -3.7074}, geo.Point{Lat: 40.4156, Lng: -3.7074}
	for name, c := range map[string]struct {
		from, ride, to time.Duration // after the unlock
		begin, end     bool
	}{
		"fixes of a moment":        {-time.Second, time.Minute, time.Minute, true, true},
		"one fix for a short ride": {-20 * time.Second, 10 * time.Second, -20 * time.Second, true, true},
		"one fix for a long ride":  {-20 * time.Second, time.Minute, -20 * time.Second, true, false},
		"the last part unseen":     {-time.Second, time.Minute, 30*time.Second - 1, true, false},
		"seen late enough":         {-time.Second, time.Minute, 30 * time.Second, true, true},
		"parked out of sight":      {-2 * time.Minute, time.Minute, time.Minute, false, true},
		"stored minutes later":     {6 * time.Second, time.Minute, time.Minute, false, true},
		"out of sight at all":      {-time.Hour, 10 * time.Second, -time.Hour, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			trip := rental.Course{
				Unlocked: unlocked, Stopped: unlocked.Add(c.ride),
				AtUnlock: fleet.Sighted{Position: here, At: unlocked.Add(c.from)}, AtTheEnd: fleet.Sighted{Position: there, At: unlocked.Add(c.to)},
			}.Trip()
			require.Equal(t, c.begin, trip.From != nil)
			require.Equal(t, c.end, trip.To != nil)
		})
	}
	require.Equal(t, rental.Trip{}, rental.Course{}.Trip())
	require.Equal(t, rental.Trip{}, rental.Course{Unlocked: unlocked, Stopped: unlocked}.Trip())
}

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
