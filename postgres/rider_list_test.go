package postgres_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/letter"
	"rodada/domain/listing"
	"rodada/domain/money"
	"rodada/domain/rider"
	"rodada/domain/wallet"
)

var byCreated = listing.Query{Order: listing.Order{By: "created"}, Limit: 100}

func TestRidersForStaff(t *testing.T) {
	b := newBooks(t)
	made := map[string]string{} // by name
	for i, n := range []struct{ first, last, phone string }{
		{"Ana", "Ñúñez", "+34600111222"}, {"Borja", "Gil", ""}, {"Carla", "Sanz", "+34600999888"}, {"Deniz", "Öz_%", ""},
	} {
		id := uuid.NewString()
		require.NoError(t, b.CreateRider(b.ctx, rider.Rider{
			ID: id, FirstName: n.first, LastName: n.last, Email: n.first + "@Example.org", Phone: n.phone, Language: "es", CreatedAt: noon.Add(time.Duration(i) * time.Hour),
		}))
		made[n.first] = id
	}
	s := b.scooter()
	ride := b.open(b.request(made["Ana"], s)).ID
	b.ride(ride)
	r, err := b.RentalForStaff(b.ctx, ride)
	require.NoError(t, err)
	require.NoError(t, b.Book(b.ctx, wallet.Deposit("d", made["Borja"], money.Of(2000, "EUR"))))
	require.NoError(t, b.Book(b.ctx, wallet.Charge(ride, made["Ana"], r.Bill.Total, 0)))
	_, err = b.refund(ride, "part", 30)
	require.NoError(t, err)
	_, err = b.Suspend(b.ctx, made["Carla"], "Two scooters in the river.", letter.Envelope{})
	require.NoError(t, err)
	require.NoError(t, b.DeleteRider(b.ctx, made["Deniz"], money.Amount{}, letter.Envelope{}))

	yes, no := true, false
	for name, c := range map[string]struct {
		filter rider.Filter
		want   []string
	}{
		"all":                  {rider.Filter{}, []string{"Ana", "Borja", "Carla", "Deniz"}},
		"part of a name":       {rider.Filter{Text: "ÑÚÑ"}, []string{"Ana"}},
		"of both names":        {rider.Filter{Text: "borja gil"}, []string{"Borja"}},
		"of the email":         {rider.Filter{Text: "@example"}, []string{"Ana", "Borja", "Carla"}},
		"of the phone":         {rider.Filter{Text: "600999"}, []string{"Carla"}},
		"the ID":               {rider.Filter{Text: made["Deniz"]}, []string{"Deniz"}},
		"no pattern":           {rider.Filter{Text: "_%"}, nil},
		"suspended":            {rider.Filter{States: []rider.State{rider.Suspended}}, []string{"Carla"}},
		"active or gone":       {rider.Filter{States: []rider.State{rider.Active, rider.Deleted}}, []string{"Ana", "Borja", "Deniz"}},
		"in debt":              {rider.Filter{InDebt: &yes}, []string{"Ana"}},
		"not in debt":          {rider.Filter{InDebt: &no, States: []rider.State{rider.Active}}, []string{"Borja"}},
		"registered since":     {rider.Filter{Since: noon.Add(2 * time.Hour)}, []string{"Carla", "Deniz"}},
		"registered until":     {rider.Filter{Until: noon.Add(time.Hour)}, []string{"Ana"}},
		"all of that, nothing": {rider.Filter{Text: "ana", InDebt: &no}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			list, _, total, err := b.Riders(b.ctx, c.filter, "EUR", byCreated)
			require.NoError(t, err)
			require.Equal(t, len(c.want), total)
			for i, r := range list {
				require.Equal(t, made[c.want[i]], r.ID)
			}
		})
	}

	who, tally, err := b.RiderRecord(b.ctx, made["Ana"], "EUR")
	require.NoError(t, err)
	require.Equal(t, money.Of(30-r.Bill.Total.Minor, "EUR"), who.Balance)
	require.Equal(t, 1, who.Rides)
	require.Equal(t, r.CreatedAt, who.LastRide)
	require.Empty(t, who.OpenRental)
	require.Equal(t, rider.Tally{Charged: r.Bill.Total.Minor, Refunded: 30}, tally)
	who, tally, err = b.RiderRecord(b.ctx, made["Deniz"], "EUR")
	require.NoError(t, err)
	require.Equal(t, rider.Deleted, who.State())
	require.Zero(t, tally)
	for _, nobody := range []string{"x", uuid.NewString()} {
		_, _, err = b.RiderRecord(b.ctx, nobody, "EUR")
		require.ErrorIs(t, err, rider.ErrUnknown)
	}
}
