package roles

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"rodada/api/password"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/internal/cli"
	"rodada/internal/config"
	"rodada/postgres"
)

// The length of a password of staff, in characters.
const (
	passwordShortest = 12
	passwordLongest  = 200
)

// console is the author of what is done with the installation itself rather than through the API.
const console = "console"

// AddStaff makes an account for a member of staff. An email that has one is refused.
func AddStaff(ctx context.Context, c config.Config, n cli.NewMember) error {
	email, err := rider.ParseEmail(n.Email)
	if err != nil {
		return fmt.Errorf("--email: %w", err)
	}
	m := staff.Member{
		ID: uuid.NewString(), FirstName: strings.TrimSpace(n.FirstName), LastName: strings.TrimSpace(n.LastName), Email: email,
		CreatedAt: time.Now().UTC(),
	}
	if m.FirstName == "" || m.LastName == "" {
		return errors.New("--first-name and --last-name must not be empty")
	}
	for _, name := range n.Permissions {
		p := staff.Permission(name)
		if !p.Known() {
			return fmt.Errorf("--permission: there is no %q, only %v", name, staff.Permissions())
		}
		m.Permissions = append(m.Permissions, p)
	}
	if length := utf8.RuneCountInString(n.Password); length < passwordShortest || length > passwordLongest {
		return fmt.Errorf("the password must have %d to %d characters", passwordShortest, passwordLongest)
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
