package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/internal/client"
	"rodada/internal/testkit"
	"rodada/protocol"
)

// ordered is a command as staff see it.
type ordered struct {
	ID       string         `json:"id"`
	Outcome  string         `json:"outcome"`
	Attempts int            `json:"attempts"`
	Params   map[string]any `json:"params"`
	Ack      struct {
		Name    string         `json:"name"`
		Status  *int           `json:"status"`
		Meaning string         `json:"meaning"`
		Values  map[string]any `json:"values"`
	} `json:"ack"`
	Sends []exchange `json:"sends"`
}

// exchange is a line of a scooter's history.
type exchange struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Origin   string   `json:"origin"`
	Outcome  string   `json:"outcome"`
	Sent     string   `json:"sent"`
	Received string   `json:"received"`
	TookMs   *float64 `json:"took_ms"`
	By       struct {
		Email string `json:"email"`
	} `json:"by"`
}

// give sends a command to a scooter in the name of staff.
func give(t *testing.T, eva *client.Client, b *box, name string, params map[string]any, header ...string) (client.Answer, ordered) {
	t.Helper()
	body := map[string]any{"reason": "An end-to-end test."}
	if len(params) > 0 {
		body["params"] = params
	}
	answer, err := eva.Do(t.Context(), http.MethodPost, "/admin/v1/scooters/"+b.plate+"/commands/"+name, body, header...)
	require.NoError(t, err)
	var g ordered
	if answer.Status < 400 {
		require.NoError(t, answer.Into(&g))
	}
	return answer, g
}

// sends is the whole history of a scooter.
func sends(t *testing.T, eva *client.Client, b *box) []exchange {
	t.Helper()
	var page struct {
		Sends []exchange `json:"sends"`
	}
	require.NoError(t, eva.Call(t.Context(), http.MethodGet, "/admin/v1/scooters/"+b.plate+"/commands?limit=500", nil, &page))
	return page.Sends
}

// samples are parameters that a simulated scooter can obey without getting lost.
func (w *world) samples(t *testing.T, b *box, spec protocol.Spec) map[string]any {
	t.Helper()
	broker, err := url.Parse(w.at.MQTT)
	require.NoError(t, err)
	port, err := strconv.Atoi(broker.Port())
	require.NoError(t, err)
	known := map[string]any{
		"host": broker.Hostname(), "port": port, "username": b.plate, "password": testkit.ScooterPassword, "plate": b.plate, "apn": "internet",
		"kmh": 20, "gps_seconds": 2,
	}
	args := map[string]any{}
	for _, p := range spec.Params {
		switch value, has := known[p.Name]; {
		case has:
			args[p.Name] = value
		case p.Optional:
		case p.Kind == protocol.Integer:
			args[p.Name] = *p.Min
		default:
			args[p.Name] = "x"
		}
	}
	return args
}

// Every command of the catalogue goes from REST to the wire and back, and is a line of the scooter's history.
func TestEveryCommandOfTheCatalogue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, set{"SEAL_KEYS": sealKey})
	b, eva := w.box(t), w.staff(t)
	must := func(name string, params map[string]any) {
		t.Helper()
		answer, _ := give(t, eva, b, name, params)
		require.Equal(t, 200, answer.Status, "%s: %s", name, answer.Body)
	}
	boxes := []*box{b}
	for _, spec := range protocol.Catalogue() {
		if spec.Direction != protocol.ToScooter {
			continue
		}
		for _, need := range spec.Preconditions {
			switch need {
			case protocol.NeedsPowerOn:
				must("power-on", nil)
			case protocol.NeedsPowerOff:
				must("power-off", nil)
			case protocol.NeedsLampCommandMode:
				must("power-on", nil)
				must("set-lamp-mode", map[string]any{"mode": 0})
			}
		}
		on := b
		if hangsUp[spec.Code] {
			on = w.box(t)
			boxes = append(boxes, on)
		}
		w.check(t, eva, on, spec)
	}
	must("power-off", nil)

	seen := map[string]bool{}
	for _, b := range boxes {
		for _, e := range sends(t, eva, b) {
			seen[e.Name] = true
			require.Equal(t, "command", e.Origin)
			require.NotEmpty(t, e.By.Email)
		}
	}
	for _, spec := range protocol.Catalogue() {
		if spec.Direction == protocol.ToScooter && spec.Code != protocol.StartUpgrade && spec.Code != protocol.SendPacket {
			require.True(t, seen[spec.Name], "%s is not in the history", spec.Name)
		}
	}
}

