package history_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha512"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/transparency/witnesstest"
)

const origin = "juece.example/log"

// testLog is a log in memory.
type testLog struct {
	t      *testing.T
	leaves [][]byte
	hashes []tlog.Hash
}

func (l *testLog) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = l.hashes[x]
	}
	return out, nil
}

func (l *testLog) add(leaf history.Leaf) int64 {
	l.t.Helper()
	text, err := leaf.Text()
	if err != nil {
		l.t.Fatal(err)
	}
	at := int64(len(l.leaves))
	hashes, err := tlog.StoredHashes(at, text, l)
	if err != nil {
		l.t.Fatal(err)
	}
	l.leaves, l.hashes = append(l.leaves, text), append(l.hashes, hashes...)
	return at
}

func (l *testLog) entries(of string, n int) {
	for i := range n {
		l.add(history.Leaf{Decision: of, Seq: int64(i + 1), Digest: history.EntryDigest([]byte{byte(i)})})
	}
}

func (l *testLog) sign(size int64, signers ...note.Signer) history.Checkpoint {
	l.t.Helper()
	root, err := tlog.TreeHash(size, l)
	if err != nil {
		l.t.Fatal(err)
	}
	c, err := history.Checkpoint{Origin: origin, Size: size, Root: root}.Sign(signers...)
	if err != nil {
		l.t.Fatal(err)
	}
	return c
}

func (l *testLog) keys(size int64, handovers ...history.Checkpoint) history.KeyFile {
	l.t.Helper()
	var f history.KeyFile
	for at, text := range l.leaves[:size] {
		if leaf, err := history.ParseLeaf(text); err != nil || leaf.Key == "" {
			continue
		}
		proof, err := tlog.ProveRecord(size, int64(at), l)
		if err != nil {
			l.t.Fatal(err)
		}
		f.Keys = append(f.Keys, history.KeyProof{Leaf: string(text), Position: int64(at), Proof: proof})
	}
	for _, h := range handovers {
		f.Handovers = append(f.Handovers, string(h.Note))
	}
	return f
}

func (l *testLog) earlier(size int64, then ...history.Checkpoint) []history.EarlierProof {
	l.t.Helper()
	var list []history.EarlierProof
	for _, c := range then {
		proof, err := tlog.ProveTree(size, c.Size, l)
		if err != nil {
			l.t.Fatal(err)
		}
		list = append(list, history.EarlierProof{Checkpoint: string(c.Note), Proof: proof})
	}
	return list
}

func newSigner(t *testing.T) history.Signer {
	t.Helper()
	secret, vkey, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	s, err := history.NewSigner(secret)
	if err != nil || s.VKey() != vkey {
		t.Fatalf("%v: the key is %s, not %s", err, s.VKey(), vkey)
	}
	return s
}

// rotated is a log that passed from a first key to a second: ten entries, the
// handover, five entries more.
func rotated(t *testing.T) (l *testLog, first, second history.Signer, handover, now history.Checkpoint) {
	t.Helper()
	l = &testLog{t: t}
	first, second = newSigner(t), newSigner(t)
	l.add(history.Leaf{Key: history.KeyAdd, VKey: first.VKey()})
	l.entries("d1", 10)
	l.add(history.Leaf{Key: history.KeyAdd, VKey: second.VKey()})
	at := l.add(history.Leaf{Key: history.KeyRetire, VKey: first.VKey()})
	handover = l.sign(at+1, first, second)
	l.entries("d3", 5)
	return l, first, second, handover, l.sign(int64(len(l.leaves)), second)
}

