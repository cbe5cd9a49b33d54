package postgres_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fault"
	"rodada/domain/rider"
	"rodada/postgres"
)

func TestTextThatTheDatabaseCannotHold(t *testing.T) {
	s := newBooks(t)
	err := s.CreateRider(t.Context(), rider.Rider{
		ID: uuid.NewString(), FirstName: "Zo\x00", LastName: "E", Email: "nul@example.com", PasswordHash: "x", Language: "es", CreatedAt: time.Now(),
	})
	require.ErrorIs(t, err, fault.ErrText)
}

func TestADatabaseThatIsAwaySaysSo(t *testing.T) {
	s := newBooks(t)
	_, err := s.db.ExecContext(t.Context(), `
		SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	require.NoError(t, err)
	// A connection that was cut off is told as such, or replaced without a word.
	if _, err = s.RiderByID(t.Context(), uuid.NewString()); err != nil {
		require.True(t, errors.Is(err, fault.ErrAway) || errors.Is(err, rider.ErrToken), "%v", err)
	}
	_, err = postgres.Open(t.Context(), "postgres://nobody@127.0.0.1:1/none?sslmode=disable", 1)
	require.ErrorIs(t, err, fault.ErrAway)
}
