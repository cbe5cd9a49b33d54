package api_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/domain/rider"
	"rodada/domain/zone"
	"rodada/geo"
)

func TestProblemsSpeakTheClientsLanguage(t *testing.T) {
	s := newStage(t)
	english, spanish := "There is no such rental.", "No existe ese alquiler."
	for header, want := range map[string]string{
		"":                          spanish, // the language of Ana's account
		"en-GB":                     english,
		"es":                        spanish,
		"es-MX,es;q=0.9,en;q=0.8":   spanish,
		"de,en;q=0.5,es;q=0.1":      english,
		"fr":                        english,
		"\"; DROP":                  english,
		strings.Repeat("es,", 1000): english,
	} {
		p := problem(t, s.asRider(t, "GET", "/v1/rentals/current", nil, "Accept-Language", header), 404, "rental_unknown")
		require.Equal(t, want, p["detail"], header)
		require.Equal(t, map[string]any{english: "Not Found", spanish: "No encontrado"}[want], p["title"], header)
	}
}

func TestTheAccountSpeaksWhereTheClientDoesNot(t *testing.T) {
	s := newStage(t)
	said := func(path, bearer string) string {
		res := s.do(t, "GET", path, bearer, nil)
		return problem(t, res, res.Code, codeOf(t, res))["title"].(string)
	}
	require.Equal(t, "No encontrado", said("/v1/rentals/current", s.token(t, ana, rider.ForRiders)))
	r := s.store.riders[ana]
	r.Language = "en"
	s.store.riders[ana] = r
	require.Equal(t, "Not Found", said("/v1/rentals/current", s.token(t, ana, rider.ForRiders)))

	require.Equal(t, "Unauthorized", said("/v1/rentals/current", ""), "nobody in particular")
	require.Equal(t, "Not Found", said("/admin/v1/rentals/"+ana, s.token(t, support, rider.ForStaff)), "staff have no language")
	s.store.broken = errors.New("postgres: connection refused")
	require.Equal(t, "Internal Server Error", said("/v1/wallet", s.token(t, eva, rider.ForRiders)))
}

func TestFlawsOfAZoneSpeakTheClientsLanguage(t *testing.T) {
	for _, flaw := range geo.Flaws() {
		require.NotEmpty(t, api.SpanishFlaw(flaw), flaw)
	}
	s := newStage(t)
	s.store.badZone = zone.ErrGeometry.Saying("The zone is no area: polygon 1, ring 2 is flat.").
		With("flaw", "flat").With("polygon", 1).With("ring", 2).With("problem", "is flat")
	shape := map[string]any{"name": "x", "order": 1, "rules": anyone, "geometry": map[string]any{"type": "Polygon", "coordinates": []any{1}}}
	for lang, want := range map[string]string{
		"en": "The zone is no area: polygon 1, ring 2 is flat.",
		"es": "La zona no es un área: polígono 1, anillo 2 es plano: está en una línea y no rodea superficie.",
	} {
		bearer := s.token(t, support, rider.ForStaff)
		p := problem(t, s.do(t, "POST", "/admin/v1/zones", bearer, shape, "Accept-Language", lang), 422, "zone_geometry_invalid")
		require.Equal(t, want, p["detail"])
		require.Equal(t, []any{"flat", 1., 2.}, []any{p["flaw"], p["polygon"], p["ring"]})
	}
}

func TestFieldsSpeakTheClientsLanguage(t *testing.T) {
	s := newStage(t)
	for _, c := range []struct{ method, path, body, location, english, spanish string }{
		{"POST", "/v1/rentals", `{}`, "body.qr", "expected required property qr to be present", "falta la propiedad qr, que es obligatoria"},
		{"POST", "/v1/rentals", `{"qr":5}`, "body.qr", "expected string", "se espera un texto"},
		{"POST", "/v1/rentals", `{"qr":""}`, "body.qr", "expected length >= 1", "se espera una longitud >= 1"},
		{"POST", "/v1/rentals", `{"qr":"demo","x":1}`, "body.x", "unexpected property", "esta propiedad no se espera"},
		{"POST", "/v1/rentals", `{"qr"`, "body", "is not valid", "no es válido"},
		{"GET", "/v1/rentals/7", "", "path.id", "expected string to be RFC 4122 uuid", "se espera un UUID según RFC 4122"},
		{"GET", "/v1/rentals?limit=51", "", "query.limit", "expected number <= 50", "se espera un número <= 50"},
		{"GET", "/v1/rentals?limit=x", "", "query.limit", "invalid integer", "no es un número entero"},
		{"GET", "/v1/rentals?page=2", "", "query.page", "unknown query parameter", "este parámetro no existe"},
		{"GET", "/v1/rentals?limit=5&limit=6", "", "query.limit", "expected at most one value, but received multiple values", "se espera un solo valor y hay varios"},
		{"GET", "/v1/scooters?lat=1&lng=1&radius=NaN", "", "query.radius", "invalid float", "no es un número"},
		{"GET", "/v1/scooters?lng=1", "", "query.lat", "required query parameter is missing", "falta este parámetro"},
	} {
		for lang, want := range map[string]string{"en": c.english, "es": c.spanish} {
			var sent any
			if c.body != "" {
				sent = c.body
			}
			res := s.asRider(t, c.method, c.path, sent, "Accept-Language", lang, "Idempotency-Key", "key-1")
			p := problem(t, res, res.Code, codeOf(t, res))
			require.Equal(t, []any{map[string]any{"location": c.location, "message": want}}, p["errors"], c.path+" "+c.body)
		}
	}
}
