package archtest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/archtest"
)

func TestTheMapIsKept(t *testing.T) {
	require.Empty(t, archtest.CheckImports(packages(t)))
}

func TestEveryPackageSaysWhyItExists(t *testing.T) {
	require.Empty(t, archtest.CheckDocs(packages(t)))
}

func TestOnlyTheConfigurationReadsTheEnvironment(t *testing.T) {
	wrong, err := archtest.CheckEnvironment(root(t))
	require.NoError(t, err)
	require.Empty(t, wrong)
}

func TestImportsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		from, to string
		ok       bool
	}{
		"domain stays pure":              {"rodada/domain/rental", "rodada/postgres", false},
		"domain without libraries":       {"rodada/domain/rental", "go.temporal.io/sdk/workflow", false},
		"domain and geo":                 {"rodada/domain/zone", "rodada/geo", true},
		"domain and the standard":        {"rodada/domain/zone", "time", true},
		"domain and its neighbour":       {"rodada/domain/rental", "rodada/domain/fare", true},
		"a name that only begins alike":  {"rodada/domain/rental", "rodada/geography", false},
		"workflows on activity types":    {"rodada/workflows", "rodada/activities", true},
		"activities on workflows":        {"rodada/activities", "rodada/workflows", false},
		"worker on the API":              {"rodada/worker", "rodada/api", false},
		"worker on the bridge":           {"rodada/worker", "rodada/mqttbridge", false},
		"the API on SQL":                 {"rodada/api", "rodada/postgres", false},
		"the simulator beside protocol":  {"rodada/simulator", "rodada/domain/rental", false},
		"pgx in postgres":                {"rodada/postgres", "github.com/jackc/pgx/v5", true},
		"pgx in the API":                 {"rodada/api", "github.com/jackc/pgx/v5", false},
		"sqlx in the migrations":         {"rodada/migrations", "github.com/jmoiron/sqlx", false},
		"goose in the migrations":        {"rodada/migrations", "github.com/pressly/goose/v3", true},
		"goose in postgres":              {"rodada/postgres", "github.com/pressly/goose/v3", false},
		"the wiring on SQL's library":    {"rodada/internal/roles", "github.com/jackc/pgx/v5", false},
		"the wiring on all of ours":      {"rodada/internal/roles", "rodada/postgres", true},
		"production code on test code":   {"rodada/postgres", "rodada/internal/testkit", false},
		"a package that has no row yet":  {"rodada/utils", "fmt", false},
		"the stack on the rest":          {"rodada/internal/devstack", "rodada/domain/fault", false},
		"somebody else's package at all": {"example.org/other", "rodada/postgres", true},
	} {
		t.Run(name, func(t *testing.T) {
			wrong := archtest.CheckImports([]archtest.Package{{ImportPath: c.from, Imports: []string{c.to}}})
			require.Equal(t, c.ok, len(wrong) == 0, "%v", wrong)
		})
	}
}

func TestDocsThatAreRefused(t *testing.T) {
	require.Len(t, archtest.CheckDocs([]archtest.Package{
		{ImportPath: "rodada/a", Name: "a"},
		{ImportPath: "rodada/b", Name: "b", Doc: "Package b"},
		{ImportPath: "rodada/c", Name: "c", Doc: "Package c keeps what b forgets."},
	}), 2)
}

func TestEnvironmentReadsThatAreFound(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o750))
		require.NoError(t, os.WriteFile(file, []byte("package x\n"+text), 0o600))
	}
	write("plain.go", "import \"os\"\nvar a = os.Getenv(\"A\")\n")
	write("alias.go", "import sys \"os\"\nvar b, c = sys.LookupEnv(\"A\")\n")
	write("value_test.go", "import \"os\"\nvar d = os.Environ\n")
	write("dot.go", "import . \"os\"\nvar e = Getenv(\"A\")\n")
	write("other.go", "import \"example.org/os\"\nvar f = os.Getenv(\"A\")\n")
	write("fine.go", "import \"os\"\nvar g = os.Args\n")
	write("internal/config/fine.go", "import \"os\"\nvar h = os.Getenv(\"A\")\n")
	wrong, err := archtest.CheckEnvironment(dir)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{
		"plain.go:3: os.Getenv", "alias.go:3: sys.LookupEnv", "value_test.go:3: os.Environ", "dot.go:2: dot import of os",
	}, wrong)
}

func root(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}").Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}

func packages(t *testing.T) []archtest.Package {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Name,Doc,Dir,Imports", "./...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	require.NoError(t, err)
	var all []archtest.Package
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p archtest.Package
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if p.Name != "" { // a folder of tests alone has none
			all = append(all, p)
		}
	}
	require.NotEmpty(t, all)
	return all
}
