package decision

// SuspendExecution suspends the execution at once (中止执行, Art 37): in one of
// the situations of Art 35, in urgency, by the chief executive. It ends when
// the execution is resumed, or the decision changed or stopped.
type SuspendExecution struct {
	Problem string `json:"problem,omitempty" validate:"required,max=64"`   // the one reported, Art 35
	Decider string `json:"decider,omitempty" validate:"required,max=128"`  // the chief executive; the decree knows no delegation
	Urgency string `json:"urgency,omitempty" validate:"required,max=5000"` // 情况紧急的说明
}

// ResumeExecution ends a suspension (恢复执行, Art 37).
type ResumeExecution struct {
	Decider string `json:"decider,omitempty" validate:"required,max=128"`
	Reason  string `json:"reason,omitempty" validate:"required,max=5000"`
}

// OpenAdjustment puts a major change, or an end, of the decision through the
// procedure again (重大调整, Art 37): in a case of its own, which says in its
// proposal that it adjusts this one. To open it again says that it has another
// aim by now; the last word before the conclusion counts.
type OpenAdjustment struct {
	Case    string `json:"case,omitempty" validate:"required,max=64"`
	Aim     string `json:"aim,omitempty" validate:"required,oneof=change stop"`
	Scope   string `json:"scope,omitempty" validate:"required,max=5000"`
	Decider string `json:"decider,omitempty" validate:"required,max=128"`
	Reason  string `json:"reason,omitempty" validate:"required,max=5000"`
}

// ConcludeAdjustment records how the adjustment case ended (Art 37), with the
// entry of its publication. What is changed in part (changed_in_part) stays in
// force for the rest.
type ConcludeAdjustment struct {
	Case    string `json:"case,omitempty" validate:"required,max=64"`
	Outcome string `json:"outcome,omitempty" validate:"required,oneof=changed changed_in_part stopped abandoned"`
	// Entry and Digest name the entry of the other case that shows it.
	Entry  int64  `json:"entry,omitempty" validate:"required,min=1"`
	Digest string `json:"digest,omitempty" validate:"required,digest"`
	Reason string `json:"reason,omitempty" validate:"required,max=5000"`
}

// Ends reports whether the decision as it was is no longer carried out.
func (a ConcludeAdjustment) Ends() bool { return a.Outcome == "changed" || a.Outcome == "stopped" }

// CorrectClerical puts right a slip in the published text that changes nothing
// of its substance (文字更正). The decree does not speak of it: what, who and
// why are recorded, and what it corrects stays.
type CorrectClerical struct {
	Where   string    `json:"where,omitempty" validate:"required,max=300"`
	Was     string    `json:"was,omitempty" validate:"required,max=200"` // a slip is short
	Is      string    `json:"is,omitempty" validate:"required,max=200"`
	Decider string    `json:"decider,omitempty" validate:"required,max=128"`
	Reason  string    `json:"reason,omitempty" validate:"required,max=5000"`
	Notice  *Material `json:"notice,omitempty"` // the published correction
}

// Origin says from which case a case came.
type Origin struct {
	Case     string `json:"case,omitempty" validate:"required,max=64"`
	Relation string `json:"relation,omitempty" validate:"required,oneof=adjusts spawned_by same_matter"`
}

// LinkCase names a case that came from this one: the review of a normative
// document (规范性文件) or a contract (合同) that embodies the decision, or the
// same matter before another forum (三重一大). Each keeps its own record.
type LinkCase struct {
	Case   string `json:"case,omitempty" validate:"required,max=64"`
	Object string `json:"object,omitempty" validate:"required,oneof=normative_document contract same_matter"`
	Title  string `json:"title,omitempty" validate:"required,max=200"`
}

func (SuspendExecution) Kind() Kind   { return "suspend_execution" }
func (ResumeExecution) Kind() Kind    { return "resume_execution" }
func (OpenAdjustment) Kind() Kind     { return "open_adjustment" }
func (ConcludeAdjustment) Kind() Kind { return "conclude_adjustment" }
func (CorrectClerical) Kind() Kind    { return "correct_clerical" }
func (LinkCase) Kind() Kind           { return "link_case" }

func (a SuspendExecution) record(d *Decision, at Ref) { d.Suspensions = add(d.Suspensions, at, a) }
func (a ResumeExecution) record(d *Decision, at Ref)  { d.Resumptions = add(d.Resumptions, at, a) }
func (a OpenAdjustment) record(d *Decision, at Ref)   { d.Adjustments = add(d.Adjustments, at, a) }

func (a ConcludeAdjustment) record(d *Decision, at Ref) {
	d.AdjustmentsConcluded = add(d.AdjustmentsConcluded, at, a)
}

func (a CorrectClerical) record(d *Decision, at Ref) {
	d.ClericalCorrections = add(d.ClericalCorrections, at, a)
}
func (a LinkCase) record(d *Decision, at Ref) { d.Links = add(d.Links, at, a) }
