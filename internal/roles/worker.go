package roles

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"rodada/activities"
	"rodada/api"
	"rodada/broker"
	"rodada/domain/rental"
	"rodada/internal/config"
	"rodada/internal/meter"
	"rodada/lease"
	"rodada/protocol"
	"rodada/providers/notify"
	"rodada/worker"
)

// Worker runs the workflows.
func Worker(ctx context.Context, c config.Config, log *slog.Logger) error {
	store, err := openStore(ctx, c.Postgres, c.Postgres.WorkerURL, log)
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	defer store.Close()
	if err := sameCurrency(ctx, store, c.Currency); err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	registry := newRegistry()
	temporal, err := dialTemporal(ctx, c, log, registry)
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	defer temporal.Close()
	redis, err := openRedis(c, log)
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	defer redis.Close()
	way, err := brokerOptions(c.MQTT, log)
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	mqtt, err := broker.Dial(way)
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	defer mqtt.Close()
	packets, err := broker.Dial(way) // no command waits behind a firmware packet
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	defer packets.Close()

	keys, err := sealKeys(c)
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	provider, closeProvider, err := paymentProvider(c, log)
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	defer closeProvider()
	accounts, err := dialAccounts(c.MQTT, log)
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	defer accounts.Close()
	server, err := boxServer(c.MQTT)
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	live := newLive(redis, c)
	ears := worker.NewEars(mqtt, protocol.Topics{Bike: c.MQTT.TopicBike, Other: c.MQTT.TopicOther}, log)
	credentials := &activities.Credentials{
		Store: store, Accounts: worker.Accounts{Broker: accounts}, Safe: keys, Server: server,
	}
	leases := lease.New(redis, c.Redis.Prefix)
	acks := lease.NewPackets(leases)
	defer func() { _ = acks.Close() }()
	debts := followDebts(c, store, temporal)
	options := worker.Options{
		TaskQueue:   c.Temporal.TaskQueue,
		StopTimeout: c.Temporal.StopTimeout,
		Scooters: &activities.Scooters{
			Publisher: mqtt, Ears: ears, Leases: leases, Live: live, Store: store, Secrets: keys, Now: time.Now,
		},
		Rentals:     &activities.Rentals{Store: meter.NewRentals(registry, store), Zones: store, Live: live, Rides: live.store},
		Wallets:     &activities.Wallets{Ledger: store, Failed: rental.FailedRule{Under: c.Rental.FailedUnder, Within: c.Rental.FailedWithin}},
		Cashier:     &activities.Cashier{Provider: provider, Books: store, Safe: keys},
		People:      &activities.People{Notifier: notify.Log{Logger: log}, Alerts: store},
		Commands:    &activities.Commands{Store: store},
		Credentials: credentials,
		Onboardings: &activities.Onboardings{Store: store},
		Upgrades: &activities.Upgrades{
			Store: store, Publisher: packets, Acks: acks, Fences: leases, Leases: leases, Now: time.Now,
		},
		UpgradesAtOnce: c.Temporal.UpgradesAtOnce,
		Rollouts:       &activities.Rollouts{Store: store, Heard: live.store},
	}
	collectDebts(c, store, debts, provider, keys, registry, &options)
	defer followZones(ctx, store, log)()
	rides, firmware := worker.New(temporal, options), worker.NewFirmware(temporal, options)
	if err := rides.Start(); err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	defer rides.Stop()
	if err := firmware.Start(); err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	defer firmware.Stop()
	registering, stopRegister := context.WithCancel(ctx)
	registered := reconcileRides(registering, log, live.store, store)
	defer func() { stopRegister(); <-registered }()
	if !keys.Empty() {
		ctx, stop := context.WithCancel(ctx)
		reconciled := reconcile(ctx, log, accounts, store, credentials)
		defer func() { stop(); <-reconciled }()
	}
	follows := follow(ctx, live, store, log)
	defer follows()
	watching, stopWatching := context.WithCancel(ctx)
	watched := watchFleet(watching, c, store, redis, registry, log)
	defer func() { stopWatching(); <-watched }()
	revived := reviveUpgrades(watching, log, worker.Upgrades{
		Books: store, Temporal: temporal, Queue: c.Temporal.TaskQueue, Limits: api.UpgradeLimits(c.Upgrade),
	})
	defer func() { stopWatching(); <-revived }()
	paid := lookAfterPayments(watching, c, store, temporal, provider, debts, keys, log)
	defer func() { stopWatching(); <-paid }()
	told := tellWebhooks(watching, c, store, keys, registry, log)
	defer func() { stopWatching(); <-told }()
	witnessed := tellAuditHeads(watching, store, log)
	defer func() { stopWatching(); <-witnessed }()
	posted, err := sendLetters(watching, c, store, keys, registry, log)
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	defer func() { stopWatching(); <-posted }()
	checks := map[string]check{
		"postgres": store.Ping,
		"redis":    func(ctx context.Context) error { return redis.Ping(ctx).Err() },
		"mqtt":     connected(mqtt),
		"temporal": reachable(temporal),
	}
	return operate(ctx, c.HTTP.MetricsAddr, log, registry, checks)
}
