package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/sample"
)

// signingKeys are made once for all tests: an RSA key takes its time.
var signingKeys = sync.OnceValues(func() (keys struct {
	rsa, other *rsa.PrivateKey
	ec         *ecdsa.PrivateKey
}, err error,
) {
	if keys.rsa, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return keys, err
	}
	if keys.other, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return keys, err
	}
	keys.ec, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return keys, err
})

const testIssuer = "https://sso.example.gov.cn/realms/county"

// directory is an issuer of tokens and what a server is told of it.
type directory struct {
	*testing.T
	dir    string
	rsa    *rsa.PrivateKey
	other  *rsa.PrivateKey
	ec     *ecdsa.PrivateKey
	issuer string
	root   string // of the server
}

func newDirectory(t *testing.T) *directory {
	t.Helper()
	keys, err := signingKeys()
	if err != nil {
		t.Fatal(err)
	}
	d := &directory{T: t, dir: t.TempDir(), rsa: keys.rsa, other: keys.other, ec: keys.ec, issuer: testIssuer}
	d.publish("jwks.json", d.rsa.Public(), d.ec.Public())
	return d
}

// write replaces a file of the directory.
func (d *directory) write(name, text string) string {
	d.Helper()
	path := filepath.Join(d.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.Fatal(err)
	}
	return path
}

// publish writes public keys into a JWKS file.
func (d *directory) publish(name string, public ...any) {
	d.Helper()
	var set jose.JSONWebKeySet
	for i, k := range public {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: k, KeyID: fmt.Sprint("k", i), Use: "sig"})
	}
	text, err := json.Marshal(set)
	if err != nil {
		d.Fatal(err)
	}
	d.write(name, string(text))
}

// identity is an identity file that trusts the directory's tokens.
func (d *directory) identity(more string) string {
	return `oidc:
  - issuer: ` + d.issuer + `
    audience: juece
    jwks: jwks.json
    claims: {id: sub, organ: org, unit: dept, roles: realm_access.roles, supervises: over, cases: matters}
    roles:
      map:
        法制审核岗: [legality_reviewer]
        办文岗: [gov_office, meeting_secretary]
        审计岗: [auditor]
` + more
}

// serve starts a server with an identity file.
func (d *directory) serve(identity string) {
	d.Helper()
	path := d.write("identity.yaml", identity)
	found, stop := started(d.T, regexp.MustCompile(`(http://127\.0\.0\.1:\d+/v1)`), "serve", "--addr", "127.0.0.1:0", "--db", "sqlite:"+filepath.Join(d.dir, "juece.db"), "--identity", path)
	d.root = found[1]
	d.Cleanup(func() { stop() })
}

type said map[string]any

// claims are those of a token that is in order, with changes.
func (d *directory) claims(changes said) said {
	all := said{
		"iss": d.issuer, "aud": "juece", "sub": "经办人甲", "org": "县人民政府", "dept": "县政府办公室", "jti": "t1",
		"exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(),
		"realm_access": said{"roles": []string{"办文岗", "打字岗"}},
	}
	maps.Copy(all, changes)
	for name, value := range changes {
		if value == nil {
			delete(all, name)
		}
	}
	return all
}

// sign makes a token.
func (d *directory) sign(algorithm jose.SignatureAlgorithm, key any, all said, options *jose.SignerOptions) string {
	d.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	if err != nil {
		d.Fatal(err)
	}
	payload, err := json.Marshal(all)
	if err != nil {
		d.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		d.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		d.Fatal(err)
	}
	return token
}

// token is one that is in order, with changes.
func (d *directory) token(changes said) string {
	d.Helper()
	return d.sign(jose.RS256, d.rsa, d.claims(changes), nil)
}

// ask sends a request with headers, each "Name: value", and returns the answer.
func (d *directory) ask(path string, lines ...string) (int, string) {
	d.Helper()
	r, err := http.NewRequestWithContext(d.Context(), http.MethodGet, d.root+path, http.NoBody)
	if err != nil {
		d.Fatal(err)
	}
	return d.send(r, lines...)
}

