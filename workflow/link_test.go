package workflow_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// bench is a service with a clock, for tests over several cases.
type bench struct {
	*testing.T
	svc   *workflow.Service
	clock *sample.Clock
}

func newBench(t *testing.T) bench {
	t.Helper()
	clock := sample.NewClock(date("03-02"))
	return bench{t, workflowtest.Service(t, workflowtest.SQLite(t), clock), clock}
}

func (b bench) perform(walk steps) string {
	b.Helper()
	id, err := sample.Perform(b.Context(), b.svc, b.clock, "d713", walk)
	if err != nil {
		b.Fatal(err)
	}
	return id
}

func (b bench) do(id string, s sample.Step) error {
	b.Helper()
	b.clock.Set(s.On)
	_, err := b.svc.Do(b.Context(), workflow.Request{
		Decision: id, Expect: workflow.Latest, Act: s.Act, Actor: s.Actor, OccurredOn: s.On, Materials: s.Files,
	})
	return err
}

// digest returns the digest of an entry.
func (b bench) digest(id string, kind decision.Kind) (int64, string) {
	b.Helper()
	c, err := b.svc.Read(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	records, err := b.svc.History(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	i := slices.IndexFunc(c.Deeds, func(d workflow.Deed) bool { return d.Act.Kind() == kind })
	return records[i].Seq, string(records[i].Digest)
}

func (b bench) refused(err error, code workflow.Code) {
	b.Helper()
	var refused *workflow.RefusedError
	if !errors.As(err, &refused) || refused.Code != code || refused.Zh == "" || refused.En == "" {
		b.Errorf("got %v, want a refusal with the code %s", err, code)
	}
}

// from makes a walk say that it came from another case.
func from(id, relation string) func(steps) steps {
	return edit(func(a *decision.Propose) { a.Origin = &decision.Origin{Case: id, Relation: relation} })
}

// A major change goes through the whole procedure in a case of its own (Art
// 37), and only its publication replaces the decision.
func TestArt37AMajorChangeGoesThroughTheProcedureAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	old := b.perform(sample.Before("d713", "complete_execution"))
	officer := func(act decision.Act) sample.Step { return step(office, "06-29", act) }

	open := openChange
	open.Case = "no-such-case"
	b.refused(b.do(old, officer(open)), workflow.CodeForeignAct)
	stranger := b.perform(sample.Before("d713", "study_proposal"))
	open.Case = stranger
	b.refused(b.do(old, officer(open)), workflow.CodeForeignAct) // it does not say that it adjusts this one

	other := b.perform(from(old, "adjusts")(sample.Before("d713", "publish")))
	open.Case = other
	if err := b.do(old, officer(open)); err != nil {
		t.Fatal(err)
	}
	end := conclude("changed")
	end.Case = other
	end.Entry, end.Digest = b.digest(other, "decide")
	b.refused(b.do(old, officer(end)), workflow.CodeForeignAct) // decided is not issued
	end.Outcome = "abandoned"
	b.refused(b.do(old, officer(end)), workflow.CodeForeignAct) // it has not ended

	publish := acts("publish")[0]
	publish.On = date("06-29")
	if err := b.do(other, publish); err != nil {
		t.Fatal(err)
	}
	end.Outcome = "changed"
	end.Entry, end.Digest = b.digest(other, "publish")
	forged := end
	forged.Digest = sample.Named("另一记录").Digest
	b.refused(b.do(old, officer(forged)), workflow.CodeForeignAct)
	stop := end
	stop.Outcome = "stopped"
	b.refused(b.do(old, officer(stop)), workflow.CodeRule) // R37.1: a change was opened
	if err := b.do(old, officer(end)); err != nil {
		t.Fatal(err)
	}
	c, err := b.svc.Read(t.Context(), old)
	if err != nil || c.Stage != workflow.StageReplaced {
		t.Errorf("the old case is %s, %v", c.Stage, err)
	}
	b.refused(b.do(old, officer(decision.UrgeExecution{Unit: sample.LeadUnit, Level: "notice", Reason: "迟", ReplyBy: date("06-30")})), workflow.CodeStage)
}

// A decision is stopped in the same way, also out of a suspension.
func TestArt37AStopGoesThroughTheProcedureToo(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	old := b.perform(sample.Before("d713", "resume_execution"))
	other := b.perform(from(old, "adjusts")(sample.Before("d713", "archive_case")))
	open, end := openChange, conclude("stopped")
	open.Case, open.Aim, end.Case = other, "stop", other
	end.Entry, end.Digest = b.digest(other, "publish")
	for _, act := range []decision.Act{open, end} {
		if err := b.do(old, step(office, "06-29", act)); err != nil {
			t.Fatal(err)
		}
	}
	if c, err := b.svc.Read(t.Context(), old); err != nil || c.Stage != workflow.StageStopped {
		t.Errorf("%s, %v", c.Stage, err)
	}
}

// The review of a contract does not change a decision, whatever it publishes.
func TestArt37AContractAdjustsNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	old := b.perform(sample.Before("d713", "complete_execution"))
	walk := from(old, "adjusts")(lawful["contract"](nil))
	filing := len(walk) - 1
	other, err := sample.Perform(b.Context(), b.svc, b.clock, "contract", walk[:filing-1])
	if err != nil {
		t.Fatal(err)
	}
	open, end := openChange, conclude("abandoned")
	open.Case, end.Case = other, other
	if err := b.do(old, step(office, "06-29", open)); err != nil {
		t.Fatal(err)
	}
	for _, s := range walk[filing-1:] {
		s.On = date("06-29")
		if err := b.do(other, s); err != nil {
			t.Fatal(err)
		}
	}
	end.Entry, end.Digest = b.digest(other, "archive_case")
	b.refused(b.do(old, step(office, "06-29", end)), workflow.CodeForeignAct)
}

