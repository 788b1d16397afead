package reading_test

import (
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
)

// Chapter 2, section 2: public participation and hearings.

var participation = map[string]func(record) answer{
	"R14.1": func(r record) answer { // Art 14 ¶1
		owed, known := r.owed(decision.StepParticipation)
		switch {
		case heard(r):
			return fine
		case !known:
			return open
		case owed:
			return broken
		}
		word := ""
		for _, d := range all[decision.DetermineStep](r) {
			if d.act.Step == decision.StepParticipation {
				word = d.act.LegalBasis
			}
		}
		return unless(!blank(word), fine)
	},
	"R14.2": func(r record) answer { // Art 14 ¶2
		return of(r, func(h one[decision.HearPublic]) answer {
			return unless(h.act.Method != "" && (h.act.Method != "other" || h.act.Other != ""), fine)
		})
	},
	"R14.3": func(r record) answer { // Art 14 ¶3
		said, _ := last[decision.IdentifyAffected](r)
		if said.act.Groups == nil || slices.Contains(said.act.Groups, "") {
			return open
		}
		for _, g := range said.act.Groups {
			if !slices.ContainsFunc(all[decision.ConsultGroup](r), func(c one[decision.ConsultGroup]) bool { return c.act.Group == g }) {
				return broken
			}
		}
		return fine
	},
	"R15.1": func(r record) answer { // Art 15 ¶1
		return of(r, func(o one[decision.OpenComment]) answer {
			days, known := period(o)
			return unless(known, when(days+1 < 30))
		})
	},
	"R15.2": func(r record) answer {
		return of(r, func(o one[decision.OpenComment]) answer {
			days, known := period(o)
			return unless(known && (days+1 >= 30 || !blank(o.act.ShortenedReason)), fine)
		})
	},
	"R15.3": func(r record) answer {
		return of(r, func(o one[decision.OpenComment]) answer {
			a := o.act
			return unless(a.Text.Known() && a.Explanation.Known() && len(a.Channels) > 0 && a.HowTo != "" && !a.EndsOn.IsZero() &&
				(!a.StartsOn.IsZero() || !o.OccurredOn.IsZero()), fine)
		})
	},
	"R15.4": func(r record) answer {
		return of(r, func(o one[decision.OpenComment]) answer {
			day := o.OccurredOn
			if day.IsZero() {
				day = o.act.StartsOn
			}
			return unless(!day.IsZero() && !o.act.EndsOn.IsZero(), when(o.act.EndsOn.Before(day)))
		})
	},
	"R15.5": func(r record) answer {
		return of(r, func(o one[decision.OpenComment]) answer {
			if r.gate == nil {
				return open
			}
			day, closing := r.gateDay(), false
			if c, ok := r.gate.Act.(decision.CloseComment); ok {
				if c.Activity != o.act.Activity {
					return fine
				}
				closing = true
			}
			// A file dates the end of a round on its last day.
			return unless(!day.IsZero() && !o.act.EndsOn.IsZero(), when(day.Before(o.act.EndsOn) || day == o.act.EndsOn && !closing))
		})
	},
	"R16.1": func(r record) answer { // Art 16 ¶1
		said, ok := last[decision.IdentifyAffected](r)
		if some[decision.HoldHearing](r) {
			return fine
		}
		return unless(ok && said.act.VitalInterests != nil && said.act.WideDivergence != nil, when(yes(said.act.VitalInterests) || yes(said.act.WideDivergence)))
	},
	"R16.2": func(r record) answer { // Art 16 ¶2
		return hearings(r, func(h hearing) answer {
			if h.announced == nil {
				return broken
			}
			return unless(!h.announced.OccurredOn.IsZero() && !h.day().IsZero(), when(!h.announced.OccurredOn.Before(h.day())))
		})
	},
	"R16.3": func(r record) answer { // Art 16 ¶3
		return hearings(r, func(h hearing) answer {
			switch {
			case h.announced == nil || h.announced.act.Selection == nil:
				return open
			case no(h.announced.act.Selection):
				return fine
			case h.method == nil:
				return broken
			case h.list == nil:
				return fine
			}
			selected := h.list.act.SelectedOn
			if selected.IsZero() {
				selected = h.list.OccurredOn
			}
			if h.method.Seq > h.list.Seq {
				return broken
			}
			return unless(!h.method.OccurredOn.IsZero() && !selected.IsZero(), when(!h.method.OccurredOn.Before(selected)))
		})
	},
	"R16.4": func(r record) answer {
		return hearings(r, func(h hearing) answer {
			if h.list == nil {
				return broken
			}
			return unless(!h.list.OccurredOn.IsZero() && !h.day().IsZero(), when(!h.list.OccurredOn.Before(h.day())))
		})
	},
	"R16.5": func(r record) answer {
		return hearings(r, func(h hearing) answer {
			switch {
			case h.reached == nil:
				return broken
			case h.day().IsZero() || h.list == nil || h.list.act.Participants == nil:
				return open
			}
			w := fine
			for _, p := range h.list.act.Participants {
				on, ok := h.reached[p.ID]
				switch {
				case !ok:
					_, untold := h.reached[""]
					w = worst(w, unless(!untold, broken))
				case on.IsZero():
					w = worst(w, open)
				default:
					w = worst(w, when(h.day().DaysSince(on) < 7))
				}
			}
			return w
		})
	},
	"R16.6": func(r record) answer {
		return hearings(r, func(h hearing) answer {
			switch {
			case h.announced == nil || h.announced.act.Sides == nil:
				return open
			case h.list == nil || h.list.act.Participants == nil:
				return broken
			}
			unsaid := slices.ContainsFunc(h.list.act.Participants, func(p decision.Participant) bool { return p.Side == "" })
			for _, side := range h.announced.act.Sides {
				if !slices.ContainsFunc(h.list.act.Participants, func(p decision.Participant) bool { return p.Side == side }) {
					return unless(!unsaid, broken)
				}
			}
			return unless(!unsaid, fine)
		})
	},
	"R17.1": func(r record) answer {
		return held(r, func(a decision.HoldHearing) answer { return unless(a.Public != nil, when(no(a.Public))) })
	},
	"R17.2": func(r record) answer { // Art 17 (1)–(3)
		return held(r, func(a decision.HoldHearing) answer {
			p, s, c := slices.Index(a.Agenda, "presentation"), slices.Index(a.Agenda, "statements"), slices.Index(a.Agenda, "confirmation")
			spoke := slices.Contains(a.Agenda, "questions") || slices.Contains(a.Agenda, "debate")
			return unless(a.Agenda != nil, when(p < 0 || s < p || c < s || !spoke))
		})
	},
	"R17.3": func(r record) answer { // Art 17 (3)
		return held(r, func(a decision.HoldHearing) answer {
			unsigned := slices.ContainsFunc(a.Attendance, func(x decision.Attendance) bool { return yes(x.Present) && x.Signature == "" })
			return unless(a.Attendance != nil && !unsigned, fine)
		})
	},
	"R18.1": func(r record) answer { // Art 18
		n, known := received(r)
		listed := register(r)
		begun := some[decision.OpenComment](r) || some[decision.HearPublic](r) || some[decision.AnnounceHearing](r) || some[decision.HoldHearing](r)
		switch {
		case !begun && listed == 0 || known && n == 0:
			return fine
		case !known:
			return open
		case listed < n && listed > 0:
			return broken
		case !some[decision.DisposeOpinions](r):
			return broken
		}
		disposed, untold := map[int64]bool{}, false
		for _, d := range all[decision.DisposeOpinions](r) {
			for _, g := range d.act.Groups {
				untold = untold || len(g.Opinions) == 0
				if g.Disposition == "not_adopted" && blank(g.Reason) {
					return open
				}
				for _, x := range g.Opinions {
					for i := max(x.From, 1); i <= min(x.To, listed); i++ {
						disposed[i] = true
					}
				}
			}
		}
		whole := int64(len(disposed)) >= listed
		return unless(whole || !untold, when(!whole))
	},
}

