package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/geo"
	"rodada/workflows"
)

// exemplify puts the examples of an operation's answers into the document.
func exemplify(op huma.Operation, all map[string]any) {
	for status, response := range op.Responses {
		example, has := all[op.OperationID+" "+status]
		if !has {
			continue
		}
		own := make(map[string]*huma.MediaType, len(response.Content)) // two statuses may share theirs
		for kind, media := range response.Content {
			again := *media
			if again.Schema == nil || again.Schema.Format != "binary" {
				again.Example = example
			}
			own[kind] = &again
		}
		response.Content = own
	}
}

// problemExamples refers to an example of every code, which are kept together.
func problemExamples(kept *huma.Components, status int, codes []string) map[string]*huma.Example {
	refs := make(map[string]*huma.Example, len(codes))
	for _, code := range codes {
		kept.Examples[code] = &huma.Example{Value: problemExample(status, code)}
		refs[code] = &huma.Example{Ref: "#/components/examples/" + code}
	}
	return refs
}

// problemExample is a problem as a client may see it.
func problemExample(status int, code string) *Problem {
	english := ""
	if f, known := fault.Lookup(code); known {
		english = f.Message
	}
	p := problemIn("en", status, code, english)
	p.RequestID = "0b6f3f6e-6a0e-4e55-9d5e-3b3f7c1d9a10"
	switch code {
	case codeInvalid:
		p.Errors = []FieldError{{Location: "body.qr", Message: "expected required property qr to be present"}}
	case codeMalformed:
		p.Errors = []FieldError{{Location: "body", Message: sayField("en", "")}}
	}
	return p
}

// examples are the main answers of the API, by operation and status: one ride, told by what its rider and staff see of it.
func examples() map[string]any {
	const (
		id, vehicle, ana = "5d0b2f0c-5a52-4a3e-8a86-0d7b2c1f7e55", "f3a1c9b4-2f0e-4c57-9f6d-6a0d4a7f2b10", "7c1d5b1e-8b7e-4a0f-9a53-3c5f0a6f9d21"
	)
	began := time.Date(2026, 11, 23, 17, 5, 12, 0, time.UTC)
	tariff := fare.Tariff{
		ID: "city", Version: 3, Name: "City", Currency: "EUR", Unlock: 100,
		Riding: []fare.Segment{{Rate: 23, Interval: 1}}, Paused: []fare.Segment{{Rate: 5, Interval: 1}},
		MinimumBalance: 300, ReservationSeconds: 900,
	}
	reserved := rental.Rental{
		ID: id, RiderID: ana, Plate: "12AB", VehicleID: vehicle, Code: "RD-7K2M9Q", Model: "M1", State: rental.Reserved, Tariff: tariff,
		CreatedAt: began.Add(-4 * time.Minute), ReservedUntil: began.Add(11 * time.Minute),
	}
	unlocking := reserved
	unlocking.State, unlocking.CreatedAt, unlocking.ReservedUntil = rental.Unlocking, began, time.Time{}
	riding := unlocking
	riding.State, riding.UnlockedAt = rental.Riding, began.Add(400*time.Millisecond)
	paused := riding
	paused.State, paused.PausedAt = rental.Paused, began.Add(9*time.Minute)
	paused.Usage = fare.Usage{Riding: 9 * time.Minute}
	ended := riding
	ended.State, ended.Outcome, ended.Charged = rental.Ended, rental.Ridden, true
	ended.StoppedAt, ended.SecuredAt = began.Add(14*time.Minute), began.Add(14*time.Minute+700*time.Millisecond)
	ended.Usage = fare.Usage{Riding: 12 * time.Minute, Paused: 2 * time.Minute, Meters: 3200}
	bill := fare.Quote(tariff, ended.Usage)
	ended.Bill, ended.EndPosition = &bill, &geo.Point{Lat: 40.41831, Lng: -3.70275}

	scooters := scootersOut{}.Body
	scooters.Scooters = []Scooter{{
		ID: vehicle, Position: geo.Point{Lat: 40.416512, Lng: -3.703891}, Meters: 34, Battery: 82, RangeMeters: 28700,
		Model: "M1", SeenAt: began.Add(-20 * time.Second), Tariff: tariff,
	}}
	page := rentalsOut{}.Body
	page.Rentals, page.Next = []Rental{stored(ended)}, id
	balance := money.Of(1640, "EUR")
	wallet := walletOut{}.Body
	wallet.Balance = balance

	return together(listExamples(ended), map[string]any{
		"open-rental 201":          stored(riding),
		"open-rental 202":          stored(unlocking),
		"open-reservation 201":     stored(reserved),
		"open-reservation 202":     stored(reserved),
		"current-rental 200":       stored(riding),
		"get-rental 200":           stored(ended),
		"list-rentals 200":         page,
		"pause-rental 200":         stored(paused),
		"resume-rental 200":        stored(riding),
		"end-rental 200":           stored(ended),
		"near-scooters 200":        scooters,
		"get-wallet 200":           wallet,
		"list-wallet-entries 200":  movementsExample(ended),
		"adjust-wallet 201":        adjustExample(began),
		"claim-failed-ride 200":    RideMoney{RentalID: id, Charged: bill.Total.Minor, Refunded: bill.Total.Minor},
		"refund-rental 200":        RideMoney{RentalID: id, Charged: bill.Total.Minor, Refunded: 150},
		"staff-get-rental 200":     staffExample(ended),
		"staff-end-rental 200":     staffExample(ended),
		"rental-route 200":         routeExample(ended),
		"rental-receipt 200":       receiptExample(ended),
		"staff-rental-receipt 200": receiptExample(ended),
		"scooter-track 200":        trackExample(began),
		"scooter-speed 200":        speedExample(began),
		"me 200": Rider{
			ID: ana, FirstName: "Ana", LastName: "Ruiz", Email: "ana@example.com", Phone: "+34600000000", Language: "es", Password: true,
			CreatedAt: began.Add(-90 * 24 * time.Hour), Balance: &balance,
		},
		"open-session 201": Session{ //nolint:gosec // tokens of nobody
			AccessToken: "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJyaWRlciJ9.c2lnbmF0dXJl", ExpiresAt: began.Add(15 * time.Minute),
			RefreshToken: "rider_Jq2m4mJ0o3uC8r1vT7wXyZ", RefreshExpiresAt: began.Add(30 * 24 * time.Hour),
		},
	})
}

func staffExample(r rental.Rental) StaffRental {
	events := make([]RentalEvent, 0, 4)
	for i, e := range []RentalEvent{
		{Kind: string(rental.Unlocking), Cause: rental.ByRider, At: r.CreatedAt},
		{Kind: string(rental.Riding), Cause: rental.ByScooter, At: r.UnlockedAt},
		{Kind: string(rental.Locking), Cause: rental.ByRider, At: r.StoppedAt},
		{Kind: string(rental.Ended), Cause: rental.ByScooter, At: r.SecuredAt},
	} {
		e.Seq = i
		events = append(events, e)
	}
	return StaffRental{
		Rental: stored(r), RiderID: r.RiderID, Plate: r.Plate, Holding: r.State, Outcome: r.Outcome, SecuredAt: happened(r.SecuredAt),
		WorkflowID: workflows.ScooterID(r.Plate), Events: events,
	}
}
