package workflow

import (
	"slices"

	"github.com/juece/juece/decision"
)

// acceptances is the record as S38.1 asks about it, read once for all items.
type acceptances struct {
	items     map[string]decision.Rectification
	orders    map[string]decision.Done[decision.OrderCorrection]
	submitted map[string][]decision.Done[decision.SubmitRectification]
	persons   map[string][]responsible
}

// responsible is a person who is named to answer for an item.
type responsible struct {
	seq  int64
	name string
}

func acceptancesIn(d decision.Decision) acceptances {
	x := acceptances{
		items:     map[string]decision.Rectification{},
		orders:    map[string]decision.Done[decision.OrderCorrection]{},
		submitted: map[string][]decision.Done[decision.SubmitRectification]{},
		persons:   map[string][]responsible{},
	}
	for _, r := range d.Rectifications() {
		x.items[r.Item] = r
	}
	for _, o := range d.CorrectionOrders {
		x.orders[o.Act.Item] = o
	}
	for _, s := range d.RectificationsSubmitted {
		x.submitted[s.Act.Item] = append(x.submitted[s.Act.Item], s)
	}
	for _, o := range d.RectificationsOpened {
		x.persons[o.Act.Item] = append(x.persons[o.Act.Item], responsible{o.Seq, bodyName(o.Act.Person)})
	}
	for _, r := range d.FileReviews {
		for _, f := range r.Act.Findings {
			x.persons[f.Item] = append(x.persons[f.Item], responsible{r.Seq, bodyName(f.Person)})
		}
	}
	return x
}

// S38.1, Art 38 ¶1: who orders a correction sees to it that it is made. The
// rest the decree does not say; a check by oneself is none.
func acceptorApart(v *view) result {
	if len(v.d.RectificationsJudged) == 0 {
		return v.noObject("没有验收", "nothing was accepted or rejected")
	}
	x := acceptancesIn(v.d)
	results := make([]result, len(v.d.RectificationsJudged))
	for i, j := range v.d.RectificationsJudged {
		results[i] = v.acceptedApart(x, j).about("%s", j.Act.Item)
	}
	return worst(results...)
}

func (v *view) acceptedApart(x acceptances, judged decision.Done[decision.JudgeRectification]) result {
	a := judged.Act
	submitted := x.lastSubmitted(a.Item, judged.Seq)
	acceptor := bodyName(a.Acceptor)
	answers := func(p responsible) bool { return p.seq < judged.Seq && p.name == acceptor }
	switch {
	case a.Accepted != nil && !*a.Accepted:
		return v.ok() // anybody may find that it is not done
	case a.Accepted == nil:
		return v.unknown("是否验收通过", "whether it was accepted")
	case acceptor != "" && x.tookPart(judged):
		return v.broken("整改和验收为同一人", "the same person rectified and accepted")
	case acceptor != "" && slices.ContainsFunc(x.persons[a.Item], answers):
		return v.broken("验收人员即整改责任人", "the acceptor is the person responsible for the item")
	case x.ofThoseOrdered(a.Item, judged.Actor):
		return v.broken("整改单位验收了自己的整改", "the unit that rectified accepted it")
	case acceptor == "" || submitted.Act.Rectifier == "" || x.untold(judged):
		return v.unknown("整改人员或者验收人员", "who rectified or who accepted")
	}
	return v.acceptedAbove(x, judged)
}

// tookPart reports whether who accepts an item was among those who rectified
// it, in whichever round.
func (x acceptances) tookPart(judged decision.Done[decision.JudgeRectification]) bool {
	return slices.ContainsFunc(x.submitted[judged.Act.Item], func(s decision.Done[decision.SubmitRectification]) bool {
		same := bodyName(s.Act.Rectifier) == bodyName(judged.Act.Acceptor) || judged.Actor.ID != "" && judged.Actor.ID == s.Actor.ID
		return same && s.Seq < judged.Seq
	})
}

// untold reports whether a file leaves out who rectified an item, or which item
// somebody rectified.
func (x acceptances) untold(judged decision.Done[decision.JudgeRectification]) bool {
	item := judged.Act.Item
	before := func(s decision.Done[decision.SubmitRectification]) bool { return s.Seq < judged.Seq }
	nameless := func(s decision.Done[decision.SubmitRectification]) bool { return before(s) && s.Act.Rectifier == "" }
	named := func(p responsible) bool { return p.seq < judged.Seq && p.name == "" }
	if item == "" && len(x.submitted) > 1 {
		return true
	}
	return slices.ContainsFunc(x.persons[item], named) || slices.ContainsFunc(x.submitted[item], nameless) ||
		item != "" && slices.ContainsFunc(x.submitted[""], before)
}

// lastSubmitted is what was submitted on an item last before an act.
func (x acceptances) lastSubmitted(item string, seq int64) decision.Done[decision.SubmitRectification] {
	for _, s := range slices.Backward(x.submitted[item]) {
		if s.Seq < seq {
			return s
		}
	}
	return decision.Done[decision.SubmitRectification]{}
}

// ofThoseOrdered reports whether an actor belongs to the side that is to put an
// item right. Who acts for no unit acts for the organ; an order to the organ
// binds all its units.
func (x acceptances) ofThoseOrdered(item string, by decision.Actor) bool {
	order, ordered := x.orders[item]
	side := []string{bodyName(by.Unit)}
	if ordered || by.Unit == "" {
		side = append(side, bodyName(by.Organ))
	}
	return slices.ContainsFunc([]string{order.Act.Addressee, x.items[item].Unit, x.items[item].Assigned}, func(unit string) bool {
		return unit != "" && slices.Contains(side, bodyName(unit))
	})
}

// acceptedAbove: what a superior organ ordered (Art 38 ¶1) is for that organ to
// accept, not for the one below.
func (v *view) acceptedAbove(x acceptances, judged decision.Done[decision.JudgeRectification]) result {
	order := x.orders[judged.Act.Item].Actor
	organ := bodyName(order.Organ)
	switch {
	case !slices.Contains(order.Roles, RoleSupervisor), organ != "" && organ == bodyName(v.Organ().Name):
		return v.ok()
	case organ == "" || judged.Actor.Organ == "" || len(judged.Actor.Roles) == 0:
		return v.unknown("上级机关责令改正的，由谁验收", "who accepted what a superior organ ordered")
	case organ != bodyName(judged.Actor.Organ) || !slices.Contains(judged.Actor.Roles, RoleSupervisor):
		return v.broken("上级机关责令改正的事项，未由该机关验收", "what a superior organ ordered was not accepted by that organ")
	}
	return v.ok()
}
