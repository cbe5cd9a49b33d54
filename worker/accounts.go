package worker

import (
	"context"
	"errors"

	"rodada/domain/credential"
	"rodada/providers/brokeraccounts"
)

// Accounts lets the activities speak to a broker that keeps accounts.
type Accounts struct {
	Broker *brokeraccounts.Broker
}

// Put makes an account what it says.
func (a Accounts) Put(ctx context.Context, username, password string, plates []string) error {
	return a.Broker.Put(ctx, brokeraccounts.Account{User: username, Password: password, Numbers: plates})
}

// Add makes an account where there is none.
func (a Accounts) Add(ctx context.Context, username, password string, plates []string) error {
	err := a.Broker.Add(ctx, brokeraccounts.Account{User: username, Password: password, Numbers: plates})
	if errors.Is(err, brokeraccounts.ErrTaken) || errors.Is(err, brokeraccounts.ErrBackend) {
		return credential.ErrUsernameTaken.Because(err)
	}
	return err
}

// Allow lets an account speak for these plates alone.
func (a Accounts) Allow(ctx context.Context, username string, plates []string) error {
	return a.Broker.Allow(ctx, username, plates...)
}

// Users are the scooters' accounts, with the plates of each.
func (a Accounts) Users(ctx context.Context) (map[string][]string, error) {
	listed, err := a.Broker.List(ctx)
	users := map[string][]string{}
	for _, one := range listed {
		users[one.User] = one.Numbers
	}
	return users, err
}

// Suspend lets nobody in with an account, or again. One that the broker does not know lets nobody in as it is.
func (a Accounts) Suspend(ctx context.Context, username string, suspended bool) error {
	change := a.Broker.Restore
	if suspended {
		change = a.Broker.Suspend
	}
	if err := change(ctx, username); !errors.Is(err, brokeraccounts.ErrUnknown) {
		return err
	}
	return nil
}

// Remove ends an account.
func (a Accounts) Remove(ctx context.Context, username string) error {
	return a.Broker.Remove(ctx, username)
}

// Release forgets a plate.
func (a Accounts) Release(ctx context.Context, plate string) error {
	return a.Broker.Release(ctx, plate)
}
