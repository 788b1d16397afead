package main

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// proxies are the networks of those whose X-Forwarded-For is believed.
type proxies []netip.Prefix

func (p proxies) trust(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(a) })
}

// client returns the address that a request comes from: the peer's, or, behind
// trusted proxies, the last one in X-Forwarded-For that is none of them. What
// stands before that, anybody may have written.
func (p proxies) client(r *http.Request) netip.Addr {
	client := address(r.RemoteAddr)
	if !p.trust(client) {
		return client
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		a := address(strings.TrimSpace(hop))
		if !a.IsValid() {
			break
		}
		if client = a; !p.trust(a) {
			break
		}
	}
	return client
}

// address reads an address, with a port or without one. An IPv4 address is one
// however it is written.
func address(s string) netip.Addr {
	a, err := netip.ParseAddr(s)
	if err != nil {
		with, err := netip.ParseAddrPort(s)
		if err != nil {
			return netip.Addr{}
		}
		a = with.Addr()
	}
	return a.Unmap().WithZone("")
}

// networkOf is what is limited as one: an IPv4 address, or the /64 that a single
// subscriber has of IPv6.
func networkOf(a netip.Addr) netip.Prefix {
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(a, bits).Masked()
}
