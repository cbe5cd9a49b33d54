package api

import (
	"context"

	"golang.org/x/text/language"
)

// spoken is the languages of the API's sentences; the first is for whoever asks for neither.
var spoken = language.NewMatcher([]language.Tag{language.English, language.Spanish})

// preferred reads an Accept-Language header.
func preferred(header string) string {
	if header == "" || len(header) > 200 {
		return "en"
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return "en"
	}
	if _, i, _ := spoken.Match(tags...); i == 1 {
		return "es"
	}
	return "en"
}

// say finds the sentence of a code; english is the fault's own.
func say(lang, code, english string) string {
	if lang == "es" {
		if s, ok := spanish[code]; ok {
			return s
		}
	}
	if english != "" {
		return english
	}
	if s, ok := plainEnglish[code]; ok {
		return s
	}
	return plainEnglish[codeInternal]
}

func languageFrom(ctx context.Context) string {
	if info := infoFrom(ctx); info != nil {
		return info.language
	}
	return "en"
}
