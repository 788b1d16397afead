package workflow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/pack"
)

// participationRules are the rules of chapter 2, section 2 (公众参与) on
// hearing the public (Arts 14 and 15); hearings stand in their own file.
var participationRules = []Rule{
	{
		ID: "R14.1", Norm: d713, Article: 14, Paragraph: 1, Severity: Hard, Zh: "听取了社会公众意见，或者依法不予公开", En: "the public was heard, or the matter is lawfully not public",
		Gates: packageGates, Acts: []decision.Kind{"open_comment", "close_comment", "hear_public", "hold_hearing", "determine_step"}, check: publicHeard,
	},
	{
		ID: "R14.2", Norm: d713, Article: 14, Paragraph: 2, Severity: Hard, Zh: "听取意见的方式明确", En: "the way of hearing the public is named",
		Gates: []decision.Kind{"hear_public"}, Own: true, Acts: []decision.Kind{"hear_public"}, check: methodNamed,
	},
	{
		ID: "R14.3", Norm: d713, Article: 14, Paragraph: 3, Severity: Hard, Zh: "与利益受影响的特定群体沟通协商", En: "every group whose interests are touched was talked with",
		Gates: packageGates, Acts: []decision.Kind{"consult_group", "identify_affected"}, check: groupsHeard,
	},
	{
		ID: "R15.1", Norm: d713, Article: 15, Paragraph: 1, Severity: Norm, Zh: "公开征求意见的期限一般不少于30日", En: "the comment period is generally not less than 30 days",
		Gates: []decision.Kind{"open_comment"}, Own: true, Acts: []decision.Kind{"open_comment"}, check: commentPeriod,
	},
	{
		ID: "R15.2", Norm: d713, Article: 15, Paragraph: 1, Severity: Hard, Zh: "缩短期限的，在公告中说明理由", En: "a shortened period has its reason in the notice itself",
		Gates: []decision.Kind{"open_comment"}, Own: true, Acts: []decision.Kind{"open_comment"}, check: shorteningExplained,
	},
	{
		ID: "R15.3", Norm: d713, Article: 15, Paragraph: 1, Severity: Hard, Zh: "公告载明草案、说明、途径、方式和期限", En: "the notice has the draft, its explanation, channels, manner and period",
		Gates: []decision.Kind{"open_comment"}, Own: true, Acts: []decision.Kind{"open_comment"}, check: noticeWhole,
	},
	{
		ID: "R15.4", Norm: d713, Article: 15, Paragraph: 1, Severity: Hard, Zh: "公布时期限尚未届满", En: "the period is not over when the notice appears",
		Gates: []decision.Kind{"open_comment"}, Own: true, Acts: []decision.Kind{"open_comment"}, check: noticeInTime,
	},
	{
		ID: "R15.5", Norm: d713, Article: 15, Paragraph: 1, Severity: Hard, Zh: "期限届满后才结束征求意见、提交草案", En: "the round is closed and the draft submitted only after the period",
		Gates: append([]decision.Kind{"close_comment"}, packageGates...), check: periodAwaited, // nobody clears it; it is waited for
	},
}

// dispositionRules are the rules on what becomes of opinions (Art 18).
var dispositionRules = []Rule{
	{
		ID: "R18.1", Norm: d713, Article: 18, Severity: Hard, Zh: "每条意见均有研究处理结果", En: "every opinion has a disposition",
		Gates: packageGates, Acts: []decision.Kind{"dispose_opinions", "commit_opinions", "state_adoption"}, check: opinionsDisposed,
	},
	{
		ID: "R18.2", Norm: d713, Article: 18, Severity: Norm, Zh: "根据意见完善草案，或者说明未作修改", En: "the draft was improved after the opinions, or it is stated that nothing changed",
		Gates: packageGates, Acts: []decision.Kind{"submit_draft", "state_adoption"}, check: draftImproved,
	},
}

