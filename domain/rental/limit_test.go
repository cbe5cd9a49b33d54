package rental_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/rental"
)

func TestLimitInForce(t *testing.T) {
	for name, c := range map[string]struct {
		own     int
		passing []int
		want    int
	}{
		"nothing but its own":                     {25, nil, 25},
		"a slow zone":                             {25, []int{10}, 10},
		"staff set less than the zone":            {6, []int{10}, 6},
		"staff set more than the zone":            {30, []int{10}, 10},
		"the zone is left: staff's limit is back": {6, nil, 6},
		"two zones, and it must stop":             {25, []int{10, 15, 3}, 3},
		"staff keep it where it is":               {0, []int{3}, 0},
		"a limit below nothing":                   {25, []int{-1}, 0},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, rental.LimitInForce(c.own, c.passing...)) })
	}
}

func TestLimitsInAnyOrder(t *testing.T) {
	kmh := rapid.IntRange(0, 30)
	rapid.Check(t, func(t *rapid.T) {
		own := kmh.Draw(t, "own")
		passing := rapid.SliceOfN(kmh, 1, 6).Draw(t, "passing")
		limit := rental.LimitInForce(own, passing...)
		require.LessOrEqual(t, limit, own, "nothing raises the scooter's own limit")
		for _, p := range passing {
			require.LessOrEqual(t, limit, p, "nothing raises a limit that holds")
		}
		require.Contains(t, append(passing, own), limit, "it is one of those that hold")
		require.GreaterOrEqual(t, rental.LimitInForce(own, passing[1:]...), limit, "what ends never slows")
		shuffled := slices.Clone(passing)
		rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		require.Equal(t, limit, rental.LimitInForce(own, shuffled...))
	})
}
