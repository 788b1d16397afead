package plan

import (
	"slices"

	"github.com/juece/juece/decision"
)

// The templates of legality review and discussion (Arts 25 to 30).

func (r *run) submission() decision.Act {
	draft, ok := r.c.Decision.Draft()
	if !ok {
		// The package of a draft to come: the evaluator says what it lacks.
		return r.packageOf(decision.SubmitDraft{Draft: 1})
	}
	return r.packageOf(draft.Act)
}

func (r *run) packageOf(draft decision.SubmitDraft) decision.Act {
	return decision.SubmitForReview{
		Draft: draft.Draft, Reviewer: reviewerOf(r.c.Decision), Procedure: material("履行法定程序情况说明"),
		Materials: []decision.Material{textOf(draft)}, OpinionDue: r.term("submit_for_review"),
	}
}

func (r *run) supplement() decision.Act {
	sent, ok := decision.Last(r.c.Decision.Submissions)
	if !ok {
		return nil
	}
	return decision.SupplementPackage{
		Draft: sent.Act.Draft, Materials: []decision.Material{material("补充材料")}, OpinionDue: r.term("supplement_package"),
	}
}

// underReview is the version in the last package.
func (r *run) underReview() int {
	sent, _ := decision.Last(r.c.Decision.Submissions)
	return sent.Act.Draft
}

func (r *run) readText(version int) []string {
	for _, s := range r.c.Decision.Drafts {
		if s.Act.Draft == version {
			return []string{textOf(s.Act).Digest}
		}
	}
	return nil
}

// engagement engages counsel for the year of the plan.
func (r *run) engagement() decision.Act {
	return decision.EngageCounsel{
		Counsel: planCounsel, Type: "legal_adviser", From: r.day, To: r.day.AddDays(maxDays), Scope: []string{r.c.Pack.Object}, Conflict: new(false),
	}
}

func (r *run) counsel() decision.Act {
	v := r.underReview()
	if v == 0 {
		return nil
	}
	return decision.FileCounselOpinion{
		Counsel: planCounsel, Type: "legal_adviser", Draft: v, Summary: text, Text: material("法律意见书"), Read: r.readText(v),
	}
}

func (r *run) legalityOpinion() decision.Act {
	v := r.underReview()
	if v == 0 {
		return nil
	}
	conforms := decision.Head{Finding: "conforms", Basis: text}
	return decision.IssueLegalityOpinion{
		Reviewer: reviewerOf(r.c.Decision), Name: "合法性审查人员", Draft: v, Powers: conforms, Procedure: conforms, Content: conforms,
		Conclusion: "lawful", Read: r.readText(v), Text: material("合法性审查意见书"),
	}
}

func (r *run) confirmation() decision.Act {
	if r.version() == 0 || len(r.c.Decision.LegalityOpinions) == 0 {
		return nil
	}
	return decision.ConfirmStillStands{
		Draft: r.version(), Reviewer: reviewerOf(r.c.Decision), Name: "合法性审查人员", Verified: new(true), Reason: text,
	}
}

func (r *run) response() decision.Act {
	last, _ := decision.Last(r.c.Decision.LegalityOpinions)
	act := decision.RespondToReview{Draft: r.version()}
	for _, c := range last.Act.Comments {
		act.Responses = append(act.Responses, decision.ReviewResponse{No: c.No, Answer: "accepted", Text: text})
	}
	if len(act.Responses) == 0 {
		return nil
	}
	return act
}

func (r *run) reform() decision.Act {
	return decision.InvokeReform{Draft: r.version(), InvokedBy: planChief, NoStateRule: text, Risks: []string{text}}
}

// agenda puts the last version before the first forum of the pack, with the
// dossier of Art 29.
func (r *run) agenda() decision.Act {
	d := r.c.Decision
	draft, ok := d.Draft()
	if !ok {
		return nil
	}
	dossier := []decision.Material{textOf(draft.Act), draft.Act.Explanation}
	for _, o := range d.LegalityOpinions {
		dossier = append(dossier, o.Act.Text)
	}
	for _, o := range d.ExpertOpinions {
		dossier = append(dossier, o.Act.Text)
	}
	risk, _ := decision.Last(d.RiskAssessments)
	competition, _ := decision.Last(d.CompetitionReviews)
	dossier = append(dossier, risk.Act.Report, competition.Act.Text)
	return decision.PlaceOnAgenda{
		Draft: draft.Act.Draft, Forum: r.c.Pack.Forums[0].ID, MeetingOn: r.term("place_on_agenda"),
		Dossier: slices.DeleteFunc(dossier, func(m decision.Material) bool { return m.Digest == "" || m.Title == "" }),
	}
}

func (r *run) meeting() decision.Act {
	placed, _ := decision.Last(r.c.Decision.Agendas)
	return decision.OpenMeeting{
		Forum: placed.Act.Forum, Draft: placed.Act.Draft, Chief: planChief,
		Members: []decision.Member{{ID: planChief, Present: new(true)}, {ID: "组成人员", Present: new(true)}},
	}
}

// statement is that of the next member who has not spoken, the chief last.
func (r *run) statement() decision.Act {
	d := r.c.Decision
	meeting, ok := decision.Last(d.Meetings)
	if !ok {
		return nil
	}
	next := ""
	for _, m := range meeting.Act.Members {
		spoke := slices.ContainsFunc(d.Statements, func(s decision.Done[decision.RecordStatement]) bool {
			return s.Seq > meeting.Seq && s.Act.Member == m.ID
		})
		present := m.Present != nil && *m.Present
		if present && !spoke && (next == "" || next == meeting.Act.Chief) {
			next = m.ID
		}
	}
	if next == "" {
		next = meeting.Act.Chief // others spoke after the chief, who speaks last
	}
	return decision.RecordStatement{Member: next, Position: "agree", Text: text}
}

func (r *run) decision() decision.Act {
	meeting, ok := decision.Last(r.c.Decision.Meetings)
	if !ok {
		return nil
	}
	return decision.Decide{
		Draft: meeting.Act.Draft, Decider: meeting.Act.Chief, Outcome: "adopted", Conclusion: text, ReasonAgainstMajority: text,
	}
}

func (r *run) minutes() decision.Act {
	return decision.SignMinutes{Author: "会议秘书", Signers: []string{planChief, "会议秘书"}, Minutes: material("会议记录")}
}
