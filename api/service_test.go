package api_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"rodada/api"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/internal/config"
)

const (
	servicesPath = "/admin/v1/services"
	tokenPath    = "/service/v1/token"
)

// machine is a service and a secret of it.
type machine struct{ id, secret, secretID string }

// makeMachine makes a service.
func (s *stage) makeMachine(t *testing.T, name string, permissions ...string) machine {
	t.Helper()
	made := body(t, s.asStaff(t, "POST", servicesPath, map[string]any{"name": name, "permissions": permissions, "reason": "The nightly export."}), 201)
	require.Equal(t, made["id"], made["client_id"])
	return machine{made["id"].(string), made["client_secret"].(string), made["secret_id"].(string)}
}

// form sends a form.
func (s *stage) form(t *testing.T, fields url.Values, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return s.do(t, "POST", tokenPath, "", fields.Encode(), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)...)
}

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))
}

var grant = url.Values{"grant_type": {"client_credentials"}}

// bearer is a token of a service.
func (s *stage) bearer(t *testing.T, m machine) string {
	t.Helper()
	return body(t, s.form(t, grant, "Authorization", basic(m.id, m.secret)), 200)["access_token"].(string)
}

var because = map[string]any{"reason": "It was in a log."}

func TestAServiceWorksWithWhatItMay(t *testing.T) {
	s := newStage(t)
	m := s.makeMachine(t, "bi-export", "operate", "view", "operate")
	require.NotContains(t, s.log.String(), m.secret)
	require.NotContains(t, s.asStaff(t, "GET", servicesPath+"/"+m.id, nil).Body.String(), m.secret)

	res := s.form(t, grant, "Authorization", basic(m.id, m.secret))
	got := body(t, res, 200)
	require.Equal(t, "no-store", res.Header().Get("Cache-Control"))
	require.Equal(t, "no-cache", res.Header().Get("Pragma"))
	require.Equal(t, "Bearer", got["token_type"])
	require.EqualValues(t, 900, got["expires_in"])
	require.Equal(t, "operate view", got["scope"])
	bearer := got["access_token"].(string)

	body(t, s.do(t, "GET", "/admin/v1/scooters", bearer, nil), 200)
	me := body(t, s.do(t, "GET", "/service/v1/me", bearer, nil), 200)
	require.Equal(t, "bi-export", me["name"])
	require.NotContains(t, me, "secrets")
	body(t, s.do(t, "POST", "/admin/v1/scooters/12AB/service", bearer, map[string]any{"service": "blocked", "reason": "The brake squeaks."}), 200)
	s.store.alerts = []staff.Alert{{ID: 1, Plate: plate, Kind: staff.NotSecured, OpenedAt: noon}}
	require.Equal(t, 204, s.do(t, "POST", "/admin/v1/alerts/1/close", bearer, nil).Code)
	require.Equal(t, "bi-export", s.store.alerts[0].ClosedBy)
	p := problem(t, s.do(t, "GET", "/admin/v1/payments", bearer, nil), 403, "permission_missing")
	require.Equal(t, "money", p["permission"])

	shown := body(t, s.asStaff(t, "GET", servicesPath+"/"+m.id, nil), 200)
	require.Equal(t, "192.0.2.1", shown["last_used_from"])
	entries := body(t, s.asStaff(t, "GET", "/admin/v1/audit?action=scooter.", nil), 200)["entries"].([]any)
	require.Len(t, entries, 1)
	entry := entries[0].(map[string]any)
	require.Equal(t, "service", entry["by"])
	require.Equal(t, m.id, entry["service_id"])
	require.Equal(t, "bi-export", entry["staff_email"])
	require.NotContains(t, entry, "staff_id")
}

