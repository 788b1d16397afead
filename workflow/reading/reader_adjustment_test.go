package reading_test

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
)

// Chapter 4: Art 37, and chapter 5: Art 38.
var adjustment = map[string]reader{
	"R37.1": func(s story) answer { // Art 37
		a := fine
		for _, c := range s.AdjustmentsConcluded {
			opened := broken
			for _, o := range s.Adjustments {
				if is := same(o.Act.Case, c.Act.Case); o.Seq < c.Seq && is != broken {
					opened = worst(is, owed(o.Act.Aim)) // what it was opened for last
					if said(o.Act.Aim) && (o.Act.Aim == "stop") != (c.Act.Outcome == "stopped") {
						opened = worst(min(is, cannotTell), map[answer]answer{fine: broken, cannotTell: cannotTell}[is])
					}
				}
			}
			if c.Act.Outcome != "abandoned" {
				a = worst(a, where(worst(owed(c.Act.Outcome)), opened))
			}
		}
		return a
	},
	"R37.2": func(s story) answer { // Art 37, with the ground of Art 35
		a := fine
		for _, sus := range s.Suspensions {
			ground := broken
			for _, p := range s.Problems {
				if p.Seq > sus.Seq {
					continue
				}
				switch same(p.Act.Problem, sus.Act.Problem) {
				case fine: // the last report says how it is
					ground = worst(yes(p.Act.Hinders), stands(s, p, sus))
				case cannotTell:
					ground = best(ground, cannotTell)
				}
			}
			a = worst(a, ground, chiefDecided(s, sus))
		}
		return a
	},
	"R37.3": func(s story) answer { // Art 37
		a := fine
		again := func(after int64) answer {
			last, _ := decision.Last(s.Adjustments)
			return unless(last.Seq > after)
		}
		for _, o := range s.Adjustments {
			ended := broken
			for _, c := range s.AdjustmentsConcluded {
				if c.Seq > o.Seq {
					ended = best(ended, same(c.Act.Case, o.Act.Case))
				}
			}
			a = worst(a, ended)
		}
		for _, h := range s.ProblemsHandled {
			if h.Act.Handling == "adjust" || h.Act.Handling == "stop" {
				a = worst(a, again(h.Seq))
			}
		}
		for _, f := range s.EvaluationsFollowed {
			if f.Act.Action == "adjust" || f.Act.Action == "stop" {
				a = worst(a, again(f.Seq))
			}
		}
		return a
	},
	"R37.4": func(s story) answer { // Art 37
		a := fine
		for _, sus := range s.Suspensions {
			ended := broken
			for _, r := range s.Resumptions {
				if r.Seq > sus.Seq {
					ended = fine
				}
			}
			for _, c := range s.AdjustmentsConcluded {
				if c.Seq > sus.Seq && c.Act.Outcome != "abandoned" && c.Act.Outcome != "changed_in_part" { // the rest goes on
					ended = best(ended, owed(c.Act.Outcome))
				}
			}
			a = worst(a, ended)
		}
		return a
	},
	"R37.5": func(s story) answer { // Art 37: under the name of a slip nothing is changed
		a := fine
		for _, c := range s.ClericalCorrections {
			a = worst(a, owed(c.Act.Was, c.Act.Is))
			if said(c.Act.Was) && said(c.Act.Is) {
				a = worst(a, unless(c.Act.Was != c.Act.Is && slices.Equal(weighty(c.Act.Was), weighty(c.Act.Is))))
			}
		}
		return a
	},
	"R38.1": func(s story) answer { // Art 38 ¶1
		a := fine
		for _, item := range items(s) {
			accepted, judged := broken, int64(0)
			for _, j := range s.RectificationsJudged {
				if same(j.Act.Item, item) != broken {
					judged = j.Seq
				}
				switch is := same(j.Act.Item, item); {
				case is == fine:
					accepted = yes(j.Act.Accepted)
				case is == cannotTell && no(j.Act.Accepted) == fine:
					accepted = worst(accepted, cannotTell)
				case is == cannotTell:
					accepted = best(accepted, cannotTell)
				}
			}
			if moved(s, item) > judged {
				accepted = broken // taken up anew
			}
			a = worst(a, accepted)
		}
		return a
	},
	"S38.1": func(s story) answer {
		a := fine
		for _, j := range s.RectificationsJudged {
			for _, r := range s.RectificationsSubmitted {
				if r.Seq > j.Seq || same(r.Act.Item, j.Act.Item) == broken {
					continue
				}
				own := best(same(r.Act.Rectifier, j.Act.Acceptor), same(r.Actor.ID, j.Actor.ID))
				a = worst(a, where(worst(own, yes(j.Act.Accepted), same(r.Act.Item, j.Act.Item)), broken))
			}
			units, persons := named(s, j)
			order, ordered := ordered(s, j.Act.Item)
			side := unless(said(j.Actor.Unit) && slices.Contains(units, j.Actor.Unit))
			if ordered || !said(j.Actor.Unit) { // who acts for no unit acts for the organ
				side = best(side, unless(said(j.Actor.Organ) && slices.Contains(units, j.Actor.Organ)))
			}
			own := best(among(j.Act.Acceptor, persons), side)
			a = worst(a, where(worst(own, yes(j.Act.Accepted)), broken))
			if ordered { // Art 38 ¶1: what the organ above ordered, it sees to itself
				a = worst(a, where(worst(above(s, order), yes(j.Act.Accepted)), byThatOrgan(order.Actor, j.Actor)))
			}
		}
		return a
	},
}

