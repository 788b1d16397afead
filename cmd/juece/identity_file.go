package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/textproto"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/goccy/go-yaml"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// identityFile is what the identity file says, checked.
type identityFile struct {
	issuers     map[string]*oidcSource
	gateway     *gateway
	persons     map[string][]decision.Role // nil: whomever a source vouches for
	revoked     []revocation
	delegations []delegation
}

// revocation ends an identity, or one token, on a day.
type revocation struct {
	id, tokenID string
	from        calendar.Date
}

func (r revocation) of(id, tokenID string) bool {
	return r.id != "" && r.id == id || r.tokenID != "" && r.tokenID == tokenID
}

// delegation lets somebody act for another (代行、授权) by a document, from a
// day to a day, both included.
type delegation struct {
	to          string
	actor       decision.Actor // as whom he acts; his own id is put in
	from, until calendar.Date
}

// written is the identity file as it is written.
type written struct {
	OIDC []struct {
		Issuer     string      `yaml:"issuer"`
		Audience   string      `yaml:"audience"`
		JWKS       string      `yaml:"jwks"`
		Algorithms []string    `yaml:"algorithms"`
		Skew       string      `yaml:"skew"`
		Claims     fields      `yaml:"claims"`
		Roles      translation `yaml:"roles"`
		Prefix     string      `yaml:"prefix"`
	} `yaml:"oidc"`
	Gateway *struct {
		Peers   []string    `yaml:"peers"`
		Headers fields      `yaml:"headers"`
		Roles   translation `yaml:"roles"`
		Prefix  string      `yaml:"prefix"`
	} `yaml:"gateway"`
	Persons []struct {
		ID    string          `yaml:"id"`
		Roles []decision.Role `yaml:"roles"`
	} `yaml:"persons"`
	Revoked []struct {
		ID   string `yaml:"id"`
		JTI  string `yaml:"jti"`
		From string `yaml:"from"`
	} `yaml:"revoked"`
	Delegations []struct {
		To         string          `yaml:"to"`
		OnBehalfOf string          `yaml:"on_behalf_of"`
		Organ      string          `yaml:"organ"`
		Unit       string          `yaml:"unit"`
		Roles      []decision.Role `yaml:"roles"`
		Supervises []string        `yaml:"supervises"`
		From       string          `yaml:"from"`
		Until      string          `yaml:"until"`
		Document   string          `yaml:"document"`
	} `yaml:"delegations"`
}

// translation says what the directory's names for roles are here.
type translation struct {
	Map map[string][]decision.Role `yaml:"map"`
}

// reading checks what is written, and collects what is wrong with it.
type reading struct {
	path   string
	zh, en []string
}

// say adds what is wrong with a field. What the field holds is not repeated.
func (r *reading) say(field, zh, en string) {
	r.zh, r.en = append(r.zh, field+"："+zh), append(r.en, field+": "+en)
}

func (r *reading) err() error {
	if len(r.zh) == 0 {
		return nil
	}
	return setupError{
		"身份文件" + r.path + "：" + strings.Join(r.zh, "；"),
		"the identity file " + r.path + ": " + strings.Join(r.en, "; "),
	}
}

// readIdentity reads the identity file, all of it or nothing.
func (i *identities) readIdentity(data []byte) (*identityFile, error) {
	var w written
	r := &reading{path: i.file.path}
	d := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	if err := d.Decode(&w); err != nil {
		r.unreadable(err)
		return nil, r.err()
	}
	if err := d.Decode(&written{}); !errors.Is(err, io.EOF) {
		r.say("YAML", "只能有一个文档", "there must be one document only")
	}
	file := &identityFile{issuers: map[string]*oidcSource{}}
	i.readIssuers(r, w, file)
	readGateway(r, w, file)
	if len(file.issuers) == 0 && file.gateway == nil && len(i.static) == 0 {
		r.say("oidc, gateway", "至少须有一个身份来源", "name one source at least, or nobody could call")
	}
	readPersons(r, w, file)
	readRevoked(r, w, file)
	readDelegations(r, w, file)
	return file, r.err()
}

// unreadable names the line of a YAML error. Its own text would repeat the
// file.
func (r *reading) unreadable(err error) {
	zh, en := "不是本程序所知的格式（字段、类型或者重复的键）", "not of the form that is known here (a field, a type, or a key that stands twice)"
	if located, ok := errors.AsType[yaml.Error](err); ok && located.GetToken() != nil && located.GetToken().Position != nil {
		line := located.GetToken().Position.Line
		r.zh, r.en = append(r.zh, fmt.Sprintf("第%d行：%s", line, zh)), append(r.en, fmt.Sprintf("line %d: %s", line, en))
		return
	}
	r.say("YAML", zh, en)
}

