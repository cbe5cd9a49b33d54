package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/api"
)

var update = flag.Bool("update", false, "write docs/openapi.json anew")

const golden = "../docs/openapi.json"

// TestOpenAPIDocumentIsUpToDate fails when the document in docs/ is not what the code says.
func TestOpenAPIDocumentIsUpToDate(t *testing.T) {
	got, err := api.Document()
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.MkdirAll("../docs", 0o755))
		require.NoError(t, os.WriteFile(golden, got, 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "docs/openapi.json is stale: run go test ./api -run OpenAPI -update")
}

func TestServedDocumentIsTheGoldenOne(t *testing.T) {
	s := newStage(t)
	res := s.do(t, "GET", "/openapi.json", "", nil)
	require.Equal(t, 200, res.Code)
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.JSONEq(t, string(want), res.Body.String())
}

// TestTroubleWithBodiesIsDocumentedWhereThereIsOne looks at every operation for what a body can be refused with.
func TestTroubleWithBodiesIsDocumentedWhereThereIsOne(t *testing.T) {
	for _, op := range operations(t) {
		for _, status := range []string{"400", "408", "413", "415"} {
			_, has := op.responses[status]
			require.Equal(t, op.readsBody, has, op.id+" "+status)
		}
		require.Contains(t, op.responses, "422", op.id)
	}
}

// operation is one operation of the document.
type operation struct {
	method, path string
	id           string
	security     []map[string][]string
	readsBody    bool
	responses    map[string]json.RawMessage
}

func operations(t *testing.T) []operation {
	t.Helper()
	raw, err := api.Document()
	require.NoError(t, err)
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string                     `json:"operationId"`
			Security    []map[string][]string      `json:"security"`
			RequestBody json.RawMessage            `json:"requestBody"`
			Responses   map[string]json.RawMessage `json:"responses"`
		} `json:"paths"`
		Components struct {
			Responses map[string]json.RawMessage `json:"responses"`
		} `json:"components"`
	}
	require.NoError(t, json.Unmarshal(raw, &doc))
	var all []operation
	for path, methods := range doc.Paths {
		for method, op := range methods {
			for status, response := range op.Responses { // what several operations share stands once
				var shared struct {
					Ref string `json:"$ref"`
				}
				require.NoError(t, json.Unmarshal(response, &shared))
				if name, is := strings.CutPrefix(shared.Ref, "#/components/responses/"); is {
					require.Contains(t, doc.Components.Responses, name)
					op.Responses[status] = doc.Components.Responses[name]
				}
			}
			all = append(all, operation{method, path, op.OperationID, op.Security, op.RequestBody != nil, op.Responses})
		}
	}
	require.Greater(t, len(all), 25)
	return all
}
