package postgres_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/staff"
)

func TestADraftMayBeChanged(t *testing.T) {
	b := newBooks(t)
	c := b.campaign(4)
	require.Equal(t, 4, c.rollout().Matching)
	plan := planOf(func(p *firmware.Plan) { p.ImageID = c.image.ID })
	again, err := c.CreateRollout(c.ana, firmware.Rollout{ID: c.id, Plan: plan, CreatedBy: c.by})
	require.NoError(t, err, "the same again changes nothing")
	require.Equal(t, plan, again.Plan)
	plan.MaxAtOnce++
	_, err = c.CreateRollout(c.ana, firmware.Rollout{ID: c.id, Plan: plan, CreatedBy: c.by})
	require.ErrorIs(t, err, firmware.ErrRolloutExists)
	require.Equal(t, 3, c.rollout().Plan.MaxAtOnce)
	require.Len(t, c.deeds("rollout.create"), 1)

	eva, _ := b.actor()
	r, err := c.ChangeRollout(c.ana, c.id, eva.StaffID, func(p *firmware.Plan) {
		p.MaxAtOnce, p.Filter.Plates = 9, []string{c.fleet[0].Plate}
	})
	require.NoError(t, err)
	require.Equal(t, 9, r.Plan.MaxAtOnce)
	require.Equal(t, 1, r.Matching)
	require.Equal(t, []string{c.by, eva.StaffID}, []string{r.CreatedBy, r.ChangedBy})
	require.Equal(t, "2.0", r.Image.Version)
	deed := c.deeds("rollout.change")[0]
	require.JSONEq(t, `{"max_at_once": 3, "filter": {}}`, string(deed.Before))

	for _, spoil := range []func(*firmware.Plan){func(p *firmware.Plan) { p.Name = "" }, func(p *firmware.Plan) { p.ImageID = uuid.NewString() }} {
		_, err = c.ChangeRollout(c.ana, c.id, c.by, spoil)
		require.Error(t, err)
		require.Equal(t, r.Plan, c.rollout().Plan)
	}
	c.must(firmware.Submit, firmware.RolloutReady)
	_, err = c.ChangeRollout(c.ana, c.id, c.by, func(*firmware.Plan) {})
	require.ErrorIs(t, err, firmware.ErrNotDraft)
	c.must(firmware.Deny, firmware.RolloutDraft)
	_, err = c.ChangeRollout(c.ana, c.id, c.by, func(*firmware.Plan) {})
	require.NoError(t, err)

	_, err = c.RetireImage(c.ana, c.image.ID, c.by, "It is bad.")
	require.NoError(t, err)
	_, err = c.CreateRollout(c.ana, firmware.Rollout{ID: uuid.NewString(), Plan: c.rollout().Plan, CreatedBy: c.by})
	require.ErrorIs(t, err, firmware.ErrRetired)
	_, err = c.CreateRollout(c.ana, firmware.Rollout{ID: c.id, Plan: c.rollout().Plan, CreatedBy: c.by})
	require.NoError(t, err, "who asks again is told what there is")
	_, err = c.decide(firmware.Start)
	require.ErrorIs(t, err, firmware.ErrRetired)
	require.Equal(t, firmware.RolloutDraft, c.rollout().State)
	for _, id := range []string{"", "x", uuid.NewString()} {
		_, err = c.Rollout(c.ctx, id)
		require.ErrorIs(t, err, firmware.ErrRolloutUnknown)
		_, _, _, err = c.RolloutTargets(c.ctx, id, firmware.TargetFilter{}, listing.Query{Order: listing.Order{By: "turn"}, Limit: 1})
		require.ErrorIs(t, err, firmware.ErrRolloutUnknown)
	}
}

