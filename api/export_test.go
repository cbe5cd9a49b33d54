package api

import (
	"maps"
	"slices"

	"rodada/domain/fault"
)

func Spanish(code string) string { return spanish[code] }

func SpanishCodes() []string { return slices.Sorted(maps.Keys(spanish)) }

func PlainEnglish() map[string]string { return plainEnglish }

func StatusOf(kind fault.Kind) int { return statuses[kind] }
