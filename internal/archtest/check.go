package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// Package is what the rules look at; `go list -json` fills it.
type Package struct {
	ImportPath string
	Name       string
	Doc        string
	Dir        string
	Imports    []string
}

const module = "rodada"

// folderOf is a package's place in the module; inside is false for others.
func folderOf(importPath string) (folder string, inside bool) {
	if importPath == module {
		return "", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// CheckImports returns one line for each import that the map does not allow.
func CheckImports(packages []Package) []string {
	var wrong []string
	for _, p := range packages {
		folder, inside := folderOf(p.ImportPath)
		if !inside {
			continue
		}
		r, ok := ruleFor(folder)
		if !ok {
			wrong = append(wrong, fmt.Sprintf("%s has no row in the map: say what it may import", p.ImportPath))
			continue
		}
		for _, imported := range p.Imports {
			if !allowed(folder, r, imported) {
				wrong = append(wrong, fmt.Sprintf("%s may not import %s", p.ImportPath, imported))
			}
		}
	}
	slices.Sort(wrong)
	return wrong
}

func allowed(folder string, r rule, imported string) bool {
	for library, folders := range database {
		if under(imported, library) && !underAny(folder, folders) {
			return false
		}
	}
	if to, inside := folderOf(imported); inside {
		own := r.folder != "" && under(to, r.folder)
		return own || underAny(to, r.may)
	}
	if isStandard(imported) || r.libraries == nil {
		return true
	}
	return slices.ContainsFunc(r.libraries, func(l string) bool { return strings.HasPrefix(imported, l) })
}

// isStandard uses that the first element of any other module's path is a domain.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// CheckDocs returns one line for each package that does not say why it exists.
func CheckDocs(packages []Package) []string {
	var wrong []string
	for _, p := range packages {
		if len(strings.Fields(p.Doc)) <= len(strings.Fields("Package "+p.Name)) {
			wrong = append(wrong, p.ImportPath+" has no package doc")
		}
	}
	return wrong
}
