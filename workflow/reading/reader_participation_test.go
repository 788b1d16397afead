package reading_test

import (
	"github.com/juece/juece/decision"
)

// Chapter 2 section 2: Arts 14, 15 and 18.
var participation = map[string]reader{
	"R14.1": func(s story) answer { // Art 14 ¶1
		heard := broken
		if len(s.PublicHeard) > 0 || len(s.Hearings) > 0 {
			heard = fine
		}
		for _, o := range s.Comments {
			for _, c := range s.CommentCloses {
				heard = best(heard, same(o.Act.Activity, c.Act.Activity))
			}
			heard = best(heard, before(o.Act.EndsOn, s.day())) // the period is over
		}
		exempt := broken
		for _, d := range s.Determinations {
			if d.Act.Step == "" {
				exempt = min(exempt, cannotTell)
			}
			if d.Act.Step != decision.StepParticipation {
				continue
			}
			exempt = worst(no(d.Act.Applies), owed(d.Act.Ground), unless(d.Act.Ground == "" || d.Act.Ground == "lawfully_non_public"))
		}
		return best(heard, exempt)
	},
	"R14.2": func(s story) answer { // Art 14 ¶2
		a := fine
		for _, h := range s.PublicHeard {
			a = worst(a, owed(h.Act.Method))
			if h.Act.Method == "other" {
				a = worst(a, owed(h.Act.Other))
			}
		}
		return a
	},
	"R14.3": func(s story) answer { // Art 14 ¶3
		touched, ok := decision.Last(s.Affected)
		if !ok || touched.Act.Groups == nil {
			return cannotTell
		}
		a := fine
		for _, g := range touched.Act.Groups {
			met := broken
			for _, c := range s.GroupsHeard {
				met = best(met, same(c.Act.Group, g))
			}
			a = worst(a, met)
		}
		return a
	},
	"R15.1": func(s story) answer { // Art 15 ¶1: 30 days, the first counted or not
		a := fine
		for _, o := range s.Comments {
			start := o.OccurredOn
			if o.Act.StartsOn.After(start) || start.IsZero() {
				start = o.Act.StartsOn
			}
			switch {
			case start.IsZero() || o.Act.EndsOn.IsZero():
				a = worst(a, cannotTell)
			case o.Act.EndsOn.DaysSince(start)+1 < 30:
				a = broken // whatever a missing day is, the period is not longer
			}
		}
		return a
	},
	"R15.2": func(s story) answer { return fine }, // a reason that is left out is unknown
	"R15.3": func(s story) answer { return fine }, // so is each part of the notice
	"R15.4": func(s story) answer { // Art 15 ¶1
		a := fine
		for _, o := range s.Comments {
			a = worst(a, notAfter(o.OccurredOn, o.Act.EndsOn))
		}
		return a
	},
	"R15.5": func(s story) answer { // Art 15 ¶1: the last day may end with its business (Civil Code Art 203)
		a := fine
		for _, o := range s.Comments {
			closed := fine
			for _, c := range s.CommentCloses {
				if is := same(o.Act.Activity, c.Act.Activity); c.Seq > o.Seq && is != broken {
					closed = where(is, notAfter(o.Act.EndsOn, c.OccurredOn)) // the last said of a round counts
				}
			}
			a = worst(a, closed)
			if s.gate == "submit_for_review" || s.gate == "place_on_agenda" {
				a = worst(a, before(o.Act.EndsOn, s.at.OccurredOn))
			}
		}
		return a
	},
	"R18.1": func(s story) answer { // Art 18
		return disposed(s, 1, came(s))
	},
	"R18.2": func(s story) answer { // Art 18: what was adopted improves the draft; of what was not it is said so
		in := int64(0)
		for _, c := range s.CommentCloses {
			in = c.Seq // the opinions are in, whether or not the file has them
		}
		for _, b := range s.OpinionBatches {
			in = b.Seq
		}
		if came(s) == 0 {
			return fine
		}
		a := broken
		for _, d := range s.Drafts {
			if d.Seq > in {
				a = best(a, owed(d.Act.Changes))
			}
		}
		adopted := false
		for _, d := range s.Dispositions {
			for _, g := range d.Act.Groups {
				adopted = adopted || g.Disposition == "adopted" || g.Disposition == "partly"
			}
		}
		for _, said := range s.Adoptions {
			if said.Seq > in && !adopted {
				a = best(a, owed(said.Act.Statement))
			}
		}
		return a
	},
}

// came is how many opinions came in, as far as anything tells.
func came(s story) int64 {
	rounds, all := map[string]int{}, int64(0)
	for _, c := range s.CommentCloses {
		if c.Act.Received != nil {
			rounds[c.Act.Activity] = *c.Act.Received // the last said of a round counts
		}
	}
	for _, n := range rounds {
		all += int64(n)
	}
	stated, _ := decision.Last(s.Adoptions)
	if stated.Act.Received != nil {
		all = max(all, int64(*stated.Act.Received))
	}
	registered, _ := decision.Last(s.OpinionBatches)
	return max(all, registered.Act.Last)
}

// disposed says whether every opinion of a run has a disposition; the last
// one said of a position counts.
func disposed(s story, from, to int64) answer {
	a := fine
	for p := max(from, 1); p <= to; p++ { // 0 is a number that is not told
		word := broken
		for _, d := range s.Dispositions {
			if len(d.Act.Groups) == 0 {
				word = min(word, cannotTell)
			}
			for _, g := range d.Act.Groups {
				if len(g.Opinions) == 0 {
					word = min(word, cannotTell)
				}
				for _, r := range g.Opinions {
					if r.From == 0 || r.To == 0 {
						word = min(word, cannotTell)
					}
					if r.From <= p && p <= r.To {
						word = owed(g.Disposition)
					}
				}
			}
		}
		a = worst(a, word)
	}
	return a
}
