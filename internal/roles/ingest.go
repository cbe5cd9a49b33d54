package roles

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rodada/domain/fleet"
	"rodada/internal/config"
	"rodada/telemetry/history"
	"rodada/telemetry/live"
	"rodada/telemetry/spool"
)

// ingest is a bridge's way to InfluxDB: a spool on this machine's disk, and what empties it.
type ingest struct {
	spool *spool.Spool
	stop  context.CancelFunc
	done  sync.WaitGroup
}

// openIngest opens the spool of the bridge with this session and begins to empty it. InfluxDB may be away.
func openIngest(c config.Config, session string, log *slog.Logger, registry *prometheus.Registry) (*ingest, error) {
	at, err := historyAccess(c.Influx, log)
	if err != nil {
		return nil, err
	}
	s, err := spool.Open(spool.Options{Dir: filepath.Join(c.Spool.Dir, spool.Folder(session)), Limit: c.Spool.Limit, Log: log})
	if err != nil {
		return nil, err
	}
	writer, err := history.NewWriter(history.WriterOptions{
		URL: at.URL, Token: at.Token, Org: at.Org, Bucket: at.Bucket, TLS: at.TLS, From: s, Metrics: registry, Log: log,
	})
	if err := errors.Join(err, s.Measure(registry)); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	ctx, stop := context.WithCancel(context.Background())
	i := &ingest{spool: s, stop: stop}
	i.done.Go(func() { writer.Run(ctx) })
	return i, nil
}

// close leaves what InfluxDB does not have yet to the next start.
func (i *ingest) close(log *slog.Logger) {
	i.stop()
	i.done.Wait()
	if err := i.spool.Close(); err != nil {
		log.Error("the spool could not be closed", "error", err)
	}
}

func paceOf(c config.History) history.Pace {
	return history.Pace{GPS: c.GPS, Speed: c.Speed, Battery: c.Battery, Status: c.Status, Signal: c.Signal}
}

// recalled is how old a place may be that a position is compared with.
const recalled = 24 * time.Hour

// lastPlaces is where scooters were, by satellite, of those that were heard of lately.
func lastPlaces(ctx context.Context, store *live.Store) (map[string]fleet.Sighted, error) {
	places := map[string]fleet.Sighted{}
	plates, err := store.LastHeard(ctx, time.Now().Add(-recalled), time.Now().Add(time.Minute))
	for ; err == nil && len(plates) > 0; plates = plates[min(sightingsAtOnce, len(plates)):] {
		var states map[string]live.State
		states, err = store.GetAll(ctx, plates[:min(sightingsAtOnce, len(plates))])
		for plate, state := range states {
			if state.Fix.Known() {
				places[plate] = fleet.Sighted{Position: state.Fix.Is, At: state.Fix.At}
			}
		}
	}
	if err != nil {
		return places, fmt.Errorf("recall where scooters were: %w", err)
	}
	return places, nil
}
