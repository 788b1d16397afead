package workflow_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// category files the matter under a category of the pack.
func category(id string) func(steps) steps {
	return edit(func(a *decision.Propose) { a.Category = id })
}

// The walks under the packs, each lawful from end to end.
var lawful = map[string]func(steps) steps{
	"d713-department": func(steps) steps { return sample.Walk("d713-department") },
	"d713-township":   func(steps) steps { return sample.Walk("d713-township") },
	"henan-210": both(category("administration"), edit(func(a *decision.ConsultGroup) {
		a.With = []string{"trade_association", "enterprise"}
	})),
	"expropriation": both(category("project"), filed("补偿费用到位证明"),
		inserted("submit_for_review", unit, "04-22", decision.StateExpropriation{
			OldTown: new(true), MajorityObjects: new(true), ManyAffected: new(true), FundsReady: new(true), FundsProof: new(sample.Named("补偿费用到位证明")),
		}), edit(func(a *decision.Publish) { a.Remedies = "可以依法申请行政复议或者提起行政诉讼" })),
	"price-hearing": both(on("hold_hearing", "04-18"),
		edit(func(a *decision.AnnounceHearing) {
			a.HearingOn, a.Sides = date("04-18"), []string{"消费者", "经营者"}
		}),
		edit(func(a *decision.PublishParticipants) {
			a.Participants = []decision.Participant{{ID: "1", Side: "消费者"}, {ID: "2", Side: "经营者"}}
		})),
	"normative-document": both(category("general"), counselFor("normative_document"),
		inserted("archive_case", office, "05-25", decision.FileForRecord{With: "市人民政府", FiledOn: date("05-25")})),
	"contract": func(steps) steps {
		walk := both(category("contract"), counselFor("contract"))(sample.Before("d713", "place_on_agenda"))
		return slices.Concat(walk, steps{
			step(unit, "05-12", decision.ConcludeReview{Draft: 3, Outcome: "signed", Reference: "合同第8号", Reason: "审查意见已采纳"}),
		}, acts("archive_case"))
	},
}

func counselFor(object string) func(steps) steps {
	return edit(func(a *decision.EngageCounsel) { a.Scope = []string{object} })
}

// Every pack that comes with the module has a lawful walk, in which nothing is
// violated.
func TestEveryPackHasALawfulWalk(t *testing.T) {
	t.Parallel()
	packs, err := workflow.Packs()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packs.All() {
		change := lawful[p.Name]
		if p.Name == "d713" || p.Name == "strict-five" {
			continue // their walk is the sample's own
		}
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			if change == nil {
				t.Fatal("no walk")
			}
			played := workflowtest.Play(t, p.Name, change(sample.Walk("d713")))
			want := workflow.StageCompleted
			if p.Object == pack.ObjectContract {
				want = workflow.StageArchived
			}
			if played.Stage != want {
				t.Errorf("it came to %s", played.Stage)
			}
			for _, f := range workflow.Evaluate(played, judged) {
				if f.Status == workflow.Violated && f.Severity != workflow.Soft {
					t.Errorf("%s %s", f.Rule, f.En)
				}
				local := f.Rule[0] == 'L' && p.Name == "henan-210"
				if f.Status == workflow.NotEvidenced && !local {
					t.Errorf("%s: no evidence: %s", f.Rule, f.En)
				}
			}
		})
	}
}

const withNumbers = `pack: with-numbers
extends: d713
title: {zh: 有地方数字的规则, en: rules with local numbers}
norm: {zh: 本地规定, number: "1"}
from: "2019-09-01"
numbers:
  expert_count: {value: 2, unit: person, source: 第一条}
  quorum_percent: {value: 50, unit: percent, source: 第二条}
  publication_working_days: {value: 3, unit: working_day, source: 第三条}
  review_working_days_max: {value: 6, unit: working_day, source: 第四条}
  report_days: {value: 10, unit: day, source: 第五条}
`

