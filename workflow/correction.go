package workflow

import (
	"fmt"

	"github.com/juece/juece/decision"
)

// correctionRules are the rules of chapter 5 (法律责任) that a record can show:
// what was ordered to be put right is put right, and somebody else says so.
var correctionRules = []Rule{
	{
		ID: "R38.1", Norm: d713, Article: 38, Paragraph: 1, Severity: Hard, Zh: "责令改正和整改事项均已验收", En: "everything ordered or found to be put right was accepted",
		Gates: executionGates, Prohibits: true,
		Acts: []decision.Kind{"open_rectification", "submit_rectification", "judge_rectification"}, check: rectified,
	},
	{
		ID: "S38.1", Norm: d713, Article: 38, Paragraph: 1, Severity: Hard, Zh: "整改人员不得验收自己的整改", En: "who rectified does not accept",
		Gates: []decision.Kind{"judge_rectification"}, Own: true, Acts: []decision.Kind{"judge_rectification"}, check: acceptorApart,
	},
}

// R38.1, Arts 38 ¶1, 39 and 40.
func rectified(v *view) result {
	items := v.d.Rectifications()
	if len(items) == 0 {
		return v.noObject("没有责令改正或者整改事项", "nothing was to be put right")
	}
	for _, r := range items {
		if r.State != "accepted" {
			return v.absent(fmt.Sprintf("整改事项“%s”尚未验收通过", r.Item), fmt.Sprintf("the item %q is not accepted", r.Item)).about("%s", r.Item)
		}
	}
	return v.ok()
}

// S38.1: the decree does not say it; a check by oneself is none.
func acceptorApart(v *view) result {
	if len(v.d.RectificationsJudged) == 0 {
		return v.noObject("没有验收", "nothing was accepted or rejected")
	}
	answers := make([]result, len(v.d.RectificationsJudged))
	for i, j := range v.d.RectificationsJudged {
		answers[i] = v.acceptance(j).about("%s", j.Act.Item)
	}
	return worst(answers...)
}

// acceptance compares who accepted with who submitted last before, with the
// person responsible and with the unit.
func (v *view) acceptance(judged decision.Done[decision.JudgeRectification]) result {
	var submitted decision.Done[decision.SubmitRectification]
	for _, s := range v.d.RectificationsSubmitted {
		if s.Act.Item == judged.Act.Item && s.Seq < judged.Seq {
			submitted = s
		}
	}
	acceptor, actor := bodyName(judged.Act.Acceptor), judged.Actor
	switch {
	case acceptor == "" || submitted.Act.Rectifier == "":
		return v.unknown("整改人员或者验收人员", "who rectified or who accepted")
	case acceptor == bodyName(submitted.Act.Rectifier), actor.ID != "" && actor.ID == submitted.Actor.ID:
		return v.broken("整改和验收为同一人", "the same person rectified and accepted")
	}
	for _, o := range v.d.RectificationsOpened {
		if o.Act.Item == judged.Act.Item && bodyName(o.Act.Person) == acceptor {
			return v.broken("验收人员即整改责任人", "the acceptor is the person responsible for the item")
		}
	}
	if item, _ := v.d.Rectification(judged.Act.Item); actor.Unit != "" && actor.Unit == item.Unit {
		return v.broken("整改单位验收了自己的整改", "the unit that rectified accepted it")
	}
	return v.ok()
}
