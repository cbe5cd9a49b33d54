package e2e_test

import (
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/internal/client"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/protocol"
	"rodada/seal"
	"rodada/simulator"
)

// boxIMEI is what the first box of a simulated fleet says it is.
const boxIMEI = "860000000000001"

// hurried settings, so that a story does not wait as long as staff would.
func hurried() set {
	return set{
		"SEAL_KEYS": seal.NewKey("e2e"), "ONBOARD_ACK_WINDOW": "2s", "ONBOARD_BACKOFF": "500ms", "ONBOARD_BACKOFF_MAX": "1s",
		"ONBOARD_SWITCH_PATIENCE": "15s", "HTTP_DEADLINE": "30s",
	}
}

// onboarding is how staff see one.
type onboarding struct {
	State   string `json:"state"`
	Trouble string `json:"trouble"`
	Detail  string `json:"detail"`
	Box     *struct {
		IMEI     string `json:"imei"`
		Firmware string `json:"firmware"`
		Signal   *int   `json:"signal"`
	} `json:"box"`
	Credentials []struct {
		Username string `json:"username"`
		State    string `json:"state"`
	} `json:"credentials"`
	Bootstrap *struct {
		Username string `json:"username"`
		Password string `json:"password"`
	} `json:"bootstrap"`
}

// newcomer is a scooter that is registered, and nothing else yet.
type newcomer struct {
	*world
	eva      *client.Client
	plate    string
	path     string
	username string
	password string
	street   *simulator.Fleet
}

func (w *world) register(t *testing.T) *newcomer {
	t.Helper()
	n := &newcomer{world: w, eva: w.staff(t), plate: testkit.Plate(t)}
	n.path = "/admin/v1/scooters/" + n.plate
	_, err := w.store.CreateScooter(t.Context(), fleet.Scooter{
		DeviceID: uuid.NewString(), PublicID: uuid.NewString(), QRCode: "qr-" + n.plate, Plate: n.plate, IMEI: boxIMEI, Model: w.fleet.model,
		Service: fleet.InService, Hold: fleet.Free, Position: home, Battery: 90, LimitKmh: 25,
	})
	require.NoError(t, err)
	var begun onboarding
	require.NoError(t, n.eva.Call(t.Context(), "POST", n.path+"/onboard", map[string]any{"reason": "New."}, &begun))
	require.NotNil(t, begun.Bootstrap)
	n.username, n.password = begun.Bootstrap.Username, begun.Bootstrap.Password
	return n
}

// arrive switches the box on, once the broker lets it in.
func (n *newcomer) arrive(t *testing.T) *box {
	t.Helper()
	require.Eventually(t, func() bool { return n.letsIn(t, n.username, n.password) }, patience, tick, "the broker does not know the box")
	var err error
	n.street, err = simulator.New(simulator.Options{
		Broker: n.at.MQTT, Plates: []string{n.plate}, Username: func(string) string { return n.username },
		Password: func(string) string { return n.password }, Still: true, Lat: home.Lat, Lng: home.Lng, Radius: 1, Remember: 10_000,
		Interval: simulator.Intervals{Heartbeat: time.Second, Position: 2 * time.Second, Move: 100 * time.Millisecond, Reboot: 200 * time.Millisecond},
	})
	require.NoError(t, err)
	require.NoError(t, n.street.Start(t.Context()))
	t.Cleanup(n.street.Stop)
	b := &box{Scooter: n.street.Scooter(n.plate), plate: n.plate, qr: "qr-" + n.plate}
	n.mu.Lock()
	n.boxes = append(n.boxes, b)
	n.mu.Unlock()
	return b
}

// letsIn tries a login, under a client ID of its own.
func (n *newcomer) letsIn(t *testing.T, username, password string) bool {
	t.Helper()
	c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker(n.at.MQTT).SetClientID(uuid.NewString()).SetUsername(username).
		SetPassword(password).SetAutoReconnect(false).SetConnectTimeout(patience))
	token := c.Connect()
	<-token.Done()
	if token.Error() == nil {
		c.Disconnect(0)
	}
	return token.Error() == nil
}

