package reading_test

import (
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/pack"
)

// Chapter 3 section 2: Arts 29 and 30.
var deliberation = map[string]reader{
	"R29.1": func(s story) answer { // Art 29(1) to (5)
		agenda, ok := decision.Last(s.Agendas)
		if !ok {
			return broken
		}
		a := broken
		for _, d := range s.Drafts {
			if is := sameVersion(d.Act.Draft, s.version()); is != broken {
				a = worst(is, enclosed(agenda.Act.Dossier, d.Act.Text))
			}
		}
		if r, ok := decision.Last(s.CompetitionReviews); ok {
			a = worst(a, where(s.determined(decision.StepCompetition), enclosed(agenda.Act.Dossier, r.Act.Text)))
		}
		if len(s.CompetitionReviews) == 0 {
			a = worst(a, where(s.determined(decision.StepCompetition), broken))
		}
		if len(s.Comments)+len(s.PublicHeard)+len(s.Hearings) > 0 {
			a = worst(a, unless(len(s.Adoptions) > 0))
		}
		for _, o := range s.ExpertOpinions {
			handled := broken
			for _, d := range s.ExpertDispositions {
				handled = best(handled, same(d.Act.Expert, o.Act.Expert))
			}
			a = worst(a, handled)
		}
		if r, ok := decision.Last(s.RiskAssessments); ok {
			a = worst(a, enclosed(agenda.Act.Dossier, r.Act.Report))
		}
		if o, ok := decision.Last(s.LegalityOpinions); ok {
			return worst(a, enclosed(agenda.Act.Dossier, o.Act.Text))
		}
		return broken
	},
	"R29.2": func(s story) answer { // one of each step was on the version discussed
		heard, argued, assessed, reviewed := broken, broken, broken, broken
		for _, o := range s.Comments {
			heard = best(heard, onVersion(s, o.Act.Draft))
		}
		for _, o := range s.PublicHeard {
			heard = best(heard, onVersion(s, o.Act.Draft))
		}
		for _, o := range s.Announcements {
			heard = best(heard, onVersion(s, o.Act.Draft))
		}
		for _, o := range s.ExpertOpinions {
			argued = best(argued, onVersion(s, o.Act.Draft))
		}
		for _, o := range s.RiskAssessments {
			assessed = best(assessed, onVersion(s, o.Act.Draft))
		}
		for _, o := range s.Reliances {
			assessed = best(assessed, onVersion(s, o.Act.Draft))
		}
		for _, o := range s.CompetitionReviews {
			reviewed = best(reviewed, onVersion(s, o.Act.Draft))
		}
		if len(s.Comments)+len(s.PublicHeard)+len(s.Announcements) == 0 {
			heard = fine
		}
		if len(s.ExpertOpinions) == 0 {
			argued = fine
		}
		if len(s.RiskAssessments)+len(s.Reliances) == 0 {
			assessed = fine
		}
		if len(s.CompetitionReviews) == 0 {
			reviewed = fine
		}
		return worst(heard, argued, assessed, reviewed)
	},
	"R30.1": func(s story) answer { // Art 30 ¶1
		agenda, placed := decision.Last(s.Agendas)
		if !placed && len(s.Meetings) == 0 {
			return broken
		}
		forum := agenda.Act.Forum
		if s.gate == "open_meeting" {
			meeting, _ := decision.Last(s.Meetings)
			forum = meeting.Act.Forum
			if len(meeting.Act.Members) > 0 && chairs(meeting.Act) == broken {
				return broken
			}
			if sameVersion(meeting.Act.Draft, agenda.Act.Draft) == broken && len(s.Agendas) > 0 {
				return broken // another draft than the one put to the discussion
			}
			if said(forum) && said(agenda.Act.Forum) && forum != agenda.Act.Forum {
				return broken // another meeting than the one it was submitted to (Art 29)
			}
		}
		named := slices.ContainsFunc(s.pack.Forums, func(f pack.Named) bool { return f.ID == forum })
		return worst(owed(forum), unless(!said(forum) || named))
	},
	"R30.2": func(s story) answer { // Art 30 ¶1
		d, decided := decision.Last(s.Decisions)
		if !decided {
			return broken
		}
		met, adopted := broken, unless(d.Act.Outcome != "rejected" && d.Act.Outcome != "deferred")
		if s.gate == "decide" || s.gate == "" {
			adopted = fine // nothing is issued
		}
		for _, m := range s.Meetings {
			if m.Seq < d.Seq {
				met = worst(sameVersion(m.Act.Draft, d.Act.Draft), notAfter(m.OccurredOn, d.OccurredOn))
				if same(d.Act.Decider, m.Act.Chief) != fine {
					met = worst(met, cannotTell) // a delegation is known or not
				}
			}
		}
		return worst(met, adopted)
	},
	"R30.3": func(s story) answer { // Art 30 ¶2
		m, ok := decision.Last(s.Meetings)
		if !ok {
			return broken // nobody spoke in no meeting
		}
		a := fine
		for _, member := range m.Act.Members {
			spoke := broken
			for _, st := range s.Statements {
				if st.Seq > m.Seq {
					spoke = best(spoke, same(st.Act.Member, member.ID))
				}
			}
			a = worst(a, where(yes(member.Present), spoke))
		}
		return worst(a, chiefLast(s, m))
	},
	"R30.4": func(s story) answer { return fine },                             // the reason is known or not
	"R30.5": func(s story) answer { return unless(len(s.MinutesSigned) > 0) }, // the words of a dissent are known or not
	"R30.6": func(s story) answer { // Art 30 ¶1
		c, _ := decision.Last(s.ReviewsConcluded)
		return unless(c.Act.Outcome != "signed" && c.Act.Outcome != "issued")
	},
	"S30.1": func(s story) answer {
		m, _ := decision.Last(s.MinutesSigned)
		if len(m.Act.Signers) == 0 {
			return cannotTell
		}
		other := broken
		for _, signer := range m.Act.Signers {
			other = best(other, map[answer]answer{fine: broken, cannotTell: cannotTell, broken: fine}[same(signer, m.Act.Author)])
		}
		return other
	},
}

// chiefLast says whether the chief executive spoke after every other member.
func chiefLast(s story, m decision.Done[decision.OpenMeeting]) answer {
	a, chief := fine, false
	for _, st := range s.Statements {
		if st.Seq < m.Seq {
			continue
		}
		switch is := same(st.Act.Member, m.Act.Chief); {
		case is == fine:
			chief, a = true, fine
		case chief && is == cannotTell:
			a = worst(a, cannotTell)
		case chief && slices.ContainsFunc(m.Act.Members, func(o decision.Member) bool { return o.ID == st.Act.Member }):
			a = broken
		}
	}
	return a
}

// enclosed says whether a file is in the dossier.
func enclosed(dossier []decision.Material, m decision.Material) answer {
	if len(dossier) == 0 {
		return cannotTell
	}
	a := broken
	for _, d := range dossier {
		a = best(a, same(d.Digest, m.Digest))
	}
	return a
}

// chairs says whether the chief executive is one of the members (地方组织法
// Art 78).
func chairs(m decision.OpenMeeting) answer {
	a := broken
	for _, member := range m.Members {
		a = best(a, same(member.ID, m.Chief))
	}
	return a
}

// onVersion says whether a step was on the version discussed, or on a later
// one.
func onVersion(s story, draft int) answer {
	if s.version() > 0 && draft > s.version() {
		return fine
	}
	return sameVersion(draft, s.version())
}
