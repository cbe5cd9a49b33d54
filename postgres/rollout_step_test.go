package postgres_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
)

func TestStepsTakeTurns(t *testing.T) {
	b := newBooks(t)
	c := b.running(10, func(p *firmware.Plan) { p.MaxAtOnce = 2 })
	order := c.targets(firmware.TargetFilter{})
	require.NoError(t, b.exec(`UPDATE scooters SET hold = 'in_use' WHERE id = $1`, order[1].ScooterID))

	first := c.step()
	require.Equal(t, []string{order[0].Plate, order[2].Plate}, platesOf(first.Begin), "who is in use is waited for, and stands in nobody's way")
	require.Equal(t, []int{0, 3}, []int{first.Room, first.Waiting})
	require.Equal(t, firmware.Tally{Pending: 3, Running: 2}, first.Groups[0].Tally)
	require.Equal(t, first.Begin, c.again().Begin, "who did not hear the answer gets it once more")
	c.begin(first.Begin[0])
	require.Equal(t, first.Begin[1:], c.again().Begin, "without what has begun")
	c.begin(first.Begin[1])
	require.Empty(t, c.step().Begin, "there is no room")

	c.end(first.Begin[1], 1, firmware.Done, "")
	require.Equal(t, firmware.TargetDone, c.target(first.Begin[1]).State)
	require.NoError(t, b.exec(`UPDATE scooters SET hold = 'free' WHERE id = $1`, order[1].ScooterID))
	second := c.step()
	require.Equal(t, []string{order[1].Plate}, platesOf(second.Begin))
	require.Equal(t, 2, second.Waiting)
	require.Equal(t, firmware.Stand{
		State: firmware.RolloutRunning, Groups: second.Groups, Round: second.Round, OpensAt: c.now, Waiting: 2, Waits: []firmware.Wait{{For: firmware.WaitRoom, Scooters: 2}},
	},
		c.again(func(s *firmware.Step) { s.Round = 0 }), "who only looks begins nothing")
}

func TestAGroupBeginsWhenEnoughOfTheOneBeforeHaveIt(t *testing.T) {
	b := newBooks(t)
	c := b.running(8, func(p *firmware.Plan) { p.MaxAtOnce = 8 })
	first := c.step()
	require.Len(t, first.Begin, 4)
	c.begin(first.Begin...)
	c.end(first.Begin[0], 1, firmware.Done, "")
	require.Empty(t, c.step().Begin)
	c.end(first.Begin[1], 1, firmware.Done, "")
	second := c.step()
	require.Len(t, second.Begin, 4)
	c.begin(second.Begin...)
	for _, one := range slices.Concat(first.Begin[2:], second.Begin) {
		require.Equal(t, firmware.RolloutRunning, c.step().State)
		c.end(one, 1, firmware.Done, "")
	}
	require.Equal(t, firmware.RolloutFinished, c.step().State)
	require.False(t, c.rollout().EndedAt.IsZero())
	require.Equal(t, firmware.RolloutFinished, c.step().State, "it stays so")
}

func TestErrorsPauseARollout(t *testing.T) {
	b := newBooks(t)
	c := b.running(10, func(p *firmware.Plan) { p.Groups, p.MaxAtOnce = 1, 1 })
	fail := func(s firmware.State, trouble firmware.Trouble) firmware.Beginning {
		begun := c.step().Begin
		require.Len(t, begun, 1)
		c.begin(begun...)
		c.end(begun[0], 1, s, trouble)
		return begun[0]
	}
	fail(firmware.Failed, firmware.TroubleRejected)
	parked := fail(firmware.Parked, firmware.TroublePackets) // which takes no room
	fail(firmware.Aborted, firmware.TroubleStaff)            // three of ten
	stand := c.step()
	require.Empty(t, stand.Begin)
	require.Equal(t, []any{firmware.RolloutPaused, firmware.HaltErrors, 1}, []any{stand.State, stand.Halt, stand.HaltGroup})
	require.Len(t, c.targets(firmware.TargetFilter{States: []firmware.TargetState{firmware.TargetPending}}), 7, "nobody else began")
	require.Empty(t, c.step().Begin, "it stays paused")

	c.must(firmware.Pause, firmware.RolloutPaused)
	require.Equal(t, firmware.HaltErrors, c.rollout().Halt, "why stays")
	c.must(firmware.Resume, firmware.RolloutRunning)
	fail(firmware.Failed, firmware.TroubleRejected)
	fail(firmware.Failed, firmware.TroubleRejected)
	c.end(parked, 2, firmware.Done, "") // support did it
	fail(firmware.Failed, firmware.TroubleRejected)
	require.Equal(t, firmware.RolloutRunning, c.step(func(s *firmware.Step) { s.Round = 0 }).State, "two more than staff have seen")

	c.must(firmware.Pause, firmware.RolloutPaused)
	_, err := c.decide(firmware.Retry)
	require.NoError(t, err)
	require.Equal(t, firmware.RolloutPaused, c.rollout().State)
	c.must(firmware.Resume, firmware.RolloutRunning)
	require.Equal(t, []firmware.Group{{Number: 1, Tally: firmware.Tally{Pending: 9, Done: 1}}}, c.rollout().Groups, "the errors are no more")
	_, err = c.decide(firmware.Retry)
	require.ErrorIs(t, err, firmware.ErrNoneFailed)
	again := c.step().Begin[0]
	require.Equal(t, 2, c.target(again).Tries)
	c.begin(again)
}

