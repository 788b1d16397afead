package decision

// FileCompetitionReview files the conclusion of the fair-competition review
// (公平竞争审查), which goes with the draft where it touches the economic
// activity of market players (Art 29(1); 公平竞争审查条例 Arts 12–18).
type FileCompetitionReview struct {
	Reviewer     string   `json:"reviewer,omitempty" validate:"required,max=128"`
	ReviewerType string   `json:"reviewer_type,omitempty" validate:"required,oneof=market_regulator drafter"`
	Draft        int      `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Conclusion   string   `json:"conclusion,omitempty" validate:"required,oneof=no_issue exception fails"`
	Ground       string   `json:"ground,omitempty" validate:"required_if=Conclusion exception,max=5000"`       // Art 12 there
	Alternatives string   `json:"alternatives,omitempty" validate:"required_if=Conclusion exception,max=5000"` // why none is less restrictive
	Until        string   `json:"until,omitempty" validate:"required_if=Conclusion exception,max=500"`         // end date or condition
	Heard        []string `json:"heard,omitempty" validate:"max=200,dive,required,max=128"`                    // operators, associations
	Text         Material `json:"text,omitzero"`
}

func (a FileCompetitionReview) Version() int { return a.Draft }

func (FileCompetitionReview) Kind() Kind { return "file_competition_review" }

func (a FileCompetitionReview) record(d *Decision, at Ref) {
	d.CompetitionReviews = add(d.CompetitionReviews, at, a)
}