// packBreaches break the rules that hold under other packs only. At is the act
// that is refused live; a norm is refused for want of a reason.
var packBreaches = []struct {
	rule, pack, what string
	at               decision.Kind
	spoil            func(steps) steps
}{
	{"R14.3", "henan-210", "the enterprises were not heard", "submit_for_review", edit(func(a *decision.ConsultGroup) { a.With = []string{"trade_association"} })},
	{"R15.1", "expropriation", "29 days, whatever the reason", "open_comment", edit(func(a *decision.OpenComment) {
		a.EndsOn, a.ShortenedReason = date("04-13"), "工期紧"
	})},
	{"R22.1", "expropriation", "no risk assessment, said not to be needed", "submit_for_review", both(without("file_risk_assessment"),
		determine(decision.StepRisk, func(a *decision.DetermineStep) { a.Applies, a.Ground = new(false), "condition_absent" }))},
	{"E11.1", "expropriation", "what was said is kept quiet", "submit_for_review", edit(func(a *decision.StateAdoption) { a.Published = nil })},
	{"E11.2", "expropriation", "most object and no hearing", "submit_for_review", without("announce_hearing", "publish_selection_method", "publish_participants", "deliver_materials", "hold_hearing")},
	{"E11.2", "expropriation", "nobody states the facts", "submit_for_review", without("state_expropriation")},
	{"E12.1", "expropriation", "many are concerned, the plenary meeting discusses", "place_on_agenda", both(
		edit(func(a *decision.PlaceOnAgenda) { a.Forum = "plenary_meeting" }), edit(func(a *decision.OpenMeeting) { a.Forum = "plenary_meeting" }))},
	{"E12.2", "expropriation", "the compensation is not there", "place_on_agenda", edit(func(a *decision.StateExpropriation) { a.FundsReady = new(false) })},
	{"E12.2", "expropriation", "no proof that it is", "place_on_agenda", edit(func(a *decision.StateExpropriation) { a.FundsProof = nil })},
	{"E13.1", "expropriation", "no remedies in the announcement", "publish", edit(func(a *decision.Publish) { a.Remedies = "" })},
	{"R16.1", "price-hearing", "no hearing", "submit_for_review", without("announce_hearing", "publish_selection_method", "publish_participants", "deliver_materials", "hold_hearing")},
	{"R16.5", "price-hearing", "materials 14 days before", "hold_hearing", edit(func(a *decision.DeliverMaterials) { a.Deliveries[1].On = date("04-04") })},
	{"P1", "price-hearing", "one consumer of three", "publish_participants", edit(func(a *decision.PublishParticipants) {
		a.Participants = append(a.Participants, decision.Participant{ID: "3", Side: "经营者"})
	})},
	{"P2", "price-hearing", "the call 29 days before", "hold_hearing", on("publish_selection_method", "03-20")},
	{"P3", "price-hearing", "the list 14 days before", "hold_hearing", on("publish_participants", "04-04")},
	{"P3", "price-hearing", "the announcement 14 days before", "hold_hearing", on("announce_hearing", "04-04")},
	{"R30.6", "normative-document", "issued on its review alone", "conclude_review", inserted("place_on_agenda", unit, "05-12", decision.ConcludeReview{Draft: 3, Outcome: "issued", Reason: "审核已过"})},
	{"N75.1", "normative-document", "not filed for record", "archive_case", without("file_for_record")},
	{"R25.1", "normative-document", "no review", "", without("submit_for_review", "request_supplement", "supplement_package", "file_counsel_opinion", "issue_legality_opinion", "confirm_still_stands", "respond_to_review")},
	{"L26.1", "normative-document", "sixteen working days", "issue_legality_opinion", on("issue_legality_opinion", "05-22")},
	{"R25.1", "contract", "another version is signed", "conclude_review", without("confirm_still_stands")},
	{"R25.3", "contract", "found unlawful", "", edit(func(a *decision.IssueLegalityOpinion) { a.Conclusion = "unlawful" })},
	{"R28.1", "contract", "no counsel", "issue_legality_opinion", without("file_counsel_opinion")},
	{"R28.4", "contract", "counsel for decisions only", "file_counsel_opinion", counselFor("decision")},
	{"L20.1", "with-numbers", "one expert of two", "submit_for_review", func(walk steps) steps {
		return edit(func(a *decision.FileExpertOpinion) {
			a.Expert, a.Topics, a.Signed = "专家甲", []string{"necessity", "feasibility", "soundness"}, new(true)
		})(without("dispose_expert_opinion")(walk))
	}},
	{"L20.1", "with-numbers", "one expert of two, his name written in two ways", "submit_for_review", func(walk steps) steps {
		const apart = "专家\u200b 甲"
		return both(without("dispose_expert_opinion"),
			edit(func(a *decision.EngageExpert) {
				if a.Expert != "专家甲" {
					a.Expert = apart
				}
			}),
			edit(func(a *decision.FileExpertOpinion) {
				if a.Expert != "专家甲" {
					a.Expert = apart
				}
			}))(walk)
	}},
	{"L26.1", "with-numbers", "seven working days", "issue_legality_opinion", on("issue_legality_opinion", "05-09")},
	{"L30.1", "with-numbers", "two of five members", "open_meeting", edit(func(a *decision.OpenMeeting) {
		for _, i := range []int{2, 3, 4} {
			a.Members[i].Present = new(false)
		}
	})},
	{"L32.1", "with-numbers", "published on the fourth working day", "publish", on("publish", "05-21")},
	{"L34.1", "with-numbers", "eleven days without a report", "complete_execution", func(walk steps) steps {
		return slices.DeleteFunc(walk, func(s sample.Step) bool {
			a, ok := s.Act.(decision.ReportProgress)
			return ok && a.State == "delayed"
		})
	}},
}

// numbered is the sample walk with reports often enough for the pack with
// numbers.
func numbered(walk steps) steps {
	again := acts("report_progress")[2]
	again.On = date("06-08")
	i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "suspend_execution" })
	return slices.Insert(walk, i, again)
}

