package workflow

import (
	"fmt"
	"slices"

	"github.com/juece/juece/decision"
)

// The roles. Several can meet in one actor; none can be claimed in a request.
const (
	RoleDecisionOrgan    decision.Role = "decision_organ"    // 决策机关
	RoleChiefExecutive   decision.Role = "chief_executive"   // 行政首长
	RoleGovOffice        decision.Role = "gov_office"        // 政府办公室
	RoleMeetingSecretary decision.Role = "meeting_secretary" // 会议秘书
	RoleUndertakingUnit  decision.Role = "undertaking_unit"  // 决策承办单位
	RoleConsultedUnit    decision.Role = "consulted_unit"    // 有关单位
	RolePublic           decision.Role = "public"            // 公众
	RoleExpert           decision.Role = "expert"            // 专家、专业机构
	RoleRiskAssessor     decision.Role = "risk_assessor"     // 风险评估单位
	RoleFairCompetition  decision.Role = "fair_competition"  // 公平竞争审查
	RoleLegalityReviewer decision.Role = "legality_reviewer" // 负责合法性审查的部门
	RoleLegalAdviser     decision.Role = "legal_adviser"     // 法律顾问
	RoleGovLawyer        decision.Role = "gov_lawyer"        // 公职律师
	RoleArchivist        decision.Role = "archivist"         // 档案人员
	RoleExecutingUnit    decision.Role = "executing_unit"    // 决策执行单位
	RoleEvaluator        decision.Role = "evaluator"         // 决策后评估单位
	RoleSupervisor       decision.Role = "supervisor"        // 上级行政机关：reads the cases of the organs it supervises, orders corrections (Arts 8 ¶2, 38)
	RoleAuditor          decision.Role = "auditor"           // 审计、督查：reads everything, does nothing
)

