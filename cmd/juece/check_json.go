package main

import (
	"encoding/json"
	"io"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// caseFinding is a finding as a program reads it: one flat object, its message
// in the language that was asked for.
type caseFinding struct {
	Case        string            `json:"case"`
	Rule        string            `json:"rule"`
	Norm        string            `json:"norm"`
	Article     int               `json:"article"`
	Paragraph   int               `json:"paragraph,omitempty"`
	Citation    string            `json:"citation"`
	Status      workflow.Status   `json:"status"`
	Severity    workflow.Severity `json:"severity"`
	Subject     string            `json:"subject,omitempty"`
	Message     string            `json:"message"`
	Acts        []decision.Kind   `json:"acts,omitempty"` // would clear it
	ClearedBy   []decision.Role   `json:"cleared_by,omitempty"`
	Earliest    calendar.Date     `json:"earliest,omitzero"`
	Provisional bool              `json:"provisional,omitempty"`
	Reason      string            `json:"reason,omitempty"`
}

// writeJSON writes one array over all cases. With no case it is empty, not
// null.
func writeJSON(w io.Writer, cases []judged, lang string) error {
	all := []caseFinding{}
	for _, j := range cases {
		for _, f := range j.findings {
			all = append(all, caseFinding{
				Case: j.file.ID, Rule: f.Rule, Norm: f.Norm, Article: f.Article, Paragraph: f.Paragraph,
				Citation: citation(f, lang), Status: f.Status, Severity: f.Severity, Subject: f.Subject,
				Message: f.Message(lang), Acts: f.Acts, ClearedBy: f.ClearedBy,
				Earliest: f.Earliest, Provisional: f.Provisional, Reason: f.Reason,
			})
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(all)
}
