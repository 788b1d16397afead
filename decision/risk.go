package decision

// FileRiskAssessment files a risk-assessment report (风险评估报告, Art 23).
// The last report counts.
type FileRiskAssessment struct {
	Assessor    string      `json:"assessor,omitempty" validate:"required,max=128"`
	Draft       int         `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	ThirdParty  *bool       `json:"third_party,omitempty" validate:"required"`
	Methods     []string    `json:"methods,omitempty" validate:"required,min=1,max=20,dive,oneof=opinion_tracking key_visits consultation_analysis qualitative quantitative other"`
	Points      []RiskPoint `json:"points,omitempty" validate:"max=500,dive"`
	NoneFound   *bool       `json:"none_found,omitempty" validate:"required"` // no risk point was found, said explicitly
	Plan        string      `json:"plan,omitempty" validate:"required,max=20000"`
	Departments []string    `json:"departments,omitempty" validate:"required,min=1,max=200,dive,required,max=128"` // heard
	// Level is the local scale's word, mapped by the assessor onto the
	// statute's controllable or not (Art 24).
	Level        string   `json:"level,omitempty" validate:"max=100"`
	Controllable *bool    `json:"controllable,omitempty" validate:"required"`
	Report       Material `json:"report,omitzero"`
}

// RiskPoint (风险点) is a risk and what is done against it.
type RiskPoint struct {
	Risk     string   `json:"risk,omitempty" validate:"required,max=2000"`
	Measures []string `json:"measures,omitempty" validate:"required,min=1,max=50,dive,required,max=2000"`
}

// RelyOnAssessment relies on an assessment already made under other rules, so
// that the same risk is not assessed twice (Art 22 ¶2).
type RelyOnAssessment struct {
	Earlier      string   `json:"earlier,omitempty" validate:"required,max=200"` // its number or title
	Rules        string   `json:"rules,omitempty" validate:"required,max=500"`   // the rules it was made under
	Assessor     string   `json:"assessor,omitempty" validate:"required,max=128"`
	Draft        int      `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Scope        string   `json:"scope,omitempty" validate:"required,max=5000"`
	CoversRisk   *bool    `json:"covers_risk,omitempty" validate:"required"`
	Controllable *bool    `json:"controllable,omitempty" validate:"required"`
	Report       Material `json:"report,omitzero"`
}

func (a FileRiskAssessment) Version() int { return a.Draft }
func (a RelyOnAssessment) Version() int   { return a.Draft }

func (FileRiskAssessment) Kind() Kind { return "file_risk_assessment" }
func (RelyOnAssessment) Kind() Kind   { return "rely_on_assessment" }

func (a FileRiskAssessment) record(d *Decision, at Ref) {
	d.RiskAssessments = add(d.RiskAssessments, at, a)
}
func (a RelyOnAssessment) record(d *Decision, at Ref) { d.Reliances = add(d.Reliances, at, a) }
