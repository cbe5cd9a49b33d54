package api_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"rodada/api"
)

// TestExamplesKeepTheirSchemas judges every example in the document by the schema beside it, with a validator that is not
// the API's own.
func TestExamplesKeepTheirSchemas(t *testing.T) {
	raw, err := api.Document()
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	require.NoError(t, compiler.AddResource("openapi.json", doc))

	at := func(steps ...string) *jsonschema.Schema {
		schema, err := compiler.Compile("openapi.json#/" + strings.Join(steps, "/"))
		require.NoError(t, err)
		return schema
	}
	kept := doc.(map[string]any)["components"].(map[string]any)["examples"].(map[string]any)
	shared := doc.(map[string]any)["components"].(map[string]any)["responses"].(map[string]any)
	problem, examples := at("components", "schemas", "Problem"), map[string]bool{}
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	for path, methods := range doc.(map[string]any)["paths"].(map[string]any) {
		for method, op := range methods.(map[string]any) {
			id := op.(map[string]any)["operationId"].(string)
			for status, response := range op.(map[string]any)["responses"].(map[string]any) {
				if ref, is := response.(map[string]any)["$ref"].(string); is {
					response = shared[strings.TrimPrefix(ref, "#/components/responses/")]
				}
				content, _ := response.(map[string]any)["content"].(map[string]any)
				for kind, media := range content {
					if example, has := media.(map[string]any)["example"]; has {
						schema := at("paths", escape.Replace(path), method, "responses", status, "content", escape.Replace(kind), "schema")
						require.NoError(t, schema.Validate(example), id+" "+status)
						examples[id+" "+status] = true
					}
					if kind != "application/problem+json" {
						continue
					}
					codes := media.(map[string]any)["examples"].(map[string]any)
					require.NotEmpty(t, codes, id+" "+status)
					for code, ref := range codes {
						require.Equal(t, map[string]any{"$ref": "#/components/examples/" + code}, ref)
						example := kept[code].(map[string]any)["value"].(map[string]any)
						require.NoError(t, problem.Validate(example), code)
						require.Equal(t, code, example["code"])
						require.Equal(t, json.Number(status), example["status"], code)
					}
				}
			}
		}
	}
	for _, key := range api.OperationsWithExamples() {
		require.True(t, examples[key], "an example of nothing: %s", key)
	}
	for _, main := range []string{"open-rental 201", "near-scooters 200", "end-rental 200", "staff-get-rental 200", "upload-firmware 201", "get-upgrade 200"} {
		require.True(t, examples[main], main)
	}
	for path, methods := range doc.(map[string]any)["paths"].(map[string]any) {
		for _, op := range methods.(map[string]any) {
			id := op.(map[string]any)["operationId"].(string)
			if strings.HasPrefix(path, "/admin/v1/rollouts") && id != "delete-rollout" && id != "stream-rollout" {
				require.True(t, examples[id+" 200"] || examples[id+" 201"], id)
			}
		}
	}
}