func TestAGroupThatIsThroughWithoutSuccess(t *testing.T) {
	b := newBooks(t)
	c := b.running(4, func(p *firmware.Plan) { p.SuccessPercent, p.ErrorPercent = 100, 100 })
	first := c.step()
	c.begin(first.Begin...)
	c.end(first.Begin[0], 1, firmware.Done, "")
	c.end(first.Begin[1], 1, firmware.Failed, firmware.TroubleVersion)
	stand := c.step()
	require.Equal(t, []any{firmware.RolloutPaused, firmware.HaltSuccess, 1}, []any{stand.State, stand.Halt, stand.HaltGroup})
	c.must(firmware.Resume, firmware.RolloutRunning)
	require.Len(t, c.step().Begin, 2)
}

func TestAnUpgradeThatNeverBeganIsTriedAgain(t *testing.T) {
	b := newBooks(t)
	c := b.running(3, func(p *firmware.Plan) { p.Groups = 1 })
	lost := c.step().Begin
	require.Len(t, lost, 3)
	_, err := c.OpenUpgrade(c.ctx, firmware.Upgrade{ID: lost[0].UpgradeID, Plate: lost[0].Plate, ImageID: c.image.ID, RolloutID: c.id, StaffID: c.by, Reason: "x"})
	require.NoError(t, err)
	c.begin(lost[1])
	c.now = c.now.Add(4 * time.Minute)
	require.Empty(t, c.step().Begin)
	c.now = c.now.Add(2 * time.Minute)
	c.step(func(s *firmware.Step) { s.Round = 0 })
	c.now = c.now.Add(time.Minute)
	again := c.step().Begin
	require.Equal(t, []string{lost[0].Plate, lost[2].Plate}, platesOf(again))
	require.NotEqual(t, lost[0].UpgradeID, again[0].UpgradeID)
	claimed, err := c.BeginUpgrade(c.ctx, lost[0].UpgradeID, "late")
	require.NoError(t, err)
	require.False(t, claimed, "the lost one is too late")
	c.begin(again...)
}

func TestAnUpgradeThatIsRefused(t *testing.T) {
	b := newBooks(t)
	c := b.running(2, func(p *firmware.Plan) { p.Groups = 1 })
	begun := c.step().Begin
	require.NoError(t, c.PassTarget(c.ctx, begun[0].UpgradeID, firmware.TargetSkipped, firmware.TroubleDowngrade, c.now))
	c.begin(begun[1])
	require.NoError(t, c.PassTarget(c.ctx, begun[1].UpgradeID, firmware.TargetSkipped, firmware.TroubleDowngrade, c.now))
	require.Equal(t, firmware.TargetSkipped, c.target(begun[0]).State)
	require.Equal(t, firmware.TargetRunning, c.target(begun[1]).State, "it goes on")
}

func TestWhoNeedsNoTurnAnyMore(t *testing.T) {
	b := newBooks(t)
	c := b.running(4, func(p *firmware.Plan) { p.Groups = 1 })
	other, err := b.CreateModel(b.ctx, fleet.Model{Name: "M2", MaxKmh: 25})
	require.NoError(t, err)
	for i, change := range []string{`service = 'retired'`, `firmware = '2.0', firmware_at = now()`, fmt.Sprintf(`model_id = %d`, other.ID)} {
		require.NoError(t, b.exec(`UPDATE scooters SET `+change+` WHERE id = $1`, c.fleet[i].ID))
	}
	require.Equal(t, []string{c.fleet[3].Plate}, platesOf(c.step().Begin))
	standing := map[string]any{}
	for _, target := range c.targets(firmware.TargetFilter{}) {
		standing[target.Plate] = []any{target.State, target.Trouble}
	}
	require.Equal(t, map[string]any{
		c.fleet[0].Plate: []any{firmware.TargetSkipped, firmware.TroubleRetired}, c.fleet[1].Plate: []any{firmware.TargetDone, firmware.TroubleSame},
		c.fleet[2].Plate: []any{firmware.TargetSkipped, firmware.TroubleModel}, c.fleet[3].Plate: []any{firmware.TargetRunning, firmware.Trouble("")},
	}, standing)
}

