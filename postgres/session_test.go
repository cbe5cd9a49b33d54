package postgres_test

import (
	"crypto/sha256"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
)

func hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

var (
	today    = time.Now().UTC().Truncate(time.Second)
	tomorrow = today.Add(24 * time.Hour)
)

// session opens one for a new rider under a first token.
func (b *books) session(token string) rider.Session {
	b.t.Helper()
	s := rider.Session{Family: uuid.NewString(), Hash: hash(token), Subject: b.rider().ID, Audience: rider.ForRiders, ExpiresAt: tomorrow}
	require.NoError(b.t, b.OpenSession(b.ctx, s))
	return s
}

func (b *books) rotate(from, to string, at time.Time) error {
	_, _, _, err := b.RotateSession(b.ctx, hash(from), hash(to), at, at.Add(24*time.Hour))
	return err
}

func TestATokenIsGoodOnce(t *testing.T) {
	b := newBooks(t)
	s := b.session("1")
	family, subject, audience, err := b.RotateSession(b.ctx, hash("1"), hash("2"), today, tomorrow)
	require.NoError(t, err)
	require.Equal(t, s.Family, family)
	require.Equal(t, s.Subject, subject)
	require.Equal(t, rider.ForRiders, audience)
	require.NoError(t, b.rotate("2", "3", today))

	other := b.session("other")
	require.ErrorIs(t, b.rotate("1", "4", today), rider.ErrToken, "spent")
	require.ErrorIs(t, b.rotate("3", "5", today), rider.ErrToken, "its session ended with that")
	require.ErrorIs(t, b.rotate("4", "5", today), rider.ErrToken, "never given")
	require.NoError(t, b.rotate("other", "other 2", today), other.Subject)
}

func TestATokenRunsOut(t *testing.T) {
	b := newBooks(t)
	b.session("1")
	require.ErrorIs(t, b.rotate("1", "2", tomorrow), rider.ErrToken)
	require.NoError(t, b.rotate("1", "2", tomorrow.Add(-time.Second)))
	require.ErrorIs(t, b.rotate("2", "3", tomorrow.Add(48*time.Hour)), rider.ErrToken)
}

func TestOneTokenAtOnce(t *testing.T) {
	b := newBooks(t)
	b.session("0")
	errs := make([]error, 10)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = b.rotate("0", uuid.NewString(), today) })
	}
	all.Wait()
	good := 0
	for _, err := range errs {
		if err == nil {
			good++
			continue
		}
		require.ErrorIs(t, err, rider.ErrToken)
	}
	require.Equal(t, 1, good)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM sessions WHERE ended_at IS NOT NULL`), "reuse ends the session")
}

func TestClosingASession(t *testing.T) {
	b := newBooks(t)
	b.session("1")
	require.NoError(t, b.rotate("1", "2", today))
	for range 2 {
		require.NoError(t, b.CloseSession(b.ctx, hash("2")))
	}
	require.ErrorIs(t, b.rotate("2", "3", today), rider.ErrToken)
	require.NoError(t, b.CloseSession(b.ctx, hash("unknown")))
}

func TestOldSessionsAreForgotten(t *testing.T) {
	b := newBooks(t)
	s := b.session("1")
	require.NoError(t, b.exec(`UPDATE sessions SET expires_at = now() - interval '1 second'`))
	s.Family, s.Hash = uuid.NewString(), hash("2")
	require.NoError(t, b.OpenSession(b.ctx, s))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM sessions`))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM session_tokens`))

	s.Family, s.Hash, s.Subject = uuid.NewString(), hash("3"), uuid.NewString()
	require.Error(t, b.OpenSession(b.ctx, s), "nobody")
}
