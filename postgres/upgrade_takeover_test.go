package postgres_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/staff"
)

func TestAnotherRunTakesAnUpgradeOver(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	u := b.upgrading(s, b.image("2.0"))
	b.advance(firmware.Change{ID: u.ID, Seq: 7, State: firmware.Sending, From: "1.0", Attempt: 2, Sent: 1, Failures: 3, Detail: "So far.", At: noon})
	listed, err := b.ClaimedUpgrades(b.ctx)
	require.NoError(t, err)
	require.Len(t, listed, 1)
	require.Equal(t, []any{u.ID, "run-1"}, []any{listed[0].ID, listed[0].RunID})

	for _, from := range []string{"run-0", "", "run-2"} {
		took, err := b.TakeOverUpgrade(b.ctx, u.ID, "run-2", from)
		require.NoError(t, err)
		require.Equal(t, firmware.Takeover{}, took, "not from the run that has it: %q", from)
	}
	var took firmware.Takeover
	for range 2 {
		took, err = b.TakeOverUpgrade(b.ctx, u.ID, "run-2", "run-1")
		require.NoError(t, err)
		require.Equal(t, firmware.Takeover{
			Ours: true, Heirs: 1, Seq: 1007, State: firmware.Sending, Detail: "So far.", From: "1.0", Attempt: 2, Sent: 1, Failures: 3,
		}, took)
	}
	require.Equal(t, fleet.Upgrading, b.find(s.Plate).Hold, "nobody has had it in between")
	claimed, err := b.BeginUpgrade(b.ctx, u.ID, "run-1")
	require.NoError(t, err)
	require.False(t, claimed)
	late := b.advance(firmware.Change{ID: u.ID, Seq: 8, State: firmware.Done, Attempt: 2, Sent: 3, At: noon})
	require.Equal(t, firmware.Sending, late.State, "the run before comes too late")

	b.advance(firmware.Change{ID: u.ID, Seq: took.Seq + 1, State: firmware.Parked, Trouble: firmware.TroubleOrphaned, Detail: "It is gone.", Attempt: 2, At: noon})
	alerts, err := b.Alerts(b.ctx, true)
	require.NoError(t, err)
	require.Len(t, alerts, 1)
	require.Equal(t, staff.Upgrade, alerts[0].Kind)
	b.advance(firmware.Change{ID: u.ID, Seq: took.Seq + 2, State: firmware.Aborted, Trouble: firmware.TroubleStaff, At: noon})
	took, err = b.TakeOverUpgrade(b.ctx, u.ID, "run-3", "run-2")
	require.NoError(t, err)
	require.False(t, took.Ours, "it is over")
	for _, id := range []string{uuid.NewString(), "x"} {
		took, err = b.TakeOverUpgrade(b.ctx, id, "run-3", "run-2")
		require.NoError(t, err)
		require.False(t, took.Ours)
	}
	listed, err = b.ClaimedUpgrades(b.ctx)
	require.NoError(t, err)
	require.Empty(t, listed)
}

func TestOneRunTakesAnUpgradeOver(t *testing.T) {
	b := newBooks(t)
	u := b.upgrading(b.scooter(), b.image("2.0"))
	var all sync.WaitGroup
	took, errs := make([]firmware.Takeover, 20), make([]error, 20)
	for n := range took {
		all.Go(func() { took[n], errs[n] = b.TakeOverUpgrade(b.ctx, u.ID, fmt.Sprint("heir-", n), "run-1") })
	}
	all.Wait()
	ours := 0
	for n := range took {
		require.NoError(t, errs[n])
		if took[n].Ours {
			ours++
		}
	}
	require.Equal(t, 1, ours)
}

// The run of an upgrade changes in no other way.
func TestNoRunSlipsIn(t *testing.T) {
	b := newBooks(t)
	u := b.upgrading(b.scooter(), b.image("2.0"))
	for _, set := range []string{"run_id = 'other'", "run_id = NULL", "heirs = heirs + 1", "run_id = 'other', heirs = heirs + 2", "heirs = heirs - 1"} {
		_, err := b.db.ExecContext(b.ctx, `UPDATE upgrades SET `+set+` WHERE id = $1`, u.ID)
		require.ErrorContains(t, err, "upgrade", set)
	}
}

func TestACancelledUpgradeIsADeedOfTheSystem(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	u := b.upgrading(s, b.image("2.0"))
	cancelled := firmware.Change{ID: u.ID, Seq: 1, State: firmware.Aborting, Trouble: firmware.TroubleCancelled, Detail: "It was cancelled.", At: noon}
	b.advance(cancelled)
	b.advance(cancelled)
	cancelled.Seq, cancelled.State = 2, firmware.Aborted
	b.advance(cancelled)
	log, _, _, err := b.AuditLog(b.ctx, staff.AuditFilter{Subject: s.Plate, Action: "scooter.upgrade-abort"}, newestFirst)
	require.NoError(t, err)
	require.Len(t, log, 1)
	require.Equal(t, []string{staff.System, "It was cancelled."}, []string{log[0].Email, log[0].Reason})
}