// heard says whether the public was heard in some way that came to its end.
func heard(r record) bool {
	return some[decision.HearPublic](r) || some[decision.HoldHearing](r) ||
		slices.ContainsFunc(all[decision.OpenComment](r), func(o one[decision.OpenComment]) bool { return over(r, o) })
}

// over says whether a round came to its end: closed, followed by a statement
// of what came in, or past its last day.
func over(r record, o one[decision.OpenComment]) bool {
	closed := slices.ContainsFunc(all[decision.CloseComment](r), func(c one[decision.CloseComment]) bool { return c.act.Activity == o.act.Activity })
	return closed || some[decision.StateAdoption](r) || !o.act.EndsOn.IsZero() && o.act.EndsOn.Before(r.on)
}

// period counts the days after the first: the later of the day the notice
// appeared and the day it names.
func period(o one[decision.OpenComment]) (days int, known bool) {
	start := o.act.StartsOn
	if start.IsZero() || o.OccurredOn.After(start) {
		start = o.OccurredOn
	}
	if start.IsZero() || o.act.EndsOn.IsZero() {
		return 0, false
	}
	return o.act.EndsOn.DaysSince(start), true
}

// hearing is one hearing with what led to it.
type hearing struct {
	announced *one[decision.AnnounceHearing]
	method    *one[decision.PublishSelectionMethod]
	list      *one[decision.PublishParticipants]
	held      *one[decision.HoldHearing]
	reached   map[string]calendar.Date
}

