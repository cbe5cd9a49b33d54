package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"rodada/workflows"
)

// measureUnlock scans and waits until the ride is on; its end is not counted, nor how long its workflow takes to close after that:
// nobody scans a scooter in the same moment.
func measureUnlock(ctx context.Context, w *world) (pair, error) {
	return both(ctx, 200, func(ctx context.Context, who int) (time.Duration, error) {
		began := time.Now()
		r, err := w.riders[who].Rent(ctx, uuid.NewString(), code(who))
		took := time.Since(began)
		if err != nil {
			return 0, err
		}
		if err := w.end(ctx, who, r.ID); err != nil {
			return 0, err
		}
		return took, w.temporal.GetWorkflow(ctx, workflows.ScooterID(plate(who)), "").Get(ctx, nil)
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

// rateTime is how long a rate is counted.
const rateTime = 15 * time.Second

// rate is how often something was done by all riders at once.
type rate struct {
	done int64
	took time.Duration
}

func (r rate) perSecond() float64 { return float64(r.done) / r.took.Seconds() }

// measureRate counts how often once is done, with every rider at it.
func measureRate(ctx context.Context, once func(ctx context.Context, who int) error) (rate, error) {
	var done atomic.Int64
	began := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	for who := range riders {
		group.Go(func() error {
			for time.Since(began) < rateTime {
				if err := once(ctx, who); err != nil {
					return err
				}
				done.Add(1)
			}
			return nil
		})
	}
	err := group.Wait()
	return rate{done.Load(), time.Since(began)}, err
}

// measureRentals counts whole rentals, scan to receipt.
func measureRentals(ctx context.Context, w *world) (rate, error) {
	return measureRate(ctx, func(ctx context.Context, who int) error {
		r, err := w.riders[who].Rent(ctx, uuid.NewString(), code(who))
		if err != nil {
			return err
		}
		return w.end(ctx, who, r.ID)
	})
}

func printRates(bare, whole rate) {
	fmt.Printf("\n%-52s %10s\n", fmt.Sprintf("a second, %d at once", riders), "")
	fmt.Printf("%-52s %10.1f\n", "bare workflows", bare.perSecond())
	fmt.Printf("%-52s %10.1f   (aim: 40)\n", "whole rentals: scan, unlock, end, lock, receipt", whole.perSecond())
	fmt.Printf("%-52s %9.2fx\n", "bare workflows / whole rentals", bare.perSecond()/whole.perSecond())
}
