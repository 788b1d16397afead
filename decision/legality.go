package decision

import "github.com/juece/juece/workflow/calendar"

// SubmitForReview sends the package for legality review (送请合法性审查, Art
// 26 ¶1). It happens on the day the reviewer receives it.
type SubmitForReview struct {
	Draft     int      `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Reviewer  string   `json:"reviewer,omitempty" validate:"required,max=128"` // 负责合法性审查的部门
	Procedure Material `json:"procedure,omitzero"`                             // 履行决策法定程序的说明
	// Materials are the rest of the package: what was relied on, and the
	// evidence of each step.
	Materials []Material `json:"materials,omitempty" validate:"required,min=1,max=500,dive"`
	// OpinionDue is the day the opinion is asked for. Art 26 ¶2 protects the
	// reviewer: a floor on the time given, not a deadline.
	OpinionDue calendar.Date `json:"opinion_due,omitzero" validate:"required"`
}

// ReturnPackage sends the package back as not meeting the requirements (Art
// 26 ¶1). A new submission starts the time anew.
type ReturnPackage struct {
	Draft  int    `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Reason string `json:"reason,omitempty" validate:"required,max=5000"`
}

// RequestSupplement asks for what the package lacks (Art 26 ¶1).
type RequestSupplement struct {
	Draft  int      `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Items  []string `json:"items,omitempty" validate:"required,min=1,max=100,dive,required,max=500"`
	Reason string   `json:"reason,omitempty" validate:"required,max=5000"`
}

// SupplementPackage supplies what was asked for (Art 26 ¶1). The time for
// review counts from the complete package.
type SupplementPackage struct {
	Draft      int           `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Materials  []Material    `json:"materials,omitempty" validate:"required,min=1,max=500,dive"`
	OpinionDue calendar.Date `json:"opinion_due,omitzero" validate:"required"`
}

// EngageCounsel enters a legal adviser or a government lawyer on the roster
// for this case (法律顾问名册, Art 28): engaged from when to when, for which
// objects, and whether a conflict of interest was declared. What is said last
// of a counsel counts, so that an engagement can be ended.
type EngageCounsel struct {
	Counsel  string        `json:"counsel,omitempty" validate:"required,max=128"` // the identity that will file the opinion
	Type     string        `json:"type,omitempty" validate:"required,oneof=legal_adviser government_lawyer"`
	Firm     string        `json:"firm,omitempty" validate:"max=200"`
	From     calendar.Date `json:"from,omitzero" validate:"required"`
	To       calendar.Date `json:"to,omitzero" validate:"required"` // last day of the engagement
	Scope    []string      `json:"scope,omitempty" validate:"required,min=1,max=4,unique,dive,oneof=decision normative_document contract litigation"`
	Conflict *bool         `json:"conflict,omitempty" validate:"required"` // as declared
	Contract *Material     `json:"contract,omitempty"`                     // 聘任合同
}

// FileCounselOpinion files the opinion of a legal adviser (法律顾问) or a
// government lawyer (公职律师), which the reviewer must obtain (Art 28).
// Counsel advises; the department concludes.
type FileCounselOpinion struct {
	Counsel string   `json:"counsel,omitempty" validate:"required,max=128"`
	Type    string   `json:"type,omitempty" validate:"required,oneof=legal_adviser government_lawyer"`
	Draft   int      `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Summary string   `json:"summary,omitempty" validate:"required,max=20000"`
	Text    Material `json:"text,omitzero"`
	Read    []string `json:"read,omitempty" validate:"max=500,dive,material"`
}

// IssueLegalityOpinion is the department's conclusion (合法性审查意见, Arts 27
// and 28). Each of the three heads has a finding and its basis: there is no
// bare consent.
type IssueLegalityOpinion struct {
	Reviewer   string          `json:"reviewer,omitempty" validate:"required,max=128"`
	Name       string          `json:"name,omitempty" validate:"required,max=128"` // the person who answers for it
	Draft      int             `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Powers     Head            `json:"powers,omitzero"`    // 是否符合法定权限
	Procedure  Head            `json:"procedure,omitzero"` // 是否履行相关法定程序
	Content    Head            `json:"content,omitzero"`   // 是否符合法律、法规、规章和国家政策
	Conclusion string          `json:"conclusion,omitempty" validate:"required,oneof=lawful lawful_after_changes unlawful no_state_rule"`
	Comments   []ReviewComment `json:"comments,omitempty" validate:"required_if=Conclusion lawful_after_changes,max=500,unique=No,dive"`
	Read       []string        `json:"read,omitempty" validate:"required,min=1,max=500,dive,material"`
	Text       Material        `json:"text,omitzero"`
}

// Head is the answer to one of the three questions of Art 27.
type Head struct {
	Finding string `json:"finding,omitempty" validate:"required,oneof=conforms conforms_after_changes does_not_conform no_state_rule"`
	Basis   string `json:"basis,omitempty" validate:"required,max=10000"`
}

// ReviewComment is a change that the reviewer asks for.
type ReviewComment struct {
	No   int    `json:"no,omitempty" validate:"required,min=1"`
	Text string `json:"text,omitempty" validate:"required,max=5000"`
}

