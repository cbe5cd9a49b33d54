package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/command"
	"rodada/domain/firmware"
	"rodada/protocol"
	"rodada/workflows"
)

func TestPacketsThatFailAreSentAgain(t *testing.T) {
	g := newGarage(t)
	g.bad[0], g.bad[40], g.bad[70] = 5, 1, 5
	g.lost[protocol.SendPacket] = 2
	g.upgrade()
	last := g.became(firmware.Done, "")
	require.Equal(t, 1, last.Attempt)
	require.InDelta(t, 8, last.Failures, 2, "of those whose answers came; one that comes too soon is taken for a repeat")
	require.Equal(t, 71+11, g.count(protocol.SendPacket))
}

func TestABoxThatLosesItsPower(t *testing.T) {
	for _, serial := range []int{0, 1, 63, 64, 70} {
		g := newGarage(t)
		g.reports[serial] = g.restart
		g.upgrade()
		last := g.became(firmware.Done, "")
		require.Equal(t, 2, last.Attempt)
		require.Len(t, g.sends(protocol.SendPacket), 2, "a line for each attempt")
		require.Equal(t, command.Silent, g.sends(protocol.SendPacket)[0].Outcome)
	}
}

func TestABoxThatLosesItsPowerTooOften(t *testing.T) {
	g := newGarage(t)
	again := func() {}
	again = func() { g.restart(); g.reports[5] = again }
	g.reports[5] = again
	g.when(firmware.Parked, func() { delete(g.reports, 5); g.ask("upgrade-retry") })
	g.upgrade()
	last := g.became(firmware.Done, "")
	require.Equal(t, 4, last.Attempt)
	require.Contains(t, g.states(), firmware.Parked)
}

func TestABoxThatIsSilentForAWhile(t *testing.T) {
	g := newGarage(t)
	g.reports[30] = func() { g.deaf = true }
	g.when(firmware.Sending, nil, func() { g.mu.Lock(); g.deaf = false; g.mu.Unlock() })
	g.upgrade()
	last := g.became(firmware.Done, "")
	require.Equal(t, 1, last.Attempt, "it goes on with the same packet")
	require.Equal(t, 1, g.count(protocol.StartUpgrade))
}

func TestAScooterThatMayNotBeUpgraded(t *testing.T) {
	g := newGarage(t)
	g.status[protocol.StartUpgrade] = []int{1, 1, 1}
	g.upgrade()
	last := g.became(firmware.Failed, firmware.TroubleParked)
	require.Contains(t, g.states(), firmware.Parked)
	require.False(t, last.Maintenance, "it answers, and says what it runs")
	require.Zero(t, g.count(protocol.SendPacket))
	require.Equal(t, 3, g.count(protocol.StartUpgrade))
	require.Zero(t, g.count(protocol.Reboot)+g.count(protocol.RebootAfterUpgrade), "it is in the middle of nothing")
}

func TestTheVersionDecides(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(g *garage)
		attempt int
	}{
		"69 is lost though it worked": {func(g *garage) { g.lost[protocol.UpgradeReport] = 1 }, 1},
		"69 says no though it worked": {func(g *garage) {
			g.status[protocol.UpgradeReport] = []int{1}
			g.when(firmware.Verifying, func() { g.mu.Lock(); defer g.mu.Unlock(); g.restart() })
		}, 1},
		"69 says no":                   {func(g *garage) { g.status[protocol.UpgradeReport] = []int{1} }, 2},
		"69 says yes though it failed": {func(g *garage) { g.fails = true; g.when(firmware.Starting, nil, func() { g.fails = false }) }, 2},
		"the reboot is lost":           {func(g *garage) { g.deafTo[protocol.RebootAfterUpgrade] = 1 }, 2},
		"it comes back as it was":      {func(g *garage) { g.settled = func() string { g.settled = nil; return oldVersion } }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGarage(t)
			c.change(g)
			g.upgrade()
			last := g.became(firmware.Done, "")
			require.Equal(t, c.attempt, last.Attempt)
		})
	}
}

// Nobody knows what a box that was told to reboot still holds of an image: it is told once only.
func TestABoxIsToldOnceToTakeAnImageOver(t *testing.T) {
	g := newGarage(t)
	g.fails = true
	g.when(firmware.Parked, func() { g.ask(workflows.UpdateUpgradeAbort) })
	g.upgrade()
	last := g.became(firmware.Aborted, firmware.TroubleStaff)
	require.Equal(t, 3, last.Attempt)
	require.Equal(t, 3, g.count(protocol.RebootAfterUpgrade), "once for each whole image")
}

