package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// measureUnlock scans and waits until the ride is on; its end is not counted.
func measureUnlock(ctx context.Context, w *world) (pair, error) {
	return both(ctx, 200, func(ctx context.Context, who int) (time.Duration, error) {
		began := time.Now()
		r, err := w.riders[who].Rent(ctx, uuid.NewString(), code(who))
		took := time.Since(began)
		if err != nil {
			return 0, err
		}
		return took, w.end(ctx, who, r.ID)
	})
}

// end ends a ride and waits until the scooter is free.
func (w *world) end(ctx context.Context, who int, id string) error {
	r, err := w.riders[who].Act(ctx, id, "end")
	if err == nil && r.State != "ended" {
		err = fmt.Errorf("the ride ended as %s", r.State)
	}
	return err
}

// rentalsTime is how long whole rentals are counted.
const rentalsTime = 20 * time.Second

// rentalsFigures are whole rentals done by all riders at once.
type rentalsFigures struct {
	rentals int64
	took    time.Duration
}

func (f rentalsFigures) perSecond() float64 { return float64(f.rentals) / f.took.Seconds() }

// measureRentals counts whole rentals, scan to charge, with every rider at it.
func measureRentals(ctx context.Context, w *world) (rentalsFigures, error) {
	var done atomic.Int64
	began := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	for who := range riders {
		group.Go(func() error {
			for time.Since(began) < rentalsTime {
				r, err := w.riders[who].Rent(ctx, uuid.NewString(), code(who))
				if err != nil {
					return err
				}
				if err := w.end(ctx, who, r.ID); err != nil {
					return err
				}
				done.Add(1)
			}
			return nil
		})
	}
	err := group.Wait()
	return rentalsFigures{done.Load(), time.Since(began)}, err
}

func printRentals(whole rentalsFigures) {
	fmt.Printf("\nwhole rentals, %d riders at once: %d in %.1f s = %.1f rentals/s   (aim: 40)\n",
		riders, whole.rentals, whole.took.Seconds(), whole.perSecond())
}