// The library that most Go programs get tokens with gets them here, in both of its ways.
func TestTokensComeToAnOrdinaryClient(t *testing.T) {
	s := newStage(t)
	m := s.makeMachine(t, "bi-export", "view")
	server := httptest.NewServer(s.handler)
	defer server.Close()
	for _, style := range []oauth2.AuthStyle{oauth2.AuthStyleInHeader, oauth2.AuthStyleInParams, oauth2.AuthStyleAutoDetect} {
		c := clientcredentials.Config{ClientID: m.id, ClientSecret: m.secret, TokenURL: server.URL + tokenPath, AuthStyle: style, Scopes: []string{"view"}}
		res, err := c.Client(t.Context()).Get(server.URL + "/service/v1/me")
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, 200, res.StatusCode)

		c.ClientSecret = m.secret[:len(m.secret)-1] + "."
		_, err = c.Token(t.Context())
		var said *oauth2.RetrieveError
		require.ErrorAs(t, err, &said)
		require.Equal(t, "invalid_client", said.ErrorCode)
		require.NotEmpty(t, said.ErrorDescription)
	}
}

func TestWhatIsWrongWithARequestForAToken(t *testing.T) {
	s := newStage(t)
	m, other := s.makeMachine(t, "bi-export", "view"), s.makeMachine(t, "mds-pull", "money")
	with := func(more ...string) url.Values {
		v := url.Values{}
		for i := 0; i < len(more); i += 2 {
			v.Add(more[i], more[i+1])
		}
		return v
	}
	const cc = "client_credentials"
	for name, c := range map[string]struct {
		form          url.Values
		authorization string
		status        int
		error, code   string
	}{
		"no grant":             {with(), basic(m.id, m.secret), 400, "invalid_request", "token_request_invalid"},
		"another grant":        {with("grant_type", "password"), basic(m.id, m.secret), 400, "unsupported_grant_type", "grant_unsupported"},
		"two grants":           {with("grant_type", cc, "grant_type", cc), basic(m.id, m.secret), 400, "invalid_request", "token_request_invalid"},
		"nobody":               {with("grant_type", cc), "", 401, "invalid_client", "client_invalid"},
		"half of it":           {with("grant_type", cc, "client_id", m.id), "", 401, "invalid_client", "client_invalid"},
		"no Basic":             {with("grant_type", cc), "Bearer " + m.secret, 401, "invalid_client", "client_invalid"},
		"broken Basic":         {with("grant_type", cc), "Basic %%%", 401, "invalid_client", "client_invalid"},
		"broken encoding":      {with("grant_type", cc), "Basic " + base64.StdEncoding.EncodeToString([]byte("%zz:%zz")), 401, "invalid_client", "client_invalid"},
		"both ways":            {with("grant_type", cc, "client_id", m.id, "client_secret", m.secret), basic(m.id, m.secret), 400, "invalid_request", "token_request_invalid"},
		"two who ask":          {with("grant_type", cc, "client_id", other.id), basic(m.id, m.secret), 400, "invalid_request", "token_request_invalid"},
		"another's secret":     {with("grant_type", cc), basic(m.id, other.secret), 401, "invalid_client", "client_invalid"},
		"no secret":            {with("grant_type", cc), basic(m.id, ""), 401, "invalid_client", "client_invalid"},
		"a refresh token":      {with("grant_type", cc), basic(m.id, strings.Replace(m.secret, "service", "staff", 1)), 401, "invalid_client", "client_invalid"},
		"a service that isn't": {with("grant_type", cc), basic(uuid.NewString(), m.secret), 401, "invalid_client", "client_invalid"},
		"an odd ID":            {with("grant_type", cc), basic("' OR '1'='1", m.secret), 401, "invalid_client", "client_invalid"},
		"a member of staff":    {with("grant_type", cc), basic(support, m.secret), 401, "invalid_client", "client_invalid"},
		"too much scope":       {with("grant_type", cc, "scope", "view money"), basic(m.id, m.secret), 400, "invalid_scope", "scope_invalid"},
		"a scope that isn't":   {with("grant_type", cc, "scope", "root"), basic(m.id, m.secret), 400, "invalid_scope", "scope_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			res := s.form(t, c.form, "Authorization", c.authorization, "Accept-Language", "es")
			said := oauthError(t, res, c.status, c.error, c.code)
			require.Equal(t, c.status == 401, res.Header().Get("WWW-Authenticate") == `Basic realm="service"`)
			require.NotEqual(t, said["error_description"], said["detail"], "that is Spanish")
			require.NotContains(t, res.Body.String(), m.secret)
		})
	}
	t.Run("no form", func(t *testing.T) {
		said := oauthError(t, s.do(t, "POST", tokenPath, "", "{}", "Accept-Language", "es"), 415, "invalid_request", "media_type_unsupported")
		require.Equal(t, "Send the body as application/x-www-form-urlencoded.", said["error_description"])
		require.Equal(t, "Envía el cuerpo como application/x-www-form-urlencoded.", said["detail"])
	})
	oauthError(t, s.form(t, with("a", strings.Repeat("x", 5000))), 413, "invalid_request", "body_too_large")
	body(t, s.form(t, with("grant_type", cc, "client_id", m.id, "client_secret", m.secret)), 200)
	body(t, s.form(t, with("grant_type", cc, "client_id", m.id), "Authorization", basic(m.id, m.secret)), 200)
}

