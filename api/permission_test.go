package api_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/staff"
)

// hired gives support these permissions and no other.
func (s *stage) hired(with ...staff.Permission) {
	defer s.store.lock()()
	m := s.store.staff[support]
	m.Permissions = with
	s.store.staff[support] = m
}

func TestStaffNeedAPermission(t *testing.T) {
	block := map[string]any{"service": "blocked", "reason": "The brake squeaks."}
	for name, c := range map[string]struct {
		has    []staff.Permission
		method string
		path   string
		body   any
		status int
		lacks  string
	}{
		"nothing may not look":      {nil, "GET", "/admin/v1/scooters", nil, 403, "view"},
		"view may look":             {[]staff.Permission{staff.View}, "GET", "/admin/v1/scooters", nil, 200, ""},
		"view may not change":       {[]staff.Permission{staff.View}, "POST", "/admin/v1/scooters/12AB/service", block, 403, "operate"},
		"operate may change":        {[]staff.Permission{staff.Operate}, "POST", "/admin/v1/scooters/12AB/service", block, 200, ""},
		"who may change may look":   {[]staff.Permission{staff.Operate}, "GET", "/admin/v1/zones", nil, 200, ""},
		"only admins see the audit": {[]staff.Permission{staff.View, staff.Operate}, "GET", "/admin/v1/audit", nil, 403, "admin"},
		"admins may do everything":  {[]staff.Permission{staff.Admin}, "POST", "/admin/v1/scooters/12AB/service", block, 200, ""},
		"before the body is read":   {nil, "POST", "/admin/v1/scooters/12AB/service", "{", 403, "operate"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.hired(c.has...)
			res := s.asStaff(t, c.method, c.path, c.body)
			if c.lacks == "" {
				body(t, res, c.status)
				return
			}
			p := problem(t, res, c.status, "permission_missing")
			require.Equal(t, c.lacks, p["permission"])
			require.Equal(t, fleet.InService, s.store.scooters[plate].Service)
		})
	}
}

func TestPermissionsAreReadAnewForEveryRequest(t *testing.T) {
	s := newStage(t)
	body(t, s.asStaff(t, "GET", "/admin/v1/zones", nil), 200)
	s.hired()
	problem(t, s.asStaff(t, "GET", "/admin/v1/zones", nil), 403, "permission_missing")

	delete(s.store.staff, support)
	problem(t, s.asStaff(t, "GET", "/admin/v1/zones", nil), 401, "token_invalid")
	s.store.staff[support] = staff.Member{ID: support, Permissions: []staff.Permission{staff.Admin}}
	s.store.broken = fault.ErrAway.Because(errors.New("down"))
	problem(t, s.asStaff(t, "GET", "/admin/v1/zones", nil), 503, "service_away")
}

// Every operation of staff says in the document which permission it needs, and no other operation says so.
func TestPermissionsAreDocumented(t *testing.T) {
	for _, op := range operations(t) {
		forStaff := len(op.security) > 0 && op.security[0]["staff"] != nil
		_, refuses := op.responses["403"]
		if forStaff {
			require.True(t, refuses, op.id)
			require.Contains(t, string(op.responses["403"]), "staff_suspended", op.id)
			own := op.path == "/admin/v1/me" || strings.HasPrefix(op.path, "/admin/v1/me/")
			require.Equal(t, !own, strings.Contains(string(op.responses["403"]), "permission_missing"), op.id)
			require.True(t, strings.HasPrefix(op.path, "/admin/"), op.id)
		}
	}
}

