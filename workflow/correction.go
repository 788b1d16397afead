package workflow

import (
	"fmt"
	"math"
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
		ID: "S38.1", Norm: d713, Article: 38, Paragraph: 1, Severity: Hard, Zh: "整改一方不得验收自己的整改，上级机关责令改正的由该机关验收", En: "who rectified does not accept, and what a superior organ ordered that organ accepts",
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
	untold, judged := false, int64(0)
	if last, ok := decision.Last(v.d.RectificationsJudged); ok {
		judged = last.Seq
	}
	if v.moved("") > judged { // whichever it is, nobody has accepted it since
		return v.absent("最后一次验收之后着手整改的事项尚未验收通过", "an item that was taken up after the last acceptance is not accepted")
	}
	for _, r := range items {
		untold = untold || r.Item == "" || v.judgedUntold(r.Item)
		if r.Item != "" && r.State != "accepted" && !v.judgedUntold(r.Item) {
			return v.absent(fmt.Sprintf("整改事项“%s”尚未验收通过", r.Item), fmt.Sprintf("the item %q is not accepted", r.Item)).about("%s", r.Item)
		}
	}
	if untold {
		return v.unknown("整改事项的编号、是否验收通过", "the number of an item, or whether it was accepted")
	}
	return v.ok()
}

// judgedUntold reports whether the last word on an item may be an acceptance
// that the file does not spell out.
func (v *view) judgedUntold(item string) bool {
	var last decision.Done[decision.JudgeRectification]
	for _, j := range v.d.RectificationsJudged {
		if j.Act.Item == item || j.Act.Item == "" {
			last = j
		}
	}
	return v.moved(item) < last.Seq && (last.Act.Accepted == nil || last.Act.Item == "" && *last.Act.Accepted)
}

// moved is when an item was last begun or submitted.
func (v *view) moved(item string) int64 {
	last := v.submitted(item, math.MaxInt64).Seq
	for _, b := range v.d.RectificationsBegun {
		if b.Act.Item == item {
			last = max(last, b.Seq)
		}
	}
	return last
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
			reviews := func(name string) bool { return bodyName(name) == bodyName(r.Act.Reviewer) }
			if slices.ContainsFunc(s.Actor.Persons(), reviews) || s.Actor.Shares(r.Actor) {
				return v.broken("起草人员评查了自己的案卷", "who drafted reviewed the case file").about("%s", s.Actor.ID)
			}
		}
		if !known || r.Act.Reviewer == "" {
			return v.unknown("起草人员或者评查人员", "who drafted or who reviewed")
		}
		return v.ok()
	})
}
