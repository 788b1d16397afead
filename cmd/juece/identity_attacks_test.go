package main

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Tokens that are signed well and say too much, or too little, or it twice.
func TestTokensThatSayTooMuch(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	d.serve(d.identity(""))
	header := func(more map[jose.HeaderKey]any) *jose.SignerOptions { return &jose.SignerOptions{ExtraHeaders: more} }
	by := func(algorithm jose.SignatureAlgorithm, key any, options *jose.SignerOptions) string {
		return d.sign(algorithm, key, d.claims(nil), options)
	}
	raw := func(payload string) string { // signed as it is written
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: d.rsa}, nil)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := signer.Sign([]byte(payload))
		if err != nil {
			t.Fatal(err)
		}
		token, err := signed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	until := time.Now().Add(time.Minute).Unix()
	good := d.token(nil)
	parts := strings.Split(good, ".")
	for name, c := range map[string]struct {
		token string
		want  int
	}{
		"a key id that nobody knows":       {by(jose.RS256, d.rsa, header(map[jose.HeaderKey]any{"kid": "unknown"})), 200}, // the keys of a file are tried
		"an extension that it calls vital": {by(jose.RS256, d.rsa, header(map[jose.HeaderKey]any{"crit": []string{"exp"}, "exp": 1})), 401},
		"a key's address":                  {by(jose.RS256, d.other, header(map[jose.HeaderKey]any{"jku": "https://evil.example/keys"})), 401},
		"a certificate of its own":         {by(jose.RS256, d.other, header(map[jose.HeaderKey]any{"x5u": "https://evil.example/cert"})), 401},
		"EC by the RSA key's place":        {parts[0] + "." + parts[1] + "." + strings.Split(by(jose.ES256, d.ec, nil), ".")[2], 401},
		"PS256, which is not allowed":      {by(jose.PS256, d.rsa, nil), 401},
		"the audience among letters":       {d.token(said{"aud": "xjuecex"}), 401},
		"the audience in capitals":         {d.token(said{"aud": "Juece"}), 401},
		"an audience that is an object":    {d.token(said{"aud": said{"juece": true}}), 401},
		"the issuer with a slash":          {d.token(said{"iss": testIssuer + "/"}), 401},
		"an organ twice, of which one":     {raw(fmt.Sprintf(`{"iss":%q,"aud":"juece","sub":"a","org":"县人民政府","org":7,"exp":%d,"realm_access":{"roles":["审计岗"]}}`, testIssuer, until)), 401},
		"roles in an array of arrays":      {d.token(said{"realm_access": said{"roles": [][]string{{"审计岗"}}}}), 401},
		"roles by a name with a dot":       {d.token(said{"realm_access": nil, "realm_access.roles": []string{"审计岗"}}), 200}, // the whole name first
		"four parts":                       {good + ".x", 401},
		"a detached payload":               {parts[0] + ".." + parts[2], 401},
		"a padded payload":                 {parts[0] + "." + parts[1] + "=." + parts[2], 401},
		"the JSON serialization":           {`{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`, 401},
		"a large one that is not signed":   {base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." + strings.Repeat("A", 32<<10) + ".x", 401},
	} {
		d.want(c.want, name, bearer(c.token))
	}
	if code, _ := d.ask("/decisions?access_token=" + good); code != 401 {
		t.Errorf("a token in the query: %d", code)
	}
	if code, _ := d.ask("/decisions", "Cookie: Authorization=Bearer "+good, "X-Authorization: Bearer "+good); code != 401 {
		t.Errorf("a token elsewhere: %d", code)
	}
}

// What a client may try in front of a gateway that lets it pass.
func TestHeadersThatLookLikeTheGateways(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	d.serve(d.identity(fmt.Sprintf(throughGateway, `"127.0.0.1/32"`)))
	who := []string{"X-User-Id: 经办人", "X-User-Organ: 县人民政府", "X-User-Roles: typist"}
	with := func(more ...string) []string { return append(more, who...) }
	d.want(403, "as the gateway says", who...)
	for _, line := range []string{
		"X_User_Roles: audit", "X-User_Roles: audit", "X.User.Roles: audit", "X-User-Role: audit", "Forwarded: X-User-Roles=audit",
		"X-User-Roles-: audit", "Trailer: X-User-Roles",
	} {
		d.want(403, line, with(line)...)
	}
	for _, line := range []string{"x-user-roles: audit", "X-USER-ROLES: audit", "X-User-Roles: "} {
		d.want(401, line, with(line)...)
	}
}

// An address is one, however it is written; what is none is nobody's.
func TestPeersOfAGateway(t *testing.T) {
	t.Parallel()
	g := &gateway{peers: []netip.Prefix{netip.MustParsePrefix("10.20.0.5/32"), netip.MustParsePrefix("fd00::5/128")}}
	for peer, want := range map[string]bool{
		"10.20.0.5:1": true, "[::ffff:10.20.0.5]:1": true, "[fd00::5]:1": true, "[fd00::5%eth0]:1": true,
		"10.20.0.6:1": false, "[::ffff:a14:6]:1": false, "[::10.20.0.5]:1": false, "[64:ff9b::10.20.0.5]:1": false,
		"10.20.0.5": false, "@": false, "": false, "/run/juece.sock": false, "localhost:1": false,
	} {
		if got := g.trusts(peer); got != want {
			t.Errorf("%q: %t", peer, got)
		}
	}
	for addr, want := range map[string]bool{
		"127.0.0.1:1": true, "127.9.9.9:1": true, "[::1]:1": true, "localhost:1": true, "[::ffff:127.0.0.1]:1": true,
		"0.0.0.0:1": false, "[::]:1": false, ":1": false, "host:1": false, "localhost.example:1": false, "LOCALHOST:1": false,
		"127.0.0.1": false, "127.1:1": false, "2130706433:1": false, "10.0.0.1:1": false, "": false,
	} {
		if got := loopback(addr); got != want {
			t.Errorf("%q is loopback: %t", addr, got)
		}
	}
}

// An issuer that does not answer holds up who waits for it once, not one after
// the other.
func TestAnIssuerThatHangsHoldsNobodyUpForLong(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	keys := newDiscovered("http://"+silent.Addr().String(), 200*time.Millisecond, time.Hour, slog.New(slog.DiscardHandler))
	const hang = 400 * time.Millisecond
	keys.client.Timeout = hang
	token := d.token(nil)
	begun := time.Now()
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if _, err := keys.VerifySignature(t.Context(), token); err == nil {
				t.Error("verified by nobody's keys")
			}
		})
	}
	wg.Wait()
	if took := time.Since(begun); took > 5*hang {
		t.Errorf("ten waited %s for an issuer that hangs for %s", took, hang)
	}
}
