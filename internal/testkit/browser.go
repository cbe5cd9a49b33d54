package testkit

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
)

// Browser goes through log-ins as a person's browser does: it keeps cookies, follows wherever it is sent, and says at an IdentityProvider
// who the person is.
type Browser struct {
	t      testing.TB
	client http.Client
	// As are the claims of the person who logs in, with their "sub"; nil: who does not want to.
	As map[string]any
	// Stop is asked before the browser goes anywhere.
	Stop func(to *url.URL) bool
}

// NewBrowser is a browser that nobody has used yet.
func NewBrowser(t testing.TB, as map[string]any) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &Browser{t: t, As: as}
	b.client = http.Client{Jar: jar, CheckRedirect: b.redirect}
	return b
}

func (b *Browser) redirect(r *http.Request, _ []*http.Request) error {
	if b.Stop != nil && b.Stop(r.URL) || !strings.HasPrefix(r.URL.Scheme, "http") {
		return http.ErrUseLastResponse
	}
	if strings.HasPrefix(r.URL.Path, "/interaction/") {
		r.URL.RawQuery = b.person().Encode()
	}
	return nil
}

func (b *Browser) person() url.Values {
	if b.As == nil {
		return url.Values{"deny": {"1"}}
	}
	text, err := json.Marshal(b.As)
	if err != nil {
		b.t.Fatal(err)
	}
	return url.Values{"as": {base64.RawURLEncoding.EncodeToString(text)}}
}

// Page is what stands at an address.
type Page struct {
	Status int
	Header http.Header
	Text   string
}

// Open opens an address and returns what stands there, or the answer that sends the browser to another app or to where it stops.
func (b *Browser) Open(address string) (page Page, to *url.URL) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if to, err = answer.Location(); err != nil {
		to = answer.Request.URL
	}
	return Page{Status: answer.StatusCode, Header: answer.Header, Text: string(text)}, to
}
