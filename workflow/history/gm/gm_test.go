package gm_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/history/gm"
)

const origin = "juece.example/log"

// The example of GB/T 32905-2016, A.1.
func TestSM3(t *testing.T) {
	t.Parallel()
	const abc = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
	if got := gm.SM3().Material([]byte("abc")); got != "sm3:"+abc {
		t.Errorf("%s", got)
	}
	salt := bytes.Repeat([]byte{7}, history.SaltSize)
	if got := gm.SM3().Commit(salt, []byte("abc")); got.Algorithm() != "hmac-sm3" || !got.Committed() {
		t.Errorf("%s", got)
	}
	for _, d := range []history.Digest{gm.SM3().Material([]byte("abc")), gm.SM3().Commit(salt, []byte("abc"))} {
		if err := (history.Algorithms{gm.SM3()}).Material(d, salt, []byte("abc")); err != nil {
			t.Error(err)
		}
		if err := history.Algorithms(nil).Material(d, salt, []byte("abc")); !errors.Is(err, history.ErrAlgorithm) {
			t.Errorf("a reader that does not know SM3: %v", err)
		}
	}
}

func key(t *testing.T) (history.Signer, note.Verifier) {
	t.Helper()
	skey, vkey, err := gm.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	s, err := gm.NewSigner(skey)
	if err != nil || s.VKey() != vkey {
		t.Fatalf("%v: the key is %s, not %s", err, s.VKey(), vkey)
	}
	v, err := gm.Verifiers().Open(vkey)
	if err != nil {
		t.Fatal(err)
	}
	return s, v
}

func TestASignatureIsVerified(t *testing.T) {
	t.Parallel()
	s, v := key(t)
	if kind, err := history.KeyType(s.VKey()); kind != gm.KeyType || err != nil {
		t.Errorf("%q, %v", kind, err)
	}
	if s.Name() != origin || v.Name() != origin || s.KeyHash() != v.KeyHash() {
		t.Errorf("the signer is %s %08x, the verifier %s %08x", s.Name(), s.KeyHash(), v.Name(), v.KeyHash())
	}
	text := []byte("juece.example/log\n1\nroot\n")
	sig, err := s.Sign(text)
	if err != nil || !v.Verify(text, sig) {
		t.Fatalf("%x, %v", sig, err)
	}
	for i := range len(sig) * 8 {
		if flipped := flip(sig, i); v.Verify(text, flipped) {
			t.Errorf("bit %d of the signature does not count", i)
		}
	}
	for i := range len(text) * 8 {
		if v.Verify(flip(text, i), sig) {
			t.Errorf("bit %d of the text does not count", i)
		}
	}
	for name, other := range map[string][]byte{"nothing": nil, "more": append(bytes.Clone(sig), 0), "less": sig[:len(sig)-1]} {
		if v.Verify(text, other) {
			t.Errorf("%s is a signature", name)
		}
	}
	if _, other := key(t); other.Verify(text, sig) {
		t.Error("another key verifies it")
	}
}

func flip(data []byte, bit int) []byte {
	out := bytes.Clone(data)
	out[bit/8] ^= 1 << (bit % 8)
	return out
}

// A checkpoint bears a line by each key; a reader that knows Ed25519 alone
// verifies the one it knows.
func TestACheckpointHasTwoLines(t *testing.T) {
	t.Parallel()
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	standard, err := history.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	s, v := key(t)
	c, err := history.Checkpoint{Origin: origin, Size: 1}.Sign(standard, s)
	if err != nil {
		t.Fatal(err)
	}
	known, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range [][]note.Verifier{{known}, {v}, {known, v}} {
		n, err := note.Open(c.Note, note.VerifierList(list...))
		if err != nil || len(n.Sigs) != len(list) || len(n.Sigs)+len(n.UnverifiedSigs) != 2 {
			t.Errorf("%d verifiers: %v", len(list), err)
		}
	}
}

// Signed by OpenSSL 3.0:
//
//	openssl pkeyutl -sign -rawin -digest sm3 -pkeyopt distid:1234567812345678
func TestASignatureOfOpenSSL(t *testing.T) {
	t.Parallel()
	const (
		secret    = "f5fac3bbb97405cf4fba2ace56315a62a06a00db5d969ded46d436830a8d5dad"
		public    = "042f1cf9455f49082e0d98983e06c4b42eacb1b4b649311fd686a35b5b62ce76ba25b33d6e00bc31df73076aafd06c82d1756f5cfd858db67b9d441773ad20b9b1"
		text      = "juece.example/log\n1\nqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=\n"
		signature = "3045022050ebee21faeab1333309ca27c5ba9f6ef5b5273322d5c89810bc82fb9bc4d1ac022100cb40f740ffa29be92b47bd65aed6cff18e14b7e51f0c8d86949df187ef21ea07"
	)
	vkey := verifierKey(origin, unhex(t, public))
	v, err := gm.Verifiers().Open(vkey)
	if err != nil {
		t.Fatal(err)
	}
	if !v.Verify([]byte(text), unhex(t, signature)) {
		t.Error("the signature is refused")
	}
	id := strings.Split(vkey, "+")[1]
	s, err := gm.NewSigner("PRIVATE+KEY+" + origin + "+" + id + "+" + encode(unhex(t, secret)))
	if err != nil || s.VKey() != vkey {
		t.Errorf("%v: another public key: %s", err, s.VKey())
	}
}

