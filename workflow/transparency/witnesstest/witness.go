// Package witnesstest is a witness (C2SP tlog-witness) for tests, on a local
// address. It follows the specification to the letter and keeps what it knows
// in memory.
package witnesstest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Witness is a running witness.
type Witness struct {
	name   string
	public ed25519.PublicKey
	key    ed25519.PrivateKey
	server *httptest.Server

	mu      sync.Mutex
	trusted map[string][]note.Verifier // by origin
	latest  map[string]tlog.Tree
	answers map[int]int // how often it answered with a status
	instead http.HandlerFunc
}

// New starts a witness that ends with the test.
func New(tb testing.TB, name string) *Witness {
	tb.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	w := &Witness{name: name, public: public, key: private, trusted: map[string][]note.Verifier{}, latest: map[string]tlog.Tree{}, answers: map[int]int{}}
	w.server = httptest.NewServer(w)
	tb.Cleanup(w.server.Close)
	return w
}

// URL is the submission prefix.
func (w *Witness) URL() string { return w.server.URL }

// VKey is the key of its cosignatures: Ed25519, type 0x04.
func (w *Witness) VKey() string {
	return fmt.Sprintf("%s+%08x+%s", w.name, binary.BigEndian.Uint32(w.id()), base64.StdEncoding.EncodeToString(w.material()))
}

func (w *Witness) material() []byte { return append([]byte{0x04}, w.public...) }

func (w *Witness) id() []byte {
	sum := sha256.Sum256(append([]byte(w.name+"\n"), w.material()...))
	return sum[:4]
}

// Trust configures a key of a log.
func (w *Witness) Trust(tb testing.TB, vkey string) {
	tb.Helper()
	v, err := note.NewVerifier(vkey)
	if err != nil {
		tb.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trusted[v.Name()] = append(w.trusted[v.Name()], v)
}

// Instead answers every request with a handler, until it is nil again.
func (w *Witness) Instead(h http.HandlerFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.instead = h
}

// Size is the size of the latest checkpoint that it cosigned for an origin.
func (w *Witness) Size(origin string) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.latest[origin].N
}

// Answers says how often it answered with a status.
func (w *Witness) Answers(status int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.answers[status]
}

// refusal is a status other than 200, with its body.
type refusal struct {
	status int
	media  string
	body   string
}

func (r refusal) Error() string { return http.StatusText(r.status) }

// ServeHTTP implements http.Handler.
func (w *Witness) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	instead := w.instead
	w.mu.Unlock()
	if instead != nil {
		instead(rw, r)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var lines string
	switch {
	case err != nil:
	case r.URL.Path != "/add-checkpoint":
		err = refusal{status: http.StatusNotFound}
	case r.Method != http.MethodPost:
		err = refusal{status: http.StatusMethodNotAllowed}
	default:
		lines, err = w.add(body)
	}
	status := http.StatusOK
	if err != nil {
		refused := refusal{status: http.StatusInternalServerError}
		errors.As(err, &refused)
		status, lines = refused.status, refused.body
		if refused.media != "" {
			rw.Header().Set("Content-Type", refused.media)
		}
	}
	w.mu.Lock()
	w.answers[status]++
	w.mu.Unlock()
	rw.WriteHeader(status)
	_, _ = io.WriteString(rw, lines)
}

// add is add-checkpoint. The lock makes the look at the old size and the step
// to the new one a single thing.
func (w *Witness) add(body []byte) (string, error) {
	old, proof, checkpoint, err := parseRequest(body)
	if err != nil {
		return "", refusal{status: http.StatusBadRequest}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	origin, _, _ := strings.Cut(string(checkpoint), "\n")
	verifiers, known := w.trusted[origin]
	if !known {
		return "", refusal{status: http.StatusNotFound}
	}
	n, err := note.Open(checkpoint, note.VerifierList(verifiers...))
	if err != nil {
		return "", refusal{status: http.StatusForbidden}
	}
	tree, err := parseTree(n.Text)
	if err != nil || old > tree.N {
		return "", refusal{status: http.StatusBadRequest}
	}
	latest := w.latest[origin]
	if old != latest.N {
		return "", refusal{http.StatusConflict, "text/x.tlog.size", fmt.Sprintf("%d\n", latest.N)}
	}
	if !follows(latest, tree, proof) {
		return "", refusal{status: http.StatusUnprocessableEntity}
	}
	w.latest[origin] = tree
	return w.Cosign(n.Text, time.Now()), nil
}

// follows checks the consistency proof.
func follows(latest, next tlog.Tree, proof tlog.TreeProof) bool {
	switch {
	case next.N == 0:
		return len(proof) == 0 && next.Hash == tlog.Hash(sha256.Sum256(nil))
	case latest.N == 0:
		return len(proof) == 0
	case latest.N == next.N:
		return len(proof) == 0 && latest.Hash == next.Hash
	}
	return tlog.CheckTree(proof, next.N, next.Hash, latest.N, latest.Hash) == nil
}

// Cosign returns the cosignature line over a checkpoint's text.
func (w *Witness) Cosign(text string, now time.Time) string {
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", now.Unix(), text)
	signature := binary.BigEndian.AppendUint64(w.id(), uint64(now.Unix()))
	signature = append(signature, ed25519.Sign(w.key, []byte(message))...)
	return "— " + w.name + " " + base64.StdEncoding.EncodeToString(signature) + "\n"
}

// parseRequest takes the body apart: old size, proof, checkpoint.
func parseRequest(body []byte) (old int64, proof tlog.TreeProof, checkpoint []byte, err error) {
	head, checkpoint, ok := bytes.Cut(body, []byte("\n\n"))
	if !ok {
		return 0, nil, nil, errors.New("no empty line")
	}
	lines := strings.Split(string(head), "\n")
	text, ok := strings.CutPrefix(lines[0], "old ")
	if old, err = decimal(text); !ok || err != nil {
		return 0, nil, nil, errors.New("no old size")
	}
	if len(lines) > 64 {
		return 0, nil, nil, errors.New("more than 63 lines of proof")
	}
	for _, line := range lines[1:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return 0, nil, nil, err
		}
		proof = append(proof, h)
	}
	return old, proof, checkpoint, nil
}

func parseTree(text string) (tlog.Tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[len(lines)-1] != "" {
		return tlog.Tree{}, errors.New("not a checkpoint")
	}
	size, err := decimal(lines[1])
	if err != nil {
		return tlog.Tree{}, err
	}
	hash, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: hash}, err
}

// decimal reads a number without leading zeroes.
func decimal(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != text {
		return 0, fmt.Errorf("%q is no size", text)
	}
	return n, nil
}