// A box that restarts and knows nothing of packets then does not answer to them, and to all else.
func TestABoxThatForgetsItsPackets(t *testing.T) {
	forget := func(g *garage) func() {
		return func() { g.restart(); g.deafTo[protocol.SendPacket] = 1 << 30 }
	}
	remember := func(g *garage) func() {
		return func() { g.mu.Lock(); defer g.mu.Unlock(); delete(g.deafTo, protocol.SendPacket) }
	}
	t.Run("once", func(t *testing.T) {
		g := newGarage(t)
		g.reports[30] = forget(g)
		g.when(firmware.Starting, nil, remember(g))
		g.upgrade()
		last := g.became(firmware.Done, "")
		require.Equal(t, 2, last.Attempt)
		require.NotContains(t, g.states(), firmware.Parked)
		require.Equal(t, 2, g.count(protocol.StartUpgrade))
	})
	t.Run("each time", func(t *testing.T) {
		g := newGarage(t)
		g.deafTo[protocol.SendPacket] = 1 << 30
		g.when(firmware.Parked, func() { remember(g)(); g.ask(workflows.UpdateUpgradeRestart) })
		g.upgrade()
		last := g.became(firmware.Done, "")
		require.Equal(t, 4, last.Attempt, "a counted number of times")
		for _, c := range g.changes {
			if c.State == firmware.Parked {
				require.Equal(t, firmware.TroublePackets, c.Trouble)
			}
		}
	})
}

func TestARejectedImageParks(t *testing.T) {
	g := newGarage(t)
	g.fails = true
	g.status[protocol.UpgradeReport] = []int{1, 1, 1}
	g.when(firmware.Parked, func() { g.ask("upgrade-abort") })
	g.upgrade()
	last := g.became(firmware.Aborted, firmware.TroubleStaff)
	require.False(t, last.Maintenance)
	require.Equal(t, 3, last.Attempt)
	require.Zero(t, g.count(protocol.RebootAfterUpgrade), "it has nothing to start")
	require.Contains(t, last.Detail, "runs "+oldVersion)
	for _, c := range g.changes {
		if c.State == firmware.Parked {
			require.Equal(t, firmware.TroubleRejected, c.Trouble)
		}
	}
}

// What comes back as something that nobody knows is not given the image again and again: staff look at it.
func TestAScooterThatComesBackAsSomethingElseParks(t *testing.T) {
	g := newGarage(t)
	g.settled = func() string { g.settled = nil; return "0.9" }
	var retry *wish
	g.when(firmware.Parked, func() {
		parked := g.changes[len(g.changes)-1]
		require.Equal(t, firmware.TroubleVersion, parked.Trouble)
		require.Equal(t, 1, parked.Attempt, "after the first")
		require.Contains(t, parked.Detail, "runs 0.9")
		require.Equal(t, "0.9", parked.Reported)
		retry = g.ask(workflows.UpdateUpgradeRetry)
	}, func() {
		require.Equal(t, 1, g.count(protocol.StartUpgrade), "a retry asks again, and sends nothing")
		g.ask(workflows.UpdateUpgradeRestart)
	})
	g.upgrade()
	last := g.became(firmware.Done, "")
	require.Equal(t, 2, last.Attempt)
	require.Equal(t, firmware.Parked, retry.got.State)
	require.Equal(t, 2, g.count(protocol.RebootAfterUpgrade))
}

func TestAScooterThatIsSilentAfterItsReportParks(t *testing.T) {
	g := newGarage(t)
	g.status[protocol.UpgradeReport] = []int{1}
	g.when(firmware.Verifying, func() { g.mu.Lock(); defer g.mu.Unlock(); g.deaf = true })
	g.when(firmware.Parked, func() {
		require.Equal(t, firmware.TroubleSilent, g.changes[len(g.changes)-1].Trouble)
		g.mu.Lock()
		g.deaf = false
		g.mu.Unlock()
		g.ask(workflows.UpdateUpgradeRetry)
	})
	g.upgrade()
	last := g.became(firmware.Done, "")
	require.Equal(t, 2, last.Attempt)
}

func TestAMovingScooterIsNotRebooted(t *testing.T) {
	g := newGarage(t)
	g.when(firmware.Sending, func() { g.box.drive(12) })
	g.when(firmware.Rebooting, func() {
		g.after(time.Minute, func() {
			require.Zero(t, g.count(protocol.RebootAfterUpgrade))
			g.box.drive(0)
		})
	})
	g.upgrade()
	g.became(firmware.Done, "")
}

func TestAScooterThatNeverStandsParks(t *testing.T) {
	g := newGarage(t)
	g.when(firmware.Sending, func() { g.box.drive(12) })
	g.when(firmware.Parked, func() {
		require.Equal(t, firmware.TroubleMoving, g.changes[len(g.changes)-1].Trouble)
		require.Zero(t, g.count(protocol.RebootAfterUpgrade))
		g.box.drive(0)
		g.ask("upgrade-retry")
	})
	g.upgrade()
	last := g.became(firmware.Done, "")
	require.Equal(t, 1, last.Attempt, "nothing is sent again")
}
