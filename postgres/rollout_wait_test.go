package postgres_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/firmware"
	"rodada/domain/staff"
)

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

func TestAWindowOpensAndCloses(t *testing.T) {
	b := newBooks(t)
	w := firmware.Window{From: 120, To: 180, Zone: "Europe/Madrid"}
	c := b.running(2, func(p *firmware.Plan) { p.Window = &w })
	opens := w.NextOpening(c.now.Truncate(24 * time.Hour).Add(36 * time.Hour)) // of the night after tomorrow's noon
	c.now = opens.Add(-time.Second)
	closed := c.step()
	require.Empty(t, closed.Begin)
	require.True(t, opens.Equal(closed.OpensAt))
	c.now = opens
	require.Len(t, c.step().Begin, 1)
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
	c.must(firmware.Pause, firmware.RolloutPaused)
	require.Empty(t, c.rollout().Waits, "staff have to let it go on first")
}

// Canaries that are all offline let nobody else begin: staff are told.
func TestAGroupThatIsAllSilentPausesTheRollout(t *testing.T) {
	b := newBooks(t)
	c := b.running(4)
	patient := func(s *firmware.Step) { s.Patience = time.Hour }
	for range 2 { // when their turn comes, and hours later
		c.now = c.now.Add(2 * time.Hour)
		begun := c.step(patient).Begin
		require.Len(t, begun, 2)
		for _, one := range begun {
			require.NoError(t, c.PassTarget(c.ctx, one.UpgradeID, firmware.TargetPending, firmware.TroubleSilent, c.now))
		}
	}
	stand := c.step(patient)
	require.Equal(t, []any{firmware.RolloutPaused, firmware.HaltSuccess, 1}, []any{stand.State, stand.Halt, stand.HaltGroup})
	require.Equal(t, firmware.Tally{Skipped: 2}, stand.Groups[0].Tally)
	alerts, err := b.ListAlerts(b.ctx, staff.AlertQuery{State: staff.OpenAlerts, Kinds: []staff.AlertKind{staff.Rollout}}, 0)
	require.NoError(t, err)
	require.Len(t, alerts, 1)
	require.Len(t, c.deeds("rollout.pause"), 1)
	c.must(firmware.Resume, firmware.RolloutRunning)
	require.Len(t, c.step(patient).Begin, 2, "the second group, because staff say so")
}

func TestARolloutKnowsWhenAScooterDidNotAnswer(t *testing.T) {
	b := newBooks(t)
	c := b.running(2, func(p *firmware.Plan) { p.Groups, p.MaxAtOnce = 1, 2 })
	begun := c.step().Begin
	require.Zero(t, begun[0].SilentAt)
	c.begin(begun...)
	silent, low := begun[0], begun[1]
	c.end(silent, 1, firmware.Failed, firmware.TroubleSilent)
	c.end(low, 1, firmware.Failed, firmware.TroubleBattery)
	at := c.now
	for range 2 { // passing it leaves no other mark
		c.now = c.now.Add(time.Hour)
		for _, one := range c.step().Begin {
			want := time.Time{}
			if one.Plate == silent.Plate {
				want = at
			}
			require.Equal(t, want, one.SilentAt)
			require.NoError(t, c.PassTarget(c.ctx, one.UpgradeID, firmware.TargetPending, firmware.TroubleSilent, c.now))
		}
	}
}
