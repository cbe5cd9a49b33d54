package api

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"

	"rodada/domain/fault"
	"rodada/domain/rental"
	"rodada/domain/staff"
)

// webhookStore is what webhooks need of the books.
type webhookStore interface {
	Webhooks(ctx context.Context) ([]staff.Webhook, error)
	CreateWebhook(ctx context.Context, w staff.Webhook) (staff.Webhook, error)
	RequestWebhook(ctx context.Context, w staff.Webhook, request staff.Request) (staff.Webhook, error)
	ChangeWebhook(ctx context.Context, w staff.Webhook) (staff.Webhook, error)
	DeleteWebhook(ctx context.Context, id string) error
	Deliveries(ctx context.Context, webhookID string, limit int) ([]staff.Delivery, error)
}

// webhooks is who else is told of alerts.
type webhooks struct {
	store  webhookStore
	sealer Sealer // nil: there can be none
	reach  staff.Reach
}

// Webhook is an address that is told of alerts.
type Webhook struct {
	ID        string            `json:"id" format:"uuid"`
	URL       string            `json:"url"`
	Kinds     []staff.AlertKind `json:"kinds" nullable:"false" enum:"not_secured,fault_at_start,onboarding,renumbering,upgrade,rollout,debt,low_battery,fallen,moved,offline,fault,speeding,out_of_area" doc:"Of the alerts that it is told of; none: all."`
	Paused    bool              `json:"paused" doc:"Nothing new is told; what is on its way waits."`
	CreatedAt time.Time         `json:"created_at"`
	Secret    string            `json:"secret,omitempty" doc:"What signs the deliveries. It is shown when the webhook is made, and to a repetition with the same key."`
}

func showWebhook(w staff.Webhook) Webhook {
	return Webhook{ID: w.ID, URL: w.URL, Kinds: append([]staff.AlertKind{}, w.Kinds...), Paused: w.Paused, CreatedAt: w.CreatedAt.UTC()}
}

type webhookOut struct{ Body Webhook }

type webhookBody struct {
	URL    string            `json:"url" minLength:"1" maxLength:"2000"`
	Kinds  []staff.AlertKind `json:"kinds,omitempty" maxItems:"20" enum:"not_secured,fault_at_start,onboarding,renumbering,upgrade,rollout,debt,low_battery,fallen,moved,offline,fault,speeding,out_of_area"`
	Paused bool              `json:"paused,omitempty"`
}

// WebhookID is the webhook that an address means.
type WebhookID struct {
	ID string `path:"id" format:"uuid"`
}

// listWebhooks is GET /admin/v1/webhooks.
type listWebhooks struct{ *webhooks }

type webhooksOut struct {
	Body struct {
		Webhooks []Webhook `json:"webhooks" nullable:"false"`
	}
}

func (listWebhooks) Meta() meta {
	return meta{ID: "list-webhooks", Summary: "Who else is told of alerts", Needs: staff.Admin}
}

func (e listWebhooks) Execute(ctx context.Context, _ *struct{}) (*webhooksOut, error) {
	list, err := e.store.Webhooks(ctx)
	if err != nil {
		return nil, err
	}
	out := &webhooksOut{}
	out.Body.Webhooks = make([]Webhook, len(list))
	for i, w := range list {
		out.Body.Webhooks[i] = showWebhook(w)
	}
	return out, nil
}

// createWebhook is POST /admin/v1/webhooks.
type createWebhook struct{ *webhooks }

type createWebhookIn struct {
	MaybeKeyed
	Body webhookBody
}

func (createWebhook) Meta() meta {
	return meta{
		ID: "create-webhook", Summary: "Tell another service of alerts", Status: http.StatusCreated, Needs: staff.Admin,
		Description: "It is told by POST when an alert opens, is repeated and closes, signed as standardwebhooks.com says, and tried again for three days. Where it may lead is RODADA_WEBHOOK_NETWORKS. " +
			"Send an Idempotency-Key: when the answer is lost, a repetition is told the secret again, and makes no other webhook.",
		Faults: []*fault.Error{staff.ErrWebhookURL, staff.ErrWebhookInside, staff.ErrWebhookNoKey, staff.ErrWebhookUnknown, rental.ErrKeyInvalid, rental.ErrKeyReused},
	}
}