// permit says which roles may do which act. An act that has no row may be
// done by nobody.
var permit = map[decision.Kind][]decision.Role{
	"propose":                  {RoleDecisionOrgan, RoleGovOffice, RoleUndertakingUnit},
	"study_proposal":           {RoleUndertakingUnit, RoleGovOffice},
	"initiate":                 {RoleDecisionOrgan, RoleChiefExecutive, RoleGovOffice},
	"decline":                  {RoleDecisionOrgan, RoleChiefExecutive, RoleGovOffice},
	"assign_units":             {RoleDecisionOrgan, RoleGovOffice},
	"record_investigation":     {RoleUndertakingUnit},
	"identify_affected":        {RoleUndertakingUnit},
	"determine_step":           {RoleUndertakingUnit, RoleGovOffice, RoleDecisionOrgan},
	"state_expropriation":      {RoleUndertakingUnit},
	"submit_draft":             {RoleUndertakingUnit},
	"consult_unit":             {RoleUndertakingUnit},
	"record_reply":             {RoleUndertakingUnit, RoleConsultedUnit},
	"state_dispute":            {RoleUndertakingUnit},
	"open_comment":             {RoleUndertakingUnit},
	"close_comment":            {RoleUndertakingUnit},
	"hear_public":              {RoleUndertakingUnit},
	"consult_group":            {RoleUndertakingUnit},
	"announce_hearing":         {RoleUndertakingUnit},
	"publish_selection_method": {RoleUndertakingUnit},
	"publish_participants":     {RoleUndertakingUnit},
	"deliver_materials":        {RoleUndertakingUnit},
	"hold_hearing":             {RoleUndertakingUnit},
	"commit_opinions":          {RoleUndertakingUnit, RoleExecutingUnit, RoleGovOffice}, // the last two after publication, Art 35 ¶2
	"dispose_opinions":         {RoleUndertakingUnit, RoleExecutingUnit, RoleGovOffice},
	"state_adoption":           {RoleUndertakingUnit},
	"engage_expert":            {RoleUndertakingUnit},
	"file_expert_opinion":      {RoleExpert, RoleUndertakingUnit},
	"dispose_expert_opinion":   {RoleUndertakingUnit},
	"file_risk_assessment":     {RoleRiskAssessor, RoleUndertakingUnit},
	"rely_on_assessment":       {RoleRiskAssessor, RoleUndertakingUnit},
	"file_competition_review":  {RoleFairCompetition, RoleUndertakingUnit},
	"submit_for_review":        {RoleUndertakingUnit},
	"return_package":           {RoleLegalityReviewer},
	"request_supplement":       {RoleLegalityReviewer},
	"supplement_package":       {RoleUndertakingUnit},
	"file_counsel_opinion":     {RoleLegalAdviser, RoleGovLawyer},
	"issue_legality_opinion":   {RoleLegalityReviewer},
	"confirm_still_stands":     {RoleLegalityReviewer},
	"respond_to_review":        {RoleUndertakingUnit},
	"invoke_reform":            {RoleDecisionOrgan, RoleGovOffice},
	"place_on_agenda":          {RoleUndertakingUnit, RoleGovOffice},
	"open_meeting":             {RoleMeetingSecretary},
	"record_statement":         {RoleMeetingSecretary},
	"decide":                   {RoleChiefExecutive, RoleMeetingSecretary},
	"sign_minutes":             {RoleMeetingSecretary},
	"correct_minutes":          {RoleMeetingSecretary},
	"report_to_party":          {RoleGovOffice, RoleDecisionOrgan},
	"record_congress_act":      {RoleGovOffice, RoleDecisionOrgan},
	"review_secrecy":           {RoleGovOffice, RoleDecisionOrgan},
	"publish":                  {RoleGovOffice, RoleDecisionOrgan},
	"withhold_publication":     {RoleGovOffice, RoleDecisionOrgan},
	"archive_case":             {RoleArchivist, RoleUndertakingUnit},
	"erase_data":               {RoleDecisionOrgan, RoleGovOffice},
	"withdraw":                 {RoleDecisionOrgan, RoleGovOffice},
	"cite_catalogue":           {RoleGovOffice, RoleUndertakingUnit},
	"adopt_pack":               {RoleGovOffice, RoleDecisionOrgan},
	"engage_counsel":           {RoleLegalityReviewer, RoleGovOffice},
	"conclude_review":          {RoleUndertakingUnit, RoleGovOffice},
	"file_for_record":          {RoleGovOffice, RoleDecisionOrgan},
	"assign_execution":         {RoleDecisionOrgan, RoleGovOffice},
	"break_down_tasks":         {RoleDecisionOrgan, RoleGovOffice, RoleExecutingUnit},
	"report_progress":          {RoleExecutingUnit},
	"close_task":               {RoleDecisionOrgan, RoleGovOffice},
	"urge_execution":           {RoleDecisionOrgan, RoleGovOffice, RoleChiefExecutive},
	"complete_execution":       {RoleDecisionOrgan, RoleGovOffice},
	"report_problem":           {RoleExecutingUnit, RoleDecisionOrgan, RoleGovOffice}, // what a unit conceals (Art 40) is a situation of Art 35 too
	"handle_problem":           {RoleDecisionOrgan, RoleGovOffice, RoleChiefExecutive},
	"order_evaluation":         {RoleDecisionOrgan, RoleGovOffice},
	"file_evaluation":          {RoleEvaluator, RoleGovOffice},
	"follow_evaluation":        {RoleDecisionOrgan, RoleGovOffice},
	"suspend_execution":        {RoleChiefExecutive},
	"resume_execution":         {RoleChiefExecutive, RoleDecisionOrgan},
	"open_adjustment":          {RoleDecisionOrgan, RoleGovOffice},
	"conclude_adjustment":      {RoleDecisionOrgan, RoleGovOffice},
	"correct_clerical":         {RoleGovOffice, RoleDecisionOrgan},
	"link_case":                {RoleUndertakingUnit, RoleGovOffice},
	"order_correction":         {RoleSupervisor, RoleDecisionOrgan, RoleGovOffice},
	"open_rectification":       {RoleDecisionOrgan, RoleGovOffice, RoleLegalityReviewer},
	"begin_rectification":      {RoleUndertakingUnit, RoleExecutingUnit, RoleGovOffice},
	"submit_rectification":     {RoleUndertakingUnit, RoleExecutingUnit, RoleGovOffice},
	"judge_rectification":      {RoleDecisionOrgan, RoleGovOffice, RoleLegalityReviewer, RoleSupervisor},
	"review_case_file":         {RoleLegalityReviewer, RoleGovOffice},
}

