package workflow

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
)

// discussionGates are the acts by which a draft comes before the meeting, and
// is decided.
var discussionGates = []decision.Kind{"place_on_agenda", "open_meeting", "decide"}

// reviewedGates are the acts that need a review behind them: those of the
// discussion, and the end of a review whose object is not a decision.
var reviewedGates = append(discussionGates[:len(discussionGates):len(discussionGates)], "conclude_review")

// legalityRules are the rules of chapter 3, section 1 (合法性审查, Arts 25 to
// 28).
var legalityRules = []Rule{
	{
		ID: "R25.1", Norm: d713, Article: 25, Paragraph: 1, Severity: Hard, Zh: "提交讨论的这一版草案经过合法性审查", En: "this very version of the draft was reviewed for legality before the discussion",
		Gates: reviewedGates, Acts: []decision.Kind{"issue_legality_opinion", "confirm_still_stands"}, check: legalityReviewed,
	},
	{
		ID: "R25.2", Norm: d713, Article: 25, Paragraph: 1, Severity: Hard, Zh: "不得以征求意见等方式代替合法性审查", En: "asking for opinions does not replace the review",
		Gates: discussionGates, Prohibits: true, Acts: []decision.Kind{"issue_legality_opinion"}, check: notMerelyConsulted,
	},
	{
		ID: "R25.3", Norm: d713, Article: 25, Paragraph: 2, Severity: Hard, Zh: "经审查不合法的，不得提交讨论", En: "a draft found unlawful is not put to the discussion",
		Gates: reviewedGates, Prohibits: true, Acts: []decision.Kind{"submit_draft", "confirm_still_stands", "issue_legality_opinion"}, check: foundLawful,
	},
	{
		ID: "R25.4", Norm: d713, Article: 25, Paragraph: 2, Severity: Hard, Zh: "探索性改革例外须明示法律风险", En: "the exploratory-reform exception states the legal risks",
		Gates: discussionGates, Prohibits: true, Acts: []decision.Kind{"invoke_reform"}, check: reformStated,
	},
	{
		ID: "R26.1", Norm: d713, Article: 26, Paragraph: 1, Severity: Hard, Zh: "送审材料齐全", En: "the package is complete",
		Gates: []decision.Kind{"submit_for_review"}, Own: true, Acts: []decision.Kind{"submit_for_review"}, check: packageWhole,
	},
	{
		ID: "R26.2", Norm: d713, Article: 26, Paragraph: 1, Severity: Hard, Zh: "退回或者要求补充的，已重新送审或者补充", En: "what was returned or asked for was supplied",
		Gates: []decision.Kind{"issue_legality_opinion"}, Acts: []decision.Kind{"supplement_package", "submit_for_review"}, check: supplementSupplied,
	},
	{
		ID: "R26.3", Norm: d713, Article: 26, Paragraph: 2, Severity: Norm, Zh: "审查时间一般不少于7个工作日", En: "the reviewer generally has not less than 7 working days",
		Gates: []decision.Kind{"submit_for_review", "supplement_package"}, Own: true, Acts: []decision.Kind{"submit_for_review"}, check: reviewTime,
	},
	{
		ID: "R27.1", Norm: d713, Article: 27, Severity: Hard, Zh: "审查意见逐项回答三个方面", En: "the opinion answers each of the three heads",
		Gates: []decision.Kind{"issue_legality_opinion"}, Own: true, Acts: []decision.Kind{"issue_legality_opinion"}, check: threeHeads,
	},
	{
		ID: "R28.1", Norm: d713, Article: 28, Severity: Hard, Zh: "法律顾问、公职律师提出了法律意见", En: "a legal adviser or government lawyer gave an opinion",
		Gates: []decision.Kind{"issue_legality_opinion"}, Acts: []decision.Kind{"file_counsel_opinion"}, check: counselHeard,
	},
	{
		ID: "R28.2", Norm: d713, Article: 28, Severity: Hard, Zh: "审查意见有负责人", En: "somebody answers for the opinion by name",
		Gates: []decision.Kind{"issue_legality_opinion"}, Own: true, Acts: []decision.Kind{"issue_legality_opinion"}, check: reviewerNamed,
	},
	{
		ID: "R28.3", Norm: d713, Article: 28, Severity: Hard, Zh: "审查意见逐条得到回应", En: "every comment of the review was answered",
		Gates: []decision.Kind{"place_on_agenda", "conclude_review"}, Acts: []decision.Kind{"respond_to_review"}, check: commentsAnswered,
	},
	{
		ID: "R28.4", Norm: d713, Article: 28, Severity: Hard, Zh: "提出法律意见的是当日在聘、无利益冲突的法律顾问、公职律师", En: "the opinion is of counsel who was engaged on that day and declared no conflict",
		Gates: []decision.Kind{"file_counsel_opinion"}, Own: true, Acts: []decision.Kind{"engage_counsel"}, check: counselEngaged,
	},
	{
		ID: "S25.1", Norm: d713, Article: 25, Paragraph: 1, Severity: Hard, Zh: "起草人员不审查同一草案的合法性", En: "who drafted does not review the legality of the draft",
		Gates: []decision.Kind{"issue_legality_opinion"}, Own: true, Acts: []decision.Kind{"issue_legality_opinion"}, check: reviewerApart,
	},
}

