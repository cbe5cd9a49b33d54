package api

import (
	"context"
	"time"

	"rodada/domain/rider"
	"rodada/domain/staff"
)

// staffStore is what the logins of staff need of the books. Both answer with a fault when there is no such member.
type staffStore interface {
	StaffByEmail(ctx context.Context, email string) (staff.Member, error)
	StaffByID(ctx context.Context, id string) (staff.Member, error)
}

// riderLogins and staffLogins say who may log in at each door. Riders who are suspended may: some of what is behind it is theirs all the
// same, and the rest says why it is closed.
func riderLogins(store accountStore) (byEmail, byID func(context.Context, string) (login, error)) {
	of := func(r rider.Rider, err error) (login, error) {
		if err != nil {
			return login{}, err
		}
		return login{id: r.ID, hash: r.PasswordHash}, nil
	}
	return func(ctx context.Context, email string) (login, error) { return of(store.RiderByEmail(ctx, email)) },
		func(ctx context.Context, id string) (login, error) { return of(store.RiderByID(ctx, id)) }
}

func staffLogins(store staffStore, now func() time.Time) (byEmail, byID func(context.Context, string) (login, error)) {
	of := func(m staff.Member, err error) (login, error) {
		if err != nil {
			return login{}, err
		}
		return login{id: m.ID, hash: m.PasswordHash, refused: m.LogIn(now()), factor: m.SecondFactor}, nil
	}
	return func(ctx context.Context, email string) (login, error) { return of(store.StaffByEmail(ctx, email)) },
		func(ctx context.Context, id string) (login, error) { return of(store.StaffByID(ctx, id)) }
}
