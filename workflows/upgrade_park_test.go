package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"rodada/domain/firmware"
	"rodada/domain/rental"
	"rodada/protocol"
	"rodada/workflows"
)

// stuckGarage is one whose box falls silent at packet 30, until it is mended.
func stuckGarage(t *testing.T) (g *garage, mend func()) {
	g = newGarage(t)
	g.reports[30] = func() { g.deaf = true }
	return g, func() { g.mu.Lock(); defer g.mu.Unlock(); g.deaf = false }
}

var errGoneRollout = errors.New("no such workflow")

// callback keeps how an update ended.
func callback(err *error) *testsuite.TestUpdateCallback {
	return &testsuite.TestUpdateCallback{
		OnAccept: func() {}, OnReject: func(e error) { *err = e }, OnComplete: func(_ any, e error) { *err = e },
	}
}

// decided is what staff decided by the state that it led to.
func (g *garage) decided() map[firmware.State][]string {
	all := map[firmware.State][]string{}
	for _, c := range g.changes {
		if len(c.Decisions) > 0 {
			all[c.State] = append(all[c.State], c.Decisions...)
		}
	}
	return all
}

func TestStaffRetryFromParked(t *testing.T) {
	g, mend := stuckGarage(t)
	var early, retry, other *wish
	g.when(firmware.Starting, func() { early = g.ask(workflows.UpdateUpgradeRetry) })
	g.when(firmware.Parked, func() {
		require.Equal(t, firmware.TroubleSilent, g.changes[len(g.changes)-1].Trouble)
		require.Equal(t, firmware.Parked, g.ended[0].State)
		other = g.askOf(workflows.UpdateUpgradeRetry, "another")
		mend()
		retry = g.ask(workflows.UpdateUpgradeRetry)
	})
	g.upgrade()
	last := g.became(firmware.Done, "")
	require.Equal(t, 1, last.Attempt, "it goes on with the packet where it was stuck")
	require.Equal(t, 1, g.count(protocol.StartUpgrade))
	requireFault(t, firmware.ErrNotParked, early.err)
	requireFault(t, firmware.ErrUpgradeOver, other.err)
	require.True(t, other.rejected && early.rejected)
	require.NoError(t, retry.err)
	require.Equal(t, firmware.Sending, retry.got.State)
	require.Less(t, retry.took, time.Second, "the first packet is the answer")
	require.Equal(t, map[firmware.State][]string{firmware.Sending: {"decided " + workflows.UpdateUpgradeRetry}}, g.decided(), "what was refused is not")
	require.Len(t, g.ended, 2)
}

func TestStaffRestartFromParked(t *testing.T) {
	g, mend := stuckGarage(t)
	var restart *wish
	g.when(firmware.Parked, func() { mend(); restart = g.ask(workflows.UpdateUpgradeRestart) })
	g.upgrade()
	last := g.became(firmware.Done, "")
	require.Equal(t, 2, last.Attempt)
	require.Equal(t, firmware.Sending, restart.got.State, "66 is the answer")
}

func TestARetryThatDoesNotHelpParksAgain(t *testing.T) {
	g, mend := stuckGarage(t)
	var first, second *wish
	g.when(firmware.Parked, func() { first = g.ask(workflows.UpdateUpgradeRetry) }, func() { mend(); second = g.ask(workflows.UpdateUpgradeRestart) })
	g.upgrade()
	g.became(firmware.Done, "")
	require.Len(t, g.ended, 3)
	require.NoError(t, first.err)
	require.Equal(t, firmware.Parked, first.got.State, "who asked hears that it did not help")
	require.Equal(t, firmware.TroubleSilent, first.got.Trouble)
	require.Equal(t, firmware.Sending, second.got.State)
}

