package protocol_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
)

func decoded(t *testing.T, frame string) protocol.Message {
	t.Helper()
	m, err := protocol.Decode([]byte(frame))
	require.NoError(t, err)
	return m
}

func refusedAt(t *testing.T, err error, field string, reason protocol.Reason) {
	t.Helper()
	var bad *protocol.DecodeError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, field, bad.Field)
	require.Equal(t, reason, bad.Reason)
}

func TestVehicleParameters(t *testing.T) {
	const frame = `{"a":16,"i":"12AB","s":8,"k":25,"p ":12,"e ":4,"b ":80,"y":3600,"q":100,"w":60,"z":2,"c":1}`
	v, err := decoded(t, frame).VehicleParameters()
	require.NoError(t, err)
	require.Equal(t, protocol.VehicleParameters{Status: 8, LimitKmh: 25, SpeedKmh: 12, Fault: 4, BatteryPercent: 80,
		TotalSeconds: 3600, TotalKm: 100, TripSeconds: 60, TripKm: 2, PoweredOn: false}, v)
	require.Equal(t, "motor stalling", v.FaultText())
	require.Equal(t, "unknown fault", protocol.FaultText(3))

	for _, c := range []struct {
		was, is string
		field   string
		reason  protocol.Reason
	}{
		{`"p ":12,`, ``, "p", protocol.ReasonMissing},
		{`"z":2,`, ``, "z", protocol.ReasonMissing},
		{`,"c":1`, ``, "c", protocol.ReasonMissing},
		{`"p ":12`, `"p ":-1`, "p", protocol.ReasonOutOfRange},
		{`"b ":80`, `"b ":101`, "b", protocol.ReasonOutOfRange},
		{`"z":2`, `"z":-2`, "z", protocol.ReasonOutOfRange},
		{`"c":1`, `"c":7`, "c", protocol.ReasonOutOfRange},
	} {
		t.Run(c.is+" for "+c.was, func(t *testing.T) {
			_, err := decoded(t, strings.Replace(frame, c.was, c.is, 1)).VehicleParameters()
			refusedAt(t, err, c.field, c.reason)
		})
	}
	_, err = decoded(t, strings.Replace(frame, `"s":8,`, ``, 1)).VehicleParameters()
	require.NoError(t, err, "the undefined status may be missing")
}

func TestHeartbeat(t *testing.T) {
	for frame, want := range map[string]protocol.Heartbeat{
		`{"a":27,"i":"x","b":90,"c":0,"s":1,"r":37.5,"v":25}`: {BatteryPercent: 90, PoweredOn: true, Fallen: true,
			Voltage: 37.5, HasVoltage: true, Sensitivity: 25, HasSensitivity: true},
		`{"a":27,"i":"x","b":90,"c":1,"s":1}`: {BatteryPercent: 90},
		`{"a":27,"i":"x","b":"0","c":"0"}`:    {PoweredOn: true},
	} {
		h, err := decoded(t, frame).Heartbeat()
		require.NoError(t, err)
		require.Equal(t, want, h)
	}
	_, err := decoded(t, `{"a":27,"i":"x","c":0}`).Heartbeat()
	refusedAt(t, err, "b", protocol.ReasonMissing)
	_, err = decoded(t, `{"a":27,"i":"x","b":255,"c":0}`).Heartbeat()
	refusedAt(t, err, "b", protocol.ReasonOutOfRange)
	_, err = decoded(t, `{"a":38,"i":"x","s":0}`).Heartbeat()
	refusedAt(t, err, "a", protocol.ReasonWrongCode)
}

func TestVersion(t *testing.T) {
	v, err := decoded(t, `{"a":22,"i":"x","h":"V1","f":2.5,"c":89,"m":123456789888888,"s":0}`).Version()
	require.NoError(t, err)
	require.Equal(t, protocol.Version{Hardware: "V1", Firmware: "2.5", SIM: "89", IMEI: "123456789888888",
		PoweredOn: true, HasPower: true}, v)
	_, err = decoded(t, `{"a":22,"i":"x","h":"V1"}`).Version()
	refusedAt(t, err, "f", protocol.ReasonMissing)
}

func TestResult(t *testing.T) {
	for frame, want := range map[string]struct {
		done    bool
		meaning string
	}{
		`{"a":2,"i":"x","s":0}`:   {true, "success"},
		`{"a":2,"i":"x","s":1}`:   {false, "hardware fault"},
		`{"a":2,"i":"x"}`:         {false, "no status"},
		`{"a":84,"i":"x","s":1}`:  {true, "open"},
		`{"a":98,"i":"x","x":20}`: {true, "answered"},
		`{"a":17,"i":"x","s":0}`:  {false, "unknown message"},
	} {
		done, meaning := decoded(t, frame).Result()
		require.Equal(t, want.done, done, frame)
		require.Equal(t, want.meaning, meaning, frame)
	}
}

func TestAccessorsKeepTypesApart(t *testing.T) {
	m := decoded(t, `{"a":27,"i":"x","b":90,"c":0,"r":"36"}`)
	n, ok := m.Int("battery_percent")
	require.True(t, ok)
	require.Equal(t, int64(90), n)
	f, ok := m.Float("battery_percent")
	require.True(t, ok)
	require.InDelta(t, 90, f, 0)
	f, ok = m.Float("voltage")
	require.True(t, ok)
	require.InDelta(t, 36, f, 0)
	_, ok = m.Int("voltage")
	require.False(t, ok)
	_, ok = m.Text("battery_percent")
	require.False(t, ok)
	require.True(t, m.Has("power"))
	require.False(t, m.Has("posture"))
	_, ok = m.Status()
	require.False(t, ok)
	require.True(t, m.Known())
}
