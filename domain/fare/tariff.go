// Package fare is the one calculator of prices: the estimate, the live meter, the bill and the published price all come
// from Quote.
package fare

// Tariff is a price list, in the terms of a GBFS v3 pricing plan plus what a pause costs. Amounts are minor units of
// Currency. A version of a tariff never changes: a change is a new version.
type Tariff struct {
	ID       string    `json:"id"`
	Version  int       `json:"version"`
	Name     string    `json:"name"`
	Currency string    `json:"currency"`
	Unlock   int64     `json:"unlock"`               // GBFS price: charged once
	Riding   []Segment `json:"per_minute,omitempty"` // GBFS per_min_pricing, over minutes ridden
	Paused   []Segment `json:"per_minute_paused,omitempty"`
	Distance []Segment `json:"per_km,omitempty"` // GBFS per_km_pricing
	// MinimumBalance is what a wallet must hold for a ride to begin.
	MinimumBalance int64 `json:"minimum_balance"`
	// ReservationSeconds is how long a reservation holds a scooter.
	ReservationSeconds int `json:"reservation_seconds"`
}

// Segment charges Rate for every Interval begun between Start and End, in minutes or kilometres. Interval 0 charges Rate
// once; End 0 never ends. (GBFS v3.0, system_pricing_plans.json, per_min_pricing)
type Segment struct {
	Start    int   `json:"start" minimum:"0" maximum:"1000000" doc:"In minutes or kilometres."`
	Rate     int64 `json:"rate" minimum:"0" maximum:"100000000" example:"23" doc:"In minor units, for every interval begun."`
	Interval int   `json:"interval" minimum:"0" maximum:"1000000" example:"1" doc:"In minutes or kilometres; 0: the rate is charged once."`
	End      int   `json:"end,omitempty" minimum:"0" maximum:"1000000" doc:"0: it never ends."`
}
