package decision

// OrderEvaluation decides on an evaluation after the decision and names who
// does it (决策后评估, Art 36 ¶1).
type OrderEvaluation struct {
	Trigger   string `json:"trigger,omitempty" validate:"required,oneof=below_expectation many_opinions organ_sees_need"`
	Evaluator string `json:"evaluator,omitempty" validate:"required,max=128"`
	// Commissioned says whether the evaluator is a third party (Art 36 ¶2).
	Commissioned *bool  `json:"commissioned,omitempty" validate:"required"`
	Decider      string `json:"decider,omitempty" validate:"required,max=128"`
	// Replaces names an evaluator who was ordered earlier and has filed
	// nothing, and then owes nothing any more; Reason says why.
	Replaces string `json:"replaces,omitempty" validate:"max=128"`
	Reason   string `json:"reason,omitempty" validate:"required,max=5000"`
}

// FileEvaluation files the evaluation (Art 36 ¶¶3–4).
type FileEvaluation struct {
	Evaluator string `json:"evaluator,omitempty" validate:"required,max=128"`
	// PublicHeard says how the public was heard.
	PublicHeard    string   `json:"public_heard,omitempty" validate:"required,max=20000"`
	Participants   []string `json:"participants,omitempty" validate:"required,max=20,unique,dive,oneof=deputy cppcc_member mass_organisation grassroots_organisation social_organisation"`
	Findings       string   `json:"findings,omitempty" validate:"required,max=50000"`
	Recommendation string   `json:"recommendation,omitempty" validate:"required,oneof=keep adjust stop"`
	Report         Material `json:"report,omitzero"`
}

// FollowEvaluation says what the organ does upon the evaluation (Art 36 ¶4).
type FollowEvaluation struct {
	Action  string `json:"action,omitempty" validate:"required,oneof=keep adjust stop"`
	Decider string `json:"decider,omitempty" validate:"required,max=128"`
	Reason  string `json:"reason,omitempty" validate:"required,max=5000"`
}

func (OrderEvaluation) Kind() Kind  { return "order_evaluation" }
func (FileEvaluation) Kind() Kind   { return "file_evaluation" }
func (FollowEvaluation) Kind() Kind { return "follow_evaluation" }

func (a OrderEvaluation) record(d *Decision, at Ref) {
	d.EvaluationOrders = add(d.EvaluationOrders, at, a)
}
func (a FileEvaluation) record(d *Decision, at Ref) { d.Evaluations = add(d.Evaluations, at, a) }

func (a FollowEvaluation) record(d *Decision, at Ref) {
	d.EvaluationsFollowed = add(d.EvaluationsFollowed, at, a)
}
