package workflow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/juece/juece/decision"
)

// deliberationRules are the rules of chapter 3, section 2 on discussion and
// decision (集体讨论决定, Arts 29 to 31).
var deliberationRules = []Rule{
	{
		ID: "R29.1", Norm: d713, Article: 29, Severity: Hard, Zh: "提请讨论的材料齐全", En: "the dossier for the meeting is complete",
		Gates: []decision.Kind{"place_on_agenda"}, Acts: []decision.Kind{"state_adoption", "dispose_expert_opinion", "file_risk_assessment", "file_competition_review", "issue_legality_opinion"}, check: dossierWhole,
	},
	{
		ID: "R29.2", Norm: d713, Article: 29, Severity: Soft, Zh: "各程序针对的就是提交讨论的这一版草案", En: "the steps were on the very version that is put to the discussion",
		Gates: []decision.Kind{"place_on_agenda"}, Own: true, Acts: []decision.Kind{"hear_public", "file_expert_opinion", "file_risk_assessment"}, check: stepsOnThisVersion,
	},
	{
		ID: "R30.1", Norm: d713, Article: 30, Paragraph: 1, Severity: Hard, Zh: "经法定会议讨论", En: "the draft was discussed in the forum the law names",
		Gates: []decision.Kind{"place_on_agenda", "open_meeting"}, Own: true, Acts: []decision.Kind{"place_on_agenda", "open_meeting"}, check: forumLawful,
	},
	{
		ID: "R30.2", Norm: d713, Article: 30, Paragraph: 1, Severity: Hard, Zh: "行政首长在集体讨论的基础上作出决定", En: "the chief executive decides on the basis of the discussion",
		Gates: append([]decision.Kind{"decide"}, issueGates...), Own: true, Acts: []decision.Kind{"decide"}, check: decidedByChief,
	},
	{
		ID: "R30.3", Norm: d713, Article: 30, Paragraph: 2, Severity: Hard, Zh: "组成人员充分发表意见，行政首长最后发表意见", En: "every member speaks, the chief executive last",
		Gates: []decision.Kind{"record_statement", "decide"}, Acts: []decision.Kind{"record_statement"}, check: chiefLast,
	},
	{
		ID: "R30.4", Norm: d713, Article: 30, Paragraph: 2, Severity: Hard, Zh: "决定与多数人意见不一致的，在会上说明理由", En: "a decision against the majority has its reason stated in the meeting",
		Gates: []decision.Kind{"decide"}, Own: true, Acts: []decision.Kind{"decide"}, check: majorityAnswered,
	},
	{
		ID: "R30.5", Norm: d713, Article: 30, Paragraph: 3, Severity: Hard, Zh: "如实记录，载明不同意见", En: "the record is faithful and holds every dissent",
		Gates: []decision.Kind{"sign_minutes"}, Own: true, Acts: []decision.Kind{"sign_minutes"}, check: dissentRecorded,
	},
	{
		ID: "R30.6", Norm: d713, Article: 30, Paragraph: 1, Severity: Hard, Zh: "重大行政决策不得以审查办结代替集体讨论决定", En: "a review does not stand in for discussion and decision",
		Gates: []decision.Kind{"conclude_review"}, Own: true, Prohibits: true, Acts: []decision.Kind{"place_on_agenda"}, check: endedByDecision,
	},
	{
		ID: "S30.1", Norm: d713, Article: 30, Paragraph: 3, Severity: Hard, Zh: "会议记录不只由记录人本人签署", En: "the author of the minutes is not their only signer",
		Gates: []decision.Kind{"sign_minutes"}, Own: true, Acts: []decision.Kind{"sign_minutes"}, check: minutesSignedByOthers,
	},
	{
		ID: "R31.1", Norm: d713, Article: 31, Severity: Hard, Zh: "出台前按照规定向同级党委请示报告", En: "reported to the Party committee of the same level before issue",
		Gates: issueGates, Prohibits: true, Acts: []decision.Kind{"report_to_party", "determine_step"}, check: partyReported,
	},
}

