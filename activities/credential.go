package activities

import (
	"context"
	"errors"

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
	// Add makes one where there is none.
	Add(ctx context.Context, username, password string, plates []string) error
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
	// Anew sets accounts that the broker has already, too: a password may have changed.
	Anew bool `json:"anew,omitempty"`
}

// Provide lets the broker know every credential of a scooter, and reports how many there are.
func (c *Credentials) Provide(ctx context.Context, in ProvideInput) (int, error) {
	holders, err := c.Store.CredentialHolders(ctx, in.Plate)
	if err != nil {
		return 0, Failure(err)
	}
	for _, h := range holders {
		put := c.Accounts.Add
		if in.Anew {
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
	return put(ctx, of.Username, password, plates)
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

// SuspendOthers lets a scooter in with one credential alone; the others wait, for RestoreOthers or for their end.
func (c *Credentials) SuspendOthers(ctx context.Context, in CredentialInput) error {
	return c.others(ctx, in, true)
}

// RestoreOthers lets a scooter in with every credential that it has.
func (c *Credentials) RestoreOthers(ctx context.Context, in CredentialInput) error {
	return c.others(ctx, in, false)
}

func (c *Credentials) others(ctx context.Context, in CredentialInput, suspended bool) error {
	holders, err := c.Store.CredentialHolders(ctx, in.Plate)
	if err != nil {
		return Failure(err)
	}
	var errs []error
	for _, h := range holders {
		if h.ID != in.ID {
			errs = append(errs, c.Accounts.Suspend(ctx, h.Username, suspended))
		}
	}
	return errors.Join(errs...)
}

// Activate makes a credential the only one of its scooter.
func (c *Credentials) Activate(ctx context.Context, in CredentialInput) error {
	if err := c.Store.ActivateCredential(ctx, in.Plate, in.ID); err != nil {
		return Failure(err)
	}
	all, err := c.Store.Credentials(ctx, in.Plate)
	if err != nil {
		return Failure(err)
	}
	var errs []error
	for _, one := range all {
		if one.State == credential.Revoked {
			errs = append(errs, c.Accounts.Remove(ctx, one.Username))
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

// SetNumbers lets a scooter speak for these plates and no other. False: it has no credential that could.
func (c *Credentials) SetNumbers(ctx context.Context, in NumbersInput) (bool, error) {
	holders, err := c.Store.CredentialHolders(ctx, in.Plate)
	if err != nil {
		return false, Failure(err)
	}
	for _, h := range holders {
		if err := c.account(ctx, h.Credential, in.For, c.Accounts.Put); err != nil {
			return false, err
		}
	}
	if in.Release != "" {
		if err := c.Accounts.Release(ctx, in.Release); err != nil {
			return false, err
		}
	}
	return len(holders) > 0, nil
}
