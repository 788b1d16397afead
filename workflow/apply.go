package workflow

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
)

// Code is the stable name of a refusal.
type Code string

// The codes of refusals.
const (
	CodeRule           Code = "rule_violated"     // a hard rule forbids it
	CodeReason         Code = "reason_required"   // a norm may be departed from only with a reason
	CodeStage          Code = "wrong_stage"       // the act has no place in this stage
	CodeRole           Code = "not_permitted"     // the actor's roles or unit do not allow it
	CodeForeignDraft   Code = "unknown_draft"     // the act names a draft version that was not submitted
	CodeForeignAct     Code = "unknown_reference" // the act names something that is not in the record
	CodeFuture         Code = "occurs_in_future"  // the act claims a day that has not come
	CodeMaterial       Code = "material_missing"  // a material is named but not held
	CodePack           Code = "pack_superseded"   // the case is under another pack than the one that governs
	CodeOpinionsClosed Code = "opinions_closed"   // the activity does not take opinions
	CodeErased         Code = "already_erased"    // an act erased it before
	CodeNeeded         Code = "evidence_needed"   // what is to be erased is evidence that must stay
)

// ErrRefused is wrapped by every [RefusedError].
var ErrRefused = errors.New("workflow: refused")

// RefusedError says that an act may not be done, and why. Nothing was kept.
type RefusedError struct {
	Code     Code
	Act      decision.Kind
	Stage    Stage
	Zh, En   string
	Findings []Finding // of the rules that refuse or need a reason
}

// Error names the act, the code and the rules.
func (e *RefusedError) Error() string {
	text := fmt.Sprintf("workflow: %s refused (%s): %s", e.Act, e.Code, e.En)
	for _, f := range e.Findings {
		text += fmt.Sprintf("; %s %s Art %d: %s", f.Rule, f.Norm, f.Article, f.En)
	}
	return text
}

// Unwrap lets errors.Is find ErrRefused.
func (e *RefusedError) Unwrap() error { return ErrRefused }

// Message returns the text in a language, "zh" or "en".
func (e *RefusedError) Message(lang string) string {
	if lang == "en" {
		return e.En
	}
	return e.Zh
}

// Applied is what an act leads to.
type Applied struct {
	Case     Case
	Findings []Finding // of the rules owed at this act, with the reasons stated
}

// Apply asks whether an act may be done now, and does it: it returns the case
// with the act in it. The receiver's case is not changed, nothing is stored.
// The error is a [*decision.InvalidError] when the act is not well formed, and
// a [*RefusedError] when it may not be done.
func Apply(c Case, d Deed) (Applied, error) {
	act := d.Act
	refuse := func(code Code, zh, en string, findings ...Finding) (Applied, error) {
		return Applied{}, &RefusedError{Code: code, Act: act.Kind(), Stage: c.Stage, Zh: zh, En: en, Findings: findings}
	}
	if err := decision.Validate(act); err != nil {
		return Applied{}, err
	}
	if zh, en, ok := permitted(c, act, d.Actor); !ok {
		return refuse(CodeRole, zh, en)
	}
	if _, ok := next(c.Stage, act, c.Decision); !ok {
		stage := c.Stage.Info()
		return refuse(CodeStage,
			fmt.Sprintf("当前阶段为“%s”，不能进行此程序行为；可以进行的有：%s", stage.Zh, names(allowedIn(c.Stage), "zh")),
			fmt.Sprintf("the decision is %s; this act has no place there; these have: %s", stage.En, names(allowedIn(c.Stage), "en")),
			// A stage is passed by an act that the law demands: say which.
			filter(atGate(c.with(d), act.Kind(), d.OccurredOn, true), Finding.refuses)...)
	}
	if zh, en, ok := assigned(c, act, d.Actor); !ok {
		return refuse(CodeRole, zh, en)
	}
	if d.OccurredOn.After(d.RecordedOn) {
		return refuse(CodeFuture, "发生日期晚于今天", "the day it happened lies after today")
	}
	if zh, en, ok := refersWithin(c, act); !ok {
		code := CodeForeignAct
		if _, versioned := act.(decision.OnDraft); versioned && strings.Contains(en, "draft version") {
			code = CodeForeignDraft
		}
		return refuse(code, zh, en)
	}
	if erase, ok := act.(decision.EraseData); ok {
		if code, zh, en := erasable(c, erase); code != "" {
			return refuse(code, zh, en)
		}
	}

	after := c.with(d)
	findings := atGate(after, act.Kind(), d.OccurredOn, true)
	if hard := filter(findings, Finding.refuses); len(hard) > 0 {
		return refuse(CodeRule, "有法定要求未满足", "the law forbids it as the record stands", hard...)
	}
	if silent := filter(findings, needsReason); len(silent) > 0 {
		return refuse(CodeReason, "偏离一般要求，须说明理由", "it departs from a general requirement; state the reason for each rule", silent...)
	}
	return Applied{Case: after, Findings: findings}, nil
}

