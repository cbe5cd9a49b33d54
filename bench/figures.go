package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// alone and together are how many do the same at once.
const (
	alone    = 1
	together = 10
)

// figures are the latencies of one thing done many times.
type figures struct{ sorted []time.Duration }

func (f figures) at(percent int) time.Duration {
	return f.sorted[min(len(f.sorted)-1, len(f.sorted)*percent/100)]
}

// pair is a thing measured alone and with ten at once.
type pair struct{ alone, together figures }

// repeat does once n times, so many at a time, and returns what once says that it took. The first tenth is to warm up.
func repeat(ctx context.Context, n, atOnce int, once func(ctx context.Context, who int) (time.Duration, error)) (figures, error) {
	each := n / atOnce
	took := make([][]time.Duration, atOnce)
	group, ctx := errgroup.WithContext(ctx)
	for who := range atOnce {
		group.Go(func() error {
			for i := range each + each/10 {
				d, err := once(ctx, who)
				if err != nil {
					return err
				}
				if i >= each/10 {
					took[who] = append(took[who], d)
				}
			}
			return nil
		})
	}
	err := group.Wait()
	all := slices.Concat(took...)
	slices.Sort(all)
	return figures{all}, err
}

func both(ctx context.Context, n int, once func(ctx context.Context, who int) (time.Duration, error)) (p pair, err error) {
	if p.alone, err = repeat(ctx, n, alone, once); err != nil {
		return p, err
	}
	p.together, err = repeat(ctx, 2*n, together, once)
	return p, err
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d.Microseconds())/1000) }

func printUnlock(raw, bare, unlock pair) {
	fmt.Printf("\n%-52s %10s %10s %10s %10s\n", "ms", "p50 alone", "p99 alone", "p50 of 10", "p99 of 10")
	row := func(name string, p pair) {
		fmt.Printf("%-52s %10s %10s %10s %10s\n", name,
			ms(p.alone.at(50)), ms(p.alone.at(99)), ms(p.together.at(50)), ms(p.together.at(99)))
	}
	row("MQTT command and ack, no backend", raw)
	row("bare workflow: start, 3 steps, signal, answer", bare)
	row("unlock by REST: scan to riding", unlock)
	fmt.Printf("%-52s %9.2fx %9.2fx %9.2fx %9.2fx   (aim: 1.5 or less; p50 alone under 30 ms)\n", "unlock / bare workflow",
		ratio(unlock.alone.at(50), bare.alone.at(50)), ratio(unlock.alone.at(99), bare.alone.at(99)),
		ratio(unlock.together.at(50), bare.together.at(50)), ratio(unlock.together.at(99), bare.together.at(99)))
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }
