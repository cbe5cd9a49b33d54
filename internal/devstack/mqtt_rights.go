package devstack

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
)

// The topics on which scooters report.
const (
	topicBike  = "bike"
	topicOther = "o"
)

// rights says who may do what at the broker in this process: the backend all, a
// scooter only what concerns itself, anybody else nothing.
type rights struct {
	service  Account
	accounts func(plate, password string) bool // may be nil

	mu      sync.RWMutex
	kick    func(user string) // ends a user's connections
	file    string            // keeps the accounts
	holders map[string]holder
}

// holder is an account. One that is gone stays in the list, so that nobody else
// is asked about it.
type holder struct {
	Password  string
	Numbers   []string
	Suspended bool
	Gone      bool
}

func newRights(o Options) *rights {
	r := &rights{service: o.MQTTService, accounts: o.Accounts, kick: func(string) {}, holders: map[string]holder{}}
	for _, a := range o.Scooters {
		r.holders[a.User] = holder{Password: a.Password, Numbers: []string{a.User}}
	}
	return r
}

func (r *rights) isService(user string) bool { return user == r.service.User }

func (r *rights) find(user string) (h holder, listed bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	h, listed = r.holders[user]
	return h, listed
}

func (r *rights) knows(user, password string) bool {
	if user == "" {
		return false
	}
	if r.isService(user) {
		return same(password, r.service.Password)
	}
	if h, listed := r.find(user); listed {
		return !h.Gone && !h.Suspended && same(password, h.Password)
	}
	if r.accounts == nil || !r.accounts(user, password) {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, listed := r.holders[user]; !listed && isPlate(user) { // from now on an account as any other, which can be suspended
		r.holders[user] = holder{Password: password, Numbers: []string{user}}
	}
	return true
}

// numbers are a scooter's own topics.
func (r *rights) numbers(user string) []string {
	if h, listed := r.find(user); listed {
		return h.Numbers
	}
	if isPlate(user) {
		return []string{user}
	}
	return nil
}

func (r *rights) owns(user, number string) bool { return slices.Contains(r.numbers(user), number) }

// related says whether two users are one box, which has two credentials while
// it changes from one to the other.
func (r *rights) related(a, b string) bool {
	return a == b || slices.ContainsFunc(r.numbers(a), func(n string) bool { return r.owns(b, n) })
}

func (r *rights) mayRead(user, filter string) bool {
	return r.isService(user) || r.owns(user, filter)
}

func (r *rights) mayWrite(user, topic string) bool {
	if r.isService(user) {
		return true
	}
	return len(r.numbers(user)) > 0 && (r.owns(user, topic) || topic == topicBike || topic == topicOther)
}

// maySay refuses a scooter's message that is kept for later readers, or whose
// number is not its own.
func (r *rights) maySay(user string, payload []byte, retain bool) bool {
	return r.isService(user) || (!retain && slices.ContainsFunc(r.numbers(user), func(n string) bool { return speaksFor(payload, n) }))
}

// isPlate keeps a name that would mean something else as a topic from being one.
func isPlate(user string) bool {
	return user != "" && user != topicBike && user != topicOther && !strings.ContainsAny(user, "/+#$")
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

var errNested = errors.New("nested value")

// speaksFor says whether a report's one "i" is the plate. Boxes send keys with
// spaces around them and numbers without quotes; two of "i", in whatever
// spelling, leave it open which one a reader takes, and are refused.
func speaksFor(payload []byte, plate string) bool {
	d := json.NewDecoder(bytes.NewReader(bytes.Trim(payload, " \t\r\n\x00")))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return false
	}
	seen := 0
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return false
		}
		value, err := scalar(d)
		if err != nil {
			return false
		}
		if name, _ := key.(string); strings.TrimSpace(name) == "i" {
			seen++
			if value != plate {
				return false
			}
		}
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return false
	}
	_, err := d.Token()
	return errors.Is(err, io.EOF) && seen == 1
}

// scalar reads a value as text; reports are flat.
func scalar(d *json.Decoder) (string, error) {
	token, err := d.Token()
	if err != nil {
		return "", err
	}
	switch v := token.(type) {
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	case json.Delim:
		return "", errNested
	default:
		return "", nil
	}
}