// Permitted returns the roles that may do an act.
func Permitted(kind decision.Kind) []decision.Role { return slices.Clone(permit[kind]) }

// whoMay returns the roles that may do any of the acts.
func whoMay(kinds []decision.Kind) []decision.Role {
	var roles []decision.Role
	for _, k := range kinds {
		for _, r := range permit[k] {
			if !slices.Contains(roles, r) {
				roles = append(roles, r)
			}
		}
	}
	return roles
}

// entitled says whether the actor holds a role for a kind of act at all,
// whatever case it is for, and if not, why.
func entitled(kind decision.Kind, by decision.Actor) (zh, en string, ok bool) {
	if len(filterRoles(permit[kind], by.Roles)) == 0 {
		return fmt.Sprintf("身份不符：此行为须由%v进行", permit[kind]), fmt.Sprintf("the actor holds none of the roles %v", permit[kind]), false
	}
	return "", "", true
}

// permitted says whether the actor holds a role for the act, in the organ that
// the case belongs to and within the cases that he is limited to, and if not,
// why.
func permitted(c Case, act decision.Act, by decision.Actor) (zh, en string, ok bool) {
	if zh, en, ok := entitled(act.Kind(), by); !ok {
		return zh, en, false
	}
	if !by.Reaches(c.ID) {
		return "此身份只限于指定的案件", "the identity is limited to named cases, and this is none of them", false
	}
	_, opens := act.(decision.Propose)
	if (opens || len(c.Deeds) > 0) && len(rolesFor(caseOrgan(c, act), act.Kind(), by)) == 0 {
		return "此案属于其他决策机关", "the case belongs to another organ", false
	}
	return "", "", true
}

// caseOrgan is the organ that the case belongs to, or will once it is proposed.
func caseOrgan(c Case, act decision.Act) string {
	if propose, ok := act.(decision.Propose); ok && len(c.Deeds) == 0 {
		return propose.Organ.Name
	}
	return c.Organ().Name
}

// rolesFor returns the roles that the actor holds for an act in a case of an organ.
// Every role is one within the actor's own organ; only as a supervisor does he
// act upon another, and there as nothing else.
func rolesFor(organ string, kind decision.Kind, by decision.Actor) []decision.Role {
	return slices.DeleteFunc(filterRoles(permit[kind], by.Roles), func(r decision.Role) bool {
		if r == RoleSupervisor {
			return !Oversees(by, organ)
		}
		return by.Organ != organ
	})
}

// Oversees reports whether the actor supervises an organ for the one above it
// (Art 8 ¶2). No organ is above itself.
func Oversees(by decision.Actor, organ string) bool {
	return slices.Contains(by.Roles, RoleSupervisor) && by.Organ != "" && by.Organ != organ && slices.Contains(by.Supervises, organ)
}

// Reads reports whether an actor may read the cases of an organ, "" for every
// organ: an auditor reads all, a superior organ those of the organs that it
// supervises (Art 8 ¶2), the public none.
func Reads(by decision.Actor, organ string) bool {
	staff := slices.ContainsFunc(by.Roles, func(r decision.Role) bool { return r != RolePublic })
	return slices.Contains(by.Roles, RoleAuditor) || staff && by.Organ != "" && by.Organ == organ || Oversees(by, organ)
}

