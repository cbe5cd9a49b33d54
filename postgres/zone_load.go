package postgres

import (
	"bytes"
	"context"
	"hash/maphash"
	"log/slog"
	"sync"
	"time"

	"rodada/domain/zone"
)

// Thousands of zones take seconds to be read and indexed, longer than who asks can wait: a set is loaded beside the requests, once,
// and the one of before is in force until it is there.
const (
	// zonePatience is how long a request waits for a newer set, so that a small one is in force at once.
	zonePatience = 200 * time.Millisecond
	// zonesBehind is how long the set of before may be in force; after that requests wait for the newer one, or fail.
	zonesBehind = time.Minute
	// zonesLoadWithin is how long loading may take.
	zonesLoadWithin = 2 * time.Minute
)

// loadedZones is the newest set that was loaded, and the one that is being loaded.
type loadedZones struct {
	mu      sync.Mutex
	set     *zone.Set
	since   time.Time // when a newer one was first known of; zero: there is none
	loading *zoneLoad
	stop    context.CancelFunc
	running sync.WaitGroup
}

// zoneLoad is a set that is being loaded; err is of when it is done.
type zoneLoad struct {
	done chan struct{}
	err  error
}

// newest is the set that is loaded, and, when that is not of the version, what loads a newer one.
func (l *loadedZones) newest(version int64, load func(ctx context.Context, known *zone.Set) (zone.Set, error)) (*zone.Set, time.Time, *zoneLoad) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.set != nil && l.set.Version >= version {
		return l.set, time.Time{}, nil
	}
	if l.since.IsZero() {
		l.since = time.Now()
	}
	if l.loading == nil {
		ctx, cancel := context.WithTimeout(context.Background(), zonesLoadWithin)
		this, known := &zoneLoad{done: make(chan struct{})}, l.set
		l.loading, l.stop = this, cancel
		l.running.Go(func() {
			defer cancel()
			l.run(ctx, this, known, load)
		})
	}
	return l.set, l.since, l.loading
}

func (l *loadedZones) run(
	ctx context.Context, this *zoneLoad, known *zone.Set, load func(context.Context, *zone.Set) (zone.Set, error),
) {
	set, err := load(ctx, known)
	l.mu.Lock()
	defer l.mu.Unlock()
	if this.err = err; err == nil {
		l.set, l.since = &set, time.Time{}
	}
	l.loading = nil
	close(this.done)
}

// last is the newest set that was loaded; nil: none yet.
func (l *loadedZones) last() *zone.Set {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.set
}

// close ends what is being loaded.
func (l *loadedZones) close() {
	l.mu.Lock()
	if l.stop != nil {
		l.stop()
	}
	l.mu.Unlock()
	l.running.Wait()
}

// wait is the fault of a load, or of a context that ends before it.
func (z *zoneLoad) wait(ctx context.Context) error {
	select {
	case <-z.done:
		return z.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Zones is the set in force, as far as it is loaded: while a newer one is, the one of before holds, for a minute at most. It reads
// only a number while nothing has changed.
func (s *Store) Zones(ctx context.Context) (zone.Set, error) {
	version, err := s.zoneVersion(ctx)
	if err != nil {
		return zone.Set{}, err
	}
	set, since, load := s.zones.newest(version, s.loadZones)
	if load == nil {
		return *set, nil
	}
	if set == nil || time.Since(since) > zonesBehind {
		return s.FreshZones(ctx)
	}
	short, cancel := context.WithTimeout(ctx, zonePatience)
	defer cancel()
	if load.wait(short) == nil {
		set = s.zones.last()
	}
	return *set, nil
}

// FreshZones is the set in force, waited for: for whoever looks at what they have changed.
func (s *Store) FreshZones(ctx context.Context) (zone.Set, error) {
	version, err := s.zoneVersion(ctx)
	if err != nil {
		return zone.Set{}, err
	}
	for {
		set, _, load := s.zones.newest(version, s.loadZones)
		if load == nil {
			return *set, nil
		}
		if err := load.wait(ctx); err != nil {
			return zone.Set{}, err
		}
	}
}

// FollowZones loads each new set soon after it is made, so that no request is the first to meet it, until ctx is over.
func (s *Store) FollowZones(ctx context.Context, every time.Duration, log *slog.Logger) {
	for ctx.Err() == nil {
		if _, err := s.FreshZones(ctx); err != nil && ctx.Err() == nil {
			log.Warn("the zones can't be read; those of before hold for a while", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(every):
		}
	}
}

func (s *Store) zoneVersion(ctx context.Context) (version int64, err error) {
	err = s.once(ctx, "version of the zones", func(db executor) error {
		return db.GetContext(ctx, &version, `SELECT coalesce(max(version), 0) FROM zone_sets`)
	})
	return version, err
}

// loadZones reads the set in force and indexes it. Areas that are as before are taken from the known set.
func (s *Store) loadZones(ctx context.Context, known *zone.Set) (zone.Set, error) {
	version, err := s.zoneVersion(ctx)
	if err != nil {
		return zone.Set{}, err
	}
	var set zone.Set
	err = s.once(ctx, "zones", func(db executor) error {
		set, err = zoneSet(ctx, db, version, known)
		return err
	})
	if err == nil {
		set.Index()
	}
	return set, err
}

// sameArea finds the zone whose area was read from the same text, whichever zone that was: a file may replace all of them.
func sameArea(known *zone.Set) func(row zoneRow) *zone.Zone {
	zones, seed := map[uint64]*zone.Zone{}, maphash.MakeSeed()
	if known != nil {
		for i := range known.Zones {
			zones[maphash.Bytes(seed, known.Zones[i].Geometry)] = &known.Zones[i]
		}
	}
	return func(row zoneRow) *zone.Zone {
		if z := zones[maphash.Bytes(seed, row.Geometry)]; z != nil && !z.Everywhere && bytes.Equal(z.Geometry, row.Geometry) {
			return z
		}
		return nil
	}
}
