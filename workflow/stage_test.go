package workflow_test

import (
	"errors"
	"flag"
	"os"
	"slices"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestTheStageDiagramIsTheTable(t *testing.T) {
	t.Parallel()
	const golden = "../docs/stages.md"
	want := "# 阶段 Stages\n\n由转换表生成（`go test ./workflow -update`）。Generated from the transition table; acts that stay in their stage are not drawn.\n\n```mermaid\n" + workflow.Mermaid() + "```\n"
	if *update {
		if err := os.WriteFile(golden, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the table says; run go test ./workflow -update", golden)
	}
}

func TestTheTableIsSound(t *testing.T) {
	t.Parallel()
	known := map[workflow.Stage]bool{workflow.StageNone: true}
	for _, s := range workflow.Stages() {
		known[s.Stage] = true
		if s.Zh == "" || s.En == "" {
			t.Errorf("%s has no name", s.Stage)
		}
	}
	used := map[decision.Kind]bool{}
	rows := map[workflow.Transition]bool{}
	reached := map[workflow.Stage]bool{workflow.StageNone: true}
	for _, tr := range workflow.Transitions() {
		used[tr.Act] = true
		if _, err := decision.Describe(tr.Act); err != nil || !known[tr.From] || !known[tr.To] {
			t.Errorf("%+v names something that does not exist", tr)
		}
		key := workflow.Transition{From: tr.From, Act: tr.Act, Outcome: tr.Outcome}
		if rows[key] {
			t.Errorf("%+v stands twice", key)
		}
		rows[key] = true
		reached[tr.To] = true
	}
	for stage := range known {
		if !reached[stage] {
			t.Errorf("nothing leads to %s", stage)
		}
	}
	for _, info := range decision.Catalogue() {
		if !used[info.Kind] {
			t.Errorf("%s has no place in any stage", info.Kind)
		}
		if len(workflow.Permitted(info.Kind)) == 0 {
			t.Errorf("nobody may %s", info.Kind)
		}
	}
	for _, s := range workflow.Stages() {
		if s.Gate != "" && !slices.ContainsFunc(workflow.Transitions(), func(tr workflow.Transition) bool { return tr.From == s.Stage && tr.Act == s.Gate }) {
			t.Errorf("the gate of %s is not in the table", s.Stage)
		}
	}
}

func TestWhoMayNotIsRefused(t *testing.T) {
	t.Parallel()
	for i, step := range sample.Walk("d713") {
		if i > 0 && step.Act.Kind() == sample.Walk("d713")[i-1].Act.Kind() {
			continue
		}
		c := workflowtest.Play(t, "d713", sample.Before("d713", step.Act.Kind()))
		for name, change := range map[string]func(*decision.Actor){
			"no role":     func(a *decision.Actor) { a.Roles = nil },
			"auditor":     func(a *decision.Actor) { a.Roles = []decision.Role{workflow.RoleAuditor} },
			"other organ": func(a *decision.Actor) { a.Organ = "邻县人民政府" },
		} {
			if name == "other organ" && step.Actor.Organ == sample.SuperiorOrgan {
				continue // a superior acts upon the cases of others (Art 8 ¶2)
			}
			s := step
			s.Actor.Roles = slices.Clone(s.Actor.Roles)
			change(&s.Actor)
			var refused *workflow.RefusedError
			if _, err := workflowtest.Do(c, s); !errors.As(err, &refused) || refused.Code != workflow.CodeRole {
				t.Errorf("%s by %s: %v", step.Act.Kind(), name, err)
			}
		}
	}
	c := workflowtest.Play(t, "d713", sample.Before("d713", "record_investigation"))
	s := sample.Walk("d713")[4]
	s.Actor.Unit = "县水利局"
	var refused *workflow.RefusedError
	if _, err := workflowtest.Do(c, s); !errors.As(err, &refused) || refused.Code != workflow.CodeRole {
		t.Errorf("a unit that was not assigned: %v", err)
	}
	c = workflowtest.Play(t, "d713", sample.Before("d713", "issue_legality_opinion"))
	s = sample.Walk("d713")[slices.IndexFunc(sample.Walk("d713"), func(s sample.Step) bool { return s.Act.Kind() == "issue_legality_opinion" })]
	s.Actor.ID = sample.Actor("d713", workflow.RoleUndertakingUnit).ID
	if _, err := workflowtest.Do(c, s); !errors.As(err, &refused) || refused.Code != workflow.CodeRole {
		t.Errorf("the drafter reviews: %v", err)
	}
}