func (d *directory) send(r *http.Request, lines ...string) (int, string) {
	d.Helper()
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		d.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		d.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// want asks for the cases and compares the status.
func (d *directory) want(status int, name string, lines ...string) {
	d.Helper()
	if got, body := d.ask("/decisions", lines...); got != status {
		d.Errorf("%s: %d, want %d: %s", name, got, status, body)
	}
}

func bearer(token string) string { return "Authorization: Bearer " + token }

func TestTokensOfAnIssuer(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	d.serve(d.identity(""))
	unsigned := func(header string) string {
		payload, err := json.Marshal(d.claims(nil))
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString(payload) + "."
	}
	public, err := x509.MarshalPKIXPublicKey(d.rsa.Public())
	if err != nil {
		t.Fatal(err)
	}
	good := d.token(nil)
	parts := strings.Split(good, ".")
	ago := func(past time.Duration) int64 { return time.Now().Add(-past).Unix() }
	for name, c := range map[string]struct {
		token string
		want  int
	}{
		"by RSA":                      {good, 200},
		"by EC":                       {d.sign(jose.ES256, d.ec, d.claims(nil), nil), 200},
		"one audience of several":     {d.token(said{"aud": []string{"another", "juece"}}), 200},
		"expired within the skew":     {d.token(said{"exp": ago(30 * time.Second)}), 200},
		"expired":                     {d.token(said{"exp": ago(2 * time.Minute)}), 401},
		"without an end":              {d.token(said{"exp": nil}), 401},
		"with an end that is no time": {d.token(said{"exp": "2099-01-01"}), 401},
		"with an end out of bounds":   {d.token(said{"exp": 1e300}), 401},
		"not valid yet":               {d.token(said{"nbf": ago(-2 * time.Minute)}), 401},
		"issued in the future":        {d.token(said{"iat": ago(-2 * time.Minute)}), 401},
		"of another issuer":           {d.token(said{"iss": "https://other.example"}), 401},
		"without an issuer":           {d.token(said{"iss": nil}), 401},
		"for another audience":        {d.token(said{"aud": "another"}), 401},
		"for no audience":             {d.token(said{"aud": nil}), 401},
		"of nobody":                   {d.token(said{"sub": nil}), 401},
		"of a number":                 {d.token(said{"sub": 7}), 401},
		"by another key":              {d.sign(jose.RS256, d.other, d.claims(nil), nil), 401},
		"by a key that it brings":     {d.sign(jose.RS256, d.other, d.claims(nil), &jose.SignerOptions{EmbedJWK: true}), 401},
		"by an algorithm not allowed": {d.sign(jose.RS512, d.rsa, d.claims(nil), nil), 401},
		"HS256 by the public key":     {d.sign(jose.HS256, public, d.claims(nil), nil), 401},
		"HS256 by the JWKS":           {d.sign(jose.HS256, mustRead(t, filepath.Join(d.dir, "jwks.json")), d.claims(nil), nil), 401},
		"signed by none":              {unsigned(`{"alg":"none"}`), 401},
		"not signed":                  {unsigned(`{"alg":"RS256"}`), 401},
		"another's payload":           {parts[0] + "." + strings.Split(d.token(said{"sub": "县长"}), ".")[1] + "." + parts[2], 401},
		"cut off":                     {good[:len(good)-2], 401},
		"empty":                       {"", 401},
		"roles that are a number":     {d.token(said{"realm_access": said{"roles": 7}}), 401},
		"roles nobody knows":          {d.token(said{"realm_access": said{"roles": []string{"打字岗", "gov_office"}}}), 403},
		"no roles":                    {d.token(said{"realm_access": nil}), 403},
		"one role by itself":          {d.token(said{"realm_access": said{"roles": "审计岗"}}), 200},
		"limited to no case":          {d.token(said{"matters": []string{}}), 403},
		"limited to a case":           {d.token(said{"matters": []string{"0198c0de"}}), 200},
	} {
		d.want(c.want, name, bearer(c.token))
	}
	d.want(401, "nothing")
	d.want(401, "another scheme", "Authorization: Basic "+good)
	d.want(401, "two tokens", bearer(good), bearer(good))
	if code, body := d.ask("/decisions?organ=%E9%82%BB%E5%8E%BF", bearer(good)); code != 403 || strings.Contains(body, good) {
		t.Errorf("another organ: %d %s", code, body)
	}
	if code, _ := d.ask("/decisions?organ=%E4%B9%A1", bearer(d.token(said{"over": []string{"乡"}}))); code != 403 {
		t.Errorf("supervises without being a supervisor: %d", code)
	}
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The keys of a closed network are those of the file as it stands.
func TestKeysOfAFileRotate(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	d.serve(d.identity(""))
	old, next := d.token(nil), d.sign(jose.RS256, d.other, d.claims(nil), nil)
	d.want(200, "before", bearer(old))
	d.want(401, "too early", bearer(next))
	d.publish("jwks.json", d.rsa.Public(), d.other.Public())
	d.want(200, "both", bearer(old))
	d.want(200, "both", bearer(next))
	d.publish("jwks.json", d.other.Public())
	d.want(401, "afterwards", bearer(old))
	d.want(200, "afterwards", bearer(next))
	d.publish("jwks.json", d.rsa) // a private key has no business here
	d.want(401, "a private key", bearer(old))
	d.write("jwks.json", `{"keys":`)
	d.want(401, "broken", bearer(next))
	d.publish("jwks.json", d.other.Public())
	d.want(200, "mended", bearer(next))
}

// An issuer is asked where its keys are, once, and not as often as strangers
// please.
func TestKeysAreDiscovered(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	var asked atomic.Int64
	claimed := ""
	mux := http.NewServeMux()
	issuer := httptest.NewServer(mux)
	defer issuer.Close()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q,"id_token_signing_alg_values_supported":["HS256","none","RS512"]}`, claimed, issuer.URL+"/keys")
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(mustRead(t, filepath.Join(d.dir, "jwks.json")))
	})
	claimed = issuer.URL
	d.issuer = issuer.URL
	d.serve(strings.Replace(d.identity(""), "    jwks: jwks.json\n", "", 1))
	begun := time.Now()
	d.want(401, "a stranger's", bearer(d.sign(jose.RS256, d.other, d.claims(nil), nil)))
	d.want(200, "the issuer's", bearer(d.token(nil)))
	d.want(401, "an algorithm that only the issuer allows", bearer(d.sign(jose.RS512, d.rsa, d.claims(nil), nil)))
	for range 20 {
		d.want(401, "a stranger's", bearer(d.sign(jose.RS256, d.other, d.claims(nil), nil)))
	}
	d.want(200, "the issuer's", bearer(d.token(nil)))
	if n := asked.Load(); n > 2+int64(time.Since(begun)/fetchEvery) {
		t.Errorf("the issuer was asked %d times", n)
	}

	// A key that was withdrawn is believed no longer than it is kept.
	for keep, believed := range map[time.Duration]bool{time.Hour: true, 0: false} {
		keys := newDiscovered(issuer.URL, 0, keep, slog.New(slog.DiscardHandler))
		d.publish("jwks.json", d.rsa.Public())
		if _, err := keys.VerifySignature(t.Context(), d.token(nil)); err != nil {
			t.Error(err)
		}
		d.publish("jwks.json", d.other.Public())
		if _, err := keys.VerifySignature(t.Context(), d.token(nil)); (err == nil) != believed {
			t.Errorf("kept for %s: %v", keep, err)
		}
	}
}

// An issuer that calls itself another, or is not reached, vouches for nobody.
func TestAnIssuerMustBeWhomItSays(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"issuer":"https://another.example","jwks_uri":"https://another.example/keys"}`)
	}))
	defer issuer.Close()
	var log output
	found := newDiscovered(issuer.URL, 0, 0, slog.New(slog.NewTextHandler(&log, nil)))
	if _, err := found.VerifySignature(t.Context(), d.token(nil)); err == nil || !strings.Contains(log.String(), "cannot be used") {
		t.Errorf("%v: %s", err, &log)
	}
	if _, err := newDiscovered("http://192.0.2.1", 0, 0, slog.New(slog.NewTextHandler(&log, nil))).VerifySignature(t.Context(), "x"); err == nil || !strings.Contains(err.Error(), "https") {
		t.Errorf("without TLS: %v", err)
	}
}

