package api

import (
	"net"
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

func (p proxies) trust(text string) bool {
	address, err := netip.ParseAddr(strings.TrimSpace(text))
	if err != nil {
		return false
	}
	for _, network := range p {
		if network.Contains(address.Unmap()) {
			return true
		}
	}
	return false
}

// client is who asks: the peer, or, as far as proxies of ours say so in X-Forwarded-For, who is behind them. What a client
// wrote into that header itself stands further left, and nobody reads it.
func (p proxies) client(peer, forwarded string) string {
	if host, _, err := net.SplitHostPort(peer); err == nil {
		peer = host
	}
	hops := strings.Split(forwarded, ",")
	for i := len(hops) - 1; i >= 0 && p.trust(peer); i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		peer = hop
	}
	return peer
}