// What is signed here OpenSSL verifies, where it is installed.
func TestOpenSSLVerifies(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("no openssl")
	}
	s, _ := key(t)
	text := []byte("juece.example/log\n1\nroot\n")
	sig, err := s.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	// SubjectPublicKeyInfo of id-ecPublicKey on the curve sm2.
	spki := append(unhex(t, "3059301306072a8648ce3d020106082a811ccf5501822d034200"), material(t, s.VKey())...)
	for name, data := range map[string][]byte{"key": spki, "text": text, "sig": sig} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pem := exec.CommandContext(t.Context(), openssl, "pkey", "-pubin", "-inform", "DER", "-in", "key", "-out", "key.pem")
	pem.Dir = dir
	if out, err := pem.CombinedOutput(); err != nil {
		t.Skipf("openssl without SM2: %s", out)
	}
	verify := exec.CommandContext(t.Context(), openssl, "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-digest", "sm3",
		"-pkeyopt", "distid:1234567812345678", "-in", "text", "-sigfile", "sig")
	verify.Dir = dir
	if out, err := verify.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestAKeyThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	skey, vkey, err := gm.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	standard, _, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.LastIndex(skey, "+"+strings.SplitN(skey, "+", 5)[4])
	head, secret := skey[:at+1], skey[at+1:]
	for what, bad := range map[string]string{
		"nothing":            "",
		"a verifier key":     vkey,
		"an Ed25519 key":     standard,
		"another name":       strings.Replace(skey, origin, "juece.example/other", 1),
		"another id":         strings.Replace(skey, "+"+strings.Split(skey, "+")[3]+"+", "+00000000+", 1),
		"an upper-case id":   "PRIVATE+KEY+" + origin + "+ABCDEFAB+" + secret,
		"a shorter scalar":   head + encode(bytes.Repeat([]byte{1}, 31)),
		"the scalar zero":    head + encode(make([]byte, 32)),
		"the scalar n-1":     privateKey(t, big.NewInt(1)),
		"the scalar n":       privateKey(t, new(big.Int)),
		"another identifier": head + base64.StdEncoding.EncodeToString([]byte("\xffjuece-sm2/2"+strings.Repeat("\x01", 32))),
		"no base64":          head + "!" + secret,
	} {
		_, err := gm.NewSigner(bad)
		if !errors.Is(err, history.ErrKey) {
			t.Errorf("%s: %v", what, err)
		}
		if err != nil && bad != "" && strings.Contains(err.Error(), bad[max(0, len(bad)-20):]) {
			t.Errorf("%s: the error repeats the secret", what)
		}
	}
	for what, bad := range map[string][]byte{
		"compressed":    unhex(t, "022f1cf9455f49082e0d98983e06c4b42eacb1b4b649311fd686a35b5b62ce76ba"),
		"off the curve": append(bytes.Repeat([]byte{4}, 1), bytes.Repeat([]byte{1}, 64)...),
		"too short":     material(t, vkey)[:64],
		"too long":      append(material(t, vkey), 0),
	} {
		if _, err := gm.Verifiers().Open(verifierKey(origin, bad)); !errors.Is(err, history.ErrKey) {
			t.Errorf("a point %s: %v", what, err)
		}
	}
	for _, name := range []string{"", "a b", "a+b", "a\nb", "a\u3000b"} {
		if _, _, err := gm.GenerateKey(rand.Reader, name); !errors.Is(err, history.ErrKey) {
			t.Errorf("a key named %q: %v", name, err)
		}
	}
	if _, err := (history.Verifiers{}).Open(vkey); !errors.Is(err, history.ErrKey) {
		t.Errorf("a reader that does not know SM2: %v", err)
	}
}

// privateKey writes the scalar n-less as a private key.
func privateKey(t *testing.T, less *big.Int) string {
	t.Helper()
	n, _ := new(big.Int).SetString("fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123", 16)
	// (n-1)·G is -G: the x of the generator, and the other y.
	p, _ := new(big.Int).SetString("fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff", 16)
	x := unhex(t, "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7")
	y, _ := new(big.Int).SetString("bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0", 16)
	public := append(append([]byte{4}, x...), new(big.Int).Sub(p, y).FillBytes(make([]byte, 32))...)
	vkey := verifierKey(origin, public)
	if _, err := gm.Verifiers().Open(vkey); err != nil {
		t.Fatal(err) // or the id is not what refuses it
	}
	return "PRIVATE+KEY+" + origin + "+" + strings.Split(vkey, "+")[1] + "+" + encode(n.Sub(n, less).FillBytes(make([]byte, 32)))
}

func encode(secret []byte) string {
	return base64.StdEncoding.EncodeToString(append([]byte("\xffjuece-sm2/1"), secret...))
}

// verifierKey writes a verifier key as docs/history-format.md says.
func verifierKey(name string, public []byte) string {
	data := append([]byte("\xffjuece-sm2/1"), public...)
	sum := sha256.Sum256(append([]byte(name+"\n"), data...))
	return fmt.Sprintf("%s+%x+%s", name, sum[:4], base64.StdEncoding.EncodeToString(data))
}

// material takes the public key out of a verifier key.
func material(t *testing.T, vkey string) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(strings.SplitN(vkey, "+", 3)[2])
	if err != nil || len(data) != 12+65 {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	return data[12:]
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	data, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
