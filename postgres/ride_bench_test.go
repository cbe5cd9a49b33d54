package postgres_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/money"
	"rodada/domain/wallet"
)

// BenchmarkRide is all that one ride asks of the books, one statement at a time: open, begin, six changes, one charge.
func BenchmarkRide(bench *testing.B) {
	b := newBooks(bench)
	s, who := b.scooter(), b.rider().ID
	for bench.Loop() {
		id := b.open(b.request(who, s)).ID
		claimed, err := b.BeginRental(b.ctx, id, uuid.NewString())
		require.NoError(b.t, err)
		require.True(b.t, claimed)
		b.ride(id)
		require.NoError(b.t, b.Book(b.ctx, wallet.Charge(id, who, money.Of(100, "EUR"), 0)))
	}
	bench.ReportMetric(float64(bench.Elapsed().Microseconds())/float64(bench.N)/9, "µs/statement")
}
