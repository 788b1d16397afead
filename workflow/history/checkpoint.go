package history

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// ErrKey says that a key is malformed or unknown, or not in force where it
// signed.
var ErrKey = errors.New("history: not a key of the log")

// The signature types of C2SP signed-note that this package reads.
const (
	typeEd25519     = 0x01
	typeCosignature = 0x04
	typeOther       = 0xff // followed by an identifier of its own
)

// Checkpoint is a signed root of the log (C2SP tlog-checkpoint): origin, size
// and root, and no other line.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	Note   []byte // the signed note, with every signature line
}

// maxNote bounds a signed note: far more signatures than a log has keys and
// witnesses.
const maxNote = 64 << 10

// ParseCheckpoint reads the three lines of a signed checkpoint strictly. No
// signature is looked at: see [View].
func ParseCheckpoint(text []byte) (Checkpoint, error) {
	wrong := func(what string) error { return fmt.Errorf("%w: checkpoint: %s", ErrMalformed, what) }
	if len(text) > maxNote || !utf8.Valid(text) {
		return Checkpoint{}, wrong("too long, or not UTF-8")
	}
	lines := strings.SplitN(string(text), "\n", 5)
	if len(lines) < 5 || lines[3] != "" || !oneWord(lines[0]) || lines[4] == "" {
		return Checkpoint{}, wrong("not three lines, an empty one and signatures")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, wrong("its size is not a plain number")
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil || root.String() != lines[2] {
		return Checkpoint{}, wrong("its root is not a hash")
	}
	for line := range strings.Lines(lines[4]) {
		if !signatureLine(line) {
			return Checkpoint{}, wrong("a line after the empty one is no signature")
		}
	}
	return Checkpoint{Origin: lines[0], Size: size, Root: root, Note: bytes.Clone(text)}, nil
}

// signatureLine reports whether a line is a signature in its one spelling: a
// decoder that passes over the last bits of base64 would take several.
func signatureLine(line string) bool {
	parts := strings.Split(strings.TrimSuffix(line, "\n"), " ")
	if len(parts) != 3 || parts[0] != "—" || parts[1] == "" || !strings.HasSuffix(line, "\n") {
		return false
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	return err == nil && len(raw) > 4 && base64.StdEncoding.EncodeToString(raw) == parts[2]
}

// Text are the three lines that are signed.
func (c Checkpoint) Text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + c.Root.String() + "\n"
}

// Same reports whether two checkpoints speak of one tree.
func (c Checkpoint) Same(other Checkpoint) bool { return c.Text() == other.Text() }

// Sign returns the checkpoint with a signature by each key.
func (c Checkpoint) Sign(signers ...note.Signer) (Checkpoint, error) {
	signed, err := note.Sign(&note.Note{Text: c.Text()}, signers...)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("history: sign the checkpoint of size %d: %w", c.Size, err)
	}
	c.Note = signed
	return c, nil
}

// signedBy reports whether the note bears a signature of a key. A line that
// claims to be the key's and is not breaks the note.
func (c Checkpoint) signedBy(v note.Verifier) (bool, error) {
	_, err := note.Open(c.Note, note.VerifierList(v))
	var unverified *note.UnverifiedNoteError
	switch {
	case errors.As(err, &unverified):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("%w: the checkpoint of size %d: %w", ErrBroken, c.Size, err)
	}
	return true, nil
}

// Signer signs with a key of the log.
type Signer interface {
	note.Signer
	// VKey is the verifier key, as C2SP signed-note encodes it.
	VKey() string
}

type ed25519Signer struct {
	note.Signer
	vkey string
}

func (s ed25519Signer) VKey() string { return s.vkey }

// NewSigner reads a private Ed25519 key as golang.org/x/mod/sumdb/note writes
// it.
func NewSigner(skey string) (Signer, error) {
	s, err := note.NewSigner(skey)
	if err != nil {
		return nil, fmt.Errorf("%w: not a private key", ErrKey) // and not a word of it
	}
	seed, err := base64.StdEncoding.DecodeString(strings.SplitN(skey, "+", 5)[4]) // the note package has checked its parts
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return nil, fmt.Errorf("%w: not a private key", ErrKey)
	}
	public, _ := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	vkey, err := note.NewEd25519VerifierKey(s.Name(), public)
	return ed25519Signer{s, vkey}, err
}

// KeyType names the type of a verifier key, such as "ed25519". It does not
// check the key.
func KeyType(vkey string) (string, error) {
	_, _, data, err := splitKey(vkey)
	if err != nil {
		return "", err
	}
	switch data[0] {
	case typeEd25519:
		return "ed25519", nil
	case typeCosignature:
		return "cosignature", nil
	case typeOther:
		// The identifier is printable; the key material begins with 0x04, an
		// uncompressed point.
		if id, _, ok := bytes.Cut(data[1:], []byte{4}); ok && len(id) > 0 {
			return string(id), nil
		}
	}
	return "", fmt.Errorf("%w: %s: unknown type", ErrKey, vkey)
}

// splitKey takes a verifier key apart and checks its id, which is the same for
// every type that this package reads.
func splitKey(vkey string) (name string, id uint32, data []byte, err error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 || !oneWord(vkey) {
		return "", 0, nil, fmt.Errorf("%w: %q is no verifier key", ErrKey, vkey)
	}
	data, err = base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(data) < 2 || base64.StdEncoding.EncodeToString(data) != parts[2] {
		return "", 0, nil, fmt.Errorf("%w: %q is no verifier key", ErrKey, vkey)
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), data...))
	id = binary.BigEndian.Uint32(sum[:])
	if parts[1] != fmt.Sprintf("%08x", id) {
		return "", 0, nil, fmt.Errorf("%w: %q: its id does not fit", ErrKey, vkey)
	}
	return parts[0], id, data, nil
}

// Verifiers turn the verifier keys of one type into verifiers. Ed25519 and the
// cosignatures of witnesses are always known; an installation with the suite
// of GM/T adds SM2.
type Verifiers map[string]func(name string, id uint32, key []byte) (note.Verifier, error)

// Open returns the verifier of a key.
func (vs Verifiers) Open(vkey string) (note.Verifier, error) {
	kind, err := KeyType(vkey)
	if err != nil {
		return nil, err
	}
	name, id, data, err := splitKey(vkey)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "ed25519":
		return note.NewVerifier(vkey)
	case "cosignature":
		if len(data) != 1+ed25519.PublicKeySize {
			return nil, fmt.Errorf("%w: %s", ErrKey, vkey)
		}
		return cosigner{name, id, data[1:]}, nil
	}
	if open, ok := vs[kind]; ok {
		return open(name, id, data[1+len(kind):])
	}
	return nil, fmt.Errorf("%w: %s: keys of the type %s are not known here", ErrKey, vkey, kind)
}

// cosigner verifies the timestamped signatures of a witness (C2SP
// tlog-cosignature, Ed25519).
type cosigner struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.id }

const cosignatureSize = 8 + ed25519.SignatureSize

func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != cosignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(sig)
	return at > 0 && at <= math.MaxInt64 && ed25519.Verify(c.key, fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, msg), sig[8:])
}
