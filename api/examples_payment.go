package api

import (
	"time"

	"rodada/domain/debt"
	"rodada/domain/money"
	"rodada/domain/payment"
	"rodada/workflows"
)

// paymentExamples are a card that is saved and what is collected from it.
func paymentExamples() map[string]any {
	const (
		rider = "7c1d5b1e-8b7e-4a0f-9a53-3c5f0a6f9d21"
		card  = "c56a4180-65aa-42ec-a945-5fd21dec0538"
	)
	day := time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)
	visa := payment.Card{Brand: "visa", Last4: "4242", ExpMonth: 12, ExpYear: 2034}
	saved := SavedCard{ID: card, Card: visa, Default: true, SavedAt: day.Add(-time.Hour)}
	paid := payment.Payment{
		ID: "16fd2706-8baf-433b-82eb-8c7fada847da", RiderID: rider, MethodID: card, Purpose: payment.TopUp, Provider: "stripe", Amount: money.Of(2000, "EUR"),
		State: payment.Succeeded, Card: visa, CreatedAt: day, SettledAt: day.Add(2 * time.Second),
	}
	waits := paid
	waits.State, waits.SettledAt = payment.NeedsAction, time.Time{}
	asks := showPayment(waits)
	cancelled := paid
	cancelled.State, cancelled.Failure = payment.Failed, payment.Abandoned
	asks.NextAction = &NextAction{Provider: "stripe", ClientSecret: "pi_1_secret_1"}

	done, open := topUpOut{}, topUpOut{}
	done.Body.Payment, done.Body.Balance = showPayment(paid), money.Of(2640, "EUR")
	open.Body.Payment, open.Body.Balance = asks, money.Of(640, "EUR")
	list, cards, staff := paymentsOut{}, methodsOut{}, staffPaymentsOut{}
	list.Body.Payments = []Payment{showPayment(paid)}
	cards.Body.Cards = []SavedCard{saved}
	staff.Body.Payments, staff.Body.Total = []StaffPayment{showStaffPayment(paid)}, 1
	owed := debt.Debt{
		ID: "2f1c3a54-7c1e-4b7c-9a53-0d0f6a1b9c11", RiderID: rider, Owed: money.Of(860, "EUR"), BeganAt: day.Add(-2 * time.Hour), Attempts: 1,
		Trouble: debt.Trouble(payment.NoFunds), NextAt: day.Add(22 * time.Hour),
	}
	debts, retried := debtsOut{}, retryDebtOut{}
	debts.Body.Debts, debts.Body.Total = []StaffDebt{showStaffDebt(owed)}, 1
	retried.Body.RiderID, retried.Body.State, retried.Body.WorkflowID = rider, debt.Open, workflows.DebtID(rider)
	return map[string]any{
		"cancel-payment 200":         showPayment(cancelled),
		"pay-debt 200":               done.Body,
		"pay-debt 202":               open.Body,
		"list-debts 200":             debts.Body,
		"retry-debt 200":             retried.Body,
		"top-up 200":                 done.Body,
		"top-up 202":                 open.Body,
		"get-payment 200":            asks,
		"list-payments 200":          list.Body,
		"list-payment-methods 200":   cards.Body,
		"confirm-payment-method 200": saved,
		"prefer-payment-method 200":  saved,
		"begin-payment-method 201": CardSetup{
			ID: card, Provider: "stripe", ClientSecret: "seti_1_secret_1", PublishableKey: "pk_live_abc",
		},
		"staff-list-payments 200": staff.Body,
	}
}
