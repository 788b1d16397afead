package reading_test

import (
	"slices"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
)

// Chapters 1 and 2, section 1: general, initiation, drafting.

func blank(texts ...string) bool {
	return slices.ContainsFunc(texts, func(t string) bool { return strings.TrimSpace(t) == "" })
}

var forming = map[string]func(record) answer{
	"R2.1": func(r record) answer { // Art 2
		p, _ := last[decision.Propose](r)
		return unless(p.act.Organ.Level != "", when(!slices.Contains([]string{"province", "prefecture", "county"}, p.act.Organ.Level)))
	},
	"R3.1": func(r record) answer { // Art 3 ¶1
		p, _ := last[decision.Propose](r)
		return unless(p.act.Category != "", when(!slices.Contains([]string{"public_policy", "plan", "resources", "project", "other"}, p.act.Category)))
	},
	"R3.2": func(r record) answer { // Art 3 ¶2
		p, _ := last[decision.Propose](r)
		return unless(p.act.Exclusion != "", when(p.act.Exclusion != "none"))
	},
	"R3.3": func(r record) answer { // Art 3 ¶3
		c, ok := last[decision.CiteCatalogue](r)
		a := c.act
		switch {
		case !ok:
			return fine
		case a.ConsentRef == "" || a.ConsentedOn.IsZero() || a.PublishedOn.IsZero():
			return open
		case a.PublishedOn.Before(a.ConsentedOn):
			return broken
		}
		return unless(a.Version <= 1 || !blank(a.Adjusted), fine)
	},
	"R3.4": func(r record) answer {
		c, _ := last[decision.CiteCatalogue](r)
		untold := unless(!slices.Contains(c.act.Steps, ""), fine)
		return worst(untold, when(slices.ContainsFunc(c.act.Steps, func(s decision.Step) bool {
			_, known := r.owed(s)
			silent := s == decision.StepExpert && !some[decision.FileExpertOpinion](r) || s == decision.StepRisk && len(assessments(r)) == 0 ||
				s == decision.StepCompetition && !some[decision.FileCompetitionReview](r) ||
				s == decision.StepParticipation && !heard(r)
			return s != "" && (r.excused(s) || !known && silent)
		})))
	},
	"R8.1": func(r record) answer { // Art 8 ¶1
		c, done := last[decision.RecordCongressAct](r)
		owed, known := r.owed(decision.StepCongress)
		switch {
		case done && c.act.Result == "not_approved":
			return broken
		case done && c.act.ActedOn.IsZero():
			return open
		case done:
			return when(!r.gateDay().IsZero() && c.act.ActedOn.After(r.gateDay()))
		case !known:
			return open
		}
		return when(owed)
	},
	"R10.1": func(r record) answer { // Art 10
		p, _ := last[decision.Propose](r)
		byWord := (p.act.Source == "citizen" || p.act.Source == "organisation") && no(p.act.InWriting)
		return when(byWord || !some[decision.StudyProposal](r))
	},
	"R10.2": func(r record) answer { // Art 10(2)
		p, _ := last[decision.Propose](r)
		a := p.act
		argued := a.Source != "department" && a.Source != "lower_government" || !blank(a.Problem, a.Reasons, a.Basis, a.Solution, a.Feasibility)
		return unless(a.Source != "" && argued, fine)
	},
	"R10.3": func(r record) answer { // Art 10
		y, started := last[decision.Initiate](r)
		n, declined := last[decision.Decline](r)
		switch {
		case !started && !declined:
			return broken
		case n.Seq > y.Seq:
			return unless(n.act.Decider != "" && n.act.Reason != "" && !n.OccurredOn.IsZero(), fine)
		}
		return unless(y.act.Decider != "" && y.act.Reason != "" && !y.OccurredOn.IsZero(), fine)
	},
	"R11.1": func(r record) answer { // Art 11
		a, _ := last[decision.AssignUnits](r)
		leads, unsaid := 0, false
		for _, u := range a.act.Units {
			unsaid = unsaid || u.Lead == nil
			if yes(u.Lead) {
				leads++
			}
		}
		switch {
		case len(a.act.Units) == 0:
			return broken
		case len(a.act.Units) == 1 || leads == 1:
			return fine
		case leads == 0 && unsaid:
			return open
		}
		return broken
	},
	"R11.2": func(r record) answer { return when(!some[decision.AssignUnits](r)) },
	"R12.1": func(r record) answer { // Art 12 ¶2
		d, ok := r.submitted(r.target())
		if r.target() == 0 { // which version is not told: the last
			end, some := last[decision.SubmitDraft](r)
			d, ok = end.act, some
		}
		if !ok {
			return broken
		}
		w := unless(d.LegalBasis != nil, fine)
		for _, b := range d.LegalBasis {
			w = worst(w, unless(b.Status != "", when(b.Status == "repealed" || b.Status == "draft")))
		}
		return w
	},
	"R12.2": func(r record) answer { return when(!some[decision.RecordInvestigation](r)) }, // Art 12 ¶1
	"R13.1": func(r record) answer { // Art 13
		said, _ := last[decision.IdentifyAffected](r)
		if said.act.Units == nil {
			return open
		}
		for _, u := range said.act.Units {
			if _, ok := replies(r)[u]; !ok {
				return broken
			}
		}
		return fine
	},
	"R13.2": func(r record) answer { // Art 13
		w := fine
		for unit, reply := range replies(r) {
			stated := slices.ContainsFunc(all[decision.StateDispute](r), func(s one[decision.StateDispute]) bool { return slices.Contains(s.act.Units, unit) })
			untold := slices.ContainsFunc(all[decision.StateDispute](r), func(s one[decision.StateDispute]) bool { return len(s.act.Units) == 0 })
			w = worst(w, unless(reply != "" && (stated || reply != "disagree" || !untold), when(reply == "disagree" && !stated)))
		}
		return w
	},
	"R18.2": func(r record) answer { // Art 18
		n, known := received(r)
		if !known || n == 0 {
			return fine
		}
		batch, _ := last[decision.CommitOpinions](r)
		improved := slices.ContainsFunc(all[decision.SubmitDraft](r), func(d one[decision.SubmitDraft]) bool { return d.Seq > batch.Seq && d.act.Changes != "" })
		stated := slices.ContainsFunc(all[decision.StateAdoption](r), func(s one[decision.StateAdoption]) bool { return s.Seq > batch.Seq && s.act.Statement != "" })
		return when(!improved && !stated)
	},
	"R44.1": func(r record) answer { // Art 44
		i, ok := last[decision.Initiate](r)
		if !ok {
			return fine
		}
		return unless(!i.OccurredOn.IsZero(), when(i.OccurredOn.Before(calendar.MustParseDate("2019-09-01"))))
	},
}

// replies is the last answer of each unit.
func replies(r record) map[string]string {
	by := map[string]string{}
	for _, a := range all[decision.RecordReply](r) {
		by[a.act.Unit] = a.act.Position
	}
	return by
}

// received is how many opinions are known to have come in: what was said last
// of each round, what the statement says, or what stands in the register,
// whichever is most.
func received(r record) (n int64, known bool) {
	round := map[string]int64{}
	for _, c := range all[decision.CloseComment](r) {
		if c.act.Received != nil {
			round[c.act.Activity], known = int64(*c.act.Received), true
		}
	}
	for _, c := range round {
		n += c
	}
	if s, ok := last[decision.StateAdoption](r); ok && s.act.Received != nil {
		n, known = max(n, int64(*s.act.Received)), true
	}
	if registered := register(r); registered > 0 {
		n, known = max(n, registered), true
	}
	return n, known
}

func register(r record) int64 {
	b, _ := last[decision.CommitOpinions](r)
	return b.act.Last
}
