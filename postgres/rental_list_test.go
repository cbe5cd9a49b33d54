package postgres_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/listing"
	"rodada/domain/rental"
	"rodada/domain/wallet"
	"rodada/domain/zone"
	"rodada/geo"
)

func TestRentalsForStaff(t *testing.T) {
	b := newBooks(t)
	s, other := b.scooter(), b.scooter()
	due, ana, price := b.ridden(s)
	charged, _, _ := b.ridden(s)
	refunded, eva, _ := b.ridden(s)
	for id, who := range map[string]string{refunded: eva} {
		require.NoError(t, b.Book(b.ctx, wallet.Charge(id, who, price, 0)))
	}
	r, err := b.RentalForStaff(b.ctx, charged)
	require.NoError(t, err)
	require.NoError(t, b.Book(b.ctx, wallet.Charge(charged, r.RiderID, price, 0)))
	_, err = b.refund(refunded, "r", 10)
	require.NoError(t, err)
	failed := b.short(ana)
	_, err = b.ClaimFailed(b.ctx, ana, failed, failedRule)
	require.NoError(t, err)
	open := b.open(b.request(ana, other)).ID
	var place *geo.Point
	for _, c := range steps(due) {
		if c.EndPosition != nil {
			place = c.EndPosition
		}
	}
	require.NotNil(t, place)
	around := func(lat, lng, d float64) string {
		return fmt.Sprintf("[[%[1]g,%[2]g],[%[3]g,%[2]g],[%[3]g,%[4]g],[%[1]g,%[4]g],[%[1]g,%[2]g]]", lng-d, lat-d, lng+d, lat+d)
	}
	here := around(place.Lat, place.Lng, 0.0001)
	zones, err := b.CreateZones(b.ctx,
		shaped(draft("Here", 1, true), `{"type":"Polygon","coordinates":[`+here+`]}`),
		shaped(draft("Around", 2, true), `{"type":"Polygon","coordinates":[`+around(place.Lat, place.Lng, 0.001)+`,`+here+`]}`),
		shaped(draft("Both", 3, true), `{"type":"MultiPolygon","coordinates":[[`+around(10, 10, 0.1)+`],[`+here+`]]}`),
		zone.Draft{Name: "Elsewhere", Everywhere: true, Rules: []zone.Rule{zone.Open}})
	require.NoError(t, err)

	yes, no := true, false
	all := []string{due, charged, refunded, failed, open}
	for name, c := range map[string]struct {
		filter rental.Filter
		want   []string
	}{
		"all":                  {rental.Filter{}, all},
		"of a rider":           {rental.Filter{RiderID: ana}, []string{due, failed, open}},
		"of a scooter":         {rental.Filter{Plate: s.Plate}, []string{due, charged, refunded}},
		"of a model":           {rental.Filter{Models: []int64{b.model.ID}}, all},
		"of another":           {rental.Filter{Models: []int64{b.model.ID + 1}}, nil},
		"open":                 {rental.Filter{States: []string{"unlocking", "riding"}}, []string{open}},
		"ended":                {rental.Filter{States: []string{"ended"}}, []string{due, charged, refunded, failed}},
		"void for a reason":    {rental.Filter{Reasons: []rental.Reason{rental.ScooterSilent}}, nil},
		"due":                  {rental.Filter{Money: []rental.Settled{rental.Due}}, []string{due}},
		"charged":              {rental.Filter{Money: []rental.Settled{rental.Charged}}, []string{charged, refunded}},
		"refunded or waived":   {rental.Filter{Money: []rental.Settled{rental.Refunded, rental.Waived}}, []string{refunded, failed}},
		"failed":               {rental.Filter{Failed: &yes}, []string{failed}},
		"not failed":           {rental.Filter{Failed: &no, States: []string{"ended"}}, []string{due, charged, refunded}},
		"dear":                 {rental.Filter{AmountFrom: price.Minor}, []string{due, charged, refunded, failed}},
		"for nothing":          {rental.Filter{AmountBelow: 1}, []string{open}},
		"in time":              {rental.Filter{Since: noon}, all},
		"too early":            {rental.Filter{Until: noon.AddDate(-5, 0, 0)}, nil},
		"in a zone":            {rental.Filter{ZoneID: zones[0].ID, RiderID: ana, Money: []rental.Settled{rental.Due}}, []string{due}},
		"in the hole of one":   {rental.Filter{ZoneID: zones[1].ID, Money: []rental.Settled{rental.Due}}, nil},
		"in a part of another": {rental.Filter{ZoneID: zones[2].ID, Money: []rental.Settled{rental.Due}}, []string{due}},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "in time" {
				c.filter.Since = r.CreatedAt.AddDate(-1, 0, 0)
			}
			list, _, total, err := b.StaffRentals(b.ctx, c.filter, byCreated)
			require.NoError(t, err)
			require.Equal(t, len(c.want), total)
			var got []string
			for _, r := range list {
				got = append(got, r.ID)
			}
			require.Equal(t, c.want, got)
		})
	}
	for id, want := range map[int64]error{zones[3].ID: zone.ErrNoArea, 9999: zone.ErrUnknown} {
		_, _, _, err = b.StaffRentals(b.ctx, rental.Filter{ZoneID: id}, byCreated)
		require.ErrorIs(t, err, want)
	}
	list, _, _, err := b.StaffRentals(b.ctx, rental.Filter{}, listing.Query{Order: listing.Order{By: "amount"}, Limit: 10})
	require.NoError(t, err)
	require.Equal(t, open, list[0].ID, "what has no bill is 0")
}

