package api

import (
	"fmt"
	"net/http"
	"time"
)

// nothing is a policy under which a browser runs, loads, frames and sends nothing of an answer: none of the API is a page.
const nothing = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guards are the headers of every answer: they keep browsers from guessing, running, framing and telling, and caches from keeping.
// A page has a policy of its own.
var guards = map[string]string{
	"Cache-Control":                "no-store",
	"Content-Security-Policy":      nothing,
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
	"Referrer-Policy":              "no-referrer",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
}

// guard sets the headers of every answer, and tells browsers that came over TLS to come no other way, for as long as keep.
func guard(from origin, keep time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			for name, value := range guards {
				h.Set(name, value)
			}
			if keep > 0 && from.secure(r) {
				h.Set("Strict-Transport-Security", fmt.Sprintf("max-age=%d", int(keep.Seconds())))
			}
			next.ServeHTTP(w, r)
		})
	}
}
