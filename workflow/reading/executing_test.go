package reading_test

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
)

// Chapters 4 and 5: execution, evaluation, adjustment, correction.

// tasks are the tasks as they were said last.
func tasks(r record) map[string]decision.ExecutionTask {
	list := map[string]decision.ExecutionTask{}
	for _, b := range all[decision.BreakDownTasks](r) {
		for _, t := range b.act.Tasks {
			list[t.ID] = t
		}
	}
	return list
}

func executors(r record) []string {
	a, _ := last[decision.AssignExecution](r)
	return a.act.Units
}

var executing = map[string]func(record) answer{
	"R34.1": func(r record) answer { return when(len(executors(r)) == 0) }, // Art 34
	"R34.2": func(r record) answer {
		// Each unit that executes reports to the organ.
		w := fine
		for _, u := range executors(r) {
			told, by := true, false
			for _, p := range all[decision.ReportProgress](r) {
				told = told && p.act.Unit != ""
				by = by || p.act.Unit == u
			}
			switch {
			case u == "" || !by && !told:
				w = worst(w, open)
			case !by:
				return broken
			}
		}
		if w == open {
			return open
		}
		if _, untold := tasks(r)[""]; untold {
			return open
		}
		for id := range tasks(r) {
			if !slices.ContainsFunc(all[decision.ReportProgress](r), func(p one[decision.ReportProgress]) bool { return p.act.Task == id }) {
				return broken
			}
		}
		return fine
	},
	"R34.3": func(r record) answer {
		w, was := fine, map[string]decision.ExecutionTask{}
		for _, b := range all[decision.BreakDownTasks](r) {
			for _, t := range b.act.Tasks {
				before, known := was[t.ID]
				w = worst(w, unless(!known || before == t || !blank(b.act.Reason), fine)) // a change without a reason: not told
				was[t.ID] = t
			}
		}
		for _, t := range tasks(r) {
			done := slices.ContainsFunc(all[decision.CloseTask](r), func(c one[decision.CloseTask]) bool { return c.act.Task == t.ID })
			whole := t.Unit != "" && t.Post != "" && t.Person != "" && t.Measure != "" && !t.Due.IsZero()
			stranger := !done && !slices.Contains(executors(r), t.Unit) // who did its task may leave
			w = worst(w, unless(whole && (!stranger || !slices.Contains(executors(r), "")), when(stranger)))
		}
		return w
	},
	"R34.4": func(r record) answer {
		_, untold := tasks(r)[""]
		if len(tasks(r)) > 0 && (untold || slices.ContainsFunc(all[decision.CloseTask](r), func(c one[decision.CloseTask]) bool { return c.act.Task == "" })) {
			return open
		}
		for id := range tasks(r) {
			if !slices.ContainsFunc(all[decision.CloseTask](r), func(c one[decision.CloseTask]) bool { return c.act.Task == id }) {
				return broken
			}
		}
		return fine
	},
	"R35.1": func(r record) answer { // Art 35 ¶1
		return of(r, func(p one[decision.ReportProblem]) answer {
			return unless(p.act.Type != "" && !p.act.FoundOn.IsZero() && !p.OccurredOn.IsZero(), when(p.OccurredOn.Before(p.act.FoundOn)))
		})
	},
	"R35.2": func(r record) answer { // Art 35 ¶2
		disposed, untold := map[int64]bool{}, false
		for _, d := range all[decision.DisposeOpinions](r) {
			for _, g := range d.act.Groups {
				untold = untold || len(g.Opinions) == 0
				for _, x := range g.Opinions {
					for i := x.From; i <= x.To && i < 1000; i++ {
						disposed[i] = true
					}
				}
			}
		}
		return of(r, func(b one[decision.CommitOpinions]) answer {
			if r.issued() == 0 || b.Seq < r.issued() {
				return fine
			}
			for i := b.act.First; i <= b.act.Last; i++ {
				if !disposed[i] {
					return unless(!untold, broken)
				}
			}
			return fine
		})
	},
	"R35.3": func(r record) answer {
		return of(r, func(p one[decision.ReportProblem]) answer {
			if p.act.Problem == "" {
				return open
			}
			word, said := handling(r, p, int64(len(r.deeds))+1)
			switch {
			case !said:
				return broken
			case word == "":
				return open
			case word == "evaluate":
				o, _ := last[decision.OrderEvaluation](r)
				return when(o.Seq < p.Seq)
			case word != "suspend":
				return fine
			}
			untold := false
			for _, s := range all[decision.SuspendExecution](r) {
				if s.act.Problem == p.act.Problem && s.Seq > p.Seq {
					return fine
				}
				untold = untold || s.act.Problem == ""
			}
			return unless(!untold, broken)
		})
	},
	"R36.1": func(r record) answer { // Art 36 ¶1
		o, ok := last[decision.OrderEvaluation](r)
		feedback := slices.ContainsFunc(all[decision.CommitOpinions](r), func(b one[decision.CommitOpinions]) bool {
			return r.issued() > 0 && b.Seq > r.issued()
		})
		switch {
		case !ok || o.act.Trigger == "organ_sees_need":
			return fine
		case o.act.Trigger == "many_opinions":
			return when(!feedback)
		case o.act.Trigger == "below_expectation":
			return when(!hindered(r) && !some[decision.ReportProgress](r))
		}
		return open
	},
	"R36.2": func(r record) answer { return when(hindered(r) && !some[decision.OrderEvaluation](r)) },
	"R36.3": func(r record) answer { // Art 36 ¶2
		return evaluations(r, func(e evaluation) answer {
			if e.order.act.Commissioned == nil || e.order.act.Evaluator == "" {
				return open
			}
			if no(e.order.act.Commissioned) {
				return fine
			}
			names := []string{e.order.act.Evaluator}
			if e.filed != nil {
				names = append(names, e.filed.act.Evaluator)
				if slices.Contains(e.filed.Actor.Roles, workflow.RoleEvaluator) {
					names = append(names, e.filed.Actor.ID, e.filed.Actor.Unit)
				}
			}
			return when(slices.ContainsFunc(names, func(n string) bool { return n != "" && slices.Contains(assessors(r), n) }))
		})
	},
	"R36.4": func(r record) answer { // Art 36 ¶3
		f, ok := last[decision.FileEvaluation](r)
		return unless(!ok || !blank(f.act.PublicHeard) && len(f.act.Participants) > 0, fine)
	},
	"R36.5": func(r record) answer { // Art 36 ¶4
		return evaluations(r, func(e evaluation) answer { return when(e.filed == nil || !e.followed) })
	},
	"R37.1": func(r record) answer { // Art 37
		return of(r, func(c one[decision.ConcludeAdjustment]) answer {
			if c.act.Outcome == "abandoned" {
				return fine // nothing was changed
			}
			if c.act.Case == "" || c.act.Outcome == "" {
				return open
			}
			a := broken // no procedure
			for _, o := range all[decision.OpenAdjustment](r) {
				if o.act.Case == c.act.Case && o.Seq < c.Seq { // what it is about by now
					a = when(o.act.Aim == "stop" && c.act.Outcome != "stopped" || o.act.Aim == "change" && c.act.Outcome == "stopped")
				}
			}
			return a
		})
	},
	"R37.2": func(r record) answer {
		return of(r, func(s one[decision.SuspendExecution]) answer {
			untold := s.act.Problem == ""
			for _, p := range all[decision.ReportProblem](r) {
				if p.act.Problem != s.act.Problem || p.Seq > s.Seq {
					untold = untold || p.act.Problem == ""
					continue
				}
				switch {
				case s.act.Problem == "":
					return open
				case p.act.Hinders == nil:
					return open
				case no(p.act.Hinders):
					return broken
				case blank(s.act.Urgency):
					return open
				}
				return worst(stands(r, p, s), byChief(r, s))
			}
			return unless(!untold, broken)
		})
	},
	"R37.3": func(r record) answer {
		decided := int64(0)
		for _, h := range all[decision.HandleProblem](r) {
			if h.act.Handling == "adjust" || h.act.Handling == "stop" {
				decided = max(decided, h.Seq)
			}
		}
		for _, f := range all[decision.FollowEvaluation](r) {
			if f.act.Action == "adjust" || f.act.Action == "stop" {
				decided = max(decided, f.Seq)
			}
		}
		opened, _ := last[decision.OpenAdjustment](r)
		if decided > opened.Seq {
			return broken
		}
		return of(r, func(o one[decision.OpenAdjustment]) answer {
			return when(!slices.ContainsFunc(all[decision.ConcludeAdjustment](r), func(c one[decision.ConcludeAdjustment]) bool { return c.act.Case == o.act.Case && c.Seq > o.Seq }))
		})
	},
	"R37.4": func(r record) answer {
		s, ok := last[decision.SuspendExecution](r)
		back, _ := last[decision.ResumeExecution](r)
		end, _ := last[decision.ConcludeAdjustment](r)
		if !ok || back.Seq > s.Seq {
			return fine
		}
		if end.Seq < s.Seq {
			return broken
		}
		// What was changed in part goes on for the rest, and is suspended still.
		return unless(end.act.Outcome != "", when(end.act.Outcome != "changed" && end.act.Outcome != "stopped"))
	},
	"R37.5": func(r record) answer {
		return of(r, func(c one[decision.CorrectClerical]) answer {
			if c.act.Was == "" || c.act.Is == "" {
				return open
			}
			return when(c.act.Was == c.act.Is || !slices.Equal(weighty(c.act.Was), weighty(c.act.Is)))
		})
	},
	"R38.1": func(r record) answer { // Art 38 ¶1
		if slices.Contains(items(r), "") {
			return open
		}
		for _, item := range items(r) {
			state := ""
			for _, d := range r.deeds {
				switch a := d.Act.(type) {
				case decision.BeginRectification:
					if a.Item == item {
						state = "begun"
					}
				case decision.SubmitRectification:
					if a.Item == item {
						state = "submitted"
					}
				case decision.JudgeRectification:
					if a.Item == item && a.Accepted != nil {
						state = map[bool]string{true: "accepted", false: "rejected"}[*a.Accepted]
					}
				}
			}
			if state != "accepted" {
				return broken
			}
		}
		return fine
	},
	"S38.1": func(r record) answer {
		return of(r, func(j one[decision.JudgeRectification]) answer {
			var sent one[decision.SubmitRectification]
			for _, s := range all[decision.SubmitRectification](r) {
				if s.act.Item == j.act.Item && s.Seq < j.Seq {
					sent = s
				}
			}
			if no(j.act.Accepted) {
				return fine // anybody may find that it is not done
			}
			if j.act.Acceptor == "" || sent.act.Rectifier == "" {
				return open
			}
			self := j.act.Acceptor == sent.act.Rectifier || j.Actor.ID != "" && j.Actor.ID == sent.Actor.ID
			for _, o := range all[decision.OpenRectification](r) {
				self = self || o.act.Item == j.act.Item && o.Seq < j.Seq && o.act.Person == j.act.Acceptor
			}
			for _, v := range all[decision.ReviewCaseFile](r) {
				for _, f := range v.act.Findings {
					self = self || f.Item == j.act.Item && v.Seq < j.Seq && f.Person == j.act.Acceptor
				}
			}
			return when(self || j.Actor.Unit != "" && j.Actor.Unit == unitOf(r, j.act.Item))
		})
	},
}

