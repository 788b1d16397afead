package workflow

import (
	"slices"

	"github.com/juece/juece/decision"
)

// Stage is where a decision stands in its procedure.
type Stage string

// The stages, in the order of the statute.
const (
	StageNone      Stage = ""                // nothing recorded yet
	StageProposed  Stage = "proposed"        // Art 10
	StageStudied   Stage = "studied"         // Art 10
	StageInitiated Stage = "initiated"       // Arts 10, 11
	StageDrafting  Stage = "drafting"        // Arts 12–24; its steps run in parallel
	StageReview    Stage = "legality_review" // Arts 25–28
	StageReviewed  Stage = "reviewed"        // Art 28
	StageAgenda    Stage = "agenda"          // Art 29
	StageMeeting   Stage = "meeting"         // Art 30
	StageMinutes   Stage = "minutes"         // Art 30 ¶3
	StageDecided   Stage = "decided"         // Arts 8, 31
	StagePublished Stage = "published"       // Art 32; or lawfully withheld
	StageExecution Stage = "execution"       // Arts 34–36; filed
	StageSuspended Stage = "suspended"       // Art 37
	StageCompleted Stage = "completed"       // Art 34
	StageReplaced  Stage = "replaced"        // Art 37: another decision took its place
	StageStopped   Stage = "stopped"         // Art 37
	StageConcluded Stage = "concluded"       // the review of an object that is no decision
	StageArchived  Stage = "archived"        // Art 33, of what was not decided
	StageDeclined  Stage = "declined"        // Art 10
	StageRejected  Stage = "rejected"        // Art 30
	StageWithdrawn Stage = "withdrawn"
)

// StageInfo names a stage for people.
type StageInfo struct {
	Stage  Stage
	Zh, En string
	// Gate is the act that leads on along the main path, if there is one.
	Gate decision.Kind
}

var stages = []StageInfo{
	{StageProposed, "建议提出", "proposed", "study_proposal"},
	{StageStudied, "已研究论证", "studied", "initiate"},
	{StageInitiated, "已启动", "initiated", "assign_units"},
	{StageDrafting, "草案形成", "drafting", "submit_for_review"},
	{StageReview, "合法性审查", "legality review", "issue_legality_opinion"},
	{StageReviewed, "已出审查意见", "reviewed", "place_on_agenda"},
	{StageAgenda, "列入议题", "on the agenda", "open_meeting"},
	{StageMeeting, "集体讨论", "in the meeting", "decide"},
	{StageMinutes, "会议记录待签", "minutes to be signed", "sign_minutes"},
	{StageDecided, "已决定", "decided", "publish"},
	{StagePublished, "已公布或依法不予公开", "published or lawfully withheld", "archive_case"},
	{StageExecution, "执行中", "in execution", "complete_execution"},
	{StageSuspended, "中止执行", "execution suspended", "resume_execution"},
	{StageCompleted, "执行完毕", "carried out", ""},
	{StageReplaced, "已由新决策取代", "replaced by another decision", ""},
	{StageStopped, "停止执行", "stopped", ""},
	{StageConcluded, "审查已办结", "review concluded", "archive_case"},
	{StageArchived, "已归档", "archived", ""},
	{StageDeclined, "不予启动", "declined", "archive_case"},
	{StageRejected, "会议未通过", "not adopted", "archive_case"},
	{StageWithdrawn, "已撤回", "withdrawn", "archive_case"},
}

// Stages lists the stages in the order of the statute.
func Stages() []StageInfo { return slices.Clone(stages) }

// Info describes the stage.
func (s Stage) Info() StageInfo {
	i := slices.IndexFunc(stages, func(i StageInfo) bool { return i.Stage == s })
	if i < 0 {
		return StageInfo{Stage: s, Zh: "尚未提出", En: "not proposed yet", Gate: "propose"}
	}
	return stages[i]
}

// Transition is one row of the procedure: from a stage, an act with an
// outcome leads to a stage. Most acts have no outcome to tell apart.
type Transition struct {
	From    Stage
	Act     decision.Kind
	Outcome string
	To      Stage
}

