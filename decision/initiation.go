package decision

// Propose brings a matter forward (Art 10). It opens the case.
type Propose struct {
	Title          string `json:"title,omitempty" validate:"required,max=200"`
	Organ          Organ  `json:"organ,omitzero"`
	Category       string `json:"category,omitempty" validate:"required,max=64"` // a category of the pack (Art 3 ¶1)
	CategoryReason string `json:"category_reason,omitempty" validate:"max=2000"`
	// Exclusion is the ground on which Art 3 ¶2 takes the matter out of the
	// decree, with the text relied on. An excluded case is kept, not deleted.
	Exclusion      string `json:"exclusion,omitempty" validate:"omitempty,oneof=none macro_control legislation emergency special_law"`
	ExclusionBasis string `json:"exclusion_basis,omitempty" validate:"max=2000"`

	Source    string `json:"source,omitempty" validate:"required,oneof=leader department lower_government deputy cppcc_member citizen organisation"`
	Proposer  string `json:"proposer,omitempty" validate:"max=200"`
	InWriting *bool  `json:"in_writing,omitempty"`
	// Departments and lower governments argue five points (Art 10(2)).
	Problem     string     `json:"problem,omitempty" validate:"max=5000"`
	Reasons     string     `json:"reasons,omitempty" validate:"max=5000"` // 建议理由
	Basis       string     `json:"basis,omitempty" validate:"max=5000"`   // 依据
	Solution    string     `json:"solution,omitempty" validate:"max=5000"`
	Feasibility string     `json:"feasibility,omitempty" validate:"max=5000"` // necessity and feasibility
	Materials   []Material `json:"materials,omitempty" validate:"max=200,dive"`
	// Origin names the case that this one came from, if it came from one.
	Origin *Origin `json:"origin,omitempty"`
}

// Organ is the decision-making organ (决策机关, Arts 2 and 42).
type Organ struct {
	Name  string `json:"name,omitempty" validate:"required,max=128"`
	Level string `json:"level,omitempty" validate:"required,oneof=province prefecture county department township"`
	Area  string `json:"area,omitempty" validate:"max=200"` // from the province down, e.g. 河南省信阳市; local norms hold by it
}

// StudyProposal records that a unit studied the proposal (Art 10).
type StudyProposal struct {
	Unit       string     `json:"unit,omitempty" validate:"required,max=128"`
	Conclusion string     `json:"conclusion,omitempty" validate:"required,max=5000"`
	Report     Material   `json:"report,omitzero"`
	Materials  []Material `json:"materials,omitempty" validate:"max=200,dive"`
}

// Initiate is the organ's decision to start the procedure (决策启动, Art 10).
type Initiate struct {
	Decider   string     `json:"decider,omitempty" validate:"required,max=128"`
	Reason    string     `json:"reason,omitempty" validate:"required,max=5000"`
	Materials []Material `json:"materials,omitempty" validate:"max=200,dive"`
}

// Decline is the organ's decision not to start (Art 10).
type Decline struct {
	Decider string `json:"decider,omitempty" validate:"required,max=128"`
	Reason  string `json:"reason,omitempty" validate:"required,max=5000"`
}

// AssignUnits names the undertaking units (决策承办单位) and, among several,
// the leading one (Art 11).
type AssignUnits struct {
	Units []AssignedUnit `json:"units,omitempty" validate:"required,min=1,max=50,unique=Unit,dive"`
}

// AssignedUnit is one undertaking unit.
type AssignedUnit struct {
	Unit string `json:"unit,omitempty" validate:"required,max=128"`
	Lead *bool  `json:"lead,omitempty" validate:"required"`
}

// Withdraw ends the procedure before the decision is issued. The decree does
// not speak of it; who decides whether to start (Art 10) can decide to stop.
// The record stays.
type Withdraw struct {
	Decider string `json:"decider,omitempty" validate:"required,max=128"`
	Reason  string `json:"reason,omitempty" validate:"required,max=5000"`
}

func (Propose) Kind() Kind       { return "propose" }
func (StudyProposal) Kind() Kind { return "study_proposal" }
func (Initiate) Kind() Kind      { return "initiate" }
func (Decline) Kind() Kind       { return "decline" }
func (AssignUnits) Kind() Kind   { return "assign_units" }
func (Withdraw) Kind() Kind      { return "withdraw" }

func (a Propose) record(d *Decision, at Ref)       { d.Proposals = add(d.Proposals, at, a) }
func (a StudyProposal) record(d *Decision, at Ref) { d.Studies = add(d.Studies, at, a) }
func (a Initiate) record(d *Decision, at Ref)      { d.Initiations = add(d.Initiations, at, a) }
func (a Decline) record(d *Decision, at Ref)       { d.Declines = add(d.Declines, at, a) }
func (a AssignUnits) record(d *Decision, at Ref)   { d.Assignments = add(d.Assignments, at, a) }
func (a Withdraw) record(d *Decision, at Ref)      { d.Withdrawals = add(d.Withdrawals, at, a) }