func TestLedgerForStaff(t *testing.T) {
	b := newBooks(t)
	id, who, price := b.ridden(b.scooter())
	require.NoError(t, b.Book(b.ctx, wallet.Deposit("d", who, price)))
	require.NoError(t, b.Book(b.ctx, wallet.Charge(id, who, price, 20)))
	_, err := b.refund(id, "r", 10)
	require.NoError(t, err)
	require.NoError(t, b.Book(b.ctx, wallet.Deposit("e", b.rider().ID, price)))
	for name, c := range map[string]struct {
		filter wallet.Filter
		want   []wallet.Kind
	}{
		"all":         {wallet.Filter{}, []wallet.Kind{wallet.TopUp, wallet.Ride, wallet.Refund, wallet.TopUp}},
		"kinds":       {wallet.Filter{Kinds: []wallet.Kind{wallet.Ride, wallet.Refund}}, []wallet.Kind{wallet.Ride, wallet.Refund}},
		"of a rider":  {wallet.Filter{RiderID: who}, []wallet.Kind{wallet.TopUp, wallet.Ride, wallet.Refund}},
		"an account":  {wallet.Filter{Account: wallet.TopUps}, []wallet.Kind{wallet.TopUp, wallet.TopUp}},
		"both":        {wallet.Filter{Account: wallet.TopUps, RiderID: who}, []wallet.Kind{wallet.TopUp}},
		"of a rental": {wallet.Filter{RentalID: id}, []wallet.Kind{wallet.Ride, wallet.Refund}},
		"a key":       {wallet.Filter{Key: "rental/" + id}, []wallet.Kind{wallet.Ride}},
		"no time":     {wallet.Filter{Until: noon.AddDate(-9, 0, 0)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			list, _, total, err := b.Ledger(b.ctx, c.filter, listing.Query{Order: listing.Order{By: "booked"}, Limit: 10})
			require.NoError(t, err)
			require.Equal(t, len(c.want), total)
			for i, each := range list {
				require.Equal(t, c.want[i], each.Kind)
				require.NoError(t, each.Validate())
				require.NotEmpty(t, each.Entries)
			}
		})
	}
	list, _, _, err := b.Ledger(b.ctx, wallet.Filter{Kinds: []wallet.Kind{wallet.Ride}}, listing.Query{Order: listing.Order{By: "booked"}, Limit: 1})
	require.NoError(t, err)
	require.Equal(t, wallet.Charge(id, who, price, 20).Entries, list[0].Entries)
	require.Equal(t, who, list[0].Rider())
}