func TestWhatStaffDoIsWrittenDown(t *testing.T) {
	s := newStage(t)
	id := s.ride(t)
	s.store.alerts = []staff.Alert{{ID: 1, Plate: plate, Kind: staff.NotSecured, OpenedAt: noon}}
	body(t, s.asStaff(t, "POST", "/admin/v1/scooters/12AB/service", map[string]any{"service": "blocked", "reason": "The brake squeaks."}), 200)
	require.Equal(t, 204, s.asStaff(t, "POST", "/admin/v1/alerts/1/close", nil).Code)
	_ = s.asStaff(t, "POST", "/admin/v1/rentals/"+id+"/end", map[string]any{"reason": "The rider called."})
	_ = s.asStaff(t, "POST", "/admin/v1/scooters/12AB/release", map[string]any{"reason": "The lock is stuck."})

	entries := func(query string) []any {
		t.Helper()
		return body(t, s.asStaff(t, "GET", "/admin/v1/audit"+query, nil), 200)["entries"].([]any)
	}
	all := entries("")
	actions := map[string]map[string]any{}
	for _, e := range all {
		e := e.(map[string]any)
		require.Equal(t, "support@example.com", e["staff_email"])
		require.Equal(t, support, e["staff_id"])
		require.Equal(t, "192.0.2.1", e["address"])
		require.NotEmpty(t, e["request_id"])
		actions[e["action"].(string)] = e
	}
	service := actions["scooter.service"]
	require.Equal(t, "The brake squeaks.", service["reason"])
	require.Equal(t, plate, service["subject"])
	require.Equal(t, id, actions["rental.end"]["subject"])
	require.Equal(t, "The lock is stuck.", actions["scooter.release"]["reason"])
	require.Contains(t, actions, "alert.close")

	require.Len(t, entries("?action=scooter."), 2)
	require.Len(t, entries("?action=scooter.service"), 1)
	require.Empty(t, entries("?who=nobody@example.com"))
	require.Len(t, entries("?subject="+id), 1)
	require.Empty(t, entries("?since=2026-11-23T12:00:01Z"))
	require.Len(t, entries("?since=2026-11-23T12:00:00Z&until=2026-11-23T12:00:01Z"), len(all))

	first := body(t, s.asStaff(t, "GET", "/admin/v1/audit?limit=3", nil), 200)
	rest := body(t, s.asStaff(t, "GET", "/admin/v1/audit?limit=3&cursor="+first["next"].(string), nil), 200)
	require.Equal(t, all, append(first["entries"].([]any), rest["entries"].([]any)...))
	require.NotContains(t, rest, "next")
}

// The audit log has the address of who asked, which behind a proxy only the proxy knows, and anybody may claim.
func TestAddressOfWhoAsks(t *testing.T) {
	for name, c := range map[string]struct {
		proxies   []string
		forwarded string
		want      string
	}{
		"without a proxy":                {nil, "", "192.0.2.1"},
		"a claim without a proxy":        {nil, "203.0.113.9", "192.0.2.1"},
		"a claim to somebody else's":     {[]string{"10.0.0.0/8"}, "203.0.113.9", "192.0.2.1"},
		"behind a proxy":                 {[]string{"192.0.2.1"}, "203.0.113.9", "203.0.113.9"},
		"behind two":                     {[]string{"192.0.2.0/24"}, "203.0.113.9, 192.0.2.77", "203.0.113.9"},
		"a claim that a proxy passes on": {[]string{"192.0.2.1"}, "198.51.100.1, 203.0.113.9", "203.0.113.9"},
		"a proxy that says nothing":      {[]string{"192.0.2.1"}, "", "192.0.2.1"},
		"a proxy that says what is none": {[]string{"192.0.2.1"}, "unknown", "192.0.2.1"},
		"an address of the newer kind":   {[]string{"192.0.2.1"}, "2001:db8::1", "2001:db8::1"},
		"only proxies":                   {[]string{"192.0.2.0/24"}, "192.0.2.5", "192.0.2.5"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, func(o *api.Options) { o.Config.HTTP.Proxies = c.proxies })
			res := s.do(t, "POST", "/admin/v1/scooters/12AB/service", s.token(t, support, "staff"),
				map[string]any{"service": "blocked", "reason": "The brake squeaks."}, "X-Forwarded-For", c.forwarded)
			body(t, res, 200)
			require.Equal(t, c.want, s.store.deeds[0].Address)
		})
	}
}
