package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
)

// A whole ride on a scooter that is made of mosquitto_sub and mosquitto_pub: our codec is not its own judge.
func TestRideOnAnotherProgramsScooter(t *testing.T) {
	t.Parallel()
	w, f := newForeignWorld(t)
	foreignRide(t, w, f)
}

// The same while the scooter is asked all the time.
func TestRideOnAnotherProgramsScooterThatIsAsked(t *testing.T) {
	t.Parallel()
	w, f := newForeignWorld(t, asking)
	foreignRide(t, w, f,
		question{`{"a":18}`, "0", []spoken{{"bike", "1", `{"a": 19, "i": "12AB", "g": "3020.5887,12006.4229,1", "t": 1503046415}`}}},
		question{`{"a":97}`, "0", ack(`{"a": 98, "i": "12AB", "x": "27"}`)},
	)
}

// question is a frame that reaches the scooter, and what it says to that.
type question struct {
	frame, qos string
	answer     []spoken
}

// foreignRide takes a ride on which nothing reaches the scooter but the commands of a ride, and the polls.
func foreignRide(t *testing.T, w *world, f *foreign, polls ...question) {
	t.Helper()
	p := w.rider(t)
	commands := []question{
		{`{"a":1}`, "0", ack(`{"a": 2, "i": "12AB", "t": 1503046415, "s": 0, "n": 0}`)},
		{`{"a":5}`, "0", ack(`{"a": 6,"i": "12AB","t": 1503046415,"s": 0,"n": 0}`)},
		{`{"a":7}`, "0", ack(`{"a": 8, "i": "12AB", "t": 1503046415, "s": 3, "n": 0}`)},
		{`{"a":15}`, "0", ack(`{"a": 16 ,"i": "12AB","s": 8,"k": 25,"p ": 0 ,"e ": 0 ,"b ": 80 ,"y": 800,"q": 88 ,"w": 8,"z": 0,"c": 0}`)},
		{`{"a":73}`, "0", ack(`{"a": 74,"i": "12AB","s": 0}`)},
		{`{"a":75}`, "0", ack(`{"a": 76,"i": "12AB","s": 0}`)},
		{`{"a":3}`, "1", ack(`{"a": 4, "i": "12AB", "t": 1503046415, "s": 0, "n": 0}`)},
	}
	commands = append(commands, polls...)
	for _, c := range commands {
		f.answer(c.frame, c.answer)
	}

	r, err := p.app.Rent(t.Context(), key(), f.qr)
	require.NoError(t, err)
	require.Equal(t, "riding", r.State)
	require.Eventually(t, func() bool {
		asked := heardOf(f.got(t), `{"a":15}`) > 0
		for _, q := range polls {
			asked = asked && heardOf(f.got(t), q.frame) > 0
		}
		return asked
	}, patience, tick, "no baseline")
	require.Equal(t, "paused", p.act(t, r.ID, "pause").State)
	require.Equal(t, "riding", p.act(t, r.ID, "resume").State)
	require.Equal(t, "ended", p.act(t, r.ID, "end").State)
	require.Eventually(t, func() bool {
		s, err := w.store.ScooterByPlate(t.Context(), f.plate)
		return err == nil && s.Hold == fleet.Free
	}, patience, tick, "the scooter does not become free")

	all := f.got(t)
	for _, c := range commands {
		require.Positive(t, heardOf(all, c.frame), c.frame)
	}
	for _, h := range all { // and nothing but these
		var want []string
		for _, c := range commands {
			if c.frame == h.frame {
				want = append(want, c.qos)
			}
		}
		require.Equal(t, want, []string{h.qos}, h.frame)
		require.Equal(t, "0", h.retained, h.frame)
	}

	// It refuses, and it is silent.
	f.answer(`{"a":1}`, ack(`{"a": 2, "i": "12AB", "t": 1503046415, "s": 2, "n": 1}`))
	_, err = p.app.Rent(t.Context(), key(), f.qr)
	refused(t, err, http.StatusUnprocessableEntity, "scooter_upgrading")
	f.answer(`{"a":1}`, nil)
	_, err = p.app.Rent(t.Context(), key(), f.qr)
	refused(t, err, http.StatusGatewayTimeout, "scooter_silent")
}

func heardOf(all []heard, frame string) int {
	n := 0
	for _, h := range all {
		if h.frame == frame {
			n++
		}
	}
	return n
}