// R29.1, Art 29: what goes to the meeting follows from the steps performed.
func dossierWhole(v *view) result {
	var zh, en []string
	want := func(ok bool, textZh, textEn string) {
		if !ok {
			zh, en = append(zh, textZh), append(en, textEn)
		}
	}
	agenda, placed := v.gateAct().(decision.PlaceOnAgenda)
	if !placed && v.Evidence != Live {
		return v.absent("没有提请讨论的材料", "no dossier for a meeting is recorded")
	}
	if placed && agenda.Dossier == nil {
		return v.lacking("提请讨论的材料", "what went to the meeting")
	}
	nameless := false // something of which the file does not tell what it is
	in := func(digest string) bool {
		nameless = nameless || digest == "" && v.Evidence != Live
		if placed && digest != "" && !holds(agenda.Dossier, digest) && holds(agenda.Dossier, "") {
			nameless = true
			return true
		}
		return !placed || digest == "" || holds(agenda.Dossier, digest)
	}
	_, drafted := v.d.Draft()
	drafted = drafted && (v.target() == 0 || v.d.HasDraft(v.target()))
	text := v.textOf(v.target())
	if !drafted && v.d.HasDraft(0) { // of which it is not told which version it is
		text, drafted, nameless = v.textOf(0), true, true
	}
	want(drafted && in(text), "决策草案（一）", "the draft (1)")
	review, ok := decision.Last(v.d.CompetitionReviews)
	switch how, _ := v.step(decision.StepCompetition); {
	case how == undetermined && !ok && v.Evidence != Live:
		nameless = true
	case how == applies:
		want(ok && in(review.Act.Text.Digest), "公平竞争审查情况（一）", "the fair-competition review (1)")
	}
	if completed, _ := v.activities(); completed > 0 {
		want(len(v.d.Adoptions) > 0, "公众意见研究采纳情况（二）", "how opinions of the public were handled (2)")
	}
	handled := map[string]bool{}
	for _, x := range v.d.ExpertDispositions {
		handled[x.Act.Expert] = true
	}
	for _, o := range v.d.ExpertOpinions {
		if len(handled) > 0 && (o.Act.Expert == "" || !handled[o.Act.Expert] && handled[""]) {
			nameless = true
			continue
		}
		want(handled[o.Act.Expert], "专家论证意见研究采纳情况（三）："+o.Act.Expert, "how the expert opinion was handled (3): "+o.Act.Expert)
	}
	if report, ok := decision.Last(v.d.RiskAssessments); ok {
		want(in(report.Act.Report.Digest), "风险评估报告（四）", "the risk assessment (4)")
	}
	opinion, reviewed := v.opinion()
	want(reviewed && in(opinion.Act.Text.Digest), "合法性审查意见（五）", "the legality opinion (5)")
	if len(zh) > 0 {
		return v.absent("缺少："+strings.Join(zh, "、"), "missing: "+strings.Join(en, ", "))
	}
	if nameless {
		return v.unknown("提请讨论的有的材料是什么、是否需要，或者提交的是第几版草案",
			"what some of the material is, whether it was needed, or which version was submitted")
	}
	return v.ok()
}

// R30.1, Art 30 ¶1: executive or plenary meeting; a department's own forum by
// reference (Art 42). The draft discussed is the one on the agenda.
func forumLawful(v *view) result {
	meeting, met := decision.Last(v.d.Meetings)
	agenda, placed := decision.Last(v.d.Agendas)
	forum := agenda.Act.Forum
	if met && !v.at("place_on_agenda") {
		forum = meeting.Act.Forum
		switch {
		case placed && agenda.Act.Forum != forum && agenda.Act.Forum != "" && forum != "":
			return v.broken("会议与议题所列会议不一致", "the meeting is not the one on the agenda")
		case placed && agenda.Act.Draft != meeting.Act.Draft && agenda.Act.Draft != 0 && meeting.Act.Draft != 0:
			return v.broken("会议讨论的草案与议题所列版本不一致", "the version before the meeting is not the one on the agenda")
		case meeting.Act.Chief != "" && meeting.Act.Members != nil && !isMember(meeting.Act, meeting.Act.Chief) && !isMember(meeting.Act, ""):
			return v.broken("行政首长不在会议组成人员之中", "the chief executive is not among the members")
		}
	}
	switch {
	case !met && !placed:
		return v.absent("没有集体讨论的记录", "no collective discussion is recorded")
	case forum == "":
		return v.unknown("由何种会议讨论", "which forum discussed it")
	case !v.Pack.HasForum(forum):
		return v.broken("此种会议不是规则包规定的决策会议", "the forum is none of the pack's")
	}
	return v.ok()
}

