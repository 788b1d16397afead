package decision

import "github.com/juece/juece/workflow/calendar"

// RecordInvestigation records the investigation that the draft rests on (Art
// 12 ¶1), with the analysis of costs and benefits where one was made (¶3).
type RecordInvestigation struct {
	Unit        string     `json:"unit,omitempty" validate:"required,max=128"`
	Summary     string     `json:"summary,omitempty" validate:"required,max=20000"`
	Report      Material   `json:"report,omitzero"`
	CostBenefit *Material  `json:"cost_benefit,omitempty"`
	Materials   []Material `json:"materials,omitempty" validate:"max=200,dive"`
}

// IdentifyAffected states whom the matter touches: the units to be consulted
// (Art 13), the groups to be heard (Art 14 ¶3), and whether the public's vital
// interests, wide disagreement or public attention speak for a hearing (Art
// 16) and for an explanation with the publication (Art 32). The last one said
// counts.
type IdentifyAffected struct {
	Units  []string `json:"units" validate:"required,max=200,unique,dive,required,max=128"`
	Groups []string `json:"groups" validate:"required,max=200,unique,dive,required,max=128"`
	// VitalInterests: 直接涉及公民、法人、其他组织切身利益.
	VitalInterests *bool `json:"vital_interests,omitempty" validate:"required"`
	// WideDivergence: 存在较大分歧.
	WideDivergence *bool `json:"wide_divergence,omitempty" validate:"required"`
	// PublicConcern: 社会公众普遍关心或者专业性、技术性较强.
	PublicConcern *bool `json:"public_concern,omitempty" validate:"required"`
}

// Step is a part of the procedure that can apply or not.
type Step string

// The steps. The first five are the five statutory procedures (五大法定程序).
const (
	StepParticipation Step = "public_participation"
	StepExpert        Step = "expert_review"
	StepRisk          Step = "risk_assessment"
	StepLegality      Step = "legality_review"
	StepDiscussion    Step = "collective_discussion"
	StepCompetition   Step = "fair_competition_review"
	StepCongress      Step = "congress_act"
	StepParty         Step = "party_report"
)

// DetermineStep records whether a step applies to this matter, who says so
// and why (Arts 8, 14, 19, 22, 29, 31). The last one said of a step counts.
type DetermineStep struct {
	Step    Step   `json:"step,omitempty" validate:"required,oneof=public_participation expert_review risk_assessment legality_review collective_discussion fair_competition_review congress_act party_report"`
	Applies *bool  `json:"applies,omitempty" validate:"required"`
	Decider string `json:"decider,omitempty" validate:"required,max=128"`
	Reason  string `json:"reason,omitempty" validate:"required,max=5000"`
	// Ground says why a step does not apply: its condition is absent, the
	// matter is lawfully not public (Art 14), or the risk was assessed
	// already (Art 22 ¶2).
	Ground string `json:"ground,omitempty" validate:"omitempty,oneof=condition_absent lawfully_non_public already_assessed"`
	// LegalBasis cites the provision behind the ground.
	LegalBasis string `json:"legal_basis,omitempty" validate:"max=2000"`
}

// SubmitDraft submits one version of the draft (决策草案, Art 12). Versions
// are numbered from 1 without gaps.
type SubmitDraft struct {
	Draft       int          `json:"draft,omitempty" validate:"required,min=1,max=10000"` // version
	Text        Material     `json:"text,omitzero"`
	Explanation Material     `json:"explanation,omitzero"` // 起草说明
	Materials   []Material   `json:"materials,omitempty" validate:"max=500,dive"`
	LegalBasis  []LegalBasis `json:"legal_basis,omitempty" validate:"required,min=1,max=500,dive"`
	Options     []Option     `json:"options,omitempty" validate:"max=20,dive"` // 备选方案, Art 12 ¶4
	// Changes says what differs from the version before, and after opinions
	// were received either how they changed the draft or that none did (Art 18).
	Changes string `json:"changes,omitempty" validate:"max=20000"`
}

// LegalBasis is one law, regulation, rule or policy that the draft rests on
// (Art 12 ¶2).
type LegalBasis struct {
	Title   string `json:"title,omitempty" validate:"required,max=300"`
	Number  string `json:"number,omitempty" validate:"max=100"`  // 文号
	Article string `json:"article,omitempty" validate:"max=100"` // 条款
	Status  string `json:"status,omitempty" validate:"required,oneof=in_force amended repealed draft"`
}

// Option is an alternative solution.
type Option struct {
	Title string   `json:"title,omitempty" validate:"required,max=300"`
	Text  Material `json:"text,omitzero"`
}

// ConsultUnit sends the draft to a unit whose duties it touches (Art 13).
type ConsultUnit struct {
	Unit    string        `json:"unit,omitempty" validate:"required,max=128"`
	Draft   int           `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	ReplyBy calendar.Date `json:"reply_by,omitzero"`
	Letter  Material      `json:"letter,omitzero"`
}

// RecordReply records what a consulted unit answered, or that it did not
// (Art 13). The last reply of a unit counts.
type RecordReply struct {
	Unit     string    `json:"unit,omitempty" validate:"required,max=128"`
	Draft    int       `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Position string    `json:"position,omitempty" validate:"required,oneof=agree agree_with_comments disagree no_reply"`
	Text     string    `json:"text,omitempty" validate:"max=20000"`
	Letter   *Material `json:"letter,omitempty"`
}

// StateDispute tells the organ what could not be agreed (Art 13): the main
// questions, the views of the units, the undertaking unit's own view, and its
// reasons and basis.
type StateDispute struct {
	Units     []string `json:"units,omitempty" validate:"required,min=1,max=200,unique,dive,required,max=128"`
	Questions string   `json:"questions,omitempty" validate:"required,max=20000"`
	UnitViews string   `json:"unit_views,omitempty" validate:"required,max=20000"`
	OwnView   string   `json:"own_view,omitempty" validate:"required,max=20000"`
	Reasons   string   `json:"reasons,omitempty" validate:"required,max=20000"` // reasons and basis
}

func (a ConsultUnit) Version() int { return a.Draft }
func (a RecordReply) Version() int { return a.Draft }

func (RecordInvestigation) Kind() Kind { return "record_investigation" }
func (IdentifyAffected) Kind() Kind    { return "identify_affected" }
func (DetermineStep) Kind() Kind       { return "determine_step" }
func (SubmitDraft) Kind() Kind         { return "submit_draft" }
func (ConsultUnit) Kind() Kind         { return "consult_unit" }
func (RecordReply) Kind() Kind         { return "record_reply" }
func (StateDispute) Kind() Kind        { return "state_dispute" }

func (a RecordInvestigation) record(d *Decision, at Ref) {
	d.Investigations = add(d.Investigations, at, a)
}
func (a IdentifyAffected) record(d *Decision, at Ref) { d.Affected = add(d.Affected, at, a) }
func (a DetermineStep) record(d *Decision, at Ref)    { d.Determinations = add(d.Determinations, at, a) }
func (a SubmitDraft) record(d *Decision, at Ref)      { d.Drafts = add(d.Drafts, at, a) }
func (a ConsultUnit) record(d *Decision, at Ref)      { d.Consultations = add(d.Consultations, at, a) }
func (a RecordReply) record(d *Decision, at Ref)      { d.Replies = add(d.Replies, at, a) }
func (a StateDispute) record(d *Decision, at Ref)     { d.Disputes = add(d.Disputes, at, a) }
