// Command bench measures Rodada beside what its parts would do by themselves, in the same run on the same machine, and
// prints the figures with their ratios. The machine's speed is not Rodada's: read the ratios.
//
//	bench          everything
//	bench codec    the codec of the wire alone, which needs no service
//	bench geo      zones and distances alone, which need none either
//	bench ingest   from Mosquitto to InfluxDB beside Telegraf, on services of its own
//	bench live     the live state of 100,000 scooters, on a Redis of its own
//	bench login    log-ins, on a Postgres and a Redis of its own
//	bench wallet   transfers between wallets beside pgbench, on a Postgres of its own
//	bench rides    commands and rides, on services of its own
//	bench firmware packets to one scooter and to many, and rides beside them, on services of its own
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"syscall"
	"time"

	"rodada/internal/config"
	"rodada/internal/devstack"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	var err error
	if len(os.Args) == 3 && os.Args[1] == bareArgument {
		err = bareMain(ctx, os.Args[2])
	} else {
		err = measure(ctx, os.Args[1:])
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// part is something that can be measured by itself.
type part struct {
	name    string
	measure func() error
}

// measure does everything, or only the parts that are named.
func measure(ctx context.Context, only []string) error {
	parts := []part{
		{"codec", measureCodec},
		{"geo", measureGeo},
		{"ingest", func() error { return measureIngest(ctx) }},
		{"live", func() error { return measureLive(ctx) }},
		{"login", func() error { return measureLogin(ctx) }},
		{"wallet", func() error { return measureWallet(ctx) }},
		{"rides", func() error { return installed(ctx, measureRides) }},
		{"firmware", func() error { return installed(ctx, measureFirmware) }},
	}
	for _, name := range only {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.name == name }) {
			return fmt.Errorf("there is no part %q", name)
		}
	}
	for _, p := range parts {
		if len(only) > 0 && !slices.Contains(only, p.name) {
			continue
		}
		if err := p.measure(); err != nil {
			return err
		}
	}
	return nil
}

// installed measures something on an installation of its own.
func installed(ctx context.Context, measure func(context.Context, *world) error) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	c, err := config.Load()
	if err != nil {
		return err
	}
	fmt.Printf("%d cores, %s. Everything on this machine: Temporal, Postgres, Redis, the broker, Rodada, the scooters, the riders.\n",
		runtime.NumCPU(), time.Now().Format(time.DateOnly))
	dir, err := os.MkdirTemp("", "rodada-bench-")
	if err != nil {
		return err
	}
	if err := devstack.Prepare(dir); err != nil { // a folder of ours: with one of its own the stack does not sync to disk
		return err
	}
	defer func() { _ = devstack.Reset(dir) }()
	stack, err := devstack.Start(ctx, devstack.Options{
		Dir:      dir,
		Only:     []devstack.Service{devstack.Temporal, devstack.Postgres, devstack.Redis, devstack.MQTT, devstack.Influx},
		Accounts: func(string, string) bool { return true },
		Log:      slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Progress: func(line string) { fmt.Println(line) },
	})
	if err != nil {
		return err
	}
	defer stack.Stop()
	w, err := newWorld(ctx, c, stack.Addresses(), dir)
	if err != nil {
		return err
	}
	defer w.stop()
	return measure(ctx, w)
}

func measureRides(ctx context.Context, w *world) error {
	raw, err := measureRaw(ctx, w)
	if err != nil {
		return fmt.Errorf("raw command and ack: %w", err)
	}
	bare, bareRate, err := measureBare(ctx, w)
	if err != nil {
		return fmt.Errorf("bare workflow: %w", err)
	}
	unlock, err := measureUnlock(ctx, w)
	if err != nil {
		return fmt.Errorf("unlock: %w", err)
	}
	printUnlock(raw, bare, unlock)
	whole, err := measureRentals(ctx, w)
	if err != nil {
		return fmt.Errorf("whole rentals: %w", err)
	}
	printRates(bareRate, whole)
	return nil
}
