package postgres_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"rodada/domain/command"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/onboarding"
	"rodada/domain/staff"
)

// What staff decide becomes a deed with the step that it led to, once, in the name of who decided; nothing else does.
func TestADecisionIsADeedOnceItIsTaken(t *testing.T) {
	b := newBooks(t)
	actor, ctx := b.actor()
	u := b.upgrading(b.scooter(), b.image("2.0"))
	b.advance(firmware.Change{ID: u.ID, Seq: 1, State: firmware.Parked, Trouble: firmware.TroubleSilent, Attempt: 1, At: noon})
	deeds := func() []staff.Entry {
		log, _, _, err := b.AuditLog(b.ctx, staff.AuditFilter{Subject: u.Plate, Action: "scooter.upgrade-retry"}, newestFirst)
		require.NoError(t, err)
		return log
	}
	taken := firmware.UpgradeDecision{ID: uuid.NewString(), UpgradeID: u.ID, Verb: firmware.RetryUpgrade, Reason: "Charged."}
	refused := firmware.UpgradeDecision{ID: uuid.NewString(), UpgradeID: u.ID, Verb: firmware.RetryUpgrade, Reason: "Too late."}
	for range 2 {
		require.NoError(t, b.ProposeDecision(ctx, taken))
	}
	require.NoError(t, b.ProposeDecision(ctx, refused))
	require.Empty(t, deeds())

	step := firmware.Change{ID: u.ID, Seq: 2, State: firmware.Sending, Attempt: 1, At: noon, Decisions: []string{"", taken.ID, "by hand"}}
	var group errgroup.Group
	for range 4 { // an activity that is tried again while the first goes on
		group.Go(func() error { return b.AdvanceUpgrade(b.ctx, step) })
	}
	require.NoError(t, group.Wait())
	require.Len(t, deeds(), 1)
	require.Equal(t, actor, deeds()[0].Actor)
	require.Equal(t, "Charged.", deeds()[0].Reason)
	require.JSONEq(t, `{"upgrade": "`+u.ID+`", "state": "parked", "trouble": "silent"}`, string(deeds()[0].Before))
	require.JSONEq(t, `{"state": "sending", "trouble": ""}`, string(deeds()[0].After))

	b.advance(firmware.Change{ID: u.ID, Seq: 3, State: firmware.Failed, Trouble: firmware.TroubleParked, Attempt: 1, At: noon})
	require.Len(t, deeds(), 1)
	require.Zero(t, b.count(`SELECT count(*) FROM upgrade_decisions`), "nobody will take what was refused")
}

