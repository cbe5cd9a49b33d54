package postgres_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fare"
	"rodada/domain/rental"
)

// Numbers are without gaps and each is of one receipt, however many are asked for at once and however often.
func TestReceiptsAreNumbered(t *testing.T) {
	b := newBooks(t)
	var ids []string
	for range 5 {
		id, _, _ := b.ridden(b.scooter())
		ids = append(ids, id)
	}
	var mu sync.Mutex
	numbers := map[string][]int64{}
	together(t, 40, nil, func(i int) error {
		id := ids[i%len(ids)]
		issue, err := b.IssueReceipt(b.ctx, id)
		mu.Lock()
		defer mu.Unlock()
		numbers[id] = append(numbers[id], issue.Number)
		return err
	})
	var all []int64
	for _, of := range numbers {
		require.Len(t, slices.Compact(of), 1, "a receipt keeps its number")
		all = append(all, of[0])
	}
	slices.Sort(all)
	require.Equal(t, []int64{1, 2, 3, 4, 5}, all)
	for _, id := range []string{uuid.NewString(), "x"} {
		_, err := b.IssueReceipt(b.ctx, id)
		require.ErrorIs(t, err, rental.ErrUnknown)
	}
	require.Equal(t, 5, b.count(`SELECT last FROM receipt_numbers`), "what is refused takes no number")
	require.Error(t, b.exec(`UPDATE receipts SET number = 9 WHERE number = 1`))
}

func TestARideKeepsItsTax(t *testing.T) {
	b := newBooks(t)
	n := b.request(b.rider().ID, b.scooter())
	n.Tax = fare.Tax{Name: "IVA", Hundredths: 2100}
	id := b.open(n).ID
	r, err := b.RentalForStaff(b.ctx, id)
	require.NoError(t, err)
	require.Equal(t, &n.Tax, r.Tax)
}
