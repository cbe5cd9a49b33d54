package postgres_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
	"rodada/domain/staff"
)

// at is the check of a code that is of a step.
func at(step int64) staff.CodeCheck {
	return func(sealed string) (int64, bool, error) { return step, sealed == "sealed", nil }
}

func noCode(string) (int64, bool, error) { return 0, false, nil }

// guarded is a member with a second factor, whose code of step 10 is used.
func (b *books) guarded() (m staff.Member, recovery []string) {
	b.t.Helper()
	m = b.member()
	require.ErrorIs(b.t, b.ConfirmFactor(b.ctx, m.ID, nil, at(10)), staff.ErrFactorNone)
	require.ErrorIs(b.t, b.UseCode(b.ctx, m.ID, "000000", noon, at(10)), staff.ErrFactorNone)
	require.NoError(b.t, b.ProposeFactor(b.ctx, m.ID, "sealed"))
	shown, hashes := staff.RecoveryCodes()
	act := b.as(m)
	require.ErrorIs(b.t, act.ConfirmFactor(act.ctx, m.ID, hashes, noCode), staff.ErrCodeWrong)
	require.NoError(b.t, act.ConfirmFactor(act.ctx, m.ID, hashes, at(10)))
	return m, shown
}

// A code is good once, however many send it at the same moment.
func TestACodeIsGoodOnce(t *testing.T) {
	b := newBooks(t)
	m, recovery := b.guarded()
	race := func(typed string, check staff.CodeCheck) (good int) {
		var all sync.WaitGroup
		errs := make([]error, 12)
		for i := range errs {
			all.Go(func() { errs[i] = b.UseCode(b.ctx, m.ID, typed, noon, check) })
		}
		all.Wait()
		for _, err := range errs {
			if err == nil {
				good++
			} else {
				require.True(t, isOneOf(err, staff.ErrCodeWrong, staff.ErrCodeWait), "%v", err)
			}
		}
		return good
	}
	require.ErrorIs(t, b.UseCode(b.ctx, m.ID, "000000", noon, at(10)), staff.ErrCodeWrong, "it confirmed")
	require.Equal(t, 1, race("000000", at(11)))
	require.NoError(t, b.exec(`UPDATE staff SET totp_misses = 0, totp_retry_at = NULL`))
	require.ErrorIs(t, b.UseCode(b.ctx, m.ID, "000000", noon, at(10)), staff.ErrCodeWrong, "older than one that was used")
	require.Equal(t, 1, race(recovery[3], noCode))
	require.NoError(t, b.exec(`UPDATE staff SET totp_misses = 0, totp_retry_at = NULL`))
	require.NoError(t, b.UseCode(b.ctx, m.ID, recovery[4], noon, noCode))
}

// Nobody tries a million codes, not even many at once.
func TestWrongCodesCostTime(t *testing.T) {
	b := newBooks(t)
	m, recovery := b.guarded()
	var all sync.WaitGroup
	errs := make([]error, 20)
	for i := range errs {
		all.Go(func() { errs[i] = b.UseCode(b.ctx, m.ID, "000000", noon, noCode) })
	}
	all.Wait()
	looked := 0
	for _, err := range errs {
		if isOneOf(err, staff.ErrCodeWrong) {
			looked++
		}
	}
	require.Equal(t, 5, looked)
	require.ErrorIs(t, b.UseCode(b.ctx, m.ID, "000000", noon.Add(59*time.Second), at(11)), staff.ErrCodeWait, "not even a right one")
	require.ErrorIs(t, b.UseCode(b.ctx, m.ID, recovery[0], noon, at(11)), staff.ErrCodeWait)
	require.ErrorIs(t, b.UseCode(b.ctx, m.ID, "000000", noon.Add(time.Minute), noCode), staff.ErrCodeWrong)
	require.ErrorIs(t, b.UseCode(b.ctx, m.ID, "000000", noon.Add(2*time.Minute), at(11)), staff.ErrCodeWait, "the wait grows")
	require.NoError(t, b.UseCode(b.ctx, m.ID, "000000", noon.Add(3*time.Minute), at(11)))
	require.Equal(t, 0, b.count(`SELECT totp_misses FROM staff WHERE id = $1`, m.ID))
}

func TestASecondFactorComesAndGoes(t *testing.T) {
	b := newBooks(t)
	m, _ := b.guarded()
	stored, err := b.StaffByID(b.ctx, m.ID)
	require.NoError(t, err)
	require.True(t, stored.SecondFactor)
	open := rider.Session{Family: uuid.NewString(), Hash: hash("1"), Subject: m.ID, Audience: rider.ForStaff, ExpiresAt: tomorrow}
	require.NoError(t, b.OpenSession(b.ctx, open))
	_, err = b.StaffInSession(b.ctx, m.ID, open.Family)
	require.NoError(t, err)

	eva := b.member()
	act := b.as(eva)
	reset, err := act.ResetFactor(act.ctx, m.ID, "Lost the phone.")
	require.NoError(t, err)
	require.False(t, reset.SecondFactor)
	_, err = b.StaffInSession(b.ctx, m.ID, open.Family)
	require.ErrorIs(t, err, rider.ErrToken)
	_, err = b.StaffInSession(b.ctx, eva.ID, open.Family)
	require.ErrorIs(t, err, rider.ErrToken, "somebody else's")
	require.Equal(t, 0, b.count(`SELECT count(*) FROM staff_recovery_codes`))
	_, err = act.ResetFactor(act.ctx, m.ID, "Again.")
	require.NoError(t, err)
	_, err = act.ResetFactor(act.ctx, "x", "Nobody.")
	require.ErrorIs(t, err, staff.ErrMemberUnknown)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'staff.reset-second-factor' AND reason = 'Lost the phone.'`))
	require.NoError(t, b.RemoveFactor(b.ctx, eva.ID), "has none")
}
