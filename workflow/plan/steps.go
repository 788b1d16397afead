package plan

import (
	"fmt"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/history"
)

// text stands where an act asks for words.
const text = "计划"

// Names that stand for whoever will do it.
const (
	planOrgan    = "决策机关"
	planUnit     = "承办单位"
	planReviewer = "负责合法性审查的部门"
	planChief    = "行政首长"
	planCounsel  = "法律顾问"
)

// templates form a plausible act of each kind that a plan can need. A template
// returns nil when such an act makes no sense as the record stands.
var templates = map[decision.Kind]func(*run) decision.Act{
	"propose":                  (*run).proposal,
	"study_proposal":           (*run).study,
	"initiate":                 (*run).initiation,
	"assign_units":             (*run).assignment,
	"record_investigation":     (*run).investigation,
	"identify_affected":        (*run).affected,
	"determine_step":           (*run).determination,
	"state_expropriation":      (*run).expropriation,
	"submit_draft":             (*run).draft,
	"consult_unit":             (*run).consultation,
	"record_reply":             (*run).reply,
	"state_dispute":            (*run).dispute,
	"open_comment":             (*run).comment,
	"close_comment":            (*run).commentClose,
	"consult_group":            (*run).groupTalk,
	"announce_hearing":         (*run).announcement,
	"publish_selection_method": (*run).selectionMethod,
	"publish_participants":     (*run).participants,
	"deliver_materials":        (*run).delivery,
	"hold_hearing":             (*run).hearing,
	"commit_opinions":          (*run).opinionBatch,
	"dispose_opinions":         (*run).disposition,
	"state_adoption":           (*run).adoption,
	"engage_expert":            (*run).expert,
	"file_expert_opinion":      (*run).expertOpinion,
	"dispose_expert_opinion":   (*run).expertDisposition,
	"file_risk_assessment":     (*run).riskAssessment,
	"rely_on_assessment":       (*run).reliance,
	"file_competition_review":  (*run).competitionReview,
	"submit_for_review":        (*run).submission,
	"supplement_package":       (*run).supplement,
	"engage_counsel":           (*run).engagement,
	"file_counsel_opinion":     (*run).counsel,
	"issue_legality_opinion":   (*run).legalityOpinion,
	"confirm_still_stands":     (*run).confirmation,
	"respond_to_review":        (*run).response,
	"invoke_reform":            (*run).reform,
	"place_on_agenda":          (*run).agenda,
	"open_meeting":             (*run).meeting,
	"record_statement":         (*run).statement,
	"decide":                   (*run).decision,
	"sign_minutes":             (*run).minutes,
	"assign_execution":         (*run).execution,
	"report_to_party":          (*run).partyReport,
	"record_congress_act":      (*run).congressAct,
	"review_secrecy":           (*run).secrecy,
	"publish":                  (*run).publication,
}

// form returns an act of the kind for today, or nil when none makes sense.
func (r *run) form(kind decision.Kind) decision.Act {
	if template := templates[kind]; template != nil {
		return template(r)
	}
	return nil
}

// material is a file that will exist under a title.
func material(title string) decision.Material {
	return decision.Material{Digest: string(history.MaterialDigest([]byte(title))), Title: title}
}

// textOf is the text of a draft. A case file need not name it.
func textOf(draft decision.SubmitDraft) decision.Material {
	if draft.Text.Digest == "" || draft.Text.Title == "" {
		return material(fmt.Sprintf("决策草案第%d版", draft.Draft))
	}
	return draft.Text
}

func channels(kinds []string) []decision.Channel {
	list := make([]decision.Channel, len(kinds))
	for i, k := range kinds {
		list[i] = decision.Channel{Kind: k}
	}
	return list
}

// version is the last version of the draft; 0 when there is none.
func (r *run) version() int {
	last, _ := r.c.Decision.Draft()
	return last.Act.Draft
}

func (r *run) proposal() decision.Act {
	p := r.c.Pack
	return decision.Propose{
		Title: text, Organ: decision.Organ{Name: planOrgan, Level: p.Levels[0]}, Category: p.Categories[0].ID,
		Exclusion: "none", Source: "leader", InWriting: new(true),
	}
}

func (r *run) study() decision.Act {
	return decision.StudyProposal{Unit: planUnit, Conclusion: text, Report: material("研究论证报告")}
}

func (r *run) initiation() decision.Act {
	return decision.Initiate{Decider: planChief, Reason: text}
}

func (r *run) assignment() decision.Act {
	if len(r.c.Decision.Assignments) > 0 {
		return nil
	}
	return decision.AssignUnits{Units: []decision.AssignedUnit{{Unit: planUnit, Lead: new(true)}}}
}

func (r *run) investigation() decision.Act {
	return decision.RecordInvestigation{Unit: planUnit, Summary: text, Report: material("调研报告")}
}

// affected takes the careful view: units and a group are touched, and vital
// interests, so that a pack which makes hearings compulsory gets one.
func (r *run) affected() decision.Act {
	if said, ok := decision.Last(r.c.Decision.Affected); ok && said.Act.Units != nil && said.Act.Groups != nil {
		return nil
	}
	return decision.IdentifyAffected{
		Units: []string{"有关单位"}, Groups: []string{"特定群体"},
		VitalInterests: new(true), WideDivergence: new(false), PublicConcern: new(true),
	}
}

func (r *run) draft() decision.Act {
	if r.version() > 0 && !changeWanted(r.c.Decision) {
		return nil
	}
	v := r.version() + 1
	return decision.SubmitDraft{
		Draft: v, Text: textOf(decision.SubmitDraft{Draft: v}), Explanation: material(fmt.Sprintf("起草说明第%d版", v)), Changes: text,
		LegalBasis: []decision.LegalBasis{{Title: text, Status: "in_force"}},
	}
}

