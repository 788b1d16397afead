package workflow

import (
	"fmt"
	"slices"
	"strings"

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
	{
		ID: "S38.2", Norm: d713, Article: 38, Paragraph: 1, Severity: Hard, Zh: "评查合计正确，发现的问题有失分项目和理由，各成一个新的整改事项", En: "the scores of a review add up, and each finding is of a scored item with its reason and opens an item of its own",
		Gates: []decision.Kind{"review_case_file"}, Own: true, Acts: []decision.Kind{"review_case_file"}, check: reviewAddsUp,
	},
	{
		ID: "S38.3", Norm: d713, Article: 38, Paragraph: 1, Severity: Hard, Zh: "起草人员不评查自己的案卷", En: "who drafted does not review the case file",
		Gates: []decision.Kind{"review_case_file"}, Own: true, Acts: []decision.Kind{"review_case_file"}, check: fileReviewerApart,
	},
}

// R38.1, Arts 38 ¶1, 39 and 40.
func rectified(v *view) result {
	items := v.d.Rectifications()
	if len(items) == 0 {
		return v.noObject("没有责令改正或者整改事项", "nothing was to be put right")
	}
	for _, r := range items {
		if r.Item == "" {
			return v.unknown("整改事项的编号", "the number of an item")
		}
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
	var results []result
	for _, j := range v.d.RectificationsJudged {
		results = append(results, v.acceptedApart(j))
	}
	return worst(results...)
}

func (v *view) acceptedApart(judged decision.Done[decision.JudgeRectification]) result {
	a := judged.Act
	submitted := v.submitted(a.Item, judged.Seq)
	switch {
	case a.Accepted != nil && !*a.Accepted:
		return v.ok() // anybody may find that it is not done
	case a.Acceptor == "" || submitted.Act.Rectifier == "":
		return v.unknown("整改人员或者验收人员", "who rectified or who accepted")
	case bodyName(a.Acceptor) == bodyName(submitted.Act.Rectifier), judged.Actor.ID != "" && judged.Actor.ID == submitted.Actor.ID:
		return v.broken("整改和验收为同一人", "the same person rectified and accepted").about("%s", a.Item)
	case slices.Contains(v.responsible(a.Item, judged.Seq), bodyName(a.Acceptor)):
		return v.broken("验收人员即整改责任人", "the acceptor is the person responsible for the item").about("%s", a.Item)
	}
	if item, _ := v.d.Rectification(a.Item); judged.Actor.Unit != "" && judged.Actor.Unit == item.Unit {
		return v.broken("整改单位验收了自己的整改", "the unit that rectified accepted it").about("%s", a.Item)
	}
	return v.ok()
}

// submitted is what was submitted on an item last before an act.
func (v *view) submitted(item string, seq int64) decision.Done[decision.SubmitRectification] {
	var last decision.Done[decision.SubmitRectification]
	for _, s := range v.d.RectificationsSubmitted {
		if s.Act.Item == item && s.Seq < seq {
			last = s
		}
	}
	return last
}

// responsible are the persons who were named to answer for an item before an
// act.
func (v *view) responsible(item string, seq int64) []string {
	var persons []string
	for _, o := range v.d.RectificationsOpened {
		if o.Act.Item == item && o.Seq < seq {
			persons = append(persons, bodyName(o.Act.Person))
		}
	}
	for _, r := range v.d.FileReviews {
		for _, f := range r.Act.Findings {
			if f.Item == item && r.Seq < seq {
				persons = append(persons, bodyName(f.Person))
			}
		}
	}
	return persons
}

// S38.2: the decree knows no case-file review; what one says must hold
// together, or its findings (Art 38 ¶1) rest on nothing. Whether the points
// are those of the sheet is for whoever holds the sheet, see [Sheets].
func reviewAddsUp(v *view) result {
	return v.eachReview(func(r decision.Done[decision.ReviewCaseFile]) result {
		return worst(v.scoresAddUp(r.Act), v.findingsHold(r))
	})
}

// eachReview asks of every review of the case file and returns the worst
// answer.
func (v *view) eachReview(ask func(decision.Done[decision.ReviewCaseFile]) result) result {
	if len(v.d.FileReviews) == 0 {
		return v.noObject("没有案卷评查", "the case file was not reviewed")
	}
	var results []result
	for _, r := range v.d.FileReviews {
		results = append(results, ask(r))
	}
	return worst(results...)
}

func (v *view) scoresAddUp(a decision.ReviewCaseFile) result {
	sum := 0
	for _, s := range a.Scores {
		if s.Points == nil {
			return v.unknown("评查项目得分", "the score of an item").about("%s", s.Item)
		}
		sum += *s.Points
	}
	if a.Total == nil || len(a.Scores) == 0 || sum < *a.Total && v.Evidence == Published { // a source need not give every score
		return v.unknown("评查得分", "the scores")
	}
	if *a.Total != sum {
		return v.broken(fmt.Sprintf("各项得分合计%d，所列总分为%d", sum, *a.Total), fmt.Sprintf("the scores add up to %d, the total is given as %d", sum, *a.Total))
	}
	return v.ok()
}

func (v *view) findingsHold(r decision.Done[decision.ReviewCaseFile]) result {
	reasons := map[string]string{}
	for _, s := range r.Act.Scores {
		reasons[s.Item] = strings.TrimSpace(s.Reason)
	}
	opened := v.openedBefore(r.Seq)
	for _, f := range r.Act.Findings {
		switch {
		case f.Of == "" || f.Item == "":
			return v.unknown("问题属于哪个评查项目、成为哪个整改事项", "which item of the sheet a finding is of, and what it opens")
		case reasons[f.Of] == "":
			return v.lacking(fmt.Sprintf("问题“%s”所属项目的得分和理由", f.Item), fmt.Sprintf("the score and the reason at the item that the finding %q is of", f.Item)).about("%s", f.Of)
		case opened[f.Item]: // or it would pass for what was accepted then
			return v.broken(fmt.Sprintf("整改事项“%s”已经存在，须另行编号", f.Item), fmt.Sprintf("there is a rectification item %q already; name a new one", f.Item)).about("%s", f.Item)
		}
	}
	return v.ok()
}

// openedBefore names the rectification items that were opened before an act.
func (v *view) openedBefore(seq int64) map[string]bool {
	opened := map[string]bool{}
	for _, o := range v.d.CorrectionOrders {
		opened[o.Act.Item] = opened[o.Act.Item] || o.Seq < seq
	}
	for _, o := range v.d.RectificationsOpened {
		opened[o.Act.Item] = opened[o.Act.Item] || o.Seq < seq
	}
	for _, r := range v.d.FileReviews {
		for _, f := range r.Act.Findings {
			opened[f.Item] = opened[f.Item] || r.Seq < seq
		}
	}
	return opened
}

// S38.3: who made the file finds in it what was meant, not what is there.
func fileReviewerApart(v *view) result {
	return v.eachReview(func(r decision.Done[decision.ReviewCaseFile]) result {
		known := false
		for _, s := range v.d.Drafts {
			if s.Actor.ID == "" {
				continue
			}
			known = true
			if bodyName(s.Actor.ID) == bodyName(r.Act.Reviewer) || s.Actor.ID == r.Actor.ID {
				return v.broken("起草人员评查了自己的案卷", "who drafted reviewed the case file").about("%s", s.Actor.ID)
			}
		}
		if !known || r.Act.Reviewer == "" {
			return v.unknown("起草人员或者评查人员", "who drafted or who reviewed")
		}
		return v.ok()
	})
}
