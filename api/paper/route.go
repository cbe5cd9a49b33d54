package paper

import (
	"math"

	"codeberg.org/go-pdf/fpdf"

	"rodada/geo"
)

// route draws the way of a ride as a line, north up, with a dot where it began and a square where it ended.
func (p page) route(title string, way []geo.Point) {
	p.gap()
	if p.GetY()+figure+2*row > 297-margin {
		p.AddPage()
	}
	p.text("", 9, title)
	left, top := margin, p.GetY()+2
	p.SetDrawColor(200, 200, 200)
	p.SetLineWidth(0.2)
	p.Rect(left, top, figure, figure, "D")
	points := fitted(way, left+4, top+4, figure-8)
	p.SetDrawColor(20, 90, 160)
	p.SetLineWidth(0.6)
	p.SetLineJoinStyle("round")
	p.MoveTo(points[0].X, points[0].Y)
	for _, at := range points[1:] {
		p.LineTo(at.X, at.Y)
	}
	p.DrawPath("D")
	p.SetFillColor(20, 90, 160)
	from, to := points[0], points[len(points)-1]
	p.Circle(from.X, from.Y, 1.4, "F")
	p.Rect(to.X-1.3, to.Y-1.3, 2.6, 2.6, "F")
	p.SetY(top + figure)
}

// fitted puts places into a square, one scale both ways. On the way of a ride the Earth is flat.
func fitted(way []geo.Point, left, top, side float64) []fpdf.PointType {
	points, narrow := make([]fpdf.PointType, len(way)), math.Cos(way[0].Lat*math.Pi/180)
	low, high := fpdf.PointType{X: math.Inf(1), Y: math.Inf(1)}, fpdf.PointType{X: math.Inf(-1), Y: math.Inf(-1)}
	for i, at := range way {
		east := math.Remainder(at.Lng-way[0].Lng, 360) // also across the 180th meridian
		points[i] = fpdf.PointType{X: east * narrow, Y: -at.Lat}
		low = fpdf.PointType{X: min(low.X, points[i].X), Y: min(low.Y, points[i].Y)}
		high = fpdf.PointType{X: max(high.X, points[i].X), Y: max(high.Y, points[i].Y)}
	}
	scale := side / max(high.X-low.X, high.Y-low.Y, 1e-9)
	for i, at := range points {
		points[i] = fpdf.PointType{
			X: left + side/2 + (at.X-(low.X+high.X)/2)*scale,
			Y: top + side/2 + (at.Y-(low.Y+high.Y)/2)*scale,
		}
	}
	return points
}
