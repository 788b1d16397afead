package dossier_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/history/gm"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// secondVerdict is what the verifier in examples/verify-js says of a file.
type secondVerdict struct {
	File    string          `json:"file"`
	Verdict dossier.Verdict `json:"verdict"`
	Code    string          `json:"code"`
	Seq     int64           `json:"seq"`
	Message string          `json:"message"`
	Entries int64           `json:"entries"`
}

// second runs the verifier in JavaScript over files, with keys that it trusts.
func second(t testing.TB, keys []string, files ...[]byte) []secondVerdict {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("node is missing: install nodejs, or run the tests with -short")
	}
	args := []string{"../../examples/verify-js/verify.mjs", "--json"}
	for _, k := range keys {
		args = append(args, "--key", k)
	}
	dir := t.TempDir()
	for i, data := range files {
		path := filepath.Join(dir, fmt.Sprintf("%05d.zip", i))
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	var complaint bytes.Buffer
	cmd := exec.CommandContext(t.Context(), node, args...)
	cmd.Stderr = &complaint
	out, _ := cmd.Output() // the exit code is that of the worst
	var verdicts []secondVerdict
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var v secondVerdict
		if err := dec.Decode(&v); err != nil {
			t.Fatalf("%v\n%s\n%s", err, out, &complaint)
		}
		verdicts = append(verdicts, v)
	}
	if len(verdicts) != len(files) {
		t.Fatalf("%d verdicts on %d files\n%s", len(verdicts), len(files), &complaint)
	}
	return verdicts
}

// wrapping are the codes of what is around the entries: headers, directory,
// manifest. The verifiers look at them in different orders, so that damage in
// two of them at once has two names.
var wrapping = []string{"container", "format", "manifest", "derived", "missing", "empty", "page"}

// agree holds the two verifiers to one verdict, one code and the entry that they
// name. What the second does not do is left out: it applies no rule and renders
// no page.
func agree(t testing.TB, name string, first *dossier.Report, other secondVerdict) bool {
	t.Helper()
	var code string
	var seq int64
	if first.Failure != nil {
		code, seq = first.Failure.Code, first.Failure.Seq
	}
	switch {
	case code == "unlawful" || code == "page":
		return other.Verdict == dossier.Sound || other.Code == "page"
	case seq == 0 && other.Seq == 0 && slices.Contains(wrapping, code) && slices.Contains(wrapping, other.Code):
		return true
	case first.Verdict != other.Verdict || seq != other.Seq || code != other.Code:
		t.Errorf("%s: the first says %s %s %d (%+v), the second %s %s %d (%s)", name, first.Verdict, code, seq, first.Failure, other.Verdict, other.Code, other.Seq, other.Message)
		return false
	case first.Verdict == dossier.Sound && first.Entries.Of != other.Entries:
		t.Errorf("%s: %d entries and %d", name, first.Entries.Of, other.Entries)
		return false
	}
	return true
}

var recordedOn = regexp.MustCompile(`"recorded_at":"[0-9-]+T`)

