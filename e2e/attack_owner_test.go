package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/api/token"
	"rodada/domain/rider"
	"rodada/internal/client"
)

// belongings make something of a rider's for every kind of path that names something: up to its first ID.
func (s *siege) belongings() map[string]func(t *testing.T, owner person) (id string) {
	return map[string]func(t *testing.T, owner person) string{
		"/v1/rentals/{id}":      func(t *testing.T, owner person) string { return owner.ride(t, s.box(t)).ID },
		"/v1/reservations/{id}": func(t *testing.T, owner person) string { return s.reserve(t, owner, s.box(t)) },
		"/v1/me/sessions/{id}": func(t *testing.T, owner person) string {
			_, hash := token.NewRefresh(rider.ForRiders)
			opened := rider.Session{Family: uuid.NewString(), Hash: hash, Subject: owner.id, Audience: rider.ForRiders, ExpiresAt: time.Now().Add(time.Hour)}
			require.NoError(t, s.store.OpenSession(t.Context(), opened))
			return opened.Family
		},
		"/v1/payment-methods/{id}": func(t *testing.T, owner person) string {
			require.NoError(t, owner.app.SaveCard(t.Context()))
			return s.rows(t, `SELECT id FROM payment_methods WHERE rider_id = $1`, owner.id)[0]
		},
		"/v1/payments/{id}": func(t *testing.T, owner person) string {
			require.NoError(t, owner.app.SaveCard(t.Context()))
			require.NoError(t, owner.app.TopUp(t.Context(), key(), 1000))
			return s.rows(t, `SELECT id FROM payments WHERE rider_id = $1`, owner.id)[0]
		},
	}
}

// ownByName are paths that name a kind of thing, of which everybody has their own.
var ownByName = map[string]bool{"/v1/me/logins/{service}": true}

// othersThings asks for everything of a rider's with the token of another, whatever the operation would do. The answer is the same as for what
// does not exist, and nothing has changed.
func (s *siege) othersThings(t *testing.T) {
	made := map[string]struct {
		owner person
		id    string
	}{}
	for _, o := range s.targets {
		prefix, rest, named := strings.Cut(o.path, "}")
		prefix += "}"
		if o.who != "rider" || !named || ownByName[prefix] {
			continue
		}
		require.NotContains(t, rest, "{", "%s names two things: teach this test which of them is whose", o.id)
		thing, is := made[prefix]
		if !is {
			give := s.belongings()[prefix]
			require.NotNil(t, give, "%s %s takes the ID of something: add to belongings() how a rider comes to one, so that others are seen not to get it", o.method, o.path)
			thing.owner = s.rider(t)
			thing.id = give(t, thing.owner)
			made[prefix] = thing
		}
		t.Run(o.id, func(t *testing.T) {
			name := strings.TrimPrefix(prefix[strings.LastIndex(prefix, "{"):], "{")
			name = strings.TrimSuffix(name, "}")
			at := func(id string) string { return o.at(map[string]string{name: id}) }
			var body []byte
			if o.body != nil {
				var err error
				body, err = json.Marshal(o.doc.sample(o.body))
				require.NoError(t, err)
			}
			before := s.seen(t, thing.owner)
			stolen := s.attack(t, s.riders[1].app, o, at(thing.id), body)
			nothing := s.attack(t, s.riders[1].app, o, at(uuid.NewString()), body)
			require.Equal(t, 404, stolen.Status, "%s", stolen.Body)
			require.Equal(t, codeIn(t, nothing), codeIn(t, stolen), "who asks learns that it exists")
			require.Equal(t, 404, nothing.Status)
			require.Equal(t, before, s.seen(t, thing.owner), "and nothing has changed")
			if o.method == "GET" {
				own := s.attack(t, thing.owner.app, o, at(thing.id), nil)
				require.NotEqual(t, 404, own.Status, "its owner gets it: %s", own.Body)
			}
		})
	}
}

// seen is all that the owner of things can see of what matters.
func (s *siege) seen(t *testing.T, owner person) []string {
	t.Helper()
	return s.rows(t, `
		SELECT id::text || ' ' || state FROM rentals WHERE rider_id = $1
		UNION ALL SELECT id::text || ' ' || state FROM payments WHERE rider_id = $1
		UNION ALL SELECT id::text || ' ' || is_default || coalesce(' removed ' || removed_at::text, '') FROM payment_methods WHERE rider_id = $1
		UNION ALL SELECT family::text || coalesce(' ended ' || ended_at::text, '') FROM sessions WHERE subject = $1 ORDER BY 1`, owner.id)
}

func codeIn(t *testing.T, a client.Answer) string {
	t.Helper()
	var p *client.Problem
	require.ErrorAs(t, a.Into(nil), &p)
	return p.Code
}
