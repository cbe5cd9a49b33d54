package activities

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/google/uuid"

	"rodada/domain/command"
	"rodada/domain/credential"
	"rodada/protocol"
)

// CredentialStore keeps what scooters log in with.
type CredentialStore interface {
	CredentialHolders(ctx context.Context, plate string) ([]credential.Holder, error)
	Credentials(ctx context.Context, plate string) ([]credential.Credential, error)
	IssueCredential(ctx context.Context, plate string, c credential.Credential) (credential.Credential, error)
	ActivateCredential(ctx context.Context, plate, id string) error
}

// Accounts are the scooters' at the broker. Every method makes things so, whatever they were.
type Accounts interface {
	// Put makes an account what it says; whoever uses it loses the connection.
	Put(ctx context.Context, username, password string, plates []string) error
	// Add makes one where there is none; credential.ErrUsernameTaken when there is one for other plates.
	Add(ctx context.Context, username, password string, plates []string) error
	// Allow lets one that exists speak for these plates and no other. Its password stays, and unless that changes anything its
	// connection.
	Allow(ctx context.Context, username string, plates []string) error
	// Users are the scooters' accounts, with the plates of each.
	Users(ctx context.Context) (map[string][]string, error)
	// Suspend lets nobody in with an account, or again; one that does not exist stays so.
	Suspend(ctx context.Context, username string, suspended bool) error
	Remove(ctx context.Context, username string) error
	// Release forgets a plate that is nobody's any more.
	Release(ctx context.Context, plate string) error
}

// Safe hides secrets, and shows them again.
type Safe interface {
	Secrets
	Seal(secret, purpose string) (string, error)
	Empty() bool
}

// Server is the broker as scooters reach it.
type Server struct {
	Host string
	Port int
}

// Credentials keeps scooters' accounts at the broker in step with the books. The books are first: what they say is what the
// broker is brought to.
type Credentials struct {
	Store    CredentialStore
	Accounts Accounts
	Safe     Safe
	Server   Server
}

// ProvideInput names a scooter.
type ProvideInput struct {
	Plate string `json:"plate"`
	// Anew sets the password of a bootstrap account that the broker has already, too: another one was told.
	Anew bool `json:"anew,omitempty"`
}

// Provide lets the broker know every credential of a scooter, and reports how many there are. An account that is there
// already stays what it is: the box may be logged in with it.
func (c *Credentials) Provide(ctx context.Context, in ProvideInput) (int, error) {
	holders, err := c.Store.CredentialHolders(ctx, in.Plate)
	if err != nil {
		return 0, Failure(err)
	}
	for _, h := range holders {
		put := c.Accounts.Add
		if in.Anew && h.State == credential.Bootstrap {
			put = c.Accounts.Put
		}
		if err := c.account(ctx, h.Credential, h.Plates, put); err != nil {
			return 0, err
		}
	}
	return len(holders), nil
}

// account opens the password of a credential for the broker alone.
func (c *Credentials) account(
	ctx context.Context, of credential.Credential, plates []string,
	put func(ctx context.Context, username, password string, plates []string) error,
) error {
	if c.Safe.Empty() {
		return Failure(credential.ErrNoKey)
	}
	password, err := c.Safe.Open(of.Sealed, credential.Purpose(of.ID))
	if err != nil {
		return Failure(credential.ErrNoKey.Because(err))
	}
	return Failure(put(ctx, of.Username, password, plates))
}

// Issued is a credential on its way to a box: its command, with everything secret sealed.
type Issued struct {
	ID      string           `json:"id"`
	Command protocol.Command `json:"command"`
}

// Issue makes a credential for a scooter, or takes the one that was made and not proven, lets the broker know it, and writes
// the command that tells the box. What the history of the workflow sees of it is sealed.
func (c *Credentials) Issue(ctx context.Context, in ProvideInput) (Issued, error) {
	fresh, err := c.fresh()
	if err != nil {
		return Issued{}, Failure(err)
	}
	issued, err := c.Store.IssueCredential(ctx, in.Plate, fresh)
	if err != nil {
		return Issued{}, Failure(err)
	}
	if err := c.account(ctx, issued, []string{in.Plate}, c.Accounts.Add); err != nil {
		return Issued{}, err
	}
	password, err := c.Safe.Open(issued.Sealed, credential.Purpose(issued.ID))
	if err != nil {
		return Issued{}, Failure(credential.ErrNoKey.Because(err))
	}
	args := protocol.Args{"port": c.Server.Port}
	for name, secret := range map[string]string{"host": c.Server.Host, "username": issued.Username, "password": password} {
		if args[name], err = c.Safe.Seal(secret, command.Purpose(in.Plate, int(protocol.SetServer), name)); err != nil {
			return Issued{}, Failure(credential.ErrNoKey.Because(err))
		}
	}
	return Issued{ID: issued.ID, Command: protocol.Command{Code: protocol.SetServer, Args: args}}, nil
}

