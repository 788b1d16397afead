package main

import (
	"context"
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"github.com/juece/juece/decision"
)

// oidcSource is trust in the tokens of one issuer.
type oidcSource struct {
	verifier *oidc.IDTokenVerifier
	skew     time.Duration
	claims   fields
	roles    map[string][]decision.Role
	prefix   string
}

// newVerifier fixes what the file fixes. Algorithms and the issuer are ours to
// say, whatever a token or a published configuration says of them; the times
// are checked by [oidcSource.timely], with one bound for all of them.
func newVerifier(issuer, audience string, algorithms []string, keys oidc.KeySet) *oidc.IDTokenVerifier {
	return oidc.NewVerifier(issuer, keys, &oidc.Config{ClientID: audience, SupportedSigningAlgs: algorithms, SkipExpiryCheck: true})
}

var errTimes = errors.New("the token is not valid now, or does not say until when")

// identify verifies a token and reads the identity in it.
func (o *oidcSource) identify(ctx context.Context, raw string, now time.Time) (vouched, error) {
	token, err := o.verifier.Verify(ctx, raw)
	if err != nil {
		return vouched{}, err
	}
	var said claims
	if err := token.Claims(&said); err != nil {
		return vouched{}, err
	}
	if !o.timely(said, now) {
		return vouched{}, errTimes
	}
	actor, err := source{text: said.text, list: said.list}.actor(o.claims, o.prefix, o.roles)
	if err != nil {
		return vouched{}, err
	}
	id, _, err := said.text("jti")
	return vouched{Actor: actor, tokenID: id}, err
}

// timely reports whether the token is valid at a moment. It must say until
// when; what it says of its beginning must have come.
func (o *oidcSource) timely(said claims, now time.Time) bool {
	until, ok := moment(said["exp"])
	if !ok || !now.Before(until.Add(o.skew)) {
		return false
	}
	for _, name := range []string{"nbf", "iat"} {
		raw, there := said[name]
		if from, ok := moment(raw); there && (!ok || now.Add(o.skew).Before(from)) {
			return false
		}
	}
	return true
}

// moment reads a NumericDate (RFC 7519 section 2).
func moment(raw json.RawMessage) (time.Time, bool) {
	const year9999 = 253402300799
	var seconds float64
	if err := json.Unmarshal(raw, &seconds); err != nil || seconds <= 0 || seconds > year9999 {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(seconds * 1e6)), true
}

// issuerOf reads who a token says issued it, to choose whose keys to ask. What
// it says is believed by nobody before these have verified it.
func issuerOf(token string) string {
	var said struct {
		Issuer string `json:"iss"`
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &said) != nil {
		return ""
	}
	return said.Issuer
}

// claims are what a token says.
type claims map[string]json.RawMessage

// at returns a claim by its name, or by a path with dots into claims that are
// objects.
func (c claims) at(path string) (json.RawMessage, bool) {
	if v, ok := c[path]; ok {
		return v, true
	}
	outer, rest, ok := strings.Cut(path, ".")
	var inner claims
	if !ok || json.Unmarshal(c[outer], &inner) != nil {
		return nil, false
	}
	return inner.at(rest)
}

func (c claims) text(path string) (string, bool, error) {
	raw, there := c.at(path)
	if !there {
		return "", false, nil
	}
	var text string
	return text, true, json.Unmarshal(raw, &text)
}

// list reads an array of texts; one text by itself is a list of one.
func (c claims) list(path string) ([]string, bool, error) {
	raw, there := c.at(path)
	if !there {
		return nil, false, nil
	}
	var list []string
	if err := json.Unmarshal(raw, &list); err == nil {
		return list, true, nil
	}
	text, _, err := c.text(path)
	return []string{text}, true, err
}

// keyFile are an issuer's keys in a file, for networks that do not reach it.
type keyFile struct {
	*watched[*oidc.StaticKeySet]
	logger *slog.Logger
}

func newKeyFile(path string, logger *slog.Logger) keyFile {
	return keyFile{&watched[*oidc.StaticKeySet]{path: path, read: readKeys}, logger}
}

// VerifySignature implements oidc.KeySet. While the file is broken no token is
// verified; the log says so once for each change.
func (f keyFile) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	keys, changed, err := f.get()
	if err != nil {
		if changed {
			f.logger.Error("a key file is broken; its issuer's tokens are refused", "path", f.path, "error", err)
		}
		return nil, err
	}
	return keys.VerifySignature(ctx, token)
}

// minRSA is the least size of an RSA key (RFC 7518 section 3.3).
const minRSA = 2048

