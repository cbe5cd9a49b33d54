package devstack

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
)

// The topics on which scooters report.
const (
	topicBike  = "bike"
	topicOther = "o"
)

// rights says who may do what at the MQTT broker: the backend all, a scooter
// only what concerns itself, anybody else nothing.
type rights struct {
	service  Account
	accounts func(plate, password string) bool // may be nil

	mu       sync.RWMutex
	scooters map[string]string
}

func newRights(o Options) *rights {
	r := &rights{service: o.MQTTService, accounts: o.Accounts, scooters: map[string]string{}}
	for _, a := range o.Scooters {
		r.scooters[a.User] = a.Password
	}
	return r
}

func (r *rights) add(a Account) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.scooters[a.User] = a.Password
}

// list is every account with the backend's first.
func (r *rights) list() []Account {
	r.mu.RLock()
	defer r.mu.RUnlock()
	all := []Account{r.service}
	for user, password := range r.scooters {
		all = append(all, Account{User: user, Password: password})
	}
	return all
}

func (r *rights) isService(user string) bool { return user == r.service.User }

func (r *rights) knows(user, password string) bool {
	if user == "" {
		return false
	}
	if r.isService(user) {
		return same(password, r.service.Password)
	}
	r.mu.RLock()
	want, listed := r.scooters[user]
	r.mu.RUnlock()
	if listed {
		return same(password, want)
	}
	return r.accounts != nil && r.accounts(user, password)
}

func (r *rights) mayRead(user, filter string) bool {
	return r.isService(user) || (isPlate(user) && filter == user)
}

func (r *rights) mayWrite(user, topic string) bool {
	if r.isService(user) {
		return true
	}
	return isPlate(user) && (topic == user || topic == topicBike || topic == topicOther)
}

// maySay refuses a scooter's message that is kept for later readers, or whose
// number is not its own.
func (r *rights) maySay(user string, payload []byte, retain bool) bool {
	return r.isService(user) || (!retain && speaksFor(payload, user))
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
