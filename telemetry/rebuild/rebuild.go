// Package rebuild brings the live state back from the history when Redis has lost it, so that the map, the figures and the
// checks before a command do not wait for every scooter's next word. What the scooters say meanwhile is newer and stays: the
// live state compares times.
package rebuild

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"time"

	"rodada/domain/series"
	"rodada/geo"
	"rodada/protocol"
	"rodada/telemetry/history"
	"rodada/telemetry/live"
)

// Past is what the history knows.
type Past interface {
	Latest(ctx context.Context, measurement string, since time.Time) iter.Seq2[history.Said, error]
	LatestSound(ctx context.Context, plates []string, since time.Time) (map[string]series.Place, error)
}

// Present is where the live state goes.
type Present interface {
	Epoch(ctx context.Context) (string, error)
	Rebuilt(ctx context.Context, epoch string) (bool, error)
	MarkRebuilt(ctx context.Context, epoch string) error
	Update(ctx context.Context, reports []live.Report) error
}

// Rebuilder looks after the live state.
type Rebuilder struct {
	Past    Past
	Present Present
	Window  time.Duration // how far back it looks; 0: it does nothing
	Log     *slog.Logger
	Now     func() time.Time
}

// soundWithin is how far back a sound position is looked for when the last one has a flaw: its points are read one by one.
const soundWithin = 24 * time.Hour

// batch is how many scooters are written in one go.
const batch = 500

// Watch looks as often as it is told whether the state was lost and then brings it back, until ctx ends. A history or a Redis
// that is away is asked again after a while.
func (r Rebuilder) Watch(ctx context.Context, look, again time.Duration) {
	if r.Window <= 0 {
		return
	}
	for {
		next := look
		if _, err := r.Once(ctx); err != nil && ctx.Err() == nil {
			r.Log.WarnContext(ctx, "the live state can't be brought back yet", "error", err)
			next = again
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(next):
		}
	}
}

// Once brings the state back if it was lost, and says of how many scooters. What is lost meanwhile is found by the next call.
func (r Rebuilder) Once(ctx context.Context) (scooters int, err error) {
	epoch, err := r.Present.Epoch(ctx)
	if err != nil {
		return 0, err
	}
	there, err := r.Present.Rebuilt(ctx, epoch)
	if err != nil || there {
		return 0, err
	}
	began := r.Now()
	plates := map[string]bool{}
	for _, measurement := range []string{history.GPS, history.Battery, history.Status, history.Speed, history.Signal} {
		reports, err := r.read(ctx, measurement, began)
		if err != nil {
			return 0, fmt.Errorf("read the last of %s: %w", measurement, err)
		}
		all := slices.Collect(maps.Values(reports))
		for some := range slices.Chunk(all, batch) {
			if err := r.Present.Update(ctx, values(some)); err != nil {
				return 0, err
			}
		}
		for plate := range reports {
			plates[plate] = true
		}
	}
	if err := r.Present.MarkRebuilt(ctx, epoch); err != nil {
		return 0, err
	}
	r.Log.InfoContext(ctx, "brought the live state back from the history", "scooters", len(plates), "took", r.Now().Sub(began))
	return len(plates), nil
}

func values(reports []*live.Report) []live.Report {
	out := make([]live.Report, len(reports))
	for i, r := range reports {
		out[i] = *r
	}
	return out
}

// read makes a report of the last that each scooter said in one measurement.
func (r Rebuilder) read(ctx context.Context, measurement string, now time.Time) (map[string]*live.Report, error) {
	reports, places := map[string]*live.Report{}, map[string]*series.Place{}
	for said, err := range r.Past.Latest(ctx, measurement, now.Add(-r.Window)) {
		if err != nil {
			return nil, err
		}
		if protocol.ValidPlate(said.Plate) != nil {
			continue
		}
		report, has := reports[said.Plate]
		if !has {
			report, places[said.Plate] = &live.Report{Plate: said.Plate}, &series.Place{}
			reports[said.Plate] = report
		}
		if measurement == history.GPS {
			locate(places[said.Plate], said)
		}
		fill(report, said)
	}
	if measurement == history.GPS {
		if err := r.place(ctx, reports, places, now); err != nil {
			return nil, err
		}
	}
	maps.DeleteFunc(reports, func(_ string, r *live.Report) bool { return r.Seen.IsZero() })
	return reports, nil
}

// place sets where scooters are: by the last position, if it is sound, else by the last one that is.
func (r Rebuilder) place(ctx context.Context, reports map[string]*live.Report, places map[string]*series.Place, now time.Time) error {
	var flawed []string
	for plate, p := range places {
		switch here := (live.Value[geo.Point]{Is: p.Position, At: p.At}); {
		case p.Valid && p.Source == string(protocol.GPS):
			reports[plate].Fix = here
			continue
		case p.Source == string(protocol.LBS) && !p.Position.IsZero():
			reports[plate].Cell = here
		}
		flawed = append(flawed, plate)
	}
	slices.Sort(flawed)
	sound, err := r.Past.LatestSound(ctx, flawed, now.Add(-min(r.Window, soundWithin)))
	for plate, p := range sound {
		if report, has := reports[plate]; has {
			report.Fix = live.Value[geo.Point]{Is: p.Position, At: p.At}
		}
	}
	return err
}
