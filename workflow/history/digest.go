package history

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
)

// ErrAlgorithm says that a digest names a hash function that the reader was
// not given.
var ErrAlgorithm = errors.New("history: unknown algorithm")

// Domain separation: the same bytes hashed as another kind of thing give
// another digest.
const (
	domainEntry   = "juece-entry/1\x00"
	domainOpinion = "juece-opinion/1\x00"
	domainData    = "juece-data/1\x00"
)

// committed stands before the name of a hash function in a digest that takes a
// salt.
const committed = "hmac-"

// SaltSize is the length of the salt of a commitment in bytes.
const SaltSize = 32

// Digest is a hash with its algorithm in front: "sha256:" and 64 hexadecimal
// digits, or "hmac-sha256:" for a commitment with a salt. The empty Digest
// stands before the first entry.
type Digest string

// Algorithm is what stands before the colon.
func (d Digest) Algorithm() string {
	name, _, _ := strings.Cut(string(d), ":")
	return name
}

// Committed reports whether the digest is a commitment, which takes the salt to
// be verified and gives nothing away without it.
func (d Digest) Committed() bool { return strings.HasPrefix(string(d), committed) }

// check reports whether the digest is well formed, whatever its algorithm.
func (d Digest) check() error {
	name, digits, ok := strings.Cut(string(d), ":")
	if _, err := hex.DecodeString(digits); !ok || err != nil || !algorithmName(name) || len(digits) != 64 || digits != strings.ToLower(digits) {
		return fmt.Errorf("%w: %q is not a digest", ErrMalformed, string(d))
	}
	return nil
}

func algorithmName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' })
}

// Algorithm is a hash function of 256 bits under the name that it has in
// digests. The zero value is SHA-256.
type Algorithm struct {
	name string
	hash func() hash.Hash
}

// NewAlgorithm names a hash function of 32 bytes, such as SM3.
func NewAlgorithm(name string, hash func() hash.Hash) Algorithm { return Algorithm{name, hash} }

// SHA256 is the algorithm of the standard suite.
func SHA256() Algorithm { return Algorithm{} }

// Name is how digests call it.
func (a Algorithm) Name() string {
	if a.hash == nil {
		return "sha256"
	}
	return a.name
}

func (a Algorithm) new() hash.Hash {
	if a.hash == nil {
		return sha256.New()
	}
	return a.hash()
}

func (a Algorithm) sum(domain string, data []byte) Digest {
	h := a.new()
	h.Write([]byte(domain))
	h.Write(data)
	return Digest(a.Name() + ":" + hex.EncodeToString(h.Sum(nil)))
}

// Entry is the digest of the bytes of an entry.
func (a Algorithm) Entry(data []byte) Digest { return a.sum(domainEntry, data) }

// Opinion is the digest of one opinion in the intake register. The bytes hold a
// salt, so the digest does not give the text away.
func (a Algorithm) Opinion(data []byte) Digest { return a.sum(domainOpinion, data) }

// Data is the digest of a request, to tell one from another.
func (a Algorithm) Data(data []byte) Digest { return a.sum(domainData, data) }

// Material is the digest of a file: the plain hash that any other program
// prints for it, so that a reader can check a material with what is at hand.
func (a Algorithm) Material(data []byte) Digest { return a.sum("", data) }

// MaterialFrom is the same of a file that is read from a stream.
func (a Algorithm) MaterialFrom(content io.Reader) (Digest, error) {
	return digestFrom(a.Name(), a.new(), content)
}

// Commit is the commitment to a file that is not for everybody: without the
// salt it says nothing of the content, not even to who could guess it.
func (a Algorithm) Commit(salt, data []byte) Digest {
	h := hmac.New(a.new, salt)
	h.Write(data)
	return Digest(committed + a.Name() + ":" + hex.EncodeToString(h.Sum(nil)))
}

// CommitFrom is the same of a file that is read from a stream.
func (a Algorithm) CommitFrom(salt []byte, content io.Reader) (Digest, error) {
	return digestFrom(committed+a.Name(), hmac.New(a.new, salt), content)
}

func digestFrom(name string, h hash.Hash, content io.Reader) (Digest, error) {
	if _, err := io.Copy(h, content); err != nil {
		return "", err
	}
	return Digest(name + ":" + hex.EncodeToString(h.Sum(nil))), nil
}

// Algorithms are those that a reader knows. SHA-256 is always among them.
type Algorithms []Algorithm

// Of returns the hash function of a digest, or an error that wraps
// [ErrAlgorithm] or [ErrMalformed].
func (as Algorithms) Of(d Digest) (Algorithm, error) {
	if err := d.check(); err != nil {
		return Algorithm{}, err
	}
	name := strings.TrimPrefix(d.Algorithm(), committed)
	for _, a := range append(as[:len(as):len(as)], SHA256()) {
		if a.Name() == name {
			return a, nil
		}
	}
	return Algorithm{}, fmt.Errorf("%w: %q", ErrAlgorithm, d.Algorithm())
}

// Material reports whether a content, with its salt where the digest is a
// commitment, is what a digest names.
func (as Algorithms) Material(d Digest, salt, content []byte) error {
	return as.MaterialFrom(d, salt, bytes.NewReader(content))
}

// MaterialFrom does the same for a content that is read from a stream, to its
// end. An error of reading is returned as it is.
func (as Algorithms) MaterialFrom(d Digest, salt []byte, content io.Reader) error {
	a, err := as.Of(d)
	if err != nil {
		return err
	}
	var is Digest
	if d.Committed() {
		is, err = a.CommitFrom(salt, content)
	} else {
		is, err = a.MaterialFrom(content)
	}
	if err != nil {
		return err
	}
	if is != d {
		return fmt.Errorf("%w: a material is not the one that %s names", ErrBroken, d)
	}
	return nil
}

// Opinion reports whether the bytes of an opinion are those that a digest
// names.
func (as Algorithms) Opinion(d Digest, body []byte) error {
	a, err := as.Of(d)
	if err == nil && a.Opinion(body) != d {
		err = fmt.Errorf("%w: an opinion is not the one that %s names", ErrBroken, d)
	}
	return err
}

// EntryDigest is the digest of the bytes of an entry in the standard suite.
func EntryDigest(data []byte) Digest { return SHA256().Entry(data) }

// OpinionDigest is the digest of one opinion in the standard suite.
func OpinionDigest(data []byte) Digest { return SHA256().Opinion(data) }

// DataDigest is the digest of a request in the standard suite.
func DataDigest(data []byte) Digest { return SHA256().Data(data) }

// MaterialDigest is the digest of a file in the standard suite.
func MaterialDigest(data []byte) Digest { return SHA256().Material(data) }
