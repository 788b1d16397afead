package dossier_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// ground is why opinions and statements are withheld in the tests.
const ground = "政府信息公开条例第十五条、第十六条"

// A history that nobody touched is never said to be broken: a case stopped at
// each act, whole and with each redaction.
func TestNoFalseAlarm(t *testing.T) {
	t.Parallel()
	in := install(t, workflowtest.SQLite(t))
	var stops []decision.Kind
	seen := map[decision.Kind]bool{"propose": true}
	for i, s := range sample.Walk("d713") {
		if kind := s.Act.Kind(); !seen[kind] && (i%7 == 0 || !testing.Short() && !storetest.RaceEnabled) {
			stops = append(stops, kind)
		}
		seen[s.Act.Kind()] = true
	}
	ids := map[decision.Kind]string{}
	for _, kind := range stops {
		id, err := sample.Perform(t.Context(), in.svc, in.clock, "d713", sample.Before("d713", kind))
		if err != nil {
			t.Fatal(err)
		}
		ids[kind] = id
	}
	in.seal(t)
	n := 0
	for kind, id := range ids {
		for _, classes := range [][]decision.Class{nil, {decision.ClassPersonal}, {decision.ClassDeliberation, decision.ClassCommercial}} {
			r := dossier.Redaction{Classes: classes, Ground: ground}
			data := in.export(t, dossier.Request{Decision: id, Withhold: r.Withhold})
			report := verify(t, data, in.options())
			if report.Verdict != dossier.Sound || !report.KeyTrusted || report.Entries.Of == 0 {
				t.Errorf("before %s, withheld %v: %s %+v", kind, classes, report.Verdict, report.Failure)
			}
			if again := in.export(t, dossier.Request{Decision: id, Withhold: r.Withhold}); !bytes.Equal(data, again) {
				t.Errorf("before %s, withheld %v: not the same bytes again", kind, classes)
			}
			n++
		}
	}
	t.Logf("%d untouched dossiers, 0 false alarms", n)
}

// What the log went through does not matter to who trusts its first key.
func TestTrustReachesOverAHandover(t *testing.T) {
	t.Parallel()
	in := install(t, workflowtest.SQLite(t))
	first := in.key
	early := in.perform(t, sample.Before("d713", "submit_draft"))
	before, err := in.sealer.Log.Latest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	in.rotate(t)
	id := in.perform(t, sample.Walk("d713"))
	in.rotate(t)
	in.perform(t, sample.Before("d713", "initiate"))
	for _, id := range []string{early, id} {
		data := in.export(t, dossier.Request{Decision: id, Earlier: [][]byte{before.Note}})
		for name, key := range map[string]string{"the first key": first.VKey(), "the last key": in.key.VKey()} {
			o := dossier.Options{Trust: history.Trust{Keys: []string{key}}, Outside: []dossier.Outside{{Note: before.Note}}}
			if key == in.key.VKey() {
				o.Outside = nil // the last key does not vouch for what it never signed
			}
			if report := verify(t, data, o); report.Verdict != dossier.Sound || !report.KeyTrusted {
				t.Errorf("%s: %s %+v", name, report.Verdict, report.Failure)
			}
		}
		stranger := dossier.Options{Trust: history.Trust{Keys: []string{newKey(t).VKey()}}}
		if report := verify(t, data, stranger); report.Verdict != dossier.Broken || report.Failure.Code != "key" {
			t.Errorf("a key that nobody knows: %s %+v", report.Verdict, report.Failure)
		}
	}
	// Without a key the verdict says that nobody vouches for it.
	report := verify(t, in.export(t, dossier.Request{Decision: id}), dossier.Options{})
	if report.Verdict != dossier.Sound || report.KeyTrusted || !strings.Contains(report.Text("en"), "does not show who made it") {
		t.Errorf("without a key: %+v", report)
	}
	// A checkpoint that nothing connects is not passed over.
	report = verify(t, in.export(t, dossier.Request{Decision: id}), dossier.Options{
		Trust: history.Trust{Keys: []string{first.VKey()}}, Outside: []dossier.Outside{{Note: before.Note}},
	})
	if report.Verdict == dossier.Sound && report.Outside != 1 {
		t.Errorf("an outside checkpoint was passed over: %+v", report)
	}
}

