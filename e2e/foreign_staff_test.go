package e2e_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type object = map[string]any

// told is a command of staff to the seed's scooter: what goes over the wire in both directions, and what staff see of it.
type told struct {
	name  string
	body  object
	frame string
	qos   string
	says  []spoken

	status  int
	outcome string
	meaning string
	values  object
}

// why is the reason that dangerous commands need.
var why = object{"reason": "The seed says so."}

func with(params object, more ...object) object {
	body := object{"params": params}
	for _, m := range more {
		for k, v := range m {
			body[k] = v
		}
	}
	return body
}

const (
	done    = http.StatusOK
	given   = http.StatusAccepted // nobody will know more
	refusal = http.StatusUnprocessableEntity
	silence = http.StatusGatewayTimeout
)

// seedConversation has frames and answers from the seed's text; where its answers leave a value open, one stands here.
var seedConversation = []told{
	{"power-on", why, `{"a":1}`, "0", ack(`{"a": 2, "i": "12AB", "t": 1503046415, "s": 0, "n": 0}`),
		done, "done", "success", object{"time": 1503046415., "status": 0., "serial": 0.}},
	{"set-lamp-mode", with(object{"mode": 0}), `{"a":43,"j":0}`, "0", ack(`{"a": 44, "i": "12AB", "s":0}`),
		done, "done", "success", object{"status": 0.}},
	{"set-lamp", with(object{"lamp": 0}), `{"a":37,"d":0}`, "0", ack(`{"a": 38, "i": "12AB", "s":0}`),
		done, "done", "success", object{"status": 0.}},
	{"set-speed-limit", with(object{"kmh": 20}), `{"a":13,"k":2020}`, "1", ack(`{"a": 14, "i": "12AB", "t": 1503046415, "s": 0}`),
		done, "done", "success", object{"time": 1503046415., "status": 0.}},
	{"set-assist-level", with(object{"level": 2}), `{"a":49,"k":2}`, "1", ack(`{"a": 50, "i": "12AB", "s": 1}`),
		refusal, "refused", "fault", object{"status": 1.}},
	{"query-vehicle", nil, `{"a":15}`, "0", // its keys have the seed's blanks
		ack(`{"a": 16 , "i": "12AB", "s": 8, "k": 8, "p ": 0 , "e ": 8 , "b ": "80" , "y": 8, "q": 8 , "w": 8, "z": 8, "c": 0}`),
		done, "done", "answered", object{"status": 8., "limit_kmh": 8., "speed_kmh": 0., "fault": 8.,
			"battery_percent": 80., "total_seconds": 8., "total_km": 8., "trip_seconds": 8., "trip_km": 8., "power": 0.}},
	{"query-position", nil, `{"a":18}`, "0", []spoken{{"bike", "1", `{"a": 19, "i": "12AB", "g": "3020.5887,12006.4229,1", "t": 1503046415}`}},
		done, "done", "answered", object{
			"position": "3020.5887,12006.4229,1", "lat": 30.343145, "lng": 120.107048, "time": 1503046415.,
		}},
	{"query-version", nil, `{"a":21}`, "0",
		[]spoken{{"bike", "1", `{"a": 22, "i": "12AB", "h":1.2, "f":"3.4.5", "c":"8958021", "m":123456789888888, "s": 0, "t": 1503046415}`}},
		done, "done", "powered on", object{"hardware": "1.2", "firmware": "3.4.5", "sim": "8958021", "imei": "123456789888888",
			"power": 0., "time": 1503046415.}},
	{"query-imei", nil, `{"a":24}`, "0", []spoken{{"o", "0", `{"a": 25, "i": "12AB", "h":123456789888888, "t": 1503046415}`}},
		done, "done", "answered", object{"imei": "123456789888888", "time": 1503046415.}},
	{"query-server", nil, `{"a":35}`, "0", ack(`{"a": 36, "i": "12AB", "u":"018.180.156.177,1883,username, password, 12AB,30"}`),
		done, "done", "answered", object{"host": "***", "port": 1883., "username": "***", "password": "***", "plate": "12AB", "gps_seconds": 30.}},
	{"set-vibration-sensitivity", with(object{"sensitivity": 10}), `{"a":39,"v":10}`, "0", ack(`{"a": 40, "i": "12AB", "s":0}`),
		done, "done", "success", object{"status": 0.}},
	{"buzz", nil, `{"a":28}`, "0", nil, given, "sent", "", nil},
	{"ring", with(object{"rings": 5, "on_ms": 100, "off_ms": 200}), `{"a":58,"v":5,"i":100,"L":200}`, "0", nil, given, "sent", "", nil},
	{"set-apn", with(object{"apn": "123", "username": "456", "password": "789"}, why), `{"a":53,"z":AT+QICSGP=15,1,"123","456","789",0}`, "0",
		[]spoken{{"o", "0", `{"a": 54, "i": "12AB", "s":0}`}}, done, "done", "success", object{"status": 0.}},
	{"unlock-battery", why, `{"a":60}`, "0", ack(`{"a": 61, "i": "12AB", "s": 2}`), refusal, "refused", "firmware upgrading", object{"status": 2.}},
	{"lock-battery", nil, `{"a":62}`, "0", ack(`{"a": 63, "i": "12AB", "s": 0}`), done, "done", "success", object{"status": 0.}},
	{"unlock-chain", why, `{"a":71}`, "0", ack(`{"a": 72, "i": "12AB", "s": 0}`), done, "done", "success", object{"status": 0.}},
	{"query-chain-lock", nil, `{"a":83}`, "0", ack(`{"a": 84, "i": "12AB", "s": 1}`), done, "done", "open", object{"chain_lock": 1.}},
	{"pause", nil, `{"a":73}`, "0", ack(`{"a": 74, "i": "12AB", "s": 0}`), done, "done", "success", object{"status": 0.}},
	{"resume", nil, `{"a":75}`, "0", nil, silence, "silent", "", nil},
	{"query-log", nil, `{"a":77}`, "0",
		[]spoken{{seedPlate, "0", `{"a": 78 , "i": "12AB", "b": "12AB", "c": "12AB", "d": "12AB", "e": "12AB", "f": "12AB", "g": "12AB"}`}},
		done, "done", "answered", object{"log_b": "12AB", "log_c": "12AB", "log_d": "12AB", "log_e": "12AB", "log_f": "12AB", "log_g": "12AB"}},
	{"query-signal", nil, `{"a":97}`, "0", ack(`{"a": 98, "i": "12AB", "x": "27"}`), done, "done", "answered", object{"signal": 27.}},
	{"unlock-motor", why, `{"a":105}`, "0", ack(`{"a": 106, "i": "12AB", "s": 0}`), done, "done", "success", object{"status": 0.}},
	{"lock-motor", nil, `{"a":107}`, "0", []spoken{{"o", "0", `{"a": 108, "i": "12AB", "s": 1}`}}, refusal, "refused", "failure", object{"status": 1.}},
	{"clear-trip-mileage", nil, `{"a":5}`, "0", ack(`{"a": 6, "i": "12AB", "t": 1503046415, "s": 3, "n": 0}`),
		refusal, "refused", "already later than the latest shutdown time", object{"time": 1503046415., "status": 3., "serial": 0.}},
	{"clear-total-time", why, `{"a":11}`, "0", ack(`{"a": 12, "i": "12AB", "t": 1503046415, "s": 0, "n": 0}`),
		done, "done", "success", object{"time": 1503046415., "status": 0., "serial": 0.}},
	{"power-off", nil, `{"a":3}`, "1", ack(`{"a": 4, "i": "12AB", "t": 1503046415, "s": 0, "n": 0}`),
		done, "done", "success", object{"time": 1503046415., "status": 0., "serial": 0.}},
	{"set-distance-unit", with(object{"unit": 1}), `{"a":41,"f":1}`, "0", ack(`{"a": 42, "i": "12AB", "s":0}`),
		done, "done", "success", object{"status": 0.}},
	{"set-server", with(object{"host": "18.180.156.177", "port": 1883, "username": "username", "password": "password"}, why),
		`{"a":101,"u":18.180.156.177:1883:username:password:}`, "0", ack(`{"a": 102, "i": "12AB", "s": 0}`),
		done, "done", "success", object{"status": 0.}},
	{"set-plate", with(object{"plate": seedPlate}, why), `{"a":103,"u":12AB:}`, "0", ack(`{"a": 104, "i": "12AB", "s": 1}`),
		refusal, "refused", "failure", object{"status": 1.}},
	{"reboot", why, `{"a":20}`, "0", nil, given, "sent", "", nil},
}