// handling is the last word on a problem before an entry.
func handling(r record, p one[decision.ReportProblem], before int64) (word string, said bool) {
	for _, h := range all[decision.HandleProblem](r) {
		if h.act.Problem == p.act.Problem && p.Seq < h.Seq && h.Seq < before {
			word, said = h.act.Handling, true
		}
	}
	return word, said
}

// stands says whether the situation of Art 35 was still there: read from the
// suspension back, a resumption from a suspension for it ends it, and so does
// another answer to it.
func stands(r record, p one[decision.ReportProblem], s one[decision.SuspendExecution]) answer {
	running := ""
	spent := false
	for _, d := range r.deeds[:s.Seq-1] {
		switch a := d.Act.(type) {
		case decision.SuspendExecution:
			running = a.Problem
		case decision.ResumeExecution:
			spent = spent || d.Seq > p.Seq && running == p.act.Problem
		case decision.HandleProblem:
			if d.Seq > p.Seq && a.Problem == p.act.Problem {
				spent = false // said anew
			}
		}
	}
	word, said := handling(r, p, s.Seq)
	if said && word != "suspend" {
		return unless(word != "", broken)
	}
	return when(spent)
}

// byChief says whether the chief executive suspended: by who acted, or where
// that is not told by who chaired the meeting.
func byChief(r record, s one[decision.SuspendExecution]) answer {
	m, _ := last[decision.OpenMeeting](r)
	switch {
	case s.act.Decider == "":
		return open
	case s.Actor.ID != "" && slices.Contains(s.Actor.Roles, workflow.RoleChiefExecutive):
		return when(s.act.Decider != s.Actor.ID)
	}
	return unless(s.act.Decider == m.act.Chief, fine)
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

// unitOf is the unit that was named last for an item, an order before a review
// before an opening.
func unitOf(r record, item string) string {
	unit := ""
	for _, o := range all[decision.OrderCorrection](r) {
		if o.act.Item == item {
			unit = o.act.Addressee
		}
	}
	for _, v := range all[decision.ReviewCaseFile](r) {
		for _, f := range v.act.Findings {
			if f.Item == item {
				unit = f.Unit
			}
		}
	}
	for _, o := range all[decision.OpenRectification](r) {
		if o.act.Item == item {
			unit = o.act.Unit
		}
	}
	return unit
}

// items are the things to be put right.
func items(r record) []string {
	var names []string
	for _, d := range r.deeds {
		switch a := d.Act.(type) {
		case decision.OrderCorrection:
			names = append(names, a.Item)
		case decision.OpenRectification:
			names = append(names, a.Item)
		case decision.BeginRectification:
			names = append(names, a.Item)
		case decision.SubmitRectification:
			names = append(names, a.Item)
		case decision.JudgeRectification:
			if a.Accepted != nil {
				names = append(names, a.Item)
			}
		case decision.ReviewCaseFile:
			for _, f := range a.Findings {
				names = append(names, f.Item)
			}
		}
	}
	return names
}

func hindered(r record) bool {
	return slices.ContainsFunc(all[decision.ReportProblem](r), func(p one[decision.ReportProblem]) bool { return yes(p.act.Hinders) })
}

// assessors are those who argued or assessed before the decision, by name, and
// in person where they acted themselves.
func assessors(r record) []string {
	var names []string
	in := func(d workflow.Deed, name string, role decision.Role) {
		names = append(names, name)
		if slices.Contains(d.Actor.Roles, role) {
			names = append(names, d.Actor.ID, d.Actor.Unit)
		}
	}
	for _, d := range r.deeds {
		switch a := d.Act.(type) {
		case decision.FileExpertOpinion:
			in(d, a.Expert, workflow.RoleExpert)
		case decision.FileRiskAssessment:
			in(d, a.Assessor, workflow.RoleRiskAssessor)
		case decision.RelyOnAssessment:
			in(d, a.Assessor, workflow.RoleRiskAssessor)
		}
	}
	return names
}

// evaluation is one that was ordered, and what came of it before the next.
type evaluation struct {
	order    one[decision.OrderEvaluation]
	filed    *one[decision.FileEvaluation]
	followed bool
}

func evaluations(r record, ask func(evaluation) answer) answer {
	w := fine
	var now *evaluation
	for _, d := range r.deeds {
		switch a := d.Act.(type) {
		case decision.OrderEvaluation:
			if now != nil {
				w = worst(w, ask(*now))
			}
			now = &evaluation{order: one[decision.OrderEvaluation]{d, a}}
		case decision.FileEvaluation:
			if now != nil {
				now.filed, now.followed = &one[decision.FileEvaluation]{d, a}, false
			}
		case decision.FollowEvaluation:
			if now != nil && now.filed != nil {
				now.followed = true
			}
		}
	}
	if now != nil {
		w = worst(w, ask(*now))
	}
	return w
}