func TestTrustGoesFromKeyToKey(t *testing.T) {
	t.Parallel()
	l, first, second, handover, now := rotated(t)
	keys, earlier := l.keys(now.Size, handover), l.earlier(now.Size, handover)
	for name, trust := range map[string][]string{"none": nil, "the first": {first.VKey()}, "the second": {second.VKey()}} {
		v, err := history.NewView(now.Note, keys, earlier, history.Trust{Keys: trust})
		if err != nil || v.Trusted != (trust != nil) {
			t.Fatalf("trusting %s: %v", name, err)
		}
		proof, err := tlog.ProveRecord(now.Size, 3, l)
		if err != nil {
			t.Fatal(err)
		}
		digest := history.EntryDigest([]byte{2})
		if err := v.Entry("d1", 3, digest, 3, proof); err != nil {
			t.Error(err)
		}
		for what, err := range map[string]error{
			"of another decision": v.Entry("d2", 3, digest, 3, proof),
			"of another number":   v.Entry("d1", 4, digest, 3, proof),
			"of another digest":   v.Entry("d1", 3, history.EntryDigest([]byte{3}), 3, proof),
			"at another place":    v.Entry("d1", 3, digest, 4, proof),
			"with a short proof":  v.Entry("d1", 3, digest, 3, proof[1:]),
		} {
			if !errors.Is(err, history.ErrBroken) {
				t.Errorf("an entry %s: %v", what, err)
			}
		}
		if err := v.Against(handover.Note, nil); err != nil {
			t.Error(err)
		}
	}
}

