package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/firmware"
	"rodada/protocol"
	"rodada/workflows"
)

func TestWhatSpeaksAgainstAnUpgrade(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(g *garage, in *workflows.UpgradeInput)
		trouble firmware.Trouble
	}{
		"it is silent":                {func(g *garage, _ *workflows.UpgradeInput) { g.deaf = true }, firmware.TroubleSilent},
		"it does not say how it is":   {func(g *garage, _ *workflows.UpgradeInput) { g.lost[protocol.QueryVehicle] = 9 }, firmware.TroubleSilent},
		"it is switched on":           {func(g *garage, _ *workflows.UpgradeInput) { g.powered = true }, firmware.TroublePowered},
		"its battery is low":          {func(g *garage, _ *workflows.UpgradeInput) { g.battery = 29 }, firmware.TroubleBattery},
		"it runs that already":        {func(g *garage, _ *workflows.UpgradeInput) { g.version = newVersion + " " }, firmware.TroubleSame},
		"it runs a newer one":         {func(g *garage, _ *workflows.UpgradeInput) { g.version = "1.10.0" }, firmware.TroubleDowngrade},
		"it runs that, and downgrade": {func(g *garage, in *workflows.UpgradeInput) { g.version, in.Downgrade = newVersion, true }, firmware.TroubleSame},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGarage(t)
			in := g.input()
			c.change(g, &in)
			g.run(in)
			last := g.became(firmware.Failed, c.trouble)
			require.False(t, last.Maintenance, "nothing has changed")
			require.NotEmpty(t, last.Detail)
			require.Zero(t, g.count(protocol.StartUpgrade))
		})
	}
}

func TestADowngradeThatIsMeant(t *testing.T) {
	g := newGarage(t)
	g.version = "2.0"
	in := g.input()
	in.Downgrade = true
	g.run(in)
	g.became(firmware.Done, "")
}

func TestAnAnswerThatGetsLostIsAskedForAgain(t *testing.T) {
	g := newGarage(t)
	g.lost[protocol.QueryVersion], g.lost[protocol.QueryVehicle], g.lost[protocol.StartUpgrade] = 2, 2, 1
	g.upgrade()
	g.became(firmware.Done, "")
}

func TestSomebodyElseHasTheScooter(t *testing.T) {
	g := newGarage(t)
	g.claimed = false
	g.upgrade()
	require.Empty(t, g.changes, "its row is over already")
	require.Empty(t, g.told)
	require.Equal(t, firmware.TroubleHeld, g.ended[0].Trouble)
}

func TestAbortedBeforeAnythingWasChanged(t *testing.T) {
	g := newGarage(t)
	g.deaf = true
	var abort *wish
	g.after(time.Second, func() { abort = g.ask(workflows.UpdateUpgradeAbort) })
	g.upgrade()
	last := g.became(firmware.Aborted, firmware.TroubleStaff)
	require.False(t, last.Maintenance)
	require.NoError(t, abort.err)
	require.Equal(t, firmware.Aborted, abort.got.State)
	require.Zero(t, g.count(protocol.RebootAfterUpgrade))
}