// transitions is the whole procedure. A pair of stage and act that has no row
// is refused. Rows of acts that stay in their stage are made by [within]. Of the
// rows of a gate the first is the outcome that leads on along the main path.
var transitions = slices.Concat(
	[]Transition{
		{StageNone, "propose", "", StageProposed},
		{StageProposed, "study_proposal", "", StageStudied},
		{StageStudied, "initiate", "", StageInitiated},
		{StageStudied, "decline", "", StageDeclined},
		{StageInitiated, "assign_units", "", StageDrafting},
		{StageDrafting, "submit_for_review", "", StageReview},
		{StageReview, "return_package", "", StageDrafting},
		{StageReview, "issue_legality_opinion", "lawful", StageReviewed},
		{StageReview, "issue_legality_opinion", "lawful_after_changes", StageReviewed},
		{StageReview, "issue_legality_opinion", "no_state_rule", StageReviewed},
		{StageReview, "issue_legality_opinion", "unlawful", StageDrafting},
		{StageReviewed, "submit_for_review", "", StageReview},
		{StageReviewed, "place_on_agenda", "", StageAgenda},
		{StageAgenda, "submit_draft", "", StageReviewed},  // another draft is off the agenda
		{StageAgenda, "place_on_agenda", "", StageAgenda}, // another day, or another forum
		{StageAgenda, "open_meeting", "", StageMeeting},
		{StageMeeting, "decide", "", StageMinutes},
		{StageMinutes, "sign_minutes", "adopted", StageDecided},
		{StageMinutes, "sign_minutes", "rejected", StageRejected},
		{StageMinutes, "sign_minutes", "deferred", StageReviewed}, // the opinion holds for as long as the draft does
		{StageDecided, "publish", "", StagePublished},
		{StageDecided, "withhold_publication", "", StagePublished},
		{StagePublished, "archive_case", "", StageExecution},
		{StageReviewed, "conclude_review", "", StageConcluded},
		{StageConcluded, "archive_case", "", StageArchived},
		{StagePublished, "suspend_execution", "", StageSuspended},
		{StageExecution, "suspend_execution", "", StageSuspended},
		{StageSuspended, "resume_execution", "filed", StageExecution},
		{StageSuspended, "resume_execution", "not_filed", StagePublished},
		{StageExecution, "complete_execution", "", StageCompleted},
		{StageDeclined, "archive_case", "", StageArchived},
		{StageRejected, "archive_case", "", StageArchived},
		{StageWithdrawn, "archive_case", "", StageArchived},
	},
	within(StageInitiated, "determine_step", "identify_affected"),
	within(StageDrafting, forming...),
	within(StageReview,
		"request_supplement", "supplement_package", "file_counsel_opinion",
		"commit_opinions", "dispose_opinions", "state_adoption"),
	within(StageReviewed, forming...),
	within(StageReviewed, "respond_to_review", "confirm_still_stands", "invoke_reform"),
	within(StageMeeting, "record_statement"),
	within(StageDecided, "correct_minutes", "report_to_party", "record_congress_act", "review_secrecy", "determine_step", "state_adoption"),
	within(StagePublished, "correct_minutes"),
	within(StageRejected, "correct_minutes"),
	within(StageDecided, "assign_execution", "link_case"),
	within(StagePublished, executing...),
	within(StagePublished, "assign_execution", "file_for_record"),
	within(StageExecution, executing...),
	within(StageExecution, "assign_execution", "file_for_record", "correct_minutes"),
	within(StageSuspended, executing...),
	within(StageSuspended, "assign_execution", "archive_case", "file_for_record"), // filing does not wait for the execution
	within(StageCompleted,
		"report_problem", "handle_problem", "commit_opinions", "dispose_opinions", "open_adjustment", "correct_clerical",
		"order_evaluation", "file_evaluation", "follow_evaluation"),
	within(StageReplaced, "archive_case", "file_for_record"), // of what was decided, whatever became of it (Art 33)
	within(StageStopped, "archive_case", "file_for_record"),
	concluded("changed", StageReplaced),
	concluded("stopped", StageStopped),
	stay("conclude_adjustment", "changed_in_part", inForce...),
	stay("conclude_adjustment", "abandoned", inForce...),
	within(StageProposed, "cite_catalogue", "adopt_pack"),
	within(StageStudied, "cite_catalogue", "adopt_pack"),
	within(StageInitiated, "cite_catalogue", "adopt_pack", "engage_counsel"),
	within(StageDrafting, "cite_catalogue", "adopt_pack", "engage_counsel", "link_case"),
	within(StageReview, "adopt_pack", "engage_counsel"),
	within(StageReviewed, "adopt_pack", "engage_counsel", "link_case"),
	anytime("order_correction", "open_rectification", "begin_rectification", "submit_rectification", "judge_rectification", "review_case_file", "erase_data"),
	leave("withdraw", StageWithdrawn,
		StageProposed, StageStudied, StageInitiated, StageDrafting, StageReview, StageReviewed, StageAgenda, StageDecided),
)

