package reading_test

import (
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
)

// Chapter 4: Arts 34 and 35.
var execution = map[string]reader{
	"R34.1": func(s story) answer { // Art 34
		last, ok := decision.Last(s.Executions)
		if ok && len(last.Act.Units) == 0 {
			return cannotTell
		}
		return unless(ok)
	},
	"R34.2": func(s story) answer { // Art 34
		a := fine
		for _, u := range s.ExecutingUnits() { // each unit reports
			told := broken
			for _, r := range s.Progress {
				told = best(told, same(r.Act.Unit, u))
			}
			a = worst(a, told)
		}
		for _, t := range s.Tasks() {
			told := broken
			for _, r := range s.Progress {
				told = best(told, same(r.Act.Task, t.ID))
			}
			a = worst(a, told)
		}
		return a
	},
	"R34.3": func(s story) answer { // Art 34: the unit of a task carries the decision out
		units := s.ExecutingUnits()
		a := unless(len(s.Tasks()) == 0 || len(s.Executions) > 0)
		for _, t := range s.Tasks() {
			done := slices.ContainsFunc(s.TasksClosed, func(c decision.Done[decision.CloseTask]) bool { return c.Act.Task == t.ID })
			if done {
				continue // who did it may have left
			}
			if len(units) > 0 || len(s.Executions) == 0 {
				a = worst(a, among(t.Unit, units))
			}
		}
		return a
	},
	"R34.4": func(s story) answer { // Art 34
		a := fine
		for _, t := range s.Tasks() {
			closed := broken
			for _, c := range s.TasksClosed {
				closed = best(closed, same(c.Act.Task, t.ID))
			}
			a = worst(a, closed)
		}
		return a
	},
	"R35.1": func(s story) answer { // Art 35 ¶1: found, then reported
		a := fine
		for _, p := range s.Problems {
			a = worst(a, notAfter(p.Act.FoundOn, p.OccurredOn))
		}
		return a
	},
	"R35.2": func(s story) answer { // Art 35 ¶2
		a := fine
		for _, b := range s.OpinionBatches {
			if issued(s) > 0 && b.Seq > issued(s) {
				a = worst(a, disposed(s, b.Act.First, b.Act.Last))
			}
		}
		return a
	},
	"R35.3": func(s story) answer { // Art 35 ¶1
		a := fine
		for _, p := range s.Problems {
			answered := broken
			for _, h := range s.ProblemsHandled {
				if is := same(h.Act.Problem, p.Act.Problem); h.Seq > p.Seq && is != broken {
					answered = kept(s, p, h.Act.Handling) // the last word counts
					if is == cannotTell {
						answered = cannotTell // if it is on this problem
					}
				}
			}
			a = worst(a, answered)
		}
		return a
	},
}

// issued is when the decision first left the organ.
func issued(s story) int64 {
	first := int64(0)
	for _, p := range s.Publications {
		if first == 0 || p.Seq < first {
			first = p.Seq
		}
	}
	for _, w := range s.Withholdings {
		if first == 0 || w.Seq < first {
			first = w.Seq
		}
	}
	return first
}

// kept says whether what was decided on a problem was done. To adjust or to
// stop goes through the procedure (Art 37).
func kept(s story, p decision.Done[decision.ReportProblem], handling string) answer {
	a := broken
	switch handling {
	case "suspend":
		for _, sus := range s.Suspensions {
			if sus.Seq > p.Seq || !said(sus.Act.Problem) {
				a = best(a, same(sus.Act.Problem, p.Act.Problem))
			}
		}
		return a
	case "evaluate":
		for _, o := range s.EvaluationOrders {
			if o.Seq > p.Seq {
				a = fine
			}
		}
		return a
	}
	return owed(handling)
}

