package api_test

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/api"
)

// source parses the files of a package of huma's, by name.
func source(t *testing.T, path string) map[string]*ast.File {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Dir}}", path).Output()
	require.NoError(t, err)
	pkg, err := build.ImportDir(strings.TrimSpace(string(dir)), 0)
	require.NoError(t, err)
	files := map[string]*ast.File{}
	for _, name := range pkg.GoFiles {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(pkg.Dir, name), nil, 0)
		require.NoError(t, err)
		files[name] = file
	}
	return files
}

// text is the value of a literal, or false.
func text(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// TestEveryMessageOfHumaHasASpanishSentence walks the messages that huma names.
func TestEveryMessageOfHumaHasASpanishSentence(t *testing.T) {
	walked := 0
	for _, file := range source(t, "github.com/danielgtaylor/huma/v2/validation") {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			for i, name := range spec.Names {
				message, ok := text(spec.Values[i])
				require.True(t, ok, name.Name)
				spanish := api.SpanishMessages()[message]
				require.NotEmpty(t, spanish, "%s: say it in messages.go", name.Name)
				require.NotEqual(t, message, spanish)
				require.Equal(t, strings.Count(strings.TrimSuffix(message, ": %v"), "%"), strings.Count(spanish, "%"), name.Name)
				walked++
			}
			return true
		})
	}
	require.Greater(t, walked, 40)
}

// TestEveryMessageWithoutANameHasASpanishSentence walks what huma says of a request in passing.
func TestEveryMessageWithoutANameHasASpanishSentence(t *testing.T) {
	walked := 0
	for name, file := range source(t, "github.com/danielgtaylor/huma/v2") {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			fun, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			of, ok := fun.X.(*ast.Ident)
			if !ok {
				return true
			}
			var said ast.Expr
			switch {
			case of.Name == "res" && fun.Sel.Name == "Add":
				said = call.Args[2]
			case name == "huma.go" && of.Name == "errors" && fun.Sel.Name == "New": // of a parameter that can't be read
				said = call.Args[0]
			}
			if message, ok := text(said); ok && (of.Name == "res" || strings.HasPrefix(message, "invalid ")) &&
				message != "invalid url.URL value" { // no parameter of ours is one
				require.NotEmpty(t, api.SpanishMessages()[message], "%q: say it in messages.go", message)
				walked++
			}
			return true
		})
	}
	require.Greater(t, walked, 8)
	for _, where := range []string{"path", "query", "header", "cookie", "form"} {
		require.NotEmpty(t, api.SpanishMessages()["required "+where+" parameter is missing"], where)
	}
}

func TestEveryStatusHasASpanishTitle(t *testing.T) {
	for _, status := range api.Statuses() {
		require.NotEmpty(t, api.SpanishTitle(status), status)
	}
}

func TestSayField(t *testing.T) {
	for name, c := range map[string]struct{ message, english, spanish string }{
		"no argument":            {"expected string", "expected string", "se espera un texto"},
		"one":                    {api.KeepApart("expected number >= %v", 0.5), "expected number >= 0.5", "se espera un número >= 0.5"},
		"two":                    {api.KeepApart("expected property %s to be present when %s is present", "a", "b"), "expected property a to be present when b is present", "falta la propiedad a, que va con b"},
		"a verb in one":          {api.KeepApart("expected string to match pattern %s", "^%d$"), "expected string to match pattern ^%d$", "se espera un texto que cumpla el patrón ^%d$"},
		"a reason of Go's":       {api.KeepApart("expected string to be RFC 4122 uuid: %v", "invalid UUID length: 1"), "expected string to be RFC 4122 uuid", "se espera un UUID según RFC 4122"},
		"nothing that huma says": {"json: cannot unmarshal number 1e30 into Go struct field", "is not valid", "no es válido"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.english, api.SayField("en", c.message))
			require.Equal(t, c.spanish, api.SayField("es", c.message))
		})
	}
}
