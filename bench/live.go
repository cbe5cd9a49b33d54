package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"rodada/domain/fleet"
	"rodada/geo"
	"rodada/internal/devstack"
	"rodada/telemetry/live"
)

// liveFleet is how many scooters one city has here: as many as there may be, in 20 km by 20 km, and thick in its middle.
const liveFleet = 100_000

// measureLive fills a Redis of its own with the live state of a fleet, of which half is taken, and asks for what is near.
func measureLive(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "rodada-bench-live-")
	if err != nil {
		return err
	}
	if err := devstack.Prepare(dir); err != nil {
		return err
	}
	defer func() { _ = devstack.Reset(dir) }()
	stack, err := devstack.Start(ctx, devstack.Options{Dir: dir, Only: []devstack.Service{devstack.Redis}})
	if err != nil {
		return err
	}
	defer stack.Stop()
	client := redis.NewClient(&redis.Options{Addr: stack.Addresses().Redis, ContextTimeoutEnabled: true})
	defer client.Close()
	store := live.New(client, "bench:")

	before, err := usedMemory(ctx, client)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := fillLive(ctx, store); err != nil {
		return err
	}
	took := time.Since(began)
	after, err := usedMemory(ctx, client)
	if err != nil {
		return err
	}
	fmt.Printf("\nThe live state of %d scooters: %d bytes each in Redis; %.0f reports/s written one batch after the other.\n",
		liveFleet, (after-before)/liveFleet, liveFleet/took.Seconds())
	return measureNear(ctx, client, store)
}

func fillLive(ctx context.Context, store *live.Store) error {
	chance := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same fleet each time
	now := time.Now().UTC()
	reports, standings := make([]live.Report, 0, liveFleet), make([]fleet.Standing, 0, liveFleet)
	for i := range liveFleet {
		value := func(n int) live.Value[int] { return live.Value[int]{Is: n, At: now} }
		flag := live.Value[bool]{At: now}
		r := live.Report{Plate: fmt.Sprintf("RD%06d", i), Seen: now, Values: live.Values{
			Fix: live.Value[geo.Point]{Is: citizen(chance), At: now}, Battery: value(chance.IntN(101)), SpeedKmh: value(0), TripKm: value(3),
			LimitKmh: value(25), Fault: value(0), Signal: value(21), Voltage: live.Value[float64]{Is: 41.5, At: now},
			Powered: flag, Fallen: flag, Alarm: flag,
		}}
		hold := []fleet.Hold{fleet.Free, fleet.InUse}[i%2]
		reports = append(reports, r)
		standings = append(standings, fleet.Standing{Plate: r.Plate, Service: fleet.InService, Hold: hold, At: now})
	}
	for some := range slices.Chunk(reports, 256) {
		if err := store.Update(ctx, some); err != nil {
			return err
		}
	}
	return store.Stand(ctx, standings)
}

// citizen is a place in the city: half of them are in the middle.
func citizen(chance *rand.Rand) geo.Point {
	spread := 0.09
	if chance.IntN(2) == 0 {
		spread = 0.02
	}
	return geo.Point{Lat: 40.4168 + spread*(2*chance.Float64()-1), Lng: -3.7038 + spread*(2*chance.Float64()-1)}
}

func measureNear(ctx context.Context, client *redis.Client, store *live.Store) error {
	fmt.Println("The 100 nearest free scooters with 15% or more, half of the fleet being taken; and a plain GEOSEARCH for 100 of any kind:")
	for _, radius := range []float64{500, 5000} {
		ours, err := timeNear(func(here geo.Point) error {
			now := time.Now()
			_, err := store.Offered(ctx, live.Query{
				Center: here, Radius: radius, Limit: 100, Battery: 15, SeenAfter: now.Add(-time.Hour), FixedAfter: now.Add(-time.Hour),
			})
			return err
		})
		if err != nil {
			return err
		}
		plain, err := timeNear(func(here geo.Point) error {
			return client.GeoSearch(ctx, "bench:live-places", &redis.GeoSearchQuery{
				Latitude: here.Lat, Longitude: here.Lng, Radius: radius, RadiusUnit: "m", Sort: "ASC", Count: 100,
			}).Err()
		})
		if err != nil {
			return err
		}
		fmt.Printf("  within %4.0f m: p50 %v, p99 %v (aim: 5 ms); GEOSEARCH p50 %v, p99 %v; ratio p50 %.2f, p99 %.2f\n", radius,
			ours[500].Round(time.Microsecond), ours[990].Round(time.Microsecond), plain[500].Round(time.Microsecond), plain[990].Round(time.Microsecond),
			ours[500].Seconds()/plain[500].Seconds(), ours[990].Seconds()/plain[990].Seconds())
	}
	pings, err := timeNear(func(geo.Point) error { return client.Ping(ctx).Err() })
	if err != nil {
		return err
	}
	fmt.Printf("  the way to Redis and back alone, PING: p50 %v, p99 %v\n", pings[500].Round(time.Microsecond), pings[990].Round(time.Microsecond))
	return nil
}

// timeNear is how long each of 1,000 questions around the same places took, the quickest first.
func timeNear(ask func(here geo.Point) error) ([]time.Duration, error) {
	chance := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // the same places each time
	took := make([]time.Duration, 1000)
	for i := range took {
		here, began := citizen(chance), time.Now()
		if err := ask(here); err != nil {
			return nil, err
		}
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	return took, nil
}

func usedMemory(ctx context.Context, client *redis.Client) (int, error) {
	info, err := client.Info(ctx, "memory").Result()
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(info) {
		if bytes, ok := strings.CutPrefix(strings.TrimSpace(line), "used_memory:"); ok {
			return strconv.Atoi(bytes)
		}
	}
	return 0, fmt.Errorf("redis does not say what memory it uses")
}
