package activities_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/protocol"
	"rodada/seal"
)

const password = "correct-horse-battery"

func sealed(t *testing.T, keys seal.Keys, plate string) protocol.Command {
	t.Helper()
	text, err := keys.Seal(password, command.Purpose(plate, int(protocol.SetServer), "password"))
	require.NoError(t, err)
	return protocol.Command{Code: protocol.SetServer, Args: protocol.Args{
		"host": "mqtt.example.org", "port": 1883, "username": "12AB", "password": text,
	}}
}

// A secret is in the frame that goes out, and in nothing that the workflow gets to see.
func TestPublishOpensSealedArguments(t *testing.T) {
	keys, err := seal.Parse(seal.NewKey("a"))
	require.NoError(t, err)
	other, err := seal.Parse(seal.NewKey("b"))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		secrets activities.Secrets
		cmd     protocol.Command
		sent    bool
	}{
		"with its key":             {keys, sealed(t, keys, "12AB"), true},
		"with another key":         {other, sealed(t, keys, "12AB"), false},
		"sealed for another plate": {keys, sealed(t, keys, "12AC"), false},
		"without keys":             {nil, sealed(t, keys, "12AB"), false},
	} {
		t.Run(name, func(t *testing.T) {
			w := &wire{taken: command.TakenNew}
			s := &activities.Scooters{Publisher: w, Leases: w, Live: w, Secrets: c.secrets, Now: time.Now}
			got, err := s.Publish(t.Context(), activities.PublishInput{
				SendID: "c/1", Plate: "12AB", Command: c.cmd, Deadline: time.Now().Add(time.Minute),
			})
			require.True(t, seal.Is(c.cmd.Args["password"].(string)), "the command itself stays as it is")
			if !c.sent {
				var app *temporal.ApplicationError
				require.ErrorAs(t, err, &app)
				require.Equal(t, command.ErrSealed.Code, app.Type())
				require.True(t, app.NonRetryable())
				require.Empty(t, w.frames)
				return
			}
			require.NoError(t, err)
			require.Equal(t, []string{`{"a":101,"u":mqtt.example.org:1883:12AB:` + password + `:}`}, w.frames)
			require.JSONEq(t, `{"a":101,"u":"***"}`, string(got.Frame))
		})
	}
}
