package workflows_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/firmware"
	"rodada/workflows"
)

func TestARolloutGoesGroupByGroup(t *testing.T) {
	c := newConvoy(t, 20, func(p *firmware.Plan) { p.Groups, p.Percents, p.MaxAtOnce = 0, []int{10, 90}, 4 })
	c.run(c.input())
	require.Equal(t, firmware.RolloutFinished, c.state)
	require.Equal(t, 20, c.count(firmware.TargetDone))
	require.ElementsMatch(t, []string{"00000", "00001"}, c.begun[:2])
	require.Equal(t, 4, c.atOnce)
	// Two alone, then eighteen by fours.
	require.Equal(t, 6*10*time.Minute, c.env.Now().Sub(time.Date(2040, 11, 23, 8, 0, 0, 0, time.UTC)).Truncate(time.Minute))
}

func TestARolloutIsPausedAtTheRightScooter(t *testing.T) {
	c := newConvoy(t, 40, func(p *firmware.Plan) { p.MaxAtOnce, p.ErrorPercent = 1, 10 })
	bad := map[string]firmware.State{"00002": firmware.Failed, "00005": firmware.Parked, "00007": firmware.Aborted, "00009": firmware.Failed, "00011": firmware.Failed}
	c.takes = func(one *target) (time.Duration, firmware.State, firmware.Trouble) {
		if state, is := bad[one.Plate]; is && one.Tries == 1 {
			return time.Minute, state, firmware.TroubleRejected
		}
		return time.Minute, firmware.Done, ""
	}
	c.after(6*time.Hour, func() {
		require.Equal(t, []any{firmware.RolloutPaused, firmware.HaltErrors}, []any{c.state, c.halt})
		require.Equal(t, "00011", c.begun[len(c.begun)-1], "the fifth of forty is one too many")
		c.must(workflows.UpdateRolloutRetry, firmware.RolloutPaused)
	})
	c.after(7*time.Hour, func() { c.must(workflows.UpdateRolloutResume, firmware.RolloutRunning) })
	c.after(12*time.Hour, func() {
		require.Equal(t, firmware.RolloutRunning, c.state, "it waits for the parked one")
		c.stand(c.targets[5], firmware.TargetDone, "")
		c.env.SignalWorkflow(workflows.SignalUpgradeEnded, workflows.UpgradeEnded{})
	})
	c.run(c.input())
	require.Equal(t, firmware.RolloutFinished, c.state)
	require.Equal(t, 40, c.count(firmware.TargetDone))
	require.Len(t, c.begun, 44)
	require.Equal(t, staffID, c.decided[0].Actor.StaffID)
}

func TestAScooterInUseStandsInNobodysWay(t *testing.T) {
	c := newConvoy(t, 6, func(p *firmware.Plan) { p.MaxAtOnce, p.ErrorPercent = 2, 0 })
	free := c.env.Now().Add(3 * time.Hour)
	c.inUse = func(one *target) bool { return one.Plate == "00000" && c.env.Now().Before(free) }
	c.run(c.input())
	require.Equal(t, firmware.RolloutFinished, c.state)
	require.Len(t, c.begun, 6)
	require.Equal(t, "00000", c.begun[5])
	require.Less(t, c.env.Now().Sub(free), 15*time.Minute)
}

// Nothing else happens that would wake it: the room of a scooter that somebody has is for the next one, and it is tried again soon.
func TestAScooterInUseLeavesItsRoom(t *testing.T) {
	c := newConvoy(t, 3, func(p *firmware.Plan) { p.MaxAtOnce = 1 })
	began := c.env.Now()
	c.inUse = func(one *target) bool { return one.Plate == "00000" && one.Tries < 3 }
	c.after(30*time.Second, func() { require.Equal(t, []string{"00001"}, c.begun) })
	c.run(c.input())
	require.Equal(t, 3, c.count(firmware.TargetDone))
	require.Less(t, c.env.Now().Sub(began), 35*time.Minute, "three upgrades, and hardly a wait")
}

func TestUpgradesThatAreNotOpened(t *testing.T) {
	c := newConvoy(t, 3, func(p *firmware.Plan) { p.ErrorPercent = 0 })
	c.targets[0].Version, c.targets[1].Version = "9.9", "held"
	c.run(c.input())
	require.Equal(t, []firmware.TargetState{firmware.TargetSkipped, firmware.TargetDone, firmware.TargetDone},
		[]firmware.TargetState{c.targets[0].State, c.targets[1].State, c.targets[2].State})
	require.Equal(t, []string{"00002", "00001"}, c.begun)
}