func needsReason(f Finding) bool {
	return f.Status == Violated && f.Severity == Norm && f.Reason == ""
}

func filter(findings []Finding, keep func(Finding) bool) []Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return !keep(f) })
}

// Check judges a finished case, or one that was never in the system: every
// rule, article by article.
func Check(c Case, on calendar.Date) []Finding { return Evaluate(c, on) }

func names(kinds []decision.Kind, lang string) string {
	list := make([]string, len(kinds))
	for i, k := range kinds {
		if info, err := decision.Describe(k); err == nil {
			list[i] = info.En
			if lang == "zh" {
				list[i] = info.Zh
			}
		}
	}
	if lang == "zh" {
		return strings.Join(list, "、")
	}
	return strings.Join(list, ", ")
}

// refersWithin checks that an act names only what the record holds: a draft
// version that was submitted, an activity that was opened, an expert who was
// engaged, a member who is present.
func refersWithin(c Case, act decision.Act) (zh, en string, ok bool) {
	d := c.Decision
	if a, versioned := act.(decision.OnDraft); versioned && !d.HasDraft(a.Version()) {
		return fmt.Sprintf("决策草案没有第%d版", a.Version()),
			fmt.Sprintf("there is no draft version %d", a.Version()), false
	}
	missing := func(zhWhat, enWhat, name string) (string, string, bool) {
		return fmt.Sprintf("案卷中没有%s“%s”", zhWhat, name), fmt.Sprintf("the record holds no %s %q", enWhat, name), false
	}
	hearing := func(activity string) bool {
		return slices.ContainsFunc(d.Announcements, func(a decision.Done[decision.AnnounceHearing]) bool { return a.Act.Activity == activity })
	}
	switch a := act.(type) {
	case decision.SubmitDraft:
		if last, _ := d.Draft(); a.Draft != last.Act.Draft+1 {
			return fmt.Sprintf("下一版应为第%d版", last.Act.Draft+1), fmt.Sprintf("the next version is %d", last.Act.Draft+1), false
		}
	case decision.CloseComment:
		if !slices.ContainsFunc(d.Comments, func(o decision.Done[decision.OpenComment]) bool { return o.Act.Activity == a.Activity }) {
			return missing("征求意见活动", "comment round", a.Activity)
		}
	case decision.PublishSelectionMethod:
		if !hearing(a.Activity) {
			return missing("听证会", "hearing", a.Activity)
		}
	case decision.PublishParticipants:
		if !hearing(a.Activity) {
			return missing("听证会", "hearing", a.Activity)
		}
	case decision.DeliverMaterials:
		if !hearing(a.Activity) {
			return missing("听证会", "hearing", a.Activity)
		}
	case decision.HoldHearing:
		if !hearing(a.Activity) {
			return missing("听证会", "hearing", a.Activity)
		}
	case decision.DisposeOpinions:
		for _, g := range a.Groups {
			for _, r := range g.Opinions {
				if r.To > d.OpinionCount() {
					return missing("意见登记号", "opinion number", fmt.Sprint(r.To))
				}
			}
		}
	case decision.FileExpertOpinion:
		if !engaged(d, a.Expert) {
			return missing("已选聘的专家或专业机构", "engaged expert", a.Expert)
		}
	case decision.DisposeExpertOpinion:
		if !slices.ContainsFunc(d.ExpertOpinions, func(o decision.Done[decision.FileExpertOpinion]) bool { return o.Act.Expert == a.Expert }) {
			return missing("论证意见，提出者", "opinion of expert", a.Expert)
		}
	case decision.IssueLegalityOpinion:
		if p, _ := currentPackage(d); a.Draft != p.draft {
			return fmt.Sprintf("送审的是第%d版，意见须针对该版", p.draft), fmt.Sprintf("the package holds draft version %d; the opinion must be on it", p.draft), false
		}
	case decision.RespondToReview:
		last, _ := decision.Last(d.LegalityOpinions)
		for _, r := range a.Responses {
			if !slices.ContainsFunc(last.Act.Comments, func(c decision.ReviewComment) bool { return c.No == r.No }) {
				return missing("审查意见第几条", "review comment", fmt.Sprint(r.No))
			}
		}
	case decision.RecordStatement:
		if !present(d, a.Member) {
			return missing("出席会议的组成人员", "present member", a.Member)
		}
	case decision.ConcludeReview:
		if p, _ := currentPackage(d); a.Outcome != "abandoned" && len(d.LegalityOpinions) == 0 && p.draft == 0 {
			return missing("审查", "review", fmt.Sprint(a.Draft))
		}
	case decision.CorrectMinutes:
		if !slices.ContainsFunc(c.Deeds, func(e Deed) bool { return e.Seq == a.Corrects && ofMeeting(e.Act.Kind()) }) {
			return missing("会议记录中的条目", "entry of the meeting", fmt.Sprint(a.Corrects))
		}
	}
	return refersToExecution(c, act)
}

