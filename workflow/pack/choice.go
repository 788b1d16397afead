package pack

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/juece/juece/workflow/calendar"
)

// Matter is what decides which pack governs a case: the organ, the object and
// the day of initiation (Arts 42 to 44).
type Matter struct {
	Level      string        // of the organ
	Area       string        // of the organ, from the province down, e.g. 河南省信阳市; may be empty
	Object     string        // one of the objects; a decision when empty
	SpecialLaw string        // the special law that prevails (Art 3 ¶2); none when empty
	On         calendar.Date // the day of initiation
}

// For lists the packs that can govern a matter, the most specific first: a
// local norm before the one it extends, and among equals the one that holds
// from a later day. Packs that are chosen by name only are left out.
func (s *Set) For(m Matter) []*Pack {
	var fit []*Pack
	for _, p := range s.byName {
		if !p.ByName && p.HasLevel(m.Level) && strings.HasPrefix(m.Area, p.Area) &&
			p.Object == cmp.Or(m.Object, ObjectDecision) && p.SpecialLaw == m.SpecialLaw && !m.On.Before(p.From) {
			fit = append(fit, p)
		}
	}
	slices.SortFunc(fit, func(a, b *Pack) int {
		return cmp.Or(s.moreSpecific(a, b), cmp.Compare(a.Name, b.Name))
	})
	return fit
}

// Choose returns the pack that governs a matter. The error wraps ErrUnknown
// when there is none, or when two are equally specific and one must be named.
func (s *Set) Choose(m Matter) (*Pack, error) {
	fit := s.For(m)
	switch {
	case len(fit) == 0:
		return nil, fmt.Errorf("%w: none serves an organ of the level %q on %s", ErrUnknown, m.Level, m.On)
	case len(fit) > 1 && s.moreSpecific(fit[0], fit[1]) == 0:
		return nil, fmt.Errorf("%w: %s and %s both serve; name one", ErrUnknown, fit[0].Name, fit[1].Name)
	}
	return fit[0], nil
}

// Governs reports whether a pack that somebody names is one that a matter is
// under: the one that is chosen for it, or one organ's own. What its object and
// its special law are, only who names it knows; the rest is not his to choose
// (Arts 42 to 44). The error wraps ErrGoverned and says which pack governs.
func (s *Set) Governs(p *Pack, m Matter) error {
	m.Object, m.SpecialLaw = p.Object, p.SpecialLaw
	if p.ByName && p.HasLevel(m.Level) && strings.HasPrefix(m.Area, p.Area) && !m.On.Before(p.From) {
		return nil
	}
	fit := s.For(m)
	for _, other := range fit {
		if s.moreSpecific(other, fit[0]) == 0 && other.digest == p.digest {
			return nil
		}
	}
	if len(fit) == 0 {
		return fmt.Errorf("%w: %s serves no organ of the level %q in %q on %s", ErrGoverned, p.Name, m.Level, m.Area, m.On)
	}
	return fmt.Errorf("%w: the pack that governs on %s is %s, not %s", ErrGoverned, m.On, fit[0].Name, p.Name)
}

// moreSpecific orders two packs by how much they are about the organ.
func (s *Set) moreSpecific(a, b *Pack) int {
	return cmp.Or(cmp.Compare(len(b.Area), len(a.Area)), cmp.Compare(s.depth(b), s.depth(a)), b.From.DaysSince(a.From))
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
