package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rodada/activities"
	"rodada/domain/credential"
	"rodada/providers/brokeraccounts"
)

// holders lists what scooters log in with.
type holders interface {
	CredentialHolders(ctx context.Context, plate string) ([]credential.Holder, error)
}

// Reconcile gives a broker the accounts that the books have and it has not: one that lost its file, or was set up anew, lets
// every scooter in again. What the broker has beside stays. It returns how many scooters it helped.
func Reconcile(ctx context.Context, broker *brokeraccounts.Broker, books holders, credentials *activities.Credentials) (int, error) {
	listed, err := broker.List(ctx)
	if err != nil {
		return 0, fmt.Errorf("list the broker's accounts: %w", err)
	}
	known := map[string]bool{}
	for _, a := range listed {
		known[a.User] = true
	}
	all, err := books.CredentialHolders(ctx, "")
	if err != nil {
		return 0, err
	}
	var missing []string
	for _, h := range all {
		if !known[h.Username] && !slices.Contains(missing, h.Plates[0]) {
			missing = append(missing, h.Plates[0])
		}
	}
	helped := 0
	var errs []error
	for _, plate := range missing {
		_, err := credentials.Provide(ctx, activities.ProvideInput{Plate: plate})
		switch {
		case err == nil:
			helped++
		case errors.Is(err, brokeraccounts.ErrSilent):
			return helped, err
		default: // of one scooter: it stands in no other's way
			errs = append(errs, fmt.Errorf("account of %s: %w", plate, err))
		}
	}
	return helped, errors.Join(errs...)
}
