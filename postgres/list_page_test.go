package postgres_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/listing"
	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/domain/wallet"
	"rodada/internal/testkit"
	"rodada/migrations"
)

// someList is a list of any kind: one page of it, as IDs.
type someList func(q listing.Query) (ids []string, places []listing.Place, total int, err error)

func listOf[T any](read func(q listing.Query) ([]T, []listing.Place, int, error), id func(T) string) someList {
	return func(q listing.Query) (ids []string, places []listing.Place, total int, err error) {
		rows, places, total, err := read(q)
		for _, r := range rows {
			ids = append(ids, id(r))
		}
		return ids, places, total, err
	}
}

// walk reads a list to its end, page by page.
func walk(t testing.TB, list someList, q listing.Query) (ids []string) {
	t.Helper()
	for {
		page, places, total, err := list(q)
		require.NoError(t, err)
		require.Len(t, places, len(page))
		require.GreaterOrEqual(t, total, len(page))
		ids = append(ids, page[:min(len(page), q.Limit)]...)
		require.Less(t, len(ids), 10_000, "the list has no end")
		if len(page) <= q.Limit {
			return ids
		}
		q.After = &places[q.Limit-1]
	}
}

func (b *books) staffLists() map[string]struct {
	sorts []string
	read  someList
	add   func()
} {
	who := b.as(b.member())
	owner := b.rider().ID
	return map[string]struct {
		sorts []string
		read  someList
		add   func()
	}{
		"riders": {[]string{"created", "name", "email"}, listOf(func(q listing.Query) ([]rider.Record, []listing.Place, int, error) {
			return b.Riders(b.ctx, rider.Filter{}, "EUR", q)
		}, func(r rider.Record) string { return r.ID }), func() { b.rider() }},
		"rentals": {[]string{"created", "amount"}, listOf(func(q listing.Query) ([]rental.Rental, []listing.Place, int, error) {
			return b.StaffRentals(b.ctx, rental.Filter{}, q)
		}, func(r rental.Rental) string { return r.ID }), func() { b.open(b.request(b.rider().ID, b.scooter())) }},
		"ledger": {[]string{"booked"}, listOf(func(q listing.Query) ([]wallet.Booked, []listing.Place, int, error) {
			return b.Ledger(b.ctx, wallet.Filter{}, q)
		}, func(t wallet.Booked) string { return t.ID }), func() {
			require.NoError(b.t, b.Book(b.ctx, wallet.Deposit(uuid.NewString(), owner, money.Of(100, "EUR"))))
		}},
		"audit": {[]string{"at"}, listOf(func(q listing.Query) ([]staff.Entry, []listing.Place, int, error) {
			return b.AuditLog(b.ctx, staff.AuditFilter{}, q)
		}, func(e staff.Entry) string { return fmt.Sprint(e.ID) }), func() {
			require.NoError(b.t, who.Audit(who.ctx, staff.Deed{Action: "zone.create", Subject: "1"}))
		}},
	}
}

// Whatever is written meanwhile, and however long a page is: what was there all the time is on exactly one page, in its order.
func TestPagesOfStaffListsLoseNothingWhileOthersWrite(t *testing.T) {
	b := newBooks(t)
	for name, list := range b.staffLists() {
		t.Run(name, func(t *testing.T) {
			for range 23 {
				list.add()
			}
			for _, by := range list.sorts {
				for _, descending := range []bool{false, true} {
					order := listing.Order{By: by, Descending: descending}
					want, _, total, err := list.read(listing.Query{Order: order, Limit: 1000})
					require.NoError(t, err)
					require.Len(t, want, total)
					require.Equal(t, want, walk(t, list.read, listing.Query{Order: order, Limit: 5}))

					stop := make(chan struct{})
					var writers sync.WaitGroup
					for range 3 {
						writers.Go(func() {
							for n := 0; n < 40; n++ {
								select {
								case <-stop:
									return
								default:
									list.add()
								}
							}
						})
					}
					got := walk(t, list.read, listing.Query{Order: order, Limit: 3})
					close(stop)
					writers.Wait()
					seen := map[string]int{}
					for _, id := range got {
						seen[id]++
						require.Equal(t, 1, seen[id], "twice")
					}
					old := map[string]bool{}
					for _, id := range want {
						old[id] = true
					}
					require.Equal(t, want, slices.DeleteFunc(got, func(id string) bool { return !old[id] }), "%v", order)
				}
			}
		})
	}
}

func TestStaffListsThatCanNotBe(t *testing.T) {
	b := newBooks(t)
	for name, list := range b.staffLists() {
		_, _, _, err := list.read(listing.Query{Order: listing.Order{By: "colour"}, Limit: 1})
		require.ErrorIs(t, err, listing.ErrSort, name)
		for _, place := range []listing.Place{{Value: "soon", ID: "x"}, {Value: time.Now().Format(time.RFC3339), ID: "x"}} {
			_, _, _, err = list.read(listing.Query{Order: listing.Order{By: list.sorts[0]}, Limit: 1, After: &place})
			require.ErrorIs(t, err, listing.ErrCursor, name)
		}
	}
}

func TestStaffListsWithTheRightsOfTheAPI(t *testing.T) {
	url := testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up)
	b := newBooksAt(t, url)
	who := b.rider().ID
	b.Store = openAs(t, url, migrations.API, migrations.Login)
	for name, list := range b.staffLists() {
		_, _, _, err := list.read(listing.Query{Order: listing.Order{By: list.sorts[0]}, Limit: 1})
		require.NoError(t, err, name)
	}
	yes := true
	_, _, _, err := b.Riders(b.ctx, rider.Filter{Text: "a", InDebt: &yes}, "EUR", byCreated)
	require.NoError(t, err)
	_, _, err = b.RiderRecord(b.ctx, who, "EUR")
	require.NoError(t, err)
}