// activities returns how many ways of hearing the public were completed, and
// how many were begun.
func (v *view) activities() (completed, begun int) {
	for _, o := range v.d.Comments {
		begun++
		if v.closed(o) {
			completed++
		}
	}
	completed += len(v.d.PublicHeard) + len(v.d.Hearings)
	begun += len(v.d.PublicHeard) + max(len(v.d.Announcements), len(v.d.Hearings))
	return completed, begun
}

// closed reports whether a comment round came to its end. A published case
// seldom says so outright: a period that is over, or a statement on what came
// in, shows it.
func (v *view) closed(o decision.Done[decision.OpenComment]) bool {
	for _, c := range v.d.CommentCloses {
		if c.Act.Activity == o.Act.Activity {
			return true
		}
	}
	if v.Evidence == Live {
		return false
	}
	return len(v.d.Adoptions) > 0 || (!o.Act.EndsOn.IsZero() && o.Act.EndsOn.Before(v.on))
}

// R14.1, Art 14 ¶1.
func publicHeard(v *view) result {
	how, said := v.step(decision.StepParticipation)
	completed, begun := v.activities()
	switch {
	case completed > 0:
		return v.ok()
	case how == excused && strings.TrimSpace(said.LegalBasis) == "":
		return v.lacking("依法不予公开的法律依据", "the legal basis for not being public")
	case how == excused:
		return v.not("依法不予公开："+said.LegalBasis, "lawfully not public: "+said.LegalBasis)
	case how == undetermined:
		return v.undecided(decision.StepParticipation)
	case begun > 0:
		return v.absent("听取意见的活动尚未完成", "hearing the public was begun and not completed")
	}
	return v.absent("没有听取公众意见的记录，也没有依法不予公开的依据", "nothing shows that the public was heard, nor a lawful ground for not doing so")
}

// R14.2, Art 14 ¶2: the list of ways is open-ended, but each is named.
func methodNamed(v *view) result {
	if len(v.d.PublicHeard) == 0 {
		return v.noObject("没有以其他方式听取意见", "the public was not heard in another way")
	}
	for _, h := range v.d.PublicHeard {
		switch {
		case h.Act.Method == "":
			return v.unknown("听取意见的方式", "how the public was heard")
		case h.Act.Method == "other" && h.Act.Other == "":
			return v.lacking("所用方式的名称", "the name of the way that was used")
		}
	}
	return v.ok()
}

// R14.3, Art 14 ¶3.
func groupsHeard(v *view) result {
	said, ok := decision.Last(v.d.Affected)
	if !ok || said.Act.Groups == nil {
		if v.due && v.Evidence == Live {
			return v.broken("尚未识别利益受影响的特定群体", "nobody has identified the groups whose interests are touched")
		}
		return v.unknown("是否涉及特定群体利益", "whether particular groups are touched")
	}
	if len(said.Act.Groups) == 0 {
		return v.not("已认定不涉及特定群体利益", "no particular group is touched")
	}
	var unheard []string
	untold, heard := false, map[string]bool{}
	for _, h := range v.d.GroupsHeard {
		heard[h.Act.Group] = true
	}
	for _, g := range said.Act.Groups {
		switch {
		case len(heard) > 0 && g == "", !heard[g] && heard[""]:
			untold = true
		case !heard[g]:
			unheard = append(unheard, g)
		}
	}
	if len(unheard) > 0 {
		list := strings.Join(unheard, "、")
		return v.absent("没有与下列群体沟通协商的记录："+list, "no talks are recorded with "+list).about("%s", list)
	}
	if untold {
		return v.unknown("与哪些特定群体沟通协商", "which groups are touched, or were talked with")
	}
	for _, voice := range v.Pack.GroupVoices {
		with := func(who string) bool {
			return slices.ContainsFunc(v.d.GroupsHeard, func(h decision.Done[decision.ConsultGroup]) bool {
				return slices.Contains(h.Act.With, who) || who == "" && len(h.Act.With) == 0
			})
		}
		if !with(voice) && with("") {
			return v.unknown("与谁沟通协商", "who was talked with")
		}
		if !with(voice) {
			return v.absent("地方规定应当听取其意见的未听取："+voice, "the local norm has them heard, and they were not: "+voice).about("%s", voice)
		}
	}
	return v.ok()
}

