package workflow

import "github.com/juece/juece/decision"

var roleNames = map[decision.Role][2]string{
	RoleDecisionOrgan:    {"决策机关", "decision-making organ"},
	RoleChiefExecutive:   {"行政首长", "chief executive"},
	RoleGovOffice:        {"政府办公室", "government office"},
	RoleMeetingSecretary: {"会议秘书", "meeting secretary"},
	RoleUndertakingUnit:  {"承办单位", "undertaking unit"},
	RoleConsultedUnit:    {"有关单位", "consulted unit"},
	RolePublic:           {"公众", "public"},
	RoleExpert:           {"专家", "expert"},
	RoleRiskAssessor:     {"风险评估单位", "risk assessor"},
	RoleFairCompetition:  {"公平竞争审查单位", "fair-competition reviewer"},
	RoleLegalityReviewer: {"合法性审查部门", "legality reviewer"},
	RoleLegalAdviser:     {"法律顾问", "legal adviser"},
	RoleGovLawyer:        {"公职律师", "government lawyer"},
	RoleArchivist:        {"档案人员", "archivist"},
	RoleExecutingUnit:    {"执行单位", "executing unit"},
	RoleEvaluator:        {"决策后评估单位", "evaluator"},
	RoleSupervisor:       {"上级行政机关", "superior organ"},
	RoleAuditor:          {"审计人员", "auditor"},
}

// RoleName returns what a role is called in a language, "zh" or "en"; a role
// that has no name here stands for itself.
func RoleName(role decision.Role, lang string) string {
	names, ok := roleNames[role]
	switch {
	case !ok:
		return string(role)
	case lang == "en":
		return names[1]
	}
	return names[0]
}
