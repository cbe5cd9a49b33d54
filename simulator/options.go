package simulator

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"rodada/protocol"
)

// Options describe a fleet. Only Broker and Plates (or Count) are required.
type Options struct {
	Broker string      // such as tcp://127.0.0.1:1883
	TLS    *tls.Config // for ssl:// brokers

	Plates []string
	Count  int // without Plates: that many, SIM001 and on

	Username func(plate string) string // default: the plate
	Password func(plate string) string // default: none
	ClientID func(plate string) string // default: scooter-<plate>
	Topics   protocol.Topics           // default: as in the seed
	Dialect  protocol.Dialect

	Interval Intervals
	// Still scooters stand where they are unless SetSpeed says otherwise.
	Still bool
	// Lat and Lng are where the fleet is spread, within Radius metres.
	Lat, Lng, Radius float64
	// Patience is how long Start lets one scooter try to connect; without it,
	// until the context ends.
	Patience time.Duration
	// CleanSession makes the broker forget a scooter that is offline. By
	// default it keeps a session, as real boxes do, and with it a queue.
	CleanSession bool
	// Remember is how many received commands a scooter keeps; default 1000.
	Remember int
	// Seed makes movements repeatable.
	Seed uint64
	// Version names the firmware of an uploaded image; default: by its first line, such as "version 2.0", or by its hash.
	Version func(image []byte) string
	Logger  *slog.Logger // default: silent
}

// Intervals are the pace of a scooter.
type Intervals struct {
	Position  time.Duration // default 30 s; set-server-legacy changes it
	Heartbeat time.Duration // default 10 s; set-server-legacy changes it
	Move      time.Duration // step of the simulation; default 1 s
	Reboot    time.Duration // offline while rebooting; default 2 s
}

func (o *Options) setDefaults() error {
	if o.Broker == "" {
		return errors.New("simulator: no broker")
	}
	if len(o.Plates) == 0 {
		for i := range o.Count {
			o.Plates = append(o.Plates, fmt.Sprintf("SIM%03d", i+1))
		}
	}
	seen := map[string]bool{}
	for _, plate := range o.Plates {
		if err := protocol.ValidPlate(plate); err != nil {
			return fmt.Errorf("simulator: plate %q: %w", plate, err)
		}
		if seen[plate] {
			return fmt.Errorf("simulator: plate %q twice", plate)
		}
		seen[plate] = true
	}
	if len(seen) == 0 {
		return errors.New("simulator: no scooters")
	}
	if o.Username == nil {
		o.Username = func(plate string) string { return plate }
	}
	if o.Password == nil {
		o.Password = func(string) string { return "" }
	}
	if o.ClientID == nil {
		o.ClientID = func(plate string) string { return "scooter-" + plate }
	}
	if o.Version == nil {
		o.Version = imageVersion
	}
	if o.Topics == (protocol.Topics{}) {
		o.Topics = protocol.DefaultTopics()
	}
	if o.Lat == 0 && o.Lng == 0 {
		o.Lat, o.Lng = 10.4696, -66.8037 // Caracas, Altamira
	}
	setDefault(&o.Radius, 1500)
	setDefault(&o.Remember, 1000)
	setDefault(&o.Interval.Position, 30*time.Second)
	setDefault(&o.Interval.Heartbeat, 10*time.Second)
	setDefault(&o.Interval.Move, time.Second)
	setDefault(&o.Interval.Reboot, 2*time.Second)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

func setDefault[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}
