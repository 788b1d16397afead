package workflow_test

import (
	"errors"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
)

// An identity that is limited to named cases acts in these and names no other.
func TestAnActorKeepsToTheCasesWithinReach(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first := b.perform(sample.Before("d713", "study_proposal"))
	second := b.perform(sample.Before("d713", "study_proposal"))
	next := sample.Walk("d713")[1]

	next.Actor.Cases = []string{second}
	b.refused(b.do(first, next), workflow.CodeRole)
	next.Actor.Cases = []string{second, first}
	if err := b.do(first, next); err != nil {
		t.Errorf("within reach: %v", err)
	}

	drafting := b.perform(sample.Before("d713", "submit_draft"))
	offspring := b.perform(from(drafting, "same_matter")(sample.Before("d713", "study_proposal")))
	link := step(unit, "03-14", decision.LinkCase{Case: offspring, Object: "same_matter", Title: "油烟治理"})
	link.Actor.Cases = []string{drafting}
	b.refused(b.do(drafting, link), workflow.CodeForeignAct)
	link.Actor.Cases = append(link.Actor.Cases, offspring)
	if err := b.do(drafting, link); err != nil {
		t.Errorf("both within reach: %v", err)
	}

	propose := sample.Walk("d713")[0]
	propose.Actor.Cases = []string{first}
	_, err := b.svc.Propose(t.Context(), workflow.Request{Act: propose.Act, Actor: propose.Actor, Pack: "d713", Materials: propose.Files})
	b.refused(err, workflow.CodeRole)

	public := sample.Actor("d713", workflow.RolePublic)
	public.Cases = []string{second}
	if _, err := b.svc.ReceiveOpinions(t.Context(), first, public, "", nil); !errors.Is(err, workflow.ErrNotFound) {
		t.Errorf("an opinion on a case out of reach: %v", err)
	}
	office := sample.Actor("d713", workflow.RoleGovOffice)
	office.Cases = []string{second}
	_, err = b.svc.CommitOpinions(t.Context(), first, office)
	b.refused(err, workflow.CodeRole)
}

// Whoever acts for another stays himself; for whom and by which document is
// kept with the act, and told apart when a key comes again.
func TestDelegatedAuthorityIsKept(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.perform(sample.Before("d713", "study_proposal"))
	next := sample.Walk("d713")[1]
	next.Actor.OnBehalfOf, next.Actor.Authority = "县政府办公室主任", "县政办〔2026〕5号"
	b.clock.Set(next.On)
	request := workflow.Request{Decision: id, Expect: workflow.Latest, Act: next.Act, Actor: next.Actor, Materials: next.Files, Key: "k"}
	if _, err := b.svc.Do(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	c, err := b.svc.Read(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if kept := c.Deeds[1].Actor; kept.ID != next.Actor.ID || kept.OnBehalfOf != next.Actor.OnBehalfOf || kept.Authority != next.Actor.Authority {
		t.Errorf("%+v", kept)
	}
	if again, err := b.svc.Do(t.Context(), request); err != nil || !again.Replayed {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	request.Actor.Cases = []string{"another"}
	_, err = b.svc.Do(t.Context(), request)
	b.refused(err, workflow.CodeRole)
	request.Actor.OnBehalfOf, request.Actor.Authority, request.Actor.Cases = "", "", nil
	if _, err := b.svc.Do(t.Context(), request); !errors.Is(err, workflow.ErrKeyReused) {
		t.Errorf("for himself, under the same key: %v", err)
	}
}
