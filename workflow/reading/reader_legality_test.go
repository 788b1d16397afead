package reading_test

import (
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
)

// Chapter 3 section 1: Arts 25 to 28.
var legality = map[string]reader{
	"R25.1": func(s story) answer { // Art 25 ¶1
		v, a := s.version(), broken
		for _, o := range s.LegalityOpinions {
			a = best(a, worst(sameVersion(o.Act.Draft, v), readText(s, o.Act, v)))
		}
		signed := broken
		for _, c := range s.Confirmations {
			if is := sameVersion(c.Act.Draft, v); is != broken && len(s.LegalityOpinions) > 0 && c.Seq > s.LegalityOpinions[0].Seq {
				signed = worst(is, yes(c.Act.Verified)) // the reviewer's last word on the version
			}
		}
		return best(a, signed)
	},
	"R25.2": func(s story) answer { // Art 25 ¶1: the reviewer was only asked
		if len(s.LegalityOpinions) > 0 {
			return fine
		}
		var reviewers []string
		for _, sub := range s.Submissions {
			reviewers = append(reviewers, sub.Act.Reviewer)
		}
		for _, c := range s.Confirmations {
			reviewers = append(reviewers, c.Act.Reviewer)
		}
		for _, r := range s.Replies {
			if among(r.Act.Unit, reviewers) == fine || slices.Contains(r.Actor.Roles, workflow.RoleLegalityReviewer) {
				return broken
			}
		}
		return fine
	},
	"R25.3": func(s story) answer { // Art 25 ¶2
		if len(s.LegalityOpinions) == 0 {
			return broken // 未经合法性审查
		}
		switch o, confirmed := governing(s); o.Conclusion {
		case "unlawful":
			return broken
		case "lawful_after_changes":
			return confirmed
		case "no_state_rule": // and the exception is not invoked
			return invoked(s)
		}
		return fine
	},
	"R25.4": func(s story) answer { // Art 25 ¶2
		o, _ := governing(s)
		relied := len(s.LegalityOpinions) == 0 && len(s.Reforms) > 0 // on the exception alone
		if o.Conclusion != "no_state_rule" && !relied {
			return fine
		}
		return invoked(s)
	},
	"R26.1": func(s story) answer { // Art 26 ¶1: without the draft no package
		sub, ok := decision.Last(s.Submissions)
		if !ok {
			return broken
		}
		if sub.Act.Draft == 0 {
			return cannotTell
		}
		there := broken
		for _, d := range s.Drafts {
			if d.Seq < sub.Seq {
				there = either(sameVersion(d.Act.Draft, sub.Act.Draft), enclosed(sub.Act.Materials, d.Act.Text), there)
			}
		}
		return there
	},
	"R26.2": func(s story) answer { // Art 26 ¶1
		supplied := int64(0)
		for _, sub := range s.Submissions {
			supplied = max(supplied, sub.Seq)
		}
		a := fine
		for _, r := range s.Returns {
			a = worst(a, unless(supplied > r.Seq))
		}
		for _, sup := range s.Supplements {
			supplied = max(supplied, sup.Seq)
		}
		for _, r := range s.SupplementRequests {
			a = worst(a, unless(supplied > r.Seq))
		}
		return a
	},
	"R26.3": func(s story) answer { // Art 26 ¶2: seven working days for the reviewer
		if s.gate == "submit_for_review" {
			sub, _ := decision.Last(s.Submissions)
			return sevenWorkingDays(sub.OccurredOn, sub.Act.OpinionDue)
		}
		if len(s.Submissions) == 0 {
			return broken // nothing was sent, and no time was given
		}
		sup, _ := decision.Last(s.Supplements)
		return sevenWorkingDays(sup.OccurredOn, sup.Act.OpinionDue)
	},
	"R27.1": func(s story) answer { // Art 27: a conclusion better than its heads answers none of them
		o, ok := decision.Last(s.LegalityOpinions)
		a := unless(ok)
		for _, head := range []decision.Head{o.Act.Powers, o.Act.Procedure, o.Act.Content} {
			a = worst(a, owed(head.Finding, head.Basis))
			switch o.Act.Conclusion {
			case "lawful":
				a = worst(a, unless(head.Finding == "" || head.Finding == "conforms"))
			case "lawful_after_changes":
				a = worst(a, unless(head.Finding != "does_not_conform" && head.Finding != "no_state_rule"))
			case "no_state_rule":
				a = worst(a, unless(head.Finding != "does_not_conform"))
			}
		}
		return a
	},
	"R28.1": func(s story) answer { // Art 28
		o, issued := decision.Last(s.LegalityOpinions)
		sent, _ := decision.Last(s.Submissions)
		under := o.Act.Draft
		if !issued {
			under = sent.Act.Draft // the review that goes on
		}
		if !issued && len(s.Submissions) == 0 {
			return unless(slices.ContainsFunc(s.CounselOpinions, func(c decision.Done[decision.FileCounselOpinion]) bool {
				return !inConflict(s, c.Act.Counsel)
			})) // no review to compare it with
		}
		a := broken
		for _, c := range s.CounselOpinions {
			if !inConflict(s, c.Act.Counsel) {
				a = best(a, sameVersion(c.Act.Draft, under))
			}
		}
		return a
	},
	"R28.2": func(s story) answer { return unless(len(s.LegalityOpinions) > 0) }, // the name is known or not
	"R28.3": func(s story) answer { // Art 28: the comments of the last opinion
		o, _ := decision.Last(s.LegalityOpinions)
		a := fine
		for _, c := range o.Act.Comments {
			answered := broken
			for _, r := range s.ReviewResponses {
				if r.Seq > o.Seq && len(r.Act.Responses) == 0 {
					answered = best(answered, cannotTell)
				}
				for _, one := range r.Act.Responses {
					if r.Seq > o.Seq {
						answered = best(answered, sameVersion(one.No, c.No))
					}
				}
			}
			a = worst(a, answered)
		}
		return a
	},
	"R28.4": func(s story) answer { // Art 28
		a := fine
		for _, o := range s.CounselOpinions {
			roster := broken
			for _, e := range s.Counsel {
				if e.Seq > o.Seq || same(e.Act.Counsel, o.Act.Counsel) == broken {
					continue
				}
				roster = worst(same(e.Act.Counsel, o.Act.Counsel), notAfter(e.Act.From, o.OccurredOn),
					notAfter(o.OccurredOn, e.Act.To), no(e.Act.Conflict))
				if len(e.Act.Scope) > 0 {
					roster = worst(roster, among("decision", e.Act.Scope))
				}
			}
			if !said(o.Act.Counsel) {
				roster = cannotTell // whose it is
			}
			if same(o.Actor.ID, o.Act.Counsel) == broken {
				roster = broken // another filed it in counsel's name
			}
			a = worst(a, roster)
		}
		return a
	},
	"S25.1": func(s story) answer {
		o, _ := decision.Last(s.LegalityOpinions)
		a := fine
		for _, d := range s.Drafts {
			a = worst(a, unless(d.Actor.ID != o.Actor.ID && d.Actor.ID != o.Act.Name))
		}
		units, _ := decision.Last(s.Assignments)
		for _, u := range units.Act.Units {
			a = worst(a, unless(!said(u.Unit) || u.Unit != o.Act.Reviewer))
		}
		return a
	},
}

