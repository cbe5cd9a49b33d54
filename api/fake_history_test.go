package api_test

import (
	"context"

	"rodada/domain/fleet"
	"rodada/domain/series"
)

// asked is a question to the history.
type asked struct {
	series, plate string
	span          series.Span
}

// fakeHistory answers with what it was given, whatever the span, and remembers what it was asked.
type fakeHistory struct {
	asked      []asked
	track      map[string][]series.Place // by plate
	charges    []series.Charge
	paces      []series.Pace
	conditions []series.Condition
	receptions []series.Reception
	err        error
}

func (h *fakeHistory) ask(what, plate string, span series.Span) error {
	h.asked = append(h.asked, asked{what, plate, span})
	return h.err
}

func (h *fakeHistory) Track(_ context.Context, plate string, span series.Span) ([]series.Place, error) {
	var in []series.Place
	for _, p := range h.track[plate] {
		if !p.At.Before(span.From) && p.At.Before(span.To) {
			in = append(in, p)
		}
	}
	return in, h.ask("track", plate, span)
}

func (h *fakeHistory) Battery(_ context.Context, plate string, span series.Span) ([]series.Charge, error) {
	return h.charges, h.ask("battery", plate, span)
}

func (h *fakeHistory) Speed(_ context.Context, plate string, span series.Span) ([]series.Pace, error) {
	return h.paces, h.ask("speed", plate, span)
}

func (h *fakeHistory) Status(_ context.Context, plate string, span series.Span) ([]series.Condition, error) {
	return h.conditions, h.ask("status", plate, span)
}

func (h *fakeHistory) Signal(_ context.Context, plate string, span series.Span) ([]series.Reception, error) {
	return h.receptions, h.ask("signal", plate, span)
}

func (s *fakeStore) PlatesOf(_ context.Context, plate string) ([]fleet.Named, error) {
	defer s.lock()()
	if s.broken != nil {
		return nil, s.broken
	}
	if _, known := s.scooters[plate]; !known {
		return nil, fleet.ErrScooterUnknown
	}
	if named, renumbered := s.named[plate]; renumbered {
		return named, nil
	}
	return []fleet.Named{{Plate: plate}}, nil
}
