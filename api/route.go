package api

import (
	"context"
	"math"
	"slices"
	"time"

	"rodada/domain/series"
	"rodada/geo"
)

// Route is the way that a scooter went, as the smoothing of its positions sees it.
type Route struct {
	From    time.Time   `json:"from"`
	To      time.Time   `json:"to"`
	Meters  int64       `json:"meters" doc:"Along the curve, on the ellipsoid. What lies in a gap is not known and not counted."`
	Line    *LineString `json:"line,omitempty" doc:"To draw: the curve through the nodes, without the places that a line needs not. Absent: there are no two places."`
	Nodes   []RouteNode `json:"nodes" doc:"In the order of time."`
	Dropped int         `json:"dropped" doc:"Positions that were left out, for they fit no way that a scooter can go."`
}

// RouteNode is where it was at a moment, and how it went on.
type RouteNode struct {
	At       time.Time `json:"at"`
	Position geo.Point `json:"position"`
	SpeedKmh float64   `json:"speed_kmh"`
	Heading  float64   `json:"heading" doc:"Degrees from north by east."`
	Break    bool      `json:"break,omitempty" doc:"Nothing was heard before for a while: how it came here is not known. So is the first."`
}

// LineString is a line as GeoJSON (RFC 7946) has it.
type LineString struct {
	Type        string       `json:"type" enum:"LineString"`
	Coordinates [][2]float64 `json:"coordinates" minItems:"2" doc:"Longitude and latitude."`
}

// How a line is drawn: the curve in steps of so many metres, of which those stay that lie so far off a straight line.
const (
	curveStep = 5
	lineSlack = 0.5
)

// routeOf makes the way of what was reported. Flawed positions have no part in it.
func routeOf(span series.Span, track []series.Place, paces []series.Pace) Route {
	way := geo.Smooth(fixes(track, paces), geo.SmoothOptions{Gap: max(time.Minute, 3*span.Every)})
	out := Route{
		From: span.From, To: span.To, Meters: int64(math.Round(way.Length())), Dropped: way.Dropped, Nodes: make([]RouteNode, len(way.Nodes)),
	}
	for i, n := range way.Nodes {
		out.Nodes[i] = RouteNode{
			At: n.At.UTC(), Position: n.Point, SpeedKmh: math.Round(n.SpeedKmh*10) / 10, Heading: math.Mod(math.Round(n.Heading*10)/10, 360), Break: n.Break,
		}
	}
	if line := geo.Simplify(way.Curve(curveStep), lineSlack); len(line) > 1 {
		out.Line = &LineString{Type: "LineString", Coordinates: make([][2]float64, len(line))}
		for i, p := range line {
			out.Line.Coordinates[i] = [2]float64{decimals(p.Lng), decimals(p.Lat)}
		}
	}
	return out
}

// decimals is a coordinate to a centimetre or so.
func decimals(degrees float64) float64 { return math.Round(degrees*1e7) / 1e7 }

// besides is how far a speed may be from a position in time to be said of it.
const besides = 5 * time.Second

// fixes joins positions with the speeds that were reported next to them. Both are in the order of time.
func fixes(track []series.Place, paces []series.Pace) []geo.Fix {
	out := make([]geo.Fix, 0, len(track))
	for _, p := range track {
		if !p.Valid {
			continue
		}
		fix := geo.Fix{Point: p.Position, At: p.At, SpeedKmh: math.NaN(), Heading: math.NaN()}
		i, _ := slices.BinarySearchFunc(paces, p.At, func(pace series.Pace, at time.Time) int { return pace.At.Compare(at) })
		nearest := besides
		for _, pace := range paces[max(0, i-1):min(len(paces), i+1)] {
			if away := p.At.Sub(pace.At).Abs(); away <= nearest && pace.Kmh != nil {
				fix.SpeedKmh, nearest = *pace.Kmh, away
			}
		}
		out = append(out, fix)
	}
	return out
}

// way reads and joins what a scooter said of where it went under one plate, from where it had stood until the span began, if that
// is known.
func (h *histories) way(ctx context.Context, plate string, span series.Span, stood ...series.Place) (Route, []series.Place, error) {
	track, err := h.history.Track(ctx, plate, span)
	if err != nil {
		return Route{}, nil, err
	}
	paces, err := h.history.Speed(ctx, plate, span)
	if err != nil {
		return Route{}, nil, err
	}
	begun := slices.Clone(stood)
	for i := range begun {
		begun[i].At = span.From
	}
	return routeOf(span, append(begun, track...), paces), append(stood, track...), nil
}

// stoodFor is how long before an unlock a position may be to tell where the scooter stood: riders find none that was not seen for
// as long.
const stoodFor = 15 * time.Minute

// stood is where a scooter was last seen before it was unlocked, if it was.
func (h *histories) stood(ctx context.Context, plate string, unlocked time.Time) ([]series.Place, error) {
	track, err := h.history.Track(ctx, plate, series.Span{From: unlocked.Add(-stoodFor), To: unlocked, Every: stoodFor})
	if err != nil {
		return nil, err
	}
	track = slices.DeleteFunc(track, func(p series.Place) bool { return !p.Valid })
	return track[max(0, len(track)-1):], nil
}
