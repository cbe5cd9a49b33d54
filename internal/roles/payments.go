package roles

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/sdk/client"

	"rodada/activities"
	"rodada/api"
	"rodada/domain/debt"
	paid "rodada/domain/payment"
	"rodada/internal/config"
	"rodada/postgres"
	"rodada/providers/payment"
	"rodada/seal"
	"rodada/worker"
)

// paymentProvider is who collects from riders' cards here; nil: nobody.
func paymentProvider(c config.Config, log *slog.Logger) (p paid.Provider, done func(), err error) {
	switch c.Payment.Provider {
	case payment.StripeName:
		return payment.NewStripe(payment.StripeOptions{
			Key: c.Payment.StripeKey, Secrets: c.Payment.StripeWebhookSecrets, URL: c.Payment.StripeURL,
		}), func() {}, nil
	case payment.SandboxName:
		log.Warn("payments are collected in the sandbox: no money moves")
		sandbox, err := payment.NewSandbox(payment.SandboxOptions{
			Dir: c.Payment.SandboxDir, Secret: c.Tokens.Secret, Deliver: deliverer(c.Payment.SandboxURL),
		})
		if err != nil {
			return nil, nil, err
		}
		return sandbox, sandbox.Close, nil
	}
	log.Warn("nobody collects payments, so no wallet can be filled: set RODADA_PAYMENT_PROVIDER")
	return nil, func() {}, nil
}

// errNotTaken is a webhook of the sandbox that the API did not take.
var errNotTaken = errors.New("the API did not take the webhook")

// deliverer sends the sandbox's webhooks to the API at a URL; none where that is not known.
func deliverer(base string) func(ctx context.Context, body []byte, signature string) error {
	if base == "" {
		return nil
	}
	at := strings.TrimSuffix(base, "/") + "/v1/webhooks/" + payment.SandboxName
	return func(ctx context.Context, body []byte, signature string) error {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, at, bytes.NewReader(body))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Stripe-Signature", signature)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		if answer.StatusCode >= http.StatusMultipleChoices {
			return fmt.Errorf("%w: %s", errNotTaken, answer.Status)
		}
		return nil
	}
}

// paymentsEvery is how often payments without a workflow are looked for.
const paymentsEvery = time.Minute

// lookAfterPayments goes on with payments that nobody collects, and has the provider forget what it must, until ctx ends.
func lookAfterPayments(
	ctx context.Context, c config.Config, store *postgres.Store, temporal client.Client, provider paid.Provider, debts worker.Debts, keys seal.Keys,
	log *slog.Logger,
) (done <-chan struct{}) {
	over := make(chan struct{})
	topUps := worker.TopUps{Books: store, Temporal: temporal, Queue: c.Temporal.TaskQueue, Limits: api.TopUpLimits(c.Payment), Now: time.Now}
	go func() {
		defer close(over)
		if provider == nil {
			return
		}
		watch := worker.DebtWatch{Debts: debts}
		removals := &worker.Removals{Store: store, Provider: provider, Open: keys.Open, Now: time.Now, Log: log}
		removed := make(chan struct{})
		go func() {
			defer close(removed)
			removals.Run(ctx, 5*time.Second)
		}()
		for ctx.Err() == nil {
			if _, err := topUps.Resume(ctx); err != nil && ctx.Err() == nil {
				log.Warn("can't look after payments", "error", err)
			}
			if _, err := watch.Look(ctx); err != nil && ctx.Err() == nil {
				log.Warn("can't look after debts", "error", err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(paymentsEvery):
			}
		}
		<-removed
	}()
	return over
}

// followDebts is whoever follows what riders owe.
func followDebts(c config.Config, store *postgres.Store, temporal client.Client) worker.Debts {
	return worker.Debts{
		Books: store, Temporal: temporal, Queue: c.Temporal.TaskQueue, Limits: api.TopUpLimits(c.Payment), Currency: c.Currency,
		First: debt.Steps(c.Payment.DebtSteps).First(), Now: time.Now,
	}
}

// collectDebts has the activities follow what riders owe. Without a provider nobody does, and workflows that are left over wait for one.
func collectDebts(
	c config.Config, store *postgres.Store, begin worker.Debts, provider paid.Provider, keys seal.Keys, registry prometheus.Registerer, o *worker.Options,
) {
	d := &activities.Debts{
		Books: store, Collectors: begin, Currency: c.Currency, Country: c.Operator.Country, Steps: c.Payment.DebtSteps, Safe: keys, Now: time.Now,
		Count: worker.NewDebtAttempts(registry),
	}
	o.Debts = d
	if provider != nil {
		d.GiveUp = o.Cashier.GiveUp
		d.Provider, o.Wallets.Debts, o.Cashier.Debts = provider.Name(), begin, begin
	}
}