func (n *newcomer) see(t *testing.T) onboarding {
	t.Helper()
	var o onboarding
	require.NoError(t, n.eva.Call(lasting(t), "GET", n.path+"/onboarding", nil, &o))
	return o
}

func (n *newcomer) becomes(t *testing.T, state string) onboarding {
	t.Helper()
	var o onboarding
	require.Eventually(t, func() bool {
		o = n.see(t)
		return o.State == state
	}, 2*time.Minute, tick, "it does not become %s", state)
	return o
}

// alerts waits until so many are open: they follow the state.
func (n *newcomer) alerts(t *testing.T, open int) {
	t.Helper()
	require.Eventually(t, func() bool {
		return n.number(t, `SELECT count(*) FROM alerts WHERE kind = 'onboarding' AND closed_at IS NULL`) == open
	}, patience, tick, "not %d open alerts", open)
}

// onItsOwn checks that the box has a credential of its own and nothing else opens the broker for it.
func (n *newcomer) onItsOwn(t *testing.T) {
	t.Helper()
	o := n.becomes(t, "done")
	require.Len(t, o.Credentials, 2)
	require.Equal(t, "revoked", o.Credentials[0].State)
	require.Equal(t, "active", o.Credentials[1].State)
	require.NotEqual(t, n.username, o.Credentials[1].Username)
	require.Equal(t, boxIMEI, o.Box.IMEI)
	require.NotEmpty(t, o.Box.Firmware)
	require.NotNil(t, o.Box.Signal)
	require.False(t, n.letsIn(t, n.username, n.password), "what it came with opens the broker still")
}

func eachBroker(t *testing.T, test func(t *testing.T, kind devstack.BrokerKind)) {
	t.Helper()
	for _, kind := range []devstack.BrokerKind{devstack.Mochi, devstack.Mosquitto} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			if kind == devstack.Mosquitto {
				testkit.RequireProgram(t, "mosquitto")
			}
			test(t, kind)
		})
	}
}

// A scooter is registered, its box comes with what it was given, gets a credential of its own and then another plate, and is
// ridden as what it became.
func TestANewScooterJoinsTheFleet(t *testing.T) {
	t.Parallel()
	eachBroker(t, func(t *testing.T, kind devstack.BrokerKind) {
		n := newWorldOn(t, kind, hurried()).register(t)
		require.Equal(t, "waiting", n.see(t).State)
		b := n.arrive(t)
		n.onItsOwn(t)
		p := n.rider(t)
		n.free(t, b)
		p.end(t, p.ride(t, b).ID)
		n.free(t, b)

		fresh := testkit.Plate(t)
		var moved struct{ State, From, To string }
		require.NoError(t, n.eva.Call(t.Context(), "POST", n.path+"/renumber", map[string]any{"plate": fresh, "reason": "New plate."}, &moved))
		require.Equal(t, "done", moved.State)
		require.Equal(t, fresh, b.Plate())
		answer, err := n.eva.Do(t.Context(), "GET", n.path, nil)
		require.NoError(t, err)
		require.Equal(t, 404, answer.Status, "the old plate is nobody's")
		b.plate = fresh
		p.end(t, p.ride(t, b).ID)
		n.free(t, b)
		require.Equal(t, 1, n.number(t, `SELECT count(*) FROM scooter_events WHERE kind = 'renumbered'`))
		require.Equal(t, 1, n.number(t, `SELECT count(*) FROM audit_log WHERE action = 'scooter.renumbered'`))
	})
}

// The worker is killed whenever a step was made, and the answer to 101 is lost.
func TestOnboardingThroughCrashes(t *testing.T) {
	t.Parallel()
	eachBroker(t, func(t *testing.T, kind devstack.BrokerKind) {
		n := newWorldOn(t, kind, hurried()).register(t)
		b := n.arrive(t)
		b.LoseAck(protocol.SetServer)
		for _, code := range []protocol.Code{protocol.QueryIMEI, protocol.SetServer} {
			b.got(t, code, 1)
			n.worker.kill()
			n.worker.start(t)
		}
		n.onItsOwn(t)
	})
}

