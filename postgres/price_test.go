package postgres_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/pricing"
	"rodada/domain/rental"
)

// dearer is the books' tariff with another price of the unlock.
func (b *books) dearer(unlock int64) fare.Tariff {
	t := b.tariff
	t.Unlock = unlock
	return t
}

// holds is the tariff that a ride has that opens now.
func (b *books) holds() fare.Tariff {
	b.t.Helper()
	t, err := b.CurrentTariff(b.ctx, b.model.ID)
	require.NoError(b.t, err)
	return t
}

// together runs something n times at once, and counts how often it went well; every fault must be the one expected.
func together(t *testing.T, n int, otherwise error, do func(i int) error) (fine int) {
	t.Helper()
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = do(i) })
	}
	all.Wait()
	for _, err := range errs {
		if err == nil {
			fine++
			continue
		}
		require.ErrorIs(t, err, otherwise)
	}
	return fine
}

func TestRidesThatOpenWhileAVersionBeginsHaveOneEach(t *testing.T) {
	b := newBooks(t)
	begins := time.Now().Add(700 * time.Millisecond)
	_, err := b.PriceTariff(b.ctx, 1, b.dearer(200), begins, "")
	require.NoError(t, err)
	const riders = 4
	type opened struct {
		id    string
		asked time.Time
		shown fare.Tariff
	}
	rides := make([][]opened, riders)
	var all sync.WaitGroup
	for i := range riders {
		who, scooter := b.rider().ID, b.scooter()
		all.Go(func() {
			for after := 0; after < 3; {
				book, err := b.Prices(b.ctx)
				if err != nil {
					t.Error(err)
					return
				}
				n := b.request(who, scooter)
				asked := time.Now()
				if n.Tariff, err = book.For(pricing.Case{ModelID: b.model.ID, At: asked}); err == nil {
					_, _, err = b.OpenRental(b.ctx, n, never)
				}
				if err == nil {
					err = b.VoidUnstarted(b.ctx, n.ID, rental.NotStarted, time.Now())
				}
				if err != nil {
					t.Error(err)
					return
				}
				rides[i] = append(rides[i], opened{n.ID, asked, n.Tariff})
				if !asked.Before(begins) {
					after++
				}
			}
		})
	}
	all.Wait()
	versions := map[int]int{}
	for _, ride := range rides {
		for _, o := range ride {
			want := 1
			if !o.asked.Before(begins) {
				want = 2
			}
			require.Equal(t, want, o.shown.Version)
			r, err := b.RentalForStaff(b.ctx, o.id)
			require.NoError(t, err)
			require.Equal(t, o.shown, r.Tariff, "what the rider was shown")
			versions[want]++
		}
	}
	require.NotZero(t, versions[1])
	require.NotZero(t, versions[2])
}

func TestOfManyWhoChangeAPriceOneDoes(t *testing.T) {
	b := newBooks(t)
	require.Equal(t, 1, together(t, 20, pricing.ErrChanged, func(i int) error {
		_, err := b.PriceTariff(b.ctx, 1, b.dearer(int64(i)), time.Time{}, "")
		return err
	}))
	require.Equal(t, 1, together(t, 20, pricing.ErrTariffTaken, func(int) error {
		t := b.tariff
		t.ID = "new"
		_, err := b.PriceTariff(b.ctx, 0, t, time.Time{}, "")
		return err
	}))
	require.Equal(t, 1, together(t, 20, pricing.ErrChanged, func(int) error {
		_, err := b.SetPriceRules(b.ctx, 0, pricing.Plan{Rules: []pricing.TariffRule{{TariffID: "new"}}}, time.Time{}, "")
		return err
	}))
	require.Equal(t, "new", b.price(t).ID)
	require.Equal(t, 2, b.count(`SELECT count(*) FROM tariff_versions WHERE tariff_id = 'standard'`))
}

// price is what a ride costs by the rules.
func (b *books) price(t *testing.T) fare.Tariff {
	t.Helper()
	book, err := b.Prices(b.ctx)
	require.NoError(t, err)
	tariff, err := book.For(pricing.Case{ModelID: b.model.ID, At: time.Now()})
	require.NoError(t, err)
	return tariff
}

func TestOfManyWhoWithdrawOneDoes(t *testing.T) {
	b := newBooks(t)
	_, err := b.PriceTariff(b.ctx, 1, b.dearer(300), time.Now().Add(time.Hour), "")
	require.NoError(t, err)
	require.Equal(t, 1, together(t, 10, pricing.ErrWithdrawn, func(int) error {
		_, err := b.WithdrawTariff(b.ctx, "standard", 2, "")
		return err
	}))
	_, err = b.PriceTariff(b.ctx, 2, b.dearer(400), time.Now().Add(100*time.Millisecond), "")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return b.holds().Version == 3 }, 5*time.Second, 10*time.Millisecond)
	require.Eventually(t, func() bool { // as soon as the database's clock is there too
		_, err := b.WithdrawTariff(b.ctx, "standard", 3, "")
		return errors.Is(err, pricing.ErrBegun) || errors.Is(err, pricing.ErrWithdrawn)
	}, 5*time.Second, 10*time.Millisecond)
	_, err = b.WithdrawTariff(b.ctx, "gone", 1, "")
	require.ErrorIs(t, err, pricing.ErrVersionUnknown)
	_, err = b.WithdrawPriceRules(b.ctx, 1, "")
	require.ErrorIs(t, err, pricing.ErrVersionUnknown)
}

func TestPricesNeverChange(t *testing.T) {
	b := newBooks(t)
	_, err := b.SetPriceRules(b.ctx, 0, pricing.Plan{Rules: []pricing.TariffRule{{TariffID: "standard"}}}, time.Time{}, "")
	require.NoError(t, err)
	for _, query := range []string{
		`UPDATE tariff_versions SET plan = '{}'`, `UPDATE tariff_versions SET starts_at = now()`, `DELETE FROM tariff_versions`,
		`UPDATE tariff_versions SET withdrawn_at = now()`, `UPDATE price_rules SET plan = '{}'`, `DELETE FROM price_rules`,
	} {
		require.Error(t, b.exec(query), query)
	}
}

// A process that has read the prices sees what another one changes.
func TestWhoHasReadThePricesSeesTheNextChange(t *testing.T) {
	b := newBooks(t)
	require.Equal(t, 1, b.holds().Version)
	require.NoError(t, b.exec(`INSERT INTO tariff_versions (tariff_id, version, name, currency, plan, starts_at)
		SELECT tariff_id, 2, name, currency, plan || '{"version": 2}', now() FROM tariff_versions`))
	require.Equal(t, 2, b.holds().Version)
	_, err := b.CreateTariff(b.ctx, fare.Tariff{ID: "own", Name: "Own", Currency: "EUR"})
	require.NoError(t, err)
	require.NoError(t, b.AssignTariff(b.ctx, b.model.ID, "own", ""))
	require.Equal(t, "own", b.holds().ID)
	require.ErrorIs(t, b.AssignTariff(b.ctx, b.model.ID, "gone", ""), pricing.ErrTariffUnknown)
	require.ErrorIs(t, b.AssignTariff(b.ctx, 99, "own", ""), fleet.ErrModelUnknown)
}
