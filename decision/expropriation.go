package decision

// StateExpropriation states the facts on which the special law of expropriation
// turns (国有土地上房屋征收与补偿条例 Arts 11 and 12). What is said last counts.
type StateExpropriation struct {
	OldTown         *bool     `json:"old_town,omitempty" validate:"required"`         // 旧城区改建
	MajorityObjects *bool     `json:"majority_objects,omitempty" validate:"required"` // 多数被征收人认为方案不符合规定
	ManyAffected    *bool     `json:"many_affected,omitempty" validate:"required"`    // 被征收人数量较多
	FundsReady      *bool     `json:"funds_ready,omitempty" validate:"required"`      // 足额到位、专户存储、专款专用
	FundsProof      *Material `json:"funds_proof,omitempty"`
}

func (StateExpropriation) Kind() Kind { return "state_expropriation" }

func (a StateExpropriation) record(d *Decision, at Ref) {
	d.Expropriations = add(d.Expropriations, at, a)
}
