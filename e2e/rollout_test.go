package e2e_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/internal/testkit"
	"rodada/protocol"
)

// Three rollouts side by side on one installation, whose worker is killed meanwhile.
func TestRollouts(t *testing.T) {
	testkit.RequireProgram(t, "redis-server")
	t.Parallel()
	s := newWorkshop(t)
	batch, fleet, few := s.boxes(t, 10), s.boxes(t, 8), s.boxes(t, 3)
	short, long, longer := s.upload(t, "2.0", 10), s.upload(t, "2.1", 120), s.upload(t, "2.2", 200)
	t.Run("a batch that fails", func(t *testing.T) { t.Parallel(); batchThatFails(t, s, batch, short) })
	t.Run("a ride, a killed worker, a late scooter", func(t *testing.T) { t.Parallel(); rideAndKill(t, s, fleet, long) })
	t.Run("stopped", func(t *testing.T) { t.Parallel(); stoppedRollout(t, s, few, longer) })
}

// batchThatFails pauses at the scooter that is one too many; staff go on, mend what is stuck, and have the rest tried again.
func batchThatFails(t *testing.T, s *workshop, boxes []*box, i image) {
	bad := boxes[:4]
	for _, b := range bad {
		b.Refuse(protocol.StartUpgrade, 1)
	}
	c := s.rollout(t, i, platesOf(boxes), len(boxes), map[string]any{"max_at_once": 1, "error_percent": 100, "error_count": 2})
	c = s.until(t, c.ID, "it is not paused", func(c campaign) bool { return c.State == firmware.RolloutPaused })
	require.Equal(t, []any{firmware.HaltErrors, 1}, []any{c.Halt, c.Group})
	turns := s.turns(t, c.ID)
	parked := 0
	for n, one := range turns {
		b := boxes[slices.IndexFunc(boxes, func(b *box) bool { return b.plate == one.Plate })]
		switch {
		case parked == 3:
			s.untouched(t, c.ID, b)
		case slices.Contains(bad, b):
			parked++
			require.Equal(t, []any{firmware.TargetParked, firmware.TroubleProhibited, 1}, []any{one.State, one.Trouble, one.Tries}, "turn %d", n)
		default:
			require.Equal(t, []any{firmware.TargetDone, 1}, []any{one.State, one.Tries}, "turn %d", n)
			s.runs(t, b, i)
		}
	}
	require.Equal(t, 3, parked)

	require.Equal(t, firmware.RolloutRunning, s.must(t, c.ID, "resume").State)
	s.until(t, c.ID, "the rest has no turn", func(c campaign) bool { return c.Scooters.Done == 6 && c.Scooters.Parked == 4 })
	require.Equal(t, firmware.RolloutRunning, s.campaign(t, c.ID).State, "it waits for those that are parked")
	for n, b := range bad {
		b.Behave()
		s.decided(t, s.turn(t, c.ID, b).Upgrade, []string{"retry", "restart", "abort", "abort"}[n])
	}
	c = s.until(t, c.ID, "it is not finished", func(c campaign) bool { return c.State == firmware.RolloutFinished })
	require.Equal(t, []int{8, 2}, []int{c.Scooters.Done, c.Scooters.Failed})
	require.Equal(t, firmware.RolloutRunning, s.must(t, c.ID, "retry-failed").State)
	c = s.until(t, c.ID, "it is not finished again", func(c campaign) bool { return c.State == firmware.RolloutFinished })
	require.Equal(t, 10, c.Scooters.Done)
	s.once(t, c.ID, boxes, i)
	require.Len(t, s.upgrades(t, c.ID), 12, "two had a second turn")
	_, err := s.ask(t, c.ID, "retry-failed")
	refused(t, err, http.StatusConflict, "rollout_none_failed")
	require.Equal(t, []string{
		"rollout.retry_failed A story.", "rollout.resume A story.",
		"rollout.pause The rollout \"" + t.Name() + "\" is paused: group 1 has more errors than it may have.",
		"rollout.start A story.", "rollout.create ",
	}, s.audited(t, c.ID))
}

