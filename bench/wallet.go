package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"rodada/domain/money"
	"rodada/domain/rider"
	"rodada/domain/wallet"
	"rodada/internal/devstack"
	"rodada/migrations"
	"rodada/postgres"
)

const (
	walletRiders = 1000
	walletAtOnce = 32
	walletFor    = 5 * time.Second // of each measurement
	walletMoney  = "EUR"
)

// measureWallet counts transfers between wallets through the code that books everything, beside the same statement sent by pgbench to
// the same server, and then looks whether any was lost.
func measureWallet(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "rodada-bench-wallet-")
	if err != nil {
		return err
	}
	if err := devstack.Prepare(dir); err != nil {
		return err
	}
	defer func() { _ = devstack.Reset(dir) }()
	stack, err := devstack.Start(ctx, devstack.Options{Dir: dir, Only: []devstack.Service{devstack.Postgres}})
	if err != nil {
		return err
	}
	defer stack.Stop()
	url := stack.Addresses().PostgresURL
	if err := migrations.Up(ctx, url); err != nil {
		return err
	}
	store, err := postgres.Open(ctx, url, walletAtOnce)
	if err != nil {
		return err
	}
	defer store.Close()
	b := &walletBench{store: store, url: url, dir: dir}
	if err := b.fill(ctx); err != nil {
		return err
	}
	fmt.Printf("\nTransfers between wallets, %d at once: two entries each, under a key of its own.\n", walletAtOnce)
	fmt.Printf("%-36s %10s %10s %7s\n", "", "Rodada", "pgbench", "ratio")
	for _, hot := range []bool{true, false} {
		name := fmt.Sprintf("between %d wallets", walletRiders)
		if hot {
			name = "out of one wallet"
		}
		ours, err := b.ours(ctx, hot)
		if err != nil {
			return err
		}
		theirs, err := b.pgbench(ctx, hot)
		if errors.Is(err, exec.ErrNotFound) {
			fmt.Printf("%-36s %10.0f a second; pgbench is not here\n", name, ours)
			continue
		}
		if err != nil {
			return err
		}
		fmt.Printf("%-36s %10.0f %10.0f %7.2f\n", name, ours, theirs, ours/theirs)
	}
	return b.check(ctx)
}

// walletBench is the ledger that is measured, and what it has to hold.
type walletBench struct {
	store    *postgres.Store
	url, dir string
	want     [walletRiders]atomic.Int64
}

