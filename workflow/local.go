package workflow

import (
	"fmt"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
)

// localRules are the rules for numbers that the decree does not have and local
// norms often do. A pack without the number is not concerned; one that knows
// of it and could not read it says so and refuses nobody.
var localRules = []Rule{
	{
		ID: "L20.1", Norm: d713, Number: pack.ExpertCount, Article: 20, Severity: Hard, Zh: "专家人数不少于地方规定", En: "not fewer experts than the local norm asks for",
		Gates: packageGates, Acts: []decision.Kind{"engage_expert", "file_expert_opinion"}, check: enoughExperts,
	},
	{
		ID: "L26.1", Norm: d713, Number: pack.ReviewWorkingDaysMax, Article: 26, Paragraph: 2, Severity: Norm, Zh: "审查时间不超过地方规定", En: "the review takes no longer than the local norm allows",
		Gates: []decision.Kind{"issue_legality_opinion"}, Own: true, Acts: []decision.Kind{"issue_legality_opinion"}, check: reviewedInTime,
	},
	{
		ID: "L30.1", Norm: d713, Number: pack.QuorumPercent, Article: 30, Paragraph: 1, Severity: Hard, Zh: "出席人数符合地方规定", En: "as many members are present as the local norm asks for",
		Gates: []decision.Kind{"open_meeting"}, Own: true, Acts: []decision.Kind{"open_meeting"}, check: quorate,
	},
	{
		ID: "L32.1", Norm: d713, Number: pack.PublicationWorkingDays, Article: 32, Severity: Norm, Zh: "在地方规定的期限内公布", En: "published within the time of the local norm",
		Gates: []decision.Kind{"publish"}, Own: true, Acts: []decision.Kind{"publish"}, check: publishedInTime,
	},
	{
		ID: "L34.1", Norm: d713, Number: pack.ReportDays, Article: 34, Severity: Norm, Zh: "按地方规定的期限报告执行情况", En: "reports on the execution come as often as the local norm asks for",
		Gates: executionGates, Prohibits: true, Acts: []decision.Kind{"report_progress"}, check: reportedInTime,
	},
}

// local asks a question that has a local number in it.
func (v *view) local(name string, ask func(least int) result) result {
	n := v.Pack.Number(name)
	if n.Unknown {
		return result{status: NotEvidenced, zh: "地方数字未配置：" + n.Source, en: "local number not configured: " + n.Source}
	}
	return ask(n.Value)
}

// L20.1: D713 Art 20 names no number of experts.
func enoughExperts(v *view) result {
	return v.local(pack.ExpertCount, func(least int) result {
		if how, _ := v.step(decision.StepExpert); how == excused {
			return v.not("已认定无须专家论证", "determined to need no expert review")
		}
		heard := map[string]bool{}
		for _, o := range v.d.ExpertOpinions {
			heard[bodyName(o.Act.Expert)] = true // one name, however it is written
		}
		zh, en := fmt.Sprintf("%d名专家提出意见，要求不少于%d名", len(heard), least), fmt.Sprintf("%d experts gave an opinion, not fewer than %d required", len(heard), least)
		if len(heard) < least {
			return v.absent(zh, en)
		}
		return v.okBecause(zh, en)
	})
}

// L26.1: Art 26 ¶2 of the decree is a floor; the ceiling is another norm's.
func reviewedInTime(v *view) result {
	return v.local(pack.ReviewWorkingDaysMax, func(most int) result {
		issued, ok := decision.Last(v.d.LegalityOpinions)
		p, sent := currentPackage(v.d)
		if !ok || !sent {
			return v.noObject("没有合法性审查意见", "there is no legality opinion")
		}
		if issued.OccurredOn.IsZero() || p.received.IsZero() {
			return v.unknown("收到完整送审材料或者出具意见的日期", "when the complete package was received or the opinion issued")
		}
		return v.within(most, p.received, issued.OccurredOn, "审查用时", "the review took")
	})
}

