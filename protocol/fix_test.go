package protocol_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/protocol"
)

func position(t require.TestingT, g string, at any) protocol.Message {
	v := vals{"position": g}
	if at != nil {
		v["time"] = at
	}
	m, err := protocol.NewMessage(protocol.PositionReport, "12AB", v)
	require.NoError(t, err)
	return m
}

func TestFix(t *testing.T) {
	const lat, lng = 30.343145, 120.107048
	for name, c := range map[string]struct {
		g      string
		want   protocol.Fix
		reason protocol.Reason
	}{
		"three fields as in the seed's example": {g: "3020.5887,12006.4229,1", want: protocol.Fix{Lat: lat, Lng: lng, Alarm: true, Source: protocol.GPS}},
		"four fields as in the seed's text":     {g: "3020.5887,12006.4229,0,1", want: protocol.Fix{Lat: lat, Lng: lng, Source: protocol.LBS}},
		"two fields":                            {g: "3020.5887,12006.4229", want: protocol.Fix{Lat: lat, Lng: lng, Source: protocol.GPS}},
		"minus":                                 {g: "-3020.5887,-12006.4229,0", want: protocol.Fix{Lat: -lat, Lng: -lng, Source: protocol.GPS}},
		"hemisphere letters":                    {g: "3020.5887S,12006.4229W,0", want: protocol.Fix{Lat: -lat, Lng: -lng, Source: protocol.GPS}},
		"small hemisphere letters":              {g: "3020.5887n,12006.4229e,0", want: protocol.Fix{Lat: lat, Lng: lng, Source: protocol.GPS}},
		"minus and south agree":                 {g: "-3020.5887S,12006.4229E,0", want: protocol.Fix{Lat: -lat, Lng: lng, Source: protocol.GPS}},
		"blanks":                                {g: " 3020.5887 , 12006.4229 , 1 , 1 ", want: protocol.Fix{Lat: lat, Lng: lng, Alarm: true, Source: protocol.LBS}},
		"equator":                               {g: "0000.0000,12006.4229,0", want: protocol.Fix{Lat: 0, Lng: lng, Source: protocol.GPS}},
		"less than a degree":                    {g: "0030.0000,00015.0000,0", want: protocol.Fix{Lat: 0.5, Lng: 0.25, Source: protocol.GPS}},
		"pole and date line":                    {g: "9000.0000,18000.0000,0", want: protocol.Fix{Lat: 90, Lng: 180, Source: protocol.GPS}},
		"minus and north contradict":            {g: "-3020.5887N,12006.4229E,0", reason: protocol.ReasonInvalid},
		"beyond the pole":                       {g: "9000.0001,12006.4229,0", reason: protocol.ReasonInvalid},
		"beyond the date line":                  {g: "3020.5887,18000.0001,0", reason: protocol.ReasonInvalid},
		"sixty minutes":                         {g: "3060.0000,12006.4229,0", reason: protocol.ReasonInvalid},
		"letters":                               {g: "north,east,0", reason: protocol.ReasonInvalid},
		"exponent":                              {g: "3e3,12006.4229,0", reason: protocol.ReasonInvalid},
		"letter alone":                          {g: "N,E,0", reason: protocol.ReasonInvalid},
		"two minuses":                           {g: "--3020.5887,12006.4229", reason: protocol.ReasonInvalid},
		"latitude alone":                        {g: "3020.5887", reason: protocol.ReasonNoFix},
		"empty fields":                          {g: ",,0", reason: protocol.ReasonNoFix},
		"empty":                                 {g: "", reason: protocol.ReasonNoFix},
		"zeros before the first fix":            {g: "0000.0000,00000.0000,0", reason: protocol.ReasonNoFix},
	} {
		t.Run(name, func(t *testing.T) {
			fix, err := position(t, c.g, nil).Fix()
			if c.reason != "" {
				var bad *protocol.DecodeError
				require.ErrorAs(t, err, &bad)
				require.Equal(t, protocol.DecodeError{Code: 19, Field: "g", Reason: c.reason}, *bad)
				return
			}
			require.NoError(t, err)
			require.InDelta(t, c.want.Lat, fix.Lat, 1e-6)
			require.InDelta(t, c.want.Lng, fix.Lng, 1e-6)
			fix.Lat, fix.Lng = c.want.Lat, c.want.Lng
			require.Equal(t, c.want, fix)
		})
	}
}

func TestFixOfAnotherMessage(t *testing.T) {
	_, err := protocol.Message{Code: protocol.HeartbeatReport}.Fix()
	require.ErrorContains(t, err, "wrong-code")
	_, err = protocol.Message{Code: protocol.PositionReport}.Fix()
	require.ErrorContains(t, err, "missing")
}

func TestFixRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const step = 600_000 // ten-thousandths of a minute in a degree
		lat := rapid.Int64Range(-90*step, 90*step).Draw(t, "lat")
		lng := rapid.Int64Range(-180*step, 180*step).Filter(func(n int64) bool { return n != 0 }).Draw(t, "lng")
		want := protocol.Fix{
			Lat: float64(lat) / step, Lng: float64(lng) / step,
			Alarm:  rapid.Bool().Draw(t, "alarm"),
			Source: rapid.SampledFrom([]protocol.Source{protocol.GPS, protocol.LBS}).Draw(t, "source"),
		}
		got, err := position(t, want.String(), nil).Fix()
		require.NoError(t, err)
		require.InDelta(t, want.Lat, got.Lat, 1e-9)
		require.InDelta(t, want.Lng, got.Lng, 1e-9)
		require.Equal(t, want.Alarm, got.Alarm)
		require.Equal(t, want.Source, got.Source)
		require.Equal(t, want.String(), got.String())
	})
}

func TestFixStringHasTheWidthOfNMEA(t *testing.T) {
	for fix, want := range map[protocol.Fix]string{
		{Lat: 30.343145, Lng: 120.107048333}:  "3020.5887,12006.4229,0,0",
		{Lat: -0.5, Lng: 7, Alarm: true}:      "-0030.0000,00700.0000,1,0",
		{Lat: 1.99999999, Lng: -0.0000000001}: "0200.0000,00000.0000,0,0",
	} {
		t.Run(strconv.Quote(want), func(t *testing.T) { require.Equal(t, want, fix.String()) })
	}
}
