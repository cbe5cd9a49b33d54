package api

import (
	"embed"
	"net/http"

	"github.com/go-chi/chi/v5"
)

// The documentation page is ours, so that it works without any other server: a list of the operations of /openapi.json
// with a form to try each.
//
//go:embed docs/docs.html docs/docs.css docs/docs.js
var docsFiles embed.FS

var docsTypes = map[string]string{
	"docs.html": "text/html; charset=utf-8",
	"docs.css":  "text/css; charset=utf-8",
	"docs.js":   "text/javascript; charset=utf-8",
}

func serveDocs(w http.ResponseWriter, r *http.Request) {
	file := chi.URLParam(r, "file")
	if file == "" {
		file = "docs.html"
	}
	contentType, known := docsTypes[file]
	if !known {
		noRoute(w, r)
		return
	}
	body, err := docsFiles.ReadFile("docs/" + file)
	if err != nil {
		noRoute(w, r)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	_, _ = w.Write(body) //nolint:gosec // an embedded file
}