// readText says whether the opinion read the text of a version, as far as it
// says what it read.
func readText(s story, o decision.IssueLegalityOpinion, version int) answer {
	text := ""
	for _, d := range s.Drafts {
		if d.Act.Draft == version {
			text = d.Act.Text.Digest
		}
	}
	return unless(o.Read == nil || text == "" || slices.Contains(o.Read, text))
}

// sameVersion compares two numbers; 0 is unknown.
func sameVersion(a, b int) answer {
	if a == 0 || b == 0 {
		return cannotTell
	}
	return unless(a == b)
}

// governing returns the opinion that holds for the draft at the gate, and
// whether the reviewer checked the changes that it asked for.
func governing(s story) (decision.IssueLegalityOpinion, answer) {
	v := s.version()
	var found decision.IssueLegalityOpinion
	confirmed, seq := broken, int64(0)
	for _, o := range s.LegalityOpinions {
		if o.Act.Draft == v {
			found, seq = o.Act, o.Seq
		}
	}
	if last, ok := decision.Last(s.LegalityOpinions); ok && seq == 0 {
		found = last.Act
	}
	for _, c := range s.Confirmations {
		if sameVersion(c.Act.Draft, v) == broken || c.Seq < seq {
			continue
		}
		for _, o := range s.LegalityOpinions {
			if o.Seq < c.Seq {
				found = o.Act
			}
		}
		confirmed = worst(sameVersion(c.Act.Draft, v), yes(c.Act.Verified))
	}
	return found, confirmed
}

// invoked says whether the exception of Art 25 ¶2 was invoked for the draft.
func invoked(s story) answer {
	a := broken
	for _, r := range s.Reforms {
		a = best(a, sameVersion(r.Act.Draft, s.version()))
	}
	return a
}

// inConflict says whether the last word on an engagement is that counsel has an
// interest of his own.
func inConflict(s story, counsel string) bool {
	declared := false
	for _, e := range s.Counsel {
		if said(counsel) && e.Act.Counsel == counsel {
			declared = e.Act.Conflict != nil && *e.Act.Conflict
		}
	}
	return declared
}