func TestEachRuleOfTheOtherPacksIsBroken(t *testing.T) {
	t.Parallel()
	packs := packsWith(t, map[string]string{"with-numbers": withNumbers})
	more, err := workflow.Packs()
	if err != nil {
		t.Fatal(err)
	}
	broken := map[string]bool{}
	for _, b := range packBreaches {
		broken[b.rule] = true
		t.Run(fmt.Sprintf("%s/%s/%s", b.rule, b.pack, b.what), func(t *testing.T) {
			t.Parallel()
			p, err := more.Named(b.pack)
			walk := lawful[b.pack]
			if b.pack == "with-numbers" {
				p, err = packs.Named(b.pack)
				walk = numbered
			}
			if err != nil {
				t.Fatal(err)
			}
			whole := finding(t, workflow.Evaluate(under(p, walk(sample.Walk("d713"))), judged), b.rule)
			if whole.Status != workflow.Satisfied && b.rule != "R30.6" { // which has an object only when it is broken
				t.Fatalf("the walk itself: %s %s", whole.Status, whole.En)
			}
			spoiled := b.spoil(walk(sample.Walk("d713")))
			if b.at != "" {
				refusedUnder(t, p, spoiled, b.at, b.rule)
			}
			got := finding(t, workflow.Evaluate(under(p, spoiled), judged), b.rule)
			unknown := b.at != "" && got.Status == workflow.NotEvidenced
			if got.Status != workflow.Violated && !unknown {
				t.Errorf("in a complete file: %s: %s", got.Status, got.En)
			}
		})
	}
	for _, r := range workflow.Rules() {
		if (r.Listed || r.Number != "" || r.Object != "") && !broken[r.ID] {
			t.Errorf("%s has no breaking case", r.ID)
		}
	}
}

// under folds the steps as a complete file under a pack.
func under(p *pack.Pack, walk steps) workflow.Case {
	c := workflow.Case{ID: "case", Evidence: workflow.Complete, Pack: p, Calendar: calendar.China()}
	deeds := make([]workflow.Deed, len(walk))
	for i, s := range walk {
		deeds[i] = workflow.Deed{Ref: decision.Ref{Seq: int64(i + 1), OccurredOn: s.On, Actor: s.Actor}, Act: s.Act, Reasons: s.Reasons}
	}
	return c.Fold(deeds)
}

func refusedUnder(t *testing.T, p *pack.Pack, walk steps, at decision.Kind, rule string) {
	t.Helper()
	c := workflow.Case{ID: "case", Evidence: workflow.Live, Pack: p, Calendar: calendar.China()}
	for _, s := range walk {
		applied, err := workflowtest.Do(c, s)
		if err == nil {
			c = applied.Case
			continue
		}
		var refused *workflow.RefusedError
		named := errors.As(err, &refused) && slices.ContainsFunc(refused.Findings, func(f workflow.Finding) bool { return f.Rule == rule })
		if s.Act.Kind() != at || !named {
			t.Fatalf("refused at %s: %v", s.Act.Kind(), err)
		}
		return
	}
	t.Fatalf("nothing was refused; %s should be", at)
}

// A local number that nobody could read refuses nobody, and says so.
func TestAnUnknownLocalNumberIsNoReasonToRefuse(t *testing.T) {
	t.Parallel()
	played := workflowtest.Play(t, "henan-210", lawful["henan-210"](sample.Walk("d713")))
	count := 0
	for _, f := range workflow.Evaluate(played, judged) {
		if f.Rule[0] == 'L' {
			count++
			if f.Status != workflow.NotEvidenced || f.Severity == "" {
				t.Errorf("%s: %s %s", f.Rule, f.Status, f.En)
			}
		}
	}
	if count != 5 {
		t.Errorf("%d local numbers are asked about", count)
	}
}

// A report without a day may lie in what looks like a gap, and one recorded
// late does not make one (L34.1).
func TestAnUndatedReportIsNoGap(t *testing.T) {
	t.Parallel()
	packs := packsWith(t, map[string]string{"with-numbers": withNumbers})
	p, err := packs.Named("with-numbers")
	if err != nil {
		t.Fatal(err)
	}
	report := func(s sample.Step) bool { return s.Act.Kind() == "report_progress" }
	undated := func(kind decision.Kind) func(steps) steps {
		return func(walk steps) steps {
			walk[slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == kind })].On = calendar.Date{}
			return walk
		}
	}
	for _, x := range []struct {
		what  string
		spoil func(steps) steps
		want  workflow.Status
	}{
		{"a report without a day", undated("report_progress"), workflow.NotEvidenced},
		{"the task set on no known day", undated("break_down_tasks"), workflow.NotEvidenced},
		{"the reports recorded in another order", func(walk steps) steps {
			first, last := slices.IndexFunc(walk, report), len(walk)-1
			for !report(walk[last]) {
				last--
			}
			walk[first], walk[last] = walk[last], walk[first]
			return walk
		}, workflow.Satisfied},
	} {
		got := finding(t, workflow.Evaluate(under(p, x.spoil(numbered(sample.Walk("d713")))), judged), "L34.1")
		if got.Status != x.want {
			t.Errorf("%s: %s: %s", x.what, got.Status, got.En)
		}
	}
}
