package e2e_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/api/password"
	"rodada/api/token"
	"rodada/domain/fleet"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/internal/client"
)

// siege is an installation under attack, with somebody of each audience inside.
type siege struct {
	*world
	targets []target
	riders  [2]person // the first has something, the second wants it
	eva     *client.Client
	plate   string // of a scooter that says nothing
	// service is a machine with all that machines may have, and tokensOf what its tokens name.
	service, tokensOf string
}

// TestAttacks tries on every operation of the OpenAPI document what attackers try, against real processes, a real database, Redis and Temporal.
func TestAttacks(t *testing.T) {
	t.Parallel()
	s := &siege{targets: targets(t), world: newWorld(t, set{
		"SEAL_KEYS": sealKey, "COMMAND_WINDOW": "200ms", "LIMIT_LOGIN_TRIES": "1000000", "LIMIT_CARD_TRIES": "1000000", "LOG_LEVEL": "debug",
		"LIMIT_READ_ACCOUNT": "0", "LIMIT_WRITE_ACCOUNT": "0", "LIMIT_RIDE_ACCOUNT": "0", "LIMIT_SCAN_ACCOUNT": "0", "LIMIT_CODE_ACCOUNT": "0",
		"LIMIT_PASSWORD_ACCOUNT": "0", "LIMIT_STREAM_ACCOUNT": "0", "LIMIT_STAFF_READ_ACCOUNT": "0", "LIMIT_STAFF_WRITE_ACCOUNT": "0",
	})}
	s.riders = [2]person{s.rider(t), s.rider(t)}
	s.eva = s.staff(t)
	s.machine(t)
	s.plate = s.plates[len(s.plates)-1]
	s.plates = s.plates[:len(s.plates)-1]
	_, err := s.store.CreateScooter(t.Context(), fleet.Scooter{
		DeviceID: uuid.NewString(), PublicID: uuid.NewString(), QRCode: "qr-of-the-silent", Plate: s.plate, IMEI: "IMEI" + s.plate,
		Model: s.fleet.model, Service: fleet.InService, Hold: fleet.Free, Position: home, Battery: 90, LimitKmh: 25,
	})
	require.NoError(t, err)
	hash, err := password.New(1).Hash(t.Context(), "nobody knows this one")
	require.NoError(t, err)
	for _, table := range []string{"riders", "staff"} {
		_, err := s.db.ExecContext(t.Context(), `UPDATE `+table+` SET password_hash = $1`, hash)
		require.NoError(t, err)
	}

	t.Run("tokens that are not good here", s.forgedTokens)
	t.Run("what is another rider's", s.othersThings)
	t.Run("fields that nobody may set", s.madeUpFields)
	t.Run("bodies that are too much", s.monstrousBodies)
	t.Run("text that is code elsewhere", s.hostileText)
	t.Run("clients that are slow", s.slowClients)
	for _, p := range s.processes() {
		require.True(t, p.alive(), p.role)
		require.Zero(t, p.logged(`msg=panic`), p.tail(50))
	}
}

// machine makes a service.
func (s *siege) machine(t *testing.T) {
	t.Helper()
	_, hash := token.NewRefresh(rider.ForServices)
	made, err := s.store.CreateService(t.Context(), staff.Service{
		ID: uuid.NewString(), Name: "machine-" + uuid.NewString()[:8], Permissions: staff.ServicePermissions(),
	}, uuid.NewString(), hash, "")
	require.NoError(t, err)
	_, s.tokensOf, err = s.store.ServiceBySecret(t.Context(), made.ID, hash)
	require.NoError(t, err)
	s.service = made.ID
}

// as is a client of an audience.
func (s *siege) as(who string) *client.Client {
	switch who {
	case "rider":
		return s.riders[1].app
	case "staff":
		return s.eva
	case "service":
		return s.visitor.As(s.anyIssued(s.service, rider.ForServices))
	}
	return s.visitor
}

// attack sends something to a target, and reads the answer; of a stream, its beginning.
func (s *siege) attack(t *testing.T, by *client.Client, o target, path string, body []byte, header ...string) client.Answer {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if o.stream {
		time.AfterFunc(300*time.Millisecond, cancel)
	}
	header = append(o.keys(), header...)
	if body != nil {
		header = append(header, "Content-Type", o.contentType())
	}
	answer, err := by.Send(ctx, o.method, path, body, header...)
	if !o.stream {
		require.NoError(t, err)
	}
	return answer
}

func (o target) contentType() string {
	if o.upload != "" {
		return o.upload
	}
	return "application/json"
}

// fill is what stands in the places of a path for staff.
func (s *siege) fill() map[string]string {
	return map[string]string{"plate": s.plate, "/admin/v1/riders/{id}": s.riders[0].id, "name": "ring", "version": "1"}
}

// issued is a token as the API would give it.
func (s *siege) issued(t *testing.T, subject string, of rider.Audience) string {
	t.Helper()
	signed := s.anyIssued(subject, of)
	require.NotEmpty(t, signed)
	return signed
}

func (s *siege) anyIssued(subject string, of rider.Audience) string {
	session := ""
	if of == rider.ForServices {
		session = s.tokensOf
	}
	signed, _, _ := s.world.tokens.IssueIn(session, subject, of)
	return signed
}

// unharmed fails the test when an answer shows that something of the API gave way.
func unharmed(t *testing.T, a client.Answer, what ...any) {
	t.Helper()
	if a.Status >= http.StatusInternalServerError { // a scooter may say nothing; the API may not break
		require.Contains(t, []int{http.StatusServiceUnavailable, http.StatusGatewayTimeout}, a.Status, "%v: %s", what, a.Body)
	}
	if a.Status >= http.StatusBadRequest {
		kinds := []string{"application/problem+json"}
		if len(what) > 0 && what[0] == "service-token" { // as OAuth has it
			kinds = append(kinds, "application/json")
		}
		require.Contains(t, kinds, a.Header.Get("Content-Type"), "%v: %s", what, a.Body)
	}
	for name := range a.Header {
		require.NotContains(t, strings.ToLower(name), "injected", "%v: a header of the attacker's", what)
	}
}
