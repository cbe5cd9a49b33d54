package deploy_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var from = regexp.MustCompile(`(?m)^FROM (?:--platform=\S+ )?(\S+)`)

func TestTheImageIsBuiltFromPinnedOnes(t *testing.T) {
	bases := from.FindAllStringSubmatch(read(t, "Dockerfile"), -1)
	require.Len(t, bases, 2)
	require.Regexp(t, `^golang:\d+\.\d+\.\d+-[a-z]+$`, bases[0][1])
	require.Regexp(t, `^gcr\.io/distroless/static-\S+:nonroot@sha256:[0-9a-f]{64}$`, bases[1][1])
}

func TestTheImageHasAGoThatTheModuleTakes(t *testing.T) {
	module := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "go.mod"))[1]
	require.Contains(t, read(t, "Dockerfile"), "golang:"+module+".")
}

func TestTheImageIsNotRoots(t *testing.T) {
	text := read(t, "Dockerfile")
	last := text[strings.LastIndex(text, "\nFROM "):]
	require.Regexp(t, `(?m)^USER [1-9]\d*:[1-9]\d*$`, last)
	require.Contains(t, last, `ENTRYPOINT ["/rodada"]`)
	require.NotContains(t, last, "\nRUN ", "there is no shell")
}

func TestTheBinaryHasTheCommands(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "rodada")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".") // with the flags of the image all would be built anew
	build.Dir = root
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))

	commands := map[string]bool{}
	for _, s := range roles(t, load(t, nil)) {
		commands[s.Command[0]] = true
		if s.HealthCheck != nil {
			commands[s.HealthCheck.Test[2]] = true
		}
	}
	require.Len(t, commands, len(needs)+1)
	for name := range commands {
		out, err := exec.CommandContext(t.Context(), binary, "help", name).CombinedOutput()
		require.NoError(t, err)
		require.Contains(t, string(out), "rodada "+name, "there is no such command")
	}
}