// target is the draft version that the meeting has, or is to have, before it;
// 0 when the record does not tell.
func (v *view) target() int {
	switch a := v.gateAct().(type) {
	case decision.PlaceOnAgenda:
		return a.Draft
	case decision.OpenMeeting:
		return a.Draft
	case decision.Decide:
		return a.Draft
	case decision.ConcludeReview:
		return a.Draft
	case decision.SubmitForReview:
		return a.Draft
	}
	draft, _ := v.d.Draft()
	return draft.Act.Draft
}

// version returns a version as it was submitted last.
func (v *view) version(n int) (last decision.Done[decision.SubmitDraft], ok bool) {
	for _, s := range v.d.Drafts {
		if s.Act.Draft == n {
			last, ok = s, true
		}
	}
	return last, ok
}

// textOf is the digest of the text of a version, or "".
func (v *view) textOf(version int) string {
	last, _ := v.version(version)
	return last.Act.Text.Digest
}

// opinion is the one that decides on the version before the meeting: the last
// on that very version, or else the last of all, which a confirmation may
// carry over. One on another version never overrides it.
func (v *view) opinion() (decision.Done[decision.IssueLegalityOpinion], bool) {
	target := v.target()
	for _, o := range slices.Backward(v.d.LegalityOpinions) {
		if o.Act.Draft == target || o.Act.Draft == 0 {
			return o, true
		}
	}
	return decision.Last(v.d.LegalityOpinions)
}

// confirmation is the last word of the reviewer on whether the opinion holds
// for the version before the meeting.
func (v *view) confirmation() (decision.Done[decision.ConfirmStillStands], bool) {
	for _, s := range slices.Backward(v.d.Confirmations) {
		if s.Act.Draft == v.target() && s.Act.Draft != 0 {
			return s, true
		}
	}
	return decision.Done[decision.ConfirmStillStands]{}, false
}

// carried is the opinion that the reviewer's signature carried over to the
// version before the meeting, where the opinion given is on another version
// and later: what is said of another version afterwards does not undo it.
func (v *view) carried(opinion decision.Done[decision.IssueLegalityOpinion]) (last decision.Done[decision.IssueLegalityOpinion], ok bool) {
	signed, confirmed := v.confirmation()
	if !confirmed || opinion.Seq < signed.Seq || opinion.Act.Draft == v.target() || opinion.Act.Draft == 0 {
		return last, false
	}
	for _, o := range v.d.LegalityOpinions {
		if o.Seq < signed.Seq {
			last, ok = o, true
		}
	}
	return last, ok
}

