package api

import (
	"net/http"
	"net/netip"
	"strings"
)

// proxies are the addresses of those whose word counts when they say for whom they ask.
type proxies []netip.Prefix

// parseProxies takes addresses and networks, as the configuration has checked them.
func parseProxies(list []string) proxies {
	var p proxies
	for _, text := range list {
		if network, err := netip.ParsePrefix(text); err == nil {
			p = append(p, network.Masked())
		} else if one, err := netip.ParseAddr(text); err == nil {
			p = append(p, netip.PrefixFrom(one, one.BitLen()))
		}
	}
	return p
}

func (p proxies) have(address netip.Addr) bool {
	for _, network := range p {
		if network.Contains(address) {
			return true
		}
	}
	return false
}

// origin finds out who asks.
type origin struct {
	proxies    proxies // of ours
	cloudflare proxies // Cloudflare's
}

// of is the address of who asks: the peer, or, as far as proxies of ours say so in X-Forwarded-For, who is behind them, and behind
// Cloudflare whom it names. What a client wrote into these headers itself stands further left, or comes from elsewhere, and nobody
// reads it. Empty: who asks has no address.
func (o origin) of(r *http.Request) string {
	peer, ok := parseAddress(r.RemoteAddr)
	if !ok {
		return ""
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && o.proxies.have(peer) && !o.cloudflare.have(peer); i-- {
		hop, ok := parseAddress(hops[i])
		if !ok {
			break
		}
		peer = hop
	}
	if named := r.Header.Values("CF-Connecting-IP"); o.cloudflare.have(peer) && len(named) == 1 {
		if client, ok := parseAddress(named[0]); ok {
			peer = client
		}
	}
	return peer.String()
}

// relayed reports whether a request came from somebody who is trusted.
func (o origin) relayed(r *http.Request) bool {
	peer, ok := parseAddress(r.RemoteAddr)
	return ok && (o.proxies.have(peer) || o.cloudflare.have(peer))
}

// secure reports whether a request came over TLS, to us or to a proxy in front of us.
func (o origin) secure(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	peer, ok := parseAddress(r.RemoteAddr)
	return ok && (o.proxies.have(peer) || o.cloudflare.have(peer)) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// parseAddress reads an address, with its port or without.
func parseAddress(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		with, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}, false
		}
		address = with.Addr()
	}
	return address.Unmap().WithZone(""), true
}

// household is an address as far as it is one customer's: of the newer kind everybody has a network full.
func household(address string) string {
	parsed, err := netip.ParseAddr(address)
	if err != nil || parsed.Is4() {
		return address
	}
	network, err := parsed.Prefix(64)
	if err != nil {
		return address
	}
	return network.String()
}