// rounds asks a question of each comment round and returns the worst answer.
func (v *view) rounds(ask func(decision.Done[decision.OpenComment]) result) result {
	if len(v.d.Comments) == 0 {
		return v.noObject("没有向社会公开征求意见", "there was no open comment")
	}
	answers := make([]result, len(v.d.Comments))
	for i, o := range v.d.Comments {
		answers[i] = ask(o).about("%s", o.Act.Activity)
	}
	return worst(answers...)
}

// periodOf counts a comment period in both ways. The first day is the day the
// notice appears, or the day it names where that is later: a period is
// computed, not typed.
func periodOf(o decision.Done[decision.OpenComment]) (excluding, including int, known bool) {
	start := o.Act.StartsOn
	if start.IsZero() || (!o.OccurredOn.IsZero() && o.OccurredOn.After(start)) {
		start = o.OccurredOn
	}
	if start.IsZero() || o.Act.EndsOn.IsZero() {
		return 0, 0, false
	}
	days := o.Act.EndsOn.DaysSince(start)
	return days, days + 1, true
}

// R15.1, Art 15 ¶1. The decree does not say how days are counted. The Civil
// Code leaves out the first day (Art 201); published notices use both ways, so
// exactly enough with the first day passes and is called borderline.
func commentPeriod(v *view) result {
	least := v.Pack.Number(pack.CommentDays)
	return v.rounds(func(o decision.Done[decision.OpenComment]) result {
		excluding, including, known := periodOf(o)
		if !known {
			return v.unknown("征求意见的起止日期", "when the period began and ended")
		}
		zh := fmt.Sprintf("不计首日%d日，计首日%d日，要求不少于%d日", excluding, including, least.Value)
		en := fmt.Sprintf("%d days without the first day, %d with it, not less than %d required", excluding, including, least.Value)
		switch {
		case excluding >= least.Value:
			return v.okBecause(zh, en)
		case including >= least.Value:
			return v.okBecause(zh+"：计算方式处于边界，建议不计首日", en+": borderline counting, better to leave out the first day")
		}
		short := v.broken(zh, en).from(o.Act.EndsOn.AddDays(least.Value - excluding))
		short.reason = strings.TrimSpace(o.Act.ShortenedReason)
		if least.Strict {
			return short.as(Hard)
		}
		return short
	})
}

// R15.2, Art 15 ¶1: the reason stands in the published notice; a later one
// does not cure.
func shorteningExplained(v *view) result {
	least := v.Pack.Number(pack.CommentDays)
	return v.rounds(func(o decision.Done[decision.OpenComment]) result {
		excluding, including, known := periodOf(o)
		switch {
		case !known:
			return v.unknown("征求意见的起止日期", "when the period began and ended")
		case including >= least.Value:
			return v.not("期限未缩短", "the period was not shortened")
		case strings.TrimSpace(o.Act.ShortenedReason) == "":
			return v.lacking("公告中缩短期限的理由", "why the period is shortened, in the notice").from(o.Act.EndsOn.AddDays(least.Value - excluding))
		}
		return v.ok()
	})
}

// R15.3, Art 15 ¶1.
func noticeWhole(v *view) result {
	return v.rounds(func(o decision.Done[decision.OpenComment]) result {
		a := o.Act
		var zh, en []string
		for _, part := range []struct {
			known  bool
			zh, en string
		}{
			{a.Text.Known(), "决策草案", "the draft"},
			{a.Explanation.Known(), "草案说明", "its explanation"},
			{len(a.Channels) > 0, "公布途径", "the channels"},
			{a.HowTo != "", "提出意见的方式", "how to comment"},
			{!a.StartsOn.IsZero() || !o.OccurredOn.IsZero(), "开始日期", "the first day"},
			{!a.EndsOn.IsZero(), "截止日期", "the last day"},
		} {
			if !part.known {
				zh, en = append(zh, part.zh), append(en, part.en)
			}
		}
		if len(zh) > 0 {
			return v.lacking("公告中的"+strings.Join(zh, "、"), "in the notice: "+strings.Join(en, ", "))
		}
		return v.ok()
	})
}