// What the scooter says to a restart is the answer, whatever it is; what it is asked beside does not count.
func TestARestartIsAnsweredByTheScooter(t *testing.T) {
	for name, c := range map[string]struct {
		status []int
		lost   int
		state  firmware.State
	}{
		"it may be upgraded":            {nil, 0, firmware.Sending},
		"it may not":                    {[]int{1}, 0, firmware.Starting},
		"it does not answer at once":    {nil, 2, firmware.Sending},
		"it does not answer":            {nil, 3, firmware.Parked},
		"it may not, and then not ever": {[]int{1, 1, 1}, 2, firmware.Parked},
	} {
		t.Run(name, func(t *testing.T) {
			g, mend := stuckGarage(t)
			var restart *wish
			g.when(firmware.Parked, func() {
				mend()
				g.status[protocol.StartUpgrade], g.lost[protocol.StartUpgrade] = c.status, c.lost
				restart = g.ask(workflows.UpdateUpgradeRestart)
			}, func() { g.ask(workflows.UpdateUpgradeRestart) }, func() { g.ask(workflows.UpdateUpgradeRestart) })
			g.upgrade()
			g.became(firmware.Done, "")
			require.NoError(t, restart.err)
			require.Equal(t, c.state, restart.got.State)
		})
	}
}

func TestAbortedWhileARetryIsWaitedFor(t *testing.T) {
	g, _ := stuckGarage(t)
	var retry *wish
	g.when(firmware.Parked, func() {
		retry = g.ask(workflows.UpdateUpgradeRetry)
		g.after(time.Second, func() { g.ask(workflows.UpdateUpgradeAbort) })
	})
	g.upgrade()
	g.became(firmware.Aborted, firmware.TroubleStaff)
	require.NoError(t, retry.err)
	require.Equal(t, firmware.Aborted, retry.got.State)
	require.Equal(t, [][]string{{"decided " + workflows.UpdateUpgradeRetry}, {"decided " + workflows.UpdateUpgradeAbort}},
		[][]string{g.decided()[firmware.Sending], g.decided()[firmware.Aborting]}, "each with the step that it led to")
}

func TestTwoOfStaffAtOnce(t *testing.T) {
	g, mend := stuckGarage(t)
	var first, second *wish
	g.when(firmware.Parked, func() {
		mend()
		first, second = g.ask(workflows.UpdateUpgradeRetry), g.ask(workflows.UpdateUpgradeRestart)
	})
	g.upgrade()
	g.became(firmware.Done, "")
	require.NoError(t, first.err)
	require.True(t, second.done)
}

func TestNobodyComes(t *testing.T) {
	g, _ := stuckGarage(t)
	g.upgrade()
	last := g.became(firmware.Failed, firmware.TroubleParked)
	require.True(t, last.Maintenance, "nobody knows what it runs")
	require.Contains(t, last.Detail, "fell silent")
	parked := g.changes[len(g.changes)-3]
	require.Equal(t, firmware.Parked, parked.State)
	require.GreaterOrEqual(t, last.At.Sub(parked.At), 72*time.Hour)
}

func TestAbortedFromParked(t *testing.T) {
	for name, c := range map[string]struct {
		mended      bool
		maintenance bool
	}{
		"it answers":         {true, false},
		"it does not answer": {false, true},
	} {
		t.Run(name, func(t *testing.T) {
			g, mend := stuckGarage(t)
			var abort *wish
			g.when(firmware.Parked, func() {
				if c.mended {
					mend()
				}
				abort = g.ask(workflows.UpdateUpgradeAbort)
			})
			g.upgrade()
			last := g.became(firmware.Aborted, firmware.TroubleStaff)
			require.Equal(t, c.maintenance, last.Maintenance)
			require.NoError(t, abort.err)
			require.Equal(t, workflows.UpgradeOutcome{UpgradeID: upgradeID, State: firmware.Aborted, Trouble: firmware.TroubleStaff}, abort.got)
			if c.mended {
				require.Equal(t, 1, g.count(protocol.Reboot), "it is in the middle of an image")
				require.Equal(t, oldVersion, last.Reported)
				require.Contains(t, last.Detail, "runs "+oldVersion+".")
			}
			require.Zero(t, g.count(protocol.RebootAfterUpgrade), "it has no image to start")
		})
	}
}

func TestAbortedWhilePacketsAreSent(t *testing.T) {
	g := newGarage(t)
	g.when(firmware.Sending, nil, func() { g.ask(workflows.UpdateUpgradeAbort) })
	g.reports[20] = func() { g.deaf = true }
	g.when(firmware.Aborting, func() { g.mu.Lock(); g.deaf = false; g.mu.Unlock() })
	g.upgrade()
	g.became(firmware.Aborted, firmware.TroubleStaff)
}