// refersToExecution does the same for what follows a decision: a task that was
// broken down, a problem that was reported, an item that was opened.
func refersToExecution(c Case, act decision.Act) (zh, en string, ok bool) {
	d := c.Decision
	missing := func(zhWhat, enWhat, name string) (string, string, bool) {
		return fmt.Sprintf("案卷中没有%s“%s”", zhWhat, name), fmt.Sprintf("the record holds no %s %q", enWhat, name), false
	}
	task := func(id string) bool {
		return slices.ContainsFunc(d.Tasks(), func(t decision.ExecutionTask) bool { return t.ID == id })
	}
	problem := func(id string) bool {
		return slices.ContainsFunc(d.Problems, func(p decision.Done[decision.ReportProblem]) bool { return p.Act.Problem == id })
	}
	item := func(name string, states ...string) (string, string, bool) {
		r, known := d.Rectification(name)
		switch {
		case !known:
			return missing("整改事项", "rectification item", name)
		case !slices.Contains(states, r.State):
			return fmt.Sprintf("整改事项“%s”的状态为%s，不能进行此行为", name, r.State), fmt.Sprintf("the item %q is %s; this has no place there", name, r.State), false
		}
		return "", "", true
	}
	taken := func(name string) (string, string, bool) {
		if _, known := d.Rectification(name); known {
			return fmt.Sprintf("整改事项“%s”已经存在，请另行编号", name), fmt.Sprintf("there is an item %q already; give it another name", name), false
		}
		return "", "", true
	}
	switch a := act.(type) {
	case decision.BreakDownTasks:
		for _, t := range a.Tasks {
			if _, closed := d.Closed(t.ID); closed {
				return fmt.Sprintf("任务“%s”已经办结", t.ID), fmt.Sprintf("the task %q is closed already", t.ID), false
			}
		}
	case decision.ReportProgress:
		i := slices.IndexFunc(d.Tasks(), func(t decision.ExecutionTask) bool { return t.ID == a.Task })
		if i < 0 {
			return missing("任务", "task", a.Task)
		}
		if unit := d.Tasks()[i].Unit; unit != a.Unit {
			return fmt.Sprintf("任务“%s”由“%s”承担", a.Task, unit), fmt.Sprintf("the task %q is for %q", a.Task, unit), false
		}
	case decision.OrderCorrection:
		return taken(a.Item)
	case decision.OpenRectification:
		r, known := d.Rectification(a.Item)
		switch {
		case known && (r.State != "open" || r.Source != a.Source):
			return taken(a.Item)
		case !known && a.Source == "order":
			return missing("责令改正", "correction order", a.Item)
		case !known && a.Source == "case_review":
			return missing("案卷评查发现的问题", "finding of a case-file review", a.Item)
		}
	case decision.CloseTask:
		if !task(a.Task) {
			return missing("任务", "task", a.Task)
		}
		if _, closed := d.Closed(a.Task); closed {
			return fmt.Sprintf("任务“%s”已经办结", a.Task), fmt.Sprintf("the task %q is closed already", a.Task), false
		}
	case decision.UrgeExecution:
		if a.Task != "" && !task(a.Task) {
			return missing("任务", "task", a.Task)
		}
	case decision.ReportProblem:
		if problem(a.Problem) {
			return fmt.Sprintf("问题“%s”已经报告", a.Problem), fmt.Sprintf("the problem %q was reported already", a.Problem), false
		}
	case decision.HandleProblem:
		if !problem(a.Problem) {
			return missing("所报问题", "reported problem", a.Problem)
		}
	case decision.SuspendExecution:
		if !problem(a.Problem) {
			return missing("所报问题", "reported problem", a.Problem)
		}
	case decision.OpenAdjustment:
		return pending(d, a.Case)
	case decision.ConcludeAdjustment:
		return pending(d, a.Case)
	case decision.OrderEvaluation:
		if a.Replaces != "" && unfiled(evaluationsIn(c.Deeds), a.Replaces) < 0 {
			return missing("已确定而尚未提交报告的评估单位", "evaluator who was named and has filed nothing", a.Replaces)
		}
	case decision.FileEvaluation:
		if !slices.ContainsFunc(evaluationsIn(c.Deeds), func(e evaluationCase) bool { return e.by(a.Evaluator) }) {
			return missing("已确定的评估单位", "evaluator who was named", a.Evaluator)
		}
	case decision.FollowEvaluation:
		if len(d.Evaluations) == 0 {
			return missing("评估报告", "evaluation", "")
		}
	case decision.BeginRectification:
		return item(a.Item, "open", "rejected")
	case decision.SubmitRectification:
		return item(a.Item, "open", "rectifying", "rejected")
	case decision.JudgeRectification:
		return item(a.Item, "submitted")
	}
	return "", "", true
}

// pending checks that an adjustment case is not concluded already: what is to
// be changed after it takes a case of its own.
func pending(d decision.Decision, adjusting string) (zh, en string, ok bool) {
	if slices.ContainsFunc(d.AdjustmentsConcluded, func(c decision.Done[decision.ConcludeAdjustment]) bool { return c.Act.Case == adjusting }) {
		return fmt.Sprintf("调整案件“%s”已经办结", adjusting), fmt.Sprintf("the adjustment case %q is concluded already", adjusting), false
	}
	return "", "", true
}

func ofMeeting(kind decision.Kind) bool {
	return slices.Contains([]decision.Kind{"open_meeting", "record_statement", "decide", "sign_minutes", "correct_minutes"}, kind)
}

func engaged(d decision.Decision, expert string) bool {
	return slices.ContainsFunc(d.Experts, func(e decision.Done[decision.EngageExpert]) bool { return e.Act.Expert == expert })
}

func present(d decision.Decision, member string) bool {
	meeting, ok := decision.Last(d.Meetings)
	return ok && slices.ContainsFunc(meeting.Act.Members, func(m decision.Member) bool {
		return m.ID == member && m.Present != nil && *m.Present
	})
}
