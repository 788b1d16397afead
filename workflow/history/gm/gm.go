// Package gm has the algorithms of the national standards (国密) for an
// installation that has to use them: SM3 (GB/T 32905) for digests, and SM2
// (GB/T 32918.2) for a second signature of each checkpoint.
//
// They are chosen where a service is put together; nothing else knows them. A
// signature by SM2 does not take the place of the one by Ed25519: it stands in
// a line beside it, so that a witness or any other reader of C2SP checkpoints
// verifies as before.
package gm

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"
	"strings"
	"unicode"

	"github.com/emmansun/gmsm/ecdh"
	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"golang.org/x/mod/sumdb/note"

	"github.com/juece/juece/workflow/history"
)

// KeyType is what history.KeyType calls the keys of this package.
const KeyType = "juece-sm2/1"

// prefix stands before the key material, public or private: the signature type
// of C2SP signed-note for types of one's own, and the identifier.
const prefix = "\xff" + KeyType

// coordinateSize is the length of a coordinate; an uncompressed point is 0x04
// and two of them.
const coordinateSize = 32

// userID is the identity that the signature takes in: the default of GM/T 0009.
const userID = "1234567812345678"

// SM3 is the algorithm of digests "sm3:" and "hmac-sm3:".
func SM3() history.Algorithm { return history.NewAlgorithm("sm3", sm3.New) }

// GenerateKey makes a key of a log. The private key is one line of text, and so
// is the verifier key; both are shaped as those of package note.
func GenerateKey(random io.Reader, name string) (skey, vkey string, err error) {
	key, err := ecdh.P256().GenerateKey(random)
	if err != nil {
		return "", "", fmt.Errorf("gm: generate a key: %w", err)
	}
	vkey, id, err := verifierKey(name, key.PublicKey().Bytes())
	if err != nil {
		return "", "", err
	}
	skey = fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", name, id, base64.StdEncoding.EncodeToString([]byte(prefix+string(key.Bytes()))))
	return skey, vkey, nil
}

// NewSigner reads a private key that [GenerateKey] wrote. An error wraps
// history.ErrKey and says nothing of the key.
func NewSigner(skey string) (history.Signer, error) {
	refused := fmt.Errorf("%w: not a private key of the type %s", history.ErrKey, KeyType)
	parts := strings.SplitN(skey, "+", 5)
	if len(parts) != 5 || parts[0] != "PRIVATE" || parts[1] != "KEY" {
		return nil, refused
	}
	data, err := base64.StdEncoding.Strict().DecodeString(parts[4])
	secret, ours := strings.CutPrefix(string(data), prefix)
	if err != nil || !ours {
		return nil, refused
	}
	key, public, ok := privateKey([]byte(secret))
	if !ok {
		return nil, refused
	}
	vkey, id, err := verifierKey(parts[2], public)
	if err != nil || parts[3] != fmt.Sprintf("%08x", id) {
		return nil, refused
	}
	return signer{name: parts[2], id: id, vkey: vkey, key: key}, nil
}

// privateKey reads a scalar from 1 to n-2: with n-1 no signature could be made.
func privateKey(secret []byte) (*sm2.PrivateKey, []byte, bool) {
	checked, err := ecdh.P256().NewPrivateKey(secret)
	if err != nil {
		return nil, nil, false
	}
	d := new(big.Int).SetBytes(secret)
	if d.Cmp(new(big.Int).Sub(sm2.P256().Params().N, big.NewInt(1))) >= 0 {
		return nil, nil, false
	}
	public := checked.PublicKey().Bytes()
	return &sm2.PrivateKey{PrivateKey: ecdsa.PrivateKey{PublicKey: *point(public), D: d}}, public, true //nolint:staticcheck // package sm2 reads the key from there
}

// point reads an uncompressed point that is known to be on the curve.
func point(public []byte) *ecdsa.PublicKey {
	x, y := public[1:1+coordinateSize], public[1+coordinateSize:]
	return &ecdsa.PublicKey{Curve: sm2.P256(), X: new(big.Int).SetBytes(x), Y: new(big.Int).SetBytes(y)} //nolint:staticcheck // package sm2 reads the key from there
}

// verifierKey writes a public key as C2SP signed-note has it, with its id.
func verifierKey(name string, public []byte) (vkey string, id uint32, err error) {
	data := []byte(prefix + string(public))
	sum := sha256.Sum256(append([]byte(name+"\n"), data...))
	id = binary.BigEndian.Uint32(sum[:])
	vkey = fmt.Sprintf("%s+%08x+%s", name, id, base64.StdEncoding.EncodeToString(data))
	if name == "" || strings.ContainsFunc(name, unicode.IsSpace) { // no note can be signed under it
		return "", 0, fmt.Errorf("%w: the name %q is empty or has a space in it", history.ErrKey, name)
	}
	if _, err := history.KeyType(vkey); err != nil {
		return "", 0, fmt.Errorf("the name %q: %w", name, err)
	}
	return vkey, id, nil
}

type signer struct {
	name string
	id   uint32
	vkey string
	key  *sm2.PrivateKey
}

func (s signer) Name() string    { return s.name }
func (s signer) KeyHash() uint32 { return s.id }
func (s signer) VKey() string    { return s.vkey }

// Sign signs the text of a note; the signature is in DER.
func (s signer) Sign(text []byte) ([]byte, error) {
	return s.key.Sign(rand.Reader, text, sm2.NewSM2SignerOption(true, []byte(userID)))
}

// Verifiers open the keys of this package; those that are always known need
// not be named.
func Verifiers() history.Verifiers { return history.Verifiers{KeyType: open} }

func open(name string, id uint32, public []byte) (note.Verifier, error) {
	if _, err := ecdh.P256().NewPublicKey(public); err != nil {
		return nil, fmt.Errorf("%w: a key of %s is no point of the curve", history.ErrKey, name)
	}
	return verifier{name, id, point(public)}, nil
}

type verifier struct {
	name string
	id   uint32
	key  *ecdsa.PublicKey
}

func (v verifier) Name() string    { return v.name }
func (v verifier) KeyHash() uint32 { return v.id }

func (v verifier) Verify(text, signature []byte) bool {
	return sm2.VerifyASN1WithSM2(v.key, []byte(userID), text, signature)
}
