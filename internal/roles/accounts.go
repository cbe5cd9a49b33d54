package roles

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"time"

	"rodada/activities"
	"rodada/internal/config"
	"rodada/postgres"
	"rodada/providers/brokeraccounts"
	"rodada/worker"
)

// dialAccounts makes the way on which scooters are given their accounts at the broker.
func dialAccounts(c config.MQTT, log *slog.Logger) (*brokeraccounts.Broker, error) {
	o, err := brokerOptions(c, log)
	if err != nil {
		return nil, err
	}
	if c.AccountsUsername != "" {
		o.Username, o.Password = c.AccountsUsername, c.AccountsPassword
	}
	return brokeraccounts.Dial(o, brokeraccounts.Topics{Bike: c.TopicBike, Other: c.TopicOther}, c.Backend()...)
}

// boxServer is the broker as scooters are told of it.
func boxServer(c config.MQTT) (activities.Server, error) {
	address := c.BoxAddr
	if address == "" {
		u, err := url.Parse(c.URL)
		if err != nil {
			return activities.Server{}, fmt.Errorf("RODADA_MQTT_URL: %w", err)
		}
		address = net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "1883"))
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return activities.Server{}, fmt.Errorf("RODADA_MQTT_BOX_ADDR: %w", err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return activities.Server{}, fmt.Errorf("RODADA_MQTT_BOX_ADDR: %w", err)
	}
	return activities.Server{Host: host, Port: n}, nil
}

// reconcile gives the broker, once it can be asked, the accounts that the books have and it has not.
func reconcile(
	ctx context.Context, log *slog.Logger, accounts *brokeraccounts.Broker, store *postgres.Store, credentials *activities.Credentials,
) (done <-chan struct{}) {
	over := make(chan struct{})
	go func() {
		defer close(over)
		for pause := retryEvery; ctx.Err() == nil; pause = min(2*pause, 10*time.Minute) {
			helped, err := worker.Reconcile(ctx, accounts, store, credentials)
			switch {
			case err == nil && helped > 0:
				log.Warn("the broker did not know all scooters; it does now", "scooters", helped)
				return
			case err == nil:
				return
			case ctx.Err() == nil:
				log.Warn("the broker's accounts can't be compared with the books", "error", err, "retry_in", pause)
			}
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
		}
	}()
	return over
}
