package brokeraccounts

import (
	"context"
	"fmt"
	"slices"

	"rodada/broker"
)

// Broker is a broker that keeps accounts. It is safe for concurrent use, and several may speak to one broker. Every method
// may be repeated: it makes things so, whatever they were.
type Broker struct {
	link   *link
	topics Topics
}

// Dial makes a Broker that connects in the background, as the account that may change accounts. Its error is
// broker.ErrOptions.
func Dial(o broker.Options, topics Topics) (*Broker, error) {
	l, err := dial(o)
	if err != nil {
		return nil, err
	}
	return &Broker{link: l, topics: topics}, nil
}

// Close disconnects.
func (b *Broker) Close() { b.link.conn.Close() }

// Connected reports whether the broker can be asked now.
func (b *Broker) Connected() bool { return b.link.conn.Connected() }

// Put makes an account with exactly these rights and this password, and enabled. One that was there before loses its
// connection, and makes another.
func (b *Broker) Put(ctx context.Context, a Account) error {
	created, err := b.create(ctx, a)
	if err != nil || created {
		return err
	}
	return b.change(ctx, a)
}

// Add makes an account where there is none of this user. One that is there stays as it is, and connected.
func (b *Broker) Add(ctx context.Context, a Account) error {
	_, err := b.create(ctx, a)
	return err
}

// create makes the roles of an account, which may exist, and the account; false: that exists.
func (b *Broker) create(ctx context.Context, a Account) (created bool, err error) {
	if err := a.check(b.topics); err != nil {
		return false, err
	}
	wanted := []role{scooterRole(b.topics)}
	for _, n := range a.Numbers {
		wanted = append(wanted, ofNumber(n))
	}
	commands := make([]request, 0, len(wanted)+1)
	for _, r := range wanted {
		commands = append(commands, request{Command: "createRole", Rolename: r.Name, ACLs: r.ACLs})
	}
	commands = append(commands, request{Command: "createClient", Username: a.User, Password: a.Password, Roles: rolesOf(a)})
	answers, err := b.link.ask(ctx, commands...)
	if err != nil {
		return false, err
	}
	made := answers[len(answers)-1]
	for _, r := range answers[:len(answers)-1] {
		if r.Error != "" && r.Error != roleExists {
			return false, refused(r)
		}
	}
	if made.Error == clientExists {
		return false, nil
	}
	return true, refused(made)
}

// change makes an account that exists what it shall be.
func (b *Broker) change(ctx context.Context, a Account) error {
	answers, err := b.link.ask(ctx,
		request{Command: "modifyClient", Username: a.User, Password: a.Password, Roles: rolesOf(a)},
		request{Command: "enableClient", Username: a.User})
	if err != nil {
		return err
	}
	for _, r := range answers {
		if err := refused(r); err != nil {
			return err
		}
	}
	return nil
}

// Remove ends an account: its connection breaks, and it can't log in again.
func (b *Broker) Remove(ctx context.Context, user string) error {
	return b.one(ctx, request{Command: "deleteClient", Username: user}, clientMissing)
}

// Release forgets a number and takes it from whoever has it still: for numbers that are no scooter's any more.
func (b *Broker) Release(ctx context.Context, number string) error {
	return b.one(ctx, request{Command: "deleteRole", Rolename: numberRole + number}, roleMissing)
}

// Suspend keeps an account and its rights, and lets nobody in with it: its connection breaks. ErrUnknown when there is none.
func (b *Broker) Suspend(ctx context.Context, user string) error {
	return b.one(ctx, request{Command: "disableClient", Username: user})
}

// Restore ends a suspension. ErrUnknown when there is no such account.
func (b *Broker) Restore(ctx context.Context, user string) error {
	return b.one(ctx, request{Command: "enableClient", Username: user})
}

// one sends a command that may fail for no reason but these.
func (b *Broker) one(ctx context.Context, c request, fine ...string) error {
	answers, err := b.link.ask(ctx, c)
	if err != nil {
		return err
	}
	if slices.Contains(fine, answers[0].Error) {
		return nil
	}
	return refused(answers[0])
}

func refused(r response) error {
	switch r.Error {
	case "":
		return nil
	case clientMissing:
		return ErrUnknown
	}
	return fmt.Errorf("%w: %s: %s", ErrRefused, r.Command, r.Error)
}
