package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/money"
	"rodada/domain/pricing"
	"rodada/domain/rental"
	"rodada/domain/wallet"
	"rodada/internal/testkit"
	"rodada/migrations"
	"rodada/postgres"
)

func TestAdmission(t *testing.T) {
	b := newBooks(t)
	s, who := b.scooter(), b.rider().ID
	want := rental.Admission{RiderKnown: true, RiderVerified: true, Scooter: s, Balances: map[string]int64{}}
	judge := func(key, code string) {
		t.Helper()
		got, err := b.Admission(b.ctx, who, key, code)
		require.NoError(t, err)
		got.Prices = nil
		require.Equal(t, want, got)
	}
	judge("k", s.QRCode)

	require.NoError(t, b.Book(b.ctx, wallet.Deposit(uuid.NewString(), who, money.Of(700, "EUR"))))
	require.NoError(t, b.Book(b.ctx, wallet.Deposit(uuid.NewString(), who, money.Of(55, "EUR"))))
	require.NoError(t, b.Book(b.ctx, wallet.Deposit(uuid.NewString(), who, money.Of(90, "MXN"))))
	require.NoError(t, b.Book(b.ctx, wallet.Deposit(uuid.NewString(), b.rider().ID, money.Of(1000, "EUR"))))
	want.Balances = map[string]int64{"EUR": 755, "MXN": 90}
	judge("k", s.QRCode)

	n := b.request(who, s)
	n.State, n.ReservedUntil = rental.Reserved, time.Now().Add(time.Hour)
	b.open(n)
	want.OpenRental, want.OpenPlate, want.OpenState, want.OpenTariff = n.ID, s.Plate, rental.Reserved, b.tariff
	want.Scooter, _ = b.ScooterByPlate(b.ctx, s.Plate)
	judge("k", s.QRCode)
	want.KeyRental, want.KeyDigest = n.ID, n.Digest
	judge(n.Key, s.QRCode)

	require.NoError(t, b.exec(`UPDATE riders SET suspended_at = '2026-11-23T12:00:00Z' WHERE id = $1`, who))
	want.SuspendedAt = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	judge(n.Key, s.QRCode)

	want = rental.Admission{KeyRental: n.ID, KeyDigest: n.Digest}
	judge(n.Key, "NOBODYS")
	want = rental.Admission{}
	judge("k", "NOBODYS")
	judge("k", "")
}

func TestAdmissionKnowsTheModelsOwnTariff(t *testing.T) {
	b := newBooks(t)
	s, who := b.scooter(), b.rider().ID
	own, err := b.CreateTariff(b.ctx, fare.Tariff{ID: "own", Name: "Own", Currency: "MXN", Unlock: 900})
	require.NoError(t, err)
	require.NoError(t, b.AssignTariff(b.ctx, b.model.ID, own.ID, ""))
	own.Unlock = 950
	own, err = b.CreateTariff(b.ctx, own)
	require.NoError(t, err)
	require.NoError(t, b.Book(b.ctx, wallet.Deposit("d", who, money.Of(90, "MXN"))))
	a, err := b.Admission(b.ctx, who, "k", s.QRCode)
	require.NoError(t, err)
	got, err := a.Prices.For(pricing.Case{ModelID: b.model.ID, At: time.Now()})
	require.NoError(t, err)
	require.Equal(t, own, got)
	require.Equal(t, money.Of(90, "MXN"), a.Balance(got))
}

func TestAdmissionOfAStranger(t *testing.T) {
	b := newBooks(t)
	a, err := b.Admission(b.ctx, uuid.NewString(), "k", b.scooter().QRCode)
	require.NoError(t, err)
	require.False(t, a.RiderKnown)
	a, err = b.Admission(b.ctx, "no id", "k", b.scooter().QRCode)
	require.NoError(t, err)
	require.Zero(t, a)
}

func TestAdmissionWithoutPrices(t *testing.T) {
	url := testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up)
	store, err := postgres.Open(t.Context(), url, 2)
	require.NoError(t, err)
	defer store.Close()
	b := &books{Store: store, t: t, ctx: t.Context()}
	b.model, err = b.CreateModel(b.ctx, fleet.Model{Name: "M1", MaxKmh: 25})
	require.NoError(t, err)
	a, err := b.Admission(b.ctx, uuid.NewString(), "k", b.scooter().QRCode)
	require.NoError(t, err)
	_, err = a.Prices.For(pricing.Case{ModelID: b.model.ID, At: time.Now()})
	require.ErrorIs(t, err, pricing.ErrNone)
}

// statements counts what is sent to the database.
type statements struct{ sent int }

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	s.sent++
	return ctx
}

func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TestOpeningARentalTakesThreeRoundTrips watches what a request to rent waits for: is it allowed, open it, see it.
func TestOpeningARentalTakesThreeRoundTrips(t *testing.T) {
	url := testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up)
	c, err := pgx.ParseConfig(url)
	require.NoError(t, err)
	var count statements
	c.Tracer = &count
	traced := stdlib.RegisterConnConfig(c)
	defer stdlib.UnregisterConnConfig(traced)
	b := newBooksAt(t, traced)
	s, who := b.scooter(), b.rider().ID

	_, err = b.Prices(b.ctx) // read once, and again only when they change
	require.NoError(t, err)
	count.sent = 0
	a, err := b.Admission(b.ctx, who, "k", s.QRCode)
	require.NoError(t, err)
	n := b.request(who, a.Scooter)
	n.Tariff, err = a.Prices.For(pricing.Case{ModelID: b.model.ID, At: time.Now()})
	require.NoError(t, err)
	b.open(n)
	_, err = b.BeginRental(b.ctx, n.ID, "run") // by the worker
	require.NoError(t, err)
	_, err = b.Rental(b.ctx, who, n.ID, never)
	require.NoError(t, err)
	require.Equal(t, 3+1, count.sent)
}

// Between its end and its charge a ride is owed already: nobody rides on with what is spent.
func TestARideIsOwedFromItsEndOn(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	id, who, price := b.ridden(b.scooter())
	require.Positive(t, price.Minor)
	owes := func(why string) {
		t.Helper()
		a, err := b.Admission(b.ctx, who, "k", s.QRCode)
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"EUR": -price.Minor}, a.Balances, why)
	}
	owes("it is over")
	require.NoError(t, b.Book(b.ctx, wallet.Charge(id, who, price, 0)))
	owes("it is charged, and counts once")

	id, who, _ = b.ridden(b.scooter())
	_, err := b.refund(id, "k", 0)
	require.NoError(t, err)
	a, err := b.Admission(b.ctx, who, "k", s.QRCode)
	require.NoError(t, err)
	require.Zero(t, a.Balances["EUR"], "it is void, and never owed again")
}