func TestSomebodyElseApproves(t *testing.T) {
	b := newBooks(t)
	c := b.campaign(1)
	leo, asLeo := b.actor()
	decide := func(d firmware.Deed, by string) (firmware.Rollout, error) {
		return c.DecideRollout(asLeo, firmware.Decision{RolloutID: c.id, Deed: d, By: by, Reason: "A test.", FourEyes: true})
	}
	_, err := decide(firmware.Start, leo.StaffID)
	require.ErrorIs(t, err, firmware.ErrNotApproved)
	r, err := decide(firmware.Submit, c.by)
	require.NoError(t, err)
	require.Equal(t, firmware.RolloutWaiting, r.State)
	_, err = decide(firmware.Approve, c.by)
	require.ErrorIs(t, err, firmware.ErrOwnRollout)
	deny, err := decide(firmware.Deny, c.by)
	require.NoError(t, err)
	require.Equal(t, firmware.RolloutDraft, deny.State)
	eva, _ := b.actor()
	for _, by := range []string{eva.StaffID, eva.StaffID, c.by} { // Eva is not the last who changed it
		r, err = c.ChangeRollout(c.ana, c.id, by, func(p *firmware.Plan) { p.MaxAtOnce++ })
		require.NoError(t, err)
	}
	require.Equal(t, []string{c.by, eva.StaffID}, r.Authors)
	_, err = decide(firmware.Submit, c.by)
	require.NoError(t, err)
	_, err = decide(firmware.Approve, eva.StaffID)
	require.ErrorIs(t, err, firmware.ErrOwnRollout)
	r, err = decide(firmware.Approve, leo.StaffID)
	require.NoError(t, err)
	require.Equal(t, leo.StaffID, r.ApprovedBy)
	r, err = decide(firmware.Deny, leo.StaffID)
	require.NoError(t, err)
	require.Empty(t, r.ApprovedBy, "what was approved is not any more")
	deed := c.deeds("rollout.approve")[0]
	require.Equal(t, leo.Email, deed.Email)
	require.JSONEq(t, `{"state": "ready"}`, string(deed.After))
}

func TestTheStartFixesTheScooters(t *testing.T) {
	b := newBooks(t)
	station := b.station(10)
	c := b.campaign(7, func(p *firmware.Plan) {
		p.Percents, p.Groups = []int{20, 80}, 0
		p.Filter = firmware.Selection{Service: []fleet.Service{fleet.InService}, Stations: []string{station.ID, fleet.FreeFloating}, Versions: []string{"", "1.0"}}
	})
	other, err := b.CreateModel(b.ctx, fleet.Model{Name: "M2", MaxKmh: 25})
	require.NoError(t, err)
	for i, change := range []string{
		`service = 'retired'`, `firmware = '2.0', firmware_at = now()`, `firmware = '1.1', firmware_at = now()`, fmt.Sprintf(`model_id = %d`, other.ID),
		fmt.Sprintf(`station_id = '%s'`, b.station(10).ID), fmt.Sprintf(`station_id = '%s', firmware = '1.0', firmware_at = now()`, station.ID),
	} {
		require.NoError(t, b.exec(`UPDATE scooters SET `+change+` WHERE id = $1`, c.fleet[i].ID))
	}
	for range 8 {
		c.fleet = append(c.fleet, b.scooter())
	}
	require.Equal(t, []int{10, 10}, []int{c.rollout().Matching, c.rollout().Fitting})
	r := c.must(firmware.Start, firmware.RolloutRunning)
	require.Equal(t, []firmware.Group{{Number: 1, Tally: firmware.Tally{Pending: 2}}, {Number: 2, Tally: firmware.Tally{Pending: 8}}}, r.Groups)
	require.Equal(t, c.by, r.StartedBy)
	b.scooter()
	require.Len(t, c.targets(firmware.TargetFilter{}), 10, "who comes later is too late")
	c.must(firmware.Start, firmware.RolloutRunning)
	deeds := c.deeds("rollout.start")
	require.Len(t, deeds, 1, "it was started once")
	require.JSONEq(t, `{"state": "running", "scooters": 10}`, string(deeds[0].After))
	var turns []int
	for _, target := range c.targets(firmware.TargetFilter{Group: 2, States: []firmware.TargetState{firmware.TargetPending}}) {
		turns = append(turns, target.Position)
	}
	require.Equal(t, []int{1, 2, 3, 4, 5, 6, 7, 8}, turns)

	none := b.campaignOf(c, func(p *firmware.Plan) { p.Filter.Versions = []string{"0.0"} })
	_, err = none.decide(firmware.Start)
	require.ErrorIs(t, err, firmware.ErrRolloutEmpty)
	require.Equal(t, firmware.RolloutDraft, none.rollout().State)
}

