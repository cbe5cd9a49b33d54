package e2e_test

import (
	"encoding/base64"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	enums "go.temporal.io/api/enums/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"rodada/protocol"
	"rodada/seal"
	"rodada/workflows"
)

// sealKey is the key of a world that may send secrets.
var sealKey = seal.NewKey("e2e")

// The password of a credential reaches the scooter, and stands nowhere else: not in Temporal's history, not in the
// database, not in a log and in no answer.
func TestASecretReachesTheScooterAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, set{"SEAL_KEYS": sealKey, "LOG_LEVEL": "debug"})
	b, eva := w.box(t), w.staff(t)
	const username, password = "secret-user-name-5150", "secret-pass-word-2049"
	spec, _ := protocol.Lookup(protocol.SetAPN)
	require.True(t, spec.HasSecrets())
	params := map[string]any{"apn": "secret.apn.example", "username": username, "password": password}
	answer, got := give(t, eva, b, "set-apn", params)
	require.Equal(t, 200, answer.Status, "%s", answer.Body)
	arrived := b.Received()
	require.Equal(t, username, arrived[len(arrived)-1].Command.Args["username"], "the scooter got it in clear")
	_, server := give(t, eva, b, "query-server", nil)
	require.Equal(t, protocol.Hidden, server.Ack.Values["password"])

	places := map[string]string{"answer": string(answer.Body), "Temporal": "", "Postgres": w.dump(t)}
	for _, id := range []string{got.ID, server.ID} {
		history := w.temporal.GetWorkflowHistory(t.Context(), workflows.CommandID(id), "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for history.HasNext() {
			event, err := history.Next()
			require.NoError(t, err)
			text, err := protojson.Marshal(event)
			require.NoError(t, err)
			places["Temporal"] += string(text) + decoded(string(text))
		}
	}
	for _, p := range w.processes() {
		text, err := os.ReadFile(p.logFile)
		require.NoError(t, err)
		places["log of "+p.role] = string(text)
	}
	require.Contains(t, places["Temporal"], "sealed:e2e:", "the search looks where the secret would be")
	require.Contains(t, places["Postgres"], "set-apn")
	for where, text := range places {
		for _, secret := range []string{"secret.apn.example", username, password} {
			if strings.Contains(text, secret) { // the text itself is long, and says nothing
				t.Errorf("%s is in %s", secret, where)
			}
		}
	}
}

// dump is all that the database holds, frames as text.
func (w *world) dump(t *testing.T) string {
	t.Helper()
	column := func(query string) []string {
		t.Helper()
		rows, err := w.db.QueryContext(t.Context(), query)
		require.NoError(t, err)
		defer rows.Close()
		var list []string
		for rows.Next() {
			var text string
			require.NoError(t, rows.Scan(&text))
			list = append(list, text)
		}
		require.NoError(t, rows.Err())
		return list
	}
	var all []string
	for _, table := range column(`SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`) {
		all = append(all, column(`SELECT row_to_json(t)::text FROM `+table+` t`)...)
	}
	all = append(all, column(`SELECT convert_from(sent, 'LATIN1') || coalesce(convert_from(received, 'LATIN1'), '') FROM sends WHERE sent IS NOT NULL`)...)
	return strings.Join(all, "\n")
}

var base64Text = regexp.MustCompile(`"([A-Za-z0-9+/]{8,}={0,2})"`)

// decoded is every payload of an event in clear, and what is base64 in it once more.
func decoded(text string) string {
	var all strings.Builder
	for range 2 {
		var next strings.Builder
		for _, found := range base64Text.FindAllStringSubmatch(text, -1) {
			if raw, err := base64.StdEncoding.DecodeString(found[1]); err == nil {
				next.Write(raw)
				next.WriteByte('\n')
			}
		}
		text = next.String()
		all.WriteString(text)
	}
	return all.String()
}
