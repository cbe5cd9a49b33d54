package roles

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"rodada/internal/config"
	"rodada/protocol"
	"rodada/simulator"
)

// SimulateOptions are the fleet that Simulate plays.
type SimulateOptions struct {
	Plates       []string
	Count        int    // without Plates
	PasswordFile string // one password for all
	Lat, Lng     float64
}

// brokerPatience is for a broker that starts at the same time.
const brokerPatience = 20 * time.Second

// Simulate plays a fleet of scooters against the MQTT broker.
func Simulate(ctx context.Context, c config.Config, log *slog.Logger, o SimulateOptions) error {
	var password string
	if o.PasswordFile != "" {
		text, err := os.ReadFile(o.PasswordFile)
		if err != nil {
			return fmt.Errorf("--password-file: %w", err)
		}
		password = strings.TrimSpace(string(text))
	}
	t, err := clientTLS(config.TLS{CA: c.MQTT.TLS.CA}, "RODADA_MQTT", log) // a box shows no certificate of the backend's
	if err != nil {
		return err
	}
	fleet, err := simulator.New(simulator.Options{
		Patience: brokerPatience,
		Broker:   c.MQTT.URL, TLS: t, Plates: o.Plates, Count: o.Count, Password: func(string) string { return password },
		Topics: protocol.Topics{Bike: c.MQTT.TopicBike, Other: c.MQTT.TopicOther},
		Lat:    o.Lat, Lng: o.Lng, Logger: log,
	})
	if err != nil {
		return err
	}
	log.Info("connecting", "scooters", len(fleet.Scooters()), "patience", brokerPatience.String())
	if err := fleet.Start(ctx); err != nil {
		return err
	}
	defer fleet.Stop()
	log.Info("the fleet rides", "scooters", len(fleet.Scooters()))
	<-ctx.Done()
	return nil
}