func (c *Credentials) fresh() (credential.Credential, error) {
	if c.Safe.Empty() {
		return credential.Credential{}, credential.ErrNoKey
	}
	password := credential.NewPassword()
	fresh := credential.Credential{ID: uuid.NewString(), Username: credential.NewUsername(), Digest: credential.Digest(password)}
	var err error
	fresh.Sealed, err = c.Safe.Seal(password, credential.Purpose(fresh.ID))
	return fresh, err
}

// CredentialInput names one credential of a scooter.
type CredentialInput struct {
	Plate string `json:"plate"`
	ID    string `json:"id"`
}

// SuspendOthers lets a scooter in with one credential alone; the others wait, for RestoreOthers or for their end. Others are
// all that the broker lets speak for its plate, whether the books know them or not.
func (c *Credentials) SuspendOthers(ctx context.Context, in CredentialInput) error {
	return c.others(ctx, in, true)
}

// RestoreOthers lets a scooter in with every credential that it has.
func (c *Credentials) RestoreOthers(ctx context.Context, in CredentialInput) error {
	return c.others(ctx, in, false)
}

func (c *Credentials) others(ctx context.Context, in CredentialInput, suspended bool) error {
	own, all, err := c.around(ctx, in)
	if err != nil {
		return err
	}
	var errs []error
	for _, username := range slices.Sorted(maps.Keys(all)) {
		switch plates := all[username]; {
		case username == own || !slices.Contains(plates, in.Plate):
		case len(plates) > 1: // other boxes may be logged in with it
			return Failure(credential.ErrUsernameTaken)
		default:
			errs = append(errs, c.Accounts.Suspend(ctx, username, suspended))
		}
	}
	return errors.Join(errs...)
}

// around names the account of a credential, and lists those of the broker.
func (c *Credentials) around(ctx context.Context, in CredentialInput) (own string, all map[string][]string, err error) {
	known, err := c.Store.Credentials(ctx, in.Plate)
	if err != nil {
		return "", nil, Failure(err)
	}
	for _, one := range known {
		if one.ID == in.ID {
			own = one.Username
		}
	}
	if own == "" {
		return "", nil, Failure(credential.ErrMissing)
	}
	all, err = c.Accounts.Users(ctx)
	return own, all, err
}

// Activate makes a credential the only one of its scooter. What else spoke for its plate is gone then, but nothing is that
// speaks for another's too.
func (c *Credentials) Activate(ctx context.Context, in CredentialInput) error {
	if err := c.Store.ActivateCredential(ctx, in.Plate, in.ID); err != nil {
		return Failure(err)
	}
	known, err := c.Store.Credentials(ctx, in.Plate)
	if err != nil {
		return Failure(err)
	}
	own, all, err := c.around(ctx, in)
	if err != nil {
		return err
	}
	revoked := func(username string) bool {
		return slices.ContainsFunc(known, func(k credential.Credential) bool { return k.Username == username && k.State == credential.Revoked })
	}
	var errs []error
	for _, username := range slices.Sorted(maps.Keys(all)) {
		switch plates := all[username]; {
		case username == own:
		case slices.Equal(plates, []string{in.Plate}), len(plates) == 0 && revoked(username):
			errs = append(errs, c.Accounts.Remove(ctx, username))
		}
	}
	return errors.Join(errs...)
}

// NumbersInput says which plates the accounts of a scooter are for. Plate is the one that the books know it by.
type NumbersInput struct {
	Plate string   `json:"plate"`
	For   []string `json:"for"`
	// Release is a plate that is nobody's from now on.
	Release string `json:"release,omitempty"`
}

// SetNumbers lets a scooter speak for these plates and no other, with whatever it logs in. False: it has no credential.
func (c *Credentials) SetNumbers(ctx context.Context, in NumbersInput) (bool, error) {
	holders, err := c.Store.CredentialHolders(ctx, in.Plate)
	if err != nil || len(holders) == 0 {
		return false, Failure(err)
	}
	for _, h := range holders {
		if err := c.account(ctx, h.Credential, with(in.For, in.Plate), c.Accounts.Add); err != nil {
			return false, err
		}
	}
	all, err := c.Accounts.Users(ctx)
	if err != nil {
		return false, err
	}
	for _, username := range slices.Sorted(maps.Keys(all)) {
		booked := slices.ContainsFunc(holders, func(h credential.Holder) bool { return h.Username == username })
		plates := in.For
		switch {
		case booked:
		case !slices.Contains(all[username], in.Plate):
			continue
		default: // it may speak for another scooter too
			plates = with(slices.DeleteFunc(slices.Clone(all[username]), func(p string) bool { return p == in.Plate || p == in.Release }), in.For...)
		}
		if err := c.Accounts.Allow(ctx, username, plates); err != nil {
			return false, err
		}
	}
	if in.Release != "" {
		if err := c.Accounts.Release(ctx, in.Release); err != nil {
			return false, err
		}
	}
	return true, nil
}

// with adds plates to others, each once.
func with(plates []string, more ...string) []string {
	all := slices.Sorted(slices.Values(slices.Concat(plates, more)))
	return slices.Compact(all)
}