// payerID is a rider's ID that SQL can make of the number too.
func payerID(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

func (b *walletBench) fill(ctx context.Context) error {
	for n := range walletRiders {
		id := payerID(n)
		if err := b.store.CreateRider(ctx, rider.Rider{ID: id, FirstName: "R", LastName: "B", Email: email(n), PasswordHash: "none", Language: "en"}); err != nil {
			return err
		}
		if err := b.store.Book(ctx, wallet.Adjust(id, id, money.Of(1, walletMoney), "for the bench")); err != nil {
			return err
		}
		b.want[n].Store(1)
	}
	return nil
}

// ours is how many transfers a second our own code books.
func (b *walletBench) ours(ctx context.Context, hot bool) (float64, error) {
	limit, cancel := context.WithTimeout(ctx, walletFor)
	defer cancel()
	var group errgroup.Group
	var done atomic.Int64
	began := time.Now()
	for range walletAtOnce {
		group.Go(func() error {
			for limit.Err() == nil {
				from, to := rand.IntN(walletRiders), rand.IntN(walletRiders-1) //nolint:gosec // a choice, not a secret
				if hot {
					from = 0
				}
				if to >= from {
					to++
				}
				err := b.store.Book(ctx, wallet.Transaction{Key: uuid.NewString(), Kind: wallet.Adjustment, Entries: []wallet.Entry{
					{Account: wallet.Rider(payerID(from)), Amount: money.Of(-1, walletMoney)}, {Account: wallet.Rider(payerID(to)), Amount: money.Of(1, walletMoney)},
				}})
				if err != nil {
					return err
				}
				b.want[from].Add(-1)
				b.want[to].Add(1)
				done.Add(1)
			}
			return nil
		})
	}
	err := group.Wait()
	return float64(done.Load()) / time.Since(began).Seconds(), err
}

var (
	processed = regexp.MustCompile(`actually processed: (\d+)`)
	perSecond = regexp.MustCompile(`tps = ([0-9.]+)`)
)

// pgbench is how many transfers a second the same statement books when pgbench sends it. Of those out of the first wallet each has to
// have come to another.
func (b *walletBench) pgbench(ctx context.Context, hot bool) (float64, error) {
	program, err := exec.LookPath("pgbench")
	if err != nil {
		return 0, exec.ErrNotFound
	}
	before, err := b.sum(ctx, 1, walletRiders)
	if err != nil {
		return 0, err
	}
	script := filepath.Join(b.dir, "transfer.sql")
	if err := os.WriteFile(script, []byte(b.script(hot)), 0o600); err != nil {
		return 0, err
	}
	//nolint:gosec // our own script against our own server
	out, err := exec.CommandContext(ctx, program, "-n", "-M", "prepared", "-c", strconv.Itoa(walletAtOnce), "-j", "2",
		"-T", strconv.Itoa(int(walletFor.Seconds())), "-f", script, b.url).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w: %s", err, out)
	}
	n, speed := processed.FindSubmatch(out), perSecond.FindSubmatch(out)
	if n == nil || speed == nil || strings.Contains(string(out), "aborted") {
		return 0, fmt.Errorf("pgbench says something else: %s", out)
	}
	moved, err := strconv.ParseInt(string(n[1]), 10, 64)
	if err != nil {
		return 0, err
	}
	after, err := b.sum(ctx, 1, walletRiders)
	if err != nil {
		return 0, err
	}
	if hot && after-before != moved {
		return 0, fmt.Errorf("pgbench moved %d out of the first wallet, and the others have %d more", moved, after-before)
	}
	for i := range b.want { // from here on, what it left counts
		now, err := b.sum(ctx, i, i+1)
		if err != nil {
			return 0, err
		}
		b.want[i].Store(now)
	}
	return strconv.ParseFloat(string(speed[1]), 64)
}

// script is the statement with its parameters as pgbench makes them: the payer's number and another's.
func (b *walletBench) script(hot bool) string {
	from := fmt.Sprintf(`random(0, %d)`, walletRiders-1)
	if hot {
		from = "0"
	}
	account := func(variable string) string {
		return `'rider:00000000-0000-4000-8000-' || lpad(:` + variable + `::text, 12, '0')`
	}
	statement := strings.NewReplacer(
		"$1", "gen_random_uuid()::text", "$2", "'adjustment'", "$3", "NULL::uuid", "$4", "ARRAY["+account("payer")+", "+account("payee")+"]",
		"$5", "ARRAY['"+walletMoney+"', '"+walletMoney+"']", "$6", "ARRAY[-1, 1]", "$7", "ARRAY['', '']", "$8", "''",
	).Replace(postgres.BookStatement)
	return `\set payer ` + from + "\n" + fmt.Sprintf(`\set payee (:payer + random(1, %d)) %% %d`, walletRiders-1, walletRiders) + "\n" +
		strings.Join(strings.Fields(statement), " ") + ";\n"
}

func (b *walletBench) sum(ctx context.Context, from, to int) (sum int64, err error) {
	for n := from; n < to; n++ {
		one, err := b.store.Balance(ctx, wallet.Rider(payerID(n)), walletMoney)
		if err != nil {
			return 0, err
		}
		sum += one.Minor
	}
	return sum, nil
}

// check looks whether an update was lost, and whether the books keep their laws.
func (b *walletBench) check(ctx context.Context) error {
	for n := range b.want {
		got, err := b.sum(ctx, n, n+1)
		if err != nil {
			return err
		}
		if got != b.want[n].Load() {
			return fmt.Errorf("wallet %d holds %d and should hold %d", n, got, b.want[n].Load())
		}
	}
	flaws, err := b.store.CheckBooks(ctx)
	if err != nil || len(flaws) > 0 {
		return errors.Join(err, fmt.Errorf("%d flaws in the books: %v", len(flaws), flaws))
	}
	fmt.Println("No update was lost, and the ledger sums to zero.")
	return nil
}
