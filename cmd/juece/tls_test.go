package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// authority issues certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
}

// issue makes a certificate, for this machine as a server and for a client.
func (a *authority) issue(t *testing.T, serial int64, lasts time.Duration) (cert, key []byte) {
	t.Helper()
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(lasts), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &own.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(own)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
}

// tlsFiles are those of a server.
type tlsFiles struct{ dir, cert, key, ca string }

func newTLSFiles(t *testing.T) tlsFiles {
	t.Helper()
	dir := t.TempDir()
	return tlsFiles{dir, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), filepath.Join(dir, "ca.pem")}
}

// replace puts content in place of a file in one step.
func replace(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// client connects anew for each request.
func (a *authority) client(certificates ...tls.Certificate) *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		ForceAttemptHTTP2: true, DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: certificates, MinVersion: tls.VersionTLS12},
	}}
}

// livez asks, and returns the serial number of the server's certificate and how
// they spoke.
func livez(t *testing.T, client *http.Client, root string) (serial int64, protocol string, version uint16) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, root+"/livez", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%d %s, %v", response.StatusCode, body, err)
	}
	return response.TLS.PeerCertificates[0].SerialNumber.Int64(), response.Proto, response.TLS.Version
}

var servedTLS = regexp.MustCompile(`(https://127\.0\.0\.1:\d+)/v1`)

// The server speaks TLS 1.3 and HTTP/2, and nothing below TLS 1.2; a
// certificate that was replaced counts from the next connection on.
func TestTheServerSpeaksTLS(t *testing.T) {
	t.Parallel()
	a, files := newAuthority(t), newTLSFiles(t)
	for serial, next := int64(2), ""; serial <= 3; serial++ {
		cert, key := a.issue(t, serial, time.Hour)
		replace(t, files.cert, cert)
		replace(t, files.key, key)
		if next == "" {
			found, stop := started(t, servedTLS, "serve", "--demo", "--addr", "127.0.0.1:0", "--tls-cert", files.cert, "--tls-key", files.key)
			defer func() {
				if code := stop(); code != exitOK {
					t.Errorf("it stopped with %d", code)
				}
			}()
			next = found[1]
		}
		got, protocol, version := livez(t, a.client(), next)
		if got != serial || protocol != "HTTP/2.0" || version != tls.VersionTLS13 {
			t.Errorf("certificate %d, want %d; %s, TLS %x", got, serial, protocol, version)
		}
		old := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11} //nolint:gosec // it must not work
		if conn, err := (&tls.Dialer{Config: old}).DialContext(t.Context(), "tcp", strings.TrimPrefix(next, "https://")); err == nil {
			_ = conn.Close()
			t.Error("TLS 1.1 is spoken")
		}
	}
}

// A pair that cannot be used is named once, and the old one stays until there
// is one that can.
func TestABrokenCertificateReplacesNone(t *testing.T) {
	t.Parallel()
	a, files := newAuthority(t), newTLSFiles(t)
	cert, key := a.issue(t, 2, 365*24*time.Hour)
	replace(t, files.cert, cert)
	replace(t, files.key, key)
	replace(t, files.ca, a.pem)
	var log output
	config, err := tlsFlags{Cert: files.cert, Key: files.key, ClientCA: files.ca}.open(slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	serial := func() int64 {
		c, err := config.GetConfigForClient(nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.Certificates[0].Leaf.SerialNumber.Int64()
	}
	complaints := 0
	for name, change := range map[string]func(){
		"another key":  func() { _, other := a.issue(t, 3, time.Hour); replace(t, files.key, other) },
		"no key":       func() { replace(t, files.key, []byte("hunter2")) },
		"key gone":     func() { _ = os.Remove(files.key) },
		"no authority": func() { replace(t, files.ca, []byte("hunter2")) },
	} {
		change()
		for range 3 {
			if got := serial(); got != 2 {
				t.Errorf("%s: certificate %d", name, got)
			}
		}
		if complaints++; strings.Count(log.String(), "level=ERROR") != complaints {
			t.Errorf("%s: %s", name, &log)
		}
		replace(t, files.key, key)
		replace(t, files.ca, a.pem)
		serial() // mended
	}
	next, nextKey := a.issue(t, 4, 13*24*time.Hour)
	replace(t, files.cert, next)
	serial()
	replace(t, files.key, nextKey)
	if got := serial(); got != 4 || strings.Contains(log.String(), "hunter2") || strings.Count(log.String(), "ends soon") != 1 {
		t.Errorf("certificate %d: %s", got, &log)
	}
}

// The log says once a day that a certificate ends.
func TestACertificateThatEndsIsToldOf(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	c := &certificates{logger: slog.New(slog.NewTextHandler(&log, nil)), now: func() time.Time { return now }, ends: now.Add(expiring + time.Hour)}
	for day, want := range []int{0, 1, 2, 3} {
		for range 3 {
			c.warn(false)
		}
		if got := strings.Count(log.String(), "ends soon"); got != want {
			t.Errorf("day %d: told %d times", day, got)
		}
		now = now.Add(24 * time.Hour)
	}
}

// With an authority of clients nobody else connects; the gateway's address is
// looked at beside that.
func TestOnlyClientsOfTheAuthorityConnect(t *testing.T) {
	t.Parallel()
	a, other, files := newAuthority(t), newAuthority(t), newTLSFiles(t)
	cert, key := a.issue(t, 2, time.Hour)
	replace(t, files.cert, cert)
	replace(t, files.key, key)
	replace(t, files.ca, a.pem)
	found, stop := started(t, servedTLS, "serve", "--demo", "--addr", "127.0.0.1:0", "--tls-cert", files.cert, "--tls-key", files.key, "--tls-client-ca", files.ca)
	defer stop()
	pair := func(of *authority) tls.Certificate {
		cert, key := of.issue(t, 5, time.Hour)
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			t.Fatal(err)
		}
		return pair
	}
	livez(t, a.client(pair(a)), found[1])
	for name, client := range map[string]*http.Client{"none": a.client(), "another's": a.client(pair(other))} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, found[1]+"/livez", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if response, err := client.Do(r); err == nil {
			_ = response.Body.Close()
			t.Errorf("%s: %d", name, response.StatusCode)
		}
	}
}

// Without TLS other machines are served only when somebody says that the way
// is protected.
func TestPlainHTTPStaysOnThisMachine(t *testing.T) {
	t.Parallel()
	identity := writeIdentity(t)
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{"--addr", "0.0.0.0:0"}, exitUsage},
		{[]string{"--addr", "127.0.0.1:0"}, exitOK},
		{[]string{"--addr", "0.0.0.0:0", "--plain-http"}, exitOK},
	} {
		code, _, complaint := configured(t, nil, append([]string{"config", "--identity", identity}, c.args...)...)
		if code != c.code || (code != exitOK) != strings.Contains(complaint, "--plain-http") {
			t.Errorf("%v: %d %s", c.args, code, complaint)
		}
	}
}

// writeIdentity writes an identity file with a gateway.
func writeIdentity(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "identity.yaml")
	replace(t, path, []byte("gateway:\n  peers: [10.20.0.5/32]\n  headers: {id: X-Employee-No, roles: X-Roles}\n  roles: {map: {承办岗: [undertaking_unit]}}\n"))
	return path
}
