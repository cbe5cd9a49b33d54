package simulator

import (
	"context"
	"math/rand/v2"
	"sync"

	"golang.org/x/sync/errgroup"
)

// atOnce is how many scooters connect at the same time.
const atOnce = 32

// Fleet is a number of scooters. Its methods may be called from anywhere.
type Fleet struct {
	opts Options

	mu       sync.RWMutex
	scooters map[string]*Scooter
	order    []*Scooter
}

// New prepares a fleet; nothing is connected yet.
func New(opts Options) (*Fleet, error) {
	if err := opts.setDefaults(); err != nil {
		return nil, err
	}
	f := &Fleet{opts: opts, scooters: map[string]*Scooter{}}
	for i, plate := range opts.Plates {
		rnd := rand.New(rand.NewPCG(opts.Seed, uint64(i))) //nolint:gosec // wanders about, guards nothing
		s := newScooter(f, plate, i, rnd)
		f.scooters[plate] = s
		f.order = append(f.order, s)
	}
	return f, nil
}

// Start brings every scooter online and returns when all are subscribed. ctx
// bounds the start alone; the scooters live until Stop. On an error none is
// left running.
func (f *Fleet) Start(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, s := range f.order {
		group.Go(func() error { return s.start(ctx) })
	}
	if err := group.Wait(); err != nil {
		f.Stop()
		return err
	}
	return nil
}

// Run starts the fleet and keeps it until ctx ends.
func (f *Fleet) Run(ctx context.Context) error {
	if err := f.Start(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	f.Stop()
	return nil
}

// Stop takes every scooter offline and waits until nothing of the fleet runs.
// It may be called twice.
func (f *Fleet) Stop() {
	var wait sync.WaitGroup
	for _, s := range f.order {
		wait.Go(s.stop)
	}
	wait.Wait()
}

// Scooter finds a scooter by its plate; nil when there is none.
func (f *Fleet) Scooter(plate string) *Scooter {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.scooters[plate]
}

// Scooters are all of them, in the order of Options.Plates.
func (f *Fleet) Scooters() []*Scooter { return append([]*Scooter(nil), f.order...) }

// renumber keeps Scooter working after a scooter got another plate.
func (f *Fleet) renumber(s *Scooter, from, to string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.scooters[from] == s {
		delete(f.scooters, from)
	}
	f.scooters[to] = s
}