// rideAndKill upgrades all but the one that is ridden, however often the worker dies, and that one after its ride; and one that
// comes later.
func rideAndKill(t *testing.T, s *workshop, boxes []*box, i image) {
	const atOnce = 3
	p, ridden, others := s.rider(t), boxes[0], boxes[1:]
	for _, b := range boxes {
		slowly(b)
	}
	late := s.box(t) // the filter takes it once it serves
	require.NoError(t, s.store.SetService(t.Context(), late.plate, fleet.Blocked, "A story.", fleet.Sighted{}))
	plates := append(platesOf(boxes), late.plate)
	r := p.ride(t, ridden)
	most := s.watch(t, plates)
	c := s.rollout(t, i, plates, len(boxes), map[string]any{
		"max_at_once": atOnce, "percents": []int{25, 75}, "success_percent": 50, "late_joining": true,
	})
	for _, done := range []int{0, 3} {
		s.until(t, c.ID, "nothing is done", func(c campaign) bool { return c.Scooters.Done >= done })
		require.Eventually(t, func() bool {
			return slices.ContainsFunc(others, func(b *box) bool { n, _ := b.UpgradeUnderWay(); return n >= 30 })
		}, patience, tick/10)
		s.worker.kill()
		s.worker.start(t)
	}
	s.until(t, c.ID, "the others are not done", func(c campaign) bool { return c.Scooters.Done == len(others) })
	require.Equal(t, "riding", p.see(t, r.ID).State)
	s.untouched(t, c.ID, ridden)
	p.end(t, r.ID)
	s.until(t, c.ID, "the ridden one is not done", func(c campaign) bool { return c.Scooters.Done == len(boxes) })
	require.Zero(t, late.Count(protocol.StartUpgrade))
	require.NoError(t, s.store.SetService(t.Context(), late.plate, fleet.InService, "", fleet.Sighted{}))
	s.until(t, c.ID, "the late one is not done", func(c campaign) bool { return c.Scooters.Done == len(plates) })
	require.LessOrEqual(t, most(), atOnce)

	require.Equal(t, 2, s.turn(t, c.ID, late).Group, "the last group")
	all := append(slices.Clone(boxes), late)
	s.once(t, c.ID, all, i)
	upgrades := s.upgrades(t, c.ID)
	require.Len(t, upgrades, len(all), "nobody is upgraded twice")
	first, second := map[int]upgraded{}, map[int]upgraded{}
	for _, one := range s.turns(t, c.ID) {
		require.Equal(t, 1, one.Tries, one.Plate)
		u := upgrades[slices.IndexFunc(upgrades, func(u upgraded) bool { return u.ID == one.Upgrade })]
		require.Equal(t, 1, u.Attempt, "a worker that dies is no reason to begin again")
		if was, is := first[one.Group]; !is || u.EndedAt.Before(*was.EndedAt) {
			first[one.Group] = u
		}
		if was, is := second[one.Group]; !is || u.StartedAt.Before(was.StartedAt) {
			second[one.Group] = u
		}
	}
	require.True(t, second[2].StartedAt.After(*first[1].EndedAt), "the second group began before half of the first was done")

	require.Equal(t, firmware.RolloutRunning, s.campaign(t, c.ID).State, "others may come")
	s.must(t, c.ID, "stop")
	s.until(t, c.ID, "it does not stop", func(c campaign) bool { return c.State == firmware.RolloutStopped })
}

// stoppedRollout lets what goes on end, and begins nothing more.
func stoppedRollout(t *testing.T, s *workshop, boxes []*box, i image) {
	for _, b := range boxes {
		slowly(b)
	}
	c := s.rollout(t, i, platesOf(boxes), len(boxes), map[string]any{"max_at_once": 1})
	var going *box
	require.Eventually(t, func() bool {
		at := slices.IndexFunc(boxes, func(b *box) bool { n, _ := b.UpgradeUnderWay(); return n > 0 })
		if at >= 0 {
			going = boxes[at]
		}
		return at >= 0
	}, patience, tick/10, "nobody is upgraded")
	require.Equal(t, firmware.RolloutStopping, s.must(t, c.ID, "stop").State)
	_, err := s.ask(t, c.ID, "resume")
	refused(t, err, http.StatusConflict, "rollout_state")
	c = s.until(t, c.ID, "it does not stop", func(c campaign) bool { return c.State == firmware.RolloutStopped })
	require.Equal(t, []int{1, 2}, []int{c.Scooters.Done, c.Scooters.Pending})
	s.once(t, c.ID, []*box{going}, i)
	for _, b := range boxes {
		if b != going {
			s.untouched(t, c.ID, b)
		}
	}
	require.Equal(t, firmware.RolloutStopped, s.must(t, c.ID, "stop").State, "it is done already")
}