// R25.1, Art 25 ¶1. That the review is of the same version follows from its
// purpose; a reviewer can sign that an opinion still stands for a later one.
func legalityReviewed(v *view) result {
	if len(v.d.LegalityOpinions) == 0 {
		return v.absent("没有合法性审查意见", "no legality opinion is recorded")
	}
	target := v.target()
	vague := target == 0
	reviewed := 0
	for _, o := range v.d.LegalityOpinions {
		switch o.Act.Draft {
		case 0:
			vague = true
		case target:
			signed, ok := v.confirmation() // who signs for this very version has read it
			unread := false
			if text := v.textOf(target); text != "" && o.Act.Read != nil {
				unread = !slices.Contains(o.Act.Read, text)
			}
			switch {
			case unread && ok && signed.Act.Verified == nil:
				return v.unknown("审查部门是否核对了修改", "whether the reviewer checked the changes")
			case unread && (!ok || !*signed.Act.Verified):
				return v.absent("审查意见所阅材料不含此版草案文本", "the opinion did not read the text of this version")
			}
			return v.ok()
		}
		reviewed = max(reviewed, o.Act.Draft)
	}
	if s, ok := v.confirmation(); ok {
		switch {
		case s.Act.Verified == nil:
			return v.unknown("审查部门是否核对了修改", "whether the reviewer checked the changes")
		case *s.Act.Verified:
			return v.okBecause("审查部门确认意见对此版仍然有效", "the reviewer signed that the opinion still stands for this version")
		}
		return v.broken("审查部门确认修改不符合审查意见", "the reviewer found that the changes do not meet the opinion")
	}
	vague = vague || slices.ContainsFunc(v.d.Confirmations, func(s decision.Done[decision.ConfirmStillStands]) bool { return s.Act.Draft == 0 })
	if vague {
		return v.unknown("已有合法性审查，但审查的是哪一版、审查后的修改是否经过核对", "there was a legality review, but of which version, and whether later changes were checked")
	}
	// Of a published case nobody knows whether the later version was looked at.
	return v.absent(fmt.Sprintf("审查的是第%d版，提交的是第%d版；须重新审查或者由审查部门确认意见仍然有效", reviewed, target),
		fmt.Sprintf("version %d was reviewed, version %d is submitted: review it, or have the reviewer sign that the opinion still stands", reviewed, target))
}

// R25.2, Art 25 ¶1: an answer to a consultation is not a review, whoever
// gives it.
func notMerelyConsulted(v *view) result {
	if len(v.d.LegalityOpinions) > 0 {
		return v.ok()
	}
	reviewers := map[string]bool{}
	for _, s := range v.d.Submissions {
		reviewers[s.Act.Reviewer] = true
	}
	if v.Evidence == Published {
		return v.unknown("是否另有合法性审查意见", "whether there is a legality opinion beside the consultation")
	}
	for _, r := range v.d.Replies {
		if reviewers[r.Act.Unit] || slices.Contains(r.Actor.Roles, RoleLegalityReviewer) {
			return v.broken("只有审查部门对征求意见的答复，没有合法性审查意见", "the reviewer only answered a consultation; that is not a legality review")
		}
	}
	return v.noObject("没有以其他方式代替审查的情形", "nothing was put in place of the review")
}

// R25.3, Art 25 ¶2.
func foundLawful(v *view) result {
	last, ok := v.opinion()
	if !ok {
		return v.absent("没有合法性审查结论", "no conclusion of a legality review is recorded")
	}
	if carried, ok := v.carried(last); ok {
		last = carried
	}
	switch last.Act.Conclusion {
	case "lawful":
		return v.ok()
	case "unlawful":
		return v.broken("经审查不合法", "the draft was found unlawful")
	case "no_state_rule":
		if len(v.d.Reforms) == 0 {
			return v.absent("国家尚无明确规定，须援用探索性改革例外并明示法律风险", "no State rule exists: the exploratory-reform exception must be invoked, with the legal risks")
		}
		return v.okBecause("作为探索性改革，明示法律风险后提交", "put forward as exploratory reform with its legal risks stated")
	case "lawful_after_changes":
		s, ok := v.confirmation()
		if ok && s.Seq > last.Seq && s.Act.Verified == nil {
			return v.unknown("审查部门是否核对了修改", "whether the reviewer checked the changes")
		}
		if ok && s.Seq > last.Seq && *s.Act.Verified {
			return v.okBecause("修改已经审查部门核对", "the reviewer verified the changes")
		}
		if v.target() == 0 || slices.ContainsFunc(v.d.Confirmations, func(s decision.Done[decision.ConfirmStillStands]) bool { return s.Act.Draft == 0 }) {
			return v.unknown("核对的是哪一版草案", "which version the reviewer checked, or which went before the meeting")
		}
		return v.absent("结论为修改后合法，修改尚未经审查部门核对", "lawful after changes, and the reviewer has not verified the changes")
	}
	return v.unknown("审查结论", "the conclusion of the review")
}

