package roles

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"

	"rodada/internal/config"
	"rodada/migrations"
	"rodada/postgres"
)

// sameCurrency is an error when the books are in another currency than the installation.
func sameCurrency(ctx context.Context, store *postgres.Store, currency string) error {
	booked, err := store.BooksCurrency(ctx)
	if err == nil && booked != "" && booked != currency {
		err = fmt.Errorf("RODADA_CURRENCY is %s, but the books are in %s: an installation keeps its currency", currency, booked)
	}
	return err
}

// openStore connects as one user: a part's own, or else the owner.
func openStore(ctx context.Context, c config.Postgres, own string, log *slog.Logger) (*postgres.Store, error) {
	return openAs(ctx, postgres.Access{URL: cmp.Or(own, c.URL), MaxOpen: c.MaxOpen}, log)
}

// openAPIStore connects as the API, and as who logs people in.
func openAPIStore(ctx context.Context, c config.Postgres, log *slog.Logger) (*postgres.Store, error) {
	store, err := openAs(ctx, postgres.Access{
		URL: cmp.Or(c.APIURL, c.URL), MaxOpen: c.MaxOpen, LoginURL: cmp.Or(c.LoginURL, c.URL), LoginMaxOpen: c.LoginMaxOpen,
	}, log)
	if err != nil {
		return nil, err
	}
	if err := store.MayLogin(ctx); errors.Is(err, postgres.ErrLoginRights) {
		return nil, errors.Join(fmt.Errorf("RODADA_POSTGRES_LOGIN_URL: %w", err), store.Close())
	}
	return store, nil
}

func openAs(ctx context.Context, a postgres.Access, log *slog.Logger) (*postgres.Store, error) {
	store, err := patiently(ctx, log, "Postgres", func(ctx context.Context) (*postgres.Store, error) { return postgres.OpenAs(ctx, a) })
	if err != nil {
		return nil, err
	}
	if much, err := store.ReadsPasswords(ctx); err == nil && much {
		log.Warn("this part has more rights in the database than it needs: give it a user of its own, see docs/security.md")
	}
	return store, nil
}

// migrateBooks brings the schema up to date, gives each role its rights and makes the users that log in as one.
func migrateBooks(ctx context.Context, c config.Postgres) error {
	if err := migrations.UpWith(ctx, c.URL, c.RolePrefix); err != nil {
		return err
	}
	return migrations.Users(ctx, c.URL, c.RolePrefix, map[migrations.Role]string{
		migrations.API: c.APIURL, migrations.Login: c.LoginURL, migrations.Worker: c.WorkerURL, migrations.Bridge: c.BridgeURL,
	})
}