// A box that is told its credential and never comes back leaves both good, and an alert.
func TestABoxThatNeverComesBack(t *testing.T) {
	t.Parallel()
	eachBroker(t, func(t *testing.T, kind devstack.BrokerKind) {
		settings := hurried()
		settings["ONBOARD_SWITCH_PATIENCE"] = "4s"
		n := newWorldOn(t, kind, settings).register(t)
		b := n.arrive(t)
		b.got(t, protocol.SetServer, 1)
		b.Offline()
		o := n.becomes(t, "parked")
		require.Contains(t, []string{"not_back", "not_switched"}, o.Trouble)
		n.alerts(t, 1)
		require.True(t, n.letsIn(t, n.username, n.password), "it may have its old credential still")
		require.NoError(t, n.eva.Call(t.Context(), "POST", n.path+"/onboarding/abort", map[string]any{"reason": "Stolen."}, nil))
		n.becomes(t, "aborted")
		require.True(t, n.letsIn(t, n.username, n.password))
		n.alerts(t, 0)
		require.Equal(t, 1, n.number(t, `SELECT count(*) FROM mqtt_credentials WHERE state = 'issued'`), "it may have its new one")
	})
}

// Another box than the one registered is not let into the fleet until staff say which is right.
func TestAnotherBox(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, devstack.Mochi, hurried())
	n := w.register(t)
	_, err := w.db.ExecContext(t.Context(), `UPDATE scooters SET imei = '860000000000002' WHERE plate = $1`, n.plate)
	require.NoError(t, err)
	b := n.arrive(t)
	o := n.becomes(t, "parked")
	require.Equal(t, "imei_mismatch", o.Trouble)
	require.Zero(t, b.Count(protocol.SetServer))
	require.NoError(t, n.eva.Call(t.Context(), "PATCH", n.path, map[string]any{"imei": boxIMEI}, nil))
	require.NoError(t, n.eva.Call(t.Context(), "POST", n.path+"/onboarding/retry", map[string]any{"reason": "A typo."}, nil))
	n.onItsOwn(t)
}

// The worker is killed when the box has its new plate and nobody knows it yet. Nobody rides meanwhile.
func TestRenumberingThroughACrash(t *testing.T) {
	t.Parallel()
	eachBroker(t, func(t *testing.T, kind devstack.BrokerKind) {
		n := newWorldOn(t, kind, hurried()).register(t)
		b := n.arrive(t)
		n.becomes(t, "done")
		fresh := testkit.Plate(t)
		b.LoseAck(protocol.SetPlate)
		asked := beside(func() client.Answer {
			answer, err := n.eva.Do(lasting(t), "POST", n.path+"/renumber", map[string]any{"plate": fresh, "reason": "New plate."})
			require.NoError(t, err)
			return answer
		})
		b.got(t, protocol.SetPlate, 1)
		n.worker.kill()
		p := n.rider(t)
		_, err := p.app.Rent(t.Context(), key(), b.qr)
		require.Error(t, err, "somebody rides it")
		n.worker.start(t)
		require.Contains(t, []int{200, 202}, asked.wait(t).Status)
		require.Eventually(t, func() bool {
			s, err := n.store.ScooterByQR(lasting(t), b.qr)
			return err == nil && s.Plate == fresh
		}, 2*time.Minute, tick, "the books do not follow the box")
		require.Equal(t, fresh, b.Plate())
		b.plate = fresh
		n.free(t, b)
		require.Eventually(t, func() bool {
			r, err := p.app.Rent(t.Context(), key(), b.qr)
			if err == nil {
				p.end(t, r.ID)
			}
			return err == nil
		}, patience, tick)
		n.free(t, b)
	})
}
