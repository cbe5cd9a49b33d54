package api_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/domain/staff"
)

const hooksPath = "/admin/v1/webhooks"

func TestWebhooks(t *testing.T) {
	s, keys := newDepot(t)
	made := body(t, s.asStaff(t, "POST", hooksPath, map[string]any{"url": "https://example.org/hook", "kinds": []string{"offline", "moved", "offline"}}), 201)
	id, secret := made["id"].(string), made["secret"].(string)
	require.Regexp(t, `^whsec_[0-9A-Za-z+/]{43}=$`, secret)
	opened, err := keys.Open(s.store.webhooks[0].Secret, staff.WebhookPurpose(id))
	require.NoError(t, err)
	require.Equal(t, secret, opened)

	list := body(t, s.asStaff(t, "GET", hooksPath, nil), 200)["webhooks"].([]any)
	require.Len(t, list, 1)
	require.NotContains(t, list[0], "secret")
	require.Equal(t, []any{"offline", "moved"}, list[0].(map[string]any)["kinds"])

	changed := body(t, s.asStaff(t, "PUT", hooksPath+"/"+id, map[string]any{"url": "https://example.org/other", "paused": true}), 200)
	require.Equal(t, true, changed["paused"])
	require.Equal(t, []any{}, changed["kinds"])
	require.NotContains(t, changed, "secret")
	opened, err = keys.Open(s.store.webhooks[0].Secret, staff.WebhookPurpose(id))
	require.NoError(t, err)
	require.Equal(t, secret, opened)

	s.store.deliveries = []staff.Delivery{{ID: uuid.NewString(), Event: staff.AlertOpened, CreatedAt: noon, Attempts: 2, DueAt: noon, Trouble: "webhook: it answered 500"}}
	told := body(t, s.asStaff(t, "GET", hooksPath+"/"+id+"/deliveries", nil), 200)["deliveries"].([]any)[0].(map[string]any)
	require.Equal(t, "alert.opened", told["event"])
	require.Equal(t, "webhook: it answered 500", told["trouble"])
	require.NotContains(t, told, "sent_at")

	for range 2 {
		require.Equal(t, 204, s.asStaff(t, "DELETE", hooksPath+"/"+id, nil).Code)
	}
	problem(t, s.asStaff(t, "GET", hooksPath+"/"+id+"/deliveries", nil), 404, "webhook_unknown")
	problem(t, s.asStaff(t, "PUT", hooksPath+"/"+id, map[string]any{"url": "https://example.org"}), 404, "webhook_unknown")
}

// Whoever has lost the answer asks again with the same key, and is told the secret of the one webhook that there is.
func TestAWebhookIsMadeOnceForAKey(t *testing.T) {
	s, _ := newDepot(t)
	ask := map[string]any{"url": "https://example.org/hook"}
	first := body(t, s.asStaff(t, "POST", hooksPath, ask, "Idempotency-Key", "k"), 201)
	require.NotEmpty(t, first["secret"])
	for range 2 {
		require.Equal(t, first, body(t, s.asStaff(t, "POST", hooksPath, ask, "Idempotency-Key", "k"), 201))
	}
	require.Len(t, s.store.webhooks, 1)
	problem(t, s.asStaff(t, "POST", hooksPath, with(ask, "paused", true), "Idempotency-Key", "k"), 422, "idempotency_key_reused")
	problem(t, s.asStaff(t, "POST", hooksPath, ask, "Idempotency-Key", "a b"), 422, "idempotency_key_invalid")
	other := body(t, s.asStaff(t, "POST", hooksPath, ask, "Idempotency-Key", "l"), 201)
	require.NotEqual(t, first["secret"], other["secret"])
	require.Equal(t, 204, s.asStaff(t, "DELETE", hooksPath+"/"+first["id"].(string), nil).Code)
	problem(t, s.asStaff(t, "POST", hooksPath, ask, "Idempotency-Key", "k"), 404, "webhook_unknown")
}

func TestWhatNoWebhookMayBe(t *testing.T) {
	s, _ := newDepot(t)
	for _, url := range []string{"http://example.org", "example.org", "https://", "ftp://example.org", "https://eva:secret@example.org", "https://example.org/#a", "https://exa mple.org", "https://0x7f.1", "https://example.org:0", "https://example..org"} {
		problem(t, s.asStaff(t, "POST", hooksPath, map[string]any{"url": url}), 422, "webhook_url_invalid")
	}
	problem(t, s.asStaff(t, "POST", hooksPath, map[string]any{"url": "https://example.org", "kinds": []string{"boredom"}}), 422, "request_invalid")
	for _, url := range []string{"https://169.254.169.254/latest", "https://10.0.0.1", "https://[::1]", "https://100.64.0.1", "https://localhost:8080"} {
		problem(t, s.asStaff(t, "POST", hooksPath, map[string]any{"url": url}), 422, "webhook_address_private")
	}
	require.Empty(t, s.store.webhooks)

	s, _ = newDepot(t, func(o *api.Options) { o.Config.Webhook.Networks = []string{"10.0.0.0/8"} })
	id := body(t, s.asStaff(t, "POST", hooksPath, map[string]any{"url": "http://panel.internal/hook"}), 201)["id"].(string)
	body(t, s.asStaff(t, "PUT", hooksPath+"/"+id, map[string]any{"url": "https://10.2.3.4/hook"}), 200)
	problem(t, s.asStaff(t, "PUT", hooksPath+"/"+id, map[string]any{"url": "https://192.168.3.4/hook"}), 422, "webhook_address_private")

	s = newStage(t)
	problem(t, s.asStaff(t, "POST", hooksPath, map[string]any{"url": "https://example.org"}), 503, "webhook_no_key")

	s.hired(staff.View, staff.Operate)
	problem(t, s.asStaff(t, "GET", hooksPath, nil), 403, "permission_missing")
}