// R15.4, Art 15 ¶1.
func noticeInTime(v *view) result {
	return v.rounds(func(o decision.Done[decision.OpenComment]) result {
		published := o.OccurredOn
		if published.IsZero() {
			published = o.Act.StartsOn
		}
		switch {
		case published.IsZero() || o.Act.EndsOn.IsZero():
			return v.unknown("公布日期或者截止日期", "when the notice appeared or the period ended")
		case o.Act.EndsOn.Before(published):
			return v.broken("公布时期限已经届满", "the period was over when the notice appeared")
		}
		return v.ok()
	})
}

// R15.5, Art 15 ¶1.
func periodAwaited(v *view) result {
	return v.rounds(func(o decision.Done[decision.OpenComment]) result {
		if v.gate == nil && v.Evidence != Live {
			return v.unknown("草案何时提交", "when the draft was submitted")
		}
		day := v.gateDay()
		if close, ok := v.gateAct().(decision.CloseComment); ok && close.Activity != o.Act.Activity {
			return v.not("并非本次活动", "another round was closed")
		}
		switch {
		case day.IsZero() || o.Act.EndsOn.IsZero():
			return v.unknown("截止日期或者提交日期", "the last day of the period or the day of submission")
		case v.Evidence != Live && v.at("close_comment") && day == o.Act.EndsOn:
			return v.ok() // a source dates the end of a round on its last day
		case !day.After(o.Act.EndsOn):
			return v.broken(fmt.Sprintf("征求意见至%s届满，最早可于次日进行", o.Act.EndsOn),
				fmt.Sprintf("the period runs to %s; the next day is the earliest", o.Act.EndsOn)).from(o.Act.EndsOn.AddDays(1))
		}
		return v.ok()
	})
}

func (v *view) gateAct() decision.Act {
	if v.gate == nil {
		return nil
	}
	return v.gate.Act
}

// received returns how many opinions are known to have come in.
func (v *view) received() (count int64, known bool) {
	closed := map[string]int64{} // what was said last of a round counts: a slip can be put right
	for _, c := range v.d.CommentCloses {
		if c.Act.Received != nil {
			closed[c.Act.Activity], known = int64(*c.Act.Received), true
		}
	}
	for _, n := range closed {
		count += n
	}
	if a, ok := decision.Last(v.d.Adoptions); ok && a.Act.Received != nil {
		count, known = max(count, int64(*a.Act.Received)), true
	}
	if registered := v.d.OpinionCount(); registered > 0 {
		count, known = max(count, registered), true
	}
	return count, known
}

// R18.1, Art 18. None received is a valid result. What was received is in the
// register, and each position of the register has a disposition; what was not
// adopted has a reason, because Arts 29 and 32 ask for it.
func opinionsDisposed(v *view) result {
	count, known := v.received()
	registered := v.d.OpinionCount()
	if _, begun := v.activities(); begun == 0 && count == 0 { // Art 18 speaks of every opinion that came in, in whatever way
		return v.noObject("没有听取公众意见的活动", "the public was not heard")
	}
	switch {
	case known && count == 0:
		return v.okBecause("未收到意见", "no opinion came in")
	case !known && v.Evidence != Live:
		return v.unknown("收到多少意见、如何处理", "how many opinions came in, and what became of them")
	case registered < count && v.Evidence == Live:
		return v.broken(fmt.Sprintf("收到%d条，仅登记入册%d条", count, registered), fmt.Sprintf("%d opinions came in, only %d are registered", count, registered))
	case v.Evidence != Live && len(v.d.Dispositions) == 0:
		return v.absent("没有意见处理的记录", "no disposition of the opinions is recorded")
	}
	var unreasoned *decision.OpinionGroup
	for _, act := range v.d.Dispositions {
		for _, g := range act.Act.Groups {
			if g.Disposition == "" || g.Disposition == "not_adopted" && strings.TrimSpace(g.Reason) == "" {
				unreasoned = &g
			}
		}
	}
	if gap := disposedOf(v.d).gap(1, count); gap > 0 {
		if v.dispositionsUntold() {
			return v.unknown("有的处理结果针对哪些意见", "which opinions a disposition is of")
		}
		return v.absent(fmt.Sprintf("第%d号意见尚无处理结果", gap), fmt.Sprintf("opinion number %d has no disposition", gap)).about("%d", gap)
	}
	if unreasoned != nil {
		return v.lacking("意见的处理结果，或者未采纳的理由："+unreasoned.Summary, "what became of an opinion, or why it was not adopted: "+unreasoned.Summary)
	}
	return v.ok()
}

