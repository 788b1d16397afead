package main

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/httpapi"
)

// gateway is trust in the headers of who stands in front: whoever connects
// from one of the prefixes has identified the caller. What others say of where
// a request came from (X-Forwarded-For) counts for nothing.
type gateway struct {
	peers  []netip.Prefix
	names  fields // of headers, canonical
	roles  map[string][]decision.Role
	prefix string
}

// claimed reports whether a request appeals to the gateway: whether it has any
// of its headers, from wherever it comes.
func (g *gateway) claimed(headers headers) bool {
	return g != nil && slices.ContainsFunc(g.names.all(), func(name string) bool {
		_, there := headers[name]
		return there
	})
}

// identify reads the headers of a request that came from peer.
func (g *gateway) identify(peer string, headers headers) (vouched, error) {
	if _, both := headers["Authorization"]; both {
		return vouched{}, errBoth
	}
	if !g.trusts(peer) {
		return vouched{}, errPeer
	}
	values := source{
		text: func(name string) (string, bool, error) {
			value, there := headers[name]
			if value == repeated {
				return "", there, errBoth
			}
			text, err := url.PathUnescape(value)
			return text, there, err
		},
		list: func(name string) ([]string, bool, error) {
			value, there := headers[name]
			if value == repeated {
				return nil, there, errBoth
			}
			var list []string
			for one := range strings.SplitSeq(value, ",") {
				text, err := url.PathUnescape(strings.TrimSpace(one))
				if err != nil {
					return nil, there, err
				}
				if text != "" {
					list = append(list, text)
				}
			}
			return list, there, nil
		},
	}
	actor, err := values.actor(g.names, g.prefix, g.roles)
	return vouched{Actor: actor}, err
}

// trusts reports whether a TCP peer is within the prefixes.
func (g *gateway) trusts(peer string) bool {
	from, err := netip.ParseAddrPort(peer)
	if err != nil {
		return false
	}
	addr := from.Addr().Unmap().WithZone("")
	return slices.ContainsFunc(g.peers, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// fields say where an identity stands: in which claims, or in which headers.
type fields struct {
	ID         string `yaml:"id"`
	Organ      string `yaml:"organ"`
	Unit       string `yaml:"unit"`
	Roles      string `yaml:"roles"`
	Supervises string `yaml:"supervises"`
	Cases      string `yaml:"cases"`
}

// all lists the names that are set.
func (f fields) all() []string {
	return slices.DeleteFunc([]string{f.ID, f.Organ, f.Unit, f.Roles, f.Supervises, f.Cases}, func(name string) bool { return name == "" })
}

// source reads the values of an identity by name. A value that is there and
// cannot be read is an error, not an absence.
type source struct {
	text func(name string) (value string, there bool, err error)
	list func(name string) (values []string, there bool, err error)
}

// actor puts an identity together. Roles that the file does not translate are
// not ours.
func (s source) actor(names fields, prefix string, roles map[string][]decision.Role) (decision.Actor, error) {
	var a decision.Actor
	for _, f := range []struct {
		name string
		into *string
	}{{names.ID, &a.ID}, {names.Organ, &a.Organ}, {names.Unit, &a.Unit}} {
		if f.name == "" {
			continue
		}
		value, _, err := s.text(f.name)
		if err != nil {
			return decision.Actor{}, err
		}
		*f.into = value
	}
	if a.ID == "" {
		return decision.Actor{}, errNoToken
	}
	a.ID = prefix + a.ID
	var theirs []string
	for _, f := range []struct {
		name string
		into *[]string
	}{{names.Roles, &theirs}, {names.Supervises, &a.Supervises}, {names.Cases, &a.Cases}} {
		if f.name == "" {
			continue
		}
		values, there, err := s.list(f.name)
		if err != nil {
			return decision.Actor{}, err
		}
		// Limited to no case at all is not the same as not limited.
		if f.into == &a.Cases && there && len(values) == 0 {
			return decision.Actor{}, httpapi.ErrNotPermitted
		}
		*f.into = values
	}
	for _, name := range theirs {
		for _, role := range roles[name] {
			if !slices.Contains(a.Roles, role) {
				a.Roles = append(a.Roles, role)
			}
		}
	}
	return a, nil
}

// both returns the roles that stand in each of two lists.
func both(some, others []decision.Role) []decision.Role {
	return slices.DeleteFunc(slices.Clone(some), func(r decision.Role) bool { return !slices.Contains(others, r) })
}