// R25.4, Art 25 ¶2: for want of a rule, not for breach of one.
func reformStated(v *view) result {
	used, ok := decision.Last(v.d.Reforms)
	opinion, reviewed := v.opinion()
	needed := reviewed && opinion.Act.Conclusion == "no_state_rule"
	switch {
	case reviewed && opinion.Act.Conclusion != "" && !needed:
		return v.noObject("审查结论不需要此项例外", "the conclusion of the review needs no exception")
	case !ok && needed:
		return v.absent("须说明国家尚无明确规定并列明法律风险", "it must be stated that no State rule exists, and the legal risks listed")
	case !ok:
		return v.noObject("未援用探索性改革例外", "the exception is not invoked")
	case used.Act.NoStateRule == "" || len(used.Act.Risks) == 0 || used.Act.InvokedBy == "":
		return v.lacking("国家无明确规定的说明、法律风险或者援用人", "why no State rule exists, the legal risks, or who invoked it")
	case used.Act.Draft != v.target() && used.Act.Draft != 0 && v.target() != 0:
		return v.broken("明示的法律风险针对另一版草案", "the risks were stated for another version")
	case reviewed && slices.ContainsFunc(heads(opinion.Act), func(h head) bool { return h.Finding == "does_not_conform" }):
		return v.broken("违反现有规定的，不适用探索性改革例外", "the exception does not cover the breach of an existing rule")
	}
	return v.ok()
}

// R26.1, Art 26 ¶1: the draft, what it rests on, and a statement of the
// procedure performed.
func packageWhole(v *view) result {
	last, ok := decision.Last(v.d.Submissions)
	if !ok {
		return v.absent("没有送审记录", "no submission for review is recorded")
	}
	if !last.Act.Procedure.Known() {
		return worst(v.draftEnclosed(last.Act), v.lacking("履行决策法定程序的说明", "the statement of the procedure performed"))
	}
	return v.draftEnclosed(last.Act)
}

// draftEnclosed asks whether the package holds the text of its version.
func (v *view) draftEnclosed(sent decision.SubmitForReview) result {
	if sent.Draft == 0 {
		return v.unknown("送审的是第几版草案", "which version was sent for review")
	}
	res := v.absent("没有提交所送审的这一版草案", "the version in the package was not submitted")
	draft, ok := v.version(sent.Draft)
	if ok {
		res = v.enclosed(sent.Materials, draft.Act.Text.Digest)
	}
	// A version without a number may be the last word on this one.
	if loose, any := v.version(0); any && loose.Seq > draft.Seq && v.enclosed(sent.Materials, loose.Act.Text.Digest).status != res.status {
		return v.unknown("提交的是第几版草案", "which version was submitted")
	}
	return res
}

func (v *view) enclosed(materials []decision.Material, text string) result {
	switch {
	case len(materials) == 0:
		return v.lacking("草案及其依据等材料", "the draft and what it rests on")
	case text == "" && v.Evidence == Live:
		return v.ok()
	case text == "":
		return v.unknown("所送审的草案文本", "the text of the version in the package")
	case holds(materials, text):
		return v.ok()
	case holds(materials, ""):
		return v.unknown("送审的有的材料是什么", "what some of the material in the package is")
	}
	return v.broken("送审材料中没有这一版草案的文本", "the package does not hold the text of this version")
}

// holds reports whether a file is among the materials.
func holds(materials []decision.Material, digest string) bool {
	return slices.ContainsFunc(materials, func(m decision.Material) bool { return m.Digest == digest })
}

// R26.2, Art 26 ¶1.
func supplementSupplied(v *view) result {
	asked, ok := decision.Last(v.d.SupplementRequests)
	sent, _ := decision.Last(v.d.Submissions)
	if back, returned := decision.Last(v.d.Returns); returned && back.Seq > sent.Seq {
		return v.absent("送审材料退回后没有重新送审", "the package was returned and not sent again")
	}
	if !ok || asked.Seq < sent.Seq {
		return v.noObject("没有尚待补充的材料", "nothing is asked for")
	}
	if supplied, ok := decision.Last(v.d.Supplements); !ok || supplied.Seq < asked.Seq {
		return v.absent("要求补充的材料尚未补充："+strings.Join(asked.Act.Items, "、"), "what was asked for was not supplied: "+strings.Join(asked.Act.Items, ", "))
	}
	return v.ok()
}

