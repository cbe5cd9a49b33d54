package api

import (
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestOrigin(t *testing.T) {
	proxies := []string{"10.0.0.0/8", "192.0.2.1", "2001:db8:1::/48"}
	cloudflare := []string{"173.245.48.0/20", "2400:cb00::/32"}
	for name, c := range map[string]struct {
		peer      string
		forwarded []string
		named     []string
		want      string
	}{
		"nobody between":      {"203.0.113.9:1", nil, nil, "203.0.113.9"},
		"a claim of a client": {"203.0.113.9:1", []string{"1.2.3.4"}, []string{"1.2.3.4"}, "203.0.113.9"},
		"a proxy of ours":     {"10.1.1.1:1", []string{"203.0.113.9"}, nil, "203.0.113.9"},
		"a chain of ours":     {"10.1.1.1:1", []string{"1.2.3.4, 203.0.113.9, 10.2.2.2, 10.3.3.3"}, nil, "203.0.113.9"},
		"a header in two lines, the first a client's": {"10.1.1.1:1", []string{"1.2.3.4", "203.0.113.9"}, nil, "203.0.113.9"},
		"rubbish in the chain":                        {"10.1.1.1:1", []string{"203.0.113.9, unknown, 10.2.2.2"}, nil, "10.2.2.2"},
		"with its port":                               {"10.1.1.1:1", []string{"203.0.113.9:4711"}, nil, "203.0.113.9"},
		"of the newer kind, with its port":            {"[2001:db8:1::1]:1", []string{"[2001:db8:2::1]:4711"}, nil, "2001:db8:2::1"},
		"of the newer kind, in brackets":              {"10.1.1.1:1", []string{"[2001:db8:2::1]"}, nil, "2001:db8:2::1"},
		"the older kind in the newer":                 {"[::ffff:10.1.1.1]:1", []string{"::ffff:203.0.113.9"}, nil, "203.0.113.9"},
		"with a zone":                                 {"10.1.1.1:1", []string{"fe80::1%eth0"}, nil, "fe80::1"},
		"all ours":                                    {"10.1.1.1:1", []string{"10.2.2.2"}, nil, "10.2.2.2"},
		"Cloudflare":                                  {"173.245.48.1:1", []string{"1.2.3.4"}, []string{"203.0.113.9"}, "203.0.113.9"},
		"Cloudflare in front of a proxy of ours":      {"10.1.1.1:1", []string{"1.2.3.4, 173.245.48.1"}, []string{"203.0.113.9"}, "203.0.113.9"},
		"somebody who passes Cloudflare by":           {"10.1.1.1:1", []string{"203.0.113.66"}, []string{"1.2.3.4"}, "203.0.113.66"},
		"Cloudflare, which says nothing":              {"173.245.48.1:1", []string{"1.2.3.4"}, nil, "173.245.48.1"},
		"Cloudflare, which says two things":           {"173.245.48.1:1", nil, []string{"1.2.3.4", "203.0.113.9"}, "173.245.48.1"},
		"Cloudflare, which says rubbish":              {"173.245.48.1:1", nil, []string{"not an address"}, "173.245.48.1"},
		"Cloudflare, newer kind":                      {"[2400:cb00::1]:1", nil, []string{"2001:db8:2::1"}, "2001:db8:2::1"},
		"no address":                                  {"@", []string{"1.2.3.4"}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
			r.RemoteAddr = c.peer
			for _, line := range c.forwarded {
				r.Header.Add("X-Forwarded-For", line)
			}
			for _, line := range c.named {
				r.Header.Add("CF-Connecting-IP", line)
			}
			require.Equal(t, c.want, origin{parseProxies(proxies), parseProxies(cloudflare)}.of(r))
		})
	}
}

// Whatever a client writes into the headers, a peer that nobody trusts is itself, and a proxy's last word wins over what it was told.
func TestNobodyMakesUpAnAddress(t *testing.T) {
	from := origin{proxies: parseProxies([]string{"10.0.0.0/8"}), cloudflare: parseProxies([]string{"173.245.48.0/20"})}
	rapid.Check(t, func(t *rapid.T) {
		claim := rapid.String().Draw(t, "claim")
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.Header["X-Forwarded-For"], r.Header["Cf-Connecting-Ip"] = []string{claim}, []string{claim}
		r.RemoteAddr = "203.0.113.9:1"
		require.Equal(t, "203.0.113.9", from.of(r))
		r.RemoteAddr = "10.0.0.1:1"
		r.Header.Add("X-Forwarded-For", "203.0.113.9")
		require.Equal(t, "203.0.113.9", from.of(r))
		_, err := netip.ParseAddr(from.of(r))
		require.NoError(t, err)
	})
}

func TestHousehold(t *testing.T) {
	for address, want := range map[string]string{
		"203.0.113.9": "203.0.113.9", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "": "", "@": "@",
	} {
		require.Equal(t, want, household(address))
	}
}
