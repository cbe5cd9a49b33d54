package api

import (
	"context"
	"maps"
	"slices"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/letter"
	"rodada/domain/listing"
	"rodada/domain/money"
	"rodada/domain/pricing"
	"rodada/domain/receipt"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/wallet"
	"rodada/geo"
)

func Spanish(code string) string { return spanish[code] }

func SpanishCodes() []string { return slices.Sorted(maps.Keys(spanish)) }

func SpanishMessages() map[string]string { return spanishMessages }

func SpanishFlaw(flaw geo.Flaw) string { return spanishFlaws[flaw] }

func SpanishPlan(what firmware.FlawKind) string { return spanishPlan[what] }

func SpanishTitle(status int) string { return spanishTitles[status] }

func Statuses() []int {
	all := slices.Concat(slices.Collect(maps.Values(statuses)), slices.Collect(maps.Keys(requestCodes)))
	return append(all, 404, 405, 499, 500, 503)
}

func SayField(lang, message string) string { return sayField(lang, message) }

func KeepApart(template string, args ...any) string { return keepApart(template, args...) }

func OperationsWithExamples() []string {
	return slices.Sorted(maps.Keys(together(examples(), riderExamples(), paymentExamples(), staffExamples(), zoneExamples(), priceExamples(), liveExamples(), firmwareExamples(), rolloutExamples())))
}

func PlainEnglish() map[string]string { return plainEnglish }

func StatusOf(kind fault.Kind) int { return statuses[kind] }

func SpanishPrice(f pricing.FlawKind) string { return spanishPrices[f] }

var Unhurried = unhurried

// FirmwareBooks is what fakes leave to a real database.
type FirmwareBooks interface {
	firmwareStore
	upgradeStore
	rolloutStore
}

// ListBooks is what fakes leave to a real database of the lists of staff.
type ListBooks interface {
	ledgerStore
	RentalMovements(ctx context.Context, r rental.Rental) ([]wallet.Movement, error)
	IssueReceipt(ctx context.Context, rentalID string) (receipt.Issue, error)
	StaffRentals(ctx context.Context, f rental.Filter, q listing.Query) ([]rental.Rental, []listing.Place, int, error)
}

// PriceBooks is what fakes leave to a real database.
type PriceBooks interface {
	pricingStore
	promotionStore
	passStore
	TraceKey(ctx context.Context, id, secret string) (keptID, kept string, err error)
	KeepTraces(ctx context.Context, riderID string, traces []string) error
	discountStore
}

// SessionBooks is what fakes leave to a real database of sessions.
type SessionBooks interface {
	OpenSessions(ctx context.Context, subject string) ([]rider.Login, error)
	EndSession(ctx context.Context, subject, id string) error
	EndOtherSessions(ctx context.Context, subject, but string) error
}

// PaymentBooks is what fakes leave to a real database too.
type PaymentBooks interface {
	paymentStore
	methodStore
	debtStore
	adminDebtStore
}

// AccountBooks is what fakes leave to a real database too.
type AccountBooks interface {
	proofStore
	loginStore
	adminRiderStore
	Logins(ctx context.Context, riderID string) ([]rider.Login, error)
	DeleteRider(ctx context.Context, id string, forfeit money.Amount, e letter.Envelope) error
	ChangeRider(ctx context.Context, id string, e rider.Edit) (rider.Rider, error)
	ChangePassword(ctx context.Context, id, hash, session string, e letter.Envelope) error
}
