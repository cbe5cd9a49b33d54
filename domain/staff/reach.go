package staff

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Reach is where webhooks may lead: to the public Internet by https, and to these networks of one's own, also by http.
type Reach []netip.Prefix

// NewReach takes networks as the configuration has checked them.
func NewReach(networks ...string) Reach {
	var r Reach
	for _, text := range networks {
		if network, err := netip.ParsePrefix(text); err == nil {
			r = append(r, network)
		}
	}
	return r
}

// Own reports whether an address is in a network of one's own.
func (r Reach) Own(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(r, func(p netip.Prefix) bool { return p.Contains(a) })
}

// Admits reports whether webhooks may lead to an address.
func (r Reach) Admits(a netip.Addr) bool { return Public(a) || r.Own(a) }

// Check refuses what no webhook may lead to, as far as it can be told before names are looked up: ErrWebhookURL, ErrWebhookInside.
// Where a name leads is for whoever dials to check.
func (r Reach) Check(address string) error {
	if strings.ContainsFunc(address, hidden) {
		return ErrWebhookURL
	}
	u, err := url.Parse(address)
	plain := err == nil && u.Scheme == "http" && len(r) > 0
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || len(address) > 2000 || u.Scheme != "https" && !plain || !canDial(u) {
		return ErrWebhookURL
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	to, err := netip.ParseAddr(host)
	switch {
	case err == nil:
	case host == "localhost" || strings.HasSuffix(host, ".localhost"):
		to = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	case endsInNumber(host):
		return ErrWebhookURL
	default:
		return nil
	}
	if !r.Admits(to) || plain && !r.Own(to) {
		return ErrWebhookInside
	}
	return nil
}

// hidden reports whether a character is not seen, or changes how others are.
func hidden(r rune) bool { return r == utf8.RuneError || !unicode.IsGraphic(r) }

// canDial reports whether there may be such a host and port, once the host's percent signs are read.
func canDial(u *url.URL) bool {
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return false
		}
	}
	if strings.ContainsFunc(u.Host, func(r rune) bool { return hidden(r) || unicode.IsSpace(r) }) {
		return false
	}
	host := strings.TrimSuffix(u.Hostname(), ".")
	return len(host) <= 253 && !slices.ContainsFunc(strings.Split(host, "."), func(label string) bool { return label == "" || len(label) > 63 })
}

// endsInNumber reports whether a host that is no address as usually written is read as one by some: 2130706433, 0x7f.1, 0177.0.0.1.
// No domain ends so. (WHATWG's URL standard)
func endsInNumber(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	digits, hex := strings.CutPrefix(last, "0x")
	return last != "" && strings.IndexFunc(digits, func(c rune) bool {
		return !unicode.IsDigit(c) && (!hex || c < 'a' || c > 'f')
	}) < 0
}

// special are networks that are nobody's on the Internet, beside those that netip knows. (IANA's special-purpose registries)
var special = NewReach(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
)

// Public reports whether an address is one of the Internet's.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsGlobalUnicast() && !a.IsPrivate() && !special.Own(a)
}