// assigned says whether the case itself lets the actor do the act: a unit acts
// only in the cases it was named for; who took part in drafting does not
// review legality.
func assigned(c Case, act decision.Act, by decision.Actor) (zh, en string, ok bool) {
	kind := act.Kind()
	held := rolesFor(caseOrgan(c, act), kind, by)
	// Before the decision is issued the opinions are for those who form it.
	if (kind == "commit_opinions" || kind == "dispose_opinions") && issuedAt(c.Decision) == 0 {
		if held = filterRoles([]decision.Role{RoleUndertakingUnit}, held); len(held) == 0 {
			return "决策出台前，意见由承办单位处理", "before the decision is issued the undertaking unit handles opinions", false
		}
	}
	if item, ok := itemOf(act); ok {
		r, known := c.Decision.Rectification(item)
		if known && by.Unit != r.Unit && by.Unit != r.Assigned && !slices.Contains(held, RoleGovOffice) {
			return fmt.Sprintf("整改事项“%s”由“%s”负责", item, r.Unit), fmt.Sprintf("the item %q is for %q to rectify", item, r.Unit), false
		}
		return "", "", true
	}
	only := func(role decision.Role) bool { return len(held) == 1 && held[0] == role }
	if last, any := decision.Last(c.Decision.Assignments); any && only(RoleUndertakingUnit) {
		in := slices.ContainsFunc(last.Act.Units, func(u decision.AssignedUnit) bool { return u.Unit == by.Unit })
		if !in {
			return fmt.Sprintf("“%s”不是本案的承办单位", by.Unit), "the actor's unit is not an undertaking unit of this case", false
		}
	}
	if only(RoleExecutingUnit) {
		if !slices.Contains(c.Decision.ExecutingUnits(), by.Unit) {
			return fmt.Sprintf("“%s”不是本案的执行单位", by.Unit), "the actor's unit is not an executing unit of this case", false
		}
		if unit, ok := reporterOf(act); ok && unit != by.Unit {
			return fmt.Sprintf("不得代“%s”报告", unit), fmt.Sprintf("the report is in the name of %q", unit), false
		}
		if task, own := ownTasks(c.Decision, act, by.Unit); !own {
			return fmt.Sprintf("执行单位只能细化本单位的任务，不得改变任务“%s”的单位或者时限", task),
				fmt.Sprintf("an executing unit refines its own tasks; the unit and the day of the task %q are not for it to change", task), false
		}
	}
	if slices.Contains(held, RoleLegalityReviewer) && reviewing(kind) && drafted(c, by) {
		return "起草人员不得审查同一草案的合法性", "who drafted does not review the legality of the draft", false
	}
	return "", "", true
}

// ownTasks reports whether a breakdown leaves the unit's tasks with it and
// their days where the organ put them, and if not, names a task. A unit that
// gave itself more time or its task to another would put off or pass on what
// it is to do (推诿、拖延, Art 40).
func ownTasks(d decision.Decision, act decision.Act, unit string) (task string, own bool) {
	a, ok := act.(decision.BreakDownTasks)
	if !ok {
		return "", true
	}
	for _, t := range a.Tasks {
		was := t
		if i := slices.IndexFunc(d.Tasks(), func(have decision.ExecutionTask) bool { return have.ID == t.ID }); i >= 0 {
			was = d.Tasks()[i]
		}
		if t.Unit != unit || was.Unit != unit || was.Due != t.Due {
			return t.ID, false
		}
	}
	return "", true
}

// reporterOf returns the unit in whose name an act reports.
func reporterOf(act decision.Act) (string, bool) {
	switch a := act.(type) {
	case decision.ReportProgress:
		return a.Unit, true
	case decision.ReportProblem:
		return a.Unit, true
	}
	return "", false
}

// itemOf returns the item that an act of rectifying is about.
func itemOf(act decision.Act) (string, bool) {
	switch a := act.(type) {
	case decision.BeginRectification:
		return a.Item, true
	case decision.SubmitRectification:
		return a.Item, true
	}
	return "", false
}

// reviewing reports whether the act is one of the legality review.
func reviewing(kind decision.Kind) bool {
	return slices.Contains([]decision.Kind{"return_package", "request_supplement", "issue_legality_opinion", "confirm_still_stands"}, kind)
}

// drafted reports whether the actor, or for whom he acts, submitted a version of
// the draft. That he belongs to a unit that undertakes it does not count: the
// reviewing department undertakes drafts of its own.
func drafted(c Case, by decision.Actor) bool {
	for _, s := range c.Decision.Drafts {
		if s.Actor.Shares(by) {
			return true
		}
	}
	return false
}

func filterRoles(allowed, held []decision.Role) []decision.Role {
	var both []decision.Role
	for _, r := range held {
		if slices.Contains(allowed, r) {
			both = append(both, r)
		}
	}
	return both
}
