package reading_test

import (
	"github.com/juece/juece/decision"
)

// Chapter 2 section 3: Arts 19 to 21.
var experts = map[string]reader{
	"R19.1": func(s story) answer { // Art 19 ¶1: necessity, feasibility, soundness
		argued := unless(len(s.ExpertOpinions) > 0)
		for _, topic := range []string{"necessity", "feasibility", "soundness"} {
			covered := broken
			for _, o := range s.ExpertOpinions {
				if len(o.Act.Topics) == 0 {
					covered = best(covered, cannotTell)
				}
				covered = best(covered, among(topic, o.Act.Topics))
			}
			argued = worst(argued, covered)
		}
		return where(s.determined(decision.StepExpert), argued)
	},
	"R19.2": func(s story) answer { // Art 19 ¶2: a person signs, a body seals
		a := fine
		for _, o := range s.ExpertOpinions {
			switch engaged(s, o.Act.Expert).Type {
			case "person":
				a = worst(a, yes(o.Act.Signed))
			case "body":
				a = worst(a, yes(o.Act.Sealed))
			default:
				a = worst(a, best(yes(o.Act.Signed), yes(o.Act.Sealed)))
			}
		}
		return a
	},
	"R19.3": func(s story) answer { // Art 19 ¶2
		a := fine
		for _, e := range s.Experts {
			a = worst(a, yes(e.Act.Secrecy))
		}
		return a
	},
	"R20.1": func(s story) answer { // Art 20
		a := fine
		for _, e := range s.Experts {
			a = worst(a, no(e.Act.DirectInterest))
		}
		if s.gate != "file_expert_opinion" {
			return a
		}
		for _, o := range s.ExpertOpinions {
			declared := broken
			for _, e := range s.Experts {
				if e.Seq < o.Seq {
					declared = best(declared, same(e.Act.Expert, o.Act.Expert))
				}
			}
			a = worst(a, declared)
		}
		return a
	},
	"R20.2": func(s story) answer { // Art 20: all of them favour it
		differs := unless(len(s.ExpertOpinions) == 0)
		for _, o := range s.ExpertOpinions {
			differs = best(differs, worst(owed(o.Act.Stance), unless(o.Act.Stance != "favour")))
			if !said(o.Act.Stance) {
				differs = best(differs, cannotTell)
			}
		}
		return differs
	},
	"R21.1": func(s story) answer { // Art 21
		a := fine
		for _, e := range s.Experts {
			if e.Act.Pool != nil && said(e.Act.Pool.Status) {
				a = worst(a, unless(e.Act.Pool.Status == "active"))
			}
		}
		return a
	},
}

// engaged returns the last engagement of an expert.
func engaged(s story, expert string) decision.EngageExpert {
	var found decision.EngageExpert
	for _, e := range s.Experts {
		if said(expert) && e.Act.Expert == expert {
			found = e.Act
		}
	}
	return found
}