// dispositionsUntold reports whether a disposition does not say of which
// opinions it is.
func (v *view) dispositionsUntold() bool {
	part := func(r decision.Range) bool { return r.From == 0 || r.To == 0 }
	return slices.ContainsFunc(v.d.Dispositions, func(d decision.Done[decision.DisposeOpinions]) bool {
		return len(d.Act.Groups) == 0 || slices.ContainsFunc(d.Act.Groups, func(g decision.OpinionGroup) bool {
			return len(g.Opinions) == 0 || slices.ContainsFunc(g.Opinions, part)
		})
	})
}

// coverage is ranges of positions in the register.
type coverage []decision.Range

// disposedOf are the positions whose opinions have a disposition.
func disposedOf(d decision.Decision) coverage {
	var covered coverage
	for _, act := range d.Dispositions {
		for _, g := range act.Act.Groups {
			covered = append(covered, g.Opinions...)
		}
	}
	return covered
}

// gap returns the first position from one to another that no range holds, or
// 0.
func (c coverage) gap(next, last int64) int64 {
	slices.SortFunc(c, func(a, b decision.Range) int { return cmp.Compare(a.From, b.From) })
	for _, r := range c {
		if r.From > next {
			break
		}
		next = max(next, r.To+1)
	}
	if next <= last {
		return next
	}
	return 0
}

// adoptedAny reports whether any opinion of the public was adopted, wholly or
// in part.
func (v *view) adoptedAny() bool {
	return slices.ContainsFunc(v.d.Dispositions, func(d decision.Done[decision.DisposeOpinions]) bool {
		return slices.ContainsFunc(d.Act.Groups, func(g decision.OpinionGroup) bool { return g.Disposition == "adopted" || g.Disposition == "partly" })
	})
}

// R18.2, Art 18.
func draftImproved(v *view) result {
	count, known := v.received()
	switch {
	case !known:
		return v.noObject("没有收到意见", "no opinion came in")
	case count == 0:
		return v.not("没有收到意见", "no opinion came in")
	}
	closed, _ := decision.Last(v.d.CommentCloses)
	after := closed.Seq // where the opinions themselves are not in the record
	if batch, ok := decision.Last(v.d.OpinionBatches); ok {
		after = batch.Seq
	}
	untold := false
	for _, s := range v.d.Drafts {
		if s.Seq > after && s.Act.Changes != "" {
			return v.ok()
		}
		untold = untold || s.Seq > after
	}
	if untold && v.Evidence != Live {
		return v.unknown("草案作了哪些修改", "what changed in the draft")
	}
	if v.adoptedAny() { // 充分采纳合理意见，完善决策草案
		return v.absent("有意见被采纳，此后没有新的草案版本", "opinions were adopted, and no new version of the draft followed")
	}
	for _, a := range v.d.Adoptions {
		if a.Seq > after && a.Act.Statement != "" {
			return v.ok()
		}
	}
	return v.absent("收到意见后既没有新的草案版本，也没有采纳情况说明", "after the opinions came in there is neither a new version of the draft nor a statement of what was adopted")
}
