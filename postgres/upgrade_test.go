package postgres_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/onboarding"
	"rodada/domain/rental"
	"rodada/domain/staff"
)

func (b *books) upgrade(s fleet.Scooter, i firmware.Image) firmware.Upgrade {
	return firmware.Upgrade{ID: uuid.NewString(), Plate: s.Plate, ImageID: i.ID, StaffID: b.member().ID, Reason: "A test."}
}

// upgrading is an upgrade that has the scooter.
func (b *books) upgrading(s fleet.Scooter, i firmware.Image) firmware.Upgrade {
	b.t.Helper()
	u, err := b.OpenUpgrade(b.ctx, b.upgrade(s, i))
	require.NoError(b.t, err)
	claimed, err := b.BeginUpgrade(b.ctx, u.ID, "run-1")
	require.NoError(b.t, err)
	require.True(b.t, claimed)
	return u
}

func (b *books) advance(c firmware.Change) firmware.Upgrade {
	b.t.Helper()
	require.NoError(b.t, b.AdvanceUpgrade(b.ctx, c))
	u, err := b.Upgrade(b.ctx, c.ID)
	require.NoError(b.t, err)
	return u
}

func TestAnUpgradeFromTheFirstWordToTheLast(t *testing.T) {
	b := newBooks(t)
	actor, ctx := b.actor()
	s, i := b.scooter(), b.image("2.0")
	asked := b.upgrade(s, i)
	for range 2 {
		u, err := b.OpenUpgrade(ctx, asked)
		require.NoError(t, err, "the same again changes nothing")
		require.Equal(t, firmware.Checking, u.State)
		require.Equal(t, i.Packets(), u.Packets)
		require.Equal(t, "2.0", u.Version)
		require.NotEmpty(t, u.StaffEmail)
	}
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'scooter.upgrade' AND subject = $1 AND staff_id = $2`, s.Plate, actor.StaffID))
	require.Equal(t, fleet.Free, b.find(s.Plate).Hold, "it is only asked for")
	require.Equal(t, asked.ID, b.find(s.Plate).UpgradeID)
	for range 2 {
		claimed, err := b.BeginUpgrade(ctx, asked.ID, "run-1")
		require.NoError(t, err)
		require.True(t, claimed)
	}
	claimed, err := b.BeginUpgrade(ctx, asked.ID, "run-2")
	require.NoError(t, err)
	require.False(t, claimed, "another run has it")
	require.Equal(t, fleet.Upgrading, b.find(s.Plate).Hold)
	require.Equal(t, "upgrading", b.find(s.Plate).Status())

	u := b.advance(firmware.Change{ID: asked.ID, Seq: 1, State: firmware.Sending, From: "1.0", Attempt: 1, Sent: 2, At: noon})
	require.Equal(t, []any{firmware.Sending, "1.0", 1, 2}, []any{u.State, u.From, u.Attempt, u.Sent})
	require.Equal(t, "1.0", b.find(s.Plate).Firmware)
	u = b.advance(firmware.Change{
		ID: asked.ID, Seq: 3, State: firmware.Parked, Trouble: firmware.TroubleSilent, Detail: "Nothing for 5 minutes.", Attempt: 1, At: noon.Add(time.Minute),
	})
	require.Equal(t, noon.Add(time.Minute), u.ParkedAt)
	require.Equal(t, "1.0", u.From, "nobody says otherwise")
	alerts, err := b.Alerts(ctx, true)
	require.NoError(t, err)
	require.Len(t, alerts, 1)
	require.Equal(t, staff.Upgrade, alerts[0].Kind)
	require.Contains(t, alerts[0].Text, "Nothing for 5 minutes.")
	u = b.advance(firmware.Change{ID: asked.ID, Seq: 2, State: firmware.Finishing, Attempt: 1, At: noon})
	require.Equal(t, firmware.Parked, u.State, "an older step comes too late")

	u = b.advance(firmware.Change{ID: asked.ID, Seq: 4, State: firmware.Verifying, Attempt: 2, Sent: 3, Failures: 1, At: noon.Add(2 * time.Minute)})
	require.True(t, u.ParkedAt.IsZero())
	alerts, err = b.Alerts(ctx, true)
	require.NoError(t, err)
	require.Empty(t, alerts)

	done := firmware.Change{ID: asked.ID, Seq: 5, State: firmware.Done, Attempt: 2, Sent: 3, Failures: 1, At: noon.Add(3 * time.Minute)}
	for range 2 {
		u = b.advance(done)
	}
	require.Equal(t, noon.Add(3*time.Minute), u.EndedAt)
	got := b.find(s.Plate)
	require.Equal(t, []any{fleet.Free, fleet.InService, "2.0", ""}, []any{got.Hold, got.Service, got.Firmware, got.UpgradeID})
	require.Equal(t, noon.Add(3*time.Minute), got.FirmwareAt)
	events, _, err := b.ScooterEvents(ctx, s.Plate, listing.Query{Order: newestFirst.Order, Limit: 9})
	require.NoError(t, err)
	var holds []fleet.Hold
	for _, e := range events {
		if e.UpgradeID == asked.ID {
			holds = append(holds, e.Hold)
		}
	}
	require.ElementsMatch(t, []fleet.Hold{fleet.Upgrading, fleet.Free}, holds)
	ends := b.count(`SELECT count(*) FROM scooter_events WHERE upgrade_id = $1 AND hold = 'free' AND note = 'firmware 2.0: done'`, asked.ID)
	require.Equal(t, 1, ends, "once")

	b.advance(firmware.Change{ID: asked.ID, Seq: 6, State: firmware.Sending, Attempt: 3, At: noon})
	latest, err := b.UpgradeOf(ctx, s.Plate)
	require.NoError(t, err)
	require.Equal(t, firmware.Done, latest.State, "what is over stays over")
	claimed, err = b.BeginUpgrade(ctx, asked.ID, "run-1")
	require.NoError(t, err)
	require.False(t, claimed)
}

func TestWhatRefusesAnUpgrade(t *testing.T) {
	b := newBooks(t)
	i := b.image("2.0")
	other, err := b.CreateModel(b.ctx, fleet.Model{Name: "M2", MaxKmh: 20})
	require.NoError(t, err)
	for name, c := range map[string]struct {
		prepare func(s fleet.Scooter, u *firmware.Upgrade)
		want    error
	}{
		"nobody":          {func(_ fleet.Scooter, u *firmware.Upgrade) { u.Plate = "nobody" }, fleet.ErrScooterUnknown},
		"no image":        {func(_ fleet.Scooter, u *firmware.Upgrade) { u.ImageID = uuid.NewString() }, firmware.ErrImageUnknown},
		"no ID of one":    {func(_ fleet.Scooter, u *firmware.Upgrade) { u.ImageID = "x" }, firmware.ErrImageUnknown},
		"another model":   {func(s fleet.Scooter, _ *firmware.Upgrade) { b.set(s, `model_id = `+fmt.Sprint(other.ID)) }, firmware.ErrWrongModel},
		"out of use":      {func(s fleet.Scooter, _ *firmware.Upgrade) { b.set(s, `service = 'retired'`) }, firmware.ErrOutOfUse},
		"the same":        {func(s fleet.Scooter, _ *firmware.Upgrade) { b.set(s, `firmware = '2.0', firmware_at = now()`) }, firmware.ErrSameVersion},
		"a newer one":     {func(s fleet.Scooter, _ *firmware.Upgrade) { b.set(s, `firmware = '2.1', firmware_at = now()`) }, firmware.ErrDowngrade},
		"somebody has it": {func(s fleet.Scooter, _ *firmware.Upgrade) { b.open(b.request(b.rider().ID, s)) }, fleet.ErrHeld},
		"it is upgraded":  {func(s fleet.Scooter, _ *firmware.Upgrade) { b.upgrading(s, i) }, firmware.ErrUpgrading},
		"it will be": {func(s fleet.Scooter, _ *firmware.Upgrade) {
			_, err := b.OpenUpgrade(b.ctx, b.upgrade(s, i))
			require.NoError(t, err)
		}, firmware.ErrUpgrading},
		"it is renumbered": {func(s fleet.Scooter, _ *firmware.Upgrade) {
			require.NoError(t, b.OpenRenumbering(b.ctx, b.renumbering(s, "NEW-"+s.Plate)))
		}, onboarding.ErrRenumbering},
		"it is taken in": {func(s fleet.Scooter, _ *firmware.Upgrade) {
			o, _, err := b.OpenOnboarding(b.ctx, onboarding.Onboarding{ID: uuid.NewString(), Plate: s.Plate})
			require.NoError(t, err)
			require.NoError(t, b.AdvanceOnboarding(b.ctx, onboarding.Change{ID: o.ID, Seq: 1, State: onboarding.Switching, At: time.Now()}))
		}, onboarding.ErrRunning},
	} {
		t.Run(name, func(t *testing.T) {
			s := b.scooter()
			u := b.upgrade(s, i)
			c.prepare(s, &u)
			before := b.count(`SELECT count(*) FROM upgrades`)
			_, err := b.OpenUpgrade(b.ctx, u)
			require.ErrorIs(t, err, c.want)
			require.Equal(t, before, b.count(`SELECT count(*) FROM upgrades`))
		})
	}
	newer := b.scooter()
	b.set(newer, `firmware = '2.1', firmware_at = now()`)
	u := b.upgrade(newer, i)
	u.Downgrade = true
	_, err = b.OpenUpgrade(b.ctx, u)
	require.NoError(t, err, "a downgrade on purpose")
	_, err = b.RetireImage(b.ctx, i.ID, b.member().ID, "Bad.")
	require.NoError(t, err)
	_, err = b.OpenUpgrade(b.ctx, b.upgrade(b.scooter(), i))
	require.ErrorIs(t, err, firmware.ErrRetired)
	_, err = b.UpgradeOf(b.ctx, "nobody")
	require.ErrorIs(t, err, fleet.ErrScooterUnknown)
	_, err = b.UpgradeOf(b.ctx, b.scooter().Plate)
	require.ErrorIs(t, err, firmware.ErrUpgradeUnknown)
	require.ErrorIs(t, b.AdvanceUpgrade(b.ctx, firmware.Change{ID: uuid.NewString(), Seq: 1}), firmware.ErrUpgradeUnknown)
}

func (b *books) set(s fleet.Scooter, what string) {
	b.t.Helper()
	require.NoError(b.t, b.exec(`UPDATE scooters SET `+what+` WHERE id = $1`, s.ID))
}

func TestAnUpgradeWhoseWorkflowNeverBegan(t *testing.T) {
	b := newBooks(t)
	s, i := b.scooter(), b.image("2.0")
	u, err := b.OpenUpgrade(b.ctx, b.upgrade(s, i))
	require.NoError(t, err)
	require.NoError(t, b.DropUpgrade(b.ctx, u.ID, firmware.TroubleHeld, "A ride was faster."))
	u, err = b.Upgrade(b.ctx, u.ID)
	require.NoError(t, err)
	require.Equal(t, []any{firmware.Failed, firmware.TroubleHeld, "A ride was faster."}, []any{u.State, u.Trouble, u.Detail})
	claimed, err := b.BeginUpgrade(b.ctx, u.ID, "run-1")
	require.NoError(t, err)
	require.False(t, claimed, "a workflow that comes late finds nothing to do")

	forgotten, err := b.OpenUpgrade(b.ctx, b.upgrade(s, i))
	require.NoError(t, err)
	_, err = b.OpenUpgrade(b.ctx, b.upgrade(s, i))
	require.ErrorIs(t, err, firmware.ErrUpgrading)
	require.NoError(t, b.exec(`ALTER TABLE upgrades DISABLE TRIGGER upgrades_guard`))
	require.NoError(t, b.exec(`UPDATE upgrades SET started_at = now() - interval '5 minutes' WHERE id = $1`, forgotten.ID))
	require.NoError(t, b.exec(`ALTER TABLE upgrades ENABLE TRIGGER upgrades_guard`))
	begun := b.upgrading(s, i)
	forgotten, err = b.Upgrade(b.ctx, forgotten.ID)
	require.NoError(t, err)
	require.Equal(t, firmware.TroubleNotBegun, forgotten.Trouble)
	require.NoError(t, b.DropUpgrade(b.ctx, begun.ID, firmware.TroubleHeld, "x"))
	begun, err = b.Upgrade(b.ctx, begun.ID)
	require.NoError(t, err)
	require.Equal(t, firmware.Checking, begun.State, "it has begun, so it goes on")
}

// Whoever is second finds the scooter taken, and knows by whom.
func TestARideAndAnUpgradeWantTheSameScooter(t *testing.T) {
	b := newBooks(t)
	s, i := b.scooter(), b.image("2.0")
	b.upgrading(s, i)
	_, _, err := b.OpenRental(b.ctx, b.request(b.rider().ID, s), never)
	require.ErrorIs(t, err, firmware.ErrUpgrading)

	s = b.scooter()
	u, err := b.OpenUpgrade(b.ctx, b.upgrade(s, i))
	require.NoError(t, err)
	r := b.open(b.request(b.rider().ID, s))
	claimed, err := b.BeginUpgrade(b.ctx, u.ID, "run-1")
	require.NoError(t, err)
	require.False(t, claimed)
	u, err = b.Upgrade(b.ctx, u.ID)
	require.NoError(t, err)
	require.Equal(t, []any{firmware.Failed, firmware.TroubleHeld}, []any{u.State, u.Trouble})
	require.Equal(t, fleet.InUse, b.find(s.Plate).Hold)
	require.NoError(t, b.VoidUnstarted(b.ctx, r.ID, rental.NotStarted, time.Now()))

	for n := range 20 { // at once: one of them, never both
		u, err := b.OpenUpgrade(b.ctx, b.upgrade(s, i))
		require.NoError(t, err)
		request := b.request(b.rider().ID, s)
		var rented, claimed bool
		var all sync.WaitGroup
		all.Go(func() { _, rented, _ = b.OpenRental(b.ctx, request, never) })
		all.Go(func() { claimed, err = b.BeginUpgrade(b.ctx, u.ID, fmt.Sprint("run-", n)) })
		all.Wait()
		require.NoError(t, err)
		require.NotEqual(t, rented, claimed)
		if rented {
			require.NoError(t, b.VoidUnstarted(b.ctx, request.ID, rental.NotStarted, time.Now()))
		} else {
			b.advance(firmware.Change{ID: u.ID, Seq: 1, State: firmware.Aborted, Trouble: firmware.TroubleStaff, At: time.Now()})
		}
		require.Equal(t, fleet.Free, b.find(s.Plate).Hold)
	}
}

// Nothing is claimed yet when an upgrade is asked for, so what it was checked for then may have changed when it begins.
func TestTheModelChangesBeforeAnUpgradeBegins(t *testing.T) {
	b := newBooks(t)
	s, i := b.scooter(), b.image("2.0")
	other, err := b.CreateModel(b.ctx, fleet.Model{Name: "Other " + uuid.NewString(), MaxKmh: 20, RangeMeters: 1000})
	require.NoError(t, err)
	u, err := b.OpenUpgrade(b.ctx, b.upgrade(s, i))
	require.NoError(t, err)
	b.set(s, fmt.Sprintf(`model_id = %d`, other.ID))
	claimed, err := b.BeginUpgrade(b.ctx, u.ID, "run-1")
	require.NoError(t, err)
	require.False(t, claimed)
	u, err = b.Upgrade(b.ctx, u.ID)
	require.NoError(t, err)
	require.Equal(t, []any{firmware.Failed, firmware.TroubleModel}, []any{u.State, u.Trouble})
	require.False(t, u.EndedAt.IsZero())
	require.Equal(t, fleet.Free, b.find(s.Plate).Hold)

	b.set(s, fmt.Sprintf(`model_id = %d`, s.Model.ID))
	u = b.upgrading(s, i)
	b.set(s, fmt.Sprintf(`model_id = %d`, other.ID))
	claimed, err = b.BeginUpgrade(b.ctx, u.ID, "run-1")
	require.NoError(t, err)
	require.True(t, claimed, "it has begun")
}

// A box that is being given another credential is not given an image, and one that is given an image keeps it.
func TestAnUpgradeAndAnOnboardingWantTheSameBox(t *testing.T) {
	b := newBooks(t)
	i := b.image("2.0")
	switching := func(s fleet.Scooter) {
		o, _, err := b.OpenOnboarding(b.ctx, onboarding.Onboarding{ID: uuid.NewString(), Plate: s.Plate})
		require.NoError(t, err)
		require.NoError(t, b.AdvanceOnboarding(b.ctx, onboarding.Change{ID: o.ID, Seq: 1, State: onboarding.Switching, At: time.Now()}))
	}
	late := b.scooter()
	u, err := b.OpenUpgrade(b.ctx, b.upgrade(late, i))
	require.NoError(t, err)
	switching(late)
	claimed, err := b.BeginUpgrade(b.ctx, u.ID, "run-1")
	require.NoError(t, err)
	require.False(t, claimed)

	early := b.scooter()
	u = b.upgrading(early, i)
	switching(early)
	require.Equal(t, fleet.Upgrading, b.find(early.Plate).Hold, "which is what the onboarding waits for")
	claimed, err = b.BeginUpgrade(b.ctx, u.ID, "run-1")
	require.NoError(t, err)
	require.True(t, claimed)
	b.advance(firmware.Change{ID: u.ID, Seq: 1, State: firmware.Done, At: time.Now()})
	require.Equal(t, fleet.Free, b.find(early.Plate).Hold)
}

func TestOfManyUpgradesOfAScooterOneIsOpen(t *testing.T) {
	b := newBooks(t)
	s, i := b.scooter(), b.image("2.0")
	upgrades := make([]firmware.Upgrade, 8)
	for n := range upgrades {
		upgrades[n] = b.upgrade(s, i)
	}
	errs := make([]error, len(upgrades))
	var all sync.WaitGroup
	for n, u := range upgrades {
		all.Go(func() { _, errs[n] = b.OpenUpgrade(b.ctx, u) })
	}
	all.Wait()
	open := 0
	for _, err := range errs {
		if err == nil {
			open++
			continue
		}
		require.ErrorIs(t, err, firmware.ErrUpgrading)
	}
	require.Equal(t, 1, open)
}

// A scooter of which nobody knows what it runs goes to maintenance, unless it is out of service anyway.
func TestTheEndOfAnAbortedUpgrade(t *testing.T) {
	b := newBooks(t)
	i := b.image("2.0")
	for service, want := range map[fleet.Service]fleet.Service{
		fleet.InService: fleet.Maintenance, fleet.Blocked: fleet.Maintenance, fleet.Missing: fleet.Missing,
	} {
		s := b.scooter()
		u := b.upgrading(s, i)
		b.set(s, `service = '`+string(service)+`'`)
		b.advance(firmware.Change{ID: u.ID, Seq: 1, State: firmware.Aborted, Trouble: firmware.TroubleStaff, Maintenance: true, At: noon})
		got := b.find(s.Plate)
		require.Equal(t, []any{fleet.Free, want}, []any{got.Hold, got.Service})
		require.Equal(t, want == fleet.Maintenance, got.Reason == "firmware 2.0: aborted (staff)")
	}
	s := b.scooter()
	u := b.upgrading(s, i)
	b.advance(firmware.Change{ID: u.ID, Seq: 1, State: firmware.Sending, From: "1.0", At: noon})
	b.advance(firmware.Change{ID: u.ID, Seq: 2, State: firmware.Verifying, From: "1.0", Reported: "1.5-recovery", At: noon.Add(time.Second)})
	b.advance(firmware.Change{ID: u.ID, Seq: 3, State: firmware.Aborted, Trouble: firmware.TroubleVersion, From: "1.0", At: noon.Add(time.Minute)})
	got := b.find(s.Plate)
	require.Equal(t, []any{fleet.Free, fleet.InService, "1.5-recovery"}, []any{got.Hold, got.Service, got.Firmware}, "the last word counts")
}

// However steps are repeated and reordered, what is stored is the one with the highest number, up to the first that ends it.
func TestStepsInAnyOrder(t *testing.T) {
	b := newBooks(t)
	i := b.image("2.0")
	rapid.Check(t, func(rt *rapid.T) {
		s := b.scooter()
		u := b.upgrading(s, i)
		highest, state, over := 0, firmware.Checking, false
		for _, seq := range rapid.SliceOfN(rapid.IntRange(1, 6), 1, 8).Draw(rt, "seqs") {
			to := []firmware.State{firmware.Starting, firmware.Sending, firmware.Parked, firmware.Verifying, firmware.Finishing, firmware.Failed}[seq-1]
			require.NoError(rt, b.AdvanceUpgrade(b.ctx, firmware.Change{ID: u.ID, Seq: seq, State: to, Trouble: firmware.TroubleSilent, At: noon}))
			if seq > highest && !over {
				highest, state, over = seq, to, to.Over()
			}
		}
		got, err := b.Upgrade(b.ctx, u.ID)
		require.NoError(rt, err)
		require.Equal(rt, state, got.State)
		require.Equal(rt, !over, b.find(s.Plate).Hold == fleet.Upgrading)
		if !over {
			b.advance(firmware.Change{ID: u.ID, Seq: 7, State: firmware.Failed, Trouble: firmware.TroubleSilent, At: noon})
		}
	})
}

func TestTheLawsOfUpgrades(t *testing.T) {
	b := newBooks(t)
	s, i := b.scooter(), b.image("2.0")
	u := b.upgrading(s, i)
	b.breaks("upgrades_why", `UPDATE upgrades SET state = 'parked', parked_at = now()`)
	b.breaks("upgrades_parked", `UPDATE upgrades SET state = 'parked', trouble = 'silent'`)
	b.breaks("upgrades_ended", `UPDATE upgrades SET state = 'done'`)
	b.breaks("upgrades_sent", `UPDATE upgrades SET sent = packets + 1`)
	b.breaks("upgrades_state", `UPDATE upgrades SET state = 'lost'`)
	for _, change := range []string{`seq = -1`, `run_id = 'run-2'`, `run_id = NULL`, `plate = 'x'`, `image_id = gen_random_uuid()`} {
		b.breaks("upgrades_decided", `UPDATE upgrades SET `+change)
	}
	require.Error(t, b.exec(`DELETE FROM upgrades`))
	b.advance(firmware.Change{ID: u.ID, Seq: 1, State: firmware.Done, At: noon})
	b.breaks("upgrades_decided", `UPDATE upgrades SET state = 'sending', ended_at = NULL`)
}

func TestPagesOfUpgrades(t *testing.T) {
	b := newBooks(t)
	c := b.campaign(0)
	i, newer, rollout := c.image, b.image("2.1"), c.id
	want := map[firmware.State][]string{}
	for n, state := range []firmware.State{
		firmware.Parked, firmware.Done, firmware.Sending, firmware.Parked, firmware.Failed, firmware.Sending, firmware.Done,
	} {
		asked := b.upgrade(b.scooter(), []firmware.Image{i, newer}[n%2])
		if n < 2 {
			asked.RolloutID = rollout
		}
		u, err := b.OpenUpgrade(b.ctx, asked)
		require.NoError(t, err)
		_, err = b.BeginUpgrade(b.ctx, u.ID, "run-1")
		require.NoError(t, err)
		b.advance(firmware.Change{ID: u.ID, Seq: 1, State: state, Trouble: map[bool]firmware.Trouble{true: firmware.TroubleSilent}[state != firmware.Done], At: noon})
		want[state] = append([]string{u.ID}, want[state]...)
	}
	list := func(f firmware.Filter, by string, descending bool) (ids []string) {
		q := listing.Query{Order: listing.Order{By: by, Descending: descending}, Limit: 2}
		for {
			rows, places, total, err := b.Upgrades(b.ctx, f, q)
			require.NoError(t, err)
			for _, u := range rows[:min(2, len(rows))] {
				ids = append(ids, u.ID)
			}
			if len(rows) < 3 {
				require.Len(t, ids, total)
				return ids
			}
			q.After = &places[1]
		}
	}
	all := list(firmware.Filter{}, "urgency", false)
	require.Equal(t, append(want[firmware.Parked], want[firmware.Sending]...), all[:4], "parked first, then what goes on, the newest first")
	for _, by := range []string{"urgency", "started", "updated", "plate"} {
		require.ElementsMatch(t, all, list(firmware.Filter{}, by, true))
	}
	yes, no := true, false
	require.ElementsMatch(t, all[:4], list(firmware.Filter{Open: &yes}, "started", false))
	require.ElementsMatch(t, all[4:], list(firmware.Filter{Open: &no}, "started", false))
	require.Equal(t, want[firmware.Failed], list(firmware.Filter{States: []firmware.State{firmware.Failed}}, "urgency", false))
	require.Len(t, list(firmware.Filter{RolloutID: rollout}, "urgency", false), 2)
	require.Len(t, list(firmware.Filter{ImageID: newer.ID}, "urgency", false), 3)
	require.Len(t, list(firmware.Filter{ModelID: b.model.ID}, "urgency", false), 7)
	require.Empty(t, list(firmware.Filter{ModelID: b.model.ID + 1}, "urgency", false))
	one, err := b.Upgrade(b.ctx, all[0])
	require.NoError(t, err)
	require.Equal(t, all[:1], list(firmware.Filter{Plate: one.Plate}, "urgency", false))
	_, _, _, err = b.Upgrades(b.ctx, firmware.Filter{}, listing.Query{Order: listing.Order{By: "urgency"}, Limit: 1, After: &listing.Place{Value: "x", ID: all[0]}})
	require.ErrorIs(t, err, listing.ErrCursor)
}