// forming are the acts that form the draft. Public participation, expert
// review and risk assessment may run in parallel: the decree sets no order
// among them. They can be added to after the review, which then has to hold
// for the draft that results.
var forming = []decision.Kind{
	"assign_units", "record_investigation", "identify_affected", "determine_step", "state_expropriation",
	"submit_draft", "consult_unit", "record_reply", "state_dispute",
	"open_comment", "close_comment", "hear_public", "consult_group",
	"announce_hearing", "publish_selection_method", "publish_participants",
	"deliver_materials", "hold_hearing",
	"commit_opinions", "dispose_opinions", "state_adoption",
	"engage_expert", "file_expert_opinion", "dispose_expert_opinion",
	"file_risk_assessment", "rely_on_assessment", "file_competition_review",
	"correct_minutes", // of a meeting that deferred the matter
}

// executing are the acts of carrying a decision out (Arts 34 to 37). Execution
// does not wait for the filing, and what is reported, urged and asked goes on
// through a suspension.
var executing = []decision.Kind{
	"break_down_tasks", "report_progress", "close_task", "urge_execution",
	"report_problem", "handle_problem", "commit_opinions", "dispose_opinions",
	"open_adjustment", "correct_clerical", "link_case",
	"order_evaluation", "file_evaluation", "follow_evaluation",
}

// inForce are the stages of a decision that is in force. One that was carried
// out still is: an evaluation may be the ground for adjusting it (Art 36 ¶4).
var inForce = []Stage{StagePublished, StageExecution, StageSuspended, StageCompleted}

// concluded leads on from a decision in force by an adjustment that ended so.
func concluded(outcome string, to Stage) []Transition {
	var rows []Transition
	for _, s := range inForce {
		rows = append(rows, Transition{From: s, Act: "conclude_adjustment", Outcome: outcome, To: to})
	}
	return rows
}

// stay is an act that with this outcome leaves each stage as it is.
func stay(kind decision.Kind, outcome string, in ...Stage) []Transition {
	var rows []Transition
	for _, s := range in {
		rows = append(rows, Transition{From: s, Act: kind, Outcome: outcome, To: s})
	}
	return rows
}

// anytime makes rows for acts that have a place in every stage: a superior may
// order a correction, a file be reviewed, and personal data be erased, whenever
// a case is.
func anytime(kinds ...decision.Kind) []Transition {
	var rows []Transition
	for _, s := range stages {
		rows = append(rows, within(s.Stage, kinds...)...)
	}
	return rows
}

func within(stage Stage, kinds ...decision.Kind) []Transition {
	rows := make([]Transition, 0, len(kinds))
	for _, k := range kinds {
		rows = append(rows, Transition{From: stage, Act: k, To: stage})
	}
	return rows
}

func leave(kind decision.Kind, to Stage, from ...Stage) []Transition {
	rows := make([]Transition, 0, len(from))
	for _, s := range from {
		rows = append(rows, Transition{From: s, Act: kind, To: to})
	}
	return rows
}

// Transitions returns the whole table.
func Transitions() []Transition { return slices.Clone(transitions) }

// next returns the stage that an act leads to, and false when the act has no
// place in the stage.
func next(from Stage, act decision.Act, d decision.Decision) (Stage, bool) {
	kind, how := act.Kind(), outcome(act, d)
	for _, t := range transitions {
		if t.From == from && t.Act == kind && (t.Outcome == "" || t.Outcome == how) {
			return t.To, true
		}
	}
	return from, false
}

// outcome tells apart the ways in which an act can lead on.
func outcome(act decision.Act, d decision.Decision) string {
	switch a := act.(type) {
	case decision.IssueLegalityOpinion:
		return a.Conclusion
	case decision.SignMinutes:
		if last, ok := decision.Last(d.Decisions); ok {
			return last.Act.Outcome
		}
	case decision.ConcludeAdjustment:
		return a.Outcome
	case decision.ResumeExecution:
		if len(d.Archives) > 0 {
			return "filed"
		}
		return "not_filed"
	}
	return ""
}

// allowedIn lists the kinds of act that have a place in a stage, in the order
// of the table.
func allowedIn(stage Stage) []decision.Kind {
	var kinds []decision.Kind
	for _, t := range transitions {
		if t.From == stage && !slices.Contains(kinds, t.Act) {
			kinds = append(kinds, t.Act)
		}
	}
	return kinds
}
