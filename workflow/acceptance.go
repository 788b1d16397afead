package workflow

import (
	"slices"

	"github.com/juece/juece/decision"
)

// acceptances is the record as S38.1 asks about it, read once for all items.
type acceptances struct {
	orders    map[string]decision.Done[decision.OrderCorrection]
	submitted map[string][]decision.Done[decision.SubmitRectification]
	found     map[string][]charge // by reviews of the case file
	opened    map[string][]charge
}

// charge is a unit and a person who are to put an item right.
type charge struct {
	seq          int64
	unit, person string
}

func acceptancesIn(d decision.Decision) acceptances {
	x := acceptances{
		orders:    map[string]decision.Done[decision.OrderCorrection]{},
		submitted: map[string][]decision.Done[decision.SubmitRectification]{},
		found:     map[string][]charge{},
		opened:    map[string][]charge{},
	}
	for _, o := range d.CorrectionOrders {
		x.orders[o.Act.Item] = o
	}
	for _, s := range d.RectificationsSubmitted {
		x.submitted[s.Act.Item] = append(x.submitted[s.Act.Item], s)
	}
	for _, r := range d.FileReviews {
		for _, f := range r.Act.Findings {
			x.found[f.Item] = append(x.found[f.Item], charge{r.Seq, f.Unit, f.Person})
		}
	}
	for _, o := range d.RectificationsOpened {
		x.opened[o.Act.Item] = append(x.opened[o.Act.Item], charge{o.Seq, o.Act.Unit, o.Act.Person})
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
	switch {
	case a.Accepted != nil && !*a.Accepted:
		return v.ok() // anybody may find that it is not done
	case a.Accepted == nil:
		return v.unknown("是否验收通过", "whether it was accepted")
	case a.Acceptor != "" && x.tookPart(judged):
		return v.broken("整改和验收为同一人", "the same person rectified and accepted")
	case a.Acceptor != "" && slices.ContainsFunc(x.persons(judged), func(name string) bool { return bodyName(name) == bodyName(a.Acceptor) }):
		return v.broken("验收人员即整改责任人", "the acceptor is the person responsible for the item")
	case x.ofThoseOrdered(judged):
		return v.broken("整改单位验收了自己的整改", "the unit that rectified accepted it")
	}
	above := v.acceptedAbove(x, judged)
	if above.status == Satisfied && (a.Acceptor == "" || x.untold(judged)) {
		return v.unknown("整改人员或者验收人员", "who rectified or who accepted")
	}
	return above
}

// before leaves what an act knew: what came later says nothing of it.
func before(all []charge, seq int64) []charge {
	return slices.DeleteFunc(slices.Clone(all), func(c charge) bool { return c.seq >= seq })
}

// persons are those who were named to answer for the item that is judged.
func (x acceptances) persons(judged decision.Done[decision.JudgeRectification]) []string {
	var names []string
	for _, c := range before(slices.Concat(x.found[judged.Act.Item], x.opened[judged.Act.Item]), judged.Seq) {
		names = append(names, c.person)
	}
	return names
}

// tookPart reports whether who accepts an item was among those who rectified
// it, in whichever round.
func (x acceptances) tookPart(judged decision.Done[decision.JudgeRectification]) bool {
	return slices.ContainsFunc(x.submitted[judged.Act.Item], func(s decision.Done[decision.SubmitRectification]) bool {
		same := bodyName(s.Act.Rectifier) == bodyName(judged.Act.Acceptor) || judged.Actor.Shares(s.Actor)
		return same && s.Seq < judged.Seq
	})
}

// untold reports whether a file leaves out who rectified an item, or which item
// somebody rectified.
func (x acceptances) untold(judged decision.Done[decision.JudgeRectification]) bool {
	item := judged.Act.Item
	earlier := func(s decision.Done[decision.SubmitRectification]) bool { return s.Seq < judged.Seq }
	nameless := func(s decision.Done[decision.SubmitRectification]) bool { return earlier(s) && s.Act.Rectifier == "" }
	if item == "" && len(x.submitted) > 1 {
		return true
	}
	return slices.Contains(x.persons(judged), "") || !slices.ContainsFunc(x.submitted[item], earlier) ||
		slices.ContainsFunc(x.submitted[item], nameless) || item != "" && slices.ContainsFunc(x.submitted[""], earlier)
}

// ofThoseOrdered reports whether who judges belongs to the side that is to put
// the item right: whom an order addresses, or else the last review names, and
// whom the last opening tells to do it. Who acts for no unit acts for the organ;
// an order to the organ binds all its units.
func (x acceptances) ofThoseOrdered(judged decision.Done[decision.JudgeRectification]) bool {
	item, by := judged.Act.Item, judged.Actor
	order, ordered := x.orders[item]
	side := []string{bodyName(by.Unit)}
	if ordered || by.Unit == "" {
		side = append(side, bodyName(by.Organ))
	}
	units := []string{order.Act.Addressee, lastUnit(x.opened[item], judged.Seq)}
	if !ordered { // what was ordered stands
		units = append(units, lastUnit(x.found[item], judged.Seq))
	}
	return slices.ContainsFunc(units, func(unit string) bool { return unit != "" && slices.Contains(side, bodyName(unit)) })
}

// lastUnit is the unit that was named last before an act.
func lastUnit(all []charge, seq int64) string {
	if last, ok := decision.Last(before(all, seq)); ok {
		return last.unit
	}
	return ""
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
