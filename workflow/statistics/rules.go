package statistics

import "github.com/juece/juece/workflow"

// RuleCounts counts what the evaluator says of one rule over the procedures of
// the period.
type RuleCounts struct {
	Rule          string            `json:"rule"`
	Norm          string            `json:"norm"`
	Article       int               `json:"article"`
	Paragraph     int               `json:"paragraph,omitempty"`
	Severity      workflow.Severity `json:"severity" doc:"规则本身的严重程度；规则包可以更严。Of the rule itself; a pack can be stricter."`
	Zh            string            `json:"zh"`
	En            string            `json:"en"`
	Satisfied     int64             `json:"satisfied"`
	Violated      int64             `json:"violated"`
	NotEvidenced  int64             `json:"not_evidenced"`
	NotApplicable int64             `json:"not_applicable"`
	// Departures counts the violations of a general requirement for which a
	// reason was stated; Reasons are the most frequent ones.
	Departures int64   `json:"departures" doc:"违反一般要求并说明理由的。Departures from a general requirement with a stated reason."`
	Reasons    []Count `json:"reasons"`
	Other      int64   `json:"other_reasons"`
}

// ruleTally is the part of a tally about findings, by rule.
type ruleTally map[string]*ruleCount

type ruleCount struct {
	status     map[workflow.Status]int64
	departures int64
	reasons    texts
}

func (t *ruleTally) of(rule string) *ruleCount {
	if *t == nil {
		*t = ruleTally{}
	}
	if (*t)[rule] == nil {
		(*t)[rule] = &ruleCount{status: map[workflow.Status]int64{}}
	}
	return (*t)[rule]
}

func (t *ruleTally) add(findings []workflow.Finding) {
	for _, f := range findings {
		r := t.of(f.Rule)
		r.status[f.Status]++
		if f.Status == workflow.Violated && f.Severity == workflow.Norm && f.Reason != "" {
			r.departures++
			r.reasons.add(f.Reason, 1)
		}
	}
}

func (t *ruleTally) merge(o ruleTally) {
	for rule, theirs := range o {
		r := t.of(rule)
		r.departures += theirs.departures
		r.reasons.merge(theirs.reasons)
		for status, n := range theirs.status {
			r.status[status] += n
		}
	}
}

// report lists the rules that were asked, in the order of the statute.
func (t ruleTally) report() []RuleCounts {
	rows := []RuleCounts{}
	for _, rule := range workflow.Rules() {
		r := t[rule.ID]
		if r == nil {
			continue
		}
		row := RuleCounts{
			Rule: rule.ID, Norm: rule.Norm, Article: rule.Article, Paragraph: rule.Paragraph,
			Severity: rule.Severity, Zh: rule.Zh, En: rule.En,
			Satisfied: r.status[workflow.Satisfied], Violated: r.status[workflow.Violated],
			NotEvidenced: r.status[workflow.NotEvidenced], NotApplicable: r.status[workflow.NotApplicable],
			Departures: r.departures,
		}
		row.Reasons, row.Other = r.reasons.rows()
		rows = append(rows, row)
	}
	return rows
}
