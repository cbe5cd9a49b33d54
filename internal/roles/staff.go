package roles

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"rodada/api/password"
	"rodada/domain/person"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/internal/cli"
	"rodada/internal/config"
	"rodada/postgres"
)

// console is the author of what is done with the installation itself rather than through the API.
const console = "console"

// AddStaff makes an account for a member of staff. An email that has one is refused.
func AddStaff(ctx context.Context, c config.Config, n cli.NewMember) error {
	email, err := person.Email(n.Email)
	if err != nil {
		return fmt.Errorf("--email: %w", err)
	}
	m := staff.Member{ID: uuid.NewString(), Email: email, CreatedAt: time.Now().UTC()}
	if m.FirstName, err = person.Name(n.FirstName); err != nil {
		return fmt.Errorf("--first-name: %w", err)
	}
	if m.LastName, err = person.Name(n.LastName); err != nil {
		return fmt.Errorf("--last-name: %w", err)
	}
	if m.Permissions, err = staff.ParsePermissions(n.Permissions); err != nil {
		return fmt.Errorf("--permission: %w There are: %v", err, staff.Permissions())
	}
	if err := staff.CheckPassword(n.Password); err != nil {
		return err
	}
	if err := person.CheckPassword(n.Password, m.Email, m.FirstName, m.LastName); err != nil {
		return err
	}
	if m.PasswordHash, err = password.New(1).Hash(ctx, n.Password); err != nil {
		return err
	}
	store, err := postgres.Open(ctx, c.Postgres.URL, 1)
	if err != nil {
		return err
	}
	err = store.CreateStaff(staff.Acting(ctx, staff.Actor{Email: console}), m)
	if errors.Is(err, rider.ErrEmailTaken) {
		err = fmt.Errorf("%s has an account already", email)
	}
	return errors.Join(err, store.Close())
}

// ListStaff lists the accounts of staff by name.
func ListStaff(ctx context.Context, c config.Config) ([]staff.Member, error) {
	store, err := postgres.Open(ctx, c.Postgres.URL, 1)
	if err != nil {
		return nil, err
	}
	list, err := store.AllMembers(ctx)
	return list, errors.Join(err, store.Close())
}

// PermitStaff gives an account permissions in place of those that it has.
func PermitStaff(ctx context.Context, c config.Config, email string, permissions []string, reason string) error {
	reason, err := staff.Reason(reason)
	if err != nil {
		return fmt.Errorf("--reason: %w", err)
	}
	list, err := staff.ParsePermissions(permissions)
	if err != nil {
		return fmt.Errorf("--permission: %w There are: %v", err, staff.Permissions())
	}
	return onMember(ctx, c, email, func(ctx context.Context, store *postgres.Store, m staff.Member) error {
		_, err := store.ChangeMember(ctx, m.ID, staff.Edit{Permissions: &list}, reason)
		return err
	})
}

// ReinstateStaff lets a suspended account work again.
func ReinstateStaff(ctx context.Context, c config.Config, email, reason string) error {
	reason, err := staff.Reason(reason)
	if err != nil {
		return fmt.Errorf("--reason: %w", err)
	}
	return onMember(ctx, c, email, func(ctx context.Context, store *postgres.Store, m staff.Member) error {
		if !m.Suspended() {
			return fmt.Errorf("%s is not suspended", m.Email)
		}
		_, err := store.ReinstateMember(ctx, m.ID, reason)
		return err
	})
}

// ResetStaffPassword gives an account a password to hand over, and ends its sessions.
func ResetStaffPassword(ctx context.Context, c config.Config, email, reason string) (given string, expires time.Time, err error) {
	if reason, err = staff.Reason(reason); err != nil {
		return "", expires, fmt.Errorf("--reason: %w", err)
	}
	given, expires = staff.TemporaryPassword(), time.Now().AddDate(0, 0, staff.PasswordDays).UTC().Truncate(time.Second)
	hash, err := password.New(1).Hash(ctx, given)
	if err != nil {
		return "", expires, err
	}
	err = onMember(ctx, c, email, func(ctx context.Context, store *postgres.Store, m staff.Member) error {
		_, err := store.ResetPassword(ctx, m.ID, hash, expires, reason)
		return err
	})
	return given, expires, err
}

// ResetStaffFactor takes the second factor off an account, and ends its sessions.
func ResetStaffFactor(ctx context.Context, c config.Config, email, reason string) error {
	reason, err := staff.Reason(reason)
	if err != nil {
		return fmt.Errorf("--reason: %w", err)
	}
	return onMember(ctx, c, email, func(ctx context.Context, store *postgres.Store, m staff.Member) error {
		if !m.SecondFactor {
			return fmt.Errorf("%s has no second factor", m.Email)
		}
		_, err := store.ResetFactor(ctx, m.ID, reason)
		return err
	})
}

// onMember does something to an account as whoever has the machine itself.
func onMember(ctx context.Context, c config.Config, email string, do func(context.Context, *postgres.Store, staff.Member) error) error {
	store, err := postgres.Open(ctx, c.Postgres.URL, 1)
	if err != nil {
		return err
	}
	m, err := store.StaffByEmail(ctx, person.LogIn(email))
	if errors.Is(err, rider.ErrCredentials) {
		err = fmt.Errorf("%s has no account", email)
	}
	if err == nil {
		err = do(staff.Acting(ctx, staff.Actor{Email: console}), store, m)
	}
	return errors.Join(err, store.Close())
}
