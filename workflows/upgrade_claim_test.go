package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/firmware"
	"rodada/protocol"
	"rodada/workflows"
)

// orphan is an upgrade whose workflow was ended from outside when the store knew it so.
func orphan(t *testing.T, was firmware.Takeover) (*garage, workflows.UpgradeInput) {
	g := newGarage(t)
	was.Ours, was.Heirs, was.Seq, was.From = true, 1, 1007, oldVersion
	g.took = was
	in := g.input()
	in.After = "run-1"
	return g, in
}

func TestAnUpgradeThatIsTakenOver(t *testing.T) {
	for name, c := range map[string]struct {
		was    firmware.Takeover
		change func(g *garage)
		update string
		state  firmware.State
		told   map[protocol.Code]int
	}{
		"aborted while it sent": {
			firmware.Takeover{State: firmware.Sending, Attempt: 1, Sent: 30}, nil, workflows.UpdateUpgradeAbort, firmware.Aborted,
			map[protocol.Code]int{protocol.Reboot: 1, protocol.StartUpgrade: 0},
		},
		"restarted while it sent": {
			firmware.Takeover{State: firmware.Sending, Attempt: 1, Sent: 30}, nil, workflows.UpdateUpgradeRestart, firmware.Done,
			map[protocol.Code]int{protocol.StartUpgrade: 1, protocol.SendPacket: 71},
		},
		"tried again while it sent": {
			firmware.Takeover{State: firmware.Sending, Attempt: 1, Sent: 30}, nil, workflows.UpdateUpgradeRetry, firmware.Done,
			map[protocol.Code]int{protocol.StartUpgrade: 1, protocol.SendPacket: 71},
		},
		"aborted before it began": {
			firmware.Takeover{State: firmware.Checking}, nil, workflows.UpdateUpgradeAbort, firmware.Aborted,
			map[protocol.Code]int{protocol.Reboot: 0, protocol.QueryVersion: 0},
		},
		"aborted while it was aborted": {
			firmware.Takeover{State: firmware.Aborting, Attempt: 1, Sent: 30}, nil, workflows.UpdateUpgradeAbort, firmware.Aborted,
			map[protocol.Code]int{protocol.Reboot: 1},
		},
		"it was upgraded meanwhile": {
			firmware.Takeover{State: firmware.Verifying, Attempt: 1, Sent: 71},
			func(g *garage) { g.version, g.held = newVersion, g.image }, workflows.UpdateUpgradeRetry, firmware.Done,
			map[protocol.Code]int{protocol.StartUpgrade: 0, protocol.RebootAfterUpgrade: 0},
		},
		"it has every packet, and was not told to reboot": {
			firmware.Takeover{State: firmware.Rebooting, Attempt: 1, Sent: 71}, nil, workflows.UpdateUpgradeRetry, firmware.Done,
			map[protocol.Code]int{protocol.StartUpgrade: 1, protocol.RebootAfterUpgrade: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			g, in := orphan(t, c.was)
			if c.change != nil {
				c.change(g)
			}
			var asked *wish
			g.when(firmware.Parked, func() {
				parked := g.changes[0]
				require.Equal(t, firmware.TroubleOrphaned, parked.Trouble)
				require.Contains(t, parked.Detail, string(c.was.State))
				require.Equal(t, firmware.Parked, g.ended[0].State, "its rollout hears of it")
				require.Empty(t, g.told, "nobody has decided yet")
				asked = g.ask(c.update)
			})
			g.run(in)
			last := g.changes[len(g.changes)-1]
			require.Equal(t, c.state, last.State, last.Detail)
			require.NoError(t, asked.err)
			require.False(t, last.Maintenance, last.Detail)
			for code, n := range c.told {
				require.Equal(t, n, g.count(code), code.String())
			}
			for i, change := range g.changes {
				require.Equal(t, 1007+i+1, change.Seq, "what the run before may still store comes too late")
			}
			for id := range g.box.ids {
				require.Contains(t, id, upgradeID+"+1/", "no send is called as one of the run before")
			}
		})
	}
}

// Staff who are the ones to start it again may be heard before it knows where it is.
func TestStaffComeBeforeItIsTakenOver(t *testing.T) {
	g, in := orphan(t, firmware.Takeover{State: firmware.Sending, Attempt: 1, Sent: 30})
	var asked *wish
	g.after(0, func() { asked = g.ask(workflows.UpdateUpgradeAbort) })
	g.run(in)
	require.NoError(t, asked.err)
	require.Equal(t, firmware.Aborted, asked.got.State)
	require.Equal(t, map[firmware.State][]string{firmware.Aborting: {"decided " + workflows.UpdateUpgradeAbort}}, g.decided())
}

func TestNobodyComesAfterItWasTakenOver(t *testing.T) {
	g, in := orphan(t, firmware.Takeover{State: firmware.Sending, Attempt: 1, Sent: 30})
	began := g.env.Now()
	g.run(in)
	last := g.changes[len(g.changes)-1]
	require.Equal(t, firmware.Failed, last.State)
	require.GreaterOrEqual(t, last.At.Sub(began), 72*time.Hour)
}

func TestAnUpgradeThatCanNotBeTakenOver(t *testing.T) {
	g, in := orphan(t, firmware.Takeover{})
	g.took = firmware.Takeover{}
	g.run(in)
	require.Empty(t, g.changes)
	require.Empty(t, g.told)
	require.Empty(t, g.ended, "the rollout has heard how it ended, or hears it from the one that has it")
}