// ConfirmStillStands is the reviewer's signature that its opinion holds for a
// later version of the draft, the changes having been checked (Art 25).
type ConfirmStillStands struct {
	Draft    int    `json:"draft,omitempty" validate:"required,min=1,max=10000"` // the later version
	Reviewer string `json:"reviewer,omitempty" validate:"required,max=128"`
	Name     string `json:"name,omitempty" validate:"required,max=128"`
	Verified *bool  `json:"verified,omitempty" validate:"required"` // the changes asked for were made
	Reason   string `json:"reason,omitempty" validate:"required,max=5000"`
}

// RespondToReview closes the reviewer's comments: each was accepted or
// explained (Art 28).
type RespondToReview struct {
	Draft     int              `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Responses []ReviewResponse `json:"responses,omitempty" validate:"required,min=1,max=500,unique=No,dive"`
}

// ReviewResponse answers one comment.
type ReviewResponse struct {
	No     int    `json:"no,omitempty" validate:"required,min=1"`
	Answer string `json:"answer,omitempty" validate:"required,oneof=accepted explained"`
	Text   string `json:"text,omitempty" validate:"required,max=5000"`
}

// InvokeReform takes a matter of exploratory reform, for which the State has
// no clear rule, to the meeting with its legal risks stated (Art 25 ¶2). It
// covers the absence of a rule, not the breach of one.
type InvokeReform struct {
	Draft       int      `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	InvokedBy   string   `json:"invoked_by,omitempty" validate:"required,max=128"`
	NoStateRule string   `json:"no_state_rule,omitempty" validate:"required,max=5000"` // why no State rule exists
	Risks       []string `json:"risks,omitempty" validate:"required,min=1,max=100,dive,required,max=5000"`
}

// ConcludeReview ends a case whose object is a review and no decision (Art 28
// by analogy): the contract was signed, the document issued, or it was given
// up.
type ConcludeReview struct {
	Draft     int    `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Outcome   string `json:"outcome,omitempty" validate:"required,oneof=signed issued abandoned"`
	Reference string `json:"reference,omitempty" validate:"max=300"` // number of what was signed or issued
	Reason    string `json:"reason,omitempty" validate:"required,max=5000"`
}

func (a ConcludeReview) Version() int       { return a.Draft }
func (a SubmitForReview) Version() int      { return a.Draft }
func (a ReturnPackage) Version() int        { return a.Draft }
func (a RequestSupplement) Version() int    { return a.Draft }
func (a SupplementPackage) Version() int    { return a.Draft }
func (a FileCounselOpinion) Version() int   { return a.Draft }
func (a IssueLegalityOpinion) Version() int { return a.Draft }
func (a ConfirmStillStands) Version() int   { return a.Draft }
func (a RespondToReview) Version() int      { return a.Draft }
func (a InvokeReform) Version() int         { return a.Draft }

func (SubmitForReview) Kind() Kind      { return "submit_for_review" }
func (ReturnPackage) Kind() Kind        { return "return_package" }
func (RequestSupplement) Kind() Kind    { return "request_supplement" }
func (SupplementPackage) Kind() Kind    { return "supplement_package" }
func (EngageCounsel) Kind() Kind        { return "engage_counsel" }
func (ConcludeReview) Kind() Kind       { return "conclude_review" }
func (FileCounselOpinion) Kind() Kind   { return "file_counsel_opinion" }
func (IssueLegalityOpinion) Kind() Kind { return "issue_legality_opinion" }
func (ConfirmStillStands) Kind() Kind   { return "confirm_still_stands" }
func (RespondToReview) Kind() Kind      { return "respond_to_review" }
func (InvokeReform) Kind() Kind         { return "invoke_reform" }

func (a SubmitForReview) record(d *Decision, at Ref) { d.Submissions = add(d.Submissions, at, a) }
func (a ReturnPackage) record(d *Decision, at Ref)   { d.Returns = add(d.Returns, at, a) }
func (a RequestSupplement) record(d *Decision, at Ref) {
	d.SupplementRequests = add(d.SupplementRequests, at, a)
}

func (a SupplementPackage) record(d *Decision, at Ref) { d.Supplements = add(d.Supplements, at, a) }

func (a EngageCounsel) record(d *Decision, at Ref) { d.Counsel = add(d.Counsel, at, a) }
func (a ConcludeReview) record(d *Decision, at Ref) {
	d.ReviewsConcluded = add(d.ReviewsConcluded, at, a)
}

func (a FileCounselOpinion) record(d *Decision, at Ref) {
	d.CounselOpinions = add(d.CounselOpinions, at, a)
}

func (a IssueLegalityOpinion) record(d *Decision, at Ref) {
	d.LegalityOpinions = add(d.LegalityOpinions, at, a)
}

func (a ConfirmStillStands) record(d *Decision, at Ref) {
	d.Confirmations = add(d.Confirmations, at, a)
}

func (a RespondToReview) record(d *Decision, at Ref) {
	d.ReviewResponses = add(d.ReviewResponses, at, a)
}
func (a InvokeReform) record(d *Decision, at Ref) { d.Reforms = add(d.Reforms, at, a) }