func TestAKeySignsWhileItIsInForce(t *testing.T) {
	t.Parallel()
	l, first, second, handover, now := rotated(t)
	stranger := newSigner(t)
	keys, earlier := l.keys(now.Size, handover), l.earlier(now.Size, handover)
	for name, c := range map[string]struct {
		note    []byte
		keys    history.KeyFile
		earlier []history.EarlierProof
		trust   []string
	}{
		"signed by the key that was retired": {l.sign(now.Size, first).Note, keys, earlier, []string{first.VKey()}},
		"signed by somebody else":            {l.sign(now.Size, stranger).Note, keys, earlier, []string{first.VKey()}},
		"trusting somebody else":             {now.Note, keys, earlier, []string{stranger.VKey()}},
		"without the handover":               {now.Note, l.keys(now.Size), earlier, []string{first.VKey()}},
		"a handover that is not shown":       {now.Note, keys, nil, []string{first.VKey()}},
		"a handover by the second key alone": {now.Note, l.keys(now.Size, l.sign(handover.Size, second)), earlier, []string{first.VKey()}},
		"without the leaves of the keys":     {now.Note, history.KeyFile{}, earlier, nil},
		"without the leaf of the first key":  {now.Note, history.KeyFile{Keys: keys.Keys[1:], Handovers: keys.Handovers}, earlier, []string{second.VKey()}},
		"before the second key was added":    {l.sign(8, second).Note, l.keys(8), nil, []string{second.VKey()}},
	} {
		if _, err := history.NewView(c.note, c.keys, c.earlier, history.Trust{Keys: c.trust}); !errors.Is(err, history.ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	forged := bytes.Replace(now.Note, []byte("\n18\n"), []byte("\n19\n"), 1)
	if _, err := history.NewView(forged, keys, earlier, history.Trust{}); err == nil {
		t.Error("another size under the same signature")
	}
}

// A log that was begun anew, cut or forked does not fit a checkpoint that left.
func TestAForkIsFound(t *testing.T) {
	t.Parallel()
	l, first, second, handover, now := rotated(t)
	v, err := history.NewView(now.Note, l.keys(now.Size, handover), l.earlier(now.Size, handover), history.Trust{Keys: []string{first.VKey()}})
	if err != nil {
		t.Fatal(err)
	}
	other := &testLog{t: t, leaves: slices.Clone(l.leaves[:13]), hashes: slices.Clone(l.hashes[:tlog.StoredHashCount(13)])}
	other.entries("d2", 8)
	fork := other.sign(now.Size, second)
	if err := v.Against(fork.Note, nil); !errors.Is(err, history.ErrFork) {
		t.Errorf("another tree of the same size: %v", err)
	}
	longer := other.sign(21, second)
	proof, err := tlog.ProveTree(21, now.Size, other)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Against(longer.Note, &proof); !errors.Is(err, history.ErrFork) {
		t.Errorf("a longer log of another past: %v", err)
	}
	if err := v.Against(longer.Note, nil); !errors.Is(err, history.ErrNoProof) {
		t.Errorf("nothing connects them: %v", err)
	}
	mid := l.sign(15, second)
	proof, err = tlog.ProveTree(now.Size, 15, l)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Against(mid.Note, &proof); err != nil {
		t.Errorf("the log itself, earlier: %v", err)
	}
}

// A witness signs what it saw, and when.
func TestAWitnessCosigns(t *testing.T) {
	t.Parallel()
	l, first, _, handover, now := rotated(t)
	w := witnesstest.New(t, "witness.example/w")
	cosigned := slices.Concat(now.Note, []byte(w.Cosign(now.Text(), time.Now())))
	trust := history.Trust{Keys: []string{first.VKey()}, Witnesses: []string{w.VKey()}}
	keys, earlier := l.keys(now.Size, handover), l.earlier(now.Size, handover)
	if v, err := history.NewView(cosigned, keys, earlier, trust); err != nil || v.Witnesses != 1 {
		t.Errorf("cosigned: %v", err)
	}
	if _, err := history.NewView(now.Note, keys, earlier, trust); !errors.Is(err, history.ErrBroken) {
		t.Errorf("not cosigned: %v", err)
	}
	for what, line := range map[string]string{"another text": w.Cosign("another\n1\n\n", time.Now()), "no time": w.Cosign(now.Text(), time.Unix(0, 0))} {
		if _, err := history.NewView(slices.Concat(now.Note, []byte(line)), keys, earlier, trust); !errors.Is(err, history.ErrBroken) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestTextsAreReadInOneSpelling(t *testing.T) {
	t.Parallel()
	l, _, _, _, now := rotated(t)
	text := string(now.Note)
	for _, bad := range []string{
		"", "\n", strings.Replace(text, "\n18\n", "\n018\n", 1), strings.Replace(text, "\n18\n", "\n+18\n", 1),
		strings.Replace(text, "\n\n", "\nextension\n\n", 1), strings.TrimSuffix(text, "\n"), text + "trailing",
		strings.Replace(text, origin, "a b", 1), text[:strings.Index(text, "\n\n")+2],
	} {
		if c, err := history.ParseCheckpoint([]byte(bad)); err == nil {
			t.Errorf("read as %+v: %q", c, bad)
		}
	}
	leaf := string(l.leaves[1])
	for _, bad := range []string{
		"", leaf + "\n", strings.TrimSuffix(leaf, "\n"), strings.Replace(leaf, "\n1\n", "\n01\n", 1), strings.Replace(leaf, "entry", "key", 1),
		strings.Replace(leaf, "juece-leaf/1", "juece-leaf/2", 1), strings.Replace(leaf, "sha256:", "SHA256:", 1),
	} {
		if got, err := history.ParseLeaf([]byte(bad)); err == nil {
			t.Errorf("read as %+v: %q", got, bad)
		}
	}
	if _, err := (history.Leaf{Decision: "a\n1\nsha256:0", Seq: 1, Digest: history.EntryDigest(nil)}).Text(); err == nil {
		t.Error("an identifier of several lines")
	}
}

// One entry has one spelling.
func TestAnEntryHasOneSpelling(t *testing.T) {
	t.Parallel()
	data := string(chain(t, 2)[1].Data)
	for what, bad := range map[string]string{
		"a space":               strings.Replace(data, `{"format":`, `{ "format":`, 1),
		"a key twice":           strings.Replace(data, `"act":{`, `"act":{"draft":1,`, 1),
		"a key in capitals":     strings.Replace(data, `"act":{`, `"act":{"DRAFT":1,`, 1),
		"an escape not needed":  strings.Replace(data, `"d1"`, `"\u00641"`, 1),
		"an escaped slash":      strings.Replace(data, `juece-entry/1`, `juece-entry\/1`, 1),
		"a fraction":            strings.Replace(data, `"draft":2`, `"draft":2.0`, 1),
		"an exponent":           strings.Replace(data, `"draft":2`, `"draft":2e0`, 1),
		"a negative zero":       strings.Replace(data, `"draft":2`, `"draft":-0`, 1),
		"a leading zero":        strings.Replace(data, `"draft":2`, `"draft":02`, 1),
		"another order":         strings.Replace(data, `"decision":"d1","seq":2`, `"seq":2,"decision":"d1"`, 1),
		"an empty field":        strings.Replace(data, `"actor":{`, `"findings":[],"actor":{`, 1),
		"an unknown field":      strings.Replace(data, `"act":{`, `"more":1,"act":{`, 1),
		"bytes after the end":   data + "\n",
		"a raw line separator":  strings.Replace(data, "改", "\u2028", 1),
		"no UTF-8":              strings.Replace(data, "改", "\xff", 1),
		"a version stripped":    strings.Replace(data, `"format":"juece-entry/1",`, ``, 1),
		"another version":       strings.Replace(data, `juece-entry/1`, `juece-entry/2`, 1),
		"a line in the subject": strings.Replace(data, `"d1"`, `"d\n1"`, 1),
	} {
		if bad == data {
			t.Fatalf("%s: the case changes nothing", what)
		}
		if _, err := history.Parse([]byte(bad)); !errors.Is(err, history.ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A digest of an algorithm that the reader was not given is not taken for
// anything: neither sound nor broken.
func TestAnAlgorithmIsKnownOrNamed(t *testing.T) {
	t.Parallel()
	other := history.NewAlgorithm("sha512-256", sha512.New512_256)
	e, err := history.Parse(chain(t, 1)[0].Data)
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.EncodeWith(other)
	if err != nil || r.Digest.Algorithm() != "sha512-256" {
		t.Fatalf("%s, %v", r.Digest, err)
	}
	if _, err := history.Verify("d1", []history.Record{r}, other); err != nil {
		t.Error(err)
	}
	if _, err := history.Verify("d1", []history.Record{r}); !errors.Is(err, history.ErrAlgorithm) || !strings.Contains(err.Error(), "sha512-256") {
		t.Errorf("not known: %v", err)
	}
	passed := history.Record{Seq: 1, Data: r.Data, Digest: history.Digest("sha256:" + strings.TrimPrefix(string(r.Digest), "sha512-256:"))}
	if _, err := history.Verify("d1", []history.Record{passed}, other); !errors.Is(err, history.ErrBroken) {
		t.Errorf("under another name: %v", err)
	}
	salt, content := bytes.Repeat([]byte{7}, history.SaltSize), []byte("名单")
	for _, a := range []history.Algorithm{history.SHA256(), other} {
		known := history.Algorithms{other}
		for d, want := range map[history.Digest]error{
			a.Material(content): nil, a.Commit(salt, content): nil,
			a.Commit(salt[1:], content): history.ErrBroken, a.Material(content[1:]): history.ErrBroken,
		} {
			if err := known.Material(d, salt, content); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", d, err, want)
			}
		}
	}
}

func FuzzParseLeaf(f *testing.F) {
	f.Add([]byte("juece-leaf/1\nentry\nd1\n1\nsha256:" + strings.Repeat("0", 64) + "\n"))
	f.Add([]byte("juece-leaf/1\nkey\nadd\nname+00000000+AQ==\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := history.ParseLeaf(data)
		if err != nil {
			return
		}
		if text, err := l.Text(); err != nil || !bytes.Equal(text, data) {
			t.Errorf("written again: %v\n%q\n%q", err, data, text)
		}
	})
}

func FuzzParseCheckpoint(f *testing.F) {
	f.Add([]byte(fmt.Sprintf("%s\n1\n%s\n\n— a b\n", origin, tlog.Hash{})))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := history.ParseCheckpoint(data)
		if err == nil && (!bytes.HasPrefix(data, []byte(c.Text()+"\n")) || !bytes.Equal(c.Note, data)) {
			t.Errorf("read as %+v: %q", c, data)
		}
	})
}
