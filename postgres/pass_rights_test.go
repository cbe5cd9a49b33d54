package postgres_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/money"
	"rodada/domain/promotion"
	"rodada/domain/wallet"
	"rodada/internal/testkit"
	"rodada/migrations"
)

// Passes, traces and receipts need no more than the API's rights.
func TestPassesUnderTheAPIsRights(t *testing.T) {
	url := testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up)
	b := newBooksAt(t, url)
	b = b.as(b.member())
	who := b.rider().ID
	require.NoError(t, b.Book(b.ctx, wallet.Give(uuid.NewString(), who, money.Of(5000, "EUR"), "why")))
	b.Store = openAs(t, url, migrations.API, migrations.Login)
	bought, err := b.BuyPass(b.ctx, who, "key", b.sell().ID)
	require.NoError(t, err)
	_, err = b.RefundPass(b.ctx, bought.ID, "why")
	require.NoError(t, err)
	given, err := b.GivePass(b.ctx, who, "key", bought.Product.ID, "why")
	require.NoError(t, err)
	r := b.open(b.request(who, b.scooter()))
	require.Equal(t, given.ID, r.Discount.PassID)
	_, err = b.RevokePass(b.ctx, given.ID, "why")
	require.NoError(t, err)
	_, err = b.EndPassProduct(b.ctx, given.Product.ID, "why")
	require.NoError(t, err)

	id, kept, err := b.TraceKey(b.ctx, uuid.NewString(), "00")
	require.NoError(t, err)
	again, same, err := b.TraceKey(b.ctx, uuid.NewString(), "01")
	require.NoError(t, err)
	require.Equal(t, []string{id, kept}, []string{again, same}, "there is one")
	for range 2 {
		require.NoError(t, b.KeepTraces(b.ctx, who, promotion.Traces([]byte("key"), "ana@example.com", nil)))
	}
	_, err = b.IssueReceipt(b.ctx, r.ID)
	require.NoError(t, err)
	_, err = b.NextDiscount(b.ctx, who, b.model.ID, &inTown, time.Now())
	require.NoError(t, err)
}
