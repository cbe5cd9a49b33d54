package worker_test

import (
	"context"
	"errors"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/domain/rental"
	"rodada/internal/testkit"
	"rodada/telemetry/live"
	"rodada/worker"
)

type rideBooks struct {
	rides map[string]rental.Ride
	err   error
}

func (b rideBooks) RidesUnderWay(context.Context) (map[string]rental.Ride, error) {
	return b.rides, b.err
}

func TestARegisterOfRidesIsPutRight(t *testing.T) {
	addr, prefix := testkit.Redis(t)
	client := redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true})
	defer client.Close()
	register := live.New(client, prefix)
	ride := func(plate, id string, kmh int) rental.Ride {
		return rental.Ride{RentalID: id, Plate: plate, LimitKmh: kmh}
	}
	for _, r := range []rental.Ride{ride("kept", "r1", 6), ride("over", "r2", 20), ride("next", "r3", 20)} {
		require.NoError(t, register.SetRide(t.Context(), r.Plate, r))
	}
	_, err := worker.ReconcileRides(t.Context(), register, rideBooks{err: errors.New("away")})
	require.Error(t, err, "a store that is away takes nothing out")

	books := rideBooks{rides: map[string]rental.Ride{
		"kept": ride("kept", "r1", 20), "lost": ride("lost", "r4", 20), "next": ride("next", "r5", 20),
	}}
	for _, want := range []int{4, 0} {
		mended, err := worker.ReconcileRides(t.Context(), register, books)
		require.NoError(t, err)
		require.Equal(t, want, mended)
		got, err := register.AllRides(t.Context())
		require.NoError(t, err)
		require.Equal(t, map[string]rental.Ride{
			"kept": ride("kept", "r1", 6), "lost": ride("lost", "r4", 20), "next": ride("next", "r5", 20),
		}, got, "the register knows the limit in force better")
	}
}