// A scooter that moves is not rebooted, though it is in the middle of an image.
func TestAbortedWhileItMoves(t *testing.T) {
	g, mend := stuckGarage(t)
	g.when(firmware.Parked, func() { mend(); g.box.drive(12); g.ask(workflows.UpdateUpgradeAbort) })
	g.upgrade()
	last := g.became(firmware.Aborted, firmware.TroubleStaff)
	require.True(t, last.Maintenance)
	require.Contains(t, last.Detail, "moves")
	require.Zero(t, g.count(protocol.Reboot)+g.count(protocol.RebootAfterUpgrade))
}

// Staff give up what has every packet, and the reboot that ends it makes the scooter take the image over all the same.
func TestAbortedAndUpgradedAllTheSame(t *testing.T) {
	g := newGarage(t)
	g.when(firmware.Sending, func() { g.box.drive(12) })
	g.when(firmware.Parked, func() { g.box.drive(0); g.ask(workflows.UpdateUpgradeAbort) })
	g.upgrade()
	last := g.changes[len(g.changes)-1]
	require.Equal(t, firmware.Aborted, last.State)
	require.Equal(t, newVersion, last.Reported)
	require.Contains(t, last.Detail, "the version of the image")
	require.False(t, last.Maintenance)
}

func TestUpgradeCancelledInTemporal(t *testing.T) {
	g, mend := stuckGarage(t)
	g.when(firmware.Parked, func() { mend(); g.env.CancelWorkflow() })
	g.upgrade()
	last := g.became(firmware.Aborted, firmware.TroubleCancelled)
	require.False(t, last.Maintenance)
	for _, c := range g.changes {
		require.NotContains(t, c.Detail, "by staff")
	}
}

func TestARestartBeginsWithNoPacket(t *testing.T) {
	g, mend := stuckGarage(t)
	g.when(firmware.Parked, func() {
		require.NotZero(t, g.changes[len(g.changes)-1].Sent)
		mend()
		g.ask(workflows.UpdateUpgradeRestart)
	})
	g.upgrade()
	g.became(firmware.Done, "")
	for _, c := range g.changes {
		if c.State == firmware.Starting {
			require.Zero(t, c.Sent)
		}
	}
}

func TestARolloutThatIsGone(t *testing.T) {
	g := newGarage(t)
	g.rollout = errGoneRollout
	g.upgrade()
	g.became(firmware.Done, "")
}

func TestAnUpgradeIsNoRental(t *testing.T) {
	g, mend := stuckGarage(t)
	var begin error
	g.when(firmware.Parked, func() {
		g.env.SignalWorkflow(workflows.SignalChanged, workflows.ScooterChanged{CommandID: "c1", By: staffID})
		g.env.UpdateWorkflow(workflows.UpdateBegin, "", callback(&begin), workflows.RentalRef{RentalID: rentalID})
		mend()
		g.ask(workflows.UpdateUpgradeRetry)
	})
	g.upgrade()
	g.became(firmware.Done, "")
	requireFault(t, rental.ErrOver, begin)
}

// An upgrade whose history has become long goes on as new and knows everything.
func TestALongStoryGoesOnAsNew(t *testing.T) {
	for name, state := range map[string]firmware.State{
		"sending": firmware.Sending, "starting": firmware.Starting,
	} {
		t.Run(name, func(t *testing.T) {
			g, mend := stuckGarage(t)
			g.when(state, func() { g.env.SetCurrentHistoryLength(3000) })
			g.after(time.Hour, func() { mend(); g.ask(workflows.UpdateUpgradeRetry) })
			comeBack := g.open
			g.reopened = func() {
				comeBack()
				g.after(2*time.Hour, func() { mend(); g.ask(workflows.UpdateUpgradeRetry) })
			}
			g.upgrade()
			last := g.became(firmware.Done, "")
			require.Greater(t, g.runs, 1)
			require.Equal(t, 1, last.Attempt)
		})
	}
}
