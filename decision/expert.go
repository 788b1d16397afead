package decision

// EngageExpert chooses an expert (专家) or professional body (专业机构), with
// the declaration of interest (Art 20) and the undertaking of secrecy (Art 19
// ¶2) that come before any paper is released.
type EngageExpert struct {
	Expert string `json:"expert,omitempty" validate:"required,max=128"`
	Type   string `json:"type,omitempty" validate:"required,oneof=person body"`
	Field  string `json:"field,omitempty" validate:"required,max=200"`
	// ChosenBecause tells the choice by expertise, representativeness and
	// neutrality (Art 20).
	ChosenBecause  string `json:"chosen_because,omitempty" validate:"required,max=2000"`
	DirectInterest *bool  `json:"direct_interest,omitempty" validate:"required"` // as declared
	Secrecy        *bool  `json:"secrecy,omitempty" validate:"required"`         // undertaking given
	Pool           *Pool  `json:"pool,omitempty"`
}

// Pool is the expert pool (专家库) an expert was drawn from (Art 21).
type Pool struct {
	ID     string `json:"id,omitempty" validate:"required,max=128"`
	Owner  string `json:"owner,omitempty" validate:"required,max=128"`
	Status string `json:"status,omitempty" validate:"required,oneof=active suspended removed"`
}

// FileExpertOpinion files a written opinion (论证意见, Art 19): signed by a
// person, sealed by a body.
type FileExpertOpinion struct {
	Expert  string   `json:"expert,omitempty" validate:"required,max=128"`
	Draft   int      `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Form    string   `json:"form,omitempty" validate:"required,oneof=meeting written commissioned"` // Art 20
	Topics  []string `json:"topics,omitempty" validate:"required,min=1,max=20,unique,dive,oneof=necessity feasibility soundness other"`
	Stance  string   `json:"stance,omitempty" validate:"required,oneof=favour conditional against"`
	Summary string   `json:"summary,omitempty" validate:"required,max=20000"`
	Text    Material `json:"text,omitzero"`
	Read    []string `json:"read,omitempty" validate:"max=500,dive,material"` // digests of what was read
	Signed  *bool    `json:"signed,omitempty" validate:"required"`
	Sealed  *bool    `json:"sealed,omitempty" validate:"required"`
}

// DisposeExpertOpinion says how an opinion was handled (Arts 29(3) and 32).
type DisposeExpertOpinion struct {
	Expert      string `json:"expert,omitempty" validate:"required,max=128"`
	Disposition string `json:"disposition,omitempty" validate:"required,oneof=adopted partly not_adopted"`
	Reason      string `json:"reason,omitempty" validate:"required,max=5000"`
}

func (a FileExpertOpinion) Version() int { return a.Draft }

func (EngageExpert) Kind() Kind         { return "engage_expert" }
func (FileExpertOpinion) Kind() Kind    { return "file_expert_opinion" }
func (DisposeExpertOpinion) Kind() Kind { return "dispose_expert_opinion" }

func (a EngageExpert) record(d *Decision, at Ref) { d.Experts = add(d.Experts, at, a) }
func (a FileExpertOpinion) record(d *Decision, at Ref) {
	d.ExpertOpinions = add(d.ExpertOpinions, at, a)
}

func (a DisposeExpertOpinion) record(d *Decision, at Ref) {
	d.ExpertDispositions = add(d.ExpertDispositions, at, a)
}