func isMember(m decision.OpenMeeting, id string) bool {
	return slices.ContainsFunc(m.Members, func(x decision.Member) bool { return x.ID == id })
}

// meetingBefore is the last meeting before an act: a later one has no part in
// it.
func (v *view) meetingBefore(seq int64) (last decision.Done[decision.OpenMeeting], met bool) {
	for _, m := range v.d.Meetings {
		if m.Seq < seq {
			last, met = m, true
		}
	}
	return last, met
}

// R30.2, Art 30 ¶1: the chief executive decides, or one with authority to;
// not before the meeting, and on the draft that it discussed.
func decidedByChief(v *view) result {
	made, ok := decision.Last(v.d.Decisions)
	meeting, met := v.meetingBefore(made.Seq)
	switch {
	case !ok:
		return v.absent("没有决定的记录", "no decision is recorded")
	case len(v.d.Meetings) == 0:
		return v.absent("没有会议的记录", "no meeting is recorded")
	case !met:
		return v.broken("决定早于会议", "the decision is earlier than the meeting")
	case !made.OccurredOn.IsZero() && !meeting.OccurredOn.IsZero() && made.OccurredOn.Before(meeting.OccurredOn):
		return v.broken("决定早于会议", "the decision is earlier than the meeting").from(meeting.OccurredOn)
	case (v.at("publish") || v.at("withhold_publication")) && (made.Act.Outcome == "rejected" || made.Act.Outcome == "deferred"):
		return v.broken("会议没有通过，却作为决策出台", "it was issued as a decision and was not adopted")
	case made.Act.Draft != meeting.Act.Draft && made.Act.Draft != 0 && meeting.Act.Draft != 0:
		return v.broken("决定的草案不是会议讨论的版本", "the version decided is not the one discussed")
	case made.Act.Decider == "" || meeting.Act.Chief == "":
		return v.unknown("决定人或者行政首长", "who decided, or who the chief executive is")
	case made.Act.Decider != meeting.Act.Chief && strings.TrimSpace(made.Act.Delegation) == "":
		return v.lacking("决定人不是行政首长时的授权依据", "under what authority somebody other than the chief executive decided")
	}
	return v.ok()
}

// spoken is the last meeting with what was said in it, in order.
func (v *view) spoken() (decision.OpenMeeting, []decision.Done[decision.RecordStatement], bool) {
	meeting, ok := decision.Last(v.d.Meetings)
	if !ok {
		return decision.OpenMeeting{}, nil, false
	}
	var said []decision.Done[decision.RecordStatement]
	for _, s := range v.d.Statements {
		if s.Seq > meeting.Seq {
			said = append(said, s)
		}
	}
	return meeting.Act, said, true
}

// R30.3, Art 30 ¶2. While statements are being recorded only the chief's is in
// question; before the decision every present member has spoken, and the chief
// after all of them.
func chiefLast(v *view) result {
	meeting, said, ok := v.spoken()
	switch {
	case !ok:
		return v.absent("没有会议的记录", "no meeting is recorded")
	case meeting.Members == nil:
		return v.unknown("会议组成人员", "who the members were")
	case len(said) == 0 && v.Evidence == Published:
		return v.unknown("会议发言", "what was said in the meeting")
	}
	lastSaid := map[string]int64{}
	for _, s := range said {
		lastSaid[s.Act.Member] = s.Seq
	}
	_, nameless := lastSaid[""]
	chief := lastSaid[meeting.Chief]
	if latest, ok := v.gateAct().(decision.RecordStatement); ok && v.Evidence == Live && latest.Member != meeting.Chief {
		return v.ok() // another member may always still speak
	}
	var silent []string
	chiefPresent, untold := false, meeting.Chief == ""
	for _, m := range meeting.Members {
		switch {
		case m.Present == nil:
			untold = true
		case !*m.Present:
		case m.ID == meeting.Chief && m.ID != "":
			chiefPresent = true
		case len(said) > 0 && (m.ID == "" || lastSaid[m.ID] == 0 && nameless):
			untold = true
		case lastSaid[m.ID] == 0:
			silent = append(silent, m.ID)
		}
	}
	if len(silent) > 0 {
		list := strings.Join(silent, "、")
		return v.absent("尚未发表意见："+list+"；行政首长须最后发表意见", list+" have not spoken; the chief executive speaks last").about("%s", list)
	}
	for _, m := range meeting.Members { // an observer's word is no member's opinion
		if member := m.ID; meeting.Chief != "" && chief > 0 && member != "" && member != meeting.Chief && lastSaid[member] > chief {
			return v.broken("行政首长发言之后又有人发言，行政首长须最后发表意见", "others spoke after the chief executive, who speaks last").about("%s", member)
		}
	}
	switch {
	case chiefPresent && chief == 0 && !nameless:
		return v.absent("行政首长尚未发表意见", "the chief executive has not spoken")
	case untold || nameless:
		return v.unknown("谁出席了会议、谁是行政首长、有的发言是谁的", "who was present, who the chief executive was, or whose a statement is")
	case !chiefPresent:
		return v.okBecause("行政首长未出席", "the chief executive was not present")
	}
	return v.ok()
}

