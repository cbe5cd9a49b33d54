package postgres_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
	"rodada/domain/staff"
)

func TestRiders(t *testing.T) {
	b := newBooks(t)
	r := rider.Rider{ID: uuid.NewString(), FirstName: "Ana", LastName: "Ruiz", Email: "Ana@Example.org", PasswordHash: "$argon2id$",
		Phone: "+34 600", Language: "es", CreatedAt: noon, SuspendedAt: noon}
	require.NoError(t, b.CreateRider(b.ctx, r))
	for _, email := range []string{r.Email, strings.ToLower(r.Email), strings.ToUpper(r.Email)} {
		got, err := b.RiderByEmail(b.ctx, email)
		require.NoError(t, err)
		login := r
		login.Phone, login.CreatedAt = "", got.CreatedAt // which log-in does not read
		require.Equal(t, login, got)
	}
	got, err := b.RiderByID(b.ctx, r.ID)
	require.NoError(t, err)
	require.Equal(t, r, got)

	twin := r
	twin.ID, twin.Email = uuid.NewString(), "ana@example.ORG"
	require.ErrorIs(t, b.CreateRider(b.ctx, twin), rider.ErrEmailTaken)
	_, err = b.RiderByEmail(b.ctx, "nobody@example.org")
	require.ErrorIs(t, err, rider.ErrCredentials)
	for _, id := range []string{uuid.NewString(), "x", ""} {
		_, err = b.RiderByID(b.ctx, id)
		require.ErrorIs(t, err, rider.ErrToken)
	}
}

func TestStaff(t *testing.T) {
	b := newBooks(t)
	m := staff.Member{ID: uuid.NewString(), FirstName: "Luis", LastName: "Gil", Email: "Luis@example.org", PasswordHash: "x", CreatedAt: noon}
	require.NoError(t, b.CreateStaff(b.ctx, m))
	got, err := b.StaffByEmail(b.ctx, "luis@EXAMPLE.org")
	require.NoError(t, err)
	require.Equal(t, m, got)
	got, err = b.StaffByID(b.ctx, m.ID)
	require.NoError(t, err)
	require.Equal(t, m, got)

	twin := m
	twin.ID = uuid.NewString()
	require.ErrorIs(t, b.CreateStaff(b.ctx, twin), rider.ErrEmailTaken)
	_, err = b.StaffByEmail(b.ctx, "nobody@example.org")
	require.ErrorIs(t, err, rider.ErrCredentials)
	for _, id := range []string{uuid.NewString(), "x"} {
		_, err = b.StaffByID(b.ctx, id)
		require.ErrorIs(t, err, rider.ErrToken)
	}
	_, err = b.RiderByEmail(b.ctx, m.Email)
	require.ErrorIs(t, err, rider.ErrCredentials, "staff are no riders")
}
