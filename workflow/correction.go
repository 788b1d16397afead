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
	judged, ok := decision.Last(v.d.RectificationsJudged)
	if !ok {
		return v.noObject("没有验收", "nothing was accepted or rejected")
	}
	a := judged.Act
	item, _ := v.d.Rectification(a.Item)
	switch {
	case a.Acceptor == "" || item.Rectifier == "":
		return v.unknown("整改人员或者验收人员", "who rectified or who accepted")
	case bodyName(a.Acceptor) == bodyName(item.Rectifier), judged.Actor.ID != "" && judged.Actor.ID == item.By.ID:
		return v.broken("整改和验收为同一人", "the same person rectified and accepted").about("%s", a.Item)
	}
	for _, o := range v.d.RectificationsOpened {
		if o.Act.Item == a.Item && bodyName(o.Act.Person) == bodyName(a.Acceptor) {
			return v.broken("验收人员即整改责任人", "the acceptor is the person responsible for the item").about("%s", a.Item)
		}
	}
	return v.ok()
}