// changeWanted reports whether the last word on the last version asks for
// another one.
func changeWanted(d decision.Decision) bool {
	draft, ok := d.Draft()
	if !ok {
		return false
	}
	v := draft.Act.Draft
	opinion, _ := decision.Last(d.LegalityOpinions)
	risk, _ := decision.Last(d.RiskAssessments)
	competition, _ := decision.Last(d.CompetitionReviews)
	batch, _ := decision.Last(d.OpinionBatches)
	adopted := slices.ContainsFunc(d.Dispositions, func(x decision.Done[decision.DisposeOpinions]) bool {
		return slices.ContainsFunc(x.Act.Groups, func(g decision.OpinionGroup) bool { return g.Disposition == "adopted" || g.Disposition == "partly" })
	})
	return adopted && batch.Seq > draft.Seq || // Art 18
		opinion.Act.Draft == v && slices.Contains([]string{"unlawful", "lawful_after_changes"}, opinion.Act.Conclusion) ||
		risk.Act.Draft == v && risk.Act.Controllable != nil && !*risk.Act.Controllable ||
		competition.Act.Draft == v && competition.Act.Conclusion == "fails" ||
		slices.ContainsFunc(draft.Act.LegalBasis, func(b decision.LegalBasis) bool { return b.Status == "repealed" || b.Status == "draft" })
}

// determination settles the next step of which nobody has said whether it
// applies, or of which the plan is to assume otherwise.
func (r *run) determination() decision.Act {
	step, as, ok := r.unsettled()
	if !ok {
		return nil
	}
	act := decision.DetermineStep{Step: step, Applies: &as.Applies, Decider: planUnit, Reason: text}
	if !as.Applies {
		act.Ground, act.LegalBasis = "condition_absent", text
	}
	return act
}

func (r *run) riskAssessment() decision.Act {
	last, ok := decision.Last(r.c.Decision.RiskAssessments)
	if !r.applies(decision.StepRisk) || r.version() == 0 || ok && last.Act.Draft == r.version() && last.Act.Controllable != nil && *last.Act.Controllable {
		return nil
	}
	return decision.FileRiskAssessment{
		Assessor: "风险评估单位", Draft: r.version(), ThirdParty: new(false), Methods: []string{"qualitative"},
		Points: []decision.RiskPoint{{Risk: text, Measures: []string{text}}}, NoneFound: new(false), Plan: text,
		Departments: []string{"有关部门"}, Controllable: new(true), Report: material("风险评估报告"),
	}
}

// reliance stands for an assessment only where the record says that there is
// one already (Art 22 ¶2).
func (r *run) reliance() decision.Act {
	said, ok := determined(r.c.Decision, decision.StepRisk)
	if !ok || said.Ground != "already_assessed" || r.version() == 0 {
		return nil
	}
	return decision.RelyOnAssessment{
		Earlier: text, Rules: text, Assessor: "风险评估单位", Draft: r.version(), Scope: text,
		CoversRisk: new(true), Controllable: new(true), Report: material("已有评估报告"),
	}
}

func (r *run) competitionReview() decision.Act {
	if !r.applies(decision.StepCompetition) || r.version() == 0 {
		return nil
	}
	reviewer := "drafter"
	if r.c.Pack.Government {
		reviewer = "market_regulator"
	}
	return decision.FileCompetitionReview{
		Reviewer: "公平竞争审查单位", ReviewerType: reviewer, Draft: r.version(), Conclusion: "no_issue",
		Heard: []string{"经营者、行业协会"}, Text: material("公平竞争审查结论"),
	}
}

// execution names the leading undertaking unit, where nobody is named.
func (r *run) execution() decision.Act {
	if len(r.c.Decision.ExecutingUnits()) > 0 {
		return nil
	}
	unit := r.c.Decision.LeadUnit()
	if unit == "" {
		unit = planUnit
	}
	return decision.AssignExecution{Units: []string{unit}}
}

// expropriation takes the careful view: many are concerned.
func (r *run) expropriation() decision.Act {
	if said, ok := decision.Last(r.c.Decision.Expropriations); ok && said.Act.FundsReady != nil && *said.Act.FundsReady && said.Act.FundsProof != nil {
		return nil
	}
	proof := material("补偿费用到位证明")
	return decision.StateExpropriation{
		OldTown: new(false), MajorityObjects: new(false), ManyAffected: new(true), FundsReady: new(true), FundsProof: &proof,
	}
}

func (r *run) partyReport() decision.Act {
	return decision.ReportToParty{Committee: "同级党委", RepliedOn: r.day, Result: "approved", Letter: material("请示及批复")}
}

func (r *run) congressAct() decision.Act {
	return decision.RecordCongressAct{Form: "report", Body: "本级人大常委会", ActedOn: r.day, Reference: text, Result: "received"}
}

func (r *run) secrecy() decision.Act {
	return decision.ReviewSecrecy{Reviewer: "保密审查人员", Result: "clear", Reason: text}
}

func (r *run) publication() decision.Act {
	return decision.Publish{Text: material("决策公布文本"), Channels: channels(r.c.Pack.Channels), ExplainsAdoption: new(true), Remedies: text}
}

// reviewerOf is the department that has the package.
func reviewerOf(d decision.Decision) string {
	if sent, ok := decision.Last(d.Submissions); ok {
		return sent.Act.Reviewer
	}
	return planReviewer
}
