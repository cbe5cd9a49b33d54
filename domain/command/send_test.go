package command_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/command"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestTook(t *testing.T) {
	for name, c := range map[string]struct {
		sent, received time.Time
		took           time.Duration
		known          bool
	}{
		"answered":                         {noon, noon.Add(time.Second), time.Second, true},
		"before it was sent, says a clock": {noon, noon.Add(-time.Millisecond), 0, true},
		"not answered":                     {noon, time.Time{}, 0, false},
		"nobody knows when it was sent":    {time.Time{}, noon, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			took, known := command.Send{SentAt: c.sent, ReceivedAt: c.received}.Took()
			require.Equal(t, c.known, known)
			if known {
				require.Equal(t, c.took, took)
			}
		})
	}
}

// A send travels through Temporal and into the database as JSON: any bytes must come through, and what did not happen must
// not be there.
func TestSendAsJSON(t *testing.T) {
	send := command.Send{ID: "r/1", Code: 3, AskedAt: noon, Sent: []byte("{\"a\":3}"), SentAt: noon, Outcome: command.Silent}
	text, err := json.Marshal(send)
	require.NoError(t, err)
	for _, absent := range []string{"received", "status", "unsent"} {
		require.NotContains(t, string(text), absent)
	}
	send.Received = []byte{0xff, 0, '"'}
	text, err = json.Marshal(send)
	require.NoError(t, err)
	var got command.Send
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, send, got)
}

func TestPurposesAreApart(t *testing.T) {
	seen := map[string]bool{}
	for _, plate := range []string{"12AB", "12AC"} {
		for _, code := range []int{33, 101} {
			for _, param := range []string{"host", "password"} {
				p := command.Purpose(plate, code, param)
				require.False(t, seen[p], p)
				seen[p] = true
			}
		}
	}
}