func (h hearing) day() calendar.Date {
	if h.held != nil && !h.held.OccurredOn.IsZero() {
		return h.held.OccurredOn
	}
	if h.announced != nil {
		return h.announced.act.HearingOn
	}
	return calendar.Date{}
}

// hearings asks of each hearing; what was not held by the day of a hearing, or
// has no list when one is published, is not yet in question.
func hearings(r record, ask func(hearing) answer) answer {
	by := map[string]*hearing{}
	get := func(activity string) *hearing {
		if by[activity] == nil {
			by[activity] = &hearing{}
		}
		return by[activity]
	}
	for _, a := range all[decision.AnnounceHearing](r) {
		get(a.act.Activity).announced = &a
	}
	for _, a := range all[decision.PublishSelectionMethod](r) {
		get(a.act.Activity).method = &a
	}
	for _, a := range all[decision.PublishParticipants](r) {
		get(a.act.Activity).list = &a
	}
	for _, a := range all[decision.HoldHearing](r) {
		get(a.act.Activity).held = &a
	}
	for _, a := range all[decision.DeliverMaterials](r) {
		h := get(a.act.Activity)
		if h.reached == nil {
			h.reached = map[string]calendar.Date{}
		}
		for _, d := range a.act.Deliveries {
			h.reached[d.Participant] = d.On
		}
	}
	w := fine
	for _, h := range by {
		if r.at("hold_hearing") && h.held == nil || r.at("publish_participants") && h.list == nil {
			continue
		}
		w = worst(w, ask(*h))
	}
	return w
}

func held(r record, ask func(decision.HoldHearing) answer) answer {
	return hearings(r, func(h hearing) answer {
		if h.held == nil {
			return fine
		}
		return ask(h.held.act)
	})
}

// The steps of chapter 2, sections 3 and 4: experts, risk; and fair
// competition.

