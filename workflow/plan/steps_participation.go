package plan

import (
	"fmt"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/pack"
)

// The templates for hearing units, the public and experts (Arts 13 to 21).

func (r *run) consultation() decision.Act {
	unit, ok := r.unit(func(u string) bool { return !consulted(r.c.Decision, u) && !replied(r.c.Decision, u) })
	if !ok || r.version() == 0 {
		return nil
	}
	return decision.ConsultUnit{Unit: unit, Draft: r.version(), Letter: material("征求意见函")}
}

func (r *run) reply() decision.Act {
	unit, ok := r.unit(func(u string) bool { return consulted(r.c.Decision, u) && !replied(r.c.Decision, u) })
	if !ok {
		return nil
	}
	return decision.RecordReply{Unit: unit, Draft: r.version(), Position: "agree"}
}

// unit returns the first unit whose duties are touched and that fits.
func (r *run) unit(fits func(string) bool) (string, bool) {
	said, _ := decision.Last(r.c.Decision.Affected)
	i := slices.IndexFunc(said.Act.Units, fits)
	if i < 0 {
		return "", false
	}
	return said.Act.Units[i], true
}

func consulted(d decision.Decision, unit string) bool {
	return slices.ContainsFunc(d.Consultations, func(c decision.Done[decision.ConsultUnit]) bool { return c.Act.Unit == unit })
}

func replied(d decision.Decision, unit string) bool {
	return slices.ContainsFunc(d.Replies, func(a decision.Done[decision.RecordReply]) bool { return a.Act.Unit == unit })
}

func (r *run) dispute() decision.Act {
	var against []string
	for _, a := range r.c.Decision.Replies {
		if a.Act.Position == "disagree" && !slices.Contains(against, a.Act.Unit) {
			against = append(against, a.Act.Unit)
		}
	}
	if len(against) == 0 {
		return nil
	}
	return decision.StateDispute{Units: against, Questions: text, UnitViews: text, OwnView: text, Reasons: text}
}

// comment is the way in which a plan hears the public: the one with a period.
func (r *run) comment() decision.Act {
	d := r.c.Decision
	if r.version() == 0 || len(d.Comments)+len(d.PublicHeard) > 0 {
		return nil
	}
	draft, _ := d.Draft()
	return decision.OpenComment{
		Activity: "comment", Draft: r.version(), Text: textOf(draft.Act), Explanation: material("起草说明"), Channels: channels(r.c.Pack.Channels),
		HowTo: text, StartsOn: r.day, EndsOn: r.term("open_comment"),
	}
}

func (r *run) commentClose() decision.Act {
	d := r.c.Decision
	for _, o := range d.Comments {
		if !slices.ContainsFunc(d.CommentCloses, func(c decision.Done[decision.CloseComment]) bool { return c.Act.Activity == o.Act.Activity }) {
			return decision.CloseComment{Activity: o.Act.Activity, Received: new(0)}
		}
	}
	return nil
}

func (r *run) groupTalk() decision.Act {
	d := r.c.Decision
	said, _ := decision.Last(d.Affected)
	for _, g := range said.Act.Groups {
		heard := slices.ContainsFunc(d.GroupsHeard, func(h decision.Done[decision.ConsultGroup]) bool { return h.Act.Group == g })
		if !heard && r.version() > 0 {
			return decision.ConsultGroup{Group: g, With: []string{"representative", "enterprise", "trade_association"}, Draft: r.version(), Summary: text, Record: material("协商记录")}
		}
	}
	return nil
}

// received is how many opinions are said to have come in.
func received(d decision.Decision) int64 {
	last := map[string]int{}
	for _, c := range d.CommentCloses {
		if c.Act.Received != nil {
			last[c.Act.Activity] = *c.Act.Received
		}
	}
	total := 0
	for _, n := range last {
		total += n
	}
	return max(int64(total), d.OpinionCount())
}

func (r *run) opinionBatch() decision.Act {
	first, last := r.c.Decision.OpinionCount()+1, received(r.c.Decision)
	if first > last {
		return nil
	}
	return decision.CommitOpinions{First: first, Last: last, Root: material("意见").Digest}
}

func (r *run) disposition() decision.Act {
	last := r.c.Decision.OpinionCount()
	if last == 0 {
		return nil
	}
	return decision.DisposeOpinions{Groups: []decision.OpinionGroup{{Opinions: []decision.Range{{From: 1, To: last}}, Summary: text, Disposition: "adopted"}}}
}

// adoption comes after the public was heard and every opinion is in.
func (r *run) adoption() decision.Act {
	d := r.c.Decision
	batch, _ := decision.Last(d.OpinionBatches)
	said, ok := decision.Last(d.Adoptions)
	if r.commentClose() != nil || ok && said.Seq > batch.Seq {
		return nil
	}
	return decision.StateAdoption{Received: new(int(received(d))), Statement: text, Published: channels(r.c.Pack.Channels), On: r.day}
}

func (r *run) expert() decision.Act {
	n := len(r.c.Decision.Experts)
	if n >= max(1, r.c.Pack.Number(pack.ExpertCount).Value) {
		return nil
	}
	name := "专家"
	if n > 0 {
		name += fmt.Sprint(n + 1)
	}
	return decision.EngageExpert{Expert: name, Type: "person", Field: text, ChosenBecause: text, DirectInterest: new(false), Secrecy: new(true)}
}

func (r *run) expertOpinion() decision.Act {
	d := r.c.Decision
	engaged, ok := decision.Last(d.Experts)
	if !ok || r.version() == 0 {
		return nil
	}
	for _, e := range d.Experts { // who has not spoken comes first
		silent := !slices.ContainsFunc(d.ExpertOpinions, func(o decision.Done[decision.FileExpertOpinion]) bool { return o.Act.Expert == e.Act.Expert })
		if silent {
			engaged = e
			break
		}
	}
	return decision.FileExpertOpinion{
		Expert: engaged.Act.Expert, Draft: r.version(), Form: "written", Topics: []string{"necessity", "feasibility", "soundness"}, Stance: "conditional",
		Summary: text, Text: material("专家论证意见"), Signed: new(true), Sealed: new(true),
	}
}

func (r *run) expertDisposition() decision.Act {
	d := r.c.Decision
	for _, o := range d.ExpertOpinions {
		done := slices.ContainsFunc(d.ExpertDispositions, func(x decision.Done[decision.DisposeExpertOpinion]) bool { return x.Act.Expert == o.Act.Expert })
		if !done {
			return decision.DisposeExpertOpinion{Expert: o.Act.Expert, Disposition: "adopted", Reason: text}
		}
	}
	return nil
}
