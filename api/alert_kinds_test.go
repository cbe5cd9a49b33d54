package api_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/staff"
)

// The API's description and the words about alerts name the kinds that there are.
func TestEveryAlertKindIsNamed(t *testing.T) {
	var all []string
	for _, kind := range staff.AlertKinds() {
		all = append(all, string(kind))
	}
	slices.Sort(all)

	text, err := os.ReadFile("../docs/openapi.json")
	require.NoError(t, err)
	var description any
	require.NoError(t, json.Unmarshal(text, &description))
	enums := 0
	var visit func(any)
	visit = func(node any) {
		switch node := node.(type) {
		case []any:
			for _, child := range node {
				visit(child)
			}
		case map[string]any:
			if list, is := node["enum"].([]any); is && slices.Contains(list, any(string(staff.NotSecured))) {
				enums++
				require.ElementsMatch(t, all, list)
			}
			for _, child := range node {
				visit(child)
			}
		}
	}
	visit(description)
	require.Equal(t, 4, enums, "of an alert, of a question for some, of a webhook as it is asked for and as it is")

	words, err := os.ReadFile("../docs/alerts.md")
	require.NoError(t, err)
	section := regexp.MustCompile(`(?s)\n## Kinds\n(.*?)\nBetween the two columns`).FindSubmatch(words)
	require.NotNil(t, section)
	var named []string
	for _, name := range regexp.MustCompile("`([a-z_]+)`").FindAllSubmatch(section[1], -1) {
		if name := string(name[1]); !slices.Contains([]string{"rollout_id", "rider_id", "plate"}, name) {
			named = append(named, name)
		}
	}
	slices.Sort(named)
	require.Equal(t, all, slices.Compact(named))
}