// within judges what a local number of working days limits.
func (v *view) within(most int, from, to calendar.Date, zh, en string) result {
	took, provisional, err := workingDays(v.Calendar, from, to)
	if err != nil {
		return v.unknown(zh+"几个工作日", "how many working days "+en+": "+err.Error())
	}
	zh, en = fmt.Sprintf("%s%d个工作日，要求不超过%d个", zh, took, most), fmt.Sprintf("%s %d working days, not more than %d allowed", en, took, most)
	res := v.okBecause(zh, en)
	if took > most {
		res = v.broken(zh, en)
	}
	res.provisional = provisional
	return res
}

// L30.1: D713 Art 30 has no quorum.
func quorate(v *view) result {
	return v.local(pack.QuorumPercent, func(percent int) result {
		meeting, ok := decision.Last(v.d.Meetings)
		if !ok || meeting.Act.Members == nil {
			return v.unknown("会议组成人员", "who the members were")
		}
		present := 0
		for _, m := range meeting.Act.Members {
			if m.Present == nil {
				return v.unknown("谁出席了会议", "who was present")
			}
			if *m.Present {
				present++
			}
		}
		all := len(meeting.Act.Members)
		zh, en := fmt.Sprintf("应到%d人，出席%d人，要求超过%d%%", all, present, percent), fmt.Sprintf("%d members, %d present, more than %d%% required", all, present, percent)
		if present*100 <= all*percent {
			return v.broken(zh, en)
		}
		return v.okBecause(zh, en)
	})
}

// L32.1: promptly ("及时", Art 32) has no number in the decree.
func publishedInTime(v *view) result {
	return v.local(pack.PublicationWorkingDays, func(most int) result {
		made, decided := decision.Last(v.d.Decisions)
		out, published := decision.Last(v.d.Publications)
		switch {
		case !published || !decided:
			return v.noObject("没有公布", "nothing was published")
		case made.OccurredOn.IsZero() || out.OccurredOn.IsZero():
			return v.unknown("决定或者公布日期", "the day of the decision or of its publication")
		}
		return v.within(most, made.OccurredOn, out.OccurredOn, "决定至公布用时", "publication took")
	})
}

// L34.1: Art 34 names no interval between reports. A day that nobody told
// accuses nobody: a report without one may lie in the gap.
func reportedInTime(v *view) result {
	return v.local(pack.ReportDays, func(most int) result {
		undated := false
		for _, t := range v.d.Tasks() {
			days := v.reportDays(t.ID)
			if days[0].IsZero() {
				undated = true
				continue
			}
			for i, day := range days[1:] {
				gap := day.DaysSince(days[i])
				switch {
				case gap > most && slices.ContainsFunc(v.d.Progress, func(p decision.Done[decision.ReportProgress]) bool { return p.Act.Task == "" }): // which may be on this task
					return v.unknown("有的报告是关于哪项任务的", "which task a report is on")
				case gap > most:
					return v.lateReport(t, gap, most)
				}
			}
		}
		switch {
		case undated:
			return v.unknown("任务下达、报告或者办结的日期", "the day when a task was set, reported on or closed")
		case len(v.d.Tasks()) == 0:
			return v.noObject("没有分解任务", "the decision was not broken down into tasks")
		}
		return v.ok()
	})
}

// reportDays are the days when a task was set, reported on and closed, in
// their order: a day that is not known comes first.
func (v *view) reportDays(task string) []calendar.Date {
	var days []calendar.Date
	for _, b := range v.d.Breakdowns {
		if slices.ContainsFunc(b.Act.Tasks, func(t decision.ExecutionTask) bool { return t.ID == task }) {
			days = append(days, b.OccurredOn)
			break
		}
	}
	for _, p := range v.d.Progress {
		if p.Act.Task == task {
			days = append(days, p.OccurredOn)
		}
	}
	if until, closed := v.d.Closed(task); closed {
		days = append(days, until.OccurredOn)
	}
	slices.SortFunc(days, calendar.Date.DaysSince)
	return days
}

func (v *view) lateReport(t decision.ExecutionTask, days, most int) result {
	return v.broken(fmt.Sprintf("任务“%s”间隔%d日没有报告，要求不超过%d日", t.Title, days, most),
		fmt.Sprintf("no report on the task %q for %d days, not more than %d allowed", t.Title, days, most)).about("%s", t.ID)
}
