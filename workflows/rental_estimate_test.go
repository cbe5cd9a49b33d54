package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/fare"
	"rodada/domain/pricing"
	"rodada/domain/rental"
	"rodada/domain/zone"
	"rodada/geo"
)

var (
	home   = geo.Point{Lat: 40.40, Lng: -3.70}
	places = []geo.Point{home, {Lat: 40.45, Lng: -3.70}, {Lat: 40.50, Lng: -3.70}} // in zone 1, in zone 2, in none
)

func ring(at geo.Point) string {
	w, e, s, n := at.Lng-0.01, at.Lng+0.01, at.Lat-0.01, at.Lat+0.01
	return fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%g,%g],[%g,%g],[%g,%g],[%g,%g],[%g,%g]]]}`, w, s, e, s, e, n, w, n, w, s)
}

func segments(t *rapid.T, name string) (list []fare.Segment) {
	for range rapid.IntRange(0, 3).Draw(t, name) {
		s := fare.Segment{
			Start: rapid.IntRange(0, 40).Draw(t, "start"), Rate: rapid.Int64Range(0, 400).Draw(t, "rate"), Interval: rapid.IntRange(0, 10).Draw(t, "interval"),
		}
		if rapid.Bool().Draw(t, "ends") {
			s.End = s.Start + rapid.IntRange(1, 40).Draw(t, "length")
		}
		list = append(list, s)
	}
	return list
}

// market is random tariffs with versions around a moment, random rules between them, and two zones that change prices.
func market(t *rapid.T, now time.Time) (*pricing.Book, zone.Set) {
	b := &pricing.Book{Tariffs: map[string][]pricing.Edition{}, Models: map[int64]string{}}
	ids := []string{pricing.Standard, "one", "two", "three"}
	term := func(name string) pricing.Term {
		return pricing.Term{StartsAt: now.Add(time.Duration(rapid.IntRange(-120, 120).Draw(t, name))*time.Minute - time.Millisecond)}
	}
	for _, id := range ids {
		for v := range rapid.IntRange(1, 3).Draw(t, "versions") {
			e := pricing.Edition{Term: term("from"), Tariff: fare.Tariff{
				ID: id, Version: v + 1, Currency: "EUR", Unlock: rapid.Int64Range(0, 300).Draw(t, "unlock"),
				Riding: segments(t, "riding"), Paused: segments(t, "paused"), Distance: segments(t, "distance"),
			}}
			if v == 0 && id == pricing.Standard {
				e.StartsAt = now.Add(-1000 * time.Hour)
			}
			b.Tariffs[id] = append(b.Tariffs[id], e)
		}
	}
	if rapid.Bool().Draw(t, "own") {
		b.Models[1] = "one"
	}
	for v := range rapid.IntRange(0, 2).Draw(t, "lists") {
		plan := pricing.Plan{
			TimeZone: rapid.SampledFrom([]string{"UTC", "Europe/Madrid", "America/Bogota"}).Draw(t, "clock"),
			Cities:   []pricing.City{{Name: "Home", TimeZone: "Asia/Kolkata", Geometry: []byte(ring(home))}},
		}
		for range rapid.IntRange(0, 4).Draw(t, "rules") {
			r := pricing.TariffRule{TariffID: rapid.SampledFrom(ids).Draw(t, "tariff")}
			if rapid.Bool().Draw(t, "by city") {
				r.City = "Home"
			}
			if rapid.Bool().Draw(t, "by zone") {
				r.Zones = []int64{rapid.Int64Range(1, 2).Draw(t, "zone")}
			}
			if rapid.Bool().Draw(t, "by model") {
				r.Models = []int64{rapid.Int64Range(1, 2).Draw(t, "model")}
			}
			if rapid.Bool().Draw(t, "by hour") {
				from, to := rapid.IntRange(0, 23).Draw(t, "from"), rapid.IntRange(0, 24).Draw(t, "to")
				r.Hours = []pricing.Hours{{Days: []string{"thu", "fri", "sat"}, From: fmt.Sprintf("%02d:00", from), To: fmt.Sprintf("%02d:00", to)}}
			}
			plan.Rules = append(plan.Rules, r)
		}
		plan, err := plan.Checked()
		require.NoError(t, err)
		b.Assignments = append(b.Assignments, pricing.Assignment{Version: v + 1, Plan: plan, Term: term("rules from")})
	}
	var zones []zone.Zone
	for i, at := range places[:2] {
		area, err := zone.ParseArea([]byte(ring(at)))
		require.NoError(t, err)
		d := zone.Draft{Name: "Z", Rules: []zone.Rule{zone.Open}, Price: fare.Adjustment{
			Percent: rapid.IntRange(-100, 200).Draw(t, "percent"), Amount: rapid.Int64Range(-300, 300).Draw(t, "amount"),
		}}
		if rapid.Bool().Draw(t, "over") {
			d.Ends = now.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "until"))*time.Minute + 900*time.Millisecond)
		}
		zones = append(zones, zone.Zone{ID: int64(i + 1), Draft: d, Area: area})
	}
	return b, zone.NewSet(1, append(zones, zone.Zone{ID: 3, Draft: zone.Draft{Everywhere: true, Rules: []zone.Rule{zone.Open}}}))
}

func discount(t *rapid.T) *fare.Discount {
	return rapid.SampledFrom([]*fare.Discount{
		nil, {Code: "PART", Percent: rapid.IntRange(1, 100).Draw(t, "part")}, {Code: "AMOUNT", Amount: rapid.Int64Range(1, 2000).Draw(t, "off")}, {Code: "FREE", Unlock: true},
		{PassID: "p1", Minutes: rapid.IntRange(1, 90).Draw(t, "minutes"), Unlock: rapid.Bool().Draw(t, "free unlock")},
	}).Draw(t, "discount")
}

// Whatever the prices, the promotions, the passes, the zones and the ride: what it was estimated to cost is what the ride is charged.
func TestTheEstimateIsTheBill(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		now := w.env.Now()
		book, zones := market(rt, now)
		w.zones = zones
		from, to := rapid.SampledFrom(places).Draw(rt, "from"), rapid.SampledFrom(places).Draw(rt, "to")
		in := w.input()
		in.ModelID = rapid.Int64Range(1, 2).Draw(rt, "model of the scooter")
		var err error
		in.Tariff, err = book.Price(zones, in.ModelID, &from, now)
		require.NoError(rt, err)

		in.Discount = discount(rt)

		// It rides, stands, rides and so on, each for some seconds.
		stretches := rapid.SliceOfN(rapid.IntRange(1, 1800), 1, 5).Filter(func(s []int) bool { return len(s)%2 == 1 }).Draw(rt, "stretches")
		kilometres, rode := rapid.IntRange(0, 40).Draw(rt, "kilometres"), time.Duration(0)
		w.box.trip = 7
		w.on(rental.Riding, func() {
			for i, seconds := range stretches {
				if i > 0 {
					change := w.pause
					if i%2 == 0 {
						change = w.resume
					}
					w.after(rode, func() { change() })
				}
				rode += time.Duration(seconds) * time.Second
			}
			w.after(rode, func() {
				w.box.trip += kilometres
				w.box.stand(to)
				w.end()
			})
		})
		w.run(in)
		end := w.last(rental.Ended)
		require.Equal(rt, rode, (end.Usage.Riding + end.Usage.Paused).Truncate(time.Second))

		tariff, used, bill, err := book.Estimate(zones, pricing.Trip{
			ModelID: in.ModelID, MaxKmh: in.MaxKmh, From: &from, To: &to, StartsAt: now,
			Discount: in.Discount, Riding: end.Usage.Riding, Paused: end.Usage.Paused, Meters: int64(kilometres)*1000 + rapid.Int64Range(0, 999).Draw(rt, "metres more"),
		})
		require.NoError(rt, err)
		require.Equal(rt, in.Tariff, tariff)
		require.Equal(rt, *end.Usage, used)
		require.Equal(rt, *end.Bill, bill)
		if bill.Total.Minor > 0 || bill.Discount() > 0 {
			require.Equal(rt, bill.Total, w.payments[0].Price)
			require.Equal(rt, bill.Pauses(), w.payments[0].Pauses)
			require.Equal(rt, bill.Promotion(), w.payments[0].Discount)
			require.Equal(rt, bill.Pass(), w.payments[0].Pass)
		} else {
			require.Empty(rt, w.payments)
		}
	})
}