const (
	defaultSkew = time.Minute
	maxSkew     = 5 * time.Minute
)

func (i *identities) readIssuers(r *reading, w written, file *identityFile) {
	for n, o := range w.OIDC {
		at := fmt.Sprintf("oidc[%d]", n)
		address, err := url.Parse(o.Issuer)
		switch {
		case o.Issuer == "" || err != nil:
			r.say(at+".issuer", "为必填字段，须与令牌的iss完全一致", "it is required, exactly as the iss of the tokens")
		case file.issuers[o.Issuer] != nil:
			r.say(at+".issuer", "已经列出", "it is listed already")
		case o.JWKS == "" && !trustworthy(address):
			r.say(at+".issuer", "须为https地址；封闭网络用jwks指定公钥文件", "it must be an https address; in a closed network name a key file with jwks")
		}
		if o.Audience == "" {
			r.say(at+".audience", "为必填字段", "it is required")
		}
		skew, err := time.ParseDuration(cmp.Or(o.Skew, defaultSkew.String()))
		if err != nil || skew < 0 || skew > maxSkew {
			r.say(at+".skew", "须为0s至5m的时长", "it must be a duration from 0s to 5m")
		}
		algorithms := o.Algorithms
		if len(algorithms) == 0 {
			algorithms = []string{oidc.RS256, oidc.ES256}
		}
		for k, a := range algorithms {
			if !slices.Contains(signing, a) {
				r.say(fmt.Sprintf("%s.algorithms[%d]", at, k), "须为下列之一："+strings.Join(signing, "、"), "it must be one of "+strings.Join(signing, ", "))
			}
		}
		if o.Claims.ID == "" {
			o.Claims.ID = "sub"
		}
		source := &oidcSource{skew: skew, claims: o.Claims, prefix: o.Prefix, roles: r.translated(at, o.Claims, o.Roles)}
		var keys oidc.KeySet
		if o.JWKS == "" {
			keys = i.discovered(o.Issuer)
		} else {
			path := o.JWKS
			if !filepath.IsAbs(path) {
				path = filepath.Join(filepath.Dir(i.file.path), path)
			}
			file := newKeyFile(path, i.logger)
			if _, _, err := file.get(); err != nil {
				r.say(at+".jwks", "公钥文件无法读取，或者不是只含公钥的JWKS", "the key file cannot be read, or is no JWKS of public keys only")
			}
			keys = file
		}
		source.verifier = newVerifier(o.Issuer, o.Audience, algorithms, keys)
		file.issuers[o.Issuer] = source
	}
}

// signing are the algorithms that may be allowed: those with a public key. One
// with a shared key would let whoever verifies sign as well.
var signing = []string{
	oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512,
	oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA,
}

// headerName is what a gateway's header may be called. An underscore is none:
// some servers take it for a hyphen, others drop the header.
var headerName = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)

func readGateway(r *reading, w written, file *identityFile) {
	if w.Gateway == nil {
		return
	}
	g := &gateway{prefix: w.Gateway.Prefix, names: w.Gateway.Headers, roles: r.translated("gateway", w.Gateway.Headers, w.Gateway.Roles)}
	for n, text := range w.Gateway.Peers {
		p, err := netip.ParsePrefix(text)
		if err != nil || p != p.Masked() || p.Bits() == 0 || p.Addr().Is4In6() {
			r.say(fmt.Sprintf("gateway.peers[%d]", n), "须为网关的网段，如10.1.2.3/32", "it must be a prefix that the gateway is in, such as 10.1.2.3/32")
			continue
		}
		g.peers = append(g.peers, p)
	}
	if len(w.Gateway.Peers) == 0 {
		r.say("gateway.peers", "为必填字段：网关的网段", "it is required: the prefixes that the gateway is in")
	}
	if g.names.ID == "" {
		r.say("gateway.headers.id", "为必填字段", "it is required")
	}
	seen := map[string]bool{"Authorization": true, onBehalfOf: true, "Idempotency-Key": true, "If-Match": true}
	for _, name := range []*string{&g.names.ID, &g.names.Organ, &g.names.Unit, &g.names.Roles, &g.names.Supervises, &g.names.Cases} {
		if *name == "" {
			continue
		}
		canonical := textproto.CanonicalMIMEHeaderKey(*name)
		if !headerName.MatchString(*name) || seen[canonical] {
			r.say("gateway.headers", "请求头名称只含字母、数字和连字符，各不相同，不与本接口的请求头同名", "names of headers have letters, digits and hyphens, each its own, and none that the API itself reads")
		}
		seen[canonical] = true
		*name = canonical
	}
	file.gateway = g
}

