package api

import (
	"time"

	"rodada/domain/rental"
	"rodada/domain/series"
	"rodada/geo"
)

// trackExample is half a minute of a ride, with a jump in it.
func trackExample(at time.Time) Track {
	place := func(seconds int, lat, lng float64, flaw string) series.Place {
		when := at.Add(time.Duration(seconds) * time.Second)
		return series.Place{
			At: when, Position: geo.Point{Lat: lat, Lng: lng}, Source: "gps", Valid: flaw == "", Flaw: flaw, Received: when.Add(400 * time.Millisecond),
		}
	}
	return Track{SeriesBody: SeriesBody[series.Place]{
		Plate: "12AB", From: at, To: at.Add(30 * time.Second), Every: 5, Plates: []NamedPlate{{Plate: "12AB"}},
		Points: []series.Place{
			place(0, 40.416512, -3.703891, ""), place(5, 40.416701, -3.703822, ""), place(10, 40.431, -3.69, "jump"), place(15, 40.417098, -3.703655, ""),
		},
	}}
}

func routeExample(r rental.Rental) RentalRoute {
	track := trackExample(r.UnlockedAt)
	span := series.Span{From: r.UnlockedAt, To: r.StoppedAt, Every: time.Second}
	return RentalRoute{RentalID: r.ID, Route: routeOf(span, track.Points, nil), ZoneVersion: 12}
}

func speedExample(at time.Time) SeriesBody[series.Pace] {
	kmh, top, limit, km := 17.4, 22.0, int64(25), int64(1)
	return SeriesBody[series.Pace]{
		Plate: "12AB", From: at, To: at.Add(time.Minute), Every: 60, Plates: []NamedPlate{{Plate: "12AB"}},
		Points: []series.Pace{{At: at.Truncate(time.Minute), Kmh: &kmh, TopKmh: &top, Limit: &limit, TripKm: &km}},
	}
}
