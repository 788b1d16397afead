package reading_test

import (
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/pack"
)

// Chapter 1, and chapter 2 section 1 as far as Art 11.
var initiation = map[string]reader{
	"R2.1": func(s story) answer { // Art 2: what the last proposal says of the organ
		p, _ := decision.Last(s.Proposals)
		return worst(owed(p.Act.Organ.Level), unless(p.Act.Organ.Level == "" || slices.Contains(s.pack.Levels, p.Act.Organ.Level)))
	},
	"R3.1": func(s story) answer { // Art 3 ¶1
		p, _ := decision.Last(s.Proposals)
		known := slices.ContainsFunc(s.pack.Categories, func(c pack.Named) bool { return c.ID == p.Act.Category })
		return worst(owed(p.Act.Category), unless(!said(p.Act.Category) || known))
	},
	"R3.2": func(s story) answer { // Art 3 ¶2: an exclusion takes the matter out of the decree
		p, _ := decision.Last(s.Proposals)
		if !said(p.Act.Exclusion) {
			return cannotTell
		}
		return unless(p.Act.Exclusion == "none")
	},
	"R3.3": func(s story) answer { // Art 3 ¶3: published after the committee's consent
		a := fine
		for _, c := range s.Catalogues {
			a = worst(a, owed(c.Act.ConsentRef, c.Act.Committee), notAfter(c.Act.ConsentedOn, c.Act.PublishedOn))
		}
		return a
	},
	"R3.4": func(s story) answer { // Art 3 ¶3: steps applied ⊇ steps declared
		c, _ := decision.Last(s.Catalogues)
		a := fine
		for _, step := range c.Act.Steps {
			late := step == decision.StepParty || step == decision.StepCongress // they are for the time before issue (Arts 8, 31)
			if step == "" {
				a = worst(a, cannotTell)
				continue
			}
			nobody := !slices.ContainsFunc(s.Determinations, func(d decision.Done[decision.DetermineStep]) bool {
				return d.Act.Step == step || d.Act.Step == ""
			})
			unclear := nobody || s.determined(step) == cannotTell
			if always(s, step) || nobody && late || unclear && performed(s, step) {
				continue
			}
			a = worst(a, s.determined(step))
		}
		return a
	},
	"R8.1": func(s story) answer { // Art 8 ¶1: 依法接受监督, so its no binds, whoever held it not to be called for
		last, ok := decision.Last(s.CongressActs)
		if last.Act.Result == "not_approved" {
			return broken
		}
		done := worst(unless(ok), owed(last.Act.Result), notAfter(last.Act.ActedOn, s.at.OccurredOn))
		return where(s.determined(decision.StepCongress), done)
	},
	"R10.1": func(s story) answer { return unless(len(s.Studies) > 0) }, // Art 10
	"R10.2": func(s story) answer { // Art 10(2)
		p, _ := decision.Last(s.Proposals)
		if p.Act.Source != "department" && p.Act.Source != "lower_government" {
			return owed(p.Act.Source)
		}
		return owed(p.Act.Problem, p.Act.Reasons, p.Act.Basis, p.Act.Solution, p.Act.Feasibility)
	},
	"R10.3": func(s story) answer { // Art 10
		i, _ := decision.Last(s.Initiations)
		d, _ := decision.Last(s.Declines)
		if len(s.Initiations)+len(s.Declines) == 0 {
			return broken
		}
		if s.gate == "decline" {
			return owed(d.Act.Decider, d.Act.Reason)
		}
		return owed(i.Act.Decider, i.Act.Reason)
	},
	"R11.1": func(s story) answer { // Art 11: among several, exactly one leads
		assigned, ok := decision.Last(s.Assignments)
		if !ok {
			return broken
		}
		leads, unknown := 0, 0
		for _, u := range assigned.Act.Units {
			if u.Lead == nil {
				unknown++
			} else if *u.Lead {
				leads++
			}
		}
		switch {
		case len(assigned.Act.Units) <= 1, leads == 1 && unknown == 0:
			return fine
		case leads > 1, leads == 0 && unknown == 0:
			return broken
		}
		return cannotTell
	},
	"R11.2": func(s story) answer { // Art 11
		assigned, ok := decision.Last(s.Assignments)
		if ok && len(assigned.Act.Units) == 0 {
			return cannotTell
		}
		return unless(ok)
	},
	"R44.1": func(s story) answer { // Art 44
		i, _ := decision.Last(s.Initiations)
		return notAfter(s.pack.From, i.OccurredOn)
	},
}

// always says whether the decree calls for a step whatever the matter (Arts
// 14, 25, 30).
func always(s story, step decision.Step) bool {
	return step == decision.StepLegality || step == decision.StepDiscussion || step == decision.StepParticipation
}

// performed says whether a step that depends on a condition was done.
func performed(s story, step decision.Step) bool {
	switch step {
	case decision.StepExpert:
		return len(s.ExpertOpinions) > 0
	case decision.StepRisk:
		return len(s.RiskAssessments)+len(s.Reliances) > 0
	case decision.StepCompetition:
		return len(s.CompetitionReviews) > 0
	case decision.StepCongress:
		return len(s.CongressActs) > 0
	case decision.StepParty:
		return len(s.PartyReports) > 0
	}
	return false
}