// oauthError is an error as clients of OAuth read it. (RFC 6749, 5.2)
func oauthError(t *testing.T, res *httptest.ResponseRecorder, status int, name, code string) (said map[string]any) {
	t.Helper()
	require.Equal(t, status, res.Code, res.Body.String())
	require.Equal(t, "application/json", res.Header().Get("Content-Type"))
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &said))
	require.Equal(t, name, said["error"])
	require.Equal(t, code, said["code"])
	require.Regexp(t, `^[\x20-\x21\x23-\x5B\x5D-\x7E]+$`, said["error_description"])
	return said
}

func TestWhoAsksTooOftenForTokensIsToldSoInOAuth(t *testing.T) {
	s := newStage(t, counted(t, func(l *config.Limits) { l.LoginAddress = hourly(5) }))
	m := s.makeMachine(t, "bi-export", "view")
	for range 3 {
		oauthError(t, s.form(t, grant, "Authorization", basic(m.id, "wrong")), 401, "invalid_client", "client_invalid")
	}
	for _, code := range []string{"login_wait", "login_wait", "too_many_requests"} {
		res := s.form(t, grant, "Authorization", basic(m.id, m.secret))
		said := oauthError(t, res, 429, "temporarily_unavailable", code)
		require.Equal(t, fmt.Sprint(said["retry_after"]), res.Header().Get("Retry-After"))
	}
}

// Whatever ends a service ends its tokens with the next request.
func TestTokensOfServicesEndAtOnce(t *testing.T) {
	view := "/admin/v1/zones"
	path := func(m machine) string { return servicesPath + "/" + m.id }
	for name, c := range map[string]struct {
		end    func(t *testing.T, s *stage, m machine)
		status int
		code   string
		client string // what a new token is refused with
	}{
		"suspended": {func(t *testing.T, s *stage, m machine) {
			require.Equal(t, "It was in a log.", body(t, s.asStaff(t, "POST", path(m)+"/suspend", because), 200)["suspended_reason"])
		}, 401, "token_invalid", "unauthorized_client"},
		"deleted": {func(t *testing.T, s *stage, m machine) {
			require.Equal(t, 204, s.asStaff(t, "DELETE", path(m), because).Code)
			problem(t, s.asStaff(t, "GET", path(m), nil), 404, "service_unknown")
		}, 401, "token_invalid", "invalid_client"},
		"the secret taken away": {func(t *testing.T, s *stage, m machine) {
			require.Empty(t, body(t, s.asStaff(t, "DELETE", path(m)+"/secrets/"+m.secretID, because), 200)["secrets"])
		}, 401, "token_invalid", "invalid_client"},
		"its time is over": {func(t *testing.T, s *stage, m machine) {
			body(t, s.asStaff(t, "PATCH", path(m), map[string]any{"expires_at": noon.Add(time.Minute), "reason": "For a day."}), 200)
			s.now = noon.Add(2 * time.Minute)
		}, 403, "service_expired", "unauthorized_client"},
		"from elsewhere": {func(t *testing.T, s *stage, m machine) {
			body(t, s.asStaff(t, "PATCH", path(m), map[string]any{"networks": []string{"10.0.0.0/8"}, "reason": "The office alone."}), 200)
		}, 403, "service_address", "unauthorized_client"},
		"the permission taken away": {func(t *testing.T, s *stage, m machine) {
			body(t, s.asStaff(t, "PATCH", path(m), map[string]any{"permissions": []string{"money"}, "reason": "No more maps."}), 200)
		}, 200, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			m := s.makeMachine(t, "bi-export", "view")
			bearer := s.bearer(t, m)
			body(t, s.do(t, "GET", view, bearer, nil), 200)
			c.end(t, s, m)
			res := s.do(t, "GET", view, bearer, nil)
			if c.code == "" {
				body(t, res, 200) // whoever has another may look
				return
			}
			problem(t, res, c.status, c.code)
			require.Equal(t, c.client, body(t, s.form(t, grant, "Authorization", basic(m.id, m.secret)), map[string]int{"invalid_client": 401, "unauthorized_client": 400}[c.client])["error"])
		})
	}
}

