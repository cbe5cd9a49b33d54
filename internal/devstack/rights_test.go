package devstack_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/devstack"
)

func TestSpeaksFor(t *testing.T) {
	for name, c := range map[string]struct {
		payload string
		want    bool
	}{
		"its own number":          {`{"a":4,"i":"P1","s":0}`, true},
		"spaces around the key":   {`{"a":4,"i ":"P1"}`, true},
		"a bare number":           {`{"a":4,"i":861}`, false},
		"trailing zero bytes":     {"{\"a\":4,\"i\":\"P1\"}\x00\x00", true},
		"another's number":        {`{"a":4,"i":"P2"}`, false},
		"both, its own first":     {`{"a":4,"i":"P1","i":"P2"}`, false},
		"both, its own last":      {`{"a":4,"i":"P2","i":"P1"}`, false},
		"both, spelt differently": {`{"a":4,"i":"P1"," i":"P2"}`, false},
		"its own twice":           {`{"a":4,"i":"P1","i ":"P1"}`, false},
		"escaped":                 {`{"a":4,"\u0069":"P2"}`, false},
		"none":                    {`{"a":4}`, false},
		"inside of another value": {`{"a":4,"x":{"i":"P1"}}`, false},
		"capital":                 {`{"a":4,"I":"P1"}`, false},
		"no value":                {`{"a":4,"i":null}`, false},
		"something behind":        {`{"a":4,"i":"P1"}{"a":4,"i":"P2"}`, false},
		"cut off":                 {`{"a":4,"i":"P1"`, false},
		"a list":                  {`["i","P1"]`, false},
		"empty":                   {``, false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, devstack.SpeaksFor([]byte(c.payload), "P1"))
		})
	}
	require.True(t, devstack.SpeaksFor([]byte(`{"i":861234567890123}`), "861234567890123"), "an IMEI without quotes")
}
