package transparency

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	// witnessTime bounds one request to a witness.
	witnessTime = 10 * time.Second
	// witnessAnswer bounds what is read of an answer: a few signature lines.
	witnessAnswer = 16 << 10
	// witnessTries is how often a witness that knows another size is asked
	// again.
	witnessTries = 3
)

// ErrWitness says that a witness did not cosign.
var ErrWitness = errors.New("transparency: no cosignature")

// Witness asks a witness for cosignatures (C2SP tlog-witness, add-checkpoint).
// It may be used by one sealer, which asks it one thing at a time.
type Witness struct {
	URL string // the submission prefix
	// Verifier checks what it answers: an Ed25519 cosignature key (0x04). An
	// answer that does not verify is not kept.
	Verifier note.Verifier
	Client   *http.Client // default one of its own, which follows no redirect

	mu   sync.Mutex
	size int64 // what it cosigned last, as far as known
}

// Cosign submits a checkpoint and returns the witness's signature line.
func (w *Witness) Cosign(ctx context.Context, log Log, c Checkpoint) (Cosignature, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for range witnessTries {
		signature, size, err := w.submit(ctx, log, c)
		if err != nil {
			return Cosignature{}, fmt.Errorf("witness %s: %w", w.Verifier.Name(), err)
		}
		w.size = size
		if signature.Line != nil {
			return signature, nil
		}
		if size > c.Size {
			return Cosignature{}, fmt.Errorf("witness %s: %w: it has cosigned size %d, and not %d", w.Verifier.Name(), ErrWitness, size, c.Size)
		}
	}
	return Cosignature{}, fmt.Errorf("witness %s: %w: it does not settle on a size", w.Verifier.Name(), ErrWitness)
}

// submit asks once. No line means that the witness knows another size.
func (w *Witness) submit(ctx context.Context, log Log, c Checkpoint) (Cosignature, int64, error) {
	body, err := w.request(ctx, log, c)
	if err != nil {
		return Cosignature{}, 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, witnessTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(w.URL, "/")+"/add-checkpoint", bytes.NewReader(body))
	if err != nil {
		return Cosignature{}, 0, err
	}
	response, err := w.client().Do(r)
	if err != nil {
		return Cosignature{}, 0, err
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, witnessAnswer+1))
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return Cosignature{}, 0, err
	}
	if len(answer) > witnessAnswer {
		return Cosignature{}, 0, fmt.Errorf("%w: the answer is too long", ErrWitness)
	}
	switch response.StatusCode {
	case http.StatusOK:
		line, err := w.verify(c.Note, answer)
		return line, c.Size, err
	case http.StatusConflict:
		size, err := conflictSize(response.Header.Get("Content-Type"), answer)
		return Cosignature{}, size, err
	}
	return Cosignature{}, 0, fmt.Errorf("%w: it answers %s", ErrWitness, response.Status)
}

func (w *Witness) client() *http.Client {
	if w.Client != nil {
		return w.Client
	}
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// request is the old size, the proof from it, and the checkpoint.
func (w *Witness) request(ctx context.Context, log Log, c Checkpoint) ([]byte, error) {
	var b bytes.Buffer
	old := w.size
	if old > c.Size {
		old = 0 // it will say what it knows
	}
	fmt.Fprintf(&b, "old %d\n", old)
	if old > 0 {
		proof, err := tlog.ProveTree(c.Size, old, newTree(ctx, log.Store, log.Origin, c.Size))
		if err != nil {
			return nil, err
		}
		for _, h := range proof {
			fmt.Fprintf(&b, "%s\n", h)
		}
	}
	b.WriteString("\n")
	b.Write(c.Note)
	return b.Bytes(), nil
}

// conflictSize reads the size that a witness knows.
func conflictSize(media string, answer []byte) (int64, error) {
	text, whole := strings.CutSuffix(string(answer), "\n")
	size, err := strconv.ParseInt(text, 10, 64)
	if media != "text/x.tlog.size" || !whole || err != nil || size < 0 || strconv.FormatInt(size, 10) != text {
		return 0, fmt.Errorf("%w: a conflict without a size", ErrWitness)
	}
	return size, nil
}

// verify finds the line of the witness's key in its answer and checks it
// against the checkpoint. Lines of other keys are passed over.
func (w *Witness) verify(signed, answer []byte) (Cosignature, error) {
	text, _, ok := bytes.Cut(signed, []byte("\n\n"))
	if !ok {
		return Cosignature{}, fmt.Errorf("%w: the checkpoint is no note", ErrWitness)
	}
	text = append(bytes.Clone(text), '\n')
	for line := range bytes.Lines(answer) {
		name, signature, ok := signatureLine(line)
		if !ok {
			return Cosignature{}, fmt.Errorf("%w: what it answers is no signature line", ErrWitness)
		}
		if name != w.Verifier.Name() || binary.BigEndian.Uint32(signature) != w.Verifier.KeyHash() {
			continue
		}
		if !w.Verifier.Verify(text, signature[4:]) {
			return Cosignature{}, fmt.Errorf("%w: the signature is wrong", ErrWitness)
		}
		return Cosignature{Cosigner: fmt.Sprintf("%s+%08x", name, w.Verifier.KeyHash()), Line: bytes.Clone(line)}, nil
	}
	return Cosignature{}, fmt.Errorf("%w: no line of its key", ErrWitness)
}

// signatureLine takes "— name base64" apart: key id and signature together.
func signatureLine(line []byte) (name string, signature []byte, ok bool) {
	text, ended := strings.CutSuffix(string(line), "\n")
	text, dashed := strings.CutPrefix(text, "— ")
	name, encoded, split := strings.Cut(text, " ")
	signature, err := base64.StdEncoding.DecodeString(encoded)
	return name, signature, ended && dashed && split && name != "" && err == nil && len(signature) > 4
}
