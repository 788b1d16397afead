package workflow

import (
	"context"
	"fmt"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/history"
)

// erasable says whether the record lets the things that an act names be
// erased, and if not, why: the code is then not empty. Whether they are held
// only the vault knows; see [Service.Do].
//
// A step is its evidence, and the law on archives has it kept. So what an act
// names goes only when it is personal data, or was kept as restricted; and not
// at all while somebody still has to read it to decide, nor an opinion before
// it was studied (Art 18).
func erasable(c Case, a decision.EraseData) (code Code, zh, en string) {
	covered := disposedOf(c.Decision)
	for _, position := range a.Opinions {
		if position > c.Decision.OpinionCount() {
			return CodeForeignAct, fmt.Sprintf("案卷中没有意见登记号“%d”", position), fmt.Sprintf("the record holds no opinion number %d", position)
		}
		if by, gone := c.Decision.ErasedOpinion(position); gone {
			return erasedBefore(fmt.Sprintf("第%d号意见", position), fmt.Sprintf("opinion %d", position), by.Seq)
		}
		if slices.Contains(studying, c.Stage) && covered.gap(position, position) > 0 {
			return CodeNeeded, fmt.Sprintf("第%d号意见尚未研究处理，处理后方可删除", position), fmt.Sprintf("opinion %d has no disposition yet; dispose of it first", position)
		}
	}
	named, needed := namedIn(c), awaited(c)
	for _, digest := range a.Materials {
		if by, gone := c.Decision.ErasedMaterial(digest); gone {
			return erasedBefore("此材料", "the material", by.Seq)
		}
		if needed[digest] {
			return CodeNeeded, fmt.Sprintf("下一关口仍须以此为证据，先提交替代文本：%s", digest),
				fmt.Sprintf("the next gate still needs it as evidence; put another text in its place first: %s", digest)
		}
		if named[digest] && a.Class != decision.ClassPersonal && !history.Digest(digest).Committed() {
			return CodeNeeded, fmt.Sprintf("程序行为以此为证据；既非个人信息，也不是限制公开的材料：%s", digest),
				fmt.Sprintf("an act has it as its evidence, and it is neither personal data nor restricted: %s", digest)
		}
	}
	return "", "", ""
}

func erasedBefore(zh, en string, seq int64) (Code, string, string) {
	return CodeErased, fmt.Sprintf("%s已由第%d条记录删除", zh, seq), fmt.Sprintf("%s was erased by entry %d", en, seq)
}

// namedIn are the digests that the acts of a case name.
func namedIn(c Case) map[string]bool {
	named := map[string]bool{}
	for _, d := range c.Deeds {
		for _, digest := range decision.Digests(d.Act) {
			named[digest] = true
		}
	}
	return named
}

// forms are the stages in which somebody still judges by the draft and what
// goes with it.
var forms = []Stage{StageDrafting, StageReview, StageReviewed, StageAgenda, StageMeeting, StageMinutes, StageDecided}

// studying are the stages in which opinions are still to be disposed of: by
// those who form the draft, and after that by those who carry it out (Art 35).
var studying = append(forms[:len(forms):len(forms)], inForce...)

// awaited are the materials by which a gate that is still to come is judged:
// the draft at hand, the package under review, what goes to the meeting (Arts
// 26 and 29), and the record of the meeting until the decision is out.
func awaited(c Case) map[string]bool {
	needed := map[string]bool{}
	if !slices.Contains(forms, c.Stage) {
		return needed
	}
	need := func(act decision.Act) {
		for _, digest := range decision.Digests(act) {
			needed[digest] = true
		}
	}
	d := c.Decision
	last(d.Drafts, need)
	last(d.Submissions, need)
	last(d.Supplements, need)
	last(d.RiskAssessments, need)
	last(d.CompetitionReviews, need)
	last(d.LegalityOpinions, need)
	last(d.Agendas, need)
	last(d.MinutesSigned, need)
	return needed
}

func last[A decision.Act](list []decision.Done[A], do func(decision.Act)) {
	if done, ok := decision.Last(list); ok {
		do(done.Act)
	}
}

// stillHolds checks that the vault holds every material that is to be erased.
func (s *Service) stillHolds(ctx context.Context, id string, a decision.EraseData, stage Stage) error {
	digests := make([]history.Digest, len(a.Materials))
	for i, m := range a.Materials {
		digests[i] = history.Digest(m)
	}
	if len(digests) == 0 {
		return nil
	}
	lacking, err := s.Vault.Lacking(ctx, id, digests)
	if err != nil || len(lacking) == 0 {
		return err
	}
	return &RefusedError{
		Code: CodeForeignAct, Act: a.Kind(), Stage: stage,
		Zh: fmt.Sprintf("没有这些材料，无从删除：%v", lacking), En: fmt.Sprintf("there is nothing to erase, these are not held: %v", lacking),
	}
}

// erasures lists what an act takes away.
func erasures(act decision.Act) []Erasure {
	a, ok := act.(decision.EraseData)
	if !ok {
		return nil
	}
	var list []Erasure
	for _, m := range a.Materials {
		list = append(list, Erasure{Material: history.Digest(m)})
	}
	for _, position := range a.Opinions {
		list = append(list, Erasure{Position: position})
	}
	return list
}
