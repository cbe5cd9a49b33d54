package api

import (
	"context"
	"time"

	"rodada/domain/series"
)

// scooterTrack is GET /admin/v1/scooters/{plate}/track.
type scooterTrack struct{ *histories }

type trackOut struct{ Body SeriesBody[series.Place] }

func (scooterTrack) Meta() meta {
	return meta{
		ID: "scooter-track", Summary: "Where a scooter was",
		Description: "As it was reported: of each stretch the last sound position, or the last one with its flaw. " + aboutHistory,
		Faults:      historyFaults,
	}
}

func (e scooterTrack) Execute(ctx context.Context, in *SpanRef) (*trackOut, error) {
	body, err := read(ctx, e.histories, in, func(p series.Place) time.Time { return p.At }, e.history.Track)
	return &trackOut{body}, err
}
