package postgres_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/rental"
	"rodada/domain/staff"
)

// However often a webhook is asked for with one key, also at once, there is one, and all hear of its secret.
func TestAWebhookIsRequestedOnce(t *testing.T) {
	b := newBooks(t)
	eva := staff.Member{ID: uuid.NewString(), FirstName: "Eva", LastName: "Gil", Email: "eva@example.org", PasswordHash: "x", CreatedAt: noon}
	require.NoError(t, b.CreateStaff(b.ctx, eva))
	act := b.as(eva)
	request := staff.Request{StaffID: eva.ID, Key: "k", Digest: "d"}
	ask := func(request staff.Request) (staff.Webhook, error) {
		id := uuid.NewString()
		return act.RequestWebhook(act.ctx, staff.Webhook{ID: id, URL: "https://example.org", Secret: "sealed:" + id}, request)
	}
	made := make([]staff.Webhook, 8)
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() {
			var err error
			if made[i], err = ask(request); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, each := range made {
		require.Equal(t, made[0], each)
	}
	list, err := b.Webhooks(b.ctx)
	require.NoError(t, err)
	require.Equal(t, made[:1], list)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'webhook.create'`))

	other := request
	other.Digest = "e"
	_, err = ask(other)
	require.ErrorIs(t, err, rental.ErrKeyReused)
	other.Key = "l"
	second, err := ask(other)
	require.NoError(t, err)
	require.NotEqual(t, made[0].ID, second.ID)
	require.NoError(t, act.DeleteWebhook(act.ctx, made[0].ID))
	_, err = ask(request)
	require.ErrorIs(t, err, staff.ErrWebhookUnknown, "it is not made again")
	b.breaks("webhook_requests_immutable", `DELETE FROM webhook_requests`)
}
