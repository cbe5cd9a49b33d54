package e2e_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/geo"
	"rodada/internal/testkit"
	"rodada/protocol"
	"rodada/simulator"
)

// home is where scooters stand.
var home = geo.Point{Lat: 40.4155, Lng: -3.7074}

// fleetInfo is what all scooters of a world share.
type fleetInfo struct {
	model  fleet.Model
	tariff fare.Tariff
}

// The tariff: a ride of less than a minute without a pause or distance costs unlockPrice + minutePrice.
const (
	unlockPrice = 100
	minutePrice = 23
	pausedPrice = 5
	kmPrice     = 10
	shortRide   = unlockPrice + minutePrice
)

func (w *world) seed(t *testing.T) fleetInfo {
	t.Helper()
	model, err := w.store.CreateModel(t.Context(), fleet.Model{Name: "E2E One", MaxKmh: 25, RangeMeters: 35_000})
	require.NoError(t, err)
	tariff, err := w.store.CreateTariff(t.Context(), fare.Tariff{
		ID: uuid.NewString(), Name: "City", Currency: "EUR", Unlock: unlockPrice,
		Riding: []fare.Segment{{Rate: minutePrice, Interval: 1}}, Paused: []fare.Segment{{Rate: pausedPrice, Interval: 1}},
		Distance:       []fare.Segment{{Rate: kmPrice, Interval: 1}},
		MinimumBalance: 300, ReservationSeconds: 600,
	})
	require.NoError(t, err)
	require.NoError(t, w.store.AssignTariff(t.Context(), model.ID, tariff.ID, ""))
	return fleetInfo{model, tariff}
}

// box is a scooter in the street: what is stored of it, and the simulated one.
type box struct {
	*simulator.Scooter
	plate, qr string
}

// box puts a scooter in the street and waits until Rodada has heard of it.
func (w *world) box(t *testing.T, edit ...func(*simulator.Options)) *box {
	t.Helper()
	w.mu.Lock()
	plate := w.plates[0]
	w.plates = w.plates[1:]
	w.mu.Unlock()
	qr := "qr-" + strings.ToLower(plate)
	_, err := w.store.CreateScooter(t.Context(), fleet.Scooter{
		DeviceID: uuid.NewString(), PublicID: uuid.NewString(), QRCode: qr, Plate: plate, IMEI: "IMEI" + plate, Model: w.fleet.model,
		Service: fleet.InService, Hold: fleet.Free, Position: home, Battery: 90, LimitKmh: 25,
	})
	require.NoError(t, err)
	o := simulator.Options{
		Broker: w.at.MQTT, Plates: []string{plate}, Password: func(string) string { return testkit.ScooterPassword },
		Still: true, Lat: home.Lat, Lng: home.Lng, Radius: 1, Remember: 10_000,
		Interval: simulator.Intervals{Heartbeat: time.Second, Position: 2 * time.Second, Move: 100 * time.Millisecond, Reboot: 200 * time.Millisecond},
	}
	for _, e := range edit {
		e(&o)
	}
	street, err := simulator.New(o)
	require.NoError(t, err)
	require.NoError(t, street.Start(t.Context()))
	t.Cleanup(street.Stop)
	b := &box{Scooter: street.Scooter(plate), plate: plate, qr: qr}
	w.mu.Lock()
	w.boxes = append(w.boxes, b)
	w.mu.Unlock()
	return b
}

// free waits until nobody has the scooter and it is locked.
func (w *world) free(t *testing.T, b *box) {
	t.Helper()
	require.Eventually(t, func() bool { return w.hold(t, b) == fleet.Free }, patience, tick, "%s does not become free", b.plate)
	require.True(t, b.Locked(), "%s is free and open", b.plate)
}

// held waits until the scooter is held in this way.
func (w *world) held(t *testing.T, b *box, how fleet.Hold) {
	t.Helper()
	require.Eventually(t, func() bool { return w.hold(t, b) == how }, patience, tick, "%s does not become %s", b.plate, how)
}

func (w *world) hold(t *testing.T, b *box) fleet.Hold {
	t.Helper()
	s, err := w.store.ScooterByPlate(lasting(t), b.plate)
	require.NoError(t, err)
	return s.Hold
}

// got waits until a command has reached the scooter so many times.
func (b *box) got(t *testing.T, code protocol.Code, times int) {
	t.Helper()
	require.Eventually(t, func() bool { return b.Count(code) >= times }, patience, tick, "%s did not get %s", b.plate, code)
}

// obeyed is which of these commands reached the scooter, in order.
func (b *box) obeyed(codes ...protocol.Code) []protocol.Code {
	var list []protocol.Code
	for _, r := range b.Received() {
		for _, c := range codes {
			if r.Err == nil && r.Command.Code == c {
				list = append(list, c)
			}
		}
	}
	return list
}

// diary is everything that reached the scooter, for a failed test.
func (b *box) diary() string {
	var text strings.Builder
	for _, r := range b.Received() {
		fmt.Fprintf(&text, "\n%s %s qos %d", r.At.Format("15:04:05.000"), r.Command.Code, r.QoS)
		if r.Again {
			text.WriteString(" again")
		}
	}
	return text.String()
}
