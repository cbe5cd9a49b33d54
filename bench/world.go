package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"golang.org/x/sync/errgroup"

	"rodada/api/password"
	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/money"
	"rodada/domain/rider"
	"rodada/domain/wallet"
	"rodada/geo"
	rest "rodada/internal/client"
	"rodada/internal/config"
	"rodada/internal/devstack"
	"rodada/internal/roles"
	"rodada/postgres"
	"rodada/simulator"
)

// riders is how many ride at once at the most; each has a scooter of its own.
const riders = 50

// world is all of Rodada in this process, with scooters that answer at once.
type world struct {
	config   config.Config
	temporal client.Client
	fleet    *simulator.Fleet
	riders   []*rest.Client
	stop     func()
}

func plate(i int) string { return fmt.Sprintf("BENCH%02d", i) }
func code(i int) string  { return fmt.Sprintf("bench-%04d", i) }

func email(i int) string { return fmt.Sprintf("rider%d@bench.example", i) }

// secret is every rider's password.
const secret = "as good as none" //nolint:gosec // it opens nothing but the bench

func newWorld(ctx context.Context, c config.Config, a devstack.Addresses, dir string) (*world, error) {
	c.Development = true
	c.Rental.FailedUnder = 0 // the scooters do not move
	c.HTTP.Addr = freeAddr()
	c.Limits = config.Limits{LoginTries: c.Limits.LoginTries, LoginWait: c.Limits.LoginWait, LoginWaitMax: c.Limits.LoginWaitMax} // no rates: all ride from one address
	c.HTTP.MetricsAddr = ""
	c.Influx.URL, c.Influx.Bucket, c.Spool.Dir = a.InfluxURL, a.InfluxBucket, filepath.Join(dir, "spool")
	c.Postgres.URL, c.Temporal.Addr, c.Redis.Addrs = a.PostgresURL, a.Temporal, []string{a.Redis}
	c.MQTT.URL, c.MQTT.Username, c.MQTT.Password, c.MQTT.ClientID = a.MQTT, a.MQTTUser, a.MQTTPassword, "bench"
	c.Influx.URL, c.Influx.Bucket = a.InfluxURL, a.InfluxBucket
	var err error
	if c.Spool.Dir, err = os.MkdirTemp("", "rodada-bench-spool-"); err != nil {
		return nil, err
	}
	c.Tokens.Secret = uuid.NewString()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))

	if err := roles.Migrate(ctx, c, log); err != nil {
		return nil, err
	}
	if err := furnish(ctx, c); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	group, ctx := errgroup.WithContext(ctx)
	for _, role := range []func(context.Context, config.Config, *slog.Logger) error{roles.API, roles.Worker, roles.Bridge} {
		group.Go(func() error { return role(ctx, c, log) })
	}
	w := &world{config: c}
	var plates []string
	for i := range riders {
		plates = append(plates, plate(i))
	}
	w.fleet, err = simulator.New(simulator.Options{Broker: c.MQTT.URL, Plates: plates, Still: true})
	if err == nil {
		err = w.fleet.Start(ctx)
	}
	if err == nil {
		w.temporal, err = client.DialContext(ctx, client.Options{HostPort: c.Temporal.Addr, Logger: sdklog.NewStructuredLogger(log)})
	}
	w.stop = func() {
		w.fleet.Stop()
		if w.temporal != nil {
			w.temporal.Close()
		}
		cancel()
		_ = group.Wait()
		_ = os.RemoveAll(c.Spool.Dir)
	}
	if err == nil {
		err = w.board(ctx)
	}
	if err != nil {
		w.stop()
	}
	return w, err
}

// furnish puts the riders, the scooters and their tariff into the books.
func furnish(ctx context.Context, c config.Config) error {
	store, err := postgres.Open(ctx, c.Postgres.URL, 2)
	if err != nil {
		return err
	}
	defer store.Close()
	model, err := store.CreateModel(ctx, fleet.Model{Name: "Bench", MaxKmh: 25, RangeMeters: 30_000})
	if err != nil {
		return err
	}
	tariff, err := store.CreateTariff(ctx, fare.Tariff{
		ID: uuid.NewString(), Name: "Bench", Currency: c.Currency, Unlock: 100, Riding: []fare.Segment{{Rate: 20, Interval: 1}},
	})
	if err != nil {
		return err
	}
	if err := store.AssignTariff(ctx, model.ID, tariff.ID, ""); err != nil {
		return err
	}
	hash, err := password.New(1).Hash(ctx, secret)
	if err != nil {
		return err
	}
	for i := range riders {
		id := uuid.NewString()
		err := store.CreateRider(ctx, rider.Rider{ID: id, FirstName: "R", LastName: "B", Email: email(i), PasswordHash: hash, Language: "en"})
		if err != nil {
			return err
		}
		if err := store.Book(ctx, wallet.Give(id, id, money.Of(100_000, c.Currency), "for the bench")); err != nil {
			return err
		}
		_, err = store.CreateScooter(ctx, fleet.Scooter{
			DeviceID: uuid.NewString(), PublicID: uuid.NewString(), QRCode: code(i), Plate: plate(i), IMEI: fmt.Sprintf("8611111111%05d", i),
			Model: model, Service: fleet.InService, Hold: fleet.Free, Position: geo.Point{Lat: 40, Lng: -3}, Battery: 90, LimitKmh: 25,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// board makes a rider with money for every scooter.
func (w *world) board(ctx context.Context) error {
	api := rest.New("http://" + w.config.HTTP.Addr)
	for {
		answer, err := api.Do(ctx, "GET", "/readyz", nil)
		if err == nil && answer.Status == 200 {
			break
		}
		if ctx.Err() != nil {
			return fmt.Errorf("the API does not become ready: %w", ctx.Err())
		}
		<-time.After(100 * time.Millisecond)
	}
	for i := range riders {
		rider, err := api.LogIn(ctx, email(i), secret)
		if err != nil {
			return err
		}
		w.riders = append(w.riders, rider)
	}
	return nil
}

func freeAddr() string {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // returns at once
	if err != nil {
		return "127.0.0.1:0"
	}
	defer l.Close()
	return l.Addr().String()
}