// A decision of one upgrade is no deed of another.
func TestADecisionIsOfItsUpgrade(t *testing.T) {
	b := newBooks(t)
	_, ctx := b.actor()
	i := b.image("2.0")
	u, other := b.upgrading(b.scooter(), i), b.upgrading(b.scooter(), i)
	d := firmware.UpgradeDecision{ID: uuid.NewString(), UpgradeID: other.ID, Verb: firmware.AbortUpgrade, Reason: "Enough."}
	require.NoError(t, b.ProposeDecision(ctx, d))
	b.advance(firmware.Change{ID: u.ID, Seq: 1, State: firmware.Aborted, Trouble: firmware.TroubleStaff, At: noon, Decisions: []string{d.ID}})
	require.Zero(t, b.count(`SELECT count(*) FROM audit_log WHERE action = 'scooter.upgrade-abort'`))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM upgrade_decisions`))
}

// soon is a command that may still be sent.
func soon(plate, by, name string) command.Order {
	o := orderOf(plate, by)
	o.Name, o.AskedAt = name, time.Now()
	o.Deadline = o.AskedAt.Add(time.Minute)
	return o
}

func TestAnUpgradeWaitsForACommand(t *testing.T) {
	b := newBooks(t)
	s, i, m := b.scooter(), b.image("2.0"), b.member()
	_, _, err := b.OpenOrder(b.ctx, soon(s.Plate, m.ID, "query-version"), nil)
	require.NoError(t, err)
	old := soon(s.Plate, m.ID, "buzz")
	old.Deadline = time.Now().Add(-time.Second)
	_, _, err = b.OpenOrder(b.ctx, old, nil)
	require.NoError(t, err)
	u, err := b.OpenUpgrade(b.ctx, b.upgrade(s, i))
	require.NoError(t, err, "questions do no harm, and what is too late is never sent")

	reboot := soon(s.Plate, m.ID, "reboot")
	_, _, err = b.OpenOrder(b.ctx, reboot, nil)
	require.NoError(t, err, "the upgrade does not have the scooter yet")
	claimed, err := b.BeginUpgrade(b.ctx, u.ID, "run-1")
	require.NoError(t, err)
	require.False(t, claimed)
	u, err = b.Upgrade(b.ctx, u.ID)
	require.NoError(t, err)
	require.Equal(t, firmware.TroubleHeld, u.Trouble)
	_, err = b.OpenUpgrade(b.ctx, b.upgrade(s, i))
	require.ErrorIs(t, err, firmware.ErrCommanded)

	require.NoError(t, b.FinishOrder(b.ctx, reboot.ID, command.Ending{Outcome: command.Silent, Attempts: 1, FinishedAt: time.Now()}, nil))
	b.upgrading(s, i)
	_, _, err = b.OpenOrder(b.ctx, soon(s.Plate, m.ID, "reboot"), nil)
	require.ErrorIs(t, err, firmware.ErrUpgrading)
	_, _, err = b.OpenOrder(b.ctx, soon(s.Plate, m.ID, "query-version"), nil)
	require.NoError(t, err)
	_, _, err = b.OpenOrder(b.ctx, soon("nobody", m.ID, "reboot"), nil)
	require.ErrorIs(t, err, fleet.ErrScooterUnknown)
}

// Of a command and an upgrade that come at the same time, one gets the scooter.
func TestACommandAndAnUpgradeWantTheSameScooter(t *testing.T) {
	b := newBooks(t)
	i, m := b.image("2.0"), b.member()
	for range 30 {
		s := b.scooter()
		u, err := b.OpenUpgrade(b.ctx, b.upgrade(s, i))
		require.NoError(t, err)
		var given, claimed bool
		var group errgroup.Group
		group.Go(func() error {
			_, created, err := b.OpenOrder(b.ctx, soon(s.Plate, m.ID, "reboot"), nil)
			given = created
			if err != nil {
				require.ErrorIs(t, err, firmware.ErrUpgrading)
			}
			return nil
		})
		group.Go(func() (err error) {
			claimed, err = b.BeginUpgrade(b.ctx, u.ID, "run-1")
			return err
		})
		require.NoError(t, group.Wait())
		require.NotEqual(t, given, claimed)
	}
}

// What begins while an upgrade waits for the scooter's row is seen when its turn comes.
func TestAnUpgradeSeesWhoWasFaster(t *testing.T) {
	b := newBooks(t)
	s, i := b.scooter(), b.image("2.0")
	u, err := b.OpenUpgrade(b.ctx, b.upgrade(s, i))
	require.NoError(t, err)
	tx, err := b.db.BeginTx(b.ctx, nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(b.ctx, `SELECT FROM scooters WHERE plate = $1 FOR UPDATE`, s.Plate)
	require.NoError(t, err)
	var group errgroup.Group
	claimed := true
	group.Go(func() (err error) {
		claimed, err = b.BeginUpgrade(b.ctx, u.ID, "run-1")
		return err
	})
	var refused error
	group.Go(func() error {
		_, refused = b.OpenUpgrade(b.ctx, b.upgrade(s, i))
		return nil
	})
	require.Eventually(t, func() bool {
		return b.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 2
	}, 10*time.Second, 5*time.Millisecond)
	_, err = tx.ExecContext(b.ctx, `
		INSERT INTO onboardings (id, scooter_id, plate, staff_id, reason, state) SELECT $1, id, plate, $2, 'A test.', 'switching' FROM scooters WHERE plate = $3`,
		uuid.NewString(), b.member().ID, s.Plate)
	require.NoError(t, err)
	require.NoError(t, tx.Commit())
	require.NoError(t, group.Wait())
	require.False(t, claimed)
	require.ErrorIs(t, refused, onboarding.ErrRunning)
}
