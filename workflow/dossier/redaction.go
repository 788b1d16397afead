package dossier

import (
	"slices"

	"github.com/juece/juece/decision"
)

// Redaction withholds by class. Restricted materials (限制公开) have their own
// ground. What else a class covers was not restricted by anybody, so it takes
// the ground of whoever exports:
//
//	personal      the texts of opinions, with who gave them
//	deliberation  what was said in the meeting, and its minutes
type Redaction struct {
	Classes []decision.Class
	Ground  string // cites the norm
}

// Deliberative reports whether an act tells who said what in a meeting: a
// statement, the minutes, a correction of them. Discussion is not public (政府信
// 息公开条例 Art 16); that it took place, and what was decided, is no part of it.
func Deliberative(kind decision.Kind) bool {
	return slices.Contains([]decision.Kind{"record_statement", "sign_minutes", "correct_minutes"}, kind)
}

// Check refuses a redaction that would not say why something is withheld. The
// error is a [*decision.InvalidError].
func (r Redaction) Check() error {
	for _, c := range r.Classes {
		ground := r.Ground
		if c != decision.ClassPersonal && c != decision.ClassDeliberation {
			ground = "—" // of the material
		}
		if err := decision.ValidateValue("withhold", decision.Restriction{Class: c, Ground: ground}); err != nil {
			return err
		}
	}
	return nil
}

// Withhold is for [Request].
func (r Redaction) Withhold(p Part) *decision.Restriction {
	is := func(c decision.Class) *decision.Restriction {
		if !slices.Contains(r.Classes, c) {
			return nil
		}
		return &decision.Restriction{Class: c, Ground: r.Ground}
	}
	switch {
	case p.Material != nil:
		if why := p.Material.Restricted; why != nil && slices.Contains(r.Classes, why.Class) {
			return why
		}
		return nil
	case p.Opinion > 0:
		return is(decision.ClassPersonal)
	case Deliberative(decision.Kind(p.Entry.Kind)):
		return is(decision.ClassDeliberation)
	}
	return nil
}
