package e2e_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// coveted is what an attacker would set if a body that names it were believed.
var coveted = object{
	"id": "11111111-1111-4111-8111-111111111111", "rider_id": "11111111-1111-4111-8111-111111111111", "balance": 1_000_000, "permissions": []string{"admin"},
	"password_hash": "none", "suspended_at": nil, "created_at": "2020-01-01T00:00:00Z", "is_admin": true, "__proto__": object{"admin": true}, "Email": "other@example.com",
}

// foreignMembers are bodies of a format that is not ours, which says that what one does not know is passed over (RFC 7946, 6.1).
var foreignMembers = map[string]bool{"import-zones": true}

// anyQuery are operations that other services send browsers to, with parameters of their own.
var anyQuery = map[string]bool{"return-login": true}

// madeUpFields adds to every object of every body what it has no place for, and to every query. It is refused, and named.
func (s *siege) madeUpFields(t *testing.T) {
	for _, o := range s.targets {
		t.Run(o.id, func(t *testing.T) {
			by, path := s.as(o.who), o.at(s.fill())
			a := s.attack(t, by, o, path+"?balance=1000000", nil)
			if !anyQuery[o.id] {
				require.Equal(t, 422, a.Status, "%s takes any parameter: %s", o.id, a.Body)
				require.Contains(t, string(a.Body), "query.balance", o.id)
			}
			if o.body == nil || foreignMembers[o.id] {
				return
			}
			sample := o.doc.sample(o.body)
			for _, where := range o.doc.places(o.body, sample, "object") {
				for name, value := range coveted {
					whole, is := where.in(sample).(object)
					if _, taken := whole[name]; taken || !is {
						continue
					}
					body, err := json.Marshal(where.with(sample, merged(whole, object{name: value})))
					require.NoError(t, err)
					a := s.attack(t, by, o, path, body)
					require.Equal(t, 422, a.Status, "%s takes %s in %v: %s", o.id, name, where, a.Body)
					require.Contains(t, string(a.Body), name, "%s: it says what is wrong", o.id)
				}
			}
		})
	}
}

func merged(a, b object) object {
	all := object{}
	for _, o := range []object{a, b} {
		for name, v := range o {
			all[name] = v
		}
	}
	return all
}
