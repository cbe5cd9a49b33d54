package roles_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/money"
	"rodada/domain/rider"
	"rodada/domain/wallet"
	"rodada/internal/roles"
	"rodada/internal/testkit"
	"rodada/migrations"
	"rodada/postgres"
)

// What was booked in one currency is not worth as much in another: nothing starts that would book on in it.
func TestAnInstallationKeepsItsCurrency(t *testing.T) {
	store, err := postgres.Open(t.Context(), testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up), 2)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	require.NoError(t, roles.SameCurrency(t.Context(), store, "USD"), "nothing was booked yet")
	id := uuid.NewString()
	require.NoError(t, store.CreateRider(t.Context(), rider.Rider{ID: id, FirstName: "Ana", LastName: "Ruiz", Email: "ana@example.org", Language: "es"}))
	require.NoError(t, store.Book(t.Context(), wallet.Deposit(id, id, money.Of(2000, "EUR"))))
	require.NoError(t, roles.SameCurrency(t.Context(), store, "EUR"))
	require.EqualError(t, roles.SameCurrency(t.Context(), store, "USD"), "RODADA_CURRENCY is USD, but the books are in EUR: an installation keeps its currency")
}
