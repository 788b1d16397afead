package pack

import (
	"cmp"
	"slices"

	"github.com/juece/juece/workflow/calendar"
)

// For lists the packs that can govern what an organ of a level initiates on a
// day (Arts 42 and 44), the most specific first: a pack stands before what it
// extends, and among equals the one that holds from a later day. The object is
// one of the objects; the decision's when it is empty. Packs of a special law
// are left out unless it is named, and then no others are listed.
func (s *Set) For(level, object, specialLaw string, on calendar.Date) []*Pack {
	var fit []*Pack
	for _, p := range s.byName {
		if p.HasLevel(level) && p.Object == cmp.Or(object, ObjectDecision) && p.SpecialLaw == specialLaw && !on.Before(p.From) {
			fit = append(fit, p)
		}
	}
	slices.SortFunc(fit, func(a, b *Pack) int {
		return cmp.Or(cmp.Compare(s.depth(b), s.depth(a)), b.From.DaysSince(a.From), cmp.Compare(a.Name, b.Name))
	})
	return fit
}

// depth counts how many packs one stands on.
func (s *Set) depth(p *Pack) int {
	n := 0
	for p != nil && p.Extends != "" {
		n++
		p = s.byName[p.Extends]
	}
	return n
}