// Chapter 4: Art 36.
var evaluation = map[string]reader{
	"R36.1": func(s story) answer { // Art 36 ¶1
		a := fine
		for _, o := range s.EvaluationOrders {
			switch o.Act.Trigger {
			case "below_expectation": // the organ judges the effect by what was reported: a task that was done may fall short too
				shown := unless(len(s.Progress)+len(s.Suspensions)+len(s.Urgings) > 0)
				for _, p := range s.Problems {
					shown = best(shown, yes(p.Act.Hinders))
				}
				a = worst(a, shown)
			case "many_opinions": // on the decision, once it is issued (Art 35 ¶2)
				a = worst(a, unless(slices.ContainsFunc(s.OpinionBatches, func(b decision.Done[decision.CommitOpinions]) bool {
					return issued(s) > 0 && b.Seq > issued(s) && b.Act.Last >= b.Act.First
				})))
			}
		}
		return a
	},
	"R36.2": func(s story) answer { // Art 36 ¶1
		for _, p := range s.Problems {
			if yes(p.Act.Hinders) == fine {
				return unless(len(s.EvaluationOrders) > 0)
			}
		}
		return fine
	},
	"R36.3": func(s story) answer { // Art 36 ¶2
		a := fine
		p, _ := decision.Last(s.Proposals)
		for i, o := range s.EvaluationOrders {
			did, third := bore(s, o.Act.Evaluator), best(yes(o.Act.Commissioned), engagedBy(s, o.Act.Evaluator))
			for _, e := range reports(s, i) { // who made it evaluated, whoever was named
				third = best(third, unless(said(e.Actor.Organ) && said(p.Act.Organ.Name) && e.Actor.Organ != p.Act.Organ.Name))
				for _, name := range inPerson(e.Act.Evaluator, e.Actor, workflow.RoleEvaluator) {
					did, third = best(did, bore(s, name)), best(third, engagedBy(s, name))
				}
			}
			a = worst(a, where(worst(did, third), broken))
		}
		return a
	},
	"R36.4": func(s story) answer { return fine }, // who was heard is known or not
	"R36.5": func(s story) answer { // Art 36: what the organ ordered is carried out (¶1), and its result used (¶4)
		a := fine
		for i := range s.EvaluationOrders {
			all := reports(s, i)
			a = worst(a, unless(len(all) > 0))
			if e, ok := decision.Last(all); ok {
				a = worst(a, unless(slices.ContainsFunc(s.EvaluationsFollowed, func(f decision.Done[decision.FollowEvaluation]) bool {
					return f.Seq > e.Seq && f.Seq < nextOrder(s, i)
				})))
			}
		}
		return a
	},
}

// bore says whether a body bore the main review or assessment before the
// decision.
func bore(s story, evaluator string) answer {
	did := broken
	for _, r := range s.RiskAssessments {
		did = best(did, among(evaluator, inPerson(r.Act.Assessor, r.Actor, workflow.RoleRiskAssessor)))
	}
	for _, r := range s.Reliances {
		did = best(did, among(evaluator, inPerson(r.Act.Assessor, r.Actor, workflow.RoleRiskAssessor)))
	}
	for _, e := range s.ExpertOpinions {
		did = best(did, among(evaluator, inPerson(e.Act.Expert, e.Actor, workflow.RoleExpert)))
	}
	return did
}

// inPerson lists the names of who did a work: as it is signed, and of who did
// it in the role. The bar of Art 36 ¶2 is for units; a person of the unit is
// the unit, or another name would get round it.
func inPerson(name string, by decision.Actor, role decision.Role) []string {
	names := []string{name}
	if slices.Contains(by.Roles, role) {
		names = append(names, by.ID)
		if by.Unit != "" {
			names = append(names, by.Unit)
		}
	}
	return names
}

// reports are the reports on an evaluation: after its order, before the next.
func reports(s story, order int) []decision.Done[decision.FileEvaluation] {
	return slices.DeleteFunc(slices.Clone(s.Evaluations), func(e decision.Done[decision.FileEvaluation]) bool {
		return e.Seq < s.EvaluationOrders[order].Seq || e.Seq > nextOrder(s, order)
	})
}

// engagedBy says whether the organ engaged somebody as an expert: to call him
// its own does not make him that.
func engagedBy(s story, name string) answer {
	names := []string{}
	for _, e := range s.Experts {
		names = append(names, e.Act.Expert)
	}
	return unless(said(name) && slices.Contains(names, name))
}

// nextOrder is when the next evaluation was ordered.
func nextOrder(s story, order int) int64 {
	if order+1 < len(s.EvaluationOrders) {
		return s.EvaluationOrders[order+1].Seq
	}
	return int64(len(s.deeds)) + 1
}