// The second verifier was written from docs/history-format.md. Over sound and
// tampered dossiers it says what the first one says.
func TestTheSecondVerifierAgrees(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs node")
	}
	t.Parallel()
	in := install(t, workflowtest.SQLite(t))
	x := &tampering{TB: t, in: in, retired: in.key}
	x.other = in.perform(t, sample.Before("d713", "publish"))
	in.rotate(t)
	x.id = in.perform(t, sample.Walk("d713"))
	x.o = in.options()
	x.whole = in.export(t, dossier.Request{Decision: x.id})
	x.u = unpack(t, x.whole)
	x.lines = x.u.entries()

	var names []string
	var files [][]byte
	add := func(name string, data []byte) { names, files = append(names, name), append(files, data) }
	add("whole", x.whole)
	add("before the handover", in.export(t, dossier.Request{Decision: x.other}))
	for _, classes := range [][]decision.Class{{decision.ClassPersonal}, {decision.ClassDeliberation}, {decision.ClassPersonal, decision.ClassDeliberation}} {
		add(fmt.Sprintf("withheld %v", classes), in.export(t, dossier.Request{Decision: x.id, Withhold: dossier.Redaction{Classes: classes, Ground: ground}.Withhold}))
	}
	restricted, erased := withRestricted(t, in)
	add("restricted", restricted)
	add("erased", erased)
	sound := len(files)

	rounds, flips := *rounds, 20**rounds
	if storetest.RaceEnabled {
		rounds, flips = 1, 20
	}
	for _, class := range classes {
		for round := range rounds {
			x.r = rand.New(rand.NewPCG(714, uint64(round)))
			if a := class.make(x); len(a.o.Outside)+len(a.o.Receipts)+len(a.o.Reveals) == 0 && len(a.o.Trust.Keys) == 1 {
				add(fmt.Sprintf("%s, round %d", class.name, round), a.data)
			}
		}
	}
	for _, day := range []string{"2026-13-01", "2026-00-10", "2026-02-30", "2026-04-00"} { // no such days
		u, lines := x.u.clone(), slices.Clone(x.lines)
		lines[4] = recordedOn.ReplaceAll(lines[4], []byte(`"recorded_at":"`+day+`T`))
		u.setEntries(lines)
		add(day, u.pack(t))
	}
	r := rand.New(rand.NewPCG(714, 0))
	for i := range flips {
		from := files[i%sound]
		bad := bytes.Clone(from)
		at := r.IntN(len(bad))
		bad[at] ^= byte(1 << r.IntN(8))
		add(fmt.Sprintf("%s, byte %d", names[i%sound], at), bad)
	}
	agreed := 0
	for i, v := range second(t, x.o.Trust.Keys, files...) {
		report := verify(t, files[i], x.o)
		if i < sound && report.Verdict != dossier.Sound {
			t.Errorf("%s: %+v", names[i], report.Failure)
		}
		if agree(t, names[i], report, v) {
			agreed++
		}
	}
	t.Logf("%d dossiers, %d of them as exported: the verifiers agree on %d", len(files), sound, agreed)
}

// withRestricted is a case with a restricted material, and the same after it
// was erased.
func withRestricted(t testing.TB, in *installation) (whole, erased []byte) {
	t.Helper()
	id, err := sample.Perform(t.Context(), in.svc, in.clock, "d713", sample.Before("d713", "submit_for_review"))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := in.svc.KeepMaterial(t.Context(), id, workflow.Material{
		Name: "报价", MediaType: "text/plain", Content: strings.NewReader("报价一览"),
		Restricted: &decision.Restriction{Class: decision.ClassCommercial, Ground: ground},
	})
	if err != nil {
		t.Fatal(err)
	}
	do := func(act decision.Act, role decision.Role) {
		t.Helper()
		if _, err := in.svc.Do(t.Context(), workflow.Request{Decision: id, Expect: workflow.Latest, Act: act, Actor: sample.Actor("d713", role)}); err != nil {
			t.Fatal(err)
		}
		in.seal(t)
	}
	do(decision.RecordInvestigation{Unit: sample.LeadUnit, Summary: "询价", Report: decision.Material{Digest: string(kept.Digest), Title: "询价报告"}}, workflow.RoleUndertakingUnit)
	whole = in.export(t, dossier.Request{Decision: id})
	do(decision.EraseData{Opinions: []int64{1}, Materials: []string{string(kept.Digest)}, Class: decision.ClassCommercial, Ground: "个人信息保护法第四十七条", DecidedBy: "政府办公室主任"}, workflow.RoleGovOffice)
	return whole, in.export(t, dossier.Request{Decision: id})
}

// It reads SM3 and SM2 as well.
func TestTheSecondVerifierReadsSM3AndSM2(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs node")
	}
	t.Parallel()
	in := install(t, workflowtest.SQLite(t))
	in.under(t, gm.SM3())
	data := in.export(t, dossier.Request{Decision: in.perform(t, sample.Walk("d713"))})
	o := in.options()
	o.Trust.Verifiers, o.Trust.Algorithms = gm.Verifiers(), history.Algorithms{gm.SM3()}
	files := [][]byte{data}
	r := rand.New(rand.NewPCG(714, 2))
	for range 100 {
		bad := bytes.Clone(data)
		bad[r.IntN(len(bad))] ^= byte(1 << r.IntN(8))
		files = append(files, bad)
	}
	for i, v := range second(t, o.Trust.Keys, files...) {
		agree(t, fmt.Sprintf("file %d", i), verify(t, files[i], o), v)
	}
}