const throughGateway = `gateway:
  peers: [%s]
  headers: {id: X-User-Id, organ: X-User-Organ, roles: X-User-Roles, cases: X-User-Cases}
  roles: {map: {办文岗: [gov_office], audit: [auditor]}}
`

// Headers count from the gateway, and from nobody else, whatever he says of
// where he comes from.
func TestHeadersOfAGateway(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	d.serve(d.identity(fmt.Sprintf(throughGateway, `192.0.2.0/24, "127.0.0.1/32"`)))
	who := []string{"X-User-Id: %E7%BB%8F%E5%8A%9E%E4%BA%BA", "X-User-Organ: 县人民政府", "X-User-Roles: typist, %E5%8A%9E%E6%96%87%E5%B2%97"}
	with := func(more ...string) []string { return append(more, who...) }
	d.want(200, "from the gateway", who...)
	d.want(401, "with a bearer token too", with(bearer(d.token(nil)))...)
	d.want(401, "with an empty one", with("Authorization: ")...)
	d.want(401, "with two ids", with("X-User-Id: 县长")...)
	d.want(401, "with two lists of roles", with("X-User-Roles: audit")...)
	d.want(401, "of nobody", who[1:]...)
	d.want(401, "badly encoded", "X-User-Id: %zz", who[1], who[2])
	d.want(403, "with no role of ours", who[0], who[1], "X-User-Roles: typist")
	d.want(403, "limited to no case", with("X-User-Cases: ")...)
	d.want(200, "limited to one", with("X-User-Cases: 0198c0de")...)
	d.want(200, "a token without headers", bearer(d.token(nil)))

	d.write("identity.yaml", d.identity(fmt.Sprintf(throughGateway, `192.0.2.0/24`)))
	d.want(401, "from elsewhere", who...)
	d.want(401, "from elsewhere, as it says from there", with("X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1", "X-Real-Ip: 192.0.2.1")...)
	d.want(401, "from elsewhere, with a token", bearer(d.token(nil)), "X-User-Roles: audit")
	d.want(200, "a token without headers", bearer(d.token(nil)))
}