// seen is what staff read of a command.
type seen struct {
	Outcome  string
	Attempts int
	Ack      *struct {
		Name, Meaning string
		Values        object
	}
	Sends []struct{ Name, Sent, Received, Outcome string }
}

// Staff give every kind of command by REST to a scooter that is made of mosquitto_sub and mosquitto_pub.
func TestStaffCommandAnotherProgramsScooter(t *testing.T) {
	t.Parallel()
	w, f := newForeignWorld(t, set{
		"SEAL_KEYS":      "one:" + base64.StdEncoding.EncodeToString(make([]byte, 32)),
		"COMMAND_WINDOW": unlockWindow.String(),
	})
	eva := w.staff(t)
	path := "/admin/v1/scooters/" + f.plate + "/commands"
	for _, c := range seedConversation {
		f.answer(c.frame, c.says)
		c = c.of(f)
		before := len(f.got(t))
		var body any // none at all where the command takes nothing
		if c.body != nil {
			body = c.body
		}
		answer, err := eva.Do(t.Context(), http.MethodPost, path+"/"+c.name, body)
		require.NoError(t, err)
		require.Equal(t, c.status, answer.Status, "%s: %s", c.name, answer.Body)

		var arrived []heard
		require.Eventually(t, func() bool {
			arrived = slices.DeleteFunc(f.got(t)[before:], func(h heard) bool { // how fast it is, before it is locked
				return h.frame == `{"a":15}` && c.frame != h.frame
			})
			return len(arrived) > 0
		}, patience, tick, c.name)
		for _, h := range arrived { // a question may be asked again on a slow machine
			require.Equal(t, heard{c.frame, c.qos, "0"}, h)
		}
		c.check(t, answer.Body, len(arrived))
	}
	var history struct {
		Sends []struct{ Name, Outcome string }
	}
	require.NoError(t, eva.Call(t.Context(), http.MethodGet, path+"?limit=500", nil, &history))
	require.GreaterOrEqual(t, len(history.Sends), len(seedConversation))
	require.Equal(t, "reboot", history.Sends[0].Name)
	require.Equal(t, "power-on", history.Sends[len(history.Sends)-1].Name)
}

