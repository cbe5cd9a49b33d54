package api

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"rodada/domain/credential"
)

// coming is what a box comes with, as far as it is known.
type coming struct {
	login    *Login // nil: nothing new
	made     bool   // just now, so it is shown
	replaces bool   // what was made here before, under the same name
}

// bootstrap stores what the box comes with: what is told, or for a scooter without any credential that is to get one a new one,
// which is shown. That has a name that nobody has: the box may be logged in with an account that the books do not know.
func (o *onboardings) bootstrap(ctx context.Context, plate, reason string, told *BootstrapBody, keep bool) (c coming, err error) {
	known, err := o.store.Credentials(ctx, plate)
	if err != nil {
		return c, err
	}
	lives := func(k credential.Credential) bool { return k.State != credential.Revoked }
	switch {
	case told != nil:
		c.login = &Login{Username: told.Username, Password: told.Password}
		if c.login.Username == "" {
			c.login.Username = credential.BootstrapUsername(plate)
		}
	case keep || slices.ContainsFunc(known, lives):
		return c, nil
	default:
		c.login, c.made = &Login{Username: credential.NewUsername(), Password: credential.NewPassword()}, true
	}
	c.replaces = slices.ContainsFunc(known, func(k credential.Credential) bool {
		return k.Username == c.login.Username && k.State == credential.Bootstrap
	})
	return c, o.keep(ctx, plate, reason, *c.login)
}

// keep stores a bootstrap credential.
func (o *onboardings) keep(ctx context.Context, plate, reason string, login Login) error {
	if err := credential.Check(login.Username, login.Password); err != nil {
		return err
	}
	if err := credential.CheckFree(login.Username, o.backend...); err != nil {
		return err
	}
	if o.sealer == nil {
		return credential.ErrNoKey
	}
	c := credential.Credential{ID: uuid.NewString(), Username: login.Username, Digest: credential.Digest(login.Password)}
	var err error
	if c.Sealed, err = o.sealer.Seal(login.Password, credential.Purpose(c.ID)); err != nil {
		return credential.ErrNoKey.Because(err)
	}
	return o.store.SetBootstrap(ctx, plate, reason, c)
}
