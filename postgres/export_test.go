package postgres

import (
	"maps"
	"slices"
)

func BookLaws() []string { return slices.Sorted(maps.Keys(bookLaws)) }
