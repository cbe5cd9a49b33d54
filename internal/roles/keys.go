package roles

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"rodada/internal/config"
	"rodada/postgres"
	"rodada/seal"
)

var errNoKeys = errors.New("RODADA_SEAL_KEYS is not set: there is nothing to seal with")

// RotateKeys seals with the first key what lies under another, and says what it did. It is an error when not all of it could be.
func RotateKeys(ctx context.Context, c config.Config, out io.Writer) error {
	return onSealed(ctx, c, func(store *postgres.Store, keys seal.Keys) error {
		for _, column := range postgres.SealedColumns() {
			done, err := store.Reseal(ctx, column, keys.Current(), keys.Anew)
			if done > 0 {
				fmt.Fprintf(out, "%s: %d sealed anew\n", column, done)
			}
			if err != nil {
				return err
			}
		}
		return tellSealed(ctx, store, keys, out)
	})
}

// CheckKeys says what lies under which key, and opens all of it. It is an error when something can't be opened, or does not lie under the first.
func CheckKeys(ctx context.Context, c config.Config, out io.Writer) error {
	return onSealed(ctx, c, func(store *postgres.Store, keys seal.Keys) error {
		return errors.Join(tellSealed(ctx, store, keys, out), trySealed(ctx, store, keys))
	})
}

// trySealed opens everything that lies under keys that there are.
func trySealed(ctx context.Context, store *postgres.Store, keys seal.Keys) error {
	var broken []error
	for _, column := range postgres.SealedColumns() {
		troubles, err := store.TrySealed(ctx, column, keys.Names(), func(sealed, purpose string) error {
			_, err := keys.Open(sealed, purpose)
			return err
		})
		if err != nil {
			return err
		}
		for _, t := range troubles {
			broken = append(broken, fmt.Errorf("%s: %d values can't be opened with %s: another key has this name, or they were altered", t.Column, t.Values, t.Key))
		}
	}
	return errors.Join(broken...)
}

func onSealed(ctx context.Context, c config.Config, do func(*postgres.Store, seal.Keys) error) error {
	keys, err := sealKeys(c)
	if err != nil {
		return err
	}
	if keys.Empty() {
		return errNoKeys
	}
	store, err := postgres.Open(ctx, c.Postgres.URL, 1)
	if err != nil {
		return err
	}
	return errors.Join(do(store, keys), store.Close())
}

func tellSealed(ctx context.Context, store *postgres.Store, keys seal.Keys, out io.Writer) error {
	counts, err := store.CountSealed(ctx)
	if err != nil {
		return err
	}
	used, left, strange, missing := map[string]bool{}, 0, 0, []string{}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, n := range counts {
		used[n.Key] = true
		fmt.Fprintf(table, "%s\t%s\t%d\n", n.Column, cmp.Or(n.Key, "(in clear)"), n.Values)
		switch {
		case n.Key == "" || n.Key == keys.Current():
		case slices.Contains(keys.Names(), n.Key):
			left += n.Values
		default:
			strange += n.Values
			missing = append(missing, n.Key)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, name := range keys.Names() {
		if name != keys.Current() && !used[name] {
			fmt.Fprintf(out, "%s seals nothing in the database any more.\n", name)
		}
	}
	switch {
	case strange > 0:
		slices.Sort(missing)
		return fmt.Errorf("%d values lie under keys that RODADA_SEAL_KEYS does not have (%s): nobody can read them without",
			strange, strings.Join(slices.Compact(missing), ", "))
	case left > 0:
		return fmt.Errorf("%d values do not lie under %s: run rodada keys rotate, once every part seals with it", left, keys.Current())
	}
	return nil
}
