package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// comment is what the code says about a field: before it, or behind it on its line.
type comment struct{ before, behind string }

// comments are those of each struct's type and fields.
type comments struct {
	types  map[string]string
	fields map[[2]string]comment // by type and field
}

// readComments reads the package in a folder.
func readComments(dir string) (comments, error) {
	found := comments{types: map[string]string{}, fields: map[[2]string]comment{}}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return found, err
	}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return found, err
		}
		for _, d := range file.Decls {
			if general, ok := d.(*ast.GenDecl); ok && general.Tok == token.TYPE {
				found.add(general)
			}
		}
	}
	return found, nil
}

func (c comments) add(d *ast.GenDecl) {
	for _, s := range d.Specs {
		spec, isType := s.(*ast.TypeSpec)
		if !isType {
			continue
		}
		body, isStruct := spec.Type.(*ast.StructType)
		if !isStruct {
			continue
		}
		c.types[spec.Name.Name] = sentence(d.Doc.Text(), spec.Name.Name)
		for _, f := range body.Fields.List {
			for _, name := range f.Names {
				c.fields[[2]string{spec.Name.Name, name.Name}] = comment{
					before: sentence(f.Doc.Text(), name.Name), behind: oneLine(f.Comment.Text()),
				}
			}
		}
	}
}

// sentence is a doc comment for readers who don't see the name in the code: "StopTimeout is how long" becomes "How long".
func sentence(doc, name string) string {
	text, named := strings.CutPrefix(oneLine(doc), name+" ")
	if named {
		text = strings.TrimPrefix(strings.TrimPrefix(text, "is "), "are ")
	}
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
