package dev

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"rodada/domain/credential"
	"rodada/postgres"
	"rodada/seal"
)

// login is what a demo scooter's box is set to. The boxes are simulated and forget it when the demo stops; the books do not.
type login struct{ plate, username, password string }

// seedLogins stores what the demo's boxes came with, for those that the books know no credential of.
func seedLogins(ctx context.Context, store *postgres.Store, keys seal.Keys) error {
	for i := range fleetSize {
		known, err := store.Credentials(ctx, plate(i))
		if err != nil {
			return err
		}
		if len(known) > 0 {
			continue
		}
		c := credential.Credential{ID: uuid.NewString(), Username: plate(i), Digest: credential.Digest(boxPassword(plate(i)))}
		if c.Sealed, err = keys.Seal(boxPassword(plate(i)), credential.Purpose(c.ID)); err != nil {
			return err
		}
		if _, err := store.ScooterByPlate(ctx, plate(i)); err != nil {
			continue // it has another plate now, and a credential under that
		}
		if err := store.SetBootstrap(ctx, plate(i), "demo", c); err != nil {
			return err
		}
	}
	return nil
}

// logins is what every box of the demo logs in with now: its own credential, if it was given one, or what it came with.
func logins(ctx context.Context, store *postgres.Store, keys seal.Keys) ([]login, error) {
	holders, err := store.CredentialHolders(ctx, "")
	if err != nil {
		return nil, err
	}
	var all []login
	at := map[string]int{}
	for _, h := range holders {
		password, err := keys.Open(h.Sealed, credential.Purpose(h.ID))
		if errors.Is(err, seal.ErrKey) || errors.Is(err, seal.ErrSealed) {
			continue // of another run's key
		}
		if err != nil {
			return nil, fmt.Errorf("login of %s: %w", h.Plates[0], err)
		}
		one := login{plate: h.Plates[0], username: h.Username, password: password}
		if i, twice := at[one.plate]; !twice {
			at[one.plate] = len(all)
			all = append(all, one)
		} else if h.State == credential.Active {
			all[i] = one
		}
	}
	return all, nil
}