// Whoever acts for another does so by what was delegated, on the days and by
// the document of it, and the history tells.
func TestActingForAnother(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	today := calendar.DateOf(time.Now())
	grant := func(principal string, from, until int) string {
		return fmt.Sprintf("  - {to: 经办人甲, on_behalf_of: %s, organ: 县人民政府, unit: 县政府办公室, roles: [gov_office], from: %s, until: %s, document: 县政办〔2026〕5号}\n",
			principal, today.AddDays(from), today.AddDays(until))
	}
	d.serve(d.identity("delegations:\n" + grant("办公室主任", -1, 1) + grant("前任主任", -9, -2) + grant("下任主任", 2, 9)))
	clerk := bearer(d.token(said{"realm_access": said{"roles": []string{"法制审核岗"}}}))
	as := func(id string) string { return onBehalfOf + ": " + id }
	d.want(200, "for himself", clerk)
	d.want(200, "for the director", clerk, as("%E5%8A%9E%E5%85%AC%E5%AE%A4%E4%B8%BB%E4%BB%BB"))
	d.want(403, "for the one before", clerk, as("前任主任"))
	d.want(403, "for the one after", clerk, as("下任主任"))
	d.want(403, "for somebody else", clerk, as("县长"))
	d.want(403, "for nobody", clerk, as(""))
	d.want(403, "badly encoded", clerk, as("%zz"))
	d.want(401, "for two", clerk, as("办公室主任"), as("县长"))
	d.want(401, "not identified", as("办公室主任"))
	d.want(403, "another's delegation", bearer(d.token(said{"sub": "经办人乙"})), as("办公室主任"))

	proposal, err := json.Marshal(map[string]any{"pack": "d713", "act": sample.Walk("d713")[0].Act})
	if err != nil {
		t.Fatal(err)
	}
	propose := func(lines ...string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.root+"/decisions", bytes.NewReader(proposal))
		if err != nil {
			t.Fatal(err)
		}
		return d.send(r, append(lines, "Content-Type: application/json")...)
	}
	if code, body := propose(clerk); code != 403 {
		t.Errorf("proposes for himself: %d %s", code, body)
	}
	code, body := propose(clerk, as("办公室主任"))
	var receipt struct{ Decision string }
	if err := json.Unmarshal([]byte(body), &receipt); err != nil || code != 201 {
		t.Fatalf("proposes for the director: %d %s", code, body)
	}
	want := `\"actor\":{\"id\":\"经办人甲\",\"unit\":\"县政府办公室\",\"organ\":\"县人民政府\",\"roles\":[\"gov_office\"],\"on_behalf_of\":\"办公室主任\",\"authority\":\"县政办〔2026〕5号\"}`
	if code, body := d.ask("/decisions/"+receipt.Decision+"/history", clerk); code != 200 || !strings.Contains(body, want) {
		t.Errorf("the history: %d %s", code, body)
	}
}

