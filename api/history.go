package api

import (
	"context"
	"slices"
	"time"

	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/series"
)

// History is what scooters said over time, by the plate that they had then.
type History interface {
	Track(ctx context.Context, plate string, span series.Span) ([]series.Place, error)
	Battery(ctx context.Context, plate string, span series.Span) ([]series.Charge, error)
	Speed(ctx context.Context, plate string, span series.Span) ([]series.Pace, error)
	Status(ctx context.Context, plate string, span series.Span) ([]series.Condition, error)
	Signal(ctx context.Context, plate string, span series.Span) ([]series.Reception, error)
}

// historyStore is what the history needs of the books.
type historyStore interface {
	PlatesOf(ctx context.Context, plate string) ([]fleet.Named, error)
}

// histories answers what scooters said.
type histories struct {
	store   historyStore
	history History
	now     func() time.Time
}

// SpanRef is what a question about the history asks for.
type SpanRef struct {
	PlateRef
	From  time.Time `query:"from" doc:"Absent: a day before to. At most 31 days before it."`
	To    time.Time `query:"to" doc:"Not included. Absent: now."`
	Every int64     `query:"every" minimum:"1" maximum:"86400" doc:"Seconds between two points. Absent: as a chart shows it, some 500 points. An answer has at most 5000."`
}

// SeriesBody is one series of a scooter.
type SeriesBody[T any] struct {
	Plate  string       `json:"plate"`
	From   time.Time    `json:"from"`
	To     time.Time    `json:"to"`
	Every  int64        `json:"every" doc:"Seconds between two points."`
	Plates []NamedPlate `json:"plates" doc:"What the scooter was called in that time, the first one first."`
	Points []T          `json:"points" doc:"In the order of time. A stretch in which nothing was said has none."`
}

// NamedPlate is a plate that a scooter had for a while.
type NamedPlate struct {
	Plate string     `json:"plate"`
	From  *time.Time `json:"from,omitempty" doc:"Absent: all along."`
	To    *time.Time `json:"to,omitempty" doc:"Absent: it has it still."`
}

var historyFaults = []*fault.Error{fleet.ErrScooterUnknown, series.ErrSpan, series.ErrSpanLong, series.ErrSpanAway, series.ErrEvery, series.ErrAway}

const aboutHistory = "The history goes on when the scooter gets another plate. It is kept as long as RODADA_INFLUX_RETENTION says."

// read asks for a series under every plate that the scooter had in the span.
func read[T any](
	ctx context.Context, h *histories, in *SpanRef, at func(T) time.Time,
	ask func(ctx context.Context, plate string, span series.Span) ([]T, error),
) (SeriesBody[T], error) {
	var none SeriesBody[T]
	span, err := series.Ask(in.From, in.To, time.Duration(in.Every)*time.Second, h.now())
	if err != nil {
		return none, err
	}
	plates, err := h.store.PlatesOf(ctx, in.Plate)
	if err != nil {
		return none, err
	}
	out := SeriesBody[T]{
		Plate: in.Plate, From: span.From, To: span.To, Every: int64(span.Every / time.Second), Plates: []NamedPlate{}, Points: []T{},
	}
	for _, named := range plates {
		part, some := span.Within(named.From, named.To)
		if !some {
			continue
		}
		out.Plates = append(out.Plates, NamedPlate{Plate: named.Plate, From: happened(named.From), To: happened(named.To)})
		points, err := ask(ctx, named.Plate, part)
		if err != nil {
			return none, err
		}
		out.Points = append(out.Points, points...)
	}
	slices.SortStableFunc(out.Points, func(a, b T) int { return at(a).Compare(at(b)) })
	return out, nil
}
