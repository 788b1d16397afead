package workflow

import (
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
)

// Missing returns what the gate still lacks on the day, in the order of the
// statute: every rule owed at it that is violated now. An empty gate stands
// for the next one on the main path.
//
// The act itself is still to come, so Missing presumes the plain one: on the
// last version of the draft, with a dossier of all that the record holds, of
// the only round or hearing. [Apply] refuses such an act for just these rules,
// and for those with Own, which look at what the act says. Of a statement in
// the meeting nothing can be presumed: R30.3 asks whose it is.
func Missing(c Case, gate decision.Kind, on calendar.Date) []Finding {
	if gate == "" {
		gate = c.Stage.Info().Gate
	}
	return Open(atGate(c, gate, on, false))
}

// Before returns everything that stands between the case and an act further
// on along the main path: what its gate lacks, and every gate on the way to
// it. Each rule stands once, with the first gate at which it is owed. Where a
// single act can clear a finding, what that act lacks follows it. It returns
// nil when the act does not lie ahead.
func Before(c Case, gate decision.Kind, on calendar.Date) []Finding {
	var all []Finding
	var add func(gate decision.Kind)
	asked := map[decision.Kind]bool{}
	add = func(gate decision.Kind) {
		if asked[gate] {
			return
		}
		asked[gate] = true
		for _, f := range Missing(c, gate, on) {
			if slices.ContainsFunc(all, func(have Finding) bool { return have.Rule == f.Rule }) {
				continue
			}
			f.Gate = gate
			all = append(all, f)
			if len(f.Acts) == 1 {
				add(f.Acts[0])
			}
		}
	}
	for _, g := range Ahead(c.Stage, gate) {
		add(g)
	}
	return all
}

// Ahead lists the gates of the main path from a stage up to an act, in order;
// nil when the act does not lie on it.
func Ahead(from Stage, gate decision.Kind) []decision.Kind {
	var gates []decision.Kind
	for range len(stages) + 1 { // the main path has no way back
		next := from.Info().Gate
		if next == "" {
			return nil
		}
		if gates = append(gates, next); next == gate {
			return gates
		}
		// The first row of a gate is the outcome that leads on.
		i := slices.IndexFunc(transitions, func(t Transition) bool { return t.From == from && t.Act == next })
		if i < 0 {
			return nil
		}
		from = transitions[i].To
	}
	return nil
}

// Group is what one role can clear, or, without a role, what nobody can: it
// only has to be waited for.
type Group struct {
	Role     decision.Role `json:"role,omitempty" doc:"没有则无须何人补充，只待时日。Absent when it is not for anybody to clear, but to be waited for."`
	Findings []Finding     `json:"findings"`
	// Earliest is the first day on which all of it can be cleared, where the
	// law sets one.
	Earliest    calendar.Date `json:"earliest,omitzero"`
	Provisional bool          `json:"provisional,omitempty"`
}

// ByRole groups findings by who can clear them. A finding that several roles
// can clear stands under each.
func ByRole(findings []Finding) []Group {
	groups := []Group{}
	for _, f := range findings {
		by := f.ClearedBy
		if len(by) == 0 {
			by = []decision.Role{""}
		}
		for _, role := range by {
			i := slices.IndexFunc(groups, func(g Group) bool { return g.Role == role })
			if i < 0 {
				i = len(groups)
				groups = append(groups, Group{Role: role})
			}
			groups[i].Findings = append(groups[i].Findings, f)
		}
	}
	for i, g := range groups {
		groups[i].Earliest, groups[i].Provisional = Earliest(g.Findings)
	}
	return groups
}

// Earliest returns the first day on which all the findings can be cleared,
// where the law sets one, and whether it is provisional.
func Earliest(findings []Finding) (day calendar.Date, provisional bool) {
	for _, f := range findings {
		if f.Earliest.After(day) {
			day = f.Earliest
		}
		provisional = provisional || (f.Provisional && !f.Earliest.IsZero())
	}
	return day, provisional
}
