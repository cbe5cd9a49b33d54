package postgres_test

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/staff"
)

// campaign is a rollout in its books, on a clock of its own.
type campaign struct {
	*books
	id    string
	ana   context.Context // who wrote it
	by    string
	image firmware.Image
	now   time.Time
	round int
	fleet []fleet.Scooter
}

func planOf(changes ...func(*firmware.Plan)) firmware.Plan {
	p := firmware.Plan{Name: "To 2.0", Groups: 2, SuccessPercent: 50, ErrorPercent: 20, MaxAtOnce: 3}
	for _, change := range changes {
		change(&p)
	}
	return p
}

// campaign is the draft of a rollout to so many scooters.
func (b *books) campaign(scooters int, changes ...func(*firmware.Plan)) *campaign {
	b.t.Helper()
	actor, ctx := b.actor()
	c := &campaign{books: b, id: uuid.NewString(), ana: ctx, by: actor.StaffID, image: b.image("2.0"), now: time.Now().UTC().Truncate(time.Second)}
	for range scooters {
		c.fleet = append(c.fleet, b.scooter())
	}
	p := planOf(changes...)
	p.ImageID = c.image.ID
	r, err := b.CreateRollout(ctx, firmware.Rollout{ID: c.id, Plan: p, CreatedBy: actor.StaffID})
	require.NoError(b.t, err)
	require.Equal(b.t, firmware.RolloutDraft, r.State)
	return c
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

// running is a rollout that was started.
func (b *books) running(scooters int, changes ...func(*firmware.Plan)) *campaign {
	b.t.Helper()
	c := b.campaign(scooters, changes...)
	c.must(firmware.Start, firmware.RolloutRunning)
	return c
}

func (c *campaign) decide(d firmware.Deed) (firmware.Rollout, error) {
	return c.DecideRollout(c.ana, firmware.Decision{RolloutID: c.id, Deed: d, By: c.by, Reason: "A test."})
}

func (c *campaign) must(d firmware.Deed, to firmware.RolloutState) firmware.Rollout {
	c.t.Helper()
	r, err := c.decide(d)
	require.NoError(c.t, err)
	require.Equal(c.t, to, r.State)
	return r
}

func (c *campaign) rollout() firmware.Rollout {
	c.t.Helper()
	r, err := c.Rollout(c.ctx, c.id)
	require.NoError(c.t, err)
	return r
}

// step is the next round.
func (c *campaign) step(changes ...func(*firmware.Step)) firmware.Stand {
	c.t.Helper()
	c.round++
	return c.again(changes...)
}

// again is the same round once more.
func (c *campaign) again(changes ...func(*firmware.Step)) firmware.Stand {
	c.t.Helper()
	s := firmware.Step{RolloutID: c.id, Round: c.round, Most: 100, RetryAfter: time.Minute, Now: c.now}
	for _, change := range changes {
		change(&s)
	}
	stand, err := c.StepRollout(c.ctx, s)
	require.NoError(c.t, err)
	return stand
}

// begin opens an upgrade of a step and gives it its workflow.
func (c *campaign) begin(beginnings ...firmware.Beginning) {
	c.t.Helper()
	for _, b := range beginnings {
		_, err := c.OpenUpgrade(c.ctx, firmware.Upgrade{
			ID: b.UpgradeID, Plate: b.Plate, ImageID: c.image.ID, RolloutID: c.id, StaffID: b.StaffID, Reason: "A rollout.",
		})
		require.NoError(c.t, err)
		claimed, err := c.BeginUpgrade(c.ctx, b.UpgradeID, "run of "+b.UpgradeID)
		require.NoError(c.t, err)
		require.True(c.t, claimed)
	}
}

// end is what an upgrade comes to.
func (c *campaign) end(b firmware.Beginning, seq int, s firmware.State, t firmware.Trouble) {
	c.t.Helper()
	require.NoError(c.t, c.AdvanceUpgrade(c.ctx, firmware.Change{ID: b.UpgradeID, Seq: seq, State: s, Trouble: t, Attempt: 1, At: c.now}))
}

func (c *campaign) targets(f firmware.TargetFilter) []firmware.Target {
	c.t.Helper()
	list, _, total, err := c.RolloutTargets(c.ctx, c.id, f, listing.Query{Order: listing.Order{By: "turn"}, Limit: 500})
	require.NoError(c.t, err)
	require.Len(c.t, list, total)
	return list
}

func (c *campaign) target(b firmware.Beginning) firmware.Target {
	c.t.Helper()
	for _, t := range c.targets(firmware.TargetFilter{}) {
		if t.ScooterID == b.ScooterID {
			return t
		}
	}
	require.Fail(c.t, "no such target")
	return firmware.Target{}
}

func (c *campaign) deeds(action string) []staff.Entry {
	c.t.Helper()
	list, _, _, err := c.AuditLog(c.ctx, staff.AuditFilter{Action: action, Subject: c.id}, newestFirst)
	require.NoError(c.t, err)
	return list
}

func platesOf(list []firmware.Beginning) (plates []string) {
	for _, b := range list {
		plates = append(plates, b.Plate)
	}
	return plates
}
