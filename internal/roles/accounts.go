package roles

import (
	"cmp"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"

	"rodada/activities"
	"rodada/internal/config"
	"rodada/providers/brokeraccounts"
)

// dialAccounts makes the way on which scooters are given their accounts at the broker.
func dialAccounts(c config.MQTT, log *slog.Logger) (*brokeraccounts.Broker, error) {
	o := brokerOptions(c, log)
	if c.AccountsUsername != "" {
		o.Username, o.Password = c.AccountsUsername, c.AccountsPassword
	}
	return brokeraccounts.Dial(o, brokeraccounts.Topics{Bike: c.TopicBike, Other: c.TopicOther})
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
