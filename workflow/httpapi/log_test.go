package httpapi_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/transparency"
)

// sealer seals what the API serves.
func (h *harness) sealer() (*transparency.Sealer, note.Verifier) {
	h.t.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, h.sealed.Origin)
	if err != nil {
		h.t.Fatal(err)
	}
	signer, err := history.NewSigner(secret)
	if err != nil {
		h.t.Fatal(err)
	}
	v, err := note.NewVerifier(public)
	if err != nil {
		h.t.Fatal(err)
	}
	return &transparency.Sealer{Log: h.sealed, Signers: []history.Signer{signer}, Now: h.clock.Now}, v
}

func parseHashes(t *testing.T, list []string) []tlog.Hash {
	t.Helper()
	hashes := make([]tlog.Hash, len(list))
	for i, text := range list {
		h, err := tlog.ParseHash(text)
		if err != nil {
			t.Fatal(err)
		}
		hashes[i] = h
	}
	return hashes
}

func TestAHistoryIsProvenOverHTTP(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	sealer, verifier := h.sealer()
	auditor := sample.Actor("d713", workflow.RoleAuditor)
	if w := h.do(call{method: "GET", path: "/log/checkpoint", actor: auditor}); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), `"not_found"`) {
		t.Errorf("before the first sealing: %d %s", w.Code, w.Body)
	}
	id, version := h.walk("d713", sample.Before("d713", "open_comment"))
	read := func(lang string) httpapi.History {
		return decode[httpapi.History](t, h.do(call{method: "GET", path: "/decisions/" + id + "/history", actor: auditor, header: map[string]string{"Accept-Language": lang}}))
	}
	past := read("en")
	if want := fmt.Sprintf("%d entries of %d not yet sealed, the oldest for ", version, version); past.Sealing == nil || !strings.HasPrefix(past.Sealing.Text, want) || past.Sealing.Unsealed != version || past.Sealing.OldestSeconds < 0 {
		t.Errorf("unsealed: %+v", past.Sealing)
	}
	first, err := sealer.Seal(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if past = read("zh"); past.Sealing.Unsealed != 0 || past.Sealing.Text != fmt.Sprintf("%d条记录全部封存", version) {
		t.Errorf("sealed: %+v", past.Sealing)
	}
	h.walk("d713", sample.Before("d713", "study_proposal")) // another case
	if _, err := sealer.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}

	w := h.do(call{method: "GET", path: "/log/checkpoint", actor: sample.Actor("d713", workflow.RolePublic)})
	latest, err := note.Open(w.Body.Bytes(), note.VerifierList(verifier))
	if err != nil || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	size, root := first.Checkpoint.Size, first.Checkpoint.Root
	list := decode[struct {
		Items []httpapi.Checkpoint
		Next  string
	}](t, h.do(call{method: "GET", path: "/log/checkpoints?limit=1", actor: auditor}))
	if len(list.Items) != 1 || list.Items[0].Size != size || list.Next != fmt.Sprint(size) || list.Items[0].Note != string(first.Checkpoint.Note) {
		t.Errorf("checkpoints: %+v", list)
	}
	if w := h.do(call{method: "GET", path: fmt.Sprintf("/log/checkpoint?size=%d", size), actor: auditor}); w.Body.String() != string(first.Checkpoint.Note) {
		t.Errorf("an earlier one: %d %s", w.Code, w.Body)
	}

	proofs := decode[httpapi.Proofs](t, h.do(call{method: "GET", path: "/decisions/" + id + "/proofs", actor: auditor}))
	top, err := tlog.ParseHash(proofs.Checkpoint.Root)
	if err != nil || !strings.Contains(latest.Text, proofs.Checkpoint.Root) || len(proofs.Entries) != int(version) {
		t.Fatalf("proofs: %+v, %v", proofs, err)
	}
	for i, e := range proofs.Entries {
		text := fmt.Sprintf("juece-leaf/1\nentry\n%s\n%d\n%s\n", id, i+1, past.Items[i].Digest)
		if err := tlog.CheckRecord(parseHashes(t, e.Proof), proofs.Checkpoint.Size, top, e.Position, tlog.RecordHash([]byte(text))); err != nil {
			t.Errorf("entry %d: %v", i+1, err)
		}
	}
	grown := decode[httpapi.Consistency](t, h.do(call{method: "GET", path: fmt.Sprintf("/log/consistency?from=%d", size), actor: auditor}))
	if err := tlog.CheckTree(parseHashes(t, grown.Proof), grown.To, top, size, root); err != nil {
		t.Error(err)
	}
	for _, path := range []string{"/log/consistency?from=0", "/log/consistency", "/log/consistency?from=2&to=99999", "/log/consistency?from=3&to=2", "/log/checkpoint?size=99999", "/decisions/none/proofs"} {
		if w := h.do(call{method: "GET", path: path, actor: auditor}); w.Code != http.StatusNotFound && w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	stranger := sample.Actor("d713", workflow.RoleUndertakingUnit)
	stranger.Organ = "别的机关"
	if w := h.do(call{method: "GET", path: "/decisions/" + id + "/proofs", actor: stranger}); w.Code != http.StatusNotFound {
		t.Errorf("the proofs of another organ's case: %d", w.Code)
	}
	if h.log.Len() > 0 {
		t.Errorf("logged: %s", h.log)
	}
}

// What is not sealed for a while shows for how long.
func TestTheOldestUnsealedEntryShowsItsAge(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, _ := h.walk("d713", sample.Before("d713", "study_proposal"))
	begun := h.clock.Now()
	h.svc.Now = func() time.Time { return begun.Add(90 * time.Second) }
	past := decode[httpapi.History](t, h.do(call{method: "GET", path: "/decisions/" + id + "/history", actor: sample.Actor("d713", workflow.RoleAuditor)}))
	if past.Sealing.OldestSeconds < 85 || past.Sealing.OldestSeconds > 95 || !strings.Contains(past.Sealing.Text, "尚未封存") {
		t.Errorf("%+v", past.Sealing)
	}
}