// positions counts the last position of each present member.
func positions(meeting decision.OpenMeeting, said []decision.Done[decision.RecordStatement]) (favour, against, present int) {
	last := map[string]string{}
	for _, s := range said {
		last[s.Act.Member] = s.Act.Position
	}
	for _, m := range meeting.Members {
		if m.Present == nil || !*m.Present {
			continue
		}
		present++
		switch last[m.ID] {
		case "agree", "agree_with_changes":
			favour++
		case "disagree":
			against++
		}
	}
	return favour, against, present
}

// R30.4, Art 30 ¶2: there is no vote; a majority of the present members only
// obliges the chief to say why the decision differs. Equal numbers are no
// majority.
func majorityAnswered(v *view) result {
	made, ok := decision.Last(v.d.Decisions)
	if !ok {
		return v.noObject("没有决定", "nothing was decided") // R30.2 asks for the decision
	}
	meeting, said, ok := v.spoken()
	if !ok || meeting.Members == nil || len(said) == 0 {
		return v.unknown("会议组成人员的意见", "what the members' positions were")
	}
	favour, against, present := positions(meeting, said)
	zh := fmt.Sprintf("出席%d人，赞成%d人，不赞成%d人", present, favour, against)
	en := fmt.Sprintf("%d present, %d in favour, %d against", present, favour, against)
	var differs bool
	switch made.Act.Outcome {
	case "":
		return v.unknown("决定结果", "the outcome")
	case "adopted":
		differs = against*2 > present
	default: // rejected, deferred
		differs = favour*2 > present
	}
	if differs && strings.TrimSpace(made.Act.ReasonAgainstMajority) == "" {
		return v.lacking("决定与多数人意见不一致的理由（"+zh+"）", "why the decision differs from the majority ("+en+")")
	}
	return v.okBecause(zh, en)
}

// R30.5, Art 30 ¶3. Every dissent has its speaker and its words.
func dissentRecorded(v *view) result {
	if len(v.d.MinutesSigned) == 0 {
		return v.absent("没有签署的会议记录", "no signed minutes are recorded")
	}
	for _, s := range v.d.Statements { // of every meeting on the matter
		dissent := s.Act.Position == "disagree" || s.Act.Position == "reserve"
		if dissent && strings.TrimSpace(s.Act.Text) == "" {
			return v.lacking("不同意见的内容", "the words of a dissent").about("%s", s.Act.Member)
		}
	}
	return v.ok()
}

// S30.1: the decree asks for a faithful record (Art 30 ¶3); one whose author is
// its only signer has nobody who says that it is.
func minutesSignedByOthers(v *view) result {
	signed, ok := decision.Last(v.d.MinutesSigned)
	switch {
	case !ok:
		return v.noObject("没有签署会议记录", "no minutes were signed")
	case signed.Act.Author == "" || len(signed.Act.Signers) == 0:
		return v.unknown("会议记录的记录人或者签署人", "who wrote and who signed the minutes")
	case slices.ContainsFunc(signed.Act.Signers, func(name string) bool { return name != signed.Act.Author && name != "" }):
		return v.ok()
	case slices.Contains(signed.Act.Signers, ""):
		return v.unknown("会议记录的签署人", "who signed the minutes")
	default:
		return v.broken("会议记录不得只由记录人本人签署", "the author is the only signer of the minutes")
	}
}