func TestLateScootersJoinTheLastGroup(t *testing.T) {
	b := newBooks(t)
	join := func(s *firmware.Step) { s.Join = true }
	c := b.running(2, func(p *firmware.Plan) { p.Late = true })
	for range 3 {
		b.scooter()
	}
	c.step(func(s *firmware.Step) { s.Round = 0 })
	require.Len(t, c.targets(firmware.TargetFilter{}), 2)
	for range 2 {
		stand := c.again(join, func(s *firmware.Step) { s.Round = 0 })
		require.Equal(t, []int{1, 4}, []int{stand.Groups[0].Total(), stand.Groups[1].Total()})
	}
	for c.rollout().Groups[1].Done < 4 {
		for _, one := range c.step(join).Begin {
			c.begin(one)
			c.end(one, 1, firmware.Done, "")
		}
	}
	require.Equal(t, firmware.RolloutRunning, c.step().State, "others may come, until staff stop it")
	closed := b.campaignOf(c, func(p *firmware.Plan) { p.Filter.Versions = []string{"2.0", "1.0", ""} })
	b.scooter()
	closed.must(firmware.Start, firmware.RolloutRunning)
	b.scooter()
	require.Equal(t, 1, closed.step(join).Groups[0].Total()+closed.rollout().Groups[1].Total(), "not in one that lets nobody in")
}

func TestARolloutForLateScootersStartsWithNone(t *testing.T) {
	b := newBooks(t)
	c := b.campaign(1, func(p *firmware.Plan) { p.Late, p.Filter.Versions = true, []string{"1.0"} })
	c.must(firmware.Start, firmware.RolloutRunning)
	join := func(s *firmware.Step) { s.Join = true }
	require.Equal(t, firmware.RolloutRunning, c.step(join).State, "it waits")
	require.NoError(t, b.exec(`UPDATE scooters SET firmware = '1.0', firmware_at = now() WHERE id = $1`, c.fleet[0].ID))
	require.Len(t, c.step(join).Begin, 1)
}

func TestStoppingWaitsForWhatGoesOn(t *testing.T) {
	b := newBooks(t)
	c := b.running(4, func(p *firmware.Plan) { p.Groups, p.ErrorPercent = 1, 100 })
	begun := c.step().Begin
	c.begin(begun...)
	c.end(begun[0], 1, firmware.Parked, firmware.TroublePackets)
	c.must(firmware.Stop, firmware.RolloutStopping)
	require.Equal(t, firmware.RolloutStopping, c.step().State)
	c.end(begun[1], 1, firmware.Done, "")
	c.end(begun[2], 1, firmware.Failed, firmware.TroubleSilent)
	stand := c.step()
	require.Equal(t, firmware.RolloutStopped, stand.State, "the parked one waits for support, not the rollout for it")
	c.end(begun[0], 2, firmware.Done, "")
	require.Equal(t, []firmware.Group{{Number: 1, Tally: firmware.Tally{Pending: 2, Done: 2}}}, c.rollout().Groups)
	for _, deed := range []firmware.Deed{firmware.Start, firmware.Resume, firmware.Retry} {
		_, err := c.decide(deed)
		require.ErrorIs(t, err, firmware.ErrRolloutState)
	}
	_, err := b.campaignOf(c).decide(firmware.Stop)
	require.ErrorIs(t, err, firmware.ErrNotStarted)
}

func TestAFinishedRolloutIsRetried(t *testing.T) {
	b := newBooks(t)
	c := b.running(1, func(p *firmware.Plan) { p.Groups, p.ErrorPercent = 1, 100 })
	begun := c.step().Begin
	c.begin(begun...)
	c.end(begun[0], 1, firmware.Failed, firmware.TroubleVersion)
	require.Equal(t, firmware.RolloutFinished, c.step().State)
	c.must(firmware.Retry, firmware.RolloutRunning)
	require.Len(t, c.step().Begin, 1)
}

func TestStepsAtOnceNeverBeginTooMany(t *testing.T) {
	b := newBooks(t)
	c := b.running(30, func(p *firmware.Plan) { p.Groups, p.MaxAtOnce = 1, 7 })
	var all sync.Map
	var wait sync.WaitGroup
	for n := range 10 {
		wait.Go(func() {
			stand, err := c.StepRollout(c.ctx, firmware.Step{RolloutID: c.id, Round: 1 + n%3, Most: 100, RetryAfter: time.Minute, Now: c.now})
			if err != nil {
				t.Error(err)
			}
			for _, begun := range stand.Begin {
				all.Store(begun.UpgradeID, true)
			}
		})
	}
	wait.Wait()
	n := 0
	all.Range(func(any, any) bool { n++; return true })
	require.LessOrEqual(t, n, 7)
	require.Len(t, c.targets(firmware.TargetFilter{States: []firmware.TargetState{firmware.TargetRunning}}), 7)
}

// What the database makes of an upgrade's end is what the domain says.
func TestTheBooksAndTheDomainAgreeOnHowAScooterStands(t *testing.T) {
	b := newBooks(t)
	for _, state := range firmware.States() {
		for _, trouble := range append(firmware.Troubles(), "") {
			var got firmware.TargetState
			require.NoError(t, b.db.GetContext(b.ctx, &got, `SELECT rollout_standing($1, $2)`, state, trouble))
			require.Equal(t, firmware.StandingOf(state, trouble), got, "%s %s", state, trouble)
		}
	}
}