// Two sources may call two persons the same; a prefix keeps them apart.
func TestSourcesDoNotMeet(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	other := &directory{T: t, dir: d.dir, rsa: d.rsa, issuer: "https://sso.example.org.cn"}
	d.serve(d.identity(strings.TrimPrefix(strings.Replace(other.identity(""), "audience: juece", "audience: juece\n    prefix: '外:'", 1), "oidc:\n") + "persons: [{id: 经办人甲, roles: [gov_office]}]\n"))
	d.want(200, "of the one", bearer(d.token(nil)))
	d.want(403, "of the other", bearer(other.token(nil)))
	d.write("identity.yaml", strings.ReplaceAll(string(mustRead(t, filepath.Join(d.dir, "identity.yaml"))), "{id: 经办人甲", "{id: '外:经办人甲'"))
	d.want(403, "of the one", bearer(d.token(nil)))
	d.want(200, "of the other", bearer(other.token(nil)))
}

// What is taken away is taken away from the next request on, on a connection
// that is open as well.
func TestRevocationTakesEffectAtTheNextRequest(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	d.serve(d.identity(""))
	tokens := map[string]string{"甲": d.token(said{"sub": "甲"}), "乙": d.token(said{"sub": "乙", "jti": "t2"})}
	first := true
	want := func(a, b int, why, identity string) {
		t.Helper()
		d.write("identity.yaml", identity)
		for who, status := range map[string]int{"甲": a, "乙": b} {
			r, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
				if !first && !got.Reused {
					t.Errorf("%s: on another connection", why)
				}
			}}), http.MethodGet, d.root+"/decisions", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			if code, body := d.send(r, bearer(tokens[who])); code != status {
				t.Errorf("%s, %s: %d, want %d: %s", why, who, code, status, body)
			}
			first = false
		}
	}
	today := calendar.DateOf(time.Now())
	revoked := func(what string, days int) string {
		return d.identity(fmt.Sprintf("revoked: [{%s, from: %s}]\n", what, today.AddDays(days)))
	}
	want(200, 200, "nothing is revoked", d.identity(""))
	want(401, 200, "a person is revoked", revoked("id: 甲", -1))
	want(200, 200, "from the day after tomorrow", revoked("id: 甲", 2))
	want(200, 401, "a token is revoked", revoked("jti: t2", -1))
	want(401, 401, "a broken file", d.identity("revoked: [{id: 甲, from: tomorrow}]\n"))
	want(401, 401, "still", d.identity("revoked: [{id: 甲, from: tomorrow}]\n"))
	want(200, 200, "mended", d.identity(""))
	want(200, 403, "persons are listed", d.identity("persons: [{id: 甲, roles: [gov_office]}]\n"))
	want(403, 403, "with other roles", d.identity("persons: [{id: 甲, roles: [auditor]}]\n"))
	if err := os.Remove(filepath.Join(d.dir, "identity.yaml")); err != nil {
		t.Fatal(err)
	}
	d.want(401, "no file", bearer(tokens["甲"]))
}