var assessing = map[string]func(record) answer{
	"R19.1": func(r record) answer { // Art 19 ¶1
		owed, known := r.owed(decision.StepExpert)
		if !some[decision.FileExpertOpinion](r) {
			return unless(known, when(owed))
		}
		told, topics := true, map[string]bool{}
		for _, o := range all[decision.FileExpertOpinion](r) {
			told = told && len(o.act.Topics) > 0
			for _, t := range o.act.Topics {
				topics[t] = true
			}
		}
		whole := topics["necessity"] && topics["feasibility"] && topics["soundness"]
		return unless(whole || told && known, when(!whole))
	},
	"R19.2": func(r record) answer { // Art 19 ¶2
		kinds := map[string]string{}
		for _, e := range all[decision.EngageExpert](r) {
			kinds[e.act.Expert] = e.act.Type
		}
		return of(r, func(o one[decision.FileExpertOpinion]) answer {
			switch kinds[o.act.Expert] {
			case "person":
				return unless(o.act.Signed != nil, when(no(o.act.Signed)))
			case "body":
				return unless(o.act.Sealed != nil, when(no(o.act.Sealed)))
			}
			if yes(o.act.Signed) || yes(o.act.Sealed) {
				return fine
			}
			return unless(o.act.Signed != nil && o.act.Sealed != nil, broken)
		})
	},
	"R19.3": func(r record) answer {
		return of(r, func(e one[decision.EngageExpert]) answer {
			return unless(e.act.Secrecy != nil, when(no(e.act.Secrecy)))
		})
	},
	"R20.1": func(r record) answer { // Art 20
		stranger := slices.ContainsFunc(all[decision.FileExpertOpinion](r), func(o one[decision.FileExpertOpinion]) bool {
			return o.act.Expert != "" && !slices.ContainsFunc(all[decision.EngageExpert](r), func(e one[decision.EngageExpert]) bool { return e.act.Expert == o.act.Expert })
		})
		return worst(when(stranger), of(r, func(e one[decision.EngageExpert]) answer {
			return unless(e.act.DirectInterest != nil, when(yes(e.act.DirectInterest)))
		}))
	},
	"R20.2": func(r record) answer {
		opinions := all[decision.FileExpertOpinion](r)
		unsaid := slices.ContainsFunc(opinions, func(o one[decision.FileExpertOpinion]) bool { return o.act.Stance == "" })
		differ := slices.ContainsFunc(opinions, func(o one[decision.FileExpertOpinion]) bool { return o.act.Stance != "favour" })
		return unless(!unsaid, when(len(opinions) > 0 && !differ))
	},
	"R21.1": func(r record) answer { // Art 21
		return of(r, func(e one[decision.EngageExpert]) answer {
			if e.act.Pool == nil {
				return fine
			}
			return unless(e.act.Pool.Status != "", when(e.act.Pool.Status != "active"))
		})
	},
	"R22.1": func(r record) answer { // Art 22 ¶1
		owed, known := r.owed(decision.StepRisk)
		if len(assessments(r)) > 0 {
			return fine
		}
		return unless(known, when(owed || said(r, decision.StepRisk).Ground == "already_assessed"))
	},
	"R22.2": func(r record) answer { // Art 22 ¶2
		a, ok := last[decision.RelyOnAssessment](r)
		if !ok {
			return fine
		}
		return unless(a.act.CoversRisk != nil, when(no(a.act.CoversRisk)))
	},
	"R23.1": func(r record) answer { // Art 23 ¶2
		a, ok := last[decision.FileRiskAssessment](r)
		if !ok {
			return fine
		}
		if a.act.Points == nil && a.act.NoneFound == nil {
			return open
		}
		if len(a.act.Points) == 0 && !yes(a.act.NoneFound) {
			return broken
		}
		bare := slices.ContainsFunc(a.act.Points, func(p decision.RiskPoint) bool { return len(p.Measures) == 0 })
		return unless(!bare && a.act.Plan != "", fine)
	},
	"R23.2": func(r record) answer {
		a, ok := last[decision.FileRiskAssessment](r)
		return unless(!ok || len(a.act.Departments) > 0, fine)
	},
	"R24.1": func(r record) answer { // Art 24
		list := assessments(r)
		if len(list) == 0 {
			return fine
		}
		end := list[len(list)-1]
		if end.controllable == nil {
			return open
		}
		w := when(no(end.controllable))
		for _, a := range list {
			if no(a.controllable) && yes(end.controllable) {
				w = worst(w, unless(a.draft != 0 && end.draft != 0, when(a.draft >= end.draft)))
			}
		}
		return w
	},
	"F1": func(r record) answer { // 公平竞争审查条例 Art 18
		owed, known := r.owed(decision.StepCompetition)
		if some[decision.FileCompetitionReview](r) {
			return fine
		}
		return unless(known, when(owed))
	},
	"F2": func(r record) answer {
		return review(r, func(a decision.FileCompetitionReview) answer {
			return unless(a.Conclusion != "", when(a.Conclusion == "fails"))
		})
	},
	"F3": func(r record) answer { // Art 12 there
		return review(r, func(a decision.FileCompetitionReview) answer {
			return unless(a.Conclusion != "" && (a.Conclusion != "exception" || a.Ground != "" && a.Alternatives != "" && a.Until != ""), fine)
		})
	},
	"F4": func(r record) answer { // Art 14 there
		return review(r, func(a decision.FileCompetitionReview) answer {
			return unless(a.ReviewerType != "", when(a.ReviewerType != "market_regulator"))
		})
	},
	"F5": func(r record) answer { // Art 16 there
		return review(r, func(a decision.FileCompetitionReview) answer { return unless(len(a.Heard) > 0, fine) })
	},
}

func review(r record, ask func(decision.FileCompetitionReview) answer) answer {
	a, ok := last[decision.FileCompetitionReview](r)
	if !ok {
		return fine
	}
	return ask(a.act)
}

// said is the last word on a step.
func said(r record, step decision.Step) decision.DetermineStep {
	var word decision.DetermineStep
	for _, d := range all[decision.DetermineStep](r) {
		if d.act.Step == step {
			word = d.act
		}
	}
	return word
}

type assessment struct {
	seq          int64
	draft        int
	controllable *bool
}

func assessments(r record) []assessment {
	var list []assessment
	for _, d := range r.deeds {
		switch a := d.Act.(type) {
		case decision.FileRiskAssessment:
			list = append(list, assessment{d.Seq, a.Draft, a.Controllable})
		case decision.RelyOnAssessment:
			list = append(list, assessment{d.Seq, a.Draft, a.Controllable})
		}
	}
	return list
}