func TestASuspendedServiceComesBackWithANewToken(t *testing.T) {
	s := newStage(t)
	m := s.makeMachine(t, "bi-export", "view")
	old := s.bearer(t, m)
	body(t, s.asStaff(t, "POST", servicesPath+"/"+m.id+"/suspend", because), 200)
	body(t, s.asStaff(t, "POST", servicesPath+"/"+m.id+"/reinstate", because), 200)
	problem(t, s.do(t, "GET", "/service/v1/me", old, nil), 401, "token_invalid")
	body(t, s.do(t, "GET", "/service/v1/me", s.bearer(t, m), nil), 200)
}

// A secret is changed with both live, and the old one's tokens end with it alone.
func TestSecretsChangeWhileBothAreLive(t *testing.T) {
	s := newStage(t)
	m := s.makeMachine(t, "bi-export", "view")
	path := servicesPath + "/" + m.id
	made := body(t, s.asStaff(t, "POST", path+"/secrets", because), 201)
	next := machine{m.id, made["client_secret"].(string), made["secret_id"].(string)}
	problem(t, s.asStaff(t, "POST", path+"/secrets", because), 409, "service_secrets")
	old, fresh := s.bearer(t, m), s.bearer(t, next)
	for _, bearer := range []string{old, fresh} {
		body(t, s.do(t, "GET", "/service/v1/me", bearer, nil), 200)
	}
	body(t, s.asStaff(t, "DELETE", path+"/secrets/"+m.secretID, because), 200)
	problem(t, s.asStaff(t, "DELETE", path+"/secrets/"+m.secretID, because), 404, "service_secret_unknown")
	problem(t, s.do(t, "GET", "/service/v1/me", old, nil), 401, "token_invalid")
	body(t, s.do(t, "GET", "/service/v1/me", fresh, nil), 200)
}