func (e createWebhook) Execute(ctx context.Context, in *createWebhookIn) (*webhookOut, error) {
	idempotent, err := in.key()
	if err != nil {
		return nil, err
	}
	if err := e.reach.Check(in.Body.URL); err != nil {
		return nil, err
	}
	if e.sealer == nil {
		return nil, staff.ErrWebhookNoKey
	}
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	secret := "whsec_" + base64.StdEncoding.EncodeToString(key[:])
	w := staff.Webhook{ID: uuid.NewString(), URL: in.Body.URL, Kinds: staff.Distinct(in.Body.Kinds), Paused: in.Body.Paused}
	if w.Secret, err = e.sealer.Seal(secret, staff.WebhookPurpose(w.ID)); err != nil {
		return nil, staff.ErrWebhookNoKey
	}
	if w, err = e.make(ctx, w, idempotent); err != nil {
		return nil, err
	}
	out := &webhookOut{Body: showWebhook(w)}
	// That of the webhook which was made first. What a key that is gone has sealed can't be read.
	if out.Body.Secret, err = e.sealer.Open(w.Secret, staff.WebhookPurpose(w.ID)); err != nil {
		return nil, staff.ErrWebhookNoKey
	}
	return out, nil
}

// make makes a webhook, once for each key.
func (e createWebhook) make(ctx context.Context, w staff.Webhook, key string) (staff.Webhook, error) {
	if key == "" {
		return e.store.CreateWebhook(ctx, w)
	}
	asked, err := json.Marshal([]any{w.URL, w.Kinds, w.Paused})
	if err != nil {
		return w, err
	}
	return e.store.RequestWebhook(ctx, w, staff.Request{StaffID: subjectFrom(ctx), Key: key, Digest: digest(string(asked))})
}

// changeWebhook is PUT /admin/v1/webhooks/{id}.
type changeWebhook struct{ *webhooks }

type changeWebhookIn struct {
	WebhookID
	Body webhookBody
}

func (changeWebhook) Meta() meta {
	return meta{
		ID: "change-webhook", Summary: "Change a webhook", Description: "Its secret stays.", Needs: staff.Admin,
		Faults: []*fault.Error{staff.ErrWebhookUnknown, staff.ErrWebhookURL, staff.ErrWebhookInside},
	}
}

func (e changeWebhook) Execute(ctx context.Context, in *changeWebhookIn) (*webhookOut, error) {
	if err := e.reach.Check(in.Body.URL); err != nil {
		return nil, err
	}
	w, err := e.store.ChangeWebhook(ctx, staff.Webhook{ID: in.ID, URL: in.Body.URL, Kinds: staff.Distinct(in.Body.Kinds), Paused: in.Body.Paused})
	if err != nil {
		return nil, err
	}
	return &webhookOut{Body: showWebhook(w)}, nil
}

// deleteWebhook is DELETE /admin/v1/webhooks/{id}.
type deleteWebhook struct{ *webhooks }

func (deleteWebhook) Meta() meta {
	return meta{
		ID: "delete-webhook", Summary: "Tell a service no more", Description: "What is on its way to it is dropped. One that is gone stays so.",
		Status: http.StatusNoContent, Needs: staff.Admin,
	}
}

func (e deleteWebhook) Execute(ctx context.Context, in *WebhookID) (*struct{}, error) {
	return nil, e.store.DeleteWebhook(ctx, in.ID)
}

// listDeliveries is GET /admin/v1/webhooks/{id}/deliveries.
type listDeliveries struct{ *webhooks }

// Delivery is one thing that a webhook is told.
type Delivery struct {
	ID        string     `json:"id" format:"uuid" doc:"The webhook-id of every attempt."`
	Event     string     `json:"event" enum:"alert.opened,alert.repeated,alert.closed"`
	CreatedAt time.Time  `json:"created_at"`
	Attempts  int        `json:"attempts"`
	DueAt     *time.Time `json:"due_at,omitempty" doc:"When it is tried next; absent when it is over."`
	SentAt    *time.Time `json:"sent_at,omitempty" doc:"When it arrived."`
	Trouble   string     `json:"trouble,omitempty" doc:"Why the last attempt failed."`
}

type deliveriesOut struct {
	Body struct {
		Deliveries []Delivery `json:"deliveries" nullable:"false"`
	}
}

func (listDeliveries) Meta() meta {
	return meta{
		ID: "list-webhook-deliveries", Summary: "What a webhook was told", Description: "The newest first, at most 200 of the last 30 days.", Needs: staff.Admin,
		Faults: []*fault.Error{staff.ErrWebhookUnknown},
	}
}

func (e listDeliveries) Execute(ctx context.Context, in *WebhookID) (*deliveriesOut, error) {
	list, err := e.store.Deliveries(ctx, in.ID, 200)
	if err != nil {
		return nil, err
	}
	out := &deliveriesOut{}
	out.Body.Deliveries = make([]Delivery, len(list))
	for i, d := range list {
		out.Body.Deliveries[i] = Delivery{
			ID: d.ID, Event: d.Event, CreatedAt: d.CreatedAt, Attempts: d.Attempts, DueAt: happened(d.DueAt), SentAt: happened(d.SentAt), Trouble: d.Trouble,
		}
	}
	return out, nil
}
