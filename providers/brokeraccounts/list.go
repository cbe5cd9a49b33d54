package brokeraccounts

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// page is how many accounts are asked for at a time, so that no answer is larger than a broker lets through.
const page = 200

// Listed is an account as the broker has it.
type Listed struct {
	User      string
	Numbers   []string
	Suspended bool
}

// List is every scooter's account at the broker.
func (b *Broker) List(ctx context.Context) ([]Listed, error) {
	var all []Listed
	verbose := true
	for offset := 0; ; offset += page {
		answers, err := b.link.ask(ctx, request{Command: "listClients", Verbose: &verbose, Count: page, Offset: offset})
		if err != nil {
			return nil, err
		}
		if err := refused(answers[0]); err != nil {
			return nil, err
		}
		var data struct {
			Clients []client `json:"clients"`
		}
		if err := json.Unmarshal(answers[0].Data, &data); err != nil {
			return nil, fmt.Errorf("%w: listClients: %w", ErrRefused, err)
		}
		for _, c := range data.Clients {
			if one, is := c.scooter(); is {
				all = append(all, one)
			}
		}
		if len(data.Clients) < page {
			return all, nil
		}
	}
}

// scooter tells the accounts of scooters from those of the backend.
func (c client) scooter() (Listed, bool) {
	one, is := Listed{User: c.Username, Suspended: c.Disabled}, false
	for _, r := range c.Roles {
		is = is || r.Name == roleScooter
		if n, ok := strings.CutPrefix(r.Name, numberRole); ok {
			one.Numbers = append(one.Numbers, n)
		}
	}
	return one, is
}
