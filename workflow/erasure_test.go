package workflow_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

const ground = "个人信息保护法第四十七条第一款第三项：个人撤回同意"

// erase is the act of erasing materials and opinions as personal data.
func erase(materials []string, opinions ...int64) decision.EraseData {
	return decision.EraseData{Materials: materials, Opinions: opinions, Class: decision.ClassPersonal, Ground: ground, DecidedBy: "行政首长"}
}

// What is erased was there: no rule is answered otherwise, nothing is missing
// that was not, and the stage stays, whatever was erased and whenever.
func TestAnErasureChangesNoAnswer(t *testing.T) {
	t.Parallel()
	seen := 0
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t, rapid.SampledFrom([]string{"d713", "strict-five"}).Draw(t, "pack"))
		if len(c.Deeds) == 0 {
			return
		}
		c.Evidence = rapid.SampledFrom([]workflow.Evidence{workflow.Live, workflow.Complete, workflow.Published}).Draw(t, "evidence")
		// In between or at the end, and more than once.
		erased := c.Fold(nil)
		for i, d := range c.Deeds {
			erased = erased.Fold(append(slices.Clone(erased.Deeds), d))
			if rapid.IntRange(0, 4).Draw(t, "erase") > 0 && i < len(c.Deeds)-1 {
				continue
			}
			seen++
			var named []string
			for _, d := range erased.Deeds {
				for _, m := range decision.Materials(d.Act) {
					named = append(named, m.Digest)
				}
			}
			s := step(office, "04-01", erase(named, 1, 2, 3))
			s.On = d.OccurredOn
			erased = put(erased, s, d.RecordedOn)
		}
		on := c.Deeds[len(c.Deeds)-1].RecordedOn.AddDays(3)
		same := func(what string, before, after []workflow.Finding) {
			for i, f := range before {
				g := after[i]
				if f.Rule != g.Rule || f.Status != g.Status || f.Severity != g.Severity || f.Zh != g.Zh || f.En != g.En || f.Earliest != g.Earliest || f.LagDays != g.LagDays {
					t.Fatalf("%s: before %+v, after %+v", what, f, g)
				}
			}
			if len(before) != len(after) {
				t.Fatalf("%s: %d findings, %d after the erasure", what, len(before), len(after))
			}
		}
		same("evaluated", workflow.Evaluate(c, on), workflow.Evaluate(erased, on))
		same("missing", workflow.Missing(c, "", on), workflow.Missing(erased, "", on))
		if c.Stage != erased.Stage || c.Decision.OpinionCount() != erased.Decision.OpinionCount() {
			t.Fatalf("%s with %d opinions became %s with %d", c.Stage, c.Decision.OpinionCount(), erased.Stage, erased.Decision.OpinionCount())
		}
	})
	t.Logf("%d erasures", seen)
}

// What must not be erased is refused by name, and nothing is taken away.
func TestWhatMayNotBeErased(t *testing.T) {
	t.Parallel()
	forming := sample.Before("d713", "submit_for_review")
	undisposed := without("dispose_opinions")(sample.Before("d713", "submit_for_review"))
	whole := sample.Before("d713", "assign_execution")
	draft, report := sample.Named("决策草案第3版").Digest, sample.Named("调研报告").Digest
	commercial := erase([]string{report})
	commercial.Class = decision.ClassCommercial
	for name, c := range map[string]struct {
		walk steps
		acts []decision.Act
		code workflow.Code // of the last act; empty: accepted
	}{
		"evidence with personal data":            {forming, []decision.Act{erase([]string{report})}, ""},
		"evidence without":                       {forming, []decision.Act{commercial}, workflow.CodeNeeded},
		"evidence without, of a finished case":   {sample.Walk("d713"), []decision.Act{commercial}, workflow.CodeNeeded},
		"the draft at hand":                      {forming, []decision.Act{erase([]string{sample.Named("决策草案第2版").Digest})}, workflow.CodeNeeded},
		"a draft that was replaced":              {whole, []decision.Act{erase([]string{sample.Named("决策草案第1版").Digest})}, ""},
		"the draft before the meeting":           {whole, []decision.Act{erase([]string{draft})}, workflow.CodeNeeded},
		"the draft once the decision was issued": {sample.Walk("d713"), []decision.Act{erase([]string{draft})}, ""},
		"a material twice":                       {forming, []decision.Act{erase([]string{report}), erase([]string{report})}, workflow.CodeErased},
		"an opinion":                             {forming, []decision.Act{erase(nil, 1)}, ""},
		"an opinion that nobody studied":         {undisposed, []decision.Act{erase(nil, 1)}, workflow.CodeNeeded},
		"an opinion twice":                       {forming, []decision.Act{erase(nil, 1), erase(nil, 2, 1)}, workflow.CodeErased},
		"an opinion that never came":             {forming, []decision.Act{erase(nil, 9)}, workflow.CodeForeignAct},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			played := workflowtest.Case(t, "d713")
			for _, s := range c.walk {
				played = put(played, s, s.On)
			}
			var err error
			for _, act := range c.acts {
				var applied workflow.Applied
				if applied, err = workflowtest.Do(played, step(office, "06-30", act)); err == nil {
					played = applied.Case
				}
			}
			var refused *workflow.RefusedError
			switch {
			case c.code == "" && err != nil:
				t.Error(err)
			case c.code != "" && (!errors.As(err, &refused) || refused.Code != c.code || refused.Zh == "" || refused.En == ""):
				t.Errorf("%v, want %s", err, c.code)
			}
		})
	}
}

