package api

import (
	"time"

	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/domain/wallet"
)

// listExamples are the lists of staff, as far as they are about a ride that is over.
func listExamples(r rental.Rental) map[string]any {
	ana := StaffRider{
		ID: r.RiderID, FirstName: "Ana", LastName: "Ruiz", Email: "ana@example.com", Phone: "+34600000000", Language: "es", State: rider.Active,
		CreatedAt: r.CreatedAt.AddDate(0, -3, 0), Balance: money.Of(1640, r.Tariff.Currency), Rides: 12, LastRideAt: happened(r.CreatedAt),
	}
	riders := ridersOut{}.Body
	riders.Riders, riders.Total = []StaffRider{ana}, 1
	rentals := staffRentalsOut{}.Body
	rentals.Rentals, rentals.Total = []ListedRental{listRental(r)}, 1
	ledger := ledgerOut{}.Body
	ledger.Total = 1
	ledger.Transactions = []LedgerTransaction{showBooked(wallet.Booked{
		ID: "0f8fad5b-d9cb-469f-a165-70867728950e", At: r.SecuredAt, Transaction: wallet.Charge(r.ID, r.RiderID, r.Bill.Total, r.Bill.Pauses()),
	})}
	audit := auditOut{}.Body
	audit.Total = 1
	audit.Entries = []AuditEntry{{
		ID: 391, At: r.SecuredAt.Add(time.Hour), By: staff.ByStaff, StaffID: "5b0f3c7a-2d1e-4f6b-9a38-7c6d5e4f3a21", Email: "eva@example.org", Action: "rental.refund", Subject: r.ID,
		Before: []byte(`{"charged":386,"refunded":0,"waived":false}`), After: []byte(`{"charged":386,"refunded":150,"waived":false}`),
		Reason: "The brake was broken.", Address: "192.0.2.7", RequestID: "0b6f3f6e-6a0e-4e55-9d5e-3b3f7c1d9a10",
	}}
	return map[string]any{
		"list-riders 200": riders,
		"get-rider 200":   RiderRecord{StaffRider: ana, Voids: 1, Charged: 4212, Refunded: 150, ToppedUp: 6000, Sessions: 2},

		"staff-list-rentals 200": rentals,
		"list-ledger 200":        ledger,
		"list-audit 200":         audit,
	}
}
