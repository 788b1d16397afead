package plan

import (
	"fmt"

	"github.com/juece/juece/workflow"
)

// StuckError says that no course leads on: what refuses can be cleared neither
// by an act nor by waiting.
type StuckError struct {
	Stage    workflow.Stage
	Findings []workflow.Finding
	Cause    error // why an act could not be formed, where that is the reason
}

// Unwrap returns the cause.
func (e *StuckError) Unwrap() error { return e.Cause }

// Error names the stage and the rules.
func (e *StuckError) Error() string {
	text := fmt.Sprintf("plan: nothing leads on from the stage %q", e.Stage)
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	for _, f := range e.Findings {
		text += fmt.Sprintf("; %s %s Art %d: %s", f.Rule, f.Norm, f.Article, f.En)
	}
	return text
}
