package decision

import "github.com/juece/juece/workflow/calendar"

// ReviewSecrecy is the secrecy examination of what is to be published (保密
// 审查; 保守国家秘密法 Art 35, 政府信息公开条例 Art 17).
type ReviewSecrecy struct {
	Reviewer string `json:"reviewer,omitempty" validate:"required,max=128"`
	Result   string `json:"result,omitempty" validate:"required,oneof=clear not_clear"`
	Reason   string `json:"reason,omitempty" validate:"required,max=5000"`
}

// Publish makes the decision public (决策公布, Art 32). It happens on the day
// the decision appears.
type Publish struct {
	Text           Material  `json:"text,omitzero"`
	DocumentNumber string    `json:"document_number,omitempty" validate:"max=100"` // 发文字号
	Channels       []Channel `json:"channels,omitempty" validate:"required,min=1,max=50,dive"`
	// ExplainsAdoption says whether it states how public and expert opinions
	// were handled, owed where the public is widely concerned.
	ExplainsAdoption *bool      `json:"explains_adoption,omitempty" validate:"required"`
	Remedies         string     `json:"remedies,omitempty" validate:"max=5000"`          // 行政复议、行政诉讼权利, where a special law has them announced
	Interpretation   []Material `json:"interpretation,omitempty" validate:"max=50,dive"` // 政策解读
}

// WithholdPublication keeps the decision from publication on a lawful ground
// (依法不予公开, Art 32).
type WithholdPublication struct {
	Ground     string `json:"ground,omitempty" validate:"required,oneof=state_secret trade_secret privacy safety other_law"`
	LegalBasis string `json:"legal_basis,omitempty" validate:"required,max=2000"`
	Decider    string `json:"decider,omitempty" validate:"required,max=128"`
	Reason     string `json:"reason,omitempty" validate:"required,max=5000"`
}

// FileForRecord sends a normative document to the organ that reviews it on
// record (备案; 地方组织法 Art 75).
type FileForRecord struct {
	With    string        `json:"with,omitempty" validate:"required,max=128"`
	FiledOn calendar.Date `json:"filed_on,omitzero" validate:"required"`
	Number  string        `json:"number,omitempty" validate:"max=100"`
	Receipt *Material     `json:"receipt,omitempty"`
}

func (FileForRecord) Kind() Kind       { return "file_for_record" }
func (ReviewSecrecy) Kind() Kind       { return "review_secrecy" }
func (Publish) Kind() Kind             { return "publish" }
func (WithholdPublication) Kind() Kind { return "withhold_publication" }

func (a ReviewSecrecy) record(d *Decision, at Ref) { d.SecrecyReviews = add(d.SecrecyReviews, at, a) }

func (a Publish) record(d *Decision, at Ref) { d.Publications = add(d.Publications, at, a) }

func (a FileForRecord) record(d *Decision, at Ref) { d.RecordFilings = add(d.RecordFilings, at, a) }

func (a WithholdPublication) record(d *Decision, at Ref) { d.Withholdings = add(d.Withholdings, at, a) }