func TestServicesAreForAdminsAndListed(t *testing.T) {
	s := newStage(t)
	m := s.makeMachine(t, "bi-export", "view")
	s.makeMachine(t, "mds-pull", "money")
	names := func(query string) (found []string) {
		for _, one := range body(t, s.asStaff(t, "GET", servicesPath+query, nil), 200)["services"].([]any) {
			found = append(found, one.(map[string]any)["name"].(string))
		}
		return found
	}
	require.Equal(t, []string{"bi-export", "mds-pull"}, names(""))
	require.Equal(t, []string{"mds-pull"}, names("?permission=money"))
	require.Equal(t, []string{"bi-export"}, names("?q=export&suspended=false"))
	require.Equal(t, []string{"bi-export"}, names("?limit=1"))
	for _, wrong := range []struct {
		body   map[string]any
		status int
		code   string
	}{
		{map[string]any{"name": "BI-export", "permissions": []string{"view"}, "reason": "Twice."}, 409, "service_taken"},
		{map[string]any{"name": "eva@example.org", "permissions": []string{"view"}, "reason": "As a person."}, 422, "request_invalid"},
		{map[string]any{"name": "boss", "permissions": []string{"view", "admin"}, "reason": "All of it."}, 422, "service_permission"},
		{map[string]any{"name": "boss", "permissions": []string{"people"}, "reason": "Riders."}, 422, "service_permission"},
		{map[string]any{"name": "boss", "permissions": []string{"root"}, "reason": "All of it."}, 422, "permission_unknown"},
		{map[string]any{"name": "boss", "permissions": []string{}, "reason": "Nothing."}, 422, "request_invalid"},
		{map[string]any{"name": "boss", "permissions": []string{"view"}, "networks": []string{"here"}, "reason": "Nowhere."}, 422, "service_network"},
		{map[string]any{"name": "boss", "permissions": []string{"view"}, "expires_at": noon, "reason": "Over."}, 422, "service_end"},
		{map[string]any{"name": "boss", "permissions": []string{"view"}}, 422, "request_invalid"},
	} {
		problem(t, s.asStaff(t, "POST", servicesPath, wrong.body), wrong.status, wrong.code)
	}
	problem(t, s.asStaff(t, "PATCH", servicesPath+"/"+m.id, map[string]any{"expires_at": noon.Add(time.Hour), "unlimited": true, "reason": "Both."}), 422, "service_end")
	require.Len(t, s.store.services, 2)

	s.hired(staff.View, staff.Operate, staff.Pricing, staff.Money, staff.People, staff.Firmware, staff.DangerousCommands)
	for _, op := range operations(t) {
		if strings.HasPrefix(op.path, servicesPath) {
			path := strings.NewReplacer("{id}", m.id, "{secret}", m.secretID).Replace(op.path)
			p := problem(t, s.asStaff(t, strings.ToUpper(op.method), path, because), 403, "permission_missing")
			require.Equal(t, "admin", p["permission"], op.id)
		}
	}
}

// A service with all that services may have opens what the document says is open to services, and nothing else.
func TestServicesOpenWhatIsTheirs(t *testing.T) {
	s := newStage(t, shortDeadline, func(o *api.Options) { o.Config.Staff = config.Staff{SecondFactor: []string{"money"}} })
	bearer := s.bearer(t, s.makeMachine(t, "all-of-it", "view", "operate", "pricing", "money"))
	place := strings.NewReplacer("{id}", uuid.NewString(), "{plate}", plate)
	opened := 0
	for _, op := range operations(t) {
		t.Run(op.id, func(t *testing.T) {
			theirs, staffs := false, false
			for _, each := range op.security {
				theirs = theirs || each["service"] != nil
				staffs = staffs || each["staff"] != nil
			}
			if len(op.security) == 0 {
				return
			}
			res := s.do(t, strings.ToUpper(op.method), place.Replace(op.path), bearer, "{}")
			if !theirs {
				problem(t, res, 401, "token_invalid")
				return
			}
			opened++
			require.NotContains(t, []int{401, 403}, res.Code, res.Body.String())
			if staffs {
				for _, scope := range op.security[1]["service"] {
					require.Contains(t, staff.ServicePermissions(), staff.Permission(scope))
				}
			}
			for _, never := range []string{"/admin/v1/me", "/admin/v1/staff", servicesPath, "/admin/v1/audit", "/admin/v1/webhooks", "/admin/v1/riders/{id}/suspend"} {
				require.False(t, strings.HasPrefix(op.path, never), op.path)
			}
		})
	}
	require.Greater(t, opened, 50)
	problem(t, s.do(t, "GET", "/service/v1/me", s.token(t, support, rider.ForStaff), nil), 401, "token_invalid")
	problem(t, s.do(t, "GET", "/service/v1/me", s.token(t, ana, rider.ForRiders), nil), 401, "token_invalid")
}
