package brokeraccounts

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"rodada/broker"
)

// Broker is a broker that keeps accounts. It is safe for concurrent use, and several may speak to one broker. Every method
// may be repeated: it makes things so, whatever they were.
type Broker struct {
	link    *link
	topics  Topics
	backend []string // users that are no scooter's
}

// Dial makes a Broker that connects in the background, as the account that may change accounts. That one and the others of
// the backend are never changed, whatever asks for it. Its error is broker.ErrOptions.
func Dial(o broker.Options, topics Topics, backend ...string) (*Broker, error) {
	l, err := dial(o)
	if err != nil {
		return nil, err
	}
	return &Broker{link: l, topics: topics, backend: append([]string{o.Username}, backend...)}, nil
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

// Add makes an account where there is none of this user. One that is there stays as it is, and connected; ErrTaken when it
// may speak for none of these numbers.
func (b *Broker) Add(ctx context.Context, a Account) error {
	created, err := b.create(ctx, a)
	if err != nil || created {
		return err
	}
	there, err := b.find(ctx, a.User)
	if err != nil {
		return err
	}
	if one, is := there.scooter(); !is || !slices.ContainsFunc(a.Numbers, func(n string) bool { return slices.Contains(one.Numbers, n) }) {
		return fmt.Errorf("%w: %s", ErrTaken, a.User)
	}
	return nil
}

// Allow lets an account speak for these numbers and no other. Its password stays, and where nothing changes its connection
// too. ErrUnknown when there is no such account.
func (b *Broker) Allow(ctx context.Context, user string, numbers ...string) error {
	if err := b.ours(user); err != nil {
		return err
	}
	there, err := b.find(ctx, user)
	if err != nil {
		return err
	}
	one, _ := there.scooter()
	slices.Sort(one.Numbers)
	if slices.Equal(one.Numbers, slices.Sorted(slices.Values(numbers))) {
		return nil
	}
	commands := []request{}
	for _, n := range numbers {
		r := ofNumber(n)
		commands = append(commands, request{Command: "createRole", Rolename: r.Name, ACLs: r.ACLs})
	}
	commands = append(commands, request{Command: "modifyClient", Username: user, Roles: rolesOf(Account{Numbers: numbers})})
	answers, err := b.link.ask(ctx, commands...)
	if err != nil {
		return err
	}
	for _, r := range answers {
		if r.Error != roleExists && r.Error != "" {
			return refused(r)
		}
	}
	return nil
}

// find is an account as the broker has it: ErrUnknown.
func (b *Broker) find(ctx context.Context, user string) (client, error) {
	answers, err := b.link.ask(ctx, request{Command: "getClient", Username: user})
	if err != nil {
		return client{}, err
	}
	if err := refused(answers[0]); err != nil {
		return client{}, err
	}
	var data struct {
		Client client `json:"client"`
	}
	if err := json.Unmarshal(answers[0].Data, &data); err != nil {
		return client{}, fmt.Errorf("%w: getClient: %w", ErrRefused, err)
	}
	return data.Client, nil
}

// ours refuses to touch what is the backend's.
func (b *Broker) ours(user string) error {
	if user != "" && slices.Contains(b.backend, user) {
		return fmt.Errorf("%w: %s", ErrBackend, user)
	}
	return nil
}

// create makes the roles of an account, which may exist, and the account; false: that exists.
func (b *Broker) create(ctx context.Context, a Account) (created bool, err error) {
	if err := a.check(b.topics); err != nil {
		return false, err
	}
	if err := b.ours(a.User); err != nil {
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
	if err := b.ours(c.Username); err != nil {
		return err
	}
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