// R30.6, Art 30 ¶1: only a review of another object ends with the review.
func endedByDecision(v *view) result {
	given := func(outcome string) bool { // of a matter that is given up nothing is decided
		return slices.ContainsFunc(v.d.ReviewsConcluded, func(c decision.Done[decision.ConcludeReview]) bool { return c.Act.Outcome == outcome })
	}
	switch {
	case (given("signed") || given("issued")) && v.Evidence == Published:
		return v.unknown("审查之后是否集体讨论", "whether it was discussed after the review")
	case given("signed") || given("issued"):
		return v.broken("重大行政决策须经集体讨论决定，不得以审查办结", "a major decision is discussed and decided; a review does not end it")
	case given(""):
		return v.unknown("审查如何办结", "how the review was concluded")
	}
	return v.noObject("没有以审查办结", "the case was not ended by a review")
}

// R29.2: the decree says nothing of a draft that changed after a step; local
// rules often have the changed part heard again. So it is shown.
func stepsOnThisVersion(v *view) result {
	target := v.target()
	if target == 0 {
		return v.unknown("提交讨论的草案版本", "which version is put to the discussion")
	}
	var zh, en []string
	untold := false
	// A step is on the latest version that it was on; where one of its acts does
	// not say which, it may be that one.
	behind := func(versions []int, nameZh, nameEn string) {
		if len(versions) == 0 || slices.Max(versions) >= target {
			return
		}
		if slices.Contains(versions, 0) {
			untold = true
			return
		}
		version := slices.Max(versions)
		zh, en = append(zh, fmt.Sprintf("%s（第%d版）", nameZh, version)), append(en, fmt.Sprintf("%s (version %d)", nameEn, version))
	}
	heard := slices.Concat(versions(v.d.Comments), versions(v.d.PublicHeard), versions(v.d.Announcements))
	behind(heard, "公众参与", "public participation")
	behind(versions(v.d.ExpertOpinions), "专家论证", "expert review")
	if assessed, ok := decision.Last(v.assessments()); ok {
		behind([]int{assessed.draft}, "风险评估", "risk assessment")
	}
	behind(versions(v.d.CompetitionReviews), "公平竞争审查", "fair-competition review")
	if len(zh) > 0 {
		return v.broken(fmt.Sprintf("提交讨论的是第%d版，以下程序针对较早版本：%s", target, strings.Join(zh, "、")),
			fmt.Sprintf("version %d is put to the discussion; these steps were on an earlier one: %s", target, strings.Join(en, ", ")))
	}
	if untold {
		return v.unknown("有的程序针对哪一版草案", "which version some of the steps were on")
	}
	return v.ok()
}

// versions lists the versions of the draft that acts were on; 0 where one does
// not say.
func versions[A decision.OnDraft](acts []decision.Done[A]) []int {
	list := make([]int, len(acts))
	for i, a := range acts {
		list[i] = a.Act.Version()
	}
	return list
}

// R31.1, Art 31.
func partyReported(v *view) result {
	how, _ := v.step(decision.StepParty)
	last, done := decision.Last(v.d.PartyReports)
	switch {
	case done && last.Act.Result == "not_approved":
		return v.broken("同级党委未同意", "the Party committee did not approve")
	case how == excused:
		return v.not("已认定按照规定无须请示报告", "determined that the rules call for no report")
	case done && !v.gateDay().IsZero() && last.Act.RepliedOn.After(v.gateDay()):
		if how == undetermined {
			return v.undecided(decision.StepParty)
		}
		return v.broken("党委答复晚于出台日期", "the Party committee replied after the issue").from(last.Act.RepliedOn)
	case done && (last.Act.Result == "" || last.Act.RepliedOn.IsZero()):
		return v.unknown("党委的答复或者答复日期", "what the Party committee replied, or when")
	case done:
		return v.ok()
	case how == undetermined:
		return v.undecided(decision.StepParty)
	}
	return v.absent("没有向同级党委请示报告的记录", "no report to the Party committee is recorded")
}
