package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/errgroup"

	"rodada/api"
	"rodada/api/password"
	"rodada/domain/rider"
	rest "rodada/internal/client"
	"rodada/internal/config"
	"rodada/internal/devstack"
	"rodada/migrations"
	"rodada/postgres"
	"rodada/throttle"
)

const (
	loginRiders = 50
	loginFor    = 5 * time.Second // of each measurement
)

// measureLogin counts log-ins over HTTP, with their database and Redis, beside bare argon2id with the same parameters.
func measureLogin(ctx context.Context) error {
	c, err := config.Load()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "rodada-bench-login-")
	if err != nil {
		return err
	}
	if err := devstack.Prepare(dir); err != nil {
		return err
	}
	defer func() { _ = devstack.Reset(dir) }()
	stack, err := devstack.Start(ctx, devstack.Options{Dir: dir, Only: []devstack.Service{devstack.Postgres, devstack.Redis}})
	if err != nil {
		return err
	}
	defer stack.Stop()
	phc, err := password.New(1).Hash(ctx, secret)
	if err != nil {
		return err
	}
	server, err := loginServer(ctx, c, stack.Addresses(), phc)
	if err != nil {
		return err
	}
	defer server.Close()

	bare, bareCPU, err := pace(ctx, runtime.NumCPU(), bareHash(phc))
	if err != nil {
		return err
	}
	visitor := rest.New(server.URL)
	logIn := func(who int) error {
		_, err := visitor.LogIn(ctx, email(who), secret)
		return err
	}
	fmt.Printf("\nLog-ins, with %s: each takes its memory while it is checked, as many at once as there are cores (%d here).\n",
		strings.Join(strings.Split(phc, "$")[1:4], " "), runtime.NumCPU())
	fmt.Printf("%-32s %8s %7s %14s %7s\n", "", "a second", "ratio", "ms of CPU each", "ratio")
	line := func(name string, a, cpu float64) {
		fmt.Printf("%-32s %8.1f %7.2f %14.1f %7.2f\n", name, a, a/bare, cpu, cpu/bareCPU)
	}
	line("bare argon2id, one a core", bare, bareCPU)
	for _, atOnce := range []int{1, 32} {
		got, cpu, err := pace(ctx, atOnce, logIn)
		if err != nil {
			return err
		}
		line(fmt.Sprintf("log-ins, %d at once", atOnce), got, cpu)
	}
	return nil
}

// loginServer is the API with what log-ins need behind it.
func loginServer(ctx context.Context, c config.Config, at devstack.Addresses, phc string) (*httptest.Server, error) {
	if err := migrations.Up(ctx, at.PostgresURL); err != nil {
		return nil, err
	}
	store, err := postgres.Open(ctx, at.PostgresURL, 20)
	if err != nil {
		return nil, err
	}
	for i := range loginRiders {
		err := store.CreateRider(ctx, rider.Rider{ID: uuid.NewString(), FirstName: "R", LastName: "B", Email: email(i), PasswordHash: phc, Language: "en"})
		if err != nil {
			return nil, err
		}
	}
	log := slog.New(slog.DiscardHandler)
	c.Tokens.Secret = uuid.NewString()
	c.Limits.Free = []string{"127.0.0.0/8"} // all come from one address
	client := redis.NewClient(&redis.Options{Addr: at.Redis, ContextTimeoutEnabled: true})
	handler, err := api.New(api.Options{Config: c, Store: store, Throttle: throttle.New(client, "bench:", log), Log: log, Registry: prometheus.NewRegistry()})
	if err != nil {
		return nil, err
	}
	return httptest.NewServer(handler), nil
}

// bareHash is the work that the hash of a password asks for, and nothing else.
func bareHash(phc string) func(int) error {
	return func(int) error {
		var memory, passes uint32
		var lanes uint8
		if n, err := fmt.Sscanf(strings.Split(phc, "$")[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil || n != 3 {
			return errors.New("not a hash of ours")
		}
		argon2.IDKey([]byte(secret), make([]byte, 16), passes, memory, lanes, 32)
		return nil
	}
}

// pace is how often something is done in a second, so many at once, and the milliseconds of CPU that this process spends on each.
func pace(ctx context.Context, atOnce int, do func(who int) error) (perSecond, cpuMillis float64, err error) {
	ctx, cancel := context.WithTimeout(ctx, loginFor)
	defer cancel()
	done, began, spent := make([]int, atOnce), time.Now(), cpu()
	group := errgroup.Group{}
	for who := range atOnce {
		group.Go(func() error {
			for ctx.Err() == nil {
				if err := do(who % loginRiders); err != nil && ctx.Err() == nil {
					return err
				}
				done[who]++
			}
			return nil
		})
	}
	err = group.Wait()
	n := 0
	for _, d := range done {
		n += d
	}
	return float64(n) / time.Since(began).Seconds(), float64((cpu() - spent).Milliseconds()) / float64(max(1, n)), err
}

// cpu is the time that this process has spent.
func cpu() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