// translated checks how roles are translated.
func (r *reading) translated(at string, names fields, t translation) map[string][]decision.Role {
	if names.Roles == "" || len(t.Map) == 0 {
		r.say(at+".roles.map", "须说明角色取自何处，以及各名称对应本系统的什么角色", "say where roles are read from, and what each name of theirs is here")
	}
	for name, roles := range t.Map {
		r.known(fmt.Sprintf("%s.roles.map[%s]", at, name), roles)
	}
	return t.Map
}

// known says which roles are none.
func (r *reading) known(field string, roles []decision.Role) {
	if len(roles) == 0 {
		r.say(field, "须至少列出一个角色", "name one role at least")
	}
	for n, role := range roles {
		if workflow.RoleName(role, "zh") == string(role) { // no role is called in Chinese as it is spelt
			r.say(fmt.Sprintf("%s[%d]", field, n), "没有这种角色，如legality_reviewer", "there is no such role; legality_reviewer is one")
		}
	}
}

// day reads a civil date.
func (r *reading) day(field, text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		r.say(field, "须为日期，如2026-03-16", "it must be a date such as 2026-03-16")
	}
	return d
}

func readPersons(r *reading, w written, file *identityFile) {
	if w.Persons == nil {
		return
	}
	file.persons = map[string][]decision.Role{}
	for n, p := range w.Persons {
		at := fmt.Sprintf("persons[%d]", n)
		if _, again := file.persons[p.ID]; again || p.ID == "" {
			r.say(at+".id", "为必填字段，不得重复", "it is required, and listed once")
		}
		r.known(at+".roles", p.Roles)
		file.persons[p.ID] = p.Roles
	}
}

func readRevoked(r *reading, w written, file *identityFile) {
	for n, v := range w.Revoked {
		at := fmt.Sprintf("revoked[%d]", n)
		if (v.ID == "") == (v.JTI == "") {
			r.say(at, "须写明id或者jti，只写其一", "name an id or a jti, one of them")
		}
		file.revoked = append(file.revoked, revocation{v.ID, v.JTI, r.day(at+".from", v.From)})
	}
}

func readDelegations(r *reading, w written, file *identityFile) {
	for n, v := range w.Delegations {
		at := fmt.Sprintf("delegations[%d]", n)
		for _, required := range []struct{ field, value string }{
			{"to", v.To}, {"on_behalf_of", v.OnBehalfOf}, {"organ", v.Organ}, {"document", v.Document},
		} {
			if strings.TrimSpace(required.value) == "" {
				r.say(at+"."+required.field, "为必填字段", "it is required")
			}
		}
		if v.To == v.OnBehalfOf {
			r.say(at+".to", "不得授权给自己", "nobody delegates to himself")
		}
		r.known(at+".roles", v.Roles)
		if held, listed := file.persons[v.OnBehalfOf]; listed && len(both(v.Roles, held)) < len(v.Roles) {
			r.say(at+".roles", "授权人没有这些角色", "who delegates does not hold them")
		}
		d := delegation{to: v.To, from: r.day(at+".from", v.From), until: r.day(at+".until", v.Until), actor: decision.Actor{
			ID: v.To, Organ: v.Organ, Unit: v.Unit, Roles: v.Roles, Supervises: v.Supervises, OnBehalfOf: v.OnBehalfOf, Authority: v.Document,
		}}
		if invalid, ok := errors.AsType[*decision.InvalidError](decision.ValidateValue("delegation", d.actor)); ok {
			for _, f := range invalid.Fields {
				if f.Rule != "required" {
					r.say(at+"."+f.Field, f.Zh, f.En)
				}
			}
		}
		if d.until.Before(d.from) {
			r.say(at+".until", "早于from", "it lies before from")
		}
		for _, other := range file.delegations {
			if other.to == d.to && other.actor.OnBehalfOf == d.actor.OnBehalfOf && !d.until.Before(other.from) && !other.until.Before(d.from) {
				r.say(at, "与同一授权人给同一人的另一授权期间重叠", "it overlaps with another delegation between the same two")
			}
		}
		file.delegations = append(file.delegations, d)
	}
}
