package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/pack"
)

// linked checks what an act says of another case, in that case's own record:
// that it exists, belongs to the same organ and says in its proposal where it
// came from. What a rule sees is one record; that two fit together only the
// service can see. A case out of the actor's reach is none that he can name.
func (s *Service) linked(ctx context.Context, c Case, act decision.Act, by decision.Actor) error {
	switch a := act.(type) {
	case decision.Propose:
		if a.Origin == nil {
			return nil
		}
		from, err := s.other(ctx, act, by, a.Organ.Name, a.Origin.Case)
		if err == nil && a.Origin.Relation == "adjusts" && !slices.Contains(inForce, from.Stage) {
			return misfit(act, "所调整的决策不在执行之中", "the decision to be adjusted is not in force")
		}
		return err
	case decision.OpenAdjustment:
		other, err := s.offspring(ctx, c, act, by, a.Case, "adjusts")
		if err == nil && slices.Contains(ended, other.Stage) {
			return misfit(act, "所述案件已经终止", "that case has ended")
		}
		return err
	case decision.ConcludeAdjustment:
		other, err := s.offspring(ctx, c, act, by, a.Case, "adjusts")
		if err != nil {
			return err
		}
		return s.concludes(other, a)
	case decision.LinkCase:
		relation := "spawned_by"
		if a.Object == "same_matter" {
			relation = a.Object
		}
		other, err := s.offspring(ctx, c, act, by, a.Case, relation)
		if err == nil && relation == "spawned_by" && other.Pack.Object != a.Object {
			return misfit(act, "所关联案件的对象与所述不符", "the case that is linked is about another object")
		}
		return err
	}
	return nil
}

// ended are the stages of a case that will decide nothing any more.
var ended = []Stage{StageDeclined, StageRejected, StageWithdrawn, StageConcluded, StageArchived}

// other returns a case of the same organ.
func (s *Service) other(ctx context.Context, act decision.Act, by decision.Actor, organ, id string) (loaded, error) {
	have, err := s.load(ctx, id)
	switch {
	case !by.Reaches(id), errors.Is(err, ErrNotFound), err == nil && have.Organ().Name != organ:
		return loaded{}, misfit(act, "没有所述的案件", "there is no such case")
	}
	return have, err
}

// offspring returns a case that says it came from this one.
func (s *Service) offspring(ctx context.Context, c Case, act decision.Act, by decision.Actor, id, relation string) (loaded, error) {
	have, err := s.other(ctx, act, by, c.Organ().Name, id)
	if err != nil {
		return loaded{}, err
	}
	proposal, _ := decision.Last(have.Decision.Proposals)
	if from := proposal.Act.Origin; from == nil || from.Case != c.ID || from.Relation != relation {
		return loaded{}, misfit(act, "所述案件的建议没有载明来自本案", "the proposal of that case does not say that it came from this one")
	}
	return have, nil
}

// concludes checks that the entry named shows how the adjustment ended: a
// change or a stop is a decision that was issued (Art 37).
func (s *Service) concludes(other loaded, a decision.ConcludeAdjustment) error {
	if a.Entry > int64(len(other.records)) || other.records[a.Entry-1].Digest != history.Digest(a.Digest) {
		return misfit(a, "所述案件中没有此条记录", "that case has no such entry")
	}
	if other.Pack.Object != pack.ObjectDecision {
		return misfit(a, "调整须履行决策程序，不得以其他审查代替", "an adjustment goes through the procedure of a decision, not the review of another object")
	}
	kind := decision.Kind(other.entries[a.Entry-1].Kind)
	issued := slices.Contains(issueGates, kind)
	switch {
	case a.Outcome != "abandoned" && !issued:
		return misfit(a, "所述记录不是新决策的公布", "that entry is not the issue of the new decision")
	case a.Outcome == "abandoned" && !slices.Contains(ended, other.Stage):
		return misfit(a, "调整案件尚未终止", "the adjustment case has not ended")
	}
	return nil
}

func misfit(act decision.Act, zh, en string) error {
	return &RefusedError{Code: CodeForeignAct, Act: act.Kind(), Zh: zh, En: en}
}

// newPack returns the pack that an act adopts, and nil for every other act.
func (s *Service) newPack(act decision.Act) (*pack.Pack, error) {
	adopt, ok := act.(decision.AdoptPack)
	if !ok {
		return nil, nil
	}
	p, err := s.Packs.Digested(adopt.Digest)
	if err != nil {
		return nil, err
	}
	if p.Name != adopt.Pack {
		return nil, fmt.Errorf("%w: %s is the digest of %q", pack.ErrUnknown, adopt.Digest, p.Name)
	}
	return p, nil
}
