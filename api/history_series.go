package api

import (
	"context"
	"time"

	"rodada/domain/series"
)

// scooterBattery is GET /admin/v1/scooters/{plate}/battery.
type scooterBattery struct{ *histories }

type batteryOut struct{ Body SeriesBody[series.Charge] }

func (scooterBattery) Meta() meta {
	return meta{
		ID: "scooter-battery", Summary: "How full a scooter's battery was", Description: "Means. " + aboutHistory, Faults: historyFaults,
	}
}

func (e scooterBattery) Execute(ctx context.Context, in *SpanRef) (*batteryOut, error) {
	body, err := read(ctx, e.histories, in, func(c series.Charge) time.Time { return c.At }, e.history.Battery)
	return &batteryOut{body}, err
}

// scooterSpeed is GET /admin/v1/scooters/{plate}/speed.
type scooterSpeed struct{ *histories }

type speedOut struct{ Body SeriesBody[series.Pace] }

func (scooterSpeed) Meta() meta {
	return meta{
		ID: "scooter-speed", Summary: "How fast a scooter went",
		Description: "The mean and the top speed, the limit that it was set to and its trip counter. " + aboutHistory, Faults: historyFaults,
	}
}

func (e scooterSpeed) Execute(ctx context.Context, in *SpanRef) (*speedOut, error) {
	body, err := read(ctx, e.histories, in, func(p series.Pace) time.Time { return p.At }, e.history.Speed)
	return &speedOut{body}, err
}

// scooterStatus is GET /admin/v1/scooters/{plate}/status.
type scooterStatus struct{ *histories }

type statusOut struct{ Body SeriesBody[series.Condition] }

func (scooterStatus) Meta() meta {
	return meta{
		ID: "scooter-status", Summary: "The states that a scooter was in",
		Description: "On or off, fallen, its fault and whether it called its position an alarm: the last that it said of each. " + aboutHistory,
		Faults:      historyFaults,
	}
}

func (e scooterStatus) Execute(ctx context.Context, in *SpanRef) (*statusOut, error) {
	body, err := read(ctx, e.histories, in, func(c series.Condition) time.Time { return c.At }, e.history.Status)
	return &statusOut{body}, err
}

// scooterSignal is GET /admin/v1/scooters/{plate}/signal.
type scooterSignal struct{ *histories }

type signalOut struct{ Body SeriesBody[series.Reception] }

func (scooterSignal) Meta() meta {
	return meta{
		ID: "scooter-signal", Summary: "How well a scooter's radio was heard", Description: "Means. " + aboutHistory, Faults: historyFaults,
	}
}

func (e scooterSignal) Execute(ctx context.Context, in *SpanRef) (*signalOut, error) {
	body, err := read(ctx, e.histories, in, func(r series.Reception) time.Time { return r.At }, e.history.Signal)
	return &signalOut{body}, err
}
