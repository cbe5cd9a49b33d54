package config

import (
	"reflect"
	"slices"
	"strings"
)

//go:generate go run ./gendoc -o ../../docs/configuration.md

// fileSuffix makes the name of a variable that names a file with the value.
const fileSuffix = "_FILE"

// Setting is one variable that Read understands.
type Setting struct {
	Name    string // RODADA_HTTP_ADDR
	Group   string // the type that holds it, Config for the few at the top
	Field   string // its name there
	Type    reflect.Type
	Default string
	Secret  bool // belongs in a file, and is forgotten by the environment once it is read
}

// Settings lists every setting in the order of Config, the groups after what stands at the top.
func Settings() []Setting { return settings(reflect.TypeFor[Config](), prefix) }

func settings(t reflect.Type, before string) []Setting {
	var own, groups []Setting
	for i := range t.NumField() {
		field := t.Field(i)
		tag, isSetting := field.Tag.Lookup("env")
		if !isSetting {
			groups = append(groups, settings(field.Type, before+field.Tag.Get("envPrefix"))...)
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		own = append(own, Setting{
			Name: before + name, Group: t.Name(), Field: field.Name, Type: field.Type,
			Default: field.Tag.Get("envDefault"),
			Secret:  slices.Contains(strings.Split(options, ","), "unset"),
		})
	}
	return append(own, groups...)
}

// Known reports whether Read understands a variable: a setting, or the file that holds one.
func Known(name string) bool {
	return slices.ContainsFunc(Settings(), func(s Setting) bool {
		return name == s.Name || name == s.Name+fileSuffix
	})
}