// readKeys reads a JWKS file. It holds public keys and nothing else: who finds
// a private or a shared key there has the wrong file.
func readKeys(data []byte) (*oidc.StaticKeySet, error) {
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(data, &set); err != nil {
		return nil, errors.New("it is not a JWKS") // the text of the error may repeat a key
	}
	keys := &oidc.StaticKeySet{}
	for i, k := range set.Keys {
		if !k.Valid() || !k.IsPublic() {
			return nil, fmt.Errorf("keys[%d] is no public key", i)
		}
		if r, ok := k.Key.(*rsa.PublicKey); ok && r.N.BitLen() < minRSA {
			return nil, fmt.Errorf("keys[%d] is shorter than %d bits", i, minRSA)
		}
		if k.Use != "enc" {
			keys.PublicKeys = append(keys.PublicKeys, crypto.PublicKey(k.Key))
		}
	}
	if len(keys.PublicKeys) == 0 {
		return nil, errors.New("it holds no key that signs")
	}
	return keys, nil
}

// Bounds of what is fetched from an issuer.
const (
	fetchTime  = 10 * time.Second
	fetchBytes = 1 << 20
	// fetchEvery is how often the same address is asked at most: a token with
	// an unknown key asks for the keys anew, and anybody can send one.
	fetchEvery = 5 * time.Second
	// fetchedFor is how long keys are believed: one that the issuer withdrew
	// opens nothing any more after it.
	fetchedFor = 10 * time.Minute
)

// discovered are the keys that an issuer publishes (OpenID Connect Discovery).
// It is asked when the first token comes, and not when the server starts: an
// issuer that is down for a while stops its tokens, and nobody else's.
type discovered struct {
	issuer string
	client *http.Client
	keep   time.Duration
	logger *slog.Logger

	mu      sync.Mutex
	address string // of its keys; empty until it answered
	keys    oidc.KeySet
	since   time.Time
}

func newDiscovered(issuer string, every, keep time.Duration, logger *slog.Logger) *discovered {
	transport := &sparing{every: every, logger: logger, asked: map[string]time.Time{}, plain: plainTransport()}
	client := &http.Client{
		Transport: transport, Timeout: fetchTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &discovered{issuer: issuer, client: client, keep: keep, logger: logger}
}

// plainTransport keeps no connection open between two fetches.
func plainTransport() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t = t.Clone()
	t.DisableKeepAlives = true
	return t
}

// VerifySignature implements oidc.KeySet.
func (d *discovered) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	keys, err := d.published()
	if err != nil {
		return nil, err
	}
	return keys.VerifySignature(ctx, token)
}

// published are the keys as they were fetched not long ago, or are to be
// fetched. They are there for every request, so they are bound to none.
func (d *discovered) published() (oidc.KeySet, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.keys != nil && time.Since(d.since) < d.keep {
		return d.keys, nil
	}
	ctx := oidc.ClientContext(context.Background(), d.client)
	if d.address == "" {
		address, err := d.discover(ctx)
		if err != nil {
			return nil, err
		}
		d.address = address
	}
	d.keys, d.since = oidc.NewRemoteKeySet(ctx, d.address), time.Now()
	return d.keys, nil
}

// discover asks the issuer where its keys are.
func (d *discovered) discover(ctx context.Context) (address string, err error) {
	var said struct {
		Keys string `json:"jwks_uri"`
	}
	provider, err := oidc.NewProvider(ctx, d.issuer)
	if err == nil {
		err = provider.Claims(&said)
	}
	if err == nil && said.Keys == "" {
		err = errors.New("it publishes no keys")
	}
	if err != nil && !errors.Is(err, errTooSoon) {
		d.logger.Error("an issuer's configuration cannot be used", "issuer", d.issuer, "error", fmt.Sprintf("%.200s", err))
	}
	return said.Keys, err
}

var errTooSoon = errors.New("asked a moment ago")

// sparing fetches what identifies callers: over TLS or from this machine, the
// same address seldom, and not without end.
type sparing struct {
	every  time.Duration
	logger *slog.Logger
	plain  http.RoundTripper

	mu    sync.Mutex
	asked map[string]time.Time
}

// RoundTrip implements http.RoundTripper.
func (s *sparing) RoundTrip(r *http.Request) (*http.Response, error) {
	if !trustworthy(r.URL) {
		return nil, errors.New("neither https nor a loopback address")
	}
	if !s.due(r.URL.String()) {
		return nil, errTooSoon
	}
	response, err := s.plain.RoundTrip(r)
	if err != nil {
		s.put(r.URL.String()) // who waited meanwhile does not wait once more
		s.logger.Error("an issuer does not answer", "address", r.URL.Redacted(), "error", err)
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		s.logger.Error("an issuer does not answer", "address", r.URL.Redacted(), "status", response.StatusCode)
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, fetchBytes), response.Body}
	return response, nil
}

func (s *sparing) due(address string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.asked[address]) < s.every {
		return false
	}
	s.asked[address] = time.Now()
	return true
}

// put says that an address was asked just now.
func (s *sparing) put(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[address] = time.Now()
}

// trustworthy reports whether what comes from an address can be believed.
func trustworthy(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && loopback(net.JoinHostPort(u.Hostname(), "80"))
}
