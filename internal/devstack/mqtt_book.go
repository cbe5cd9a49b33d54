package devstack

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"

	"rodada/providers/brokeraccounts"
)

// The broker in this process is given its accounts as Mosquitto is: rights is
// the brokeraccounts.Book of what may be changed while it runs.
var _ brokeraccounts.Book = (*rights)(nil)

// open reads the accounts that an earlier run of the broker left.
func (r *rights) open(file string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.file = file
	text, err := os.ReadFile(file) //nolint:gosec // in our own state folder
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	kept := map[string]holder{}
	if err := json.Unmarshal(text, &kept); err != nil {
		return err
	}
	maps.Copy(r.holders, kept)
	return nil
}

// breaks says how a connection is ended.
func (r *rights) breaks(kick func(user string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kick = kick
}

// change does something to one account, keeps it, and ends the connection of
// who had it.
func (r *rights) change(user string, do func(h holder) holder) {
	r.mu.Lock()
	h, listed := r.holders[user]
	r.holders[user] = do(h)
	kick := r.kick
	if r.file != "" {
		if text, err := json.Marshal(r.holders); err == nil { //nolint:gosec // of a stack that opens nothing beyond 127.0.0.1
			_ = os.WriteFile(r.file, text, 0o600) // a development stack that can't write says so elsewhere
		}
	}
	now := r.holders[user]
	r.mu.Unlock()
	if !listed || !reflect.DeepEqual(h, now) { // what it could do before, it can do still
		kick(user)
	}
}

// Has reports whether there is an account.
func (r *rights) Has(user string) bool {
	h, listed := r.find(user)
	return listed && !h.Gone
}

// Set makes an account.
func (r *rights) Set(a brokeraccounts.Account) {
	r.change(a.User, func(h holder) holder {
		if a.Password == "" {
			h.Numbers = a.Numbers
			return h
		}
		return holder{Password: a.Password, Numbers: a.Numbers}
	})
}

// Suspend lets nobody in, or again.
func (r *rights) Suspend(user string, suspended bool) {
	r.change(user, func(h holder) holder {
		h.Suspended = suspended
		return h
	})
}

// Delete ends an account. Its numbers stay with it, because they tell whose
// session it left.
func (r *rights) Delete(user string) {
	r.change(user, func(h holder) holder { return holder{Numbers: h.Numbers, Gone: true} })
}

// Release takes a number from everybody.
func (r *rights) Release(number string) {
	r.mu.RLock()
	var holders []string
	for user, h := range r.holders {
		if slices.Contains(h.Numbers, number) {
			holders = append(holders, user)
		}
	}
	r.mu.RUnlock()
	for _, user := range holders {
		r.change(user, func(h holder) holder {
			h.Numbers = slices.DeleteFunc(slices.Clone(h.Numbers), func(n string) bool { return n == number })
			return h
		})
	}
}

// All lists the accounts by user.
func (r *rights) All() []brokeraccounts.Listed {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var all []brokeraccounts.Listed
	for _, user := range slices.Sorted(maps.Keys(r.holders)) {
		if h := r.holders[user]; !h.Gone {
			all = append(all, brokeraccounts.Listed{User: user, Numbers: h.Numbers, Suspended: h.Suspended})
		}
	}
	return all
}
