package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/command"
	"rodada/domain/firmware"
	"rodada/protocol"
)

func TestUpgrade(t *testing.T) {
	g := newGarage(t)
	g.upgrade()
	last := g.became(firmware.Done, "")
	require.Equal(t, []firmware.State{
		firmware.Starting, firmware.Sending, firmware.Finishing, firmware.Rebooting, firmware.Verifying, firmware.Done,
	}, g.states())
	require.Equal(t, oldVersion, last.From)
	require.Equal(t, newVersion, last.Reported)
	require.Equal(t, 1, last.Attempt)
	require.Equal(t, firmware.Packets(len(g.image)), last.Sent)
	require.Zero(t, last.Failures)
	require.Equal(t, 71, g.count(protocol.SendPacket))
	require.Equal(t, 1, g.count(protocol.StartUpgrade))
	require.Equal(t, 1, g.count(protocol.RebootAfterUpgrade))
	packets := g.sends(protocol.SendPacket)
	require.Len(t, packets, 1, "not every packet is a line of the scooter's history")
	require.Equal(t, command.Done, packets[0].Outcome)
	require.JSONEq(t, `{"a":67,"x":70}`, string(packets[0].Sent))
	require.Len(t, g.ended, 1)
}