// reviewPackage is the package under review: complete since, opinion due.
type reviewPackage struct {
	draft         int
	received, due calendar.Date
	materials     []decision.Material
}

// currentPackage returns the last package.
func currentPackage(d decision.Decision) (reviewPackage, bool) {
	return packageBefore(d, math.MaxInt64)
}

// packageBefore returns the last package before an entry. A supplement
// completes it, and the time for review counts from there.
func packageBefore(d decision.Decision, seq int64) (p reviewPackage, ok bool) {
	var sent int64
	for _, s := range d.Submissions {
		if s.Seq < seq {
			p, sent, ok = reviewPackage{s.Act.Draft, s.OccurredOn, s.Act.OpinionDue, decision.Materials(s.Act)}, s.Seq, true
		}
	}
	for _, s := range d.Supplements {
		if ok && s.Seq > sent && s.Seq < seq {
			p.received, p.due = s.OccurredOn, s.Act.OpinionDue
			p.materials = append(p.materials, decision.Materials(s.Act)...)
		}
	}
	return p, ok
}

// R26.3, Art 26 ¶2: a floor that protects the reviewer. The day of receipt is
// not counted.
func reviewTime(v *view) result {
	p, ok := currentPackage(v.d)
	switch {
	case !ok:
		return v.absent("没有送审记录", "no submission for review is recorded")
	case p.received.IsZero() || p.due.IsZero():
		return v.unknown("收到完整送审材料的日期或者要求出具意见的日期", "when the complete package was received or the opinion was due")
	}
	least := v.Pack.Number(pack.ReviewWorkingDays)
	given, provisional, err := workingDays(v.Calendar, p.received, p.due)
	if err != nil {
		return v.unknown("审查期间的工作日", "the working days of the review: "+err.Error())
	}
	zh := fmt.Sprintf("给予审查%d个工作日（%s收到，%s前出具），要求不少于%d个", given, p.received, p.due, least.Value)
	en := fmt.Sprintf("%d working days (received %s, due %s), not less than %d required", given, p.received, p.due, least.Value)
	res := v.okBecause(zh, en)
	if given < least.Value {
		res = v.broken(zh, en)
		if least.Strict {
			res = res.as(Hard)
		}
		if day, unsure, err := afterWorkingDays(v.Calendar, p.received, least.Value); err == nil {
			res.earliest, provisional = day, provisional || unsure
		}
	}
	res.provisional = provisional
	return res
}

// head is the answer to one of the questions of Art 27, with its name.
type head struct {
	decision.Head
	zh, en string
}

func heads(o decision.IssueLegalityOpinion) []head {
	return []head{
		{o.Powers, "法定权限", "statutory powers"},
		{o.Procedure, "法定程序", "statutory procedure"},
		{o.Content, "内容合法", "content"},
	}
}

// R27.1, Art 27: each head separately, with its basis, and a conclusion that
// does not contradict them.
func threeHeads(v *view) result {
	last, ok := decision.Last(v.d.LegalityOpinions)
	if !ok {
		return v.absent("没有合法性审查意见", "no legality opinion is recorded")
	}
	for _, h := range heads(last.Act) {
		switch {
		case h.Finding == "" || h.Basis == "":
			return v.lacking("对“"+h.zh+"”的结论和依据", "the finding on "+h.en+" and its basis")
		case h.Finding == "does_not_conform" && last.Act.Conclusion != "unlawful" && last.Act.Conclusion != "":
			return v.broken("“"+h.zh+"”不符合，结论却不是不合法", h.en+" does not conform, yet the conclusion is not unlawful")
		case h.Finding == "conforms_after_changes" && last.Act.Conclusion == "lawful":
			return v.broken("“"+h.zh+"”须修改后符合，结论却为合法", h.en+" conforms only after changes, yet the conclusion is lawful")
		case h.Finding == "no_state_rule" && slices.Contains([]string{"lawful", "lawful_after_changes"}, last.Act.Conclusion):
			return v.broken("“"+h.zh+"”国家尚无规定，结论不能为合法", h.en+" has no State rule, so the conclusion cannot be lawful")
		}
	}
	return v.ok()
}

