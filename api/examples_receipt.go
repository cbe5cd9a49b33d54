package api

import (
	"time"

	"rodada/api/paper"
	"rodada/domain/money"
	"rodada/domain/receipt"
	"rodada/domain/rental"
	"rodada/domain/wallet"
	"rodada/internal/config"
)

// receiptExample is the receipt of a ride of which a part was given back.
func receiptExample(r rental.Rental) RideReceipt {
	by := operatorOf(config.Operator{
		Name: "Rodada, S.L.", TaxID: "B00000000", Address: "Calle Mayor 1, 28013 Madrid", Contact: "hola@example.org", Country: "ES", TimeZone: "Europe/Madrid",
		TaxName: "IVA", TaxPercent: 21,
	})
	made, _ := receipt.Of(r, []wallet.Movement{
		{Kind: wallet.Ride, At: r.SecuredAt, Amount: r.Bill.Total.Negate()},
		{Kind: wallet.Refund, At: r.SecuredAt.AddDate(0, 0, 1), Amount: money.Of(150, r.Tariff.Currency)},
	}, by.Tax)
	made.Issue = receipt.Issue{Number: 412, At: r.SecuredAt.Add(time.Minute)}
	return RideReceipt{
		Receipt: paper.Write(r, "Ana Ruiz", made, by, "es"), RouteMeters: 3215,
		Route: &LineString{Type: "LineString", Coordinates: [][2]float64{{-3.703891, 40.416512}, {-3.703312, 40.417401}, {-3.70275, 40.41831}}},
	}
}
