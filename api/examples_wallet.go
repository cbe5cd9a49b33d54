package api

import (
	"time"

	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/wallet"
)

// movementsExample is a wallet that was filled and paid a ride with a pause.
func movementsExample(r rental.Rental) any {
	out := movementsOut{}.Body
	pauses := r.Bill.Pauses()
	out.Entries = []Movement{
		{
			ID: "0f8fad5b-d9cb-469f-a165-70867728950e", Kind: wallet.Ride, At: r.SecuredAt, RentalID: r.ID, Amount: r.Bill.Total.Negate(),
			Items: []wallet.Part{{Item: wallet.RideItem, Minor: pauses - r.Bill.Total.Minor}, {Item: wallet.PauseItem, Minor: -pauses}},
		},
		{ID: "7c9e6679-7425-40de-944b-e07fc1f90ae7", Kind: wallet.TopUp, At: r.CreatedAt.Add(-time.Hour), Amount: money.Of(2000, r.Tariff.Currency)},
	}
	return out
}

func adjustExample(at time.Time) any {
	out := adjustWalletOut{}.Body
	out.Entry = Movement{ID: "7d444840-9dc0-11d1-b245-5ffdce74fad2", Kind: wallet.Bonus, At: at, Amount: money.Of(500, "EUR")}
	out.Balance = money.Of(2140, "EUR")
	return out
}
