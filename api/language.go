package api

import (
	"context"
	"net/http"

	"golang.org/x/text/language"
)

// spoken is the languages of the API's sentences; the first is for whoever asks for neither.
var spoken = language.NewMatcher([]language.Tag{language.English, language.Spanish})

// preferred reads an Accept-Language header; it is empty when there is none.
func preferred(header string) string {
	if header == "" {
		return ""
	}
	if len(header) > 200 {
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

// title finds the words of a status.
func title(lang string, status int) string {
	if lang == "es" {
		if s, ok := spanishTitles[status]; ok {
			return s
		}
	}
	if status == statusClientGone {
		return "Client Closed Request"
	}
	return http.StatusText(status)
}

// languageFrom is what to speak: as Accept-Language says, without it as the account of the rider who asks says, else English.
func languageFrom(ctx context.Context) string {
	info := infoFrom(ctx)
	if info == nil || info.language == "" {
		return "en"
	}
	return info.language
}
