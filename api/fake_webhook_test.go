package api_test

import (
	"context"
	"slices"

	"rodada/domain/rental"
	"rodada/domain/staff"
)

func (s *fakeStore) Webhooks(context.Context) ([]staff.Webhook, error) {
	defer s.lock()()
	return slices.Clone(s.webhooks), s.broken
}

func (s *fakeStore) CreateWebhook(ctx context.Context, w staff.Webhook) (staff.Webhook, error) {
	defer s.lock()()
	s.webhooks = append(s.webhooks, w)
	return w, s.audit(ctx, staff.Deed{Action: "webhook.create", Subject: staff.WebhookPurpose(w.ID)})
}

func (s *fakeStore) RequestWebhook(ctx context.Context, w staff.Webhook, request staff.Request) (staff.Webhook, error) {
	if before, known := s.webhookRequests[request.Key]; known {
		if before.Request != request {
			return w, rental.ErrKeyReused
		}
		list, err := s.Webhooks(ctx)
		i := slices.IndexFunc(list, func(w staff.Webhook) bool { return w.ID == before.id })
		if i < 0 {
			return w, staff.ErrWebhookUnknown
		}
		return list[i], err
	}
	if s.webhookRequests == nil {
		s.webhookRequests = map[string]webhookRequest{}
	}
	s.webhookRequests[request.Key] = webhookRequest{request, w.ID}
	return s.CreateWebhook(ctx, w)
}

type webhookRequest struct {
	staff.Request
	id string
}

func (s *fakeStore) ChangeWebhook(ctx context.Context, w staff.Webhook) (staff.Webhook, error) {
	defer s.lock()()
	i := slices.IndexFunc(s.webhooks, func(known staff.Webhook) bool { return known.ID == w.ID })
	if i < 0 {
		return w, staff.ErrWebhookUnknown
	}
	w.Secret = s.webhooks[i].Secret
	s.webhooks[i] = w
	return w, s.audit(ctx, staff.Deed{Action: "webhook.change", Subject: staff.WebhookPurpose(w.ID)})
}

func (s *fakeStore) DeleteWebhook(ctx context.Context, id string) error {
	defer s.lock()()
	s.webhooks = slices.DeleteFunc(s.webhooks, func(w staff.Webhook) bool { return w.ID == id })
	return s.audit(ctx, staff.Deed{Action: "webhook.delete", Subject: staff.WebhookPurpose(id)})
}

func (s *fakeStore) Deliveries(_ context.Context, id string, _ int) ([]staff.Delivery, error) {
	defer s.lock()()
	if !slices.ContainsFunc(s.webhooks, func(w staff.Webhook) bool { return w.ID == id }) {
		return nil, staff.ErrWebhookUnknown
	}
	return s.deliveries, s.broken
}