func TestTheWindowOfARollout(t *testing.T) {
	// The clocks are put forward in the second night: the hour from 2 to 3 is left out.
	window := firmware.Window{From: 60, To: 210, Zone: "Europe/Madrid"}
	c := newConvoy(t, 30, func(p *firmware.Plan) { p.Window, p.MaxAtOnce = &window, 2 })
	c.env.SetStartTime(time.Date(2040, 3, 23, 12, 0, 0, 0, time.UTC))
	c.takes = func(*target) (time.Duration, firmware.State, firmware.Trouble) {
		return 25 * time.Minute, firmware.Done, ""
	}
	c.run(c.input())
	require.Equal(t, 30, c.count(firmware.TargetDone))
	madrid, err := time.LoadLocation(window.Zone)
	require.NoError(t, err)
	nights := map[int]int{}
	for _, begun := range c.begunAt {
		require.True(t, window.Open(begun), begun)
		nights[begun.In(madrid).Day()]++
	}
	require.Equal(t, map[int]int{24: 12, 25: 8, 26: 10}, nights)
}

func TestPauseAndResume(t *testing.T) {
	c := newConvoy(t, 10, func(p *firmware.Plan) { p.MaxAtOnce = 2 })
	paused := 0
	c.after(15*time.Minute, func() { c.must(workflows.UpdateRolloutPause, firmware.RolloutPaused) })
	c.after(16*time.Minute, func() { paused = len(c.begun) })
	c.after(24*time.Hour, func() {
		require.Len(t, c.begun, paused)
		require.Empty(t, c.going, "what went on ended")
		c.must(workflows.UpdateRolloutPause, firmware.RolloutPaused)
	})
	c.after(25*time.Hour, func() { c.must(workflows.UpdateRolloutResume, firmware.RolloutRunning) })
	c.run(c.input())
	require.Equal(t, 4, paused)
	require.Equal(t, 10, c.count(firmware.TargetDone))
	require.Len(t, c.outcomes, 3)
}

// Staff who pause while a round begins are answered after it, and nothing begins after their answer.
func TestNothingBeginsAfterTheAnswer(t *testing.T) {
	c := newConvoy(t, 200, func(p *firmware.Plan) { p.MaxAtOnce = 150 })
	asked, answered := false, 0
	c.onStep = func() {
		if !asked && c.steps == 3 {
			asked = true
			go c.after(0, func() {
				c.want(workflows.UpdateRolloutPause, func(workflows.RolloutOutcome, error) { answered = len(c.begun) })
			})
		}
	}
	c.after(time.Hour, func() {
		require.NotZero(t, answered)
		require.Len(t, c.begun, answered)
		c.must(workflows.UpdateRolloutStop, firmware.RolloutStopping)
	})
	in := c.input()
	in.Limits.Starts = 1000
	c.run(in)
	require.Equal(t, firmware.RolloutStopped, c.state)
}

func TestStopLetsWhatGoesOnEnd(t *testing.T) {
	c := newConvoy(t, 10, func(p *firmware.Plan) { p.MaxAtOnce = 3 })
	c.after(5*time.Minute, func() {
		c.must(workflows.UpdateRolloutStop, firmware.RolloutStopping)
	})
	c.after(6*time.Minute, func() {
		c.want(workflows.UpdateRolloutResume, func(_ workflows.RolloutOutcome, err error) {
			requireFault(t, firmware.ErrRolloutState, err)
		})
	})
	c.run(c.input())
	require.Equal(t, firmware.RolloutStopped, c.state)
	require.Equal(t, 3, c.count(firmware.TargetDone))
	require.Equal(t, 7, c.count(firmware.TargetPending))
}

func TestACancelledRolloutIsStopped(t *testing.T) {
	c := newConvoy(t, 10, func(p *firmware.Plan) { p.MaxAtOnce = 3 })
	c.after(5*time.Minute, c.env.CancelWorkflow)
	c.run(c.input())
	require.Equal(t, firmware.RolloutStopped, c.state)
	require.Equal(t, 3, c.count(firmware.TargetDone))
}

func TestLateScootersAreLetIn(t *testing.T) {
	c := newConvoy(t, 2, func(p *firmware.Plan) { p.Late = true })
	c.after(24*time.Hour, func() {
		require.Equal(t, firmware.RolloutRunning, c.state)
		c.targets = append(c.targets, &target{Target: firmware.Target{Plate: "late", Group: 1, State: firmware.TargetPending}})
	})
	c.after(25*time.Hour, func() { c.must(workflows.UpdateRolloutStop, firmware.RolloutStopping) })
	c.run(c.input())
	require.Equal(t, 3, c.count(firmware.TargetDone))
}

