package e2e_test

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"rodada/internal/client"
)

// Somebody registers, forgets the password, logs in, rides and pays. Who they are and what opens their account stands in no log and in no history,
// however much is logged.
func TestAWholeRideLeavesNoSecretBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, set{"SEAL_KEYS": sealKey, "LOG_LEVEL": "debug"})
	ctx, b := t.Context(), w.box(t)
	secrets := map[string]string{
		"email": "private-" + strings.ToLower(b.plate) + "@riders.example", "phone": "+34611222333", "first name": "Hermenegilda", "last name": "Zubizarreta",
		"password": "a first password, soon forgotten", "new password": "a second password, remembered", "wrong password": "a third password, guessed",
	}
	call := func(by *client.Client, method, path string, body object, out any) {
		t.Helper()
		require.NoError(t, by.Call(ctx, method, path, body, out))
	}
	var asked struct{ ID string }
	call(w.visitor, http.MethodPost, "/v1/riders", object{
		"first_name": secrets["first name"], "last_name": secrets["last name"], "email": secrets["email"], "phone": secrets["phone"], "password": secrets["password"],
	}, &asked)
	secrets["code to register"] = w.mailed(t, secrets["email"])
	call(w.visitor, http.MethodPost, "/v1/riders/verify", object{"id": asked.ID, "code": secrets["code to register"]}, nil)
	call(w.visitor, http.MethodPost, "/v1/passwords/reset", object{"email": secrets["email"]}, &asked)
	require.Eventually(t, func() bool {
		secrets["code to reset"] = w.mailed(t, secrets["email"])
		return secrets["code to reset"] != secrets["code to register"]
	}, patience, tick)
	refused(t, w.visitor.Call(ctx, http.MethodPut, "/v1/passwords/reset", object{"id": asked.ID, "code": "WRONG-CODES", "password": secrets["new password"]}, nil),
		http.StatusUnprocessableEntity, "code_wrong")
	call(w.visitor, http.MethodPut, "/v1/passwords/reset", object{"id": asked.ID, "code": secrets["code to reset"], "password": secrets["new password"]}, nil)

	refused(t, w.visitor.Call(ctx, http.MethodPost, "/v1/sessions", object{"email": secrets["email"], "password": secrets["wrong password"]}, nil),
		http.StatusUnauthorized, "credentials_wrong")
	var first, session client.Session
	call(w.visitor, http.MethodPost, "/v1/sessions", object{"email": secrets["email"], "password": secrets["new password"]}, &first)
	call(w.visitor, http.MethodPost, "/v1/sessions/refresh", object{"refresh_token": first.RefreshToken}, &session)
	secrets["access token"], secrets["refresh token"] = session.AccessToken, session.RefreshToken
	secrets["first access token"], secrets["first refresh token"] = first.AccessToken, first.RefreshToken

	p := person{app: w.visitor.As(session.AccessToken)}
	require.NoError(t, p.app.SaveCard(ctx))
	require.NoError(t, p.app.TopUp(ctx, key(), 1000))
	r := p.ride(t, b)
	p.act(t, r.ID, "pause")
	p.act(t, r.ID, "resume")
	p.end(t, r.ID)
	w.free(t, b)
	require.Eventually(t, func() bool { return p.see(t, r.ID).Charged }, patience, tick)
	_, err := w.visitor.As("not." + session.AccessToken).Balance(ctx)
	refused(t, err, http.StatusUnauthorized, "token_invalid")
	refused(t, w.visitor.Call(ctx, http.MethodGet, "/v1/me?token="+session.AccessToken[:20]+"&email="+secrets["email"], nil, nil), http.StatusUnauthorized, "token_invalid")

	places := map[string]string{"Temporal": w.histories(t)}
	for _, process := range w.processes() {
		text, err := os.ReadFile(process.logFile)
		require.NoError(t, err)
		require.NotEmpty(t, text)
		places["log of "+process.role] = string(text)
	}
	require.Contains(t, places["Temporal"], r.ID, "the search looks where the secrets would be")
	require.Contains(t, places["log of api"], "/v1/sessions/refresh")
	require.Contains(t, places["log of worker"], "a mail lies in the folder")
	for where, text := range places {
		for what, secret := range secrets {
			if standsIn(secret, text) { // the text itself is long, and says nothing
				t.Errorf("the %s is in the %s", what, where)
			}
		}
	}
}

// standsIn reports whether a secret is in a text; a code of six digits not as a part of a longer number.
func standsIn(secret, text string) bool {
	if regexp.MustCompile(`^[0-9]{6}$`).MatchString(secret) {
		return regexp.MustCompile(`(^|[^0-9.])` + secret + `([^0-9]|$)`).MatchString(text)
	}
	return strings.Contains(strings.ToLower(text), strings.ToLower(secret))
}

// histories is all that Temporal keeps of this world, payloads in clear too.
func (w *world) histories(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	query := &workflowservice.ListWorkflowExecutionsRequest{Query: "TaskQueue = '" + w.queue + "'"}
	require.Eventually(t, func() bool { // lists follow what happens
		list, err := w.temporal.ListWorkflow(t.Context(), query)
		return err == nil && len(list.GetExecutions()) >= 2 // the ride and its payment
	}, patience, tick)
	list, err := w.temporal.ListWorkflow(t.Context(), query)
	require.NoError(t, err)
	for _, e := range list.GetExecutions() {
		at := e.GetExecution()
		history := w.temporal.GetWorkflowHistory(t.Context(), at.GetWorkflowId(), at.GetRunId(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for history.HasNext() {
			event, err := history.Next()
			require.NoError(t, err)
			text, err := protojson.Marshal(event)
			require.NoError(t, err)
			all.WriteString(string(text) + decoded(string(text)))
		}
	}
	return all.String()
}