// ordered is the order that an item came from.
func ordered(s story, item string) (order decision.Done[decision.OrderCorrection], is bool) {
	for _, o := range s.CorrectionOrders {
		if said(item) && o.Act.Item == item {
			order, is = o, true
		}
	}
	return order, is
}

// above says whether an order came from another organ than the deciding one.
func above(s story, o decision.Done[decision.OrderCorrection]) answer {
	p, _ := decision.Last(s.Proposals)
	return unless(slices.Contains(o.Actor.Roles, workflow.RoleSupervisor) && (!said(o.Actor.Organ) || o.Actor.Organ != p.Act.Organ.Name))
}

// byThatOrgan says whether somebody acts for the organ that gave an order, in
// the part in which it was given.
func byThatOrgan(gave, acts decision.Actor) answer {
	if !said(gave.Organ) || !said(acts.Organ) || len(acts.Roles) == 0 {
		return cannotTell
	}
	return unless(gave.Organ == acts.Organ && slices.Contains(acts.Roles, workflow.RoleSupervisor))
}

// named lists the units and the persons that were to put an item right: whom an
// order addresses, or else whom a review names, and whom an opening tells to do
// it.
func named(s story, j decision.Done[decision.JudgeRectification]) (units, persons []string) {
	for _, o := range s.CorrectionOrders {
		if said(o.Act.Item) && o.Act.Item == j.Act.Item {
			units = []string{o.Act.Addressee}
		}
	}
	for _, r := range s.FileReviews {
		for _, f := range r.Act.Findings {
			if said(f.Item) && f.Item == j.Act.Item && r.Seq < j.Seq {
				persons = append(persons, f.Person)
				if _, is := ordered(s, j.Act.Item); !is {
					units = []string{f.Unit}
				}
			}
		}
	}
	told := ""
	for _, o := range s.RectificationsOpened {
		if said(o.Act.Item) && o.Act.Item == j.Act.Item && o.Seq < j.Seq {
			told, persons = o.Act.Unit, append(persons, o.Act.Person)
		}
	}
	return append(units, told), persons
}

// stands says whether a situation of Art 35 was still there when the execution
// was suspended for it: another answer to it, or a resumption after a
// suspension for it, has ended it, until the organ says so anew.
func stands(s story, p decision.Done[decision.ReportProblem], sus decision.Done[decision.SuspendExecution]) answer {
	a, running := fine, ""
	for _, d := range s.deeds[:sus.Seq-1] {
		switch act := d.Act.(type) {
		case decision.HandleProblem:
			if d.Seq > p.Seq && act.Problem == p.Act.Problem {
				a = worst(owed(act.Handling), unless(act.Handling == "" || act.Handling == "suspend"))
			}
		case decision.SuspendExecution:
			running = act.Problem
		case decision.ResumeExecution:
			if d.Seq > p.Seq && running == p.Act.Problem {
				a = broken
			}
		}
	}
	return a
}

// chiefDecided says whether the chief executive suspended: who acts in that
// office is the chief executive, and else it may be whoever chaired.
func chiefDecided(s story, sus decision.Done[decision.SuspendExecution]) answer {
	m, _ := decision.Last(s.Meetings)
	switch {
	case slices.Contains(sus.Actor.Roles, workflow.RoleChiefExecutive):
		return same(sus.Act.Decider, sus.Actor.ID)
	case said(sus.Act.Decider) && sus.Act.Decider == m.Act.Chief:
		return fine
	}
	return cannotTell
}

// weighty are the figures and the words of duty in a text, in order.
func weighty(text string) []string {
	words := strings.Fields("不得 应当 必须 可以 禁止 严禁 不少于 不低于 不超过 不高于 以上 以下 以内 不 除外")
	for _, one := range "0123456789０１２３４５６７８９〇零一二两三四五六七八九十百千万亿年月日元%％‰" {
		words = append(words, string(one))
	}
	var found []string
	for text != "" {
		i := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(text, w) })
		if i < 0 {
			_, size := utf8.DecodeRuneInString(text)
			text = text[size:]
			continue
		}
		found, text = append(found, words[i]), text[len(words[i]):]
	}
	return found
}

// items lists what was ordered or found to be put right.
func items(s story) []string {
	var names []string
	for _, o := range s.CorrectionOrders {
		names = append(names, o.Act.Item)
	}
	for _, o := range s.RectificationsOpened {
		names = append(names, o.Act.Item)
	}
	for _, r := range s.RectificationsBegun {
		names = append(names, r.Act.Item)
	}
	for _, r := range s.RectificationsSubmitted {
		names = append(names, r.Act.Item)
	}
	for _, r := range s.RectificationsJudged {
		names = append(names, r.Act.Item)
	}
	for _, r := range s.FileReviews {
		for _, f := range r.Act.Findings {
			names = append(names, f.Item)
		}
	}
	return names
}

// moved is when an item was last begun or submitted.
func moved(s story, item string) int64 {
	last := int64(0)
	for _, r := range s.RectificationsBegun {
		if r.Act.Item == item {
			last = max(last, r.Seq)
		}
	}
	for _, r := range s.RectificationsSubmitted {
		if r.Act.Item == item {
			last = max(last, r.Seq)
		}
	}
	return last
}