// A broken file is told of once for each change.
func TestABrokenFileIsLoggedOnce(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	path := d.write("identity.yaml", d.identity(""))
	var log output
	who, err := newIdentities(tokens{}, path, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	look := func() error { _, err := who.current(); return err }
	if err := look(); err != nil || log.String() != "" {
		t.Errorf("%v: %s", err, &log)
	}
	for i, broken := range []string{"oidc: [", "oidc: []", "oidc: ["} {
		d.write("identity.yaml", broken)
		for range 3 {
			if look() == nil {
				t.Errorf("%s: somebody is let in", broken)
			}
		}
		if n := strings.Count(log.String(), "is broken"); n != i+1 {
			t.Errorf("after %d changes it was told %d times", i+1, n)
		}
	}
	// Same size, same time: only the bytes differ.
	one, two := d.identity("revoked: [{id: 甲, from: 2026-01-01}]"), d.identity("revoked: [{id: 乙, from: 2026-01-01}]")
	at := time.Now()
	for _, text := range []string{one, two} {
		d.write("identity.yaml", text)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		file, err := who.current()
		if err != nil || file.revoked[0].id != map[string]string{one: "甲", two: "乙"}[text] {
			t.Errorf("%+v, %v", file, err)
		}
	}
}

// A delegation holds on its days, both of them included, in China.
func TestADelegationHasItsDays(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	path := d.write("identity.yaml", d.identity(`
delegations:
  - {to: 乙, on_behalf_of: 甲, organ: 县人民政府, roles: [gov_office], from: 2026-05-01, until: 2026-05-31, document: 县政办〔2026〕5号}
revoked:
  - {id: 甲, from: 2026-05-20}
`))
	who, err := newIdentities(tokens{}, path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	file, err := who.current()
	if err != nil {
		t.Fatal(err)
	}
	caller := decision.Actor{ID: "乙", Organ: "邻县人民政府", Roles: []decision.Role{"auditor"}, Supervises: []string{"乡"}, Cases: []string{"c"}}
	for day, in := range map[string]bool{"2026-04-30": false, "2026-05-01": true, "2026-05-19": true, "2026-05-20": false, "2026-05-31": false, "2026-06-01": false} {
		actor, err := file.delegated(caller, "甲", calendar.MustParseDate(day))
		if (err == nil) != in {
			t.Errorf("%s: %+v, %v", day, actor, err)
		}
		if in && (actor.ID != "乙" || actor.Organ != "县人民政府" || len(actor.Roles) != 1 || actor.Roles[0] != "gov_office" || actor.Supervises != nil || actor.Cases[0] != "c") {
			t.Errorf("%s: %+v", day, actor)
		}
	}
	file.revoked = nil
	if _, err := file.delegated(caller, "甲", calendar.MustParseDate("2026-05-31")); err != nil {
		t.Errorf("the last day: %v", err)
	}
}

// With static tokens the header is heard as well: nobody acts for another
// because it was overlooked.
func TestStaticTokensDelegateNothing(t *testing.T) {
	t.Parallel()
	token := strings.Repeat("c", minToken)
	d := newDirectory(t)
	path := d.write("tokens.yaml", token+": {id: 审计人员, organ: 县人民政府, roles: [auditor]}")
	found, stop := started(t, regexp.MustCompile(`(http://127\.0\.0\.1:\d+/v1)`), "serve", "--addr", "127.0.0.1:0", "--db", "sqlite:"+filepath.Join(d.dir, "juece.db"), "--tokens", path,
		"--identity", d.write("identity.yaml", "revoked: []\n"))
	defer stop()
	d.root = found[1]
	d.want(200, "for himself", bearer(token))
	d.want(403, "for another", bearer(token), onBehalfOf+": x")
	d.write("identity.yaml", "revoked: [{id: 审计人员, from: 2026-01-01}]\n")
	d.want(401, "revoked", bearer(token))
}

func TestWhereAServerListens(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cmd  serveCmd
		want string
	}{
		{serveCmd{Addr: "0.0.0.0:80", Access: "f"}, "--plain-http"},
		{serveCmd{Addr: "0.0.0.0:80", Access: "f", PlainHTTP: true}, ""},
		{serveCmd{Addr: "0.0.0.0:80", Access: "f", TLS: tlsFlags{Cert: "c", Key: "k"}}, ""},
		{serveCmd{Addr: "127.0.0.1:80", Access: "f"}, ""},
		{serveCmd{Addr: "0.0.0.0:80", Access: "f", Tokens: "t", TLS: tlsFlags{Cert: "c", Key: "k"}}, "loopback"},
		{serveCmd{Addr: "127.0.0.1:80", Access: "f", Tokens: "t"}, ""},
		{serveCmd{Addr: "0.0.0.0:80", Access: "f", Tokens: "t"}, "loopback"},
		{serveCmd{Addr: "0.0.0.0:80", Access: "f", Demo: true}, "loopback"},
		{serveCmd{Addr: "127.0.0.1:80"}, "nobody could call"},
	} {
		if err := c.cmd.mayListen(); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.cmd, err)
		}
	}
}