// However the ends are told: twice, much later, in another order, not at all; and however often the rollout continues as new.
func TestARolloutLosesNothing(t *testing.T) {
	for name, tells := range map[string]func(*convoy) []time.Duration{
		"twice": func(*convoy) []time.Duration { return []time.Duration{0, time.Second} },
		"late": func(c *convoy) []time.Duration {
			return []time.Duration{time.Duration(c.seed.IntN(3600)) * time.Second}
		},
		"lost":     func(*convoy) []time.Duration { return nil },
		"anything": func(c *convoy) []time.Duration { return make([]time.Duration, c.seed.IntN(3)) },
	} {
		t.Run(name, func(t *testing.T) {
			c := newConvoy(t, 120, func(p *firmware.Plan) { p.MaxAtOnce, p.Groups, p.ErrorPercent = 7, 3, 100 })
			c.tells = func() []time.Duration { return tells(c) }
			c.takes = func(one *target) (time.Duration, firmware.State, firmware.Trouble) {
				return time.Duration(1+one.ScooterID*7919%900) * time.Second, firmware.Done, ""
			}
			in := c.input()
			in.Limits.Starts = 10
			c.run(in)
			require.Equal(t, firmware.RolloutFinished, c.state)
			requireOnce(t, c, 120)
			require.LessOrEqual(t, c.atOnce, 7)
			require.GreaterOrEqual(t, c.runs, 12)
			require.Empty(t, c.going)
		})
	}
}

func requireOnce(t *testing.T, c *convoy, scooters int) {
	t.Helper()
	begun := slices.Sorted(slices.Values(c.begun))
	require.Len(t, slices.Compact(begun), scooters)
	require.Len(t, c.begun, scooters, "each exactly once")
	require.Equal(t, scooters, c.count(firmware.TargetDone))
}

// What staff ask for around the moment in which it continues as new is done.
func TestStaffAreHeardWhileItContinuesAsNew(t *testing.T) {
	c := newConvoy(t, 60, func(p *firmware.Plan) { p.MaxAtOnce = 5 })
	for run := 2; run <= 5; run++ {
		c.atRun[run] = func() {
			c.after(0, func() { c.must(workflows.UpdateRolloutPause, firmware.RolloutPaused) })
			c.after(time.Hour, func() { c.must(workflows.UpdateRolloutResume, firmware.RolloutRunning) })
		}
	}
	in := c.input()
	in.Limits.Starts = 10
	c.run(in)
	requireOnce(t, c, 60)
	require.Len(t, c.outcomes, 8)
}

func TestAStoreThatIsAwayHoldsARolloutUp(t *testing.T) {
	c := newConvoy(t, 5)
	c.failFor = 3
	c.run(c.input())
	requireOnce(t, c, 5)
}

func TestTenThousandScooters(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	const scooters = 10_000
	c := newConvoy(t, scooters, func(p *firmware.Plan) { p.Groups, p.Percents, p.MaxAtOnce = 0, []int{1, 9, 90}, 250 })
	in := c.input()
	in.Limits.Starts = 500
	c.run(in)
	require.Equal(t, firmware.RolloutFinished, c.state)
	requireOnce(t, c, scooters)
	require.LessOrEqual(t, c.atOnce, 250)
	require.LessOrEqual(t, c.mostRun, 550)
	require.GreaterOrEqual(t, c.runs, 19)
}

func TestScootersThatAreOfflineGetNoUpgradeAndHoldNobodyUp(t *testing.T) {
	c := newConvoy(t, 12, func(p *firmware.Plan) { p.MaxAtOnce, p.ErrorPercent = 2, 0 })
	from := c.env.Now()
	back := from.Add(5 * time.Hour)
	c.silent = func(plate string) bool { return plate < "00008" && c.env.Now().Before(back) }
	c.after(time.Hour, func() { require.ElementsMatch(t, []string{"00008", "00009", "00010", "00011"}, c.begun) })
	c.run(c.input())
	require.Equal(t, firmware.RolloutFinished, c.state)
	require.Len(t, c.begun, 12, "one upgrade each")
	require.Equal(t, 12, c.count(firmware.TargetDone))
}

func TestWhoIsOnlineIsNotKnown(t *testing.T) {
	c := newConvoy(t, 3)
	c.silent, c.deaf = func(string) bool { return true }, errors.New("redis is away")
	c.run(c.input())
	require.Equal(t, 3, c.count(firmware.TargetDone))
}