// campaignOf is another rollout of the same image.
func (b *books) campaignOf(c *campaign, changes ...func(*firmware.Plan)) *campaign {
	b.t.Helper()
	other := *c
	other.id, other.round = uuid.NewString(), 0
	p := planOf(changes...)
	p.ImageID = c.image.ID
	_, err := b.CreateRollout(c.ana, firmware.Rollout{ID: other.id, Plan: p, CreatedBy: c.by})
	require.NoError(b.t, err)
	return &other
}

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

func TestAScooterThatIsNotReadyIsWaitedFor(t *testing.T) {
	b := newBooks(t)
	c := b.running(1, func(p *firmware.Plan) { p.Groups, p.ErrorPercent = 1, 0 })
	ids := map[string]bool{}
	for _, wait := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute, time.Hour, time.Hour} {
		stand := c.step()
		require.Len(t, stand.Begin, 1)
		c.begin(stand.Begin...)
		ids[stand.Begin[0].UpgradeID] = true
		c.end(stand.Begin[0], 1, firmware.Failed, firmware.TroubleBattery)
		require.Equal(t, firmware.TroubleBattery, c.target(stand.Begin[0]).Trouble, "staff see what it waits for")
		c.now = c.now.Add(wait - time.Second)
		early := c.step()
		require.Empty(t, early.Begin)
		require.Equal(t, []any{firmware.RolloutRunning, 1}, []any{early.State, early.Waiting})
		c.now = c.now.Add(time.Second)
	}
	require.Len(t, ids, 8, "each try is an upgrade of its own")
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