// What is wrong with an identity file is told by line or field, in both
// languages, and not repeated.
func TestAnIdentityFileIsReadStrictly(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	whole := d.identity(fmt.Sprintf(throughGateway, "10.1.2.0/28") + `
persons:
  - {id: 甲, roles: [gov_office]}
revoked:
  - {jti: t9, from: 2026-01-01}
delegations:
  - {to: 乙, on_behalf_of: 甲, organ: 县人民政府, roles: [gov_office], from: 2026-05-01, until: 2026-05-31, document: 县政办〔2026〕5号}
`)
	const bad = "s3cret"
	d.publish("private.json", d.rsa)
	read := func(text string) error {
		_, err := newIdentities(tokens{}, d.write("identity.yaml", text), slog.New(slog.DiscardHandler))
		return err
	}
	if err := read(whole); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ was, is, field string }{
		{"audience: juece", "audiense: " + bad, "line 3"},
		{"audience: juece", "audience: [" + bad, "line"},
		{"audience: juece", "audience: ''", "oidc[0].audience"},
		{"audience: juece\n", "audience: juece\n    audience: " + bad + "\n", "line 4"},
		{"audience: juece", "audience: juece\n    algorithms: [RS256, none]", "oidc[0].algorithms[1]"},
		{"audience: juece", "audience: juece\n    algorithms: [HS256]", "oidc[0].algorithms[0]"},
		{"audience: juece", "audience: juece\n    skew: 1h", "oidc[0].skew"},
		{"audience: juece", "audience: juece\n    skew: " + bad, "oidc[0].skew"},
		{"issuer: " + testIssuer, "issuer: ''", "oidc[0].issuer"},
		{"    jwks: jwks.json\n", "", ""},
		{"issuer: " + testIssuer + "\n    audience: juece\n    jwks: jwks.json", "issuer: http://sso.example\n    audience: juece", "oidc[0].issuer"},
		{"jwks: jwks.json", "jwks: " + bad, "oidc[0].jwks"},
		{"jwks: jwks.json", "jwks: private.json", "oidc[0].jwks"},
		{"[legality_reviewer]", "[reviewer]", "oidc[0].roles.map[法制审核岗][0]"},
		{"[legality_reviewer]", "[]", "oidc[0].roles.map[法制审核岗]"},
		{"roles: realm_access.roles, ", "", "oidc[0].roles.map"},
		{"10.1.2.0/28", "", "gateway.peers"},
		{"10.1.2.0/28", "0.0.0.0/0", "gateway.peers[0]"},
		{"10.1.2.0/28", "10.1.2.3/28", "gateway.peers[0]"},
		{"10.1.2.0/28", "gateway.example", "gateway.peers[0]"},
		{"id: X-User-Id, ", "", "gateway.headers.id"},
		{"id: X-User-Id", "id: X_User_Id", "gateway.headers"},
		{"id: X-User-Id", "id: authorization", "gateway.headers"},
		{"id: X-User-Id", "id: x-user-roles", "gateway.headers"},
		{"{id: 甲, roles: [gov_office]}", "{id: 甲}", "persons[0].roles"},
		{"{id: 甲, roles: [gov_office]}", "{id: 甲, roles: [auditor]}", "delegations[0].roles"},
		{"{jti: t9, ", "{jti: t9, id: 甲, ", "revoked[0]"},
		{"{jti: t9, from: 2026-01-01}", "{jti: t9}", "revoked[0].from"},
		{"{jti: t9, from: 2026-01-01}", "{jti: t9, from: 2026-02-30}", "revoked[0].from"},
		{", document: 县政办〔2026〕5号", "", "delegations[0].document"},
		{"县政办〔2026〕5号", strings.Repeat("长", 301), "delegations[0].authority"},
		{"to: 乙", "to: 甲", "delegations[0].to"},
		{"until: 2026-05-31", "until: 2026-04-30", "delegations[0].until"},
		{"organ: 县人民政府, roles", "roles", "delegations[0].organ"},
	} {
		text := strings.Replace(whole, c.was, c.is, 1)
		if text == whole {
			t.Fatalf("%s is not there", c.was)
		}
		err := read(text)
		if c.field == "" {
			if err != nil {
				t.Errorf("%s: %v", c.is, err)
			}
			continue
		}
		wrong, ok := errors.AsType[setupError](err)
		zh := strings.NewReplacer("line 3", "第3行", "line 4", "第4行", "line", "行").Replace(c.field)
		if !ok || !strings.Contains(wrong.en, c.field) || !strings.Contains(wrong.zh, zh) || strings.Contains(wrong.en+wrong.zh, bad) {
			t.Errorf("%s: %v", c.is, err)
		}
	}
	// The example of the documentation, with the file that it names.
	d.publish("sso-keys.json", d.rsa.Public())
	_, example, _ := strings.Cut(string(mustRead(t, "../../docs/identity.md")), "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	if err := read(example); err != nil {
		t.Errorf("docs/identity.md: %v", err)
	}
	overlapping := whole + "  - {to: 乙, on_behalf_of: 甲, organ: 县人民政府, roles: [gov_office], from: 2026-05-31, until: 2026-06-30, document: 县政办〔2026〕6号}\n"
	if err := read(overlapping); err == nil || !strings.Contains(err.Error(), "delegations[1]") {
		t.Errorf("two at once: %v", err)
	}
	for name, text := range map[string]string{"empty": "", "no source": "revoked: []\n", "a list": "- a\n", "two documents": whole + "---\n" + whole} {
		if err := read(text); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
