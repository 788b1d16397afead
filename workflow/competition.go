package workflow

import "github.com/juece/juece/decision"

// fairCompetition is the norm behind the rules F1 to F5.
const fairCompetition = "公平竞争审查条例"

// competitionRules are the rules on fair-competition review (公平竞争审查),
// which Art 29(1) of D713 brings into the dossier.
var competitionRules = []Rule{
	{
		ID: "F1", Norm: fairCompetition, Article: 18, Severity: Hard, Zh: "涉及市场主体经济活动的，经过公平竞争审查", En: "a draft that touches market players was reviewed for fair competition",
		Gates: []decision.Kind{"place_on_agenda", "publish"}, Acts: []decision.Kind{"file_competition_review", "determine_step"}, check: competitionReviewed,
	},
	{
		ID: "F2", Norm: fairCompetition, Article: 18, Severity: Hard, Zh: "审查结论允许出台", En: "the conclusion allows the issue",
		Gates: []decision.Kind{"place_on_agenda", "publish"}, Prohibits: true, Acts: []decision.Kind{"submit_draft", "file_competition_review"}, check: competitionPassed,
	},
	{
		ID: "F3", Norm: fairCompetition, Article: 12, Severity: Hard, Zh: "适用例外的，有依据、替代方案分析和期限", En: "an exception has its ground, an analysis of alternatives and an end",
		Gates: []decision.Kind{"file_competition_review"}, Own: true, Acts: []decision.Kind{"file_competition_review"}, check: exceptionWhole,
	},
	{
		ID: "F4", Norm: fairCompetition, Article: 14, Severity: Hard, Zh: "政府出台的措施由市场监管部门会同审查", En: "a government's measure is reviewed with the market regulator",
		Gates: []decision.Kind{"file_competition_review"}, Own: true, Acts: []decision.Kind{"file_competition_review"}, check: regulatorReviewed,
	},
	{
		ID: "F5", Norm: fairCompetition, Article: 16, Severity: Hard, Zh: "听取了经营者、行业协会等利害关系人的意见", En: "operators, associations and others concerned were heard",
		Gates: []decision.Kind{"file_competition_review"}, Own: true, Acts: []decision.Kind{"file_competition_review"}, check: stakeholdersHeard,
	},
}

// F1, 公平竞争审查条例 Art 18: unreviewed, it may not be issued.
func competitionReviewed(v *view) result {
	how, _ := v.step(decision.StepCompetition)
	switch {
	case len(v.d.CompetitionReviews) > 0:
		return v.ok()
	case how == excused:
		return v.not("已认定不涉及市场主体经济活动", "determined not to touch market players")
	case how == undetermined:
		return v.undecided(decision.StepCompetition)
	}
	return v.absent("没有公平竞争审查结论", "no fair-competition review is recorded")
}

// competitionReview asks a question of the last review.
func (v *view) competitionReview(ask func(decision.FileCompetitionReview) result) result {
	last, ok := decision.Last(v.d.CompetitionReviews)
	if !ok {
		return v.noObject("没有公平竞争审查", "there is no fair-competition review")
	}
	return ask(last.Act)
}

// F2, 公平竞争审查条例 Art 18.
func competitionPassed(v *view) result {
	return v.competitionReview(func(r decision.FileCompetitionReview) result {
		switch r.Conclusion {
		case "":
			return v.unknown("公平竞争审查结论", "the conclusion of the fair-competition review")
		case "fails":
			return v.broken("公平竞争审查未通过，不得出台", "the fair-competition review failed; the measure may not be issued")
		}
		return v.ok()
	})
}

// F3, 公平竞争审查条例 Arts 12 and 17.
func exceptionWhole(v *view) result {
	return v.competitionReview(func(r decision.FileCompetitionReview) result {
		switch {
		case r.Conclusion == "":
			return v.unknown("公平竞争审查结论", "the conclusion of the fair-competition review")
		case r.Conclusion != "exception":
			return v.not("未适用例外", "no exception is used")
		case r.Ground == "" || r.Alternatives == "" || r.Until == "":
			return v.lacking("例外的依据、替代方案分析或者期限", "the ground of the exception, its alternatives or its end")
		}
		return v.ok()
	})
}

// F4, 公平竞争审查条例 Arts 13 and 14: a department reviews its own drafts.
func regulatorReviewed(v *view) result {
	return v.competitionReview(func(r decision.FileCompetitionReview) result {
		switch {
		case !v.Pack.Government:
			return v.not("部门措施由起草单位审查", "a department's measure is reviewed by its drafter")
		case r.ReviewerType == "":
			return v.unknown("由谁审查", "who reviewed")
		case r.ReviewerType != "market_regulator":
			return v.broken("政府出台的措施须由市场监管部门会同起草单位审查", "a government's measure is reviewed by the market regulator together with the drafter")
		}
		return v.ok()
	})
}

// F5, 公平竞争审查条例 Art 16.
func stakeholdersHeard(v *view) result {
	return v.competitionReview(func(r decision.FileCompetitionReview) result {
		if len(r.Heard) == 0 {
			return v.lacking("听取了哪些利害关系人的意见", "who was heard")
		}
		return v.ok()
	})
}