// Only a decision in force is adjusted.
func TestArt37WhatIsNotInForceIsNotAdjusted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	early := b.perform(sample.Before("d713", "publish"))
	_, err := sample.Perform(t.Context(), b.svc, b.clock, "d713", from(early, "adjusts")(sample.Before("d713", "study_proposal")))
	b.refused(err, workflow.CodeForeignAct)
	_, err = sample.Perform(t.Context(), b.svc, b.clock, "d713", from("none", "spawned_by")(sample.Before("d713", "study_proposal")))
	b.refused(err, workflow.CodeForeignAct)
}

// Opinions on a decision come in from its publication on (Art 35 ¶2), and are
// not for anybody before it.
func TestArt35OpinionsComeInAfterPublication(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	public := sample.Actor("d713", workflow.RolePublic)
	opinion := []decision.Opinion{{Activity: workflow.Feedback, Channel: "telephone", Verification: "anonymous", Text: "执行太慢"}}
	id := b.perform(sample.Before("d713", "publish"))
	if _, err := b.svc.ReceiveOpinions(t.Context(), id, public, "", opinion); !errors.Is(err, workflow.ErrNotFound) { // of which nobody knows yet
		t.Errorf("before it is published: %v", err)
	}
	_, err := b.svc.ReceiveOpinions(t.Context(), id, sample.Actor("d713", workflow.RoleExecutingUnit), "", opinion)
	b.refused(err, workflow.CodeOpinionsClosed)
	if err := b.do(id, acts("publish")[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := b.svc.ReceiveOpinions(t.Context(), id, public, "", opinion); err != nil {
		t.Error(err)
	}
	receipts, err := b.svc.CommitOpinions(t.Context(), id, sample.Actor("d713", workflow.RoleExecutingUnit))
	if err != nil || len(receipts) != 1 {
		t.Errorf("%v, %v", receipts, err)
	}
}

// A contract that embodies a decision is reviewed in a case of its own, under
// its own pack; the two name each other.
func TestAContractIsReviewedInACaseOfItsOwn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	parent := b.perform(sample.Before("d713", "archive_case"))
	review, err := sample.Perform(b.Context(), b.svc, b.clock, "contract", from(parent, "spawned_by")(lawful["contract"](nil)))
	if err != nil {
		t.Fatal(err)
	}
	if c, err := b.svc.Read(t.Context(), review); err != nil || c.Stage != workflow.StageArchived || c.Pack.Object != "contract" {
		t.Errorf("%s, %v", c.Stage, err)
	}
	link := decision.LinkCase{Case: review, Object: "normative_document", Title: "油烟净化设施采购合同"}
	b.refused(b.do(parent, step(unit, "06-29", link)), workflow.CodeForeignAct) // it is no normative document
	link.Object = "contract"
	if err := b.do(parent, step(unit, "06-29", link)); err != nil {
		t.Error(err)
	}
	link.Case = parent
	b.refused(b.do(parent, step(unit, "06-29", link)), workflow.CodeForeignAct) // a case does not come from itself
}