func TestAWindowOpensAndCloses(t *testing.T) {
	b := newBooks(t)
	w := firmware.Window{From: 120, To: 180, Zone: "Europe/Madrid"}
	c := b.running(2, func(p *firmware.Plan) { p.Window = &w })
	opens := w.NextOpening(c.now)
	c.now = opens.Add(-time.Second)
	closed := c.step()
	require.Empty(t, closed.Begin)
	require.True(t, opens.Equal(closed.OpensAt))
	c.now = opens
	require.Len(t, c.step().Begin, 1)
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

func TestARetiredImageIsRolledOutNoFurther(t *testing.T) {
	b := newBooks(t)
	c := b.running(4)
	_, err := b.RetireImage(c.ana, c.image.ID, c.by, "It is bad.")
	require.NoError(t, err)
	stand := c.step()
	require.Empty(t, stand.Begin)
	require.Equal(t, firmware.HaltImage, stand.Halt)
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

func TestListsOfRolloutsAndTheirScooters(t *testing.T) {
	b := newBooks(t)
	c := b.running(5)
	other := b.campaignOf(c)
	c.begin(c.step().Begin...)
	q := listing.Query{Order: listing.Order{By: "created", Descending: true}, Limit: 1}
	list, places, total, err := b.Rollouts(b.ctx, nil, q)
	require.NoError(t, err)
	require.Equal(t, 2, total)
	require.Len(t, list, 2, "one more than the page")
	require.Equal(t, other.id, list[0].ID)
	q.After = &places[0]
	list, _, _, err = b.Rollouts(b.ctx, nil, q)
	require.NoError(t, err)
	require.Equal(t, c.id, list[0].ID)
	require.Equal(t, firmware.Tally{Pending: 2, Running: 3}, list[0].Groups[0].Tally)
	require.Equal(t, "2.0", list[0].Image.Version)
	list, _, total, err = b.Rollouts(b.ctx, []firmware.RolloutState{firmware.RolloutDraft}, listing.Query{Order: q.Order, Limit: 10})
	require.NoError(t, err)
	require.Equal(t, 1, total)
	require.Equal(t, other.id, list[0].ID)

	var turns []string
	page := listing.Query{Order: listing.Order{By: "turn"}, Limit: 2}
	for {
		rows, where, total, err := b.RolloutTargets(b.ctx, c.id, firmware.TargetFilter{}, page)
		require.NoError(t, err)
		require.Equal(t, 5, total)
		for _, row := range rows[:min(2, len(rows))] {
			turns = append(turns, row.Plate)
		}
		if len(rows) <= 2 {
			break
		}
		page.After = &where[1]
	}
	var want []string
	for _, target := range c.targets(firmware.TargetFilter{}) {
		want = append(want, target.Plate)
	}
	require.Equal(t, want, turns)
}

func TestTheLawsOfRollouts(t *testing.T) {
	b := newBooks(t)
	c := b.running(2)
	b.breaks("rollouts_decided", `UPDATE rollouts SET plan = plan || '{"late": true}'`)
	b.breaks("rollouts_why_paused", `UPDATE rollouts SET state = 'paused'`)
	b.breaks("rollouts_ended", `UPDATE rollouts SET state = 'finished'`)
	b.breaks("rollout_targets_upgrade", `UPDATE rollout_targets SET state = 'running'`)
	b.breaks("rollout_targets_group_fkey", `UPDATE rollout_targets SET number = 9 WHERE number = 1`)
	c.must(firmware.Stop, firmware.RolloutStopping)
	require.Equal(t, firmware.RolloutStopped, c.step().State)
	b.breaks("rollouts_decided", `UPDATE rollouts SET state = 'running', ended_at = NULL`)
	require.Error(t, b.exec(`DELETE FROM rollouts`))
	b.breaks("upgrades_rollout_fkey", `INSERT INTO upgrades (id, scooter_id, plate, image_id, rollout_id, staff_id, reason, packets)
		SELECT gen_random_uuid(), s.id, s.plate, i.id, gen_random_uuid(), i.staff_id, '', 1 FROM scooters s, firmware_images i LIMIT 1`)
}

func TestARolloutThatPausesItselfTellsStaff(t *testing.T) {
	b := newBooks(t)
	hook := b.webhook(staff.Rollout)
	c := b.running(2, func(p *firmware.Plan) { p.Groups, p.ErrorPercent, p.MaxAtOnce = 1, 0, 1 })
	open := func() []staff.Alert {
		list, err := b.ListAlerts(b.ctx, staff.AlertQuery{State: staff.OpenAlerts, Kinds: []staff.AlertKind{staff.Rollout}}, 0)
		require.NoError(t, err)
		return list
	}
	halt := func() {
		begun := c.step().Begin
		c.begin(begun[0])
		c.end(begun[0], 1, firmware.Failed, firmware.TroubleRejected)
		require.Equal(t, firmware.RolloutPaused, c.step().State)
	}
	halt()
	c.step() // says nothing new
	list := open()
	require.Len(t, list, 1)
	require.Equal(t, []string{c.id, ""}, []string{list[0].RolloutID, list[0].Plate})
	require.Equal(t, `The rollout "To 2.0" is paused: group 1 has more errors than it may have.`, list[0].Text)
	deeds := c.deeds("rollout.pause")
	require.Len(t, deeds, 1)
	require.Equal(t, []string{staff.System, "", list[0].Text}, []string{deeds[0].Email, deeds[0].StaffID, deeds[0].Reason})
	require.JSONEq(t, `{"state": "paused", "halt": "errors", "halt_group": 1}`, string(deeds[0].After))

	c.must(firmware.Resume, firmware.RolloutRunning)
	require.Empty(t, open())
	halt()
	again := open()
	require.Len(t, again, 1)
	require.NoError(t, c.DismissAlert(c.ana, again[0].ID, "ana@example.org"))
	require.NoError(t, c.DismissAlert(c.ana, again[0].ID, "eva@example.org"), "it is closed already")
	require.Empty(t, open())
	require.Len(t, c.deeds("alert.close"), 1)
	require.Equal(t, []string{"alert.opened", "alert.closed", "alert.opened", "alert.closed"}, b.told(hook.ID))
}

func TestStaffWhoPauseARolloutNeedNoAlert(t *testing.T) {
	b := newBooks(t)
	c := b.running(2)
	c.must(firmware.Pause, firmware.RolloutPaused)
	list, err := b.Alerts(b.ctx, false)
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestAScooterThatIsSilentForTooLongIsSkipped(t *testing.T) {
	b := newBooks(t)
	c := b.running(3, func(p *firmware.Plan) { p.Groups, p.MaxAtOnce = 1, 3 })
	patient := func(s *firmware.Step) { s.Patience = time.Hour }
	begun := c.step(patient).Begin
	pass := func(n int, why firmware.Trouble) {
		require.NoError(t, c.PassTarget(c.ctx, begun[n].UpgradeID, firmware.TargetPending, why, c.now))
	}
	pass(0, firmware.TroubleSilent)
	pass(1, firmware.TroubleSilent)
	c.begin(begun[2]) // an upgrade of which it shows that the scooter is silent
	c.end(begun[2], 1, firmware.Failed, firmware.TroubleSilent)
	require.Equal(t, []firmware.Wait{{For: firmware.TroubleSilent, Scooters: 3}}, c.rollout().Waits)

	c.now = c.now.Add(50 * time.Minute)
	begun = c.step(patient).Begin
	require.Len(t, begun, 3)
	pass(0, firmware.TroubleSilent)
	pass(1, firmware.TroubleHeld) // it was heard of
	c.begin(begun[2])
	c.end(begun[2], 1, firmware.Failed, firmware.TroubleSilent)
	require.Equal(t, 3, c.step(patient).Groups[0].Pending)

	c.now = c.now.Add(2 * time.Hour)
	begun = c.step(patient).Begin
	require.Len(t, begun, 3, "each has another turn, however long the rollout was paused")
	pass(0, firmware.TroubleSilent)
	pass(1, firmware.TroubleSilent)
	c.begin(begun[2])
	c.end(begun[2], 1, firmware.Failed, firmware.TroubleSilent)
	stand := c.step(patient)
	require.Equal(t, firmware.Tally{Pending: 1, Skipped: 2}, stand.Groups[0].Tally)
	require.Equal(t, []any{firmware.TargetSkipped, firmware.TroubleSilent}, []any{c.target(begun[0]).State, c.target(begun[0]).Trouble})

	c.must(firmware.Retry, firmware.RolloutRunning)
	require.Len(t, c.step(patient).Begin, 2, "those that were skipped for it have another turn")
}

func TestWhatScootersWaitFor(t *testing.T) {
	b := newBooks(t)
	c := b.running(4, func(p *firmware.Plan) { p.Groups, p.MaxAtOnce = 1, 2 })
	order := c.targets(firmware.TargetFilter{})
	require.NoError(t, b.exec(`UPDATE scooters SET hold = 'in_use' WHERE id = $1`, order[0].ScooterID))
	begun := c.step().Begin
	c.begin(begun...)
	c.end(begun[0], 1, firmware.Failed, firmware.TroubleBattery)
	want := []firmware.Wait{{For: firmware.TroubleBattery, Scooters: 1}, {For: firmware.TroubleHeld, Scooters: 1}, {For: firmware.WaitRoom, Scooters: 1}}
	require.Equal(t, want, c.rollout().Waits)
	require.Equal(t, want, c.again(func(s *firmware.Step) { s.Round = 0 }).Waits)
	require.Equal(t, firmware.TroubleHeld, c.targets(firmware.TargetFilter{})[0].Trouble)
}

func TestTheNextOpeningIsSaid(t *testing.T) {
	b := newBooks(t)
	soon := time.Now().UTC().Add(6 * time.Hour)
	from := firmware.Clock(soon.Hour()*60 + soon.Minute())
	c := b.running(1, func(p *firmware.Plan) {
		p.Window = &firmware.Window{From: from, To: (from + 60) % (24 * 60), Zone: "UTC"}
	})
	require.Equal(t, soon.Truncate(time.Minute), c.rollout().OpensAt)
	require.True(t, c.step().Closed)
	c.must(firmware.Pause, firmware.RolloutPaused)
	require.Zero(t, c.rollout().OpensAt)
}

func TestAPlanNamesWhatThereIs(t *testing.T) {
	b := newBooks(t)
	c := b.campaign(2)
	spoil := func(p *firmware.Plan) {
		p.Filter.Plates = []string{"SOMEBODY", c.fleet[0].Plate, "NOBODY"}
		p.Filter.Stations = []string{fleet.FreeFloating, "NOWHERE"}
	}
	plan := c.rollout().Plan
	spoil(&plan)
	_, created := b.CreateRollout(c.ana, firmware.Rollout{ID: uuid.NewString(), Plan: plan, CreatedBy: c.by})
	_, changed := b.ChangeRollout(c.ana, c.id, c.by, spoil)
	for _, err := range []error{created, changed} {
		require.ErrorIs(t, err, firmware.ErrRolloutInvalid)
		f, _ := fault.From(err)
		require.Equal(t, []firmware.Flaw{
			{Field: "filter.plates", What: firmware.FlawPlates, Said: "SOMEBODY, NOBODY"}, {Field: "filter.stations", What: firmware.FlawStations, Said: "NOWHERE"},
		}, f.Details["flaws"])
	}
	require.Empty(t, c.rollout().Plan.Filter)
}

func TestADraftMayBeDeleted(t *testing.T) {
	b := newBooks(t)
	c := b.campaign(1)
	plan := c.rollout().Plan
	c.must(firmware.Submit, firmware.RolloutReady)
	require.ErrorIs(t, b.DeleteRollout(c.ana, c.id), firmware.ErrNotDraft)
	c.must(firmware.Deny, firmware.RolloutDraft)
	require.NoError(t, b.DeleteRollout(c.ana, c.id))
	for _, id := range []string{c.id, uuid.NewString(), "x"} {
		require.ErrorIs(t, b.DeleteRollout(c.ana, id), firmware.ErrRolloutUnknown)
	}
	_, err := c.decide(firmware.Start)
	require.ErrorIs(t, err, firmware.ErrRolloutUnknown)
	deeds := c.deeds("rollout.delete")
	require.Len(t, deeds, 1)
	require.Equal(t, c.by, deeds[0].StaffID)
	before, err := json.Marshal(plan)
	require.NoError(t, err)
	require.JSONEq(t, string(before), string(deeds[0].Before), "the log keeps what it was")

	running := b.campaignOf(c)
	running.must(firmware.Start, firmware.RolloutRunning)
	require.ErrorIs(t, b.DeleteRollout(c.ana, running.id), firmware.ErrNotDraft)
	require.Equal(t, firmware.RolloutRunning, running.rollout().State)
}

// Whoever starts a draft and whoever deletes it at the same time: one of them is too late.
func TestADraftIsStartedOrDeleted(t *testing.T) {
	b := newBooks(t)
	first := b.campaign(1)
	for range 10 {
		c := b.campaignOf(first)
		var started, deleted error
		var wait sync.WaitGroup
		wait.Go(func() { _, started = c.decide(firmware.Start) })
		wait.Go(func() { deleted = b.DeleteRollout(c.ana, c.id) })
		wait.Wait()
		require.NotEqual(t, started == nil, deleted == nil, "%v, %v", started, deleted)
		_, err := b.Rollout(b.ctx, c.id)
		require.Equal(t, started == nil, err == nil)
	}
}

func TestNewerScootersAreNotTaken(t *testing.T) {
	b := newBooks(t)
	c := b.campaign(4)
	require.NoError(t, b.exec(`UPDATE scooters SET firmware = '3.0', firmware_at = now() WHERE id = $1`, c.fleet[0].ID))
	require.NoError(t, b.exec(`UPDATE scooters SET firmware = '2.0', firmware_at = now() WHERE id = $1`, c.fleet[1].ID))
	require.Equal(t, []int{4, 2}, []int{c.rollout().Matching, c.rollout().Fitting})
	older := b.campaignOf(c, func(p *firmware.Plan) { p.Downgrade = true })
	require.Equal(t, []int{4, 3}, []int{older.rollout().Matching, older.rollout().Fitting})
	c.must(firmware.Start, firmware.RolloutRunning)
	require.Len(t, c.targets(firmware.TargetFilter{}), 2)
	older.must(firmware.Start, firmware.RolloutRunning)
	require.Len(t, older.targets(firmware.TargetFilter{}), 3)
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

func TestARetiredImageIsNotResumed(t *testing.T) {
	b := newBooks(t)
	c := b.running(2)
	_, err := b.RetireImage(c.ana, c.image.ID, c.by, "It is bad.")
	require.NoError(t, err)
	for range 2 { // while it runs, and when it is paused for that
		_, err = c.decide(firmware.Resume)
		require.ErrorIs(t, err, firmware.ErrRetired)
		require.Equal(t, firmware.HaltImage, c.step().Halt)
	}
}