// What was lawfully erased, and what is withheld, stays accounted for; what is
// shown later is held to what was withheld.
func TestWhatIsErasedOrWithheldIsAccountedFor(t *testing.T) {
	t.Parallel()
	in := install(t, workflowtest.SQLite(t))
	steps := sample.Before("d713", "submit_for_review")
	id, err := sample.Perform(t.Context(), in.svc, in.clock, "d713", steps)
	if err != nil {
		t.Fatal(err)
	}
	secret := []byte("供应商报价一览")
	kept, err := in.svc.KeepMaterial(t.Context(), id, workflow.Material{
		Name: "报价", MediaType: "text/plain", Content: bytes.NewReader(secret),
		Restricted: &decision.Restriction{Class: decision.ClassCommercial, Ground: "政府信息公开条例第十五条"},
	})
	if err != nil {
		t.Fatal(err)
	}
	do := func(act decision.Act, role decision.Role) {
		t.Helper()
		if _, err := in.svc.Do(t.Context(), workflow.Request{Decision: id, Expect: workflow.Latest, Act: act, Actor: sample.Actor("d713", role)}); err != nil {
			t.Fatal(err)
		}
	}
	do(decision.RecordInvestigation{
		Unit: sample.LeadUnit, Summary: "询价", Report: decision.Material{Digest: string(kept.Digest), Title: "询价报告"}, Materials: []decision.Material{{Digest: string(kept.Digest), Title: "供应商报价"}},
	}, workflow.RoleUndertakingUnit)
	in.seal(t)
	before, err := in.sealer.Log.Latest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	full := in.export(t, dossier.Request{Decision: id})
	if report := verify(t, full, in.options()); report.Verdict != dossier.Sound {
		t.Fatalf("whole: %+v", report.Failure)
	}

	withhold := dossier.Redaction{Classes: []decision.Class{decision.ClassCommercial, decision.ClassPersonal}, Ground: ground}.Withhold
	given := in.export(t, dossier.Request{Decision: id, Withhold: withhold})
	if bytes.Contains(given, secret) || bytes.Contains(given, kept.Salt) || bytes.Contains(given, []byte("安装期限太短")) {
		t.Error("what is withheld is in the file")
	}
	opinions, err := in.svc.Register.Opinions(t.Context(), id, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	o := in.options()
	o.Reveals = []dossier.Reveal{{Material: kept.Digest, Content: secret, Salt: kept.Salt}, {Opinion: 2, Content: opinions[1].Body}}
	report := verify(t, given, o)
	if report.Verdict != dossier.Sound || report.Withheld.Materials != 1 || report.Withheld.Opinions != 2 || report.Revealed != 2 || report.Acts.Checked != report.Acts.Of || report.Acts.Of == 0 {
		t.Errorf("withheld: %+v %+v", report, report.Failure)
	}
	o.Reveals = []dossier.Reveal{{Material: kept.Digest, Content: secret}} // without its salt nobody can tell
	if report := verify(t, given, o); report.Verdict != dossier.Broken || report.Failure.Code != "reveal" {
		t.Errorf("without the salt: %s %+v", report.Verdict, report.Failure)
	}
	o.Reveals = []dossier.Reveal{{Material: history.MaterialDigest(nil), Content: nil}}
	if report := verify(t, given, o); report.Verdict != dossier.Unusable {
		t.Errorf("of nothing withheld: %s", report.Verdict)
	}

	do(decision.EraseData{Opinions: []int64{1}, Materials: []string{string(kept.Digest)}, Class: decision.ClassCommercial, Ground: "个人信息保护法第四十七条", DecidedBy: "政府办公室主任"}, workflow.RoleGovOffice)
	in.seal(t)
	erased := in.export(t, dossier.Request{Decision: id})
	if bytes.Contains(erased, secret) {
		t.Error("what was erased is in the file")
	}
	report = verify(t, erased, in.options())
	if report.Verdict != dossier.Sound || report.Erased.Materials != 1 || report.Erased.Opinions != 1 {
		t.Errorf("erased: %+v %+v", report, report.Failure)
	}
	var out bytes.Buffer
	if _, err := dossier.Export(t.Context(), in.source(), dossier.Request{Decision: id, Size: before.Size}, &out); !errors.Is(err, dossier.ErrErasedSince) {
		t.Errorf("at a checkpoint before the erasure: %v", err)
	}
	// The dossier of before is still sound, and its later receipt does not contradict it.
	o = in.options()
	o.Receipts = [][]byte{in.receipt(t, id, dossier.Words{Seq: in.seqOf(t, id, "erase_data")})}
	if report := verify(t, full, o); report.Verdict != dossier.Sound || report.Receipts != 1 {
		t.Errorf("of before: %s %+v", report.Verdict, report.Failure)
	}
}

func TestWithheldEntriesKeepTheChain(t *testing.T) {
	t.Parallel()
	in := install(t, workflowtest.SQLite(t))
	id := in.perform(t, sample.Walk("d713"))
	data := in.export(t, dossier.Request{Decision: id, Withhold: dossier.Redaction{Classes: []decision.Class{decision.ClassDeliberation}, Ground: ground}.Withhold})
	if bytes.Contains(data, []byte("过渡期应为一年")) {
		t.Error("what was said in the meeting is in the file")
	}
	seq := in.seqOf(t, id, "record_statement")
	records, err := in.svc.History(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	o := in.options()
	o.Reveals = []dossier.Reveal{{Entry: seq, Content: records[seq-1].Data}}
	report := verify(t, data, o)
	if report.Verdict != dossier.Sound || report.Withheld.Entries == 0 || report.Revealed != 1 || report.Acts.Of != 0 {
		t.Errorf("%+v %+v", report, report.Failure)
	}
	if !strings.Contains(report.Text("zh"), "未能重新适用规则") {
		t.Errorf("it is not said that the rules were not run again:\n%s", report.Text("zh"))
	}
}

func TestNoDossierOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	in := install(t, workflowtest.SQLite(t))
	export := func(r dossier.Request) error {
		_, err := dossier.Export(t.Context(), in.source(), r, &bytes.Buffer{})
		return err
	}
	if err := export(dossier.Request{Decision: "nobody"}); !errors.Is(err, workflow.ErrNotFound) {
		t.Errorf("no such case: %v", err)
	}
	id, err := sample.Perform(t.Context(), in.svc, in.clock, "d713", sample.Before("d713", "initiate"))
	if err != nil {
		t.Fatal(err)
	}
	if err := export(dossier.Request{Decision: id}); !errors.Is(err, dossier.ErrUnsealed) {
		t.Errorf("before anything is sealed: %v", err)
	}
	in.seal(t)
	later, err := sample.Perform(t.Context(), in.svc, in.clock, "d713", sample.Before("d713", "initiate"))
	if err != nil {
		t.Fatal(err)
	}
	if err := export(dossier.Request{Decision: later}); !errors.Is(err, dossier.ErrUnsealed) {
		t.Errorf("before it is sealed: %v", err)
	}
	if err := export(dossier.Request{Decision: id, Size: 1000}); !errors.Is(err, dossier.ErrUnsealed) {
		t.Errorf("a checkpoint that is not there: %v", err)
	}
	// What nobody sealed yet is not in it, and does not make it unsound.
	if _, err := in.svc.Do(t.Context(), workflow.Request{
		Decision: id, Expect: workflow.Latest, Act: decision.Withdraw{Decider: "县长", Reason: "不再需要"}, Actor: sample.Actor("d713", workflow.RoleGovOffice),
	}); err != nil {
		t.Fatal(err)
	}
	data := in.export(t, dossier.Request{Decision: id})
	if report := verify(t, data, in.options()); report.Verdict != dossier.Sound || report.Entries.Of != int64(len(sample.Before("d713", "initiate"))) {
		t.Errorf("with an unsealed tail: %+v %+v", report, report.Failure)
	}
}