// R28.1, Art 28: must, not may. Counsel advises, the department concludes.
func counselHeard(v *view) result {
	if len(v.d.CounselOpinions) == 0 {
		return v.absent("没有法律顾问或者公职律师的法律意见", "no opinion of a legal adviser or government lawyer is recorded")
	}
	conflicted := v.conflicted()
	standing := slices.DeleteFunc(slices.Clone(v.d.CounselOpinions), func(o decision.Done[decision.FileCounselOpinion]) bool { return conflicted[o.Act.Counsel] })
	if len(standing) == 0 {
		name := v.d.CounselOpinions[0].Act.Counsel
		return v.broken("提出法律意见者申报了利益冲突，其意见不能作为审查的依据", "counsel who gave the opinion declared a conflict of interest; the review cannot rest on it").about("%s", name)
	}
	p, ok := currentPackage(v.d)
	if issued, at := v.gateAct().(decision.IssueLegalityOpinion); at && issued.Draft != 0 {
		p.draft, ok = issued.Draft, true // counsel's opinion belongs to the review that is concluded
	}
	if !ok || p.draft == 0 {
		return v.ok()
	}
	untold := false
	for _, o := range standing {
		if o.Act.Draft == p.draft {
			return v.ok()
		}
		untold = untold || o.Act.Draft == 0
	}
	if untold {
		return v.unknown("法律意见针对哪一版草案", "which version counsel's opinion is of")
	}
	return v.broken("没有针对此版草案的可用的法律意见", "no opinion of counsel that stands is of this version")
}

// conflicted names the counsel whose last engagement declares a conflict of
// interest, be it after the opinion: what is said last counts.
func (v *view) conflicted() map[string]bool {
	declared := map[string]bool{}
	for _, e := range v.d.Counsel {
		declared[e.Act.Counsel] = e.Act.Counsel != "" && e.Act.Conflict != nil && *e.Act.Conflict
	}
	return declared
}

// R28.2, Art 28.
func reviewerNamed(v *view) result {
	last, ok := decision.Last(v.d.LegalityOpinions)
	switch {
	case !ok:
		return v.absent("没有合法性审查意见", "no legality opinion is recorded")
	case last.Act.Reviewer == "" || last.Act.Name == "":
		return v.lacking("审查部门和负责人", "the reviewing department and who answers for it")
	}
	return v.ok()
}

// R28.3, Art 28.
func commentsAnswered(v *view) result {
	last, ok := v.opinion()
	if !ok || len(last.Act.Comments) == 0 {
		return v.noObject("审查意见没有需要回应的条目", "the review has no comment to answer")
	}
	answered := map[int]bool{}
	for _, r := range v.d.ReviewResponses {
		if r.Seq > last.Seq {
			answered[0] = answered[0] || len(r.Act.Responses) == 0 // not told which
			for _, a := range r.Act.Responses {
				answered[a.No] = true
			}
		}
	}
	untold := false
	for _, c := range last.Act.Comments {
		if (!answered[c.No] || c.No == 0) && (answered[0] || c.No == 0 && len(answered) > 0) {
			untold = true
			continue
		}
		if !answered[c.No] {
			return v.absent(fmt.Sprintf("第%d条审查意见尚未回应", c.No), fmt.Sprintf("comment %d is not answered", c.No)).about("%d", c.No)
		}
	}
	if untold {
		return v.unknown("回应的是第几条审查意见", "which comment was answered")
	}
	return v.ok()
}

// R28.4, Art 28: the decree calls for counsel and leaves the terms to the
// engagement, which has a period, a scope and a declaration of interest.
func counselEngaged(v *view) result {
	if len(v.d.CounselOpinions) == 0 {
		return v.noObject("没有法律意见", "there is no opinion of counsel")
	}
	answers := make([]result, len(v.d.CounselOpinions))
	for i, filed := range v.d.CounselOpinions {
		answers[i] = v.onRoster(filed)
	}
	return worst(answers...)
}

