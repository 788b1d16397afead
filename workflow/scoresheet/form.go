package scoresheet

import (
	"slices"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/pack"
)

// Form is a sheet filled in from a record: a proposal, which a person
// confirms.
type Form struct {
	Sheet   string     `json:"sheet"`
	Digest  string     `json:"sheet_digest"` // of the sheet
	Title   pack.Text  `json:"title"`
	Default bool       `json:"default"` // the points are this project's own
	Source  pack.Text  `json:"source"`  // where the points come from
	Items   []FormItem `json:"items"`
	// Total is the proposed sum; nil while an item waits for a person. Until
	// then it lies between Lowest and Highest.
	Total   *int `json:"total,omitempty"`
	Lowest  int  `json:"lowest"`
	Highest int  `json:"highest"`
	Vetoed  bool `json:"vetoed"` // the record shows that an item with a veto failed
	// Unscored are the findings that something is wrong, or that there is no
	// evidence, of rules which no item names. They cost nothing and are not
	// hidden.
	Unscored []workflow.Finding `json:"unscored,omitempty"`
}

// FormItem is an item with what the record says of it.
type FormItem struct {
	Item
	// Proposed are the points that the record leads to; nil when it does not
	// show enough and a person has to say. They then lie between Lowest and
	// Highest.
	Proposed *int `json:"proposed,omitempty"`
	Lowest   int  `json:"lowest"`
	Highest  int  `json:"highest"`
	Failed   bool `json:"failed,omitempty"` // an item with a veto that has no points
	// Findings are those of its rules, in their order; Unjudged are its rules
	// that the findings do not speak of.
	Findings []workflow.Finding `json:"findings,omitempty"`
	Unjudged []string           `json:"unjudged,omitempty"`
}

// Open reports whether a person has to say how many points the item gets.
func (i FormItem) Open() bool { return i.Proposed == nil }

// Open returns the items that a person has to confirm before the form is
// complete.
func (f Form) Open() []FormItem {
	return slices.DeleteFunc(slices.Clone(f.Items), func(i FormItem) bool { return !i.Open() })
}

// Complete reports whether the record answers every item.
func (f Form) Complete() bool { return f.Total != nil }

// Prefill fills in a sheet from the findings of a case, as workflow.Check or
// workflow.Evaluate gives them. It is pure.
//
// A rule that is satisfied or does not apply costs nothing, nor does one that
// is only shown. A violated one costs what the item says, all points by
// default. Where there is no evidence no points are proposed: unknown is not
// absent. Nor are they where a general requirement was departed from with a
// stated reason: the law allows it, and whether the reason holds is for a
// person to say.
func Prefill(s *Sheet, findings []workflow.Finding) Form {
	of := make(map[string]workflow.Finding, len(findings))
	for _, f := range findings {
		of[f.Rule] = f
	}
	form := Form{Sheet: s.Name, Digest: s.digest, Title: s.Title, Default: s.Default, Source: s.Source}
	total, complete := 0, true
	for _, item := range s.Items {
		filled := item.fill(of)
		form.Items = append(form.Items, filled)
		form.Lowest += filled.Lowest
		form.Highest += filled.Highest
		form.Vetoed = form.Vetoed || filled.Failed
		if filled.Open() {
			complete = false
			continue
		}
		total += *filled.Proposed
	}
	if complete {
		form.Total = &total
	}
	form.Unscored = s.unscored(findings)
	return form
}

// fill fills in one item.
func (i Item) fill(of map[string]workflow.Finding) FormItem {
	filled := FormItem{Item: i}
	lost, doubtful := 0, 0
	for _, rule := range i.Rules {
		f, judged := of[rule]
		if !judged {
			filled.Unjudged = append(filled.Unjudged, rule)
			doubtful += i.cost(rule)
			continue
		}
		filled.Findings = append(filled.Findings, f)
		switch weigh(f) {
		case costs:
			lost += i.cost(rule)
		case mayCost:
			doubtful += i.cost(rule)
		}
	}
	if len(i.Rules) == 0 {
		doubtful = i.Points
	}
	filled.Highest = max(0, i.Points-lost)
	filled.Lowest = max(0, i.Points-lost-doubtful)
	if filled.Lowest == filled.Highest {
		filled.Proposed = new(filled.Highest)
		filled.Failed = i.Veto && filled.Highest == 0
	}
	return filled
}

// cost is what breaking a rule costs the item.
func (i Item) cost(rule string) int {
	if points, ok := i.Deduct[rule]; ok {
		return points
	}
	return i.Points
}

// weight is what a finding means for the points.
type weight int

const (
	free weight = iota
	mayCost
	costs
)

func weigh(f workflow.Finding) weight {
	switch {
	case f.Severity == workflow.Soft, f.Status == workflow.Satisfied, f.Status == workflow.NotApplicable:
		return free
	case f.Status == workflow.Violated && (f.Severity == workflow.Hard || f.Reason == ""):
		return costs
	default:
		return mayCost
	}
}

// unscored are the findings that weigh something and belong to no item.
func (s *Sheet) unscored(findings []workflow.Finding) []workflow.Finding {
	var left []workflow.Finding
	for _, f := range findings {
		named := slices.ContainsFunc(s.Items, func(i Item) bool { return slices.Contains(i.Rules, f.Rule) })
		if !named && weigh(f) != free {
			left = append(left, f)
		}
	}
	return left
}
