package workflow

import (
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
)

// Severity says what a rule that is not satisfied means.
type Severity string

// The severities.
const (
	Hard Severity = "hard" // the text forbids going on
	Norm Severity = "norm" // owed in general; departing needs a stated reason, and stays visible
	Soft Severity = "soft" // shown only
)

// Status is what the evaluator says of a rule.
type Status string

// The four statuses. Unknown is not absent: what a published case does not
// tell is NotEvidenced, never Violated.
const (
	Satisfied     Status = "satisfied"
	Violated      Status = "violated"
	NotEvidenced  Status = "not_evidenced"
	NotApplicable Status = "not_applicable"
)

// Name returns the status in a language, "zh" or "en".
func (s Status) Name(lang string) string {
	names := map[Status][2]string{
		Satisfied: {"符合", "satisfied"}, Violated: {"违反", "violated"},
		NotEvidenced: {"未见证据", "not evidenced"}, NotApplicable: {"不适用", "not applicable"},
	}[s]
	if lang == "en" {
		return names[1]
	}
	return names[0]
}

// Finding is what the evaluator says of one rule in one case.
type Finding struct {
	Rule      string   `json:"rule"` // e.g. R15.1
	Norm      string   `json:"norm"` // the norm cited, e.g. D713
	Article   int      `json:"article"`
	Paragraph int      `json:"paragraph,omitempty"`
	Status    Status   `json:"status"`
	Severity  Severity `json:"severity"`
	Subject   string   `json:"subject,omitempty"` // which unit, expert, participant …
	Zh        string   `json:"zh"`
	En        string   `json:"en"`
	// Acts lists what would clear the finding, ClearedBy who may do it.
	Acts      []decision.Kind `json:"acts,omitempty"`
	ClearedBy []decision.Role `json:"cleared_by,omitempty"`
	// Earliest is the first day on which it can be cleared, where the law
	// sets one; Provisional says that it rests on a year whose notice of
	// working days is not loaded.
	Earliest    calendar.Date `json:"earliest,omitzero"`
	Provisional bool          `json:"provisional,omitempty"`
	// Gate is the act at which it is owed, where several gates were asked
	// about; see [Before].
	Gate decision.Kind `json:"gate,omitempty"`
	// Reason is why a norm was departed from, as its actor stated.
	Reason string `json:"reason,omitempty"`
	// LagDays is how many days after it happened the act was recorded at which
	// the rule was judged (补录); see decision.Ref.Lag.
	LagDays int `json:"lag_days,omitempty"`
}

// Message returns the text in a language, "zh" or "en".
func (f Finding) Message(lang string) string {
	if lang == "en" {
		return f.En
	}
	return f.Zh
}

// refuses reports whether the finding forbids going on.
func (f Finding) refuses() bool { return f.Status == Violated && f.Severity == Hard }

// Open returns the findings that say something is wrong: violated, whatever
// the severity.
func Open(findings []Finding) []Finding {
	return slices.DeleteFunc(append([]Finding{}, findings...), func(f Finding) bool { return f.Status != Violated })
}