// of is the same with the scooter's number for the seed's.
func (c told) of(f *foreign) told {
	c.frame = f.mine(c.frame)
	c.says = slices.Clone(c.says)
	for i := range c.says {
		c.says[i].payload = f.mine(c.says[i].payload)
	}
	c.body, c.values = maps.Clone(c.body), maps.Clone(c.values)
	for name, v := range c.values {
		if v == seedPlate {
			c.values[name] = f.plate
		}
	}
	if c.name == "set-plate" {
		c.body["params"] = object{"plate": f.plate}
	}
	return c
}

// check compares what staff read with what was said on the wire.
func (c told) check(t *testing.T, body []byte, times int) {
	t.Helper()
	var got seen
	if c.status >= http.StatusBadRequest {
		var problem struct{ Command seen }
		require.NoError(t, json.Unmarshal(body, &problem))
		got = problem.Command
	} else {
		require.NoError(t, json.Unmarshal(body, &got))
	}
	require.Equal(t, c.outcome, got.Outcome, "%s: %s", c.name, body)
	require.Equal(t, times, got.Attempts, c.name)
	last := got.Sends[len(got.Sends)-1]
	require.Equal(t, c.name, last.Name)
	require.Equal(t, c.outcome, last.Outcome)
	if strings.Contains(string(body), "***") {
		for _, secret := range []string{"18.180.156.177", `"789"`, `"password"}`, "username:password"} {
			require.NotContains(t, string(body), secret)
		}
	} else {
		require.Equal(t, c.frame, last.Sent, "the bytes that went out")
	}
	if c.says == nil {
		require.Nil(t, got.Ack, c.name)
		require.Empty(t, last.Received)
		return
	}
	require.NotNil(t, got.Ack, "%s: %s", c.name, body)
	require.Equal(t, c.meaning, got.Ack.Meaning, c.name)
	require.Equal(t, c.values, got.Ack.Values, c.name)
	if !strings.Contains(last.Received, "***") {
		require.Equal(t, c.says[0].payload, last.Received, "the bytes that came back")
	}
}
