package api

import (
	"context"
	"time"

	"rodada/domain/series"
)

// scooterTrack is GET /admin/v1/scooters/{plate}/track.
type scooterTrack struct{ *histories }

type scooterTrackIn struct {
	SpanRef
	Smooth bool `query:"smooth" doc:"Also the way that it went, as a line to draw. Without every the points are then as fine as they may be."`
}

// Track is where a scooter was.
type Track struct {
	SeriesBody[series.Place]
	Route *Route `json:"route,omitempty" doc:"When smooth was asked for."`
}

type trackOut struct{ Body Track }

func (scooterTrack) Meta() meta {
	return meta{
		ID: "scooter-track", Summary: "Where a scooter was",
		Description: "As it was reported: of each stretch the last sound position, or the last one with its flaw. " + aboutHistory,
		Faults:      historyFaults,
	}
}

func (e scooterTrack) Execute(ctx context.Context, in *scooterTrackIn) (*trackOut, error) {
	ask := in.SpanRef
	if in.Smooth && ask.Every == 0 {
		span, err := series.Ask(in.From, in.To, 0, e.now())
		if err != nil {
			return nil, err
		}
		span = series.Whole(span.From, span.To)
		ask.From, ask.To, ask.Every = span.From, span.To, int64(span.Every/time.Second)
	}
	body, err := read(ctx, e.histories, &ask, func(p series.Place) time.Time { return p.At }, e.history.Track)
	if err != nil || !in.Smooth {
		return &trackOut{Track{SeriesBody: body}}, err
	}
	paces, err := read(ctx, e.histories, &ask, func(p series.Pace) time.Time { return p.At }, e.history.Speed)
	if err != nil {
		return nil, err
	}
	route := routeOf(series.Span{From: body.From, To: body.To, Every: time.Duration(body.Every) * time.Second}, body.Points, paces.Points)
	return &trackOut{Track{SeriesBody: body, Route: &route}}, nil
}
