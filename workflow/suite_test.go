package workflow_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/history/gm"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/transparency"
	"github.com/juece/juece/workflow/workflowtest"
)

const suiteOrigin = "juece.example/log"

// bySM3 demands that SM3 made a digest.
func bySM3(t *testing.T, what string, digests ...history.Digest) {
	t.Helper()
	for _, d := range digests {
		if !slices.Contains([]string{"sm3", "hmac-sm3"}, d.Algorithm()) {
			t.Errorf("%s: %s", what, d)
		}
	}
	if len(digests) == 0 {
		t.Errorf("%s: there is none", what)
	}
}

// An installation under SM3 makes every digest by it, and each can be checked.
func TestAWholeDecisionUnderSM3(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := workflowtest.SQLite(t)
	svc, clock := newService(t, s)
	svc.Suite = gm.SM3()
	id, err := sample.Perform(ctx, svc, clock, "d713", sample.Walk("d713"))
	if err != nil {
		t.Fatal(err)
	}
	closed := workflow.Material{Name: "名单", MediaType: "text/plain", Content: strings.NewReader("名单"), Restricted: &decision.Restriction{Class: decision.ClassPersonal, Ground: ground}}
	kept, err := svc.KeepMaterial(ctx, id, closed)
	if err != nil || !kept.Digest.Committed() {
		t.Fatalf("%s, %v", kept.Digest, err)
	}
	c, err := svc.Read(ctx, id)
	if err != nil || c.Stage != workflow.StageCompleted {
		t.Fatalf("stage %s, %v", c.Stage, err)
	}
	records, err := svc.History(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := history.Verify(id, records, gm.SM3()); err != nil {
		t.Error(err)
	}
	if _, err := history.Verify(id, records); !errors.Is(err, history.ErrAlgorithm) {
		t.Errorf("a reader that does not know SM3: %v", err)
	}
	rows, err := svc.Store.List(ctx, workflow.Query{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	bySM3(t, "the head", rows[0].Head)
	for _, r := range records {
		bySM3(t, "an entry", r.Digest)
	}
	materials := []history.Digest{kept.Digest}
	for _, d := range c.Deeds {
		for _, digest := range decision.Digests(d.Act) {
			materials = append(materials, history.Digest(digest))
		}
	}
	bySM3(t, "a material", materials...)
	for _, digest := range materials {
		m, err := svc.Vault.Material(ctx, id, digest)
		if err == nil {
			err = (history.Algorithms{gm.SM3()}).MaterialFrom(digest, m.Salt, m.Reader())
		}
		if err != nil {
			t.Error(err)
		}
	}
	opinions, err := svc.Register.Opinions(ctx, id, 0, 10)
	if err != nil || len(opinions) != 3 {
		t.Fatalf("%d opinions, %v", len(opinions), err)
	}
	for _, o := range opinions {
		bySM3(t, "an opinion", o.Digest)
		if gm.SM3().Opinion(o.Body) != o.Digest {
			t.Errorf("opinion %d is not what %s names", o.Position, o.Digest)
		}
	}
	// The tree over the digests stays that of RFC 6962 over SHA-256.
	root, err := history.Root([]history.Digest{opinions[0].Digest, opinions[1].Digest})
	if err != nil || string(root) != c.Decision.OpinionBatches[0].Act.Root || root.Algorithm() != "sha256" {
		t.Errorf("the root of the opinions: %s, %v", root, err)
	}
	sealedUnderSM2(t, s, id, records)
}

// sealedUnderSM2 seals with both keys and reads the log as anybody may.
func sealedUnderSM2(t *testing.T, s workflowtest.Storage, id string, records []history.Record) {
	t.Helper()
	signers := bothSigners(t)
	log := transparency.Log{Store: s, Origin: suiteOrigin}
	sealer := &transparency.Sealer{Log: log, Signers: signers, Verifiers: gm.Verifiers()}
	c, n, err := sealer.Drain(t.Context())
	if err != nil || n != len(records) {
		t.Fatalf("%d entries sealed, %v", n, err)
	}
	if _, _, err := sealer.Drain(t.Context()); err != nil { // the head is checked again
		t.Error(err)
	}
	keys, err := log.Keys(t.Context(), c)
	if err != nil || len(keys) != 2 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	file := history.KeyFile{Keys: keys}
	trust := history.Trust{Keys: []string{signers[0].VKey(), signers[1].VKey()}, Verifiers: gm.Verifiers(), Algorithms: []history.Algorithm{gm.SM3()}}
	view, err := history.NewView(c.Note, file, nil, trust)
	if err != nil {
		t.Fatal(err)
	}
	proofs, err := log.Prove(t.Context(), id)
	if err != nil || len(proofs.Entries) != len(records) {
		t.Fatalf("%d proofs, %v", len(proofs.Entries), err)
	}
	for i, p := range proofs.Entries {
		if err := view.Entry(id, p.Seq, records[i].Digest, p.Position, p.Proof); err != nil {
			t.Error(err)
		}
	}
	for _, signer := range signers {
		stripped := strip(t, c.Note, signer)
		if _, err := history.NewView(stripped, file, nil, trust); !errors.Is(err, history.ErrKey) {
			t.Errorf("the line of %s is missing: %v", signer.VKey(), err)
		}
	}
	ignorant := trust
	ignorant.Verifiers = nil
	if _, err := history.NewView(c.Note, file, nil, ignorant); !errors.Is(err, history.ErrKey) || !strings.Contains(err.Error(), gm.KeyType) {
		t.Errorf("a reader that does not know SM2: %v", err)
	}
}

// bothSigners are an Ed25519 and an SM2 key of a log.
func bothSigners(t *testing.T) []history.Signer {
	t.Helper()
	first, _, err := note.GenerateKey(rand.Reader, suiteOrigin)
	if err != nil {
		t.Fatal(err)
	}
	second, _, err := gm.GenerateKey(rand.Reader, suiteOrigin)
	if err != nil {
		t.Fatal(err)
	}
	standard, err := history.NewSigner(first)
	if err != nil {
		t.Fatal(err)
	}
	sm2, err := gm.NewSigner(second)
	if err != nil {
		t.Fatal(err)
	}
	return []history.Signer{standard, sm2}
}

// strip takes the signature of a key away.
func strip(t *testing.T, signed []byte, signer history.Signer) []byte {
	t.Helper()
	n, err := note.Open(signed, note.VerifierList(verifier(t, signer)))
	if err != nil {
		t.Fatal(err)
	}
	line := []byte("— " + n.Sigs[0].Name + " " + n.Sigs[0].Base64 + "\n")
	stripped := bytes.Replace(signed, line, nil, 1)
	if bytes.Equal(stripped, signed) || !bytes.Contains(stripped, []byte("\n— ")) {
		t.Fatalf("not two lines of signatures:\n%s", signed)
	}
	return stripped
}

func verifier(t *testing.T, signer history.Signer) note.Verifier {
	t.Helper()
	v, err := gm.Verifiers().Open(signer.VKey())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// What was begun under one suite goes on under another, and back.
func TestTheSuiteMayChange(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	svc, clock := newService(t, workflowtest.SQLite(t))
	walk := sample.Walk("d713")
	clock.Set(walk[0].On)
	first := workflow.Request{Pack: "d713", Act: walk[0].Act, Actor: walk[0].Actor, OccurredOn: walk[0].On, Key: "k1"}
	receipt, err := svc.Propose(ctx, first)
	if err != nil {
		t.Fatal(err)
	}
	id := receipt.Decision
	under := func(suite history.Algorithm, known ...history.Algorithm) *workflow.Service {
		changed := *svc
		changed.Suite, changed.Algorithms = suite, known
		return &changed
	}
	standard, national := under(history.SHA256(), gm.SM3()), under(gm.SM3())
	algorithms := []string{"sha256"}
	for i, s := range walk[1:5] {
		by := []*workflow.Service{national, standard}[i%2]
		clock.Set(s.On)
		r := workflow.Request{
			Decision: id, Expect: int64(i + 1), Act: s.Act, Actor: s.Actor, OccurredOn: s.On, Reasons: s.Reasons,
			Materials: s.Files, Key: "k" + s.On.String() + string(s.Act.Kind()), // kept by SHA-256 under either
		}
		if receipt, err = by.Do(ctx, r); err != nil {
			t.Fatalf("%s: %v", s.Act.Kind(), err)
		}
		// A repeat is met whatever the suite was that the request was hashed by.
		for _, by := range []*workflow.Service{national, standard} {
			if again, err := by.Do(ctx, r); err != nil || !again.Replayed || again.Digest != receipt.Digest {
				t.Errorf("%s again: %+v, %v", s.Act.Kind(), again, err)
			}
		}
		r.OccurredOn = r.OccurredOn.AddDays(-1)
		if _, err := by.Do(ctx, r); !errors.Is(err, workflow.ErrKeyReused) {
			t.Errorf("another request under the key: %v", err)
		}
		use, err := svc.Store.Replay(ctx, id, s.Actor.ID, r.Key)
		if err != nil || use.Request.Algorithm() != by.Suite.Name() {
			t.Errorf("the request is kept as %s, %v", use.Request, err)
		}
		algorithms = append(algorithms, by.Suite.Name())
	}
	records, err := national.History(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range records {
		got = append(got, r.Digest.Algorithm())
	}
	if !slices.Equal(got, algorithms) {
		t.Errorf("the entries are by %v, want %v", got, algorithms)
	}
	for name, by := range map[string]*workflow.Service{"standard": standard, "national": national} {
		if c, err := by.Read(ctx, id); err != nil || c.Version() != int64(len(records)) {
			t.Errorf("%s: version %d, %v", name, c.Version(), err)
		}
		if again, err := by.Propose(ctx, first); err != nil || !again.Replayed {
			t.Errorf("%s: the proposal again: %+v, %v", name, again, err)
		}
	}
	if _, err := svc.Read(ctx, id); !errors.Is(err, history.ErrAlgorithm) || !workflow.Unreadable(err) {
		t.Errorf("a service that was not given SM3: %v", err)
	}
}
