package e2e_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/workflow"
)

// record is where the histories of the stories are written for the replay test of package workflows:
//
//	go test ./e2e -run 'WholeRide$|Forgotten' -record ../workflows/testdata
var record = flag.String("record", "", "folder that receives the workflows' histories as JSON")

// identity is which process of which machine did something, which is no part of a story.
var identity = regexp.MustCompile(`"identity":\s*"[^"]*"`)

// keep writes one history, named by its story and its workflow, if that is asked for.
func (w *world) keep(t *testing.T, at workflow.Execution) {
	t.Helper()
	if *record == "" {
		return
	}
	var all history.History
	events := w.temporal.GetWorkflowHistory(lasting(t), at.ID, at.RunID, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(t, err)
		all.Events = append(all.Events, event)
	}
	text, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(&all)
	require.NoError(t, err)
	kind, id, _ := strings.Cut(at.ID, "/")
	name := strings.Join([]string{strings.ReplaceAll(t.Name(), "/", "_"), kind, id, at.RunID[len(at.RunID)-4:]}, "-") + ".json"
	require.NoError(t, os.MkdirAll(*record, 0o750))
	require.NoError(t, os.WriteFile(filepath.Join(*record, name), identity.ReplaceAll(text, []byte(`"identity": "rodada"`)), 0o600))
}
