package postgres_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/listing"
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

func TestAPlanNamesWhatThereIs(t *testing.T) {
	b := newBooks(t)
	c := b.campaign(2)
	other, err := b.CreateModel(b.ctx, fleet.Model{Name: "M2", MaxKmh: 20})
	require.NoError(t, err)
	foreign := b.scooter()
	b.set(foreign, `model_id = `+fmt.Sprint(other.ID))
	spoil := func(p *firmware.Plan) {
		p.Filter.Plates = []string{"SOMEBODY", foreign.Plate, c.fleet[0].Plate, "NOBODY", foreign.Plate, "NOBODY"}
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
			{Field: "filter.plates", What: firmware.FlawPlates, Said: "SOMEBODY, NOBODY"},
			{Field: "filter.plates", What: firmware.FlawOtherModel, Said: foreign.Plate},
			{Field: "filter.stations", What: firmware.FlawStations, Said: "NOWHERE"},
		}, f.Details["flaws"])
	}
	require.Empty(t, c.rollout().Plan.Filter)
}

func TestWhatAPlanNamesTwiceCountsOnce(t *testing.T) {
	b := newBooks(t)
	c := b.campaign(2)
	once, twice := c.rollout().Plan, c.rollout().Plan
	one := c.fleet[0].Plate
	once.Filter = firmware.Selection{Plates: []string{one}, Versions: []string{""}}
	once.Window = &firmware.Window{Days: []time.Weekday{time.Monday, time.Sunday}, From: 1, To: 2, Zone: "UTC"}
	twice.Filter = firmware.Selection{Plates: []string{one, one}, Versions: []string{"", ""}}
	twice.Window = &firmware.Window{Days: []time.Weekday{time.Monday, time.Sunday, time.Monday}, From: 1, To: 2, Zone: "UTC"}
	id := uuid.NewString()
	for _, plan := range []firmware.Plan{twice, once} { // which is the same again
		r, err := b.CreateRollout(c.ana, firmware.Rollout{ID: id, Plan: plan, CreatedBy: c.by})
		require.NoError(t, err)
		require.Equal(t, []any{once, 1}, []any{r.Plan, r.Matching})
	}
	r, err := b.ChangeRollout(c.ana, c.id, c.by, func(p *firmware.Plan) { *p = twice })
	require.NoError(t, err)
	require.Equal(t, once, r.Plan)
	require.Len(t, twice.Filter.Plates, 2, "who gave it keeps it as it was")
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
