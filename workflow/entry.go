package workflow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
)

// marshal writes a value as one line of JSON with Chinese text and < > &
// left as they are.
func marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("workflow: encode: %w", err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

func historyActor(a decision.Actor) history.Actor {
	h := history.Actor{ID: a.ID, Unit: a.Unit, Organ: a.Organ, OnBehalfOf: a.OnBehalfOf, Authority: a.Authority}
	for _, r := range a.Roles {
		h.Roles = append(h.Roles, string(r))
	}
	return h
}

func actorOf(h history.Actor) decision.Actor {
	a := decision.Actor{ID: h.ID, Unit: h.Unit, Organ: h.Organ, OnBehalfOf: h.OnBehalfOf, Authority: h.Authority}
	for _, r := range h.Roles {
		a.Roles = append(a.Roles, decision.Role(r))
	}
	return a
}

// historyFindings keeps in the entry what stays visible for ever: the rules
// that were not satisfied when the act was recorded, and the reasons stated.
func historyFindings(findings []Finding) []history.Finding {
	var kept []history.Finding
	for _, f := range Open(findings) {
		kept = append(kept, history.Finding{Rule: f.Rule, Status: string(f.Status), Severity: string(f.Severity), Reason: f.Reason})
	}
	return kept
}

// tasks derives the open tasks of a case: the next gate's unmet rules, each
// under the act that clears it and every role that may do it.
func tasks(c Case, on calendar.Date) []Task {
	gate := c.Stage.Info().Gate
	if gate == "" {
		return nil
	}
	var list []Task
	seen := map[string]bool{}
	add := func(act decision.Kind, rule, subject string, due calendar.Date) {
		for _, role := range permit[act] {
			t := Task{
				Decision: c.ID, Act: string(act), Rule: rule, Role: string(role), Organ: c.Organ().Name, Due: due,
				Key: strings.Join([]string{string(act), string(role), subject}, "/"),
			}
			if role == RoleUndertakingUnit {
				t.Unit = c.Decision.LeadUnit()
			}
			if !seen[t.Key] {
				seen[t.Key] = true
				list = append(list, t)
			}
		}
	}
	open := Missing(c, gate, on)
	for _, f := range open {
		for _, act := range f.Acts {
			if _, ok := next(c.Stage, sample(act), c.Decision); ok {
				add(act, f.Rule, f.Subject, calendar.Date{})
			}
		}
	}
	if len(filter(open, Finding.refuses)) == 0 {
		add(gate, "", "", dueOf(c, gate))
	}
	return list
}

// sample is an empty act of the kind, for asking the table about it.
func sample(kind decision.Kind) decision.Act {
	info, err := decision.Describe(kind)
	if err != nil {
		return nil
	}
	return info.New()
}

// dueOf is the day by which the gate's act is asked for, where the record
// names one.
func dueOf(c Case, gate decision.Kind) calendar.Date {
	switch gate {
	case "issue_legality_opinion":
		if p, ok := currentPackage(c.Decision); ok {
			return p.due
		}
	case "open_meeting":
		if a, ok := decision.Last(c.Decision.Agendas); ok {
			return a.Act.MeetingOn
		}
	}
	return calendar.Date{}
}