// onRoster judges one opinion of counsel by the engagement that it rests on.
func (v *view) onRoster(filed decision.Done[decision.FileCounselOpinion]) result {
	var engaged *decision.Done[decision.EngageCounsel]
	nameless := false
	for i, e := range v.d.Counsel {
		nameless = nameless || e.Act.Counsel == "" && e.Seq < filed.Seq
		if e.Act.Counsel == filed.Act.Counsel && e.Seq < filed.Seq {
			engaged = &v.d.Counsel[i]
		}
	}
	name := filed.Act.Counsel
	switch {
	case name == "":
		return v.unknown("由谁提出法律意见", "who gave the opinion")
	case filed.Actor.ID != "" && filed.Actor.ID != name && filed.Actor.OnBehalfOf != name:
		return v.broken(fmt.Sprintf("以“%s”的名义提出的法律意见不是其本人提交的", name), fmt.Sprintf("the opinion in the name of %q was filed by somebody else", name)).about("%s", name)
	case engaged == nil && nameless:
		return v.unknown("聘任了谁", "who was engaged").about("%s", name)
	case engaged == nil:
		return v.absent(fmt.Sprintf("“%s”不在法律顾问名册上", name), fmt.Sprintf("%q is not on the roster of counsel", name)).about("%s", name)
	case engaged.Act.Conflict != nil && *engaged.Act.Conflict:
		return v.broken("已申报利益冲突，应当回避", "a conflict of interest was declared; counsel stands aside").about("%s", name)
	}
	return worst(v.inPeriod(filed, *engaged), v.inScope(*engaged)).about("%s", name)
}

// inPeriod asks whether an opinion falls into the period of the engagement.
func (v *view) inPeriod(filed decision.Done[decision.FileCounselOpinion], engaged decision.Done[decision.EngageCounsel]) result {
	switch {
	case filed.OccurredOn.IsZero():
		return v.unknown("提出意见的日期", "the day of the opinion")
	case !engaged.Act.From.IsZero() && filed.OccurredOn.Before(engaged.Act.From), !engaged.Act.To.IsZero() && filed.OccurredOn.After(engaged.Act.To):
		return v.broken(fmt.Sprintf("提出意见的%s不在聘任期间%s至%s之内", filed.OccurredOn, engaged.Act.From, engaged.Act.To),
			fmt.Sprintf("the opinion of %s lies outside the engagement from %s to %s", filed.OccurredOn, engaged.Act.From, engaged.Act.To))
	case engaged.Act.From.IsZero() || engaged.Act.To.IsZero():
		return v.unknown("聘任期间", "the period of the engagement")
	}
	return v.ok()
}

// inScope asks whether the engagement covers the object, free of conflict.
func (v *view) inScope(engaged decision.Done[decision.EngageCounsel]) result {
	covered := slices.Contains(engaged.Act.Scope, v.Pack.Object)
	switch {
	case !covered && (len(engaged.Act.Scope) == 0 || slices.Contains(engaged.Act.Scope, "")):
		return v.unknown("聘任的全部范围", "the whole scope of the engagement")
	case !covered:
		return v.broken("聘任范围不含此类审查", "the engagement does not cover this object")
	case engaged.Act.Conflict == nil:
		return v.unknown("是否存在利益冲突", "whether there is a conflict")
	}
	return v.ok()
}

// S25.1: the decree does not say it, but one who reviews the own draft only
// asks for its own opinion (Art 25 ¶1).
func reviewerApart(v *view) result {
	last, ok := decision.Last(v.d.LegalityOpinions)
	if !ok {
		return v.noObject("没有合法性审查意见", "there is no legality opinion")
	}
	assigned, _ := decision.Last(v.d.Assignments)
	for _, u := range assigned.Act.Units {
		if u.Unit != "" && bodyName(u.Unit) == bodyName(last.Act.Reviewer) {
			return v.broken("承办单位审查了自己起草的草案", "the unit that undertakes the draft reviewed its legality").about("%s", u.Unit)
		}
	}
	known := false
	for _, s := range v.d.Drafts {
		if s.Actor.ID == "" {
			continue
		}
		known = true
		if slices.Contains(s.Actor.Persons(), last.Act.Name) || s.Actor.Shares(last.Actor) {
			return v.broken("起草人员审查了自己起草的草案", "who drafted reviewed the legality of the draft").about("%s", s.Actor.ID)
		}
	}
	if !known || last.Act.Name == "" {
		return v.unknown("起草人员或者审查人员", "who drafted or who reviewed")
	}
	return v.ok()
}
