package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// readers are the functions that read the environment.
var readers = map[string][]string{
	"os":      {"Getenv", "LookupEnv", "Environ", "ExpandEnv"},
	"syscall": {"Getenv", "Environ"},
}

// mayReadEnvironment are the folders and files that may use them.
var mayReadEnvironment = []string{
	"internal/config",
	"internal/testkit/env.go", // which stack, and whether this is CI
}

// CheckEnvironment returns one line for each place that reads the environment
// and may not. Tests are no exception: what they depend on is an argument.
func CheckEnvironment(root string) ([]string, error) {
	var wrong []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		place, err := filepath.Rel(root, path)
		if err != nil || filepath.Ext(path) != ".go" || underAny(filepath.ToSlash(place), mayReadEnvironment) {
			return err
		}
		found, err := environmentReads(path)
		for _, f := range found {
			wrong = append(wrong, fmt.Sprintf("%s:%s", filepath.ToSlash(place), f))
		}
		return err
	})
	return wrong, err
}

func environmentReads(file string) ([]string, error) {
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	names := map[string]string{} // what the file calls the package: the package
	var found []string
	for _, i := range tree.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		if err != nil || readers[path] == nil {
			continue
		}
		name := path
		if i.Name != nil {
			name = i.Name.Name
		}
		if name == "." {
			found = append(found, fmt.Sprintf("%d: dot import of %s", files.Position(i.Pos()).Line, path))
		}
		names[name] = path
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		use, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := use.X.(*ast.Ident)
		if ok && slices.Contains(readers[names[pkg.Name]], use.Sel.Name) {
			found = append(found, fmt.Sprintf("%d: %s.%s", files.Position(use.Pos()).Line, pkg.Name, use.Sel.Name))
		}
		return true
	})
	return found, nil
}
