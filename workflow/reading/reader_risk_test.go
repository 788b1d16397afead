package reading_test

import (
	"slices"

	"github.com/juece/juece/decision"
)

// Chapter 2 section 4: Arts 22 to 24.
var risk = map[string]reader{
	"R22.1": func(s story) answer { // Art 22
		assessed := unless(len(s.RiskAssessments) > 0)
		for _, r := range s.Reliances {
			assessed = best(assessed, yes(r.Act.CoversRisk))
		}
		return where(s.determined(decision.StepRisk), assessed)
	},
	"R22.2": func(s story) answer { // Art 22 ¶2
		a := fine
		for _, r := range s.Reliances {
			a = worst(a, yes(r.Act.CoversRisk))
		}
		return a
	},
	"R23.1": func(s story) answer { // Art 23 ¶2: no point named and yet not said to be none
		r, _ := decision.Last(s.RiskAssessments)
		if len(r.Act.Points) == 0 {
			return best(yes(r.Act.NoneFound), cannotTell)
		}
		return owed(r.Act.Plan)
	},
	"R23.2": func(s story) answer { return fine }, // who was heard is known or not
	"R24.1": func(s story) answer { // Art 24: the last word on the risk, and 采取调整决策草案等措施 before it
		if s.gate == "decide" {
			d, _ := decision.Last(s.Decisions)
			if d.Act.Outcome == "rejected" || d.Act.Outcome == "deferred" {
				return fine // nothing was decided upon the risk
			}
		}
		a := fine
		var last word
		for _, w := range words(s) {
			last, a = w, yes(w.controllable)
		}
		for _, w := range words(s) {
			if no(w.controllable) == fine && a == fine {
				a = worst(a, lifted(w, last))
			}
		}
		return a
	},
}

// word is what an assessment says of the risk.
type word struct {
	seq          int64
	draft        int
	controllable *bool
	measures     []string
}

// words are the assessments in their order. An earlier one that is relied on
// was made before any measure was taken here.
func words(s story) []word {
	var all []word
	for _, r := range s.RiskAssessments {
		w := word{r.Seq, r.Act.Draft, r.Act.Controllable, nil}
		for _, p := range r.Act.Points {
			w.measures = append(w.measures, p.Measures...)
		}
		all = append(all, w)
	}
	for _, r := range s.Reliances {
		all = append(all, word{r.Seq, r.Act.Draft, r.Act.Controllable, nil})
	}
	slices.SortFunc(all, func(a, b word) int { return int(a.seq - b.seq) })
	return all
}

// lifted says whether something was done between a no and a later yes: the
// draft is another, or a measure is new.
func lifted(no, yes word) answer {
	if no.draft == 0 || yes.draft == 0 {
		return cannotTell
	}
	if yes.draft == no.draft {
		for _, m := range yes.measures {
			if !slices.Contains(no.measures, m) {
				return fine
			}
		}
	}
	return unless(yes.draft > no.draft)
}

// Fair competition (公平竞争审查条例 Arts 12 to 18).
var competition = map[string]reader{
	"F1": func(s story) answer { // Art 18
		return where(s.determined(decision.StepCompetition), unless(len(s.CompetitionReviews) > 0))
	},
	"F2": func(s story) answer { // Art 18: the last review
		r, _ := decision.Last(s.CompetitionReviews)
		return unless(r.Act.Conclusion != "fails")
	},
	"F3": func(s story) answer { return fine }, // ground, alternatives and end are known or not
	"F4": func(s story) answer { // Art 14: a first review of the drafter goes before
		r, _ := decision.Last(s.CompetitionReviews)
		return unless(r.Act.ReviewerType != "drafter")
	},
	"F5": func(s story) answer { return fine }, // who was heard is known or not
}