// Through the service: the entry and what it takes away go together, a
// restricted file is committed to under its salt, and the statistics, which
// read the acts, count the opinion as before.
func TestErasedThroughTheService(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s workflowtest.Storage) {
		svc, clock := newService(t, s)
		ctx := t.Context()
		id, err := sample.Perform(ctx, svc, clock, "d713", sample.Before("d713", "submit_for_review"))
		if err != nil {
			t.Fatal(err)
		}
		list := workflow.Material{Name: "参会人员名单", MediaType: "text/plain", Content: strings.NewReader("名单"), Restricted: &decision.Restriction{Class: decision.ClassPersonal, Ground: ground}}
		kept, err := svc.KeepMaterial(ctx, id, list)
		if err != nil || !kept.Digest.Committed() || kept.Digest != history.SHA256().Commit(kept.Salt, []byte("名单")) {
			t.Fatalf("%s: %v", kept.Digest, err)
		}
		if other, err := svc.KeepMaterial(ctx, id, list); err != nil || other.Digest == kept.Digest {
			t.Errorf("the same file under the same salt: %v", err)
		}
		list.Restricted = &decision.Restriction{Class: "secret", Ground: ground}
		var invalid *decision.InvalidError
		if _, err := svc.KeepMaterial(ctx, id, list); !errors.As(err, &invalid) {
			t.Errorf("a class that does not exist: %v", err)
		}
		// An act names the commitment as it names any digest.
		heard := acts("hear_public")
		if len(heard) == 0 {
			heard = steps{step(unit, "04-22", decision.HearPublic{Activity: "f1", Method: "forum", Draft: 2, People: new(12), Summary: "座谈", Record: sample.Named("座谈会记录")})}
		}
		forum := heard[0].Act.(decision.HearPublic)
		forum.Record = decision.Material{Digest: string(kept.Digest), Title: "参会人员名单"}
		clock.Set(date("04-22"))
		actor := sample.Actor("d713", unit)
		if _, err := svc.Do(ctx, workflow.Request{Decision: id, Expect: workflow.Latest, Act: forum, Actor: actor}); err != nil {
			t.Fatal(err)
		}

		office := sample.Actor("d713", office)
		request := workflow.Request{Decision: id, Expect: workflow.Latest, Act: erase([]string{string(kept.Digest)}, 1), Actor: office, Key: "erase"}
		unheld := request
		unheld.Key, unheld.Act = "", erase([]string{sample.Named("没有上传的材料").Digest}, 1)
		var refused *workflow.RefusedError
		if _, err := svc.Do(ctx, unheld); !errors.As(err, &refused) || refused.Code != workflow.CodeForeignAct {
			t.Errorf("what is not held: %v", err)
		}
		if held, err := svc.Register.Opinions(ctx, id, 0, 1); err != nil || held[0].Erased != 0 || len(held[0].Body) == 0 {
			t.Errorf("a refusal took it away: %+v, %v", held, err)
		}
		receipt, err := svc.Do(ctx, request)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := svc.Do(ctx, request); err != nil || !again.Replayed || again.Version != receipt.Version {
			t.Errorf("the same request again: %+v, %v", again, err)
		}
		var gone *workflow.ErasedError
		if _, err := svc.Vault.Material(ctx, id, kept.Digest); !errors.As(err, &gone) || gone.Seq != receipt.Version {
			t.Errorf("the material: %v", err)
		}
		if held, err := svc.Register.Opinions(ctx, id, 0, 1); err != nil || held[0].Erased != receipt.Version || len(held[0].Body) != 0 || held[0].Digest == "" {
			t.Errorf("the opinion: %+v, %v", held, err)
		}
		c, err := svc.Read(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		root := c.Decision.OpinionBatches[0].Act
		ledger, err := svc.Register.Opinions(ctx, id, 0, int(root.Last))
		if err != nil {
			t.Fatal(err)
		}
		var digests []history.Digest
		for _, o := range ledger {
			digests = append(digests, o.Digest)
		}
		if got, err := history.Root(digests); err != nil || string(got) != root.Root {
			t.Errorf("the root over the register is %s, %v; want %s", got, err, root.Root)
		}
		if by, ok := c.Decision.ErasedOpinion(1); !ok || by.Seq != receipt.Version || by.Act.Ground != ground || by.Actor.ID != office.ID {
			t.Errorf("who erased it, and why: %+v", by)
		}
		// Who may not, and what names it after it is gone.
		request.Key, request.Actor, request.Act = "", actor, erase(nil, 2)
		if _, err := svc.Do(ctx, request); !errors.As(err, &refused) || refused.Code != workflow.CodeRole {
			t.Errorf("the undertaking unit erases: %v", err)
		}
		if _, err := svc.Do(ctx, workflow.Request{Decision: id, Expect: workflow.Latest, Act: forum, Actor: actor}); !errors.As(err, &refused) || refused.Code != workflow.CodeMaterial {
			t.Errorf("an act names what was erased: %v", err)
		}
	})
}

// A late entry is answered with its lag, and so is its repetition.
func TestTheLagStandsInTheReceipt(t *testing.T) {
	t.Parallel()
	svc, clock := newService(t, workflowtest.SQLite(t))
	walk := sample.Walk("d713")
	clock.Set(walk[0].On.AddDays(12))
	request := workflow.Request{Act: walk[0].Act, Actor: walk[0].Actor, OccurredOn: walk[0].On, Pack: "d713", Key: "k", Materials: walk[0].Files}
	for _, replayed := range []bool{false, true} {
		got, err := svc.Propose(t.Context(), request)
		if err != nil || got.Lag != 12 || got.Replayed != replayed {
			t.Errorf("%+v, %v", got, err)
		}
		clock.Set(walk[0].On.AddDays(40)) // the lag does not grow
	}
}