// hangsUp are the commands after which a box connects anew, in its own time.
var hangsUp = map[protocol.Code]bool{
	protocol.Reboot: true, protocol.RebootAfterUpgrade: true, protocol.SetServer: true, protocol.SetServerLegacy: true, protocol.SetPlate: true,
}

// check gives one command and looks at everything that comes of it.
func (w *world) check(t *testing.T, eva *client.Client, b *box, spec protocol.Spec) {
	t.Helper()
	b.Forget()
	answer, got := give(t, eva, b, spec.Name, w.samples(t, b, spec))
	switch {
	case spec.Code == protocol.StartUpgrade || spec.Code == protocol.SendPacket:
		require.Equal(t, http.StatusConflict, answer.Status, "%s: %s", spec.Name, answer.Body)
		require.Equal(t, 0, b.Count(spec.Code))
		return
	case spec.Ack == 0:
		require.Equal(t, http.StatusAccepted, answer.Status, "%s: %s", spec.Name, answer.Body)
		require.Equal(t, "sent", got.Outcome)
		b.got(t, spec.Code, 1)
		return
	}
	require.Equal(t, http.StatusOK, answer.Status, "%s: %s", spec.Name, answer.Body)
	require.Equal(t, "done", got.Outcome)
	require.Equal(t, 1, b.Count(spec.Code))
	ack, _ := protocol.Lookup(spec.Ack)
	require.Equal(t, ack.Name, got.Ack.Name)
	switch {
	case ack.Status == protocol.StatusResult:
		require.Equal(t, ack.Meaning(0), got.Ack.Meaning, spec.Name)
	case ack.Status == protocol.StatusState && got.Ack.Status != nil:
		require.Equal(t, ack.Meaning(*got.Ack.Status), got.Ack.Meaning, spec.Name)
	default:
		require.Equal(t, "answered", got.Ack.Meaning, spec.Name)
	}
	last := len(got.Sends) - 1
	require.Contains(t, got.Sends[last].Sent, fmt.Sprintf(`{"a":%d`, spec.Code))
	require.Contains(t, got.Sends[last].Received, strconv.Itoa(int(spec.Ack)))
	require.NotNil(t, got.Sends[last].TookMs)
	for _, before := range got.Sends[:last] {
		require.True(t, spec.NotWhileMoving)
		require.Equal(t, "query-vehicle", before.Name)
	}
}

func TestCommandsThatAreNotCarriedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, set{"COMMAND_WINDOW": (3 * ackWindow).String()})
	eva := w.staff(t)

	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		b := w.box(t)
		b.Refuse(protocol.PowerOff, 2)
		answer, _ := give(t, eva, b, "power-off", nil)
		p := refused(t, answer.Into(nil), http.StatusUnprocessableEntity, "command_refused")
		require.Equal(t, "firmware upgrading", fact[string](t, p, "meaning"))
		require.Equal(t, 2, fact[int](t, p, "device_status"))
	})
	t.Run("silent, and asked again as it may be", func(t *testing.T) {
		t.Parallel()
		b := w.box(t)
		b.Silent(protocol.QueryVehicle, protocol.Resume)
		answer, _ := give(t, eva, b, "query-vehicle", nil)
		p := refused(t, answer.Into(nil), http.StatusGatewayTimeout, "command_silent")
		attempts := fact[int](t, p, "attempts")
		require.Greater(t, attempts, 1)
		require.Equal(t, attempts, b.Count(protocol.QueryVehicle))
		require.Len(t, fact[ordered](t, p, "command").Sends, attempts)

		answer, _ = give(t, eva, b, "resume", nil)
		p = refused(t, answer.Into(nil), http.StatusGatewayTimeout, "command_silent")
		require.Equal(t, 1, fact[int](t, p, "attempts"))
		require.Equal(t, 1, b.Count(protocol.Resume))
	})
	t.Run("at speed", func(t *testing.T) {
		t.Parallel()
		b := w.box(t)
		b.SetSpeed(12) // nobody knows yet
		answer, _ := give(t, eva, b, "lock-motor", nil)
		refused(t, answer.Into(nil), http.StatusConflict, "scooter_moving")
		require.Equal(t, 0, b.Count(protocol.LockMotor))
		b.SetSpeed(0) // nobody knows that either
		answer, _ = give(t, eva, b, "lock-motor", nil)
		require.Equal(t, http.StatusOK, answer.Status, "%s", answer.Body)
		require.Equal(t, 1, b.Count(protocol.LockMotor))
	})
	t.Run("in another state", func(t *testing.T) {
		t.Parallel()
		b := w.box(t)
		answer, _ := give(t, eva, b, "power-on", nil)
		require.Equal(t, http.StatusOK, answer.Status, "%s", answer.Body)
		answer, _ = give(t, eva, b, "set-distance-unit", map[string]any{"unit": 1})
		p := refused(t, answer.Into(nil), http.StatusConflict, "command_precondition")
		require.Equal(t, "powered-off", fact[string](t, p, "precondition"))
		require.Equal(t, 0, b.Count(protocol.SetDistanceUnit))
		answer, _ = give(t, eva, b, "power-off", nil)
		require.Equal(t, http.StatusOK, answer.Status, "%s", answer.Body)
	})
}

// Two of the same command at once wait for each other: each gets the answer to its own.
func TestTheSameCommandTwiceAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, eva := w.box(t), w.staff(t)
	b.AnswerLate(200 * time.Millisecond)
	limit := func(kmh int) *errand[client.Answer] {
		return beside(func() client.Answer {
			answer, err := eva.Do(t.Context(), http.MethodPost, "/admin/v1/scooters/"+b.plate+"/commands/set-speed-limit",
				map[string]any{"params": map[string]any{"kmh": kmh}})
			if err != nil {
				t.Error(err)
			}
			return answer
		})
	}
	one, two := limit(10), limit(20)
	for _, got := range []client.Answer{one.wait(t), two.wait(t)} {
		require.Equal(t, http.StatusOK, got.Status, "%s", got.Body)
	}
	require.Equal(t, 2, b.Count(protocol.SetSpeedLimit))

	same := key()
	first, g := give(t, eva, b, "set-speed-limit", map[string]any{"kmh": 15}, "Idempotency-Key", same)
	require.Equal(t, http.StatusOK, first.Status, "%s", first.Body)
	again, h := give(t, eva, b, "set-speed-limit", map[string]any{"kmh": 15}, "Idempotency-Key", same)
	require.Equal(t, http.StatusOK, again.Status)
	require.Equal(t, g, h)
	require.Equal(t, 3, b.Count(protocol.SetSpeedLimit))
}

// A ride's own sends are lines of the same history, with the bytes.
func TestARideIsInTheHistoryOfItsScooter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, p, eva := w.box(t), w.rider(t), w.staff(t)
	r := p.ride(t, b)
	require.NotEmpty(t, sends(t, eva, b), "the unlock, while the ride goes on")
	p.end(t, r.ID)
	w.free(t, b)
	all := sends(t, eva, b)
	require.Len(t, all, len(b.Received()), "what reached the scooter")
	for _, e := range all {
		require.Equal(t, "rental", e.Origin)
		require.Equal(t, "done", e.Outcome, e)
		require.True(t, json.Valid([]byte(e.Sent)), e.Sent)
		require.Contains(t, e.Received, b.plate)
	}
	require.Equal(t, "power-off", all[0].Name)
	require.Equal(t, "power-on", all[len(all)-1].Name)
}
